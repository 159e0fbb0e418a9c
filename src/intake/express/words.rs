//! A short text as words: read whole, as far as the room goes, and cut to its length without a branch.

/// Bytes of the longest text that is read so.
pub(super) const LONGEST: usize = 64;

/// Sixty-four times all bits, and none: from the right place on, what is within a text.
static WITHIN: [u8; 2 * LONGEST] = {
    let (mut within, mut at) = ([0; 2 * LONGEST], 0);
    while at < LONGEST {
        within[at] = u8::MAX;
        at += 1;
    }
    within
};

/// The byte that ends a text, in the same way.
static END: [u8; 2 * LONGEST] = {
    let mut end = [0; 2 * LONGEST];
    end[LONGEST] = 0xFF;
    end
};

#[inline(always)]
fn read<const W: usize>(bytes: &[u8]) -> Option<[u64; W]> {
    let (words, _) = bytes.as_chunks();
    Some(words.first_chunk::<W>()?.map(u64::from_le_bytes))
}

/// The bytes from one place to another as so many words, the first byte the lowest, then zeros. None
/// if they do not fit, or if the text ends too soon behind them.
#[inline(always)]
pub(super) fn plain<const W: usize>(text: &[u8], from: usize, to: usize) -> Option<[u64; W]> {
    let length = to - from;
    if length > 8 * W {
        return None;
    }
    let mut words = read::<W>(text.get(from..from + 8 * W)?)?;
    let within = read::<W>(WITHIN.get(LONGEST - length..)?)?;
    for (word, within) in words.iter_mut().zip(within) {
        *word &= within;
    }
    Some(words)
}

/// The same with an end behind them, as fingerprints are made of.
#[inline(always)]
pub(super) fn ended<const W: usize>(text: &[u8], from: usize, to: usize) -> Option<[u64; W]> {
    let length = to - from;
    let mut words = plain::<W>(text, from, to).filter(|_| length < 8 * W)?;
    let end = read::<W>(&END[LONGEST - length..])?;
    for (word, end) in words.iter_mut().zip(end) {
        *word |= end;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_right<const W: usize>(text: &[u8], from: usize, to: usize) {
        let room = from + 8 * W <= text.len();
        for (found, end) in
            [(plain::<W>(text, from, to), None), (ended(text, from, to), Some(0xFF))]
        {
            let mut due = text[from..to].to_vec();
            due.extend(end);
            assert_eq!(found.is_some(), room && due.len() <= 8 * W);
            due.resize(due.len().max(8 * W), 0);
            let found = found.map(|words| words.map(u64::to_le_bytes));
            assert!(found.is_none_or(|found| found.as_flattened() == due));
        }
    }

    proptest! {
        #[test]
        fn words_are_bytes(text in proptest::collection::vec(any::<u8>(), 0..200), from in 0..200_usize, length in 0..70_usize) {
            let from = from.min(text.len());
            let to = (from + length).min(text.len());
            is_right::<1>(&text, from, to);
            is_right::<2>(&text, from, to);
            is_right::<4>(&text, from, to);
            is_right::<8>(&text, from, to);
        }
    }
}
