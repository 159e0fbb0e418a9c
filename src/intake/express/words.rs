//! A short text as words: read whole, as far as the room goes, and cut to its length without a branch.

use crate::fact::fingerprint::word;

/// Bytes that are read at once at most.
const LONGEST: usize = 128;

/// Ends a text: a byte that no text has.
pub(super) const END: u8 = 0xFF;

/// Ones, zeros and ones again. So many bytes before the zeros are within a text; so many before the
/// second ones are not beyond it.
static SLIDE: [u8; 3 * LONGEST] = {
    let (mut slide, mut at) = ([0; 3 * LONGEST], 0);
    while at < LONGEST {
        (slide[at], slide[2 * LONGEST + at]) = (END, END);
        at += 1;
    }
    slide
};

/// The bytes from one place to another as so many words, the first byte the lowest, then [`END`] and
/// zeros. None if they do not fit, or if there is no room behind them to read as much.
#[inline(always)]
pub(super) fn ended<const W: usize>(text: &[u8], from: usize, to: usize) -> Option<[u64; W]> {
    let length = to.wrapping_sub(from);
    if length >= 8 * W {
        return None;
    }
    let (text, _) = text.get(from..from.wrapping_add(8 * W))?.as_chunks();
    // Ones from the end on, and ones up to the end: both together leave the text and one byte of ones.
    let (ended, _) = SLIDE.get((2 * LONGEST).wrapping_sub(length)..)?.get(..8 * W)?.as_chunks();
    let (within, _) = SLIDE.get((LONGEST - 1).wrapping_sub(length)..)?.get(..8 * W)?.as_chunks();
    let mut words = [0; W];
    for (((word, text), ended), within) in words.iter_mut().zip(text).zip(ended).zip(within) {
        let [text, ended, within] = [text, ended, within].map(|it| u64::from_le_bytes(*it));
        *word = (text | ended) & within;
    }
    Some(words)
}

/// Puts the same of any text behind other words: so many, or as many as it needs.
pub(super) fn put(into: &mut Vec<u64>, text: &[u8], words: usize) {
    let behind = into.len() + words.max(needed(text.len()));
    let (whole, rest) = text.as_chunks();
    into.extend(whole.iter().map(|bytes| u64::from_le_bytes(*bytes)));
    into.push(word(rest) | u64::from(END) << (8 * rest.len()));
    into.resize(behind, 0);
}

/// Words that a text of a length needs with its end.
pub(super) fn needed(length: usize) -> usize {
    length / 8 + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_right<const W: usize>(text: &[u8], from: usize, to: usize) {
        let room = from + 8 * W <= text.len();
        let mut due = text[from..to].to_vec();
        due.push(END);
        let found = ended(text, from, to);
        assert_eq!(found.is_some(), room && due.len() <= 8 * W);
        due.resize(due.len().next_multiple_of(8).max(8 * W), 0);
        let found = found.map(|words: [u64; W]| words.map(u64::to_le_bytes));
        assert!(found.is_none_or(|found| found.as_flattened() == due));
        let mut all = vec![7];
        put(&mut all, &text[from..to], W);
        let all: Vec<[u8; 8]> = all[1..].iter().map(|word| word.to_le_bytes()).collect();
        assert_eq!(all.as_flattened(), due);
    }

    proptest! {
        #[test]
        fn words_are_bytes(text in proptest::collection::vec(any::<u8>(), 0..200), from in 0..200_usize, length in 0..140_usize) {
            let from = from.min(text.len());
            let to = (from + length).min(text.len());
            is_right::<1>(&text, from, to);
            is_right::<2>(&text, from, to);
            is_right::<4>(&text, from, to);
            is_right::<8>(&text, from, to);
            is_right::<16>(&text, from, to);
        }
    }
}
