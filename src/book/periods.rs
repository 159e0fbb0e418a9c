//! Which periods a contract has: from the first that one of its facts lies in, in order.

use super::Book;
use crate::calendar::{Day, Period};
use crate::contract::Contract;
use crate::fact::{Evidence, Key};
use crate::settlement::concerns;

impl Book {
    /// The first period that a fact of the contract lies in.
    pub(super) fn first_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let belongs = |key: &&Key| concerns(contract, key);
        let first = evidence.tally.iter().map(|(key, _)| key).find(belongs);
        first.map(|key| Period::of(key.day, contract.period))
    }

    /// The last period that any fact lies in.
    pub(super) fn last_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let last: Option<Day> = evidence.tally.iter().map(|(key, _)| key.day).max();
        last.map(|day| Period::of(day, contract.period))
    }
}
