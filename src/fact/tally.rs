//! Facts added up.
//!
//! The law: a tally of two heaps of facts is the sum of their tallies, whatever the heaps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AuditFinding, Fact, FxRate, GrantedRate, Key, Lens, Payment};
use crate::calendar::Period;
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
}

/// Facts added up by key, in the order of the keys. Holds no empty cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    cells: BTreeMap<Key, Cell>,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cell under a key.
    pub fn add(&mut self, key: Key, cell: Cell) {
        use std::collections::btree_map::Entry;
        if cell.is_empty() {
            return;
        }
        match self.cells.entry(key) {
            Entry::Vacant(place) => {
                place.insert(cell);
            }
            Entry::Occupied(mut place) => {
                let sum = place.get_mut();
                sum.rows += cell.rows;
                sum.quantity += cell.quantity;
                sum.amount += cell.amount;
                if sum.is_empty() {
                    place.remove();
                }
            }
        }
    }

    /// The opposite of every cell.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.iter().map(|(key, cell)| (key.clone(), cell.negated())).collect()
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(key, cell)| self.add(key.clone(), *cell));
    }

    /// Its cells as a lens that keeps less apart would have added them up.
    #[must_use]
    pub fn seen_through(&self, lens: &Lens) -> Self {
        self.iter().map(|(key, cell)| (key.seen_through(lens), *cell)).collect()
    }

    /// Every cell in the order of the keys: by day first.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Cell)> {
        self.cells.iter()
    }

    /// Its cells, in the order of the keys.
    pub fn into_cells(self) -> Vec<(Key, Cell)> {
        self.cells.into_iter().collect()
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Is nothing in it?
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

impl FromIterator<(Key, Cell)> for Tally {
    fn from_iter<I: IntoIterator<Item = (Key, Cell)>>(iter: I) -> Self {
        let mut tally = Self::new();
        iter.into_iter().for_each(|(key, cell)| tally.add(key, cell));
        tally
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
