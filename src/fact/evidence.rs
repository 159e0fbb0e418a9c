//! All that is known in one time zone: what a settlement is computed from.
//!
//! The law: two kinds of evidence are equal if a settlement cannot tell them apart.

use serde::{Deserialize, Serialize};

use super::{AuditFinding, Cell, FxRate, GrantedRate, Key, Lens, Payment, Tally};
use crate::calendar::Period;
use crate::money::Exact;

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
