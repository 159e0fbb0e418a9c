//! The fields of records, sign by sign: what a quote means where it stands.

use super::codes;
use super::reject::Refusal;
use super::rows::{LONGEST, Span};

/// Is a quote open at the end of whole lines that a further line might close?
pub(super) fn opens_at_end(text: &[u8], delimiter: u8) -> bool {
    let mut rest = text.split_inclusive(|&byte| byte == b'\n').map(without_end);
    while let Some(line) = rest.next() {
        if !line.contains(&b'"') {
            continue;
        }
        let (mut scan, mut fields, mut length) = (Scan::default(), Vec::new(), line.len());
        scan.read(line, delimiter, 0, &mut fields);
        let mut ahead = rest.clone();
        while scan.is_open() {
            let Some(next) = ahead.next() else { return true };
            if length + next.len() > LONGEST {
                break;
            }
            length += 1 + next.len();
            scan.read(next, delimiter, 0, &mut fields);
        }
        if !scan.is_open() {
            rest = ahead;
        }
    }
    false
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The fields of a record that is one line without its end; or why it has none.
pub(super) fn split(bytes: &[u8], delimiter: u8, fields: &mut Vec<Span>) -> Option<Refusal> {
    if !bytes.contains(&b'"') {
        split_plain(bytes, delimiter, fields);
        return None;
    }
    fields.clear();
    let mut scan = Scan::default();
    scan.read(bytes, delimiter, 0, fields);
    let open = scan.is_open();
    scan.end(bytes.len(), fields);
    open.then(never_closed).or_else(|| scan.broken.then(after_quote))
}

/// The fields of a record without a quote.
pub(super) fn split_plain(bytes: &[u8], delimiter: u8, fields: &mut Vec<Span>) {
    fields.clear();
    let mut from = 0;
    for part in bytes.split(|&byte| byte == delimiter) {
        fields.push(Span { from, to: from + part.len(), doubled: false });
        from += part.len() + 1;
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Plain,
    Quoted,
    Closed,
}

/// Finds the fields of a record that has quotes, line by line.
#[derive(Default)]
pub(super) struct Scan {
    state: State,
    from: usize,
    /// Where the closing quote is.
    to: usize,
    doubled: bool,
    /// Does text follow a closing quote?
    broken: bool,
}

impl Scan {
    /// Does the record go on behind the line?
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Does text follow a closing quote?
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Goes through a line of the record, from `at` on.
    pub(super) fn read(&mut self, bytes: &[u8], delimiter: u8, at: usize, fields: &mut Vec<Span>) {
        for (at, &byte) in bytes.iter().enumerate().skip(at) {
            match (self.state, byte) {
                (State::Start, b'"') => (self.state, self.from) = (State::Quoted, at + 1),
                (State::Quoted, b'"') => (self.state, self.to) = (State::Closed, at),
                (State::Quoted, _) => {}
                (State::Closed, b'"') => (self.state, self.doubled) = (State::Quoted, true),
                (State::Start | State::Plain | State::Closed, byte) if byte == delimiter => {
                    self.end(at, fields);
                    self.from = at + 1;
                }
                (State::Closed, _) => self.broken = true,
                (State::Start | State::Plain, _) => self.state = State::Plain,
            }
        }
    }

    /// Ends a field before `at`.
    pub(super) fn end(&mut self, at: usize, fields: &mut Vec<Span>) {
        let to = if self.state == State::Closed { self.to } else { at };
        fields.push(Span { from: self.from, to, doubled: self.doubled });
        (self.state, self.doubled) = (State::Start, false);
    }
}

pub(super) fn never_closed() -> Refusal {
    Refusal::new(&codes::QUOTE, "a quoted field is opened here and never closed")
        .help("close it with \", and write a quote inside of it as \"\"")
}

pub(super) fn after_quote() -> Refusal {
    Refusal::new(&codes::QUOTE, "text follows the closing quote of a field")
        .help("write a quote inside a quoted field as \"\"")
}

pub(super) fn miscounted(found: usize, due: usize) -> Refusal {
    Refusal::new(&codes::FIELDS, format!("this row has {found} fields, the header {due}"))
        .help("quote fields that hold a comma, and write empty fields as well")
}
/// Why a row that is no text is refused.
pub(super) fn not_text() -> Refusal {
    Refusal::new(&codes::ENCODING, "this row is not UTF-8 text").help("save the file as UTF-8")
}
