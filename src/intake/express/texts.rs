//! A column of texts as words, for many rows at once.
//!
//! A text is read whole, as far as the room goes; each of its bytes knows by its place whether it is within,
//! right behind or beyond. So rows are put down one by one, and their words stand side by side only when
//! eight rows at a time have changed places.
//!
//! The law: a text's words are its bytes, the first of them the lowest, then [`END`] and zeros; or it is said to be
//! odd.

use fearless_simd::{Level, dispatch, prelude::*, u8x16, u8x32, u8x64, u64x8};

use super::batch::{Frame, ROWS};

/// Ends a text: a byte that no text has.
pub(super) const END: u8 = 0xFF;
/// Words of the longest text that is read with others.
pub(super) const LONGEST: usize = 6;
/// Bytes that are read at once for it.
const MOST: usize = 64;

/// The places of bytes.
static PLACES: [u8; MOST] = {
    let (mut places, mut at) = ([0; MOST], 0);
    while at < MOST {
        places[at] = at as u8;
        at += 1;
    }
    places
};

/// Words that a text of a length needs with its end.
pub(super) fn needed(length: usize) -> usize {
    length / 8 + 1
}

/// The words of many rows' texts. Behind the last row stands what stood there before.
pub(super) struct Texts {
    /// Row by row, so many bytes each as are read at once.
    rows: Rows,
    words: [[u64; ROWS]; LONGEST],
}

/// No row is in more lines of the cache than it must.
#[repr(align(64))]
struct Rows([[u8; 8]; MOST / 8 * ROWS]);

impl Default for Texts {
    fn default() -> Self {
        Self { rows: Rows([[0; 8]; MOST / 8 * ROWS]), words: [[0; ROWS]; LONGEST] }
    }
}

impl Texts {
    /// So many words of every text.
    #[inline(always)]
    pub(super) fn words<const W: usize>(&self) -> [&[u64; ROWS]; W] {
        std::array::from_fn(|at| &self.words[at])
    }

    /// Reads so many words of a column, and says which rows do not fit: of those anything may stand there. If there
    /// is no such column, all texts are empty.
    pub(super) fn read<const W: usize>(
        &mut self,
        level: Level,
        frame: &Frame<'_>,
        column: Option<usize>,
    ) -> Odd {
        let Some(column) = column else {
            self.clear();
            return Odd::default();
        };
        let Self { rows: Rows(rows), words } = self;
        let field = (frame, column, 8 * W);
        match W {
            ..=2 => {
                dispatch!(level, simd => read::<_, u8x16<_>, 2>(simd, field, rows.as_chunks_mut().0, words))
            }
            3 | 4 => {
                dispatch!(level, simd => read::<_, u8x32<_>, 4>(simd, field, rows.as_chunks_mut().0, words))
            }
            _ => {
                dispatch!(level, simd => read::<_, u8x64<_>, 8>(simd, field, rows.as_chunks_mut().0, words))
            }
        }
    }

    fn clear(&mut self) {
        let [first, others @ ..] = &mut self.words;
        first.fill(END.into());
        others.iter_mut().for_each(|words| words.fill(0));
    }
}

