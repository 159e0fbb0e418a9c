//! Which periods a contract has: up to the last that a fact lies in.

use super::Book;
use crate::calendar::{Day, Period};
use crate::contract::Contract;
use crate::fact::Evidence;

impl Book {
    /// The last period that any fact lies in.
    pub(super) fn last_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let last: Option<Day> = evidence.tally.iter().map(|(key, _)| key.day).max();
        last.map(|day| Period::of(day, contract.period))
    }
}
