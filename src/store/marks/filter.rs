//! A small Bloom filter for the ids of one block. "Not here" is certain, "maybe here" is wrong about
//! once in thirty. Ids are fingerprints: their own bits serve as the hash.

/// Bytes of a filter: seven bits for each id of a full block.
pub(super) const FILTER: usize = 128;
const PROBES: u32 = 4;
/// Bits that tell one of the filter's bits.
const BITS: u32 = 10;

pub(super) type Filter = [u8; FILTER];

fn probes(id: &[u8]) -> impl Iterator<Item = (usize, u8)> {
    let last = u64::from_le_bytes(*id.last_chunk().expect("an id has more than eight bytes"));
    (0..PROBES).map(move |probe| {
        let bit = (last >> (BITS * probe)) as usize % (FILTER * 8);
        (bit / 8, 1 << (bit % 8))
    })
}

/// Takes in an id, or the end of one.
pub(super) fn add(filter: &mut Filter, id: &[u8]) {
    probes(id).for_each(|(byte, bit)| filter[byte] |= bit);
}

/// May an id be there?
pub(super) fn may_hold(filter: &Filter, id: &[u8]) -> bool {
    probes(id).all(|(byte, bit)| filter[byte] & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_denied_and_few_are_claimed() {
        let id = |number: u32| *blake3::hash(&number.to_le_bytes()).as_bytes();
        let mut filter = [0; FILTER];
        (0..145).for_each(|number| add(&mut filter, &id(number)));
        assert!((0..145).all(|number| may_hold(&filter, &id(number))));
        let wrong = (145..10_145).filter(|number| may_hold(&filter, &id(*number))).count();
        assert!(wrong < 600, "{wrong} of 10000");
    }
}