/// Reads a column of texts that have to be shorter than so many bytes, with as many at once as there are in
/// `R` words.
#[inline(always)]
fn read<S: Simd, V: SimdInt<S, Element = u8>, const R: usize>(
    simd: S,
    (frame, column, room): (&Frame<'_>, usize, usize),
    rows: &mut [[[u8; 8]; R]],
    words: &mut [[u64; ROWS]; LONGEST],
) -> Odd {
    let mut odd = Odd::default();
    let text = frame.text;
    let places = V::from_slice(simd, &PLACES[..8 * R]);
    for ((row, (from, to)), into) in (0..ROWS).zip(frame.runs(column, column)).zip(&mut *rows) {
        let length = to.wrapping_sub(from);
        let Some(bytes) = text.get(from..from.wrapping_add(8 * R)).filter(|_| length < room) else {
            odd.add(row);
            continue;
        };
        let length = V::splat(simd, length as u8);
        let ended = places.simd_eq(length).select(V::splat(simd, END), V::from_slice(simd, bytes));
        let within = places.simd_le(length).select(ended, V::splat(simd, 0));
        within.store_slice(into.as_flattened_mut());
    }
    let (eights, _) = rows.as_flattened().as_flattened().as_chunks::<64>();
    for (step, eight) in eights.chunks_exact(R).take(frame.rows.div_ceil(8)).enumerate() {
        let columns: [_; R] = std::array::from_fn(|at| u8x64::simd_from(simd, eight[at]).bitcast());
        for (column, words) in turned(columns).into_iter().zip(&mut *words) {
            let column: [u64; 8] = column.into();
            words.as_chunks_mut().0[step] = column.map(u64::from_le);
        }
    }
    odd
}

/// Eight rows of so many words become as many columns: words at even places and those at odd ones part until
/// there are no two of a row together.
#[inline(always)]
fn turned<S: Simd, const R: usize>(mut words: [u64x8<S>; R]) -> [u64x8<S>; R] {
    let mut apart = 1;
    while apart < R {
        let before = words;
        for at in 0..R / 2 {
            (words[at], words[R / 2 + at]) = before[2 * at].deinterleave(before[2 * at + 1]);
        }
        apart *= 2;
    }
    words
}

/// Rows of which this is the first word of a text stay sure if the text is not empty: no text begins with its end.
#[inline(always)]
pub(super) fn keep_filled(words: &[u64; ROWS], sure: &mut [bool]) {
    for (word, sure) in words.iter().zip(sure) {
        *sure &= *word != u64::from(END);
    }
}

/// Some of [`ROWS`] rows.
#[derive(Default)]
pub(super) struct Odd(u128);

impl Odd {
    #[cold]
    #[inline(never)]
    pub(super) fn add(&mut self, row: usize) {
        self.0 |= 1 << row;
    }

    pub(super) fn and(&self, others: &Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(super) fn rows(mut self) -> impl Iterator<Item = usize> {
        std::iter::from_fn(move || {
            let row = (self.0 != 0).then(|| self.0.trailing_zeros() as usize)?;
            self.0 &= self.0 - 1;
            Some(row)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::batch::tests::framed;
    use super::super::signs::tests::levels;
    use super::*;

    /// A text as so many words, if it fits.
    fn slowly<const W: usize>(text: &str) -> Option<[u64; W]> {
        let bytes: Vec<u8> = text.bytes().chain([END]).collect();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        let word = |word| u64::from_le_bytes(std::array::from_fn(|at| byte(8 * word + at)));
        (bytes.len() <= 8 * W).then(|| std::array::from_fn(word))
    }

    /// Has every text its words, and is it odd if and only if it has to be?
    fn is_right<const W: usize>(texts: &mut Texts, rows: &[String], at: usize) {
        let (text, places) = framed(rows, at, 3);
        let frame = Frame::of(text.as_bytes(), &places, 3);
        for level in levels() {
            let odd: Vec<usize> = texts.read::<W>(level, &frame, Some(at)).rows().collect();
            let words = texts.words::<W>();
            let mut sure = vec![true; rows.len()];
            keep_filled(words[0], &mut sure);
            for (row, due) in rows.iter().enumerate() {
                let (from, to) = frame.field(row, at);
                let room = from + MOST <= text.len();
                let due_words = slowly::<W>(&text[from..to]);
                assert!(!odd.contains(&row) || !room || due_words.is_none(), "{due:?} is odd");
                if !odd.contains(&row) {
                    assert_eq!(Some(words.map(|column| column[row])), due_words, "{due:?}");
                    assert_eq!(sure[row], !due.is_empty());
                }
            }
        }
    }

    #[test]
    fn texts_without_a_column_are_empty() {
        let (text, places) = framed(&["a".to_owned()], 0, 1);
        let frame = Frame::of(text.as_bytes(), &places, 1);
        let mut texts = Texts::default();
        assert_eq!(texts.read::<2>(Level::new(), &frame, None).rows().count(), 0);
        assert_eq!(Some(texts.words::<2>().map(|column| column[0])), slowly(""));
    }

    proptest! {
        #[test]
        fn texts_of_many_rows_are_those_of_one(
            rows in proptest::collection::vec("[a\0é]{0,70}|[a-z]{22}|[0-9]{12}|", 1..=ROWS),
            at in 0_usize..3,
        ) {
            // Nothing of columns before may stay.
            let mut texts = Texts::default();
            is_right::<2>(&mut texts, &rows, at);
            is_right::<3>(&mut texts, &rows, at);
            is_right::<4>(&mut texts, &rows, at);
            is_right::<LONGEST>(&mut texts, &rows, at);
        }
    }
}
