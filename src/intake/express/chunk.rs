//! One chunk of a file: whole lines without a quote, read on the express way.

use super::lane::Lane;
use super::split::Signs;
use crate::fact::bulk::Placed;

/// What came of a chunk.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Its lines.
    pub(super) lines: u64,
    /// Its rows: lines that are not blank.
    pub(super) rows: u64,
    /// Marks of the rows that were taken, in their order.
    pub(super) marks: Vec<Placed>,
    /// Rows left to the ordinary reader.
    pub(super) left: Vec<Left>,
}

/// A line that was left, without its end: which of the chunk's, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) struct Left {
    pub(in crate::intake) line: u64,
    pub(in crate::intake) from: usize,
    pub(in crate::intake) to: usize,
}

/// Bytes whose signs are found before their lines are looked at: all of that stays in the nearest cache.
const PIECE: usize = 8 << 10;

/// Calls `each` with the number, start and field ends of every line that is not blank; the last of
/// the ends is that of the line.
pub(in crate::intake) fn each_line(
    text: &[u8],
    delimiter: u8,
    mut each: impl FnMut(u64, usize, &[usize]),
) -> u64 {
    let (mut start, mut lines, mut signs) = (0, 0, Signs::default());
    let mut line = |ends: &mut [usize]| {
        let (end, last) = (ends[ends.len() - 1], ends.len() - 1);
        ends[last] = if end > start && text[end - 1] == b'\r' { end - 1 } else { end };
        if !is_blank(&text[start..ends[last]]) {
            each(lines, start, ends);
        }
        (start, lines) = (end + 1, lines + 1);
    };
    for (number, piece) in text.chunks(PIECE).enumerate() {
        signs.find(piece, number * PIECE, delimiter);
        signs.whole_lines(&mut line);
    }
    if text.last().is_some_and(|byte| *byte != b'\n') {
        line(signs.last_line(text.len()));
    }
    lines
}

/// Does a line have nothing but white space? Its first byte nearly always tells.
#[inline]
fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.iter().all(u8::is_ascii_whitespace)
}

/// Reads a chunk that begins at a place of the delivery, and adds up what is taken of it.
pub(super) fn read(lane: &mut Lane<'_>, text: &[u8], delimiter: u8, at: u64) -> Read {
    let mut read = Read { marks: Vec::with_capacity(text.len() / 96), ..Read::default() };
    let ascii = text.is_ascii();
    read.lines = each_line(text, delimiter, |line, from, ends| {
        read.rows += 1;
        let to = ends[ends.len() - 1];
        let readable = ascii || std::str::from_utf8(&text[from..to]).is_ok();
        if readable && let Some(taken) = lane.take(text, from, ends) {
            lane.add(&taken);
            read.marks.push(Placed { at: at + from as u64, mark: taken.mark });
        } else {
            read.left.push(Left { line, from, to });
        }
    });
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> (u64, Vec<(u64, Vec<String>)>) {
        let mut found = Vec::new();
        let count = each_line(text.as_bytes(), b',', |line, start, ends| {
            let starts = std::iter::once(start).chain(ends.iter().map(|end| end + 1));
            let fields = starts.zip(ends).map(|(from, to)| text[from..*to].to_owned()).collect();
            found.push((line, fields));
        });
        (count, found)
    }

    #[test]
    fn lines_and_their_fields() {
        let row = |line, fields: &[&str]| {
            (line, fields.iter().map(|&field| field.to_owned()).collect::<Vec<_>>())
        };
        let (count, found) = lines("a,b\r\n\n \r\n,\r\nlast,\r");
        assert_eq!(count, 5);
        assert_eq!(found, [row(0, &["a", "b"]), row(3, &["", ""]), row(4, &["last", ""])]);
        assert_eq!(lines("").0, 0);
        assert_eq!(lines("a").1, [row(0, &["a"])]);
    }
}
