//! Facts that belong, as a whole, to no schedule of a contract.
//!
//! The law: they are those that placing the cells of their period puts aside for that. What a cell sells
//! tells it, without a look at other cells; only shared cost is known by what it falls on.

use std::collections::BTreeSet;

use super::placement::{Scoped, concerns, is_shared_cost, place, scope_of, sold};
use super::settled::{Exception, ExceptionKind};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Evidence, Key};
use crate::money::Ratio;

/// The keys of facts that belong to no schedule of the contract, over all periods.
pub fn unmatched(contract: &Contract, evidence: &Evidence) -> BTreeSet<Key> {
    let of = |key: &Key| Period::of(key.day, contract.period);
    unmatched_in(contract, evidence, evidence.tally.iter().map(|(key, _)| of(key)).collect())
}

/// Those of some periods.
pub fn unmatched_in(
    contract: &Contract,
    evidence: &Evidence,
    periods: BTreeSet<Period>,
) -> BTreeSet<Key> {
    periods.into_iter().flat_map(|period| of_period(contract, evidence, period)).collect()
}

fn of_period(contract: &Contract, evidence: &Evidence, period: Period) -> Vec<Key> {
    let days = evidence.tally.of_days(period.first_day(), period.last_day());
    let keys: Vec<&Key> = days.map(|(key, _)| &**key).collect();
    if keys.iter().any(|key| is_shared_cost(key)) {
        return placed_aside(contract, evidence, period);
    }
    let unmatched = keys.chunk_by(|one, next| is_alike(one, next));
    let unmatched = unmatched.filter(|alike| is_unmatched(contract, alike[0])).flatten();
    unmatched.map(|key| Key::clone(key)).collect()
}

/// Does nothing tell two cells apart that decides which schedule they belong to?
fn is_alike(one: &Key, other: &Key) -> bool {
    (one.day, one.kind) == (other.day, other.kind)
        && (&one.product, &one.channel) == (&other.product, &other.channel)
        && (&one.region, &one.customer) == (&other.region, &other.customer)
}

/// The same, for cells of which some are known by the others.
fn placed_aside(contract: &Contract, evidence: &Evidence, period: Period) -> Vec<Key> {
    let exceptions = place(contract, period, evidence).exceptions.into_iter();
    exceptions.filter(Exception::is_unmatched).map(|exception| exception.key).collect()
}

/// Does a cell that is no shared cost belong, as a whole, to no schedule?
fn is_unmatched(contract: &Contract, key: &Key) -> bool {
    let alone = |product: &str| {
        let dimensions = (product, &*key.channel, &*key.region, &*key.customer);
        scope_of(contract, key.day, dimensions) == Scoped::Unmatched
    };
    let parts = sold(contract, key);
    if parts.len() > 1 && !concerns(contract, key) {
        return alone(&key.product);
    }
    parts.iter().any(|(product, part)| *part == Ratio::one() && alone(product))
}

impl Exception {
    /// Does it speak of facts that belong, as a whole, to no schedule?
    fn is_unmatched(&self) -> bool {
        match self.kind {
            ExceptionKind::Unmatched => self.part == Ratio::one(),
            ExceptionKind::Unshared => true,
            ExceptionKind::Suspended
            | ExceptionKind::Unrated
            | ExceptionKind::NotDeducted
            | ExceptionKind::UnknownReference
            | ExceptionKind::Excluded
            | ExceptionKind::RefusedAsFinal => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Zone;
    use crate::fact::{Cell, Fact, Kind, Lens, Tally};

    const CONTRACT: &str = r#"
id       = "aside"
currency = "USD"
timezone = "UTC"

[parties]
vendor   = "Aria Model Works PBC"
platform = "Northgate Cloud Inc."

[[bundle]]
product = "suite"
parts   = { aria-1 = "80", guard-1 = "20" }

[[bundle]]
product = "desk"
parts   = { pen-1 = "1", ink-1 = "2" }

[[bundle]]
product = "aria-desk"
parts   = { pen-1 = "1", ink-1 = "2" }

[[schedule]]
id     = "aria"
scope  = { product = "aria-*", channel = "marketplace" }
seller = "platform"

  [[schedule.terms]]
  effective = 2026-10-03
  basis     = "net-sales"
  split     = { vendor = "50%", platform = "50%" }

[[schedule]]
id     = "pens"
scope  = { product = "pen-2" }
seller = "platform"

  [[schedule.terms]]
  effective = 2026-01-01
  basis     = "excluded"
"#;

    #[test]
    fn what_a_cell_sells_tells_what_placing_it_does() {
        let contract = Contract::parse("contract.toml", CONTRACT).unwrap();
        let mut facts = Vec::new();
        for product in ["aria-1", "aria-desk", "desk", "guard-1", "pen-1", "pen-2", "suite", "x"] {
            for (channel, day) in [("marketplace", 2), ("marketplace", 3), ("internal", 3)] {
                for kind in [Kind::Charge, Kind::Refund, Kind::Cost, Kind::Usage] {
                    let time = format!("2026-10-0{day}").parse().unwrap();
                    facts.push(Fact {
                        product: product.to_owned(),
                        channel: channel.to_owned(),
                        amount: Some("1".parse().unwrap()),
                        currency: "USD".parse().ok(),
                        ..Fact::new(kind, "s", time)
                    });
                }
            }
        }
        let key = |fact: &Fact| Key::of(fact, "own", &Zone::utc(), &Lens::default());
        let tally: Tally = facts.iter().map(|fact| (key(fact), Cell::of(fact))).collect();
        let evidence = Evidence { tally, ..Evidence::default() };
        let period = "2026-10".parse().unwrap();
        let due: BTreeSet<Key> = placed_aside(&contract, &evidence, period).into_iter().collect();
        assert_eq!(unmatched(&contract, &evidence), due);
        assert!(!due.is_empty() && due.len() < evidence.tally.len());
        let shared = Fact { product: String::new(), ..Fact::new(Kind::Cost, "c", facts[0].time) };
        let mut evidence = evidence;
        evidence.tally.add(key(&shared), Cell::of(&shared));
        let more: BTreeSet<Key> = due.into_iter().chain([key(&shared)]).collect();
        assert_eq!(unmatched(&contract, &evidence), more);
    }
}
