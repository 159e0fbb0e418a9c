//! Luck from a number: the same on every machine, and for line 9,000,000 as quick as for line 1.
//!
//! The law: what is drawn for a line depends on the seed and the line's number alone, so that any
//! line can be drawn again without those before it.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of numbers that look random (SplitMix64).
#[derive(Clone, Copy)]
pub(super) struct Chance(u64);

impl Chance {
    /// The sequence of one line.
    pub(super) fn of(seed: u64, index: u64) -> Self {
        Self(name(seed, index))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `n`, from 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        // The upper half of a product of 32 bits each is below n.
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// A number below `n`, from 0.
    pub(super) fn below_wide(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number whose size is as likely to be of any power of two from `from` to before `to`:
    /// many small ones, few large ones.
    pub(super) fn of_any_size(&mut self, from: u32, to: u32) -> u64 {
        let size = from + self.below(to - from);
        (1 << size) + (self.next() >> 1 >> (63 - size))
    }
}

/// A number that no other line of this seed has.
pub(super) fn name(seed: u64, index: u64) -> u64 {
    // Adding an odd step and mixing are both reversible: different lines stay different.
    mix(mix(seed).wrapping_add(index.wrapping_mul(STEP)))
}

fn mix(number: u64) -> u64 {
    let mut mixed = number;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_their_bounds_and_use_them() {
        let mut chance = Chance::of(7, 0);
        let mut seen = [0; 5];
        for _ in 0..1000 {
            seen[chance.below(5) as usize] += 1;
            assert!(chance.below_wide(3) < 3);
            let sized = chance.of_any_size(3, 6);
            assert!((8..64).contains(&sized), "{sized}");
            assert_eq!(chance.of_any_size(0, 1), 1);
        }
        assert!(seen.iter().all(|&count| count > 100), "{seen:?}");
    }

    #[test]
    fn no_two_lines_have_one_name() {
        let names: std::collections::BTreeSet<u64> = (0..10_000).map(|at| name(1, at)).collect();
        assert_eq!(names.len(), 10_000);
        assert_ne!(name(1, 0), name(2, 0));
    }
}
