//! Lines with quotes whose fields all end within their line, as most warehouses write them; and lines
//! of files with fields that [are made](super::made).
//!
//! The law: fields are those that the ordinary reader finds. A row with a doubled quote, or with a
//! quote inside of a field without quotes around it, is left to that one; so is a whole chunk in which
//! a field spans lines or text follows a closing quote.

use fearless_simd::Level;

use super::chunk::{Left, Read};
use super::columns::Columns;
use super::lane::{Lane, Taken};
use super::made::Made;
use super::signs::{self, BLOCK, Count};
use crate::fact::bulk::Columns as Marks;

/// So much of a text is looked through before what was found is looked at.
const PIECE: usize = 8 << 10;

/// Calls `found` with the place of every delimiter, quote and line end, in order.
fn each_sign(text: &[u8], delimiter: u8, mut found: impl FnMut(usize)) {
    let (level, mut places) = (Level::new(), vec![0; text.len().min(PIECE) + BLOCK]);
    for (number, piece) in text.chunks(PIECE).enumerate() {
        let from = number * PIECE;
        let Count { signs, .. } = signs::find(level, (piece, 0), delimiter, true, &mut places);
        places[..signs].iter().for_each(|place| found(from + *place as usize));
    }
}

/// The way along the fields of a line.
#[derive(Default)]
struct Walk {
    /// Where the field begins.
    start: usize,
    /// The quotes of a field that begins with one, and where the last of them is.
    quotes: usize,
    last: usize,
    /// Only the ordinary reader reads this row.
    odd: bool,
    /// Only the ordinary reader knows where this row ends.
    knotty: bool,
}

impl Walk {
    fn quote(&mut self, at: usize) {
        if self.quotes == 0 && at != self.start {
            self.odd = true;
            return;
        }
        if self.quotes > 0 && !self.is_open() {
            self.odd = true;
            self.knotty |= at != self.last + 1;
        }
        (self.quotes, self.last) = (self.quotes + 1, at);
    }

    fn is_open(&self) -> bool {
        self.quotes % 2 == 1
    }

    /// A field ends before `at`; the next one begins at `next`.
    fn end(&mut self, at: usize, next: usize) {
        self.knotty |= self.is_open() || (self.quotes > 0 && self.last + 1 != at);
        (self.start, self.quotes) = (next, 0);
    }
}

/// Do all fields of all lines end within their line?
pub(super) fn is_closed(text: &[u8], delimiter: u8) -> bool {
    let mut walk = Walk::default();
    let mut from = 0;
    each_sign(text, delimiter, |at| match text[at] {
        b'"' => walk.quote(at),
        b'\n' => {
            walk.end(end_of(text, from, at), at + 1);
            from = at + 1;
        }
        _ if walk.is_open() => {}
        _ => walk.end(at, at + 1),
    });
    walk.end(end_of(text, from, text.len()), text.len());
    !walk.knotty
}

/// Where a line from `from` to its end sign ends.
fn end_of(text: &[u8], from: usize, at: usize) -> usize {
    if at > from && text[at - 1] == b'\r' { at - 1 } else { at }
}

/// One row with its fields; without them if only the ordinary reader knows them.
struct Row<'t> {
    line: u64,
    from: usize,
    to: usize,
    /// A text without quotes, and where its fields end.
    fields: Option<(&'t [u8], &'t [usize])>,
}

/// Calls `each` with every line that is not blank; says how many lines there are.
fn each_row(text: &[u8], (delimiter, made): (u8, &[Made]), mut each: impl FnMut(&Row<'_>)) -> u64 {
    let (mut walk, mut ends, mut from, mut lines) = (Walk::default(), Vec::new(), 0, 0);
    let mut bare = Bare::default();
    let mut line = |walk: &mut Walk, ends: &mut Vec<usize>, from: usize, at: usize, line: u64| {
        let to = end_of(text, from, at);
        walk.end(to, at + 1);
        if !text[from..to].iter().all(u8::is_ascii_whitespace) {
            ends.push(to);
            let plain = !walk.odd && !walk.knotty;
            let fields = if plain { bare.of(text, from, ends, made) } else { None };
            each(&Row { line, from, to, fields });
        }
        ends.clear();
        (walk.odd, walk.knotty) = (false, false);
    };
    each_sign(text, delimiter, |at| match text[at] {
        b'"' => walk.quote(at),
        b'\n' => {
            line(&mut walk, &mut ends, from, at, lines);
            (from, lines) = (at + 1, lines + 1);
        }
        _ if walk.is_open() => {}
        _ => {
            walk.end(at, at + 1);
            ends.push(at);
        }
    });
    if from < text.len() {
        line(&mut walk, &mut ends, from, text.len(), lines);
        lines += 1;
    }
    lines
}

/// A row without the quotes around its fields.
#[derive(Default)]
struct Bare {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Bare {
    /// None if a field cannot be made.
    fn of(
        &mut self,
        text: &[u8],
        from: usize,
        ends: &[usize],
        made: &[Made],
    ) -> Option<(&[u8], &[usize])> {
        self.text.clear();
        self.ends.clear();
        let mut start = from;
        for &end in ends {
            self.push(without_quotes(&text[start..end]));
            start = end + 1;
        }
        for it in made {
            let field = |at: usize| {
                let from = if at == 0 { from } else { ends.get(at - 1)? + 1 };
                Some(without_quotes(&text[from..*ends.get(at)?]))
            };
            self.push(it.text(field)?.as_bytes());
        }
        Some((&self.text, &self.ends))
    }

    fn push(&mut self, field: &[u8]) {
        self.text.extend_from_slice(field);
        self.ends.push(self.text.len());
        // No text has this byte: neighbouring fields that are looked up as one keep their bounds.
        self.text.push(0xFF);
    }
}

fn without_quotes(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inner @ .., b'"'] => inner,
        field => field,
    }
}

