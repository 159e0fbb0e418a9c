//! Facts added up while rows come in one by one; a [`Tally`] once all are in.
//!
//! A tally in the making looks for a key among texts that begin alike and lie far apart in memory, row after
//! row. A heap knows its keys by all but their days, which are few and stay near, and looks for a fingerprint of
//! that. In order it puts them once.
//!
//! The law: what comes out is what a tally would be that had been fed the same, whatever the fingerprints.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::found::{Found, Print};
use crate::calendar::Day;
use crate::fact::dayless::Dayless;
use crate::fact::{Cell, Key, Tally};

/// Cells by the fingerprints of their keys.
#[derive(Default)]
pub(super) struct Heap<S = FixedState> {
    hasher: S,
    /// Keys as if they were of no day. A fingerprint belongs to the first that has it.
    shapes: Found<u64, Key>,
    /// What was taken back stays until the end, as an empty cell, and so no key changes its place.
    cells: Found<Spot, Cell>,
    /// Keys whose fingerprint belongs to another: slower, whoever made them up, but never wrong.
    others: Tally,
}

/// A key: its place among the shapes, and its day.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Spot(usize, Day);

impl Print for Spot {
    fn bits(&self) -> u64 {
        FixedState::default().hash_one(self)
    }
}

/// The day of keys that are as if of none.
const NONE: Day = Day::EPOCH;

impl<S: BuildHasher> Heap<S> {
    /// Adds a cell under a key. It is copied only if it is new.
    pub(super) fn add(&mut self, (shape, day): (&Dayless<'_>, Day), cell: Cell) {
        match self.shape(shape) {
            Some(place) => self.add_at(Spot(place, day), cell),
            None => self.others.add(shape.on(day), cell),
        }
    }

    /// The place of a shape; none if its fingerprint belongs to another.
    fn shape(&mut self, shape: &Dayless<'_>) -> Option<usize> {
        let print = self.hasher.hash_one(shape);
        match self.shapes.place(&print) {
            Some(place) => {
                (Dayless::of_key(&self.shapes.list()[place].1) == *shape).then_some(place)
            }
            None => Some(self.shapes.add(print, shape.on(NONE))),
        }
    }

    fn add_at(&mut self, spot: Spot, cell: Cell) {
        match self.cells.get_mut(&spot) {
            Some(sum) => *sum = sum.plus(cell),
            None => {
                self.cells.add(spot, cell);
            }
        }
    }

    /// All that came, in the order of the keys.
    pub(super) fn into_tally(self) -> Tally {
        let shapes = self.shapes.list();
        let full = self.cells.list().iter().filter(|(_, cell)| !cell.is_empty());
        let key = |Spot(shape, day): Spot| Key { day, ..shapes[shape].1.clone() };
        let mut cells: Vec<(Arc<Key>, Cell)> =
            full.map(|(spot, cell)| (Arc::new(key(*spot)), *cell)).collect();
        cells.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Tally::sum_of([&Tally::in_order(cells), &self.others])
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasherDefault, Hasher};

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Day;
    use crate::fact::{Charged, Kind};
    use crate::money::Exact;

    /// Has few fingerprints, so that keys have to share them.
    #[derive(Default)]
    struct Few(u64);

    impl Hasher for Few {
        fn write(&mut self, bytes: &[u8]) {
            self.0 += bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        }

        fn finish(&self) -> u64 {
            self.0 % 3
        }
    }

    /// Has one fingerprint, for all keys.
    #[derive(Default)]
    struct One;

    impl Hasher for One {
        fn write(&mut self, _: &[u8]) {}

        fn finish(&self) -> u64 {
            7
        }
    }

    /// Few keys, so that they come again; texts that move from one field to the next.
    fn key() -> impl Strategy<Value = Key> {
        let text = || prop::sample::select(vec!["", "a", "ab", "b"]).prop_map(str::to_owned);
        let day = || (0..2_i64).prop_map(|day| Day::new(2026, 10, 5).unwrap().plus(day));
        let kind = prop::sample::select(vec![Kind::Charge, Kind::Cost]);
        let charged = prop::option::of((day(), text()));
        (day(), kind, text(), text(), charged).prop_map(|(day, kind, product, channel, charged)| {
            let charged = charged.map(|(day, product)| Charged { day, product });
            Key { kind, product, channel, charged, ..Key::first_on(day) }
        })
    }

    /// Cells under few keys, of which many are taken back at once, later, or before they come.
    fn adds() -> impl Strategy<Value = Vec<(Key, Cell)>> {
        let cell = (0..2_i64, 0..2_i64, -1..2_i64).prop_map(|(rows, quantity, amount)| Cell {
            rows,
            quantity: Exact::from(quantity),
            amount: Exact::from(amount),
        });
        let keys = prop::collection::vec(key(), 1..6);
        let steps =
            prop::collection::vec((any::<prop::sample::Index>(), cell, any::<bool>()), 0..60);
        (keys, steps).prop_map(|(keys, steps)| {
            let add = |(at, cell, back): (prop::sample::Index, Cell, bool)| {
                (at.get(&keys).clone(), if back { cell.negated() } else { cell })
            };
            steps.into_iter().map(add).collect()
        })
    }

    fn heaped<S: BuildHasher + Default>(adds: &[(Key, Cell)]) -> Tally {
        let mut heap = Heap::<S>::default();
        adds.iter().for_each(|(key, cell)| heap.add((&Dayless::of_key(key), key.day), *cell));
        heap.into_tally()
    }

    proptest! {
        #[test]
        fn a_heap_is_the_tally_of_the_same(adds in adds()) {
            let due: Tally = adds.iter().cloned().collect();
            for heaped in [
                heaped::<FixedState>(&adds),
                heaped::<BuildHasherDefault<Few>>(&adds),
                heaped::<BuildHasherDefault<One>>(&adds),
            ] {
                prop_assert_eq!(&heaped, &due);
                prop_assert_eq!(heaped.is_empty(), due.is_empty());
                prop_assert_eq!(heaped.len(), due.len());
                prop_assert_eq!(heaped.first_day(), due.first_day());
                let written = serde_json::to_string(&heaped).unwrap();
                prop_assert_eq!(written, serde_json::to_string(&due).unwrap());
                prop_assert_eq!(heaped.clone().into_cells(), due.clone().into_cells());
            }
        }

        #[test]
        fn what_is_taken_back_leaves_nothing_and_comes_again(adds in adds()) {
            let back = adds.iter().map(|(key, cell)| (key.clone(), cell.negated()));
            let none: Vec<_> = adds.iter().cloned().chain(back).collect();
            let again = [&none[..], &adds].concat();
            let due: Tally = adds.iter().cloned().collect();
            prop_assert!(heaped::<FixedState>(&none).is_empty());
            prop_assert!(heaped::<BuildHasherDefault<One>>(&none).is_empty());
            prop_assert_eq!(heaped::<FixedState>(&again), due.clone());
            prop_assert_eq!(heaped::<BuildHasherDefault<One>>(&again), due);
        }
    }
}
