//! Which periods a contract has: up to the last that a fact lies in.

use std::collections::BTreeSet;

use super::{Book, BookError, codes};
use crate::calendar::{Day, Period};
use crate::contract::Contract;
use crate::fact::{Evidence, Key, Kind, Payment};
use crate::finding::Finding;
use crate::settlement;

/// So many periods in a row without a fact are taken for a wrong date rather than a quiet year.
const LONGEST_SILENCE: i32 = 12;

/// Does the contract speak of a fact of this key? Shared cost has no place of its own until it is
/// spread.
pub(super) fn concerns(contract: &Contract, key: &Key) -> bool {
    let open = key.kind == Kind::Cost && (key.product.is_empty() || key.channel.is_empty());
    let mut rules = contract.shared_costs.iter().flat_map(|rule| &rule.category);
    settlement::concerns(contract, key)
        || open && rules.any(|category| category.matches(&key.category))
}

impl Book {
    /// A finding per contract whose facts fall silent for long and then go on: most likely a wrong
    /// date, so the periods beyond are closed only when they are asked for.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn silences(&self) -> Result<Vec<Finding>, BookError> {
        let mut findings = Vec::new();
        for contract in &self.contracts {
            let desk = self.desk(contract)?;
            findings.extend(Self::last_period(contract, &desk.evidence).1);
        }
        Ok(findings)
    }

    /// The periods that a fact of the contract lies in; payments count where it follows them, and
    /// findings of audits where they were agreed.
    pub(super) fn periods_with_facts(contract: &Contract, evidence: &Evidence) -> BTreeSet<Period> {
        // One fact makes a period; the others of it need no look.
        let mut from = evidence.tally.first_day();
        let own = std::iter::from_fn(|| {
            let of = Period::of(evidence.tally.next_day(from?)?, contract.period);
            from = Some(of.last_day()).filter(|last| last.next() > *last).map(Day::next);
            Some(of)
        });
        let concerned = |of: &Period| {
            let mut facts = evidence.tally.of_days(of.first_day(), of.last_day());
            facts.any(|(key, _)| concerns(contract, key))
        };
        let own = own.filter(concerned).map(|period| period.first_day());
        let days = own.chain(payment_days(contract, evidence));
        let days = days.chain(settlement::audit_days(contract, evidence));
        days.map(|day| Period::of(day, contract.period)).collect()
    }

    /// The last period that a fact of the contract lies in, and the first fact after a silence too
    /// long to be closed unasked.
    pub(super) fn last_period(
        contract: &Contract,
        evidence: &Evidence,
    ) -> (Option<Period>, Option<Finding>) {
        let mut last: Option<Period> = None;
        for period in Self::periods_with_facts(contract, evidence) {
            if let Some(before) = last.filter(|before| period.since(*before) > LONGEST_SILENCE) {
                return (last, Some(silence(contract, before, period)));
            }
            last = Some(period);
        }
        (last, None)
    }
}

fn payment_days(contract: &Contract, evidence: &Evidence) -> impl Iterator<Item = Day> {
    let followed = |payment: &&Payment| {
        let parties = [&payment.from, &payment.to];
        parties.iter().all(|party| contract.party(party).is_some())
            && contract.cash.follows(payment.period)
    };
    let day = |payment: &Payment| payment.time.day_in(&contract.zone);
    evidence.payments.iter().filter(followed).map(day)
}

fn silence(contract: &Contract, before: Period, next: Period) -> Finding {
    let message =
        format!("{} has no fact between {before} and {next}; closed up to {before}", contract.id);
    let help = format!("look for a wrong date in {next}, or go on with --through {next}");
    Finding::new(&codes::SILENCE, message).help(help)
}
