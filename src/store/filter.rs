//! A blocked Bloom filter over ids: "not here" is certain, "maybe here" is wrong about once in
//! fifty. One question touches one line of the processor's cache. Ids are digests, so their own
//! bits serve as the hash; ids that are not only make it less useful, never wrong.

use crate::fact::Hash;

/// One line of the cache.
pub(super) const LINE: usize = 64;
/// Bits for each id.
const BITS: u64 = 10;
/// Bits set for each id.
const PROBES: u32 = 6;

/// The filter of one file of ids.
pub(super) struct Filter(Vec<[u8; LINE]>);

impl Filter {
    /// Lines for so many ids; at least one.
    pub(super) fn lines(count: u64) -> u64 {
        (count * BITS).div_ceil(LINE as u64 * 8).max(1)
    }

    pub(super) fn new(count: u64) -> Self {
        let lines = usize::try_from(Self::lines(count)).expect("the ids themselves are in memory");
        Self(vec![[0; LINE]; lines])
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    fn line(&self, id: &Hash) -> usize {
        let high = u64::from_be_bytes(*id.first_chunk().expect("12 bytes hold 8"));
        ((u128::from(high) * self.0.len() as u128) >> 64) as usize
    }

    fn probes(id: &Hash) -> impl Iterator<Item = (usize, u8)> {
        let low = u64::from_be_bytes(*id.last_chunk().expect("12 bytes hold 8"));
        (0..PROBES).map(move |probe| {
            let bit = (low >> (9 * probe)) as usize % (LINE * 8);
            (bit / 8, 1 << (bit % 8))
        })
    }

    pub(super) fn add(&mut self, id: &Hash) {
        let line = self.line(id);
        Self::probes(id).for_each(|(byte, bit)| self.0[line][byte] |= bit);
    }

    pub(super) fn may_hold(&self, id: &Hash) -> bool {
        let line = &self.0[self.line(id)];
        Self::probes(id).all(|(byte, bit)| line[byte] & bit != 0)
    }
}

impl From<Vec<u8>> for Filter {
    /// What is not a whole line is left out.
    fn from(bytes: Vec<u8>) -> Self {
        let lines = bytes.as_chunks().0.to_vec();
        Self(if lines.is_empty() { vec![[u8::MAX; LINE]] } else { lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_denied_and_few_are_claimed() {
        let id = |number: u32| -> Hash {
            *blake3::hash(&number.to_le_bytes()).as_bytes().first_chunk().unwrap()
        };
        let mut filter = Filter::new(20_000);
        (0..20_000).for_each(|number| filter.add(&id(number)));
        assert!((0..20_000).all(|number| filter.may_hold(&id(number))));
        let wrong = (20_000..40_000).filter(|number| filter.may_hold(&id(*number))).count();
        assert!(wrong < 600, "{wrong} of 20000");
    }
}
