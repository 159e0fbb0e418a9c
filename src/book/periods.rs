//! Which periods a contract has: from the first that one of its facts lies in, in order.

use super::Book;
use crate::calendar::{Day, Period};
use crate::contract::Contract;
use crate::fact::{Evidence, Key, Payment};
use crate::settlement::{Scoped, scope_of};

impl Book {
    /// The first period that a fact of the contract lies in.
    pub(super) fn first_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let belongs = |key: &&Key| {
            let dimensions = (&*key.product, &*key.channel, &*key.region, &*key.customer);
            scope_of(contract, key.day, dimensions) != Scoped::Unmatched
        };
        let first = evidence.tally.iter().map(|(key, _)| key).find(belongs);
        first.map(|key| Period::of(key.day, contract.period))
    }

    /// The last period that any fact lies in; payments count where the contract follows them.
    pub(super) fn last_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let facts = evidence.tally.iter().map(|(key, _)| key.day);
        let last: Option<Day> = facts.chain(payment_days(contract, evidence)).max();
        last.map(|day| Period::of(day, contract.period))
    }
}

fn payment_days(contract: &Contract, evidence: &Evidence) -> impl Iterator<Item = Day> {
    let day = |payment: &Payment| payment.time.day_in(&contract.zone);
    let followed = |payment: &&Payment| contract.cash.follows(payment.period);
    evidence.payments.iter().filter(followed).map(day)
}