/// Reads a chunk that [is closed](is_closed), and adds up what is taken of it.
pub(super) fn read(lane: &mut Lane<'_>, text: &[u8], columns: &Columns, at: u64) -> Read {
    let mut read = Read { marks: Marks::with_room(text.len() / 128), ..Read::default() };
    let ascii = text.is_ascii();
    read.lines = each_row(text, (columns.delimiter, &columns.made), |row| {
        read.rows += 1;
        let &Row { line, from, to, fields } = row;
        let readable = || ascii || std::str::from_utf8(&text[from..to]).is_ok();
        match fields.and_then(|(bare, ends)| lane.take(bare, 0, ends)).filter(|_| readable()) {
            Some(taken) => {
                lane.add(&taken);
                read.mark(at + from as u64, &taken.mark);
            }
            None => read.left.push(Left { line, from, to }),
        }
    });
    read
}

/// One row, as [`read`] takes it.
pub(in crate::intake) fn take(lane: &mut Lane<'_>, row: &[u8], columns: &Columns) -> Option<Taken> {
    let mut taken = None;
    each_row(row, (columns.delimiter, &columns.made), |row| {
        taken = row.fields.and_then(|(bare, ends)| lane.take(bare, 0, ends));
    });
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::field::cell;
    use crate::intake::rows::Lines;

    /// What the ordinary reader finds: line, and fields.
    fn ordinary(text: &str) -> Vec<(u64, Vec<String>)> {
        let (mut lines, mut spans, mut all) =
            (Lines::from_line(text.as_bytes(), 0), Vec::new(), Vec::new());
        while let Some(raw) = lines.next_record(b',', &mut spans).unwrap() {
            assert!(raw.refused.is_none(), "{text:?}");
            let row = std::str::from_utf8(&raw.bytes).unwrap();
            all.push((raw.line, spans.iter().map(|it| cell(row, it).into_owned()).collect()));
        }
        all
    }

    /// A line and its fields; none if it is left.
    type Read = (u64, Option<Vec<String>>);

    fn quoted(text: &str) -> (u64, Vec<Read>) {
        let mut all = Vec::new();
        let lines = each_row(text.as_bytes(), (b',', &[]), |row| {
            let fields = row.fields.map(|(bare, ends)| {
                let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
                let text = |(from, to): (usize, &usize)| {
                    String::from_utf8(bare[from..*to].to_vec()).unwrap()
                };
                starts.zip(ends).map(text).collect()
            });
            all.push((row.line, fields));
        });
        (lines, all)
    }

    #[test]
    fn simple_quotes_are_taken_off_and_the_rest_is_left() {
        let (lines, rows) =
            quoted("\"a\",\"b, c\"\r\n\nx,\"\"\n\"say \"\"so\"\"\",y\n5\" wide,z\n\"last\",\"\r");
        assert_eq!(lines, 6);
        let row = |line, fields: &[&str]| {
            (line, Some(fields.iter().map(|&field| field.to_owned()).collect()))
        };
        let due = [row(0, &["a", "b, c"]), row(2, &["x", ""]), (3, None), (4, None), (5, None)];
        assert_eq!(rows, due);
    }

    #[test]
    fn nothing_is_found_behind_the_end() {
        for text in ["", "a\0b", "\"a\"\0", "\"a"] {
            let mut found = Vec::new();
            each_sign(text.as_bytes(), 0, |at| found.push(at));
            let due = text.bytes().enumerate().filter(|(_, byte)| b"\0\"".contains(byte));
            assert_eq!(found, due.map(|(at, _)| at).collect::<Vec<_>>(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_is_closed_is_read_as_the_ordinary_reader_reads_it(
            text in "((a|\"\"|\"b\"|\"c,d\"|\"e\"\"f\"|\"g\nh\"|5\"|\"i\"j|\"|,|,|\r|\n|\r\n| ){0,14}\n?){1,3}",
        ) {
            if is_closed(text.as_bytes(), b',') {
                let due = ordinary(&text);
                let (lines, rows) = quoted(&text);
                prop_assert_eq!(lines, text.split_inclusive('\n').count() as u64);
                let numbers: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
                let dues: Vec<u64> = due.iter().map(|(line, _)| *line).collect();
                prop_assert_eq!(numbers, dues);
                for ((_, found), (_, due)) in rows.iter().zip(&due) {
                    prop_assert!(found.as_ref().is_none_or(|found| found == due), "{:?}", found);
                }
            }
        }
    }
}
