//! A column of numbers, read for many rows at once.
//!
//! Where there are wide words, the last bytes of all fields are put side by side, and numbers made of
//! them; elsewhere one number is read after the other.

use fearless_simd::{Level, dispatch};

use super::batch::{Frame, ROWS};
use super::parse::{self, Short};
use super::rules::Sign;
use super::sums::{self, millionths};
use super::wide;
use crate::fact::fingerprint::NOTHING as NO_WORD;

/// Stands for the scale of a number that is not there.
const NOTHING: u8 = u8::MAX;

/// No number.
const NONE: Short = Short { mantissa: 0, scale: NOTHING };

/// A number of each row.
pub(super) struct Numbers {
    mantissas: [i64; ROWS],
    /// Digits behind the point.
    scales: [u8; ROWS],
    pub(super) signs: [Sign; ROWS],
    /// The numbers as millionths, which is how fingerprints and sums take them.
    pub(super) words: [u64; ROWS],
    /// Of which rows are they so few, and whole ones, that these words are the numbers?
    pub(super) small: [bool; ROWS],
}

impl Default for Numbers {
    fn default() -> Self {
        let signs = [Sign::of(None); ROWS];
        let (mantissas, scales) = ([0; ROWS], [NOTHING; ROWS]);
        Self { mantissas, scales, signs, words: [NO_WORD; ROWS], small: [true; ROWS] }
    }
}

impl Numbers {
    /// The number of a row.
    #[inline(always)]
    pub(super) fn get(&self, row: usize) -> Option<Short> {
        let (mantissa, scale) = (self.mantissas[row], self.scales[row]);
        (scale != NOTHING).then_some(Short { mantissa, scale })
    }

    /// The same in units of 10^-12: it has at most fifteen digits.
    #[inline(always)]
    pub(super) fn units(&self, row: usize) -> Option<i128> {
        self.get(row).map(Short::scaled)
    }

    /// Takes the numbers of all rows away.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Reads a column. Rows of which it does not become certain what they say are not sure any more.
    pub(super) fn read(
        &mut self,
        frame: &Frame<'_>,
        column: Option<usize>,
        tails: &mut Tails,
        sure: &mut [bool; ROWS],
    ) {
        let Some(column) = column else {
            self.clear();
            return;
        };
        match wide::level() {
            Some(level) => self.at_once(level, frame, column, tails, sure),
            None => self.one_by_one(frame, column, sure),
        }
    }

    fn at_once(
        &mut self,
        level: Level,
        frame: &Frame<'_>,
        column: usize,
        tails: &mut Tails,
        sure: &mut [bool; ROWS],
    ) {
        tails.read(frame, column);
        if !dispatch!(level, _ => self.take::<false>(tails, frame.rows, sure)) {
            tails.read_before(frame, column);
            dispatch!(level, _ => self.take::<true>(tails, frame.rows, sure));
        }
    }

    /// Makes numbers of the ends of fields: of at most eight bytes, or of at most sixteen. If some are
    /// longer than eight, the first does nothing and is false.
    #[inline(always)]
    fn take<const LONG: bool>(
        &mut self,
        tails: &Tails,
        rows: usize,
        sure: &mut [bool; ROWS],
    ) -> bool {
        let some_long = tails.lengths[..rows].iter().fold(false, |long, it| long | (*it > 8));
        if some_long && !LONG {
            return false;
        }
        let steps = rows.next_multiple_of(wide::STEP).min(ROWS);
        for (row, sure) in sure[..steps].iter_mut().enumerate() {
            let (last, length) = (tails.last[row], tails.lengths[row]);
            let digits = if LONG {
                wide::long_number(tails.before[row], last, length)
            } else {
                wide::short_number(last, length)
            };
            let (nothing, mantissa) = (length == 0, digits.mantissa.cast_signed());
            self.mantissas[row] = mantissa;
            self.scales[row] = if nothing { NOTHING } else { digits.scale as u8 };
            self.signs[row] = Sign::new(nothing, mantissa);
            let (word, small) = sums::small(mantissa, digits.scale);
            self.words[row] = if nothing { NO_WORD } else { word.cast_unsigned() };
            self.small[row] = small | nothing;
            *sure &= digits.fits | nothing;
        }
        true
    }

