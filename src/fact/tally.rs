//! Facts added up.
//!
//! The law: a tally of two heaps of facts is the sum of their tallies, whatever the heaps.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::{AuditFinding, Fact, FxRate, GrantedRate, Key, Lens, Payment};
use crate::calendar::{Day, Period};
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

    fn plus(self, more: Self) -> Self {
        Self {
            rows: self.rows + more.rows,
            quantity: self.quantity + more.quantity,
            amount: self.amount + more.amount,
        }
    }
}

/// Facts added up by key, in the order of the keys. Holds no empty cell. A copy costs nothing until
/// one of the two changes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<(Key, Cell)>")]
pub struct Tally {
    /// Cells that came in order. One of the two lists is empty.
    listed: Arc<Vec<(Key, Cell)>>,
    /// Cells that were added one by one.
    added: Arc<BTreeMap<Key, Cell>>,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Full cells in the order of their keys, each once.
    fn listed(cells: Vec<(Key, Cell)>) -> Self {
        Self { listed: Arc::new(cells), added: Arc::default() }
    }

    /// Adds a cell under a key.
    pub fn add(&mut self, key: Key, cell: Cell) {
        use std::collections::btree_map::Entry;
        if cell.is_empty() {
            return;
        }
        if !self.listed.is_empty() {
            let listed = Arc::unwrap_or_clone(std::mem::take(&mut self.listed));
            self.added = Arc::new(listed.into_iter().collect());
        }
        match Arc::make_mut(&mut self.added).entry(key) {
            Entry::Vacant(place) => {
                place.insert(cell);
            }
            Entry::Occupied(mut place) => {
                let sum = place.get_mut();
                *sum = sum.plus(cell);
                if sum.is_empty() {
                    place.remove();
                }
            }
        }
    }

