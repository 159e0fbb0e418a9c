//! Lines with quotes whose fields all end within their line, as most warehouses write them; and lines
//! of files with fields that [are made](super::made).
//!
//! The law: fields are those that the ordinary reader finds. A row with a doubled quote, or with a
//! quote inside of a field without quotes around it, is left to that one; so is a whole chunk in which
//! a field spans lines or text follows a closing quote.

use std::io;

use fearless_simd::Level;

use super::bare::Bare;
use super::batch::{Batch, Frame, ROWS};
use super::chunk::{Left, Places, Read};
use super::columns::Columns;
use super::enclosed::{self, Enclosed};
use super::lane::{Lane, Taken};
use super::walk::{self, Line};
use crate::fact::bulk::Hand;

/// Do all fields of all lines end within their line?
pub(super) fn is_closed(text: &[u8], delimiter: u8) -> bool {
    Enclosed::of(Level::new(), text, delimiter).whole() || walk::is_closed(text, delimiter)
}

/// Calls `each` with every line that is not blank of a text that [is closed](is_closed); says how many lines there are.
fn each_line(text: &[u8], delimiter: u8, each: impl FnMut(&Line<'_>)) -> u64 {
    if Enclosed::of(Level::new(), text, delimiter).whole() {
        enclosed::each_line(Level::new(), text, delimiter, each)
    } else {
        walk::each_line(text, delimiter, each)
    }
}

/// Reads a chunk whose rows are where `at` says, that [is closed](is_closed) and may be known to be ASCII, and adds up what is taken of
/// it. Marks of rows that are read many at once go to the hand.
pub(super) fn read(
    lane: &mut Lane<'_>,
    hand: &mut dyn Hand,
    (text, ascii): (&[u8], bool),
    columns: &Columns,
    at: Places,
) -> io::Result<Read> {
    let (signs, batch) = lane.tools();
    let readable = ascii || std::str::from_utf8(text).is_ok();
    let many = readable && lane.takes_many();
    let (bare, read) = (Bare::default(), Read::default());
    let mut way = Way { lane, hand, batch, columns, text, at, readable, many, bare, read };
    let mut done = Ok(());
    let lines = each_line(text, columns.delimiter, |line| {
        if done.is_ok() {
            done = way.line(line);
        }
    });
    done.and_then(|()| way.take())?;
    let Way { lane, batch, mut read, .. } = way;
    read.lines = lines;
    // A row is left when it is met, or when all with it were looked at.
    read.left.sort_unstable_by_key(|left| left.line);
    lane.keep((signs, batch));
    Ok(read)
}

/// The way through a chunk.
struct Way<'l, 'a, 't> {
    lane: &'l mut Lane<'a>,
    hand: &'l mut dyn Hand,
    batch: Box<Batch>,
    columns: &'l Columns,
    text: &'t [u8],
    /// Where rows of the chunk are.
    at: Places,
    /// Is all of it text?
    readable: bool,
    /// Are rows read many at once?
    many: bool,
    /// Rows that are not taken yet.
    bare: Bare,
    read: Read,
}

impl Way<'_, '_, '_> {
    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.read.rows += 1;
        let Line { number, from, to, .. } = *line;
        let made = &self.columns.made;
        let ends = line.ends.filter(|ends| ends.len() + made.len() == self.columns.count);
        if !ends.is_some_and(|ends| self.bare.put(self.text, (number, from, to), ends, made)) {
            self.read.left.push(Left { line: number, from, to });
        }
        if self.bare.len() == if self.many { ROWS } else { 1 } { self.take() } else { Ok(()) }
    }

    /// Takes the rows that are not taken yet.
    fn take(&mut self) -> io::Result<()> {
        let bare = std::mem::take(&mut self.bare);
        if self.many && bare.len() > 0 {
            let frame = Frame::bare(bare.text(), bare.places(), self.columns.count);
            self.lane.take_many(&frame, &mut self.batch);
            let at = self.at;
            let place = |row: usize, _| at.of(bare.rows()[row].from, bare.rows()[row].line);
            self.hand.put_batch(&self.lane.marks(&frame, &mut self.batch, place))?;
        }
        for row in 0..bare.len() {
            if !(self.many && self.batch.sure[row]) {
                self.one(&bare, row);
            }
        }
        self.bare = bare.emptied();
        Ok(())
    }

    /// One row by itself.
    fn one(&mut self, bare: &Bare, row: usize) {
        let Left { line, from, to } = bare.rows()[row];
        let readable = self.readable || std::str::from_utf8(&self.text[from..to]).is_ok();
        let (start, ends) = bare.row(row);
        match self.lane.take(bare.text(), start, &ends).filter(|_| readable) {
            Some(taken) => {
                self.lane.add(&taken);
                self.read.mark(self.at.of(from, line), &taken.mark);
            }
            None => self.read.left.push(Left { line, from, to }),
        }
    }
}

/// One row, as [`read`] takes it.
pub(in crate::intake) fn take(lane: &mut Lane<'_>, row: &[u8], columns: &Columns) -> Option<Taken> {
    let (mut taken, mut bare) = (None, Bare::default());
    each_line(row, columns.delimiter, |line| {
        let Line { number, from, to, ends } = *line;
        taken = ends
            .filter(|ends| bare.put(row, (number, from, to), ends, &columns.made))
            .and_then(|_| {
                let (start, ends) = bare.row(0);
                lane.take(bare.text(), start, &ends)
            });
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

    fn fields(text: &str, line: &Line<'_>, bare: &mut Bare) -> Option<Vec<String>> {
        let place = (line.number, line.from, line.to);
        let ends = line.ends.filter(|ends| bare.put(text.as_bytes(), place, ends, &[]))?;
        let mut from = bare.places()[bare.places().len() - ends.len() - 1].wrapping_add(1);
        let ends = bare.places()[bare.places().len() - ends.len()..].iter();
        let field = |end: &u32| {
            let field = bare.text()[from as usize..*end as usize].to_vec();
            from = end + 1;
            String::from_utf8(field).unwrap()
        };
        Some(ends.map(field).collect())
    }

    /// What is found on the quick way, if there is one, is what is found on the other.
    fn quoted(text: &str) -> (u64, Vec<Read>) {
        let (mut all, mut slowly) = (Vec::new(), Vec::new());
        let (mut bare, mut other) = (Bare::default(), Bare::default());
        let lines = each_line(text.as_bytes(), b',', |line| {
            all.push((line.number, fields(text, line, &mut bare)));
        });
        let due = walk::each_line(text.as_bytes(), b',', |line| {
            slowly.push((line.number, fields(text, line, &mut other)));
        });
        assert_eq!((lines, &all), (due, &slowly), "{text:?}");
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
