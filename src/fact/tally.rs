//! Facts added up.
//!
//! The law: a tally of two heaps of facts is the sum of their tallies, whatever the heaps.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::daily::{Cells, Daily, FEW, by_day};
use super::listed::{KeyList, ListedDay};
use super::packed::Packed;
use super::{Fact, Key, Lens};
use crate::calendar::Day;
use crate::money::Exact;

/// How many facts, how much of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Facts; negative only in a correction of an earlier tally.
    pub rows: i64,
    /// Σ quantity.
    pub quantity: Exact,
    /// Σ amount, in major units of the key's currency.
    pub amount: Exact,
}

impl Cell {
    /// One fact.
    pub fn of(fact: &Fact) -> Self {
        Self {
            rows: 1,
            quantity: fact.quantity.unwrap_or_default(),
            amount: fact.amount.unwrap_or_default(),
        }
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The opposite, to take it out again.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { rows: -self.rows, quantity: -self.quantity, amount: -self.amount }
    }

    pub(super) fn plus(self, more: Self) -> Self {
        Self {
            rows: self.rows + more.rows,
            quantity: self.quantity + more.quantity,
            amount: self.amount + more.amount,
        }
    }
}

/// Facts added up by key, in the order of the keys. Holds no empty cell. A copy costs nothing, and
/// shares the days on which none of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Days in order, with cells that came in order. One of the two lists is empty.
    listed: Arc<Vec<Arc<Daily>>>,
    /// Cells that were added one by one.
    added: Arc<BTreeMap<Arc<Key>, Cell>>,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sums of keys that many days share: of each its day, the place of its key in the list, and its
    /// cell, in the order of days and places. Keys of days are made when somebody asks for them.
    ///
    /// # Panics
    /// If the keys are not of one day, in order, each once, or the sums are not as they are to be.
    ///
    /// ```
    /// use revshare::calendar::{Day, Zone};
    /// use revshare::fact::{Cell, Fact, Key, Kind, Lens, Tally};
    /// let sale = Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap());
    /// let key = Key::of(&sale, "own", &Zone::utc(), &Lens::default());
    /// let keys = vec![Key { day: Day::EPOCH, ..key.clone() }];
    /// let tally = Tally::of_keys(keys, [(key.day, 0, Cell::of(&sale))]);
    /// assert_eq!(tally.iter().next(), Some((&key, &Cell::of(&sale))));
    /// ```
    pub fn of_keys(keys: Vec<Key>, sums: impl IntoIterator<Item = (Day, u32, Cell)>) -> Self {
        let list = &Arc::new(KeyList::new(keys));
        let mut sums = sums.into_iter().filter(|(_, _, cell)| !cell.is_empty()).peekable();
        let mut days: Vec<Arc<Daily>> = Vec::new();
        while let Some(day) = sums.peek().map(|(day, ..)| *day) {
            assert!(days.last().is_none_or(|before| before.day() < day), "days in order");
            let of_day = std::iter::from_fn(|| sums.next_if(|(other, ..)| *other == day));
            let cells = of_day.map(|(_, place, cell)| (place, cell)).collect();
            days.push(Daily::listed(ListedDay::new(day, list, cells)));
        }
        Self::listed(days)
    }

    /// Days in order, each once.
    fn listed(days: Vec<Arc<Daily>>) -> Self {
        Self { listed: Arc::new(days), added: Arc::default() }
    }

    /// Full cells in the order of their keys, each once.
    pub(super) fn in_order(cells: Cells) -> Self {
        Self::listed(by_day(cells))
    }

    /// Adds a cell under a key.
    pub fn add(&mut self, key: Key, cell: Cell) {
        if cell.is_empty() {
            return;
        }
        if !self.listed.is_empty() {
            let listed = std::mem::take(&mut self.listed);
            let cells = listed.iter().flat_map(|day| day.cells().iter().cloned());
            self.added = Arc::new(cells.collect());
        }
        let added = Arc::make_mut(&mut self.added);
        let Some(sum) = added.get_mut(&key) else {
            added.insert(Arc::new(key), cell);
            return;
        };
        *sum = sum.plus(cell);
        if sum.is_empty() {
            added.remove(&key);
        }
    }

    /// Its days, whichever way the cells came.
    pub(super) fn days(&self) -> Vec<Arc<Daily>> {
        if self.added.is_empty() {
            return self.listed.to_vec();
        }
        by_day(self.added.iter().map(|(key, cell)| (Arc::clone(key), *cell)).collect())
    }

    /// The opposite of every cell.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self::in_order(self.shared().map(|(key, cell)| (Arc::clone(key), cell.negated())).collect())
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        if self.listed.is_empty() && other.listed.is_empty() && other.len() < self.len() / FEW {
            other.added.iter().for_each(|(key, cell)| self.add(Key::clone(key), *cell));
        } else {
            // At once, so that many that are added one after another do not pile up.
            *self = Self::day_by_day([&*self, other], Daily::sum_at_once);
        }
    }

    /// What several tallies add up to. A day of more than one is added up when somebody asks for it.
    pub fn sum_of<'a>(tallies: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::day_by_day(tallies, Daily::sum)
    }

    fn day_by_day<'a>(
        tallies: impl IntoIterator<Item = &'a Self>,
        sum: impl Fn(&[Arc<Daily>]) -> Arc<Daily>,
    ) -> Self {
        let tallies: Vec<&Self> = tallies.into_iter().filter(|of| !of.has_no_day()).collect();
        if let [only] = tallies[..] {
            return only.clone();
        }
        let mut days: Vec<Arc<Daily>> = tallies.into_iter().flat_map(Self::days).collect();
        // Runs in order are what a stable sort is quick with.
        days.sort_by_key(|daily| daily.day());
        let of_one_day = days.chunk_by(|one, other| one.day() == other.day());
        Self::listed(of_one_day.map(sum).collect())
    }

    /// What has to be added to another tally to get this one. Days that the two share are not looked at.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let mut days = Vec::new();
        let (mut mine, mut theirs) =
            (self.days().into_iter().peekable(), other.days().into_iter().peekable());
        loop {
            let day = [mine.peek(), theirs.peek()].into_iter().flatten().map(|it| it.day()).min();
            let Some(day) = day else { return Self::listed(days) };
            let (more, less) =
                (mine.next_if(|it| it.day() == day), theirs.next_if(|it| it.day() == day));
            days.extend(Daily::difference(more.as_deref(), less.as_deref()));
        }
    }

    /// Its cells as a lens that keeps less apart would have added them up.
    #[must_use]
    pub fn seen_through(&self, lens: &Lens) -> Self {
        let plain = self.listed.iter().all(|daily| daily.keeps_nothing_apart());
        if plain && self.added.keys().all(|key| key.keeps_nothing_apart()) {
            return self.clone();
        }
        self.iter().map(|(key, cell)| (key.seen_through(lens), *cell)).collect()
    }

    /// Every cell in the order of the keys: by day first.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Cell)> {
        self.shared().map(|(key, cell)| (&**key, cell))
    }

    fn shared(&self) -> impl Iterator<Item = (&Arc<Key>, &Cell)> {
        let listed = self.listed.iter().flat_map(|daily| daily.cells());
        listed.map(|(key, cell)| (key, cell)).chain(self.added.iter())
    }

    /// The cells from a day on.
    fn since(&self, from: Day) -> impl Iterator<Item = (&Arc<Key>, &Cell)> {
        let first = self.listed.partition_point(|daily| daily.day() < from);
        let listed = self.listed[first..].iter().flat_map(|daily| daily.cells());
        let added = self.added.range::<Key, _>(Key::first_on(from)..);
        listed.map(|(key, cell)| (key, cell)).chain(added)
    }

    /// The cells of some days, both included, in the order of the keys.
    pub fn of_days(&self, from: Day, to: Day) -> impl Iterator<Item = (&Arc<Key>, &Cell)> {
        self.since(from).take_while(move |(key, _)| key.day <= to)
    }

    /// The first day that has a cell.
    pub fn first_day(&self) -> Option<Day> {
        self.shared().next().map(|(key, _)| key.day)
    }

    /// The first day from a given one on that has a cell.
    pub fn next_day(&self, from: Day) -> Option<Day> {
        self.since(from).next().map(|(key, _)| key.day)
    }

    /// The days that it may have cells of, and perhaps some of which all was taken back. No cell is made for that.
    pub fn days_at_most(&self) -> impl Iterator<Item = Day> {
        let added = self.added.keys().map(|key| key.day);
        self.listed.iter().map(|daily| daily.day()).chain(added)
    }

    /// Its cells, in the order of the keys.
    pub fn into_cells(self) -> Vec<(Key, Cell)> {
        self.iter().map(|(key, cell)| (key.clone(), *cell)).collect()
    }

    /// How many cells. Their keys are made for that.
    pub fn len(&self) -> usize {
        self.listed.iter().map(|daily| daily.cells().len()).sum::<usize>() + self.added.len()
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.listed.iter().all(|daily| daily.is_empty())
    }

    fn has_no_day(&self) -> bool {
        self.listed.is_empty() && self.added.is_empty()
    }
}

impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Tally {}

impl FromIterator<(Key, Cell)> for Tally {
    fn from_iter<I: IntoIterator<Item = (Key, Cell)>>(iter: I) -> Self {
        let mut tally = Self::new();
        iter.into_iter().for_each(|(key, cell)| tally.add(key, cell));
        tally
    }
}

impl From<Vec<(Key, Cell)>> for Tally {
    /// The cells are in the order of their keys if they were written by a tally, and can be left as
    /// they are.
    fn from(cells: Vec<(Key, Cell)>) -> Self {
        let rising = cells.is_sorted_by(|(before, _), (after, _)| before < after);
        match rising && cells.iter().all(|(_, cell)| !cell.is_empty()) {
            true => {
                Self::in_order(cells.into_iter().map(|(key, cell)| (key.into(), cell)).collect())
            }
            false => cells.into_iter().collect(),
        }
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Packed::of(&self.days()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    /// Every cell is looked at, and none made: that is left until somebody asks for its day.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = Packed::deserialize(deserializer)?.days().map_err(de::Error::custom)?;
        Ok(Self::listed(days.into_iter().map(Daily::packed).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Few keys, so that heaps meet, and cells that take each other back.
    fn cells() -> impl Strategy<Value = Vec<(Key, Cell)>> {
        let cell = (0..9_i64, 0..3_usize, -2..3_i64).prop_map(|(day, product, amount)| {
            let first = Key::first_on(Day::new(2026, 10, 5).unwrap().plus(day));
            let product = ["", "aria-1", "aria-2"][product].to_owned();
            let amount = Exact::from(amount);
            (Key { product, ..first }, Cell { rows: 1, quantity: amount, amount })
        });
        let back = cell.clone().prop_map(|(key, cell)| (key, cell.negated()));
        prop::collection::vec(prop_oneof![cell, back], 0..40)
    }

    /// The same cells by the places of their keys in a list, of which some stand on no day.
    fn of_keys(tally: &Tally) -> Tally {
        let cells: BTreeMap<_, _> = tally.clone().into_cells().into_iter().collect();
        let undated = |key: &Key| Key { day: Day::EPOCH, ..key.clone() };
        let more = Key { product: "aria-1-b".to_owned(), ..Key::first_on(Day::EPOCH) };
        let keys: BTreeSet<Key> = cells.keys().map(undated).chain([more]).collect();
        let place = |key: &Key| keys.iter().position(|it| *it == undated(key)).unwrap() as u32;
        let sums = cells.iter().map(|(key, cell)| (key.day, place(key), *cell));
        Tally::of_keys(keys.iter().cloned().collect(), sums)
    }

    fn one_by_one<'a>(cells: impl IntoIterator<Item = &'a (Key, Cell)>) -> Tally {
        cells.into_iter().cloned().collect()
    }

    proptest! {
        #[test]
        fn however_it_is_added_up_it_is_the_same(heaps in prop::collection::vec(cells(), 0..5)) {
            let tallies: Vec<Tally> = heaps.iter().map(one_by_one).collect();
            let due = one_by_one(heaps.iter().flatten());
            prop_assert_eq!(&Tally::sum_of(&tallies), &due);
            let mut merged = Tally::new();
            tallies.iter().for_each(|tally| merged.merge(tally));
            prop_assert_eq!(&merged, &due);
            prop_assert_eq!(&Tally::from(due.clone().into_cells()), &due);
            prop_assert_eq!(&Tally::from(heaps.concat()), &due);
            let first = tallies.first().cloned().unwrap_or_default();
            let mut back = due.less(&first);
            back.merge(&first);
            prop_assert_eq!(&back, &due);
            let kept = serde_json::to_string(&due).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Tally>(&kept).unwrap(), &due);
        }

        #[test]
        fn keys_by_their_places_are_keys(
            heaps in prop::collection::vec((cells(), any::<bool>(), any::<bool>()), 0..5),
        ) {
            let due = one_by_one(heaps.iter().flat_map(|(cells, ..)| cells));
            let text = serde_json::to_string(&due).unwrap();
            let tallies: Vec<Tally> = heaps.iter().map(|(cells, placed, asked)| {
                let tally = one_by_one(cells);
                let tally = if *placed { of_keys(&tally) } else { tally };
                assert!(!asked || tally.iter().count() == tally.len());
                tally
            }).collect();
            let sum = Tally::sum_of(&tallies);
            // It is written in the same way whether its keys were made before or not.
            prop_assert_eq!(serde_json::to_string(&sum).unwrap(), text.clone());
            prop_assert_eq!(sum.is_empty(), due.is_empty());
            prop_assert_eq!(&sum, &due);
            prop_assert_eq!(serde_json::to_string(&sum).unwrap(), text);
            let less = sum.less(&tallies.first().cloned().unwrap_or_default());
            let due = due.less(&heaps.first().map(|it| one_by_one(&it.0)).unwrap_or_default());
            prop_assert_eq!(less, due);
        }

        #[test]
        fn days_are_found(cells in cells(), from in 0..9_i64, to in 0..9_i64) {
            let day = |after| Day::new(2026, 10, 5).unwrap().plus(after);
            let (tally, days) = (one_by_one(&cells), day(from)..=day(to));
            let due: Vec<_> = tally.iter().filter(|(key, _)| days.contains(&key.day)).collect();
            let found = tally.of_days(day(from), day(to)).map(|(key, cell)| (&**key, cell));
            prop_assert_eq!(found.collect::<Vec<_>>(), due);
            let next = tally.iter().map(|(key, _)| key.day).find(|found| *found >= day(from));
            prop_assert_eq!(tally.next_day(day(from)), next);
            let days: BTreeSet<Day> = tally.iter().map(|(key, _)| key.day).collect();
            prop_assert_eq!(&tally.days_at_most().collect::<BTreeSet<_>>(), &days);
            prop_assert!(Tally::from(cells).days_at_most().collect::<BTreeSet<_>>().is_superset(&days));
        }
    }
}
