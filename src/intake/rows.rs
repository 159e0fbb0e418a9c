//! Rows of CSV and JSON lines, one at a time, each with its line and its own raw text.
//!
//! The law: every row comes out, readable or not; one bad row never takes its neighbours along.
//! A quote that is not closed within [`LONGEST`] bytes or before the end costs its own line only.
//!
//! A line break inside a quoted field is one `\n`, so that a fact is the same whichever system
//! exported it.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use super::codes;
use super::json::Object;
use super::reject::Refusal;
use super::scan::{Scan, after_quote, never_closed, split_plain};

/// The longest row in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// What a row is made of.
pub(super) enum Body<'a> {
    /// A record of CSV: its text and where its fields are.
    Csv(&'a str, &'a [Span]),
    /// A JSON object.
    Json(&'a Object),
}

/// One field of a CSV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Its content without the quotes around it, in bytes of the record.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Does it hold doubled quotes that stand for one?
    pub(super) doubled: bool,
}

/// One row as raw bytes, without its line end.
pub(super) struct Raw {
    /// Its first line, from 1.
    pub(super) line: u64,
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be split into fields, if it cannot.
    pub(super) refused: Option<Refusal>,
}

/// A line without its end, and whether it was longer than a row may be.
type Line = (Vec<u8>, bool);

/// The lines of a file, and lines given back.
pub(super) struct Lines<R> {
    input: R,
    returned: VecDeque<Line>,
    /// The line that the next call reads, from 1.
    next: u64,
    /// Are whole records counted, and not their lines?
    by_record: bool,
    /// Bytes of all lines that were read, with their ends.
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, returned: VecDeque::new(), next: 1, by_record: false, bytes: 0 }
    }

    /// The lines of a text that begins with a line of that number.
    pub(super) fn from_line(input: R, number: u64) -> Self {
        Self { next: number, ..Self::new(input) }
    }

    /// Counts a record as one line, whatever its fields hold.
    pub(super) fn by_record(self) -> Self {
        Self { by_record: true, ..self }
    }

    /// The number of the line that comes next.
    pub(super) fn next_line_number(&self) -> u64 {
        self.next
    }

    /// How many bytes were read, also of lines that were given back.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many lines were given back that nobody has read since.
    pub(super) fn given_back(&self) -> usize {
        self.returned.len()
    }

    /// Takes away what is to be read behind lines that were given back; nothing but those comes then.
    pub(super) fn take_input(&mut self, nothing: R) -> R {
        std::mem::replace(&mut self.input, nothing)
    }

    /// What is left to be read; none if lines were given back.
    pub(super) fn into_input(self) -> Option<R> {
        self.returned.is_empty().then_some(self.input)
    }

    /// Puts rows back, the first of the list to be read next.
    pub(super) fn give_back(&mut self, rows: Vec<Raw>) {
        for raw in rows.into_iter().rev() {
            // Blank lines that were passed by come back as well, so that the count stays right.
            while self.next > raw.line + 1 {
                self.returned.push_front((Vec::new(), false));
                self.next -= 1;
            }
            self.returned.push_front((raw.bytes, raw.refused.is_some()));
            self.next = raw.line;
        }
    }

    /// The next CSV record, whose fields go into `fields`; without a delimiter the next JSON line.
    pub(super) fn next_row(
        &mut self,
        delimiter: Option<u8>,
        fields: &mut Vec<Span>,
    ) -> io::Result<Option<Raw>> {
        match delimiter {
            Some(delimiter) => self.next_record(delimiter, fields),
            None => self.next_line(),
        }
    }

    /// The next JSON line; blank lines are no rows.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Raw>> {
        loop {
            let line = self.next;
            let Some((bytes, cut)) = self.line()? else { return Ok(None) };
            if cut || !bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(Raw { line, bytes, refused: cut.then(too_long) }));
            }
        }
    }

    /// The next CSV record; its fields go into `fields`. Blank lines are no rows.
    pub(super) fn next_record(
        &mut self,
        delimiter: u8,
        fields: &mut Vec<Span>,
    ) -> io::Result<Option<Raw>> {
        fields.clear();
        let Some(mut raw) = self.next_line()? else { return Ok(None) };
        if raw.refused.is_some() {
            return Ok(Some(raw));
        }
        if !raw.bytes.contains(&b'"') {
            split_plain(&raw.bytes, delimiter, fields);
            return Ok(Some(raw));
        }
        let mut scan = Scan::default();
        scan.read(&raw.bytes, delimiter, 0, fields);
        if scan.is_open() {
            self.read_to_quote(&mut raw, &mut scan, delimiter, fields)?;
        }
        if self.by_record {
            self.next = raw.line + 1;
        }
        if raw.refused.is_none() {
            scan.end(raw.bytes.len(), fields);
            raw.refused = scan.is_broken().then(after_quote);
        }
        Ok(Some(raw))
    }

    /// Takes further lines until the open quote is closed; if it never is, gives them back.
    fn read_to_quote(
        &mut self,
        raw: &mut Raw,
        scan: &mut Scan,
        delimiter: u8,
        fields: &mut Vec<Span>,
    ) -> io::Result<()> {
        let own = raw.bytes.len();
        let mut taken: Vec<Line> = Vec::new();
        while scan.is_open() {
            let next = self.line()?;
            let end = next.is_none();
            taken.extend(next);
            let long = taken.last().is_some_and(|line| raw.bytes.len() + line.0.len() > LONGEST);
            if end || long {
                self.next -= taken.len() as u64;
                taken.into_iter().rev().for_each(|line| self.returned.push_front(line));
                raw.bytes.truncate(own);
                fields.clear();
                raw.refused = Some(never_closed());
                return Ok(());
            }
            raw.bytes.push(b'\n');
            let at = raw.bytes.len();
            raw.bytes.extend_from_slice(&taken[taken.len() - 1].0);
            scan.read(&raw.bytes, delimiter, at, fields);
        }
        Ok(())
    }

    /// The next line, wherever it is; a byte-order mark before the first is not part of it.
    fn line(&mut self) -> io::Result<Option<Line>> {
        let line = match self.returned.pop_front() {
            Some(line) => Some(line),
            None => self.read()?,
        };
        let Some((mut line, cut)) = line else { return Ok(None) };
        if self.next == 1 && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        self.next += 1;
        Ok(Some((line, cut)))
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        let limit = LONGEST as u64 + 2;
        let read = self.input.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.bytes += read as u64;
        let cut = line.len() > LONGEST && line.last() != Some(&b'\n');
        if cut {
            self.bytes += self.input.skip_until(b'\n')? as u64;
            line.truncate(LONGEST);
        }
        for end in [b'\n', b'\r'] {
            if line.last() == Some(&end) {
                line.pop();
            }
        }
        Ok(Some((line, cut)))
    }
}

