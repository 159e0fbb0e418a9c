//! A small Bloom filter for the ids of one block. "Not here" is certain, "maybe here" is wrong about
//! once in twenty-five. Ids are fingerprints: the bits that they are told by serve as the hash.
//!
//! All bits of an id stand in one word, so that it is taken in, and asked for, in one step. Bits all over the
//! filter would be wrong once in thirty, and cost three times as much for every mark that is put down.

/// Words of a filter: eight bits for each id of a full block.
const WORDS: usize = 80;
/// Bytes of a filter.
pub(super) const FILTER: usize = WORDS * 8;

pub(super) type Filter = [u64; WORDS];

/// The word of a key, and its bits. The first bits of a key are those of the bucket: the others tell more.
#[inline]
fn place(key: u64) -> (usize, u64) {
    let bits = 1 << (key & 63) | 1 << (key >> 6 & 63) | 1 << (key >> 12 & 63);
    let word = ((key >> 18 & 0xFFFF_FFFF) * WORDS as u64) >> 32;
    (word as usize, bits)
}

/// The filter of ids by their keys.
pub(super) fn of(keys: impl Iterator<Item = u64>) -> Filter {
    let mut filter = [0; WORDS];
    for (word, bits) in keys.map(place) {
        filter[word] |= bits;
    }
    filter
}

/// May the id of a key be there?
pub(super) fn may_hold(filter: &Filter, key: u64) -> bool {
    let (word, bits) = place(key);
    filter[word] & bits == bits
}

/// Its bytes.
pub(super) fn encode(filter: &Filter) -> [u8; FILTER] {
    let mut bytes = [0; FILTER];
    bytes.as_chunks_mut().0.iter_mut().zip(filter).for_each(|(to, word)| *to = word.to_le_bytes());
    bytes
}

/// The filter of some bytes.
pub(super) fn decode(bytes: &[u8; FILTER]) -> Filter {
    let mut filter = [0; WORDS];
    filter
        .iter_mut()
        .zip(bytes.as_chunks().0)
        .for_each(|(to, word)| *to = u64::from_le_bytes(*word));
    filter
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
        let filter = of((0..654).map(key));
        assert_eq!(decode(&encode(&filter)), filter);
        assert!((0..654).all(|number| may_hold(&filter, key(number))));
        let wrong = (654..10_654).filter(|number| may_hold(&filter, key(*number))).count();
        assert!(wrong < 500, "{wrong} of 10000");
    }
}
