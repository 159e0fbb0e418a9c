//! A small Bloom filter for the ids of one block. "Not here" is certain, "maybe here" is wrong about
//! once in thirty. Ids are fingerprints: the bits that they are told by serve as the hash.

/// Bytes of a filter: seven bits for each id of a full block.
pub(super) const FILTER: usize = 256;
const PROBES: u32 = 4;
/// Bits that tell one of the filter's bits.
const BITS: u32 = 11;

pub(super) type Filter = [u8; FILTER];

/// The first bits of a key are those of the bucket: the others tell more.
fn probes(key: u64) -> impl Iterator<Item = (usize, u8)> {
    (0..PROBES).map(move |probe| {
        let bit = (key >> (BITS * probe)) as usize % (FILTER * 8);
        (bit / 8, 1 << (bit % 8))
    })
}

/// Takes in an id by its key.
pub(super) fn add(filter: &mut Filter, key: u64) {
    probes(key).for_each(|(byte, bit)| filter[byte] |= bit);
}

/// May the id of a key be there?
pub(super) fn may_hold(filter: &Filter, key: u64) -> bool {
    probes(key).all(|(byte, bit)| filter[byte] & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_denied_and_few_are_claimed() {
        let key = |number: u32| {
            u64::from_le_bytes(
                *blake3::hash(&number.to_le_bytes()).as_bytes().first_chunk().unwrap(),
            )
        };
        let mut filter = [0; FILTER];
        (0..270).for_each(|number| add(&mut filter, key(number)));
        assert!((0..270).all(|number| may_hold(&filter, key(number))));
        let wrong = (270..10_270).filter(|number| may_hold(&filter, key(*number))).count();
        assert!(wrong < 600, "{wrong} of 10000");
    }
}