    /// The opposite of every cell.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self::listed(self.iter().map(|(key, cell)| (key.clone(), cell.negated())).collect())
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
        } else if self.listed.is_empty() && other.len() < self.len() / FEW {
            other.iter().for_each(|(key, cell)| self.add(key.clone(), *cell));
        } else {
            *self = Self::sum_of([&*self, other]);
        }
    }

    /// What several tallies add up to.
    pub fn sum_of<'a>(tallies: impl IntoIterator<Item = &'a Self>) -> Self {
        let tallies: Vec<&Self> = tallies.into_iter().filter(|of| !of.is_empty()).collect();
        if let [only] = tallies[..] {
            return only.clone();
        }
        let largest = tallies.iter().enumerate().max_by_key(|(_, of)| of.listed.len());
        let Some((largest, into)) = largest else { return Self::new() };
        let others = || tallies.iter().enumerate().filter(|(at, _)| *at != largest);
        if others().map(|(_, of)| of.len()).sum::<usize>() < into.listed.len() / FEW {
            return into.with(in_order(others().map(|(_, of)| *of)));
        }
        let all = in_order(tallies.iter().copied()).into_iter();
        let full = all.filter(|(_, cell)| !cell.is_empty());
        Self::listed(full.map(|(key, cell)| (key.clone(), cell)).collect())
    }

    /// Its listed cells and a few more: what lies between these is copied without being compared.
    fn with(&self, few: Vec<(&Key, Cell)>) -> Self {
        let mut rest = &self.listed[..];
        let mut all = Vec::with_capacity(rest.len() + few.len());
        for (key, cell) in few {
            let (before, after) = rest.split_at(rest.partition_point(|(own, _)| own < key));
            all.extend_from_slice(before);
            let same = after.first().filter(|(own, _)| own == key);
            rest = &after[usize::from(same.is_some())..];
            let sum = same.map_or(cell, |(_, own)| own.plus(cell));
            if !sum.is_empty() {
                all.push((key.clone(), sum));
            }
        }
        all.extend_from_slice(rest);
        Self::listed(all)
    }

    /// What has to be added to another tally to get this one.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let mut change = Vec::new();
        let (mut mine, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let order = match (mine.peek(), theirs.peek()) {
                (Some((own, _)), Some((other, _))) => own.cmp(other),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Self::listed(change),
            };
            let (more, less) = (mine.next_if(|_| order.is_le()), theirs.next_if(|_| order.is_ge()));
            let cell = |of: Option<(&Key, &Cell)>| of.map(|(_, cell)| *cell).unwrap_or_default();
            let sum = cell(more).plus(cell(less).negated());
            if !sum.is_empty() {
                let (key, _) = more.or(less).expect("one of the two is at hand");
                change.push((key.clone(), sum));
            }
        }
    }

    /// Its cells as a lens that keeps less apart would have added them up.
    #[must_use]
    pub fn seen_through(&self, lens: &Lens) -> Self {
        if self.iter().all(|(key, _)| key.keeps_nothing_apart()) {
            return self.clone();
        }
        self.iter().map(|(key, cell)| (key.seen_through(lens), *cell)).collect()
    }

    /// Every cell in the order of the keys: by day first.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Cell)> {
        self.listed.iter().map(|(key, cell)| (key, cell)).chain(self.added.iter())
    }

    /// The cells from a day on.
    fn since(&self, from: Day) -> impl Iterator<Item = (&Key, &Cell)> {
        let first = self.listed.partition_point(|(key, _)| key.day < from);
        let listed = self.listed[first..].iter().map(|(key, cell)| (key, cell));
        listed.chain(self.added.range(Key::first_on(from)..))
    }

    /// The cells of some days, both included, in the order of the keys.
    pub fn of_days(&self, from: Day, to: Day) -> impl Iterator<Item = (&Key, &Cell)> {
        self.since(from).take_while(move |(key, _)| key.day <= to)
    }

    /// The first day from a given one on that has a cell.
    pub fn next_day(&self, from: Day) -> Option<Day> {
        self.since(from).next().map(|(key, _)| key.day)
    }

    /// Its cells, in the order of the keys.
    pub fn into_cells(self) -> Vec<(Key, Cell)> {
        match self.added.is_empty() {
            true => Arc::unwrap_or_clone(self.listed),
            false => Arc::unwrap_or_clone(self.added).into_iter().collect(),
        }
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.listed.len() + self.added.len()
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A tally of less than one part in so many is added cell by cell.
const FEW: usize = 8;

/// The cells of several tallies, each key once; some may have become empty.
fn in_order<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Vec<(&'a Key, Cell)> {
    let mut all: Vec<(&Key, Cell)> =
        tallies.flat_map(|of| of.iter().map(|(key, cell)| (key, *cell))).collect();
    // Runs in order are what a stable sort is quick with.
    all.sort_by_key(|(key, _)| *key);
    all.dedup_by(|(key, more), (before, sum)| {
        let same = key == before;
        if same {
            *sum = sum.plus(*more);
        }
        same
    });
    all
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
            true => Self::listed(cells),
            false => cells.into_iter().collect(),
        }
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A fact whose `ref` names a fact that is not known (yet); it stays on its own day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unresolved {
    /// Its source.
    pub source: String,
    /// Its own id.
    pub id: String,
    /// The id that it names.
    pub reference: String,
    /// Where it is tallied.
    pub key: Key,
    /// Its amount in major units.
    pub amount: Exact,
}

/// All that is known in one time zone: what a settlement is computed from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Sales, costs and usage.
    pub tally: Tally,
    /// Facts that refer to something unknown; sorted.
    pub unresolved: Vec<Unresolved>,
    /// Rates of exchange; sorted, one for a day and pair.
    pub rates: Vec<FxRate>,
    /// What was really paid; sorted.
    pub payments: Vec<Payment>,
    /// What comparable deals were granted, in order.
    pub grants: Vec<GrantedRate>,
    /// What audits found, in order.
    pub audits: Vec<AuditFinding>,
    /// Corrections that a contract refuses because their period had become final; sorted.
    pub refused: Vec<Refused>,
    /// Rates of exchange that a contract refuses for the same reason; sorted.
    pub refused_rates: Vec<RefusedRate>,
}

/// A rate of exchange that came too late to count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusedRate {
    /// The period that was open when it came, in whose statement it is listed.
    pub listed: Period,
    /// The rate.
    pub rate: FxRate,
}

/// Facts that came too late to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The period that was open when they came, in whose statement they are listed.
    pub listed: Period,
    /// Which facts.
    pub key: Key,
    /// How many, how much.
    pub cell: Cell,
}

impl Evidence {
    /// What one contract asks about: customers and deals that only its neighbours name are added
    /// up, so that its statement is the same whatever contracts share its book.
    #[must_use]
    pub fn seen_through(self, lens: &Lens) -> Self {
        let narrowed = |fact: Unresolved| Unresolved { key: fact.key.seen_through(lens), ..fact };
        Self {
            tally: self.tally.seen_through(lens),
            unresolved: self.unresolved.into_iter().map(narrowed).collect(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
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
        }

        #[test]
        fn days_are_found(cells in cells(), from in 0..9_i64, to in 0..9_i64) {
            let day = |after| Day::new(2026, 10, 5).unwrap().plus(after);
            let (tally, days) = (one_by_one(&cells), day(from)..=day(to));
            let due: Vec<_> = tally.iter().filter(|(key, _)| days.contains(&key.day)).collect();
            prop_assert_eq!(tally.of_days(day(from), day(to)).collect::<Vec<_>>(), due);
            let next = tally.iter().map(|(key, _)| key.day).find(|found| *found >= day(from));
            prop_assert_eq!(tally.next_day(day(from)), next);
        }
    }
}
