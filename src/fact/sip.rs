//! SipHash-1-3 with 128 bits of result, for short texts that are put together from parts.
//!
//! The law: it is what the reference says, as if the parts stood in one piece of memory. They never
//! do: a part goes straight from where it is into the state, which is what makes it quick.

/// A state that took in some bytes.
#[derive(Clone, Copy)]
pub(crate) struct Sip {
    state: [u64; 4],
    /// Bytes that are no whole word yet; the first of them is the lowest.
    tail: u64,
    length: usize,
}

impl Sip {
    /// Nothing taken in yet.
    pub(super) fn new([k0, k1]: [u64; 2]) -> Self {
        let state = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d ^ 0xEE,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        Self { state, tail: 0, length: 0 }
    }

    /// Takes in the `count` lowest bytes of a word; those above are zero.
    #[inline(always)]
    pub(super) fn put(&mut self, word: u64, count: usize) {
        let filled = self.length % 8;
        self.length = self.length.wrapping_add(count);
        self.tail |= word << (8 * filled);
        if filled + count >= 8 {
            self.compress(self.tail);
            self.tail = word.unbounded_shr(64 - 8 * filled as u32);
        }
    }

    /// Takes in bytes.
    #[inline(always)]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let rest = self.words(bytes);
        self.put(word(rest), rest.len());
    }

    /// Takes in a text and one byte more that ends it.
    #[inline(always)]
    pub(super) fn text(&mut self, text: &[u8], end: u8) {
        let rest = self.words(text);
        self.put(word(rest) | u64::from(end) << (8 * rest.len()), rest.len() + 1);
    }

    #[inline(always)]
    fn words<'t>(&mut self, bytes: &'t [u8]) -> &'t [u8] {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.put(u64::from_le_bytes(*word), 8);
        }
        rest
    }

    #[inline(always)]
    fn compress(&mut self, word: u64) {
        self.state[3] ^= word;
        self.round();
        self.state[0] ^= word;
    }

    #[inline(always)]
    fn round(&mut self) {
        let [mut v0, mut v1, mut v2, mut v3] = self.state;
        v0 = v0.wrapping_add(v1);
        v2 = v2.wrapping_add(v3);
        v1 = v1.rotate_left(13) ^ v0;
        v3 = v3.rotate_left(16) ^ v2;
        v0 = v0.rotate_left(32);
        v2 = v2.wrapping_add(v1);
        v0 = v0.wrapping_add(v3);
        v1 = v1.rotate_left(17) ^ v2;
        v3 = v3.rotate_left(21) ^ v0;
        v2 = v2.rotate_left(32);
        self.state = [v0, v1, v2, v3];
    }

    /// Three rounds behind a sign of what is wanted; half of the result.
    #[inline(always)]
    fn half(&mut self, place: usize, sign: u64) -> u64 {
        self.state[place] ^= sign;
        // Written out: closures of iterators were not made one with the rows' loop.
        self.round();
        self.round();
        self.round();
        let [v0, v1, v2, v3] = self.state;
        v0 ^ v1 ^ v2 ^ v3
    }

    /// The first half of the result: eight bytes for the price of eight.
    #[inline(always)]
    pub(super) fn short(mut self) -> u64 {
        self.finish()
    }

    /// Both halves.
    #[inline(always)]
    pub(super) fn long(mut self) -> [u64; 2] {
        [self.finish(), self.half(1, 0xDD)]
    }

    #[inline(always)]
    fn finish(&mut self) -> u64 {
        // The lowest byte of the length counts; the shift drops the others.
        self.compress(self.tail | (self.length as u64) << 56);
        self.half(2, 0xEE)
    }
}

/// Up to eight bytes as a word, the first of them the lowest.
#[inline(always)]
pub(crate) fn word(bytes: &[u8]) -> u64 {
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // They may overlap, and are alike where they do.
        (Some(first), Some(last)) => half(first) | half(last) << (8 * (bytes.len() - 4)),
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use siphasher::sip128::{Hash128, SipHasher13};

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_the_reference_says(
            keys in any::<[u64; 2]>(),
            parts in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..8),
        ) {
            let (mut sip, mut whole) = (Sip::new(keys), Vec::new());
            for (ended, part) in parts {
                whole.extend_from_slice(&part);
                if ended {
                    whole.push(0xFF);
                    sip.text(&part, 0xFF);
                } else {
                    sip.bytes(&part);
                }
            }
            let Hash128 { h1, h2 } = SipHasher13::new_with_keys(keys[0], keys[1]).hash(&whole);
            prop_assert_eq!(sip.long(), [h1, h2]);
            prop_assert_eq!(sip.short(), h1);
        }
    }
}
