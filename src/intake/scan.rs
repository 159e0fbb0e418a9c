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

    /// Goes through a line of the record, from `at` on: from each sign to the next that can mean anything there.
    pub(super) fn read(&mut self, bytes: &[u8], delimiter: u8, at: usize, fields: &mut Vec<Span>) {
        let mut at = at;
        while let Some(&byte) = bytes.get(at) {
            let next =
                |sign: u8| memchr::memchr(sign, &bytes[at..]).map_or(bytes.len(), |it| at + it);
            match (self.state, byte) {
                (State::Start, b'"') => (self.state, self.from) = (State::Quoted, at + 1),
                (State::Quoted, _) => {
                    at = next(b'"');
                    if at == bytes.len() {
                        break;
                    }
                    (self.state, self.to) = (State::Closed, at);
                }
                (State::Closed, b'"') => (self.state, self.doubled) = (State::Quoted, true),
                (State::Start | State::Plain | State::Closed, byte) if byte == delimiter => {
                    self.end(at, fields);
                    self.from = at + 1;
                }
                (State::Closed, _) => self.broken = true,
                (State::Start | State::Plain, _) => {
                    self.state = State::Plain;
                    at = next(delimiter);
                    continue;
                }
            }
            at += 1;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Byte by byte: the fields, whether text follows a closing quote, and whether one is open at the end.
    fn slowly(text: &[u8], delimiter: u8) -> (Vec<(usize, usize, bool)>, bool, bool) {
        let (mut fields, mut broken, mut at, mut open) = (Vec::new(), false, 0, false);
        loop {
            let quoted = text.get(at) == Some(&b'"');
            let from = at + usize::from(quoted);
            let (mut to, mut doubled) = (from, false);
            if quoted {
                open = true;
                while to < text.len() && open {
                    open = text[to] != b'"';
                    if !open && text.get(to + 1) == Some(&b'"') {
                        (doubled, open, to) = (true, true, to + 1);
                    }
                    to += usize::from(open);
                }
                at = if open { to } else { to + 1 };
                while at < text.len() && text[at] != delimiter {
                    // Once more a quote opens only right behind the one that closed.
                    (broken, at) = (true, at + 1);
                    assert_ne!(text[at - 1], b'"', "the texts have none there");
                }
            } else {
                while to < text.len() && text[to] != delimiter {
                    to += 1;
                }
                at = to;
            }
            fields.push((from, to, doubled));
            if at >= text.len() {
                return (fields, broken, open);
            }
            at += 1;
        }
    }

    proptest! {
        #[test]
        fn fields_are_those_of_every_byte(
            parts in prop::collection::vec("[a-c é]{0,30}|\"([a,é]|\"\"){0,20}\"[xy]{0,2}|a\"b", 1..9),
            open in prop_oneof![3 => Just(""), 1 => Just("\"a,\"\"b")],
            delimiter in prop_oneof![Just(b','), Just(b';')],
        ) {
            let mut text = parts.join(if delimiter == b',' { "," } else { ";" });
            if !open.is_empty() {
                text.push(delimiter.into());
                text.push_str(open);
            }
            let (due, broken, unclosed) = slowly(text.as_bytes(), delimiter);
            let mut fields = Vec::new();
            let refused = split(text.as_bytes(), delimiter, &mut fields);
            prop_assert_eq!(refused.is_some(), broken || unclosed, "{:?}", text);
            let found: Vec<_> = fields.iter().map(|it| (it.from, it.to, it.doubled)).collect();
            prop_assert_eq!(found, due, "{:?}", text);
        }
    }
}
