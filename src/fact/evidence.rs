//! All that is known in one time zone: what a settlement is computed from.
//!
//! The law: two kinds of evidence are equal if a settlement cannot tell them apart.

use serde::{Deserialize, Serialize};

use super::{AuditFinding, Cell, FxRate, GrantedRate, Key, Lens, Payment, Tally};
use crate::calendar::{Day, Moment, Period, Zone};
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
    /// The first day that the two say different things of: whatever is settled of the days before comes
    /// out the same. None if they are equal.
    pub fn differs_from(&self, other: &Self, zone: &Zone) -> Option<Day> {
        let on = |moment: Moment| moment.day_in(zone);
        let days = [
            self.tally.less(&other.tally).first_day(),
            first(&self.unresolved, &other.unresolved, |fact| fact.key.day),
            first(&self.rates, &other.rates, |rate| rate.date),
            first(&self.payments, &other.payments, |payment| on(payment.time)),
            first(&self.grants, &other.grants, |grant| on(grant.time)),
            first(&self.audits, &other.audits, |audit| on(audit.time)),
            first(&self.refused, &other.refused, |facts| facts.listed.first_day()),
            first(&self.refused_rates, &other.refused_rates, |rate| rate.listed.first_day()),
        ];
        days.into_iter().flatten().min()
    }

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

/// The first day of what only one of two lists has, or has more often.
fn first<T: PartialEq>(one: &[T], other: &[T], day: impl Fn(&T) -> Day) -> Option<Day> {
    let alike = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, mut other) = (&one[alike..], other[alike..].iter().collect::<Vec<_>>());
    let mut alone = Vec::new();
    for each in one {
        match other.iter().position(|it| *it == each) {
            Some(at) => drop(other.remove(at)),
            None => alone.push(each),
        }
    }
    alone.into_iter().chain(other).map(day).min()
}
