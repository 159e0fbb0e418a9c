//! Text in which quotes stand around whole fields and nowhere else: where its fields and lines end, found
//! sixty-four bytes at a time.
//!
//! The law: what is found here is what [a walk](super::walk) from sign to sign finds. Of any other text it is only
//! said that it is another.

use fearless_simd::{Level, dispatch, prelude::*, u8x64};

use super::signs::{BLOCK, QUOTE, put};
use super::walk::{Line, Lines};

/// So much of a text is looked through before what was found is looked at.
pub(super) const PIECE: usize = 8 << 10;

/// The way through a text, from piece to piece.
pub(super) struct Enclosed<'t> {
    level: Level,
    text: &'t [u8],
    delimiter: u8,
    at: usize,
    /// All ones if the bytes so far leave a quote open.
    within: u64,
    /// One if the last byte ended a field or a line, or if it closed a quote.
    ended: u64,
    closed: u64,
}

/// What was found in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// So many places: of ends, and of quotes that follow a closing quote in their field.
    Places(usize),
    /// There is nothing more.
    End,
    /// The text is of another kind.
    Other,
}

impl<'t> Enclosed<'t> {
    pub(super) fn of(level: Level, text: &'t [u8], delimiter: u8) -> Self {
        Self { level, text, delimiter, at: 0, within: 0, ended: 1, closed: 0 }
    }

    /// Is it all such a text?
    pub(super) fn whole(mut self) -> bool {
        loop {
            match self.look::<false>(&mut []) {
                Piece::Places(_) => {}
                Piece::End => return true,
                Piece::Other => return false,
            }
        }
    }

    /// Looks the next piece through, and writes down what it finds: there is room for a place of each of its
    /// bytes and of a block more.
    pub(super) fn next(&mut self, places: &mut [u32]) -> Piece {
        self.look::<true>(places)
    }

    fn look<const PLACES: bool>(&mut self, places: &mut [u32]) -> Piece {
        let from = self.at;
        if from == self.text.len() {
            return if self.within == 0 { Piece::End } else { Piece::Other };
        }
        if [QUOTE, b'\n', b'\r'].contains(&self.delimiter) {
            return Piece::Other;
        }
        self.at = self.text.len().min(from + PIECE);
        let level = self.level;
        let found = dispatch!(level, simd => self.piece::<_, PLACES>(simd, from, places));
        found.map_or(Piece::Other, Piece::Places)
    }

    #[inline(always)]
    fn piece<S: Simd, const PLACES: bool>(
        &mut self,
        simd: S,
        from: usize,
        places: &mut [u32],
    ) -> Option<usize> {
        let (blocks, rest) = self.text[from..self.at].as_chunks::<BLOCK>();
        let (mut at, mut count) = (from, 0);
        for block in blocks {
            let found = self.block(simd, block, at, u64::MAX)?;
            if PLACES {
                count += put(found, at as u32, &mut places[count..]);
            }
            at += BLOCK;
        }
        if !rest.is_empty() {
            let mut last = [b'x'; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            let found = self.block(simd, &last, at, !(u64::MAX << rest.len()))?;
            if PLACES {
                count += put(found, at as u32, &mut places[count..]);
            }
        }
        Some(count)
    }

    /// The bits of what is to be noted in a block, of which only some bytes count.
    #[inline(always)]
    fn block<S: Simd>(
        &mut self,
        simd: S,
        block: &[u8; BLOCK],
        at: usize,
        counted: u64,
    ) -> Option<u64> {
        let bytes: u8x64<S> = (*block).simd_into(simd);
        let those = |sign: u8| bytes.simd_eq(sign).to_bitmask() & counted;
        let (quotes, lines) = (those(QUOTE), those(b'\n'));
        // A byte is within if an odd number of quotes stands before it, or the first of them there.
        let within = odd_so_far(quotes) ^ self.within;
        let (opening, closing) = (quotes & within, quotes & !within);
        let ends = (those(self.delimiter) | lines) & !within;
        let (after_end, after_closing) = (ends << 1 | self.ended, closing << 1 | self.closed);
        let loose = after_closing & counted & !(ends | opening);
        let line_within = lines & within;
        if line_within | (opening & !(after_end | after_closing)) | (loose & !those(b'\r')) != 0 {
            return None;
        }
        if loose != 0 && !self.end_lines(at, loose) {
            return None;
        }
        self.within = 0_u64.wrapping_sub(within >> 63);
        (self.ended, self.closed) = (ends >> 63, closing >> 63);
        Some(ends | (opening & after_closing))
    }

    /// Does the end of a line, or of the text, follow each of these?
    fn end_lines(&self, at: usize, mut returns: u64) -> bool {
        while returns != 0 {
            let behind = at + returns.trailing_zeros() as usize + 1;
            if self.text.get(behind).is_some_and(|byte| *byte != b'\n') {
                return false;
            }
            returns &= returns - 1;
        }
        true
    }
}

/// Each bit says whether an odd number of bits is set up to it.
#[inline(always)]
fn odd_so_far(mut bits: u64) -> u64 {
    for step in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << step;
    }
    bits
}

