//! What is kept of the ids of a delivery, while its rows come in one by one.
//!
//! An id is looked for among others of its first byte. In order they are put once, when all are in.

use std::ops::RangeInclusive;

use super::found::{Found, Print};
use crate::fact::{Content, Hash, Own};

/// What is kept of an id of this delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The content that counts; the first one, until a contest is decided.
    pub(super) content: Content,
    /// The file that it is counted in, and the first row there.
    pub(super) file: u32,
    pub(super) row: u64,
    /// None for what is not added up: rates, payments, grants, audits.
    pub(super) fact: Option<Own>,
}

impl Seen {
    pub(super) fn of(content: Content, (file, row): (usize, u64), fact: Option<Own>) -> Self {
        Self { content, file: few(file), row, fact }
    }
}

/// The number of a file as it is kept.
pub(super) fn few(file: usize) -> u32 {
    u32::try_from(file).expect("fewer files than that")
}

impl Print for Hash {
    /// Not of the first byte, which others have as well.
    fn bits(&self) -> u64 {
        let [_, bits @ .., _, _, _] = *self;
        u64::from_le_bytes(bits)
    }
}

/// All ids.
pub(super) struct AllSeen {
    /// By their first bytes.
    parts: Vec<Found<Hash, Seen>>,
}

impl Default for AllSeen {
    fn default() -> Self {
        Self { parts: std::iter::repeat_with(Found::default).take(1 << 8).collect() }
    }
}

impl AllSeen {
    pub(super) fn get(&self, id: &Hash) -> Option<&Seen> {
        self.parts[usize::from(id[0])].get(id)
    }

    /// Keeps a new id.
    pub(super) fn add(&mut self, id: Hash, seen: Seen) {
        self.parts[usize::from(id[0])].add(id, seen);
    }

    /// Keeps an id, with what is to be known of it from now on.
    pub(super) fn put(&mut self, id: Hash, seen: Seen) {
        self.parts[usize::from(id[0])].put(id, seen);
    }

    /// The ids from the first up to the last, in no order.
    pub(super) fn between(&self, ids: RangeInclusive<Hash>) -> impl Iterator<Item = &Hash> {
        let parts = usize::from(ids.start()[0])..=usize::from(ids.end()[0]);
        let all = self.parts.get(parts).unwrap_or_default().iter().flat_map(Found::list);
        all.map(|(id, _)| id).filter(move |id| ids.contains(id))
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.list().len()).sum()
    }

    /// All ids in their order. Their memory is given back on the way, because this is what a large delivery fills the
    /// memory with.
    pub(super) fn into_order(self) -> impl Iterator<Item = (Hash, Seen)> {
        self.parts.into_iter().flat_map(|part| {
            let mut list = part.into_list();
            list.sort_unstable_by_key(|(id, _)| *id);
            list
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Few of them, so that they come again.
    fn id() -> impl Strategy<Value = Hash> {
        let byte = || prop::sample::select(vec![0_u8, 1, 127, 255]);
        (byte(), byte(), byte()).prop_map(|(first, inner, last)| {
            let mut id = [7; 12];
            (id[0], id[4], id[11]) = (first, inner, last);
            id
        })
    }

    proptest! {
        #[test]
        fn ids_come_out_in_their_order(
            puts in prop::collection::vec((id(), any::<u64>()), 0..100),
            (one, other) in (id(), id()),
        ) {
            let (mut all, mut due) = (AllSeen::default(), BTreeMap::new());
            for (row, (id, _)) in (0..).zip(&puts) {
                let seen = Seen::of([3; 6], (1, row), None);
                prop_assert_eq!(all.get(id), due.get(id));
                match due.insert(*id, seen) {
                    None if row % 2 == 0 => all.add(*id, seen),
                    _ => all.put(*id, seen),
                }
            }
            let ids = one.min(other)..=one.max(other);
            let mut between: Vec<Hash> = all.between(ids.clone()).copied().collect();
            between.sort_unstable();
            prop_assert_eq!(between, due.range(ids).map(|(id, _)| *id).collect::<Vec<_>>());
            prop_assert_eq!(all.len(), due.len());
            prop_assert_eq!(all.into_order().collect::<Vec<_>>(), due.into_iter().collect::<Vec<_>>());
        }
    }
}
