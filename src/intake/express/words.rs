//! A short text as words: read whole, as far as the room goes, and cut to its length without a branch.

/// Bytes of the longest text that is read so.
pub(super) const LONGEST: usize = 64;

/// For each length the bits that are within a text.
static WITHIN: [[u64; LONGEST / 8]; LONGEST + 1] = {
    let (mut within, mut length) = ([[0; LONGEST / 8]; LONGEST + 1], 1);
    while length <= LONGEST {
        within[length] = within[length - 1];
        within[length][(length - 1) / 8] |= 0xFF << (8 * ((length - 1) % 8));
        length += 1;
    }
    within
};

/// For each length the byte that ends a text.
static END: [[u64; LONGEST / 8]; LONGEST] = {
    let (mut end, mut length) = ([[0; LONGEST / 8]; LONGEST], 0);
    while length < LONGEST {
        end[length][length / 8] = 0xFF << (8 * (length % 8));
        length += 1;
    }
    end
};

/// The bytes from one place to another as so many words, the first byte the lowest, then zeros. None
/// if they do not fit, or if the text ends too soon behind them.
#[inline(always)]
pub(super) fn plain<const W: usize>(text: &[u8], from: usize, to: usize) -> Option<[u64; W]> {
    let within = WITHIN.get(to - from).filter(|_| to - from <= 8 * W)?;
    let (whole, _) = text.get(from..from + 8 * W)?.as_chunks();
    let mut words = [0; W];
    for ((word, bytes), within) in words.iter_mut().zip(whole).zip(within) {
        *word = u64::from_le_bytes(*bytes) & within;
    }
    Some(words)
}

/// The same with an end behind them, as fingerprints are made of.
#[inline(always)]
pub(super) fn ended<const W: usize>(text: &[u8], from: usize, to: usize) -> Option<[u64; W]> {
    let end = END.get(to - from).filter(|_| to - from < 8 * W)?;
    let mut words = plain::<W>(text, from, to)?;
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