fn too_long() -> Refusal {
    Refusal::new(&codes::LENGTH, format!("this row is longer than {LONGEST} bytes"))
        .help("a line end is missing, or this is not a file of rows")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Read = (u64, Vec<String>, bool);

    fn records(text: &[u8]) -> Vec<Read> {
        let mut lines = Lines::new(text);
        let (mut fields, mut all) = (Vec::new(), Vec::new());
        while let Some(raw) = lines.next_record(b',', &mut fields).unwrap() {
            let cell = |field: &Span| {
                let text = String::from_utf8_lossy(&raw.bytes[field.from..field.to]).into_owned();
                if field.doubled { text.replace("\"\"", "\"") } else { text }
            };
            let cells = fields.iter().map(cell).collect();
            all.push((raw.line, cells, raw.refused.is_some()));
        }
        all
    }

    fn row(line: u64, cells: &[&str]) -> Read {
        (line, cells.iter().map(|&cell| cell.to_owned()).collect(), false)
    }

    #[test]
    fn marks_line_ends_quotes_and_blank_lines() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n\"x\"\"y\",\"1\n2\"\n,\nlast,5\" wide";
        let due = [
            row(1, &["a", "b"]),
            row(3, &["x\"y", "1\n2"]),
            row(5, &["", ""]),
            row(6, &["last", "5\" wide"]),
        ];
        assert_eq!(records(text), due);
        assert_eq!(records(b""), []);
    }

    #[test]
    fn an_unclosed_quote_costs_one_line() {
        let read = records(b"a,\"b\nc,d\ne,f\n");
        assert_eq!(
            read.iter().map(|row| (row.0, row.2)).collect::<Vec<_>>(),
            [(1, true), (2, false), (3, false)]
        );
        assert_eq!(read[1].1, ["c", "d"]);
        let far = format!("a,\"b\n{}e,f\n", "0123456789\n".repeat(LONGEST / 5));
        let read = records(far.as_bytes());
        assert_eq!((read.len(), read[0].2, read[1].0), (LONGEST / 5 + 2, true, 2));
        assert_eq!(read.last().unwrap().1, ["e", "f"]);
        assert!(records(b"\"a\"b,c\n")[0].2);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_is_read() {
        let text = format!("{}\na,b\n", "x".repeat(3 * LONGEST));
        let read = records(text.as_bytes());
        assert_eq!((read.len(), read[0].2), (2, true));
        assert_eq!(read[1], row(2, &["a", "b"]));
    }

    /// What both read, they read alike: the csv crate is the witness.
    fn read_alike(text: &str) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let due: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(|cell| cell.replace("\r\n", "\n")).collect())
            .collect();
        let read = records(text.as_bytes());
        if read.iter().any(|row| row.2) {
            return;
        }
        let read: Vec<Vec<String>> = read.into_iter().map(|row| row.1).collect();
        assert_eq!(read, due, "{text:?}");
    }

    #[test]
    fn a_quote_inside_a_field_is_a_letter_and_the_next_row_may_be_quoted() {
        read_alike("a\"\n\"\n\",\",");
        read_alike("a\"\n\"\n\",\",\"\n");
    }

    proptest! {
        #[test]
        fn reads_as_the_csv_crate_does(text in "([a-z,]{0,4}|\"([a-z,\n]|\"\"){0,6}\"(,|\n)|\n|\r\n){0,12}") {
            read_alike(&text);
        }
    }
}
