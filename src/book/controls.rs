//! The control total of a statement: what became of every row of every file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, BookError};
use crate::contract::Contract;
use crate::fact::{Archive, Count, Evidence, Key, Lens, Tally};
use crate::money::Currency;
use crate::settlement::unmatched;
use crate::statement::FileControl;

impl Book {
    /// Per file and currency, what became of the rows as far as this contract goes.
    pub(super) fn controls(
        contract: &Contract,
        archive: &Archive,
        evidence: &Evidence,
    ) -> Result<Vec<FileControl>, BookError> {
        let (aside, lens) = (unmatched(contract, evidence), Lens::of([contract]));
        let mut controls = Vec::new();
        for (index, file) in archive.files().iter().enumerate() {
            let unmatched =
                sums(&aside, &lens.see_all(&archive.file_tally(index, &contract.zone)?));
            for control in &file.tally.controls {
                let unmatched = unmatched.get(&control.currency).copied().unwrap_or_default();
                controls.push(FileControl::of(&file.tally, control, unmatched));
            }
        }
        Ok(controls)
    }
}

/// What the cells put aside add up to, per currency.
fn sums(aside: &BTreeSet<Key>, tally: &Tally) -> BTreeMap<Option<Currency>, Count> {
    let mut sums: BTreeMap<Option<Currency>, Count> = BTreeMap::new();
    for (key, cell) in tally.iter().filter(|(key, _)| aside.contains(key)) {
        let sum = sums.entry(key.currency).or_default();
        sum.rows += u64::try_from(cell.rows).expect("a file has no negative rows");
        sum.amount += cell.amount;
    }
    sums
}
