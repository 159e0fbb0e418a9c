//! Luck that is the same everywhere: a small generator from a seed.

/// A sequence of numbers that look random and depend on the seed alone (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    /// The luck of one of many stretches: it does not depend on the others.
    pub(super) fn of(seed: u64, number: u32) -> Self {
        let mut first = Self(seed);
        let mut own = Self(first.next() ^ u64::from(number));
        own.next();
        own
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`; nothing if `n` is nothing.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.next() % n }
    }

    /// One of a list that is not empty.
    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.below(list.len() as u64);
        &list[usize::try_from(at).expect("below the length of a list")]
    }
}
