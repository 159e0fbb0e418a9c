//! Facts that arrived for periods that are closed: told, never dropped.

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::finding::Finding;
use crate::settlement::concerns;

impl Book {
    /// A finding per contract and closed period that facts have arrived for since it was closed.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn late(&self) -> Result<Vec<Finding>, BookError> {
        let mut findings = Vec::new();
        for contract in &self.contracts {
            let heads = self.store.closings().filter(|head| head.contract == contract.id);
            for head in heads {
                let then = self.store.archive_at(head.watermark)?.evidence(&contract.zone)?;
                let now = self.store.archive().evidence(&contract.zone)?;
                let mut change = then.tally.negated();
                change.merge(&now.tally);
                let of = |key: &crate::fact::Key| {
                    Period::of(key.day, contract.period) == head.period && concerns(contract, key)
                };
                let rows: i64 = change.iter().filter(|(key, _)| of(key)).map(|(_, c)| c.rows).sum();
                if change.iter().any(|(key, _)| of(key)) {
                    let message = format!(
                        "{rows} facts of {} have come for {} since it was closed",
                        contract.id, head.period
                    );
                    let help = "they are kept and counted; its closed statement stays as it is";
                    findings.push(Finding::new(&codes::LATE, message).help(help));
                }
            }
        }
        Ok(findings)
    }
}
