//! Texts of a column, some rows at a time, and how those of all columns become lines.
//!
//! The law: a line is what writing its fields one after the other would make of it. Short texts are copied
//! with what stands behind them, and whether one needs quotes is asked of all of them at once.

use fearless_simd::{Level, dispatch};

use super::DELIMITER;
use super::form;
use super::time::Days;
use crate::intake::express::Buffer;
use crate::intake::rows::LONGEST;

/// Rows that become lines at once: what is known of them stays in the nearest cache.
pub(super) const AT_ONCE: usize = 128;
/// A text of so many bytes is copied in one piece.
pub(super) const NEAR: usize = 32;

/// Where a text lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) from: u32,
    pub(super) length: u32,
}

/// What texts lie in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    Page,
    Dictionary,
    #[default]
    Own,
}

/// The texts of some rows of a column.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) spans: Vec<Span>,
    pub(super) place: Place,
    /// Those that were written out.
    pub(super) own: Vec<u8>,
    pub(super) days: Days,
}

/// The texts of a column with the bytes that they lie in, and whether they may need quotes.
pub(super) struct Column<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) spans: &'t [Span],
    pub(super) raw: bool,
}

impl Span {
    /// From one place to another; none if they are too far away.
    pub(super) fn between(from: usize, to: usize) -> Option<Self> {
        let length = u32::try_from(to.checked_sub(from)?).ok()?;
        Some(Self { from: u32::try_from(from).ok()?, length })
    }
}

impl Column<'_> {
    fn text(&self, row: usize) -> &[u8] {
        let Span { from, length } = self.spans[row];
        &self.bytes[from as usize..][..length as usize]
    }
}

/// What is known of rows that were written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Look {
    /// No quotes, and no row is too long; whether all is ASCII.
    Plain { ascii: bool },
    /// Nothing.
    Unknown,
}

impl Look {
    /// Of these rows and others.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Plain { ascii }, Self::Plain { ascii: other }) => {
                Self::Plain { ascii: ascii && other }
            }
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
        }
    }
}

/// Puts rows behind a text, each on a line.
pub(super) fn put(level: Level, columns: &[Column<'_>], rows: usize, into: &mut Buffer) -> Look {
    let lengths = |it: &Column<'_>| -> usize {
        it.spans[..rows].iter().map(|span| span.length as usize + 1).sum()
    };
    let size = columns.iter().map(lengths).sum();
    if columns.len() > 1 && size <= LONGEST {
        let room = into.room(size + NEAR);
        copy(columns, rows, room);
        let text = &room[..size];
        let Signs { few, quotes, high } = signs(level, text);
        let marked = || high && memchr::memmem::find(text, form::MARK).is_some();
        if few == rows * columns.len() && !quotes && !marked() {
            into.grow(size);
            return Look::Plain { ascii: !high };
        }
    }
    let mut text = Vec::with_capacity(size);
    for row in 0..rows {
        one(columns, row, &mut text);
    }
    into.room(text.len()).copy_from_slice(&text);
    into.grow(text.len());
    Look::Unknown
}