    fn one_by_one(&mut self, frame: &Frame<'_>, column: usize, sure: &mut [bool; ROWS]) {
        for (row, sure) in (0..frame.rows).zip(sure) {
            let (from, to) = frame.field(row, column);
            let nothing = from == to;
            let number = if nothing { None } else { parse::number_before(frame.text, from, to) };
            *sure &= number.is_some() | nothing;
            let Short { mantissa, scale } = number.unwrap_or(NONE);
            (self.mantissas[row], self.scales[row]) = (mantissa, scale);
            self.signs[row] = Sign::of(number);
            let word = number.map_or(Some(NO_WORD), |it| millionths(it).map(i64::cast_unsigned));
            self.small[row] = word.is_some();
            self.words[row] = word.unwrap_or_default();
        }
    }
}

/// The ends of the fields of a column. Behind the last row stands what stood there before.
pub(super) struct Tails {
    /// The eight bytes before the end of the field.
    last: [u64; ROWS],
    /// The eight before those.
    before: [u64; ROWS],
    lengths: [u64; ROWS],
}

/// Stands for the length of a field that is too near to the beginning of the text.
const NOWHERE: u64 = u64::MAX;

impl Default for Tails {
    fn default() -> Self {
        Self { last: [0; ROWS], before: [0; ROWS], lengths: [0; ROWS] }
    }
}

impl Tails {
    fn read(&mut self, frame: &Frame<'_>, column: usize) {
        frame.each(column, |row, from, to| {
            self.lengths[row] = to.wrapping_sub(from) as u64;
            match eight(frame.text, to) {
                Some(word) => self.last[row] = word,
                None => self.lengths[row] = NOWHERE,
            }
        });
    }

    #[cold]
    fn read_before(&mut self, frame: &Frame<'_>, column: usize) {
        frame.each(column, |row, _, to| match eight(frame.text, to.saturating_sub(8)) {
            Some(word) => self.before[row] = word,
            None => self.lengths[row] = NOWHERE,
        });
    }
}

/// The eight bytes before a place.
#[inline(always)]
fn eight(text: &[u8], to: usize) -> Option<u64> {
    let bytes = text.get(to.wrapping_sub(8)..to)?;
    bytes.first_chunk().map(|eight| u64::from_le_bytes(*eight))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::batch::tests::framed;
    use super::super::signs::tests::levels;
    use super::*;

    /// Is it what the slow way reads, and is all read that has to be?
    fn is_right(numbers: &Numbers, sure: &[bool], texts: &[String], frame: &Frame<'_>, at: usize) {
        for (row, text) in texts.iter().enumerate() {
            let due = parse::number(text.as_bytes(), text.len());
            let simple = due.is_some_and(|it| it.scale <= 7) && text.len() <= parse::MOST;
            let room = frame.field(row, at).1 >= 16;
            assert!(sure[row] || !(room && (simple || text.is_empty())), "{text:?} is left");
            if sure[row] {
                assert_eq!(numbers.get(row), due, "{text:?}");
                assert!(due.is_some() || text.is_empty(), "{text:?}");
                assert_eq!(numbers.signs[row], Sign::of(due), "{text:?}");
                assert_eq!(numbers.units(row), due.map(|it| it.units().unwrap()));
                let word = due.map_or(Some(NO_WORD), |it| millionths(it).map(i64::cast_unsigned));
                assert_eq!(numbers.small[row], word.is_some(), "{text:?}");
                assert!(word.is_none_or(|word| word == numbers.words[row]), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn numbers_of_many_rows_are_those_of_one(
            texts in proptest::collection::vec(
                "-?[0-9]{0,5}[.]?[0-9]{0,3}|-?[0-9]{0,9}[.]?[0-9]{0,8}|[0-9.,:/\0é-]{0,17}|", 1..ROWS),
            at in 0_usize..3,
        ) {
            let texts: Vec<String> = texts.iter().map(|text| text.replace(',', ";")).collect();
            let (text, places) = framed(&texts, at, 3);
            let frame = Frame::of(text.as_bytes(), &places, 3);
            let (mut numbers, mut tails) = (Numbers::default(), Tails::default());
            for level in levels() {
                let mut sure = [true; ROWS];
                numbers.at_once(level, &frame, at, &mut tails, &mut sure);
                is_right(&numbers, &sure, &texts, &frame, at);
            }
            let mut sure = [true; ROWS];
            numbers.one_by_one(&frame, at, &mut sure);
            is_right(&numbers, &sure, &texts, &frame, at);
        }
    }
}
