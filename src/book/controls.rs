//! The control total of a statement: what became of every row of the files that it speaks of.
//!
//! The law: a closed statement speaks of every file that came since the close before it, so each
//! file stands in one of them; and of every file that holds something of its period.

use std::collections::{BTreeMap, BTreeSet};

use super::{Book, BookError};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Archive, ArchivedFile, Count, Evidence, Key, Lens, Tally};
use crate::money::Currency;
use crate::settlement::unmatched_in;
use crate::statement::FileControl;

impl Book {
    /// Per file and currency, what became of the rows as far as this contract goes. `since` is how
    /// many imports the close before the period knew.
    pub(super) fn controls(
        contract: &Contract,
        period: Period,
        since: u64,
        archive: &Archive,
        evidence: &Evidence,
    ) -> Result<Vec<FileControl>, BookError> {
        let (from, to) = (period.first_day(), period.last_day());
        let listed = |file: &ArchivedFile| {
            file.delivery >= since || file.speaks_of(&contract.zone, from, to)
        };
        let lens = Lens::of([contract]);
        let (mut files, mut periods) = (Vec::new(), BTreeSet::new());
        for (index, file) in archive.files().iter().enumerate().filter(|(_, file)| listed(file)) {
            let tally = archive.file_tally(index, &contract.zone)?.seen_through(&lens);
            periods.extend(tally.days_at_most().map(|day| Period::of(day, contract.period)));
            files.push((file, tally));
        }
        let aside = unmatched_in(contract, evidence, periods);
        let mut controls = Vec::new();
        for (file, tally) in files {
            let unmatched = sums(&aside, &tally);
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
    if aside.is_empty() {
        // A file's cells are not even made.
        return sums;
    }
    for (key, cell) in tally.iter().filter(|(key, _)| aside.contains(key)) {
        let sum = sums.entry(key.currency).or_default();
        sum.rows += u64::try_from(cell.rows).expect("a file has no negative rows");
        sum.amount += cell.amount;
    }
    sums
}
