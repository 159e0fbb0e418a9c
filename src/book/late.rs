//! Facts that came for closed periods since the last close: said, with what becomes of them.

use std::collections::BTreeMap;

use super::periods::concerns;
use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::{Contract, Late};
use crate::finding::Finding;

impl Book {
    /// A finding per contract and closed period that facts have come for since the last close. What
    /// came before it is settled.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn late(&self) -> Result<Vec<Finding>, BookError> {
        let mut findings = Vec::new();
        for contract in &self.contracts {
            let Some(last) = self.store.last_closing(&contract.id) else { continue };
            let then = self.store.archive_at(last.watermark)?;
            let change = self.store.archive().change_since(&then, &contract.zone)?;
            let mut late: BTreeMap<Period, i64> = BTreeMap::new();
            for (key, cell) in change.iter().filter(|(key, _)| concerns(contract, key)) {
                *late.entry(Period::of(key.day, contract.period)).or_default() += cell.rows;
            }
            let open = last.period.next();
            let late = late.into_iter().filter(|(period, _)| *period < open);
            findings.extend(late.map(|(period, rows)| told(contract, period, rows, open)));
        }
        Ok(findings)
    }
}

fn told(contract: &Contract, period: Period, rows: i64, open: Period) -> Finding {
    let id = &contract.id;
    let what = match rows {
        0 => format!("facts of {id} for {period}, which is closed, were replaced or moved"),
        1 => format!("1 fact of {id} has come for {period}, which is closed"),
        rows if rows < 0 => format!("{} facts of {id} left {period}, which is closed", -rows),
        rows => format!("{rows} facts of {id} have come for {period}, which is closed"),
    };
    let then = match contract.late {
        Late::Restate => format!("the difference will be a true-up in {open}"),
        Late::NextPeriod => format!("they will be settled in {open}"),
    };
    let help = format!("{then}: see it with `revshare settle DIR {open}`");
    Finding::new(&codes::LATE, what).help(help)
}
