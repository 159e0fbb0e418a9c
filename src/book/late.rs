//! Facts that arrived for periods that are closed: told, never dropped.

use super::periods::concerns;
use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Key, Tally};
use crate::finding::Finding;

impl Book {
    /// A finding per contract and closed period that facts have arrived for since it was closed;
    /// the periods before the first close count as closed and empty.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn late(&self) -> Result<Vec<Finding>, BookError> {
        let mut findings = Vec::new();
        for contract in &self.contracts {
            let now = self.store.archive().evidence(&contract.zone)?.tally;
            let closings = self.store.closings().filter(|head| head.contract == contract.id);
            let heads: Vec<_> = closings.collect();
            let Some(first) = heads.first().map(|head| head.period) else { continue };
            let early = |key: &Key| key.day < first.first_day();
            findings.extend(told(
                contract,
                &now,
                early,
                &format!("days before {first}, the first"),
            ));
            for head in heads {
                let then = self.store.archive_at(head.watermark)?.evidence(&contract.zone)?;
                let mut change = then.tally.negated();
                change.merge(&now);
                let inside = |key: &Key| Period::of(key.day, contract.period) == head.period;
                findings.extend(told(contract, &change, inside, &head.period.to_string()));
            }
        }
        Ok(findings)
    }
}

/// What is said of a change to closed days, if the contract speaks of any of it.
fn told(
    contract: &Contract,
    change: &Tally,
    closed: impl Fn(&Key) -> bool,
    when: &str,
) -> Option<Finding> {
    let cells = change.iter().filter(|(key, _)| closed(key) && concerns(contract, key));
    let rows: Vec<i64> = cells.map(|(_, cell)| cell.rows).collect();
    let message = match rows.iter().sum::<i64>() {
        _ if rows.is_empty() => return None,
        1 => format!("1 fact of {} has come for {when} since it was closed", contract.id),
        more @ 2.. => {
            format!("{more} facts of {} have come for {when} since it was closed", contract.id)
        }
        ..=0 => format!("facts of {} for {when} have changed since it was closed", contract.id),
    };
    let help = "they are kept and counted; its closed statement stays as it is";
    Some(Finding::new(&codes::LATE, message).help(help))
}
