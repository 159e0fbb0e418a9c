//! A list of values that are found by fingerprints.
//!
//! The law: what comes out is in the order of the list, which is that in which it was filled. Where in memory a
//! fingerprint is found, nobody can see.

use hashbrown::HashTable;

/// What a value is found by: bits of a fingerprint, and so as good as random.
pub(super) trait Print: Copy + Eq {
    fn bits(&self) -> u64;
}

impl Print for u64 {
    fn bits(&self) -> u64 {
        *self
    }
}

/// Values by their fingerprints, each of which it has once.
pub(super) struct Found<K, V> {
    list: Vec<(K, V)>,
    /// Where in the list.
    places: HashTable<u32>,
}

impl<K, V> Default for Found<K, V> {
    fn default() -> Self {
        Self { list: Vec::new(), places: HashTable::new() }
    }
}

impl<K: Print, V> Found<K, V> {
    /// Where in the list a fingerprint has its value.
    pub(super) fn place(&self, print: &K) -> Option<usize> {
        let alike = |place: &u32| self.list[*place as usize].0 == *print;
        self.places.find(print.bits(), alike).map(|place| *place as usize)
    }

    /// The value of a fingerprint.
    pub(super) fn get(&self, print: &K) -> Option<&V> {
        self.place(print).map(|place| &self.list[place].1)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, print: &K) -> Option<&mut V> {
        self.place(print).map(|place| &mut self.list[place].1)
    }

    /// Puts a value under a fingerprint, in place of one that was there.
    ///
    /// # Panics
    /// If there are more than four billion of them.
    pub(super) fn put(&mut self, print: K, value: V) {
        if let Some(known) = self.get_mut(&print) {
            *known = value;
            return;
        }
        self.add(print, value);
    }

    /// Puts a value at the end of the list, under a fingerprint that has none; says where it is.
    ///
    /// # Panics
    /// If there are more than four billion of them.
    pub(super) fn add(&mut self, print: K, value: V) -> usize {
        let (list, place) = (&self.list, self.list.len());
        let number = u32::try_from(place).expect("a list is shorter");
        self.places.insert_unique(print.bits(), number, |place| list[*place as usize].0.bits());
        self.list.push((print, value));
        place
    }

    /// The list.
    pub(super) fn list(&self) -> &[(K, V)] {
        &self.list
    }

    /// The list, when nothing is looked for any more.
    pub(super) fn into_list(self) -> Vec<(K, V)> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Of which many have the same bits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Alike(u16);

    impl Print for Alike {
        fn bits(&self) -> u64 {
            u64::from(self.0 % 3)
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_in_the_order_in_which_it_was_filled(
            puts in prop::collection::vec((0..40_u16, any::<u8>()), 0..200),
        ) {
            let (mut found, mut due, mut order) = (Found::default(), BTreeMap::new(), Vec::new());
            for (print, value) in puts {
                let print = Alike(print);
                prop_assert_eq!(found.get(&print), due.get(&print));
                found.put(print, value);
                if due.insert(print, value).is_none() {
                    order.push(print);
                }
            }
            let due: Vec<_> = order.iter().map(|print| (*print, due[print])).collect();
            prop_assert_eq!(found.list(), &due[..]);
            prop_assert_eq!(found.into_list(), due);
        }
    }
}