/// Writes rows as if no text needed quotes. There is room for them, and for a text more.
#[inline]
fn copy(columns: &[Column<'_>], rows: usize, room: &mut [u8]) {
    let mut at = 0;
    for row in 0..rows {
        for column in columns {
            let Span { from, length } = column.spans[row];
            let (from, length) = (from as usize, length as usize);
            let near = column.bytes.get(from..from + NEAR).filter(|_| length <= NEAR);
            match (near, room.get_mut(at..at + NEAR)) {
                (Some(near), Some(to)) => to.copy_from_slice(near),
                (None, _) | (_, None) => {
                    room[at..at + length].copy_from_slice(&column.bytes[from..from + length]);
                }
            }
            room[at + length] = DELIMITER;
            at += length + 1;
        }
        room[at - 1] = b'\n';
    }
}

/// Writes one row, with quotes where they are needed.
#[cold]
fn one(columns: &[Column<'_>], row: usize, text: &mut Vec<u8>) {
    let from = text.len();
    for column in columns {
        match column.raw {
            true => form::quoted(column.text(row), text),
            false => text.extend_from_slice(column.text(row)),
        }
        text.push(DELIMITER);
    }
    text.pop();
    if text[from..].iter().all(u8::is_ascii_whitespace) {
        // Only a single column can look like no row at all.
        text.insert(from, b'"');
        text.push(b'"');
    }
    if text.len() - from > LONGEST {
        overlong(text, from);
    }
    text.push(b'\n');
}

/// A row that is refused for its length is one line, and certainly too long.
fn overlong(text: &mut Vec<u8>, from: usize) {
    text[from..].iter_mut().filter(|it| b"\r\n".contains(it)).for_each(|it| *it = b' ');
    let least = from + LONGEST + 3;
    text.resize(text.len().max(least), b' ');
}

/// What stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Signs {
    /// Bytes below the first sign that can be seen: delimiters and line ends, and whatever texts have of them.
    few: usize,
    quotes: bool,
    /// Bytes that are not ASCII.
    high: bool,
}

fn signs(level: Level, text: &[u8]) -> Signs {
    dispatch!(level, _ => signs_of(text))
}

#[inline(always)]
fn signs_of(text: &[u8]) -> Signs {
    const BLOCK: usize = 64;
    let (mut few, mut least, mut bits) = (0, [u8::MAX; BLOCK], [0; BLOCK]);
    // A byte counts no further than its blocks are.
    for piece in text.chunks(BLOCK * 255) {
        let mut counts = [0_u8; BLOCK];
        let (blocks, rest) = piece.as_chunks::<BLOCK>();
        for block in blocks {
            for at in 0..BLOCK {
                counts[at] = counts[at].wrapping_add(u8::from(block[at] < b' '));
                least[at] = least[at].min(block[at] ^ b'"');
                bits[at] |= block[at];
            }
        }
        few += counts.iter().map(|count| usize::from(*count)).sum::<usize>();
        for (at, byte) in rest.iter().enumerate() {
            few += usize::from(*byte < b' ');
            least[at] = least[at].min(byte ^ b'"');
            bits[at] |= byte;
        }
    }
    Signs { few, quotes: least.contains(&0), high: bits.iter().any(|bits| *bits >= 0x80) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn signs_are_those_of_the_text(
            length in 0_usize..40_000,
            odd in proptest::collection::vec((0_usize..40_000, any::<u8>()), 0..300),
            all in prop_oneof![Just(b'a'), Just(0x1F)],
        ) {
            let mut text = vec![all; length];
            for (at, byte) in odd {
                if let Some(place) = text.get_mut(at) {
                    *place = byte;
                }
            }
            let few = text.iter().filter(|byte| **byte < b' ').count();
            let due = Signs { few, quotes: text.contains(&b'"'), high: !text.is_ascii() };
            prop_assert_eq!(signs(Level::new(), &text), due);
        }

        #[test]
        fn lines_are_those_that_are_written_one_by_one(
            values in proptest::collection::vec(
                proptest::collection::vec("[a-zü\"\n\r\u{1f}\u{feff} ,]{0,3}|[a-z]{0,50}", 3),
                1..9,
            ),
            columns in 1_usize..4,
            before in 0_usize..9,
        ) {
            let mut bytes = vec![Vec::new(); columns];
            let mut spans = vec![Vec::new(); columns];
            for row in &values {
                for ((value, bytes), spans) in row.iter().zip(&mut bytes).zip(&mut spans) {
                    let from = bytes.len();
                    bytes.extend_from_slice(value.as_bytes());
                    spans.push(Span::between(from, bytes.len()).unwrap());
                }
            }
            let column = |(bytes, spans)| Column { bytes, spans, raw: true };
            let columns: Vec<Column<'_>> =
                bytes.iter().map(Vec::as_slice).zip(spans.iter().map(Vec::as_slice)).map(column).collect();
            let (mut due, mut found) = (vec![b'x'; before], Buffer::default());
            (0..values.len()).for_each(|row| one(&columns, row, &mut due));
            found.begin(&vec![b'x'; before]);
            let look = put(Level::new(), &columns, values.len(), &mut found);
            prop_assert_eq!(found.text(), &due[..]);
            if let Look::Plain { ascii } = look {
                prop_assert!(!due.contains(&b'"') && due.is_ascii() == ascii);
            }
        }
    }
}
