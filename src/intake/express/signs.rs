//! Finds where signs stand in a text: delimiters, quotes, line ends.
//!
//! Sixty-four bytes at a time are compared with each sign and become the bits of a word. The law: the
//! places are the same on every machine, whatever it can do at once; those behind the last are nobody's.

use fearless_simd::{Level, dispatch, prelude::*, u8x64};

/// Bytes compared at once: so many places more than a text has bytes must there be room for.
pub(super) const BLOCK: usize = 64;
/// Places written one after the other, whether there are as many or not: that costs no branch that cannot
/// be foreseen. Most blocks of most files have no more.
const SEVEN: usize = 7;
pub(super) const QUOTE: u8 = b'"';

/// How many signs there are, and how many of them are line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) signs: usize,
    pub(super) lines: usize,
}

/// Blocks, and where the first begins.
pub(super) type Blocks<'t> = (&'t [[u8; BLOCK]], u32);

/// Writes down the places of delimiters, line ends, and quotes if they are wanted, in order; the text begins
/// at `at`.
pub(super) fn find(
    level: Level,
    (text, at): (&[u8], u32),
    delimiter: u8,
    quotes: bool,
    places: &mut [u32],
) -> Count {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut count = in_blocks(level, (blocks, at), delimiter, quotes, places);
    if !rest.is_empty() {
        let mut last = [u8::from(delimiter == 0); BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let at = at + (text.len() - rest.len()) as u32;
        let behind = &mut places[count.signs..];
        let Count { signs, lines } = in_blocks(level, (&[last], at), delimiter, quotes, behind);
        count = Count { signs: count.signs + signs, lines: count.lines + lines };
    }
    count
}

#[inline(always)]
fn in_blocks(
    level: Level,
    blocks: Blocks<'_>,
    delimiter: u8,
    quotes: bool,
    places: &mut [u32],
) -> Count {
    #[cfg(target_arch = "x86_64")]
    if let Some(level) = level.as_avx512() {
        return super::picked::find(level, blocks, delimiter, quotes, places);
    }
    if quotes {
        dispatch!(level, simd => one_by_one(simd, blocks, [delimiter, QUOTE], places))
    } else {
        dispatch!(level, simd => one_by_one(simd, blocks, [delimiter], places))
    }
}

/// Writes down the places of a word's bits, of which the lowest stands at `at`; says how many they are. What stands
/// behind them is nobody's.
#[inline(always)]
pub(super) fn put(word: u64, at: u32, places: &mut [u32]) -> usize {
    let (mut left, mut from, count) = (word, 0, word.count_ones() as usize);
    loop {
        for place in places[from..].first_chunk_mut::<SEVEN>().expect("there is room") {
            // Of a word that is never zero the lowest bit is found without asking.
            *place = at.wrapping_add((left | 1 << 63).trailing_zeros());
            left &= left.wrapping_sub(1);
        }
        from += SEVEN;
        if from >= count {
            return count;
        }
    }
}

/// Takes the lowest bit of a word as often as it has bits.
#[inline(always)]
fn one_by_one<S: Simd, const N: usize>(
    simd: S,
    (blocks, mut at): Blocks<'_>,
    signs: [u8; N],
    places: &mut [u32],
) -> Count {
    let mut count = Count::default();
    for block in blocks {
        let bytes: u8x64<S> = (*block).simd_into(simd);
        let lines = bytes.simd_eq(b'\n').to_bitmask();
        let left = signs.iter().fold(lines, |all, sign| all | bytes.simd_eq(*sign).to_bitmask());
        let next = count.signs + put(left, at, &mut places[count.signs..]);
        count = Count { signs: next, lines: count.lines + lines.count_ones() as usize };
        at = at.wrapping_add(BLOCK as u32);
    }
    count
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What this machine can do, and all that it could do as well.
    pub(in super::super) fn levels() -> Vec<Level> {
        let best = Level::new();
        #[cfg(target_arch = "x86_64")]
        let lesser = [
            best.as_sse2().map(Level::Sse2),
            best.as_sse4_2().map(Level::Sse4_2),
            best.as_avx2().map(Level::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let lesser: [Option<Level>; 0] = [];
        lesser.into_iter().flatten().chain([best]).collect()
    }

    fn slowly(text: &[u8], at: u32, signs: &[u8]) -> (Vec<u32>, Count) {
        let is_sign = |byte: &u8| *byte == b'\n' || signs.contains(byte);
        let found = (at..).zip(text).filter(|(_, byte)| is_sign(byte)).map(|(at, _)| at);
        let (found, lines) =
            (found.collect::<Vec<_>>(), text.iter().filter(|it| **it == b'\n').count());
        let count = Count { signs: found.len(), lines };
        (found, count)
    }

    fn all_levels_agree(text: &[u8], at: u32, delimiter: u8) {
        for (quotes, signs) in [(false, &[delimiter][..]), (true, &[delimiter, b'"'])] {
            let (due, count) = slowly(text, at, signs);
            for level in levels() {
                let mut places = vec![7; text.len() + BLOCK];
                let found = find(level, (text, at), delimiter, quotes, &mut places);
                assert_eq!(found, count, "{level:?}");
                assert_eq!(&places[..found.signs], due, "{level:?}");
            }
        }
    }

    #[test]
    fn a_machine_with_levels_has_several() {
        if cfg!(target_arch = "x86_64") {
            assert!(levels().len() > 1, "two ways are held against each other");
        }
    }

    #[test]
    fn blocks_full_of_signs_and_nothing_behind_the_end() {
        for length in [0, 1, 63, 64, 65, 127, 128, 300] {
            for byte in [0, b',', b'\n', b'a'] {
                all_levels_agree(&vec![byte; length], 0, b',');
                all_levels_agree(&vec![byte; length], 9, 0);
            }
        }
    }

    proptest! {
        #[test]
        fn every_level_finds_what_is_there(
            text in prop_oneof![
                "[a,\n \"]{0,300}",
                "[a-z]{0,9}(,[a-z]{0,20}){0,40}\n?",
                proptest::collection::vec(any::<u8>(), 0..300)
                    .prop_map(|bytes| bytes.iter().map(|byte| char::from(byte & 0x7F)).collect()),
            ],
            at in prop_oneof![Just(0), 0..u32::MAX / 2],
            delimiter in prop_oneof![Just(b','), Just(b' '), 0_u8..128],
        ) {
            all_levels_agree(text.as_bytes(), at, delimiter);
        }
    }
}
