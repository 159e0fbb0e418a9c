//! The control total of a statement: what became of every row of every file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, BookError};
use crate::contract::Contract;
use crate::fact::{Archive, Count, Evidence, Key};
use crate::money::Currency;
use crate::settlement::unmatched;
use crate::statement::{FileControl, Groups};

impl Book {
    /// Per file and currency, what became of the rows as far as this contract goes.
    pub(super) fn controls(
        contract: &Contract,
        archive: &Archive,
        evidence: &Evidence,
    ) -> Result<Vec<FileControl>, BookError> {
        let aside = unmatched(contract, evidence);
        let mut controls = Vec::new();
        for (index, file) in archive.files().iter().enumerate() {
            let tally = archive.file_tally(index, &contract.zone);
            let unmatched = sums(&aside, tally.iter().map(|(key, cell)| (key, cell.rows, cell.amount)));
            for control in &file.controls {
                let unmatched = unmatched.get(&control.currency).copied().unwrap_or_default();
                controls.push(FileControl {
                    file: file.path.clone(),
                    table: file.table,
                    source: file.source.clone(),
                    currency: control.currency,
                    groups: Groups {
                        read: control.read,
                        accepted: less(control.accepted, unmatched),
                        unmatched,
                        duplicate: control.duplicate,
                        superseded: control.superseded,
                        rejected: control.rejected,
                    },
                });
            }
        }
        Ok(controls)
    }
}

fn sums<'a>(
    aside: &BTreeSet<Key>,
    cells: impl Iterator<Item = (&'a Key, i64, crate::money::Exact)>,
) -> BTreeMap<Option<Currency>, Count> {
    let mut sums: BTreeMap<Option<Currency>, Count> = BTreeMap::new();
    for (key, rows, amount) in cells.filter(|(key, ..)| aside.contains(key)) {
        let sum = sums.entry(key.currency).or_default();
        sum.rows += u64::try_from(rows).unwrap_or(0);
        sum.amount += amount;
    }
    sums
}

fn less(all: Count, some: Count) -> Count {
    Count { rows: all.rows.saturating_sub(some.rows), amount: all.amount - some.amount }
}