/// Calls `each` with every line that is not blank of a text that [is such](Enclosed::whole); says how many lines
/// there are.
pub(super) fn each_line(
    level: Level,
    text: &[u8],
    delimiter: u8,
    each: impl FnMut(&Line<'_>),
) -> u64 {
    let mut places = vec![0; text.len().min(PIECE) + BLOCK];
    let (mut way, mut lines) = (Enclosed::of(level, text, delimiter), Lines::of(text, each));
    while let Piece::Places(count) = way.next(&mut places) {
        for at in places[..count].iter().map(|place| *place as usize) {
            match text[at] {
                QUOTE => lines.is_odd(),
                b'\n' => lines.line(at),
                _ => lines.field(at),
            }
        }
    }
    lines.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::express::signs::tests::levels;
    use crate::intake::express::walk;

    type Found = (u64, usize, usize, Option<Vec<usize>>);

    fn note(all: &mut Vec<Found>, line: &Line<'_>) {
        all.push((line.number, line.from, line.to, line.ends.map(<[usize]>::to_vec)));
    }

    /// Is it such a text? If it is, all lines are those that a walk finds.
    fn is_whole(text: &str, delimiter: u8) -> bool {
        let (text, mut due) = (text.as_bytes(), Vec::new());
        let count = walk::each_line(text, delimiter, |line| note(&mut due, line));
        let whole = levels().into_iter().map(|level| {
            let whole = Enclosed::of(level, text, delimiter).whole();
            if whole {
                let mut found = Vec::new();
                let lines = each_line(level, text, delimiter, |line| note(&mut found, line));
                assert!(walk::is_closed(text, delimiter), "{level:?}");
                assert_eq!((lines, &found), (count, &due), "{level:?}");
            }
            whole
        });
        let whole: Vec<bool> = whole.collect();
        assert!(whole.iter().all(|it| *it == whole[0]), "all machines say the same");
        whole[0]
    }

    #[test]
    fn what_stands_at_the_edges_is_seen() {
        for (text, due) in [
            ("", true),
            ("\"\"", true),
            ("\"a\",\"b,c\"\r\n\r\n\"d\"\r", true),
            ("\"a\"\"b\",c\n", true),
            ("a,\"b", false),
            ("\"a\nb\"", false),
            ("a\"", false),
            ("\"a\"b", false),
            ("\"a\"\rb", false),
        ] {
            // Wherever in a block it stands, and on either side of a piece.
            for before in (0..130).chain(PIECE - 70..PIECE + 3) {
                let text = format!("{}\n{text}", "x".repeat(before));
                assert_eq!(is_whole(&text, b','), due, "{before} {text:?}");
            }
        }
        assert!(is_whole("\"a\"\0\"b\"", 0) && is_whole("a\0", 0));
        for delimiter in [b'"', b'\n', b'\r'] {
            assert!(!is_whole("a", delimiter));
        }
    }

    proptest! {
        #[test]
        fn fields_in_quotes_are_taken_quickly(
            lines in proptest::collection::vec(
                proptest::collection::vec("\"[a,é]{0,40}\"|[aé]{0,9}|\"(a|\"\"){0,9}\"", 1..6),
                0..400,
            ),
            end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            let lines: Vec<String> = lines.iter().map(|fields| fields.join(",") + end).collect();
            prop_assert!(is_whole(&lines.concat(), b','));
        }

        #[test]
        fn what_is_taken_quickly_is_what_a_walk_finds(
            text in "(a{1,20}|\"\"|\"b{0,9}\"|\"c,d\"|\"e\"\"f\"|,|,|,|\r\n|\n){0,60}[\"a\n\r]?",
            delimiter in prop_oneof![4 => Just(b','), 1 => Just(b'a'), 1 => Just(b'c')],
        ) {
            is_whole(&text, delimiter);
        }
    }
}
