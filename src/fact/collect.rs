//! Evidence from facts in memory, for programs that keep their own files and need no store.
//!
//! The rules are those of a delivery: this goes through [`Gather`] and [`Archive`] like any file.

use std::collections::BTreeSet;

use super::{
    Archive, Disposition, Entry, Evidence, FileHeader, Gather, Hash, HashKey, Lens, Slice, Table,
};
use crate::contract::Contract;

/// An entry that does not count, because of another of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The entry at this place says what another says.
    Duplicate(usize),
    /// The entry at this place contradicts another that stands.
    Conflict(usize),
}

/// All that a contract is settled from, and the entries that do not count, in order.
///
/// ```
/// # use revshare::contract::Contract;
/// # use revshare::fact::{Entry, Fact, Kind, LeftOut, evidence_of};
/// # fn show(contract: &Contract) {
/// let sale = |amount: &str| Entry::Fact(Fact {
///     amount: Some(amount.parse().unwrap()),
///     currency: Some("USD".parse().unwrap()),
///     ..Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap())
/// });
/// let (evidence, left_out) = evidence_of(contract, [sale("17"), sale("17.00"), sale("18")]);
/// assert_eq!(evidence.tally.len(), 1);
/// assert_eq!(left_out, [LeftOut::Duplicate(1), LeftOut::Conflict(2)]);
/// # }
/// ```
pub fn evidence_of(
    contract: &Contract,
    entries: impl IntoIterator<Item = Entry>,
) -> (Evidence, Vec<LeftOut>) {
    let entries: Vec<Entry> = entries.into_iter().collect();
    let (archive, left_out) = collect(&Lens::of([contract]), &entries);
    let evidence = archive.evidence(&contract.zone).expect("the lens is that of the contract");
    (evidence, left_out)
}

/// One delivery of one file, in memory.
pub(super) fn collect(lens: &Lens, entries: &[Entry]) -> (Archive, Vec<LeftOut>) {
    let (mut archive, nothing) = (Archive::default(), Archive::default());
    let mut gather = Gather::new(lens, &nothing, &());
    let file = gather.open(header());
    let rows = || (0_u64..).zip(entries);
    let no_slice: Option<&Slice> = None;
    let take = |(row, entry): (u64, &Entry)| {
        let taken = gather.push(file, row, no_slice, entry);
        taken.expect("nothing is looked up that could fail")
    };
    let dispositions: Vec<Disposition> = rows().map(take).collect();
    if gather.contested() {
        rows().for_each(|(row, entry)| gather.contest(file, row, no_slice, entry));
    }
    let gathered = gather.finish();
    archive.apply(&gathered.delivery);
    let lost = gathered.losers.iter().map(|loser| loser.row).collect();
    (archive, left_out(entries, &dispositions, &lost))
}

fn header() -> FileHeader {
    let text = |text: &str| text.to_owned();
    FileHeader {
        path: text("memory"),
        table: Table::Sales,
        format: text("own"),
        source: text("memory"),
    }
}

/// What is contested was judged again at the end: of what did not lose, the first counts.
fn left_out(entries: &[Entry], dispositions: &[Disposition], lost: &BTreeSet<u64>) -> Vec<LeftOut> {
    let (mut won, key): (BTreeSet<Hash>, _) = (BTreeSet::new(), HashKey::default());
    let judge = |(place, (entry, disposition)): (usize, (&Entry, &Disposition))| {
        if lost.contains(&(place as u64)) {
            return Some(LeftOut::Conflict(place));
        }
        match disposition {
            Disposition::Accepted => None,
            Disposition::Duplicate => Some(LeftOut::Duplicate(place)),
            // In memory nothing is forgotten.
            Disposition::Conflict | Disposition::Forgotten => Some(LeftOut::Conflict(place)),
            Disposition::Contested => {
                let again = !won.insert(entry.id_hash(&key, "memory")?);
                again.then_some(LeftOut::Duplicate(place))
            }
        }
    };
    entries.iter().zip(dispositions).enumerate().filter_map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::LeftOut::{Conflict, Duplicate};
    use super::*;
    use crate::fact::{Fact, Kind};

    fn sales(amounts: &[&str]) -> Vec<Entry> {
        let sale = |amount: &&str| {
            Entry::Fact(Fact {
                amount: Some(amount.parse().unwrap()),
                ..Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap())
            })
        };
        amounts.iter().map(sale).collect()
    }

    #[test]
    fn each_entry_that_does_not_count_is_named() {
        let lens = Lens { zones: vec!["UTC".parse().unwrap()], ..Lens::default() };
        for (amounts, due) in [
            (&["17", "17.00", "18"][..], &[Duplicate(1), Conflict(2)][..]),
            (&["18", "17", "18", "17"], &[Conflict(0), Conflict(2), Duplicate(3)]),
            (&["17"], &[]),
            (&[], &[]),
        ] {
            let (archive, left_out) = collect(&lens, &sales(amounts));
            assert_eq!(left_out, due, "{amounts:?}");
            let evidence = archive.evidence(&lens.zones[0]).unwrap();
            let kept = evidence.tally.iter().map(|(_, cell)| cell.rows).sum::<i64>();
            assert_eq!(kept, i64::from(!amounts.is_empty()));
        }
    }
}
