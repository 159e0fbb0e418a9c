//! What the tests of this folder share: a book in memory, and facts and evidence as lines of text.

use std::collections::BTreeMap;

use super::{Disposition, FileHeader, Gather, Gathered};
use crate::calendar::Zone;
use crate::contract::Pattern;
use crate::fact::{
    Archive, Control, Entry, Evidence, Fact, FxRate, Hash, IdEntry, Kind, Lens, Payment, Slice,
    Table,
};

/// A row and the slice that it belongs to.
pub(super) type Row = (Option<Slice>, Entry);

/// An archive with the memory of ids beside it.
#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) archive: Archive,
    pub(super) ids: BTreeMap<Hash, IdEntry>,
}

pub(super) fn lens() -> Lens {
    let zones = ["America/Los_Angeles", "UTC"];
    Lens {
        zones: zones.map(|name| name.parse().unwrap()).to_vec(),
        customers: vec![Pattern::new("acme")],
        deals: Vec::new(),
        singly: Vec::new(),
    }
}

impl Book {
    /// Imports one delivery; returns what became of it and the first judgment of each row.
    pub(super) fn judge(&mut self, files: &[Vec<Row>]) -> (Gathered, Vec<Disposition>) {
        let mut judged = Vec::new();
        let mut gather = Gather::new(&lens(), &self.archive, &self.ids);
        for (at, rows) in files.iter().enumerate() {
            let file = gather.open(FileHeader {
                path: format!("sales-{at:03}.csv"),
                table: Table::Sales,
                format: "own".into(),
                source: "own".into(),
            });
            for (row, (slice, entry)) in (2..).zip(rows) {
                judged.push(gather.push(file, row, slice.as_ref(), entry).unwrap());
            }
            gather.close(file, format!("{:?}", rows), 0);
        }
        // None but these are needed: the slow way and `collect` feed all.
        for (file, row) in gather.contested_rows() {
            let (slice, entry) = &files[file][row as usize - 2];
            gather.contest(file, row, slice.as_ref(), entry);
        }
        let gathered = gather.finish();
        self.archive.apply(&gathered.delivery);
        self.ids.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        (gathered, judged)
    }

    pub(super) fn import(&mut self, files: &[Vec<Row>]) -> Gathered {
        self.judge(files).0
    }

    pub(super) fn evidence(&self) -> Evidence {
        self.archive.evidence(&Zone::utc()).unwrap()
    }

    /// Evidence in both zones.
    pub(super) fn everything(&self) -> Vec<Evidence> {
        lens().zones.iter().map(|zone| self.archive.evidence(zone).unwrap()).collect()
    }

    /// The cells in UTC: day, kind, rows, amount, and the day of the charge.
    pub(super) fn cells(&self) -> Vec<String> {
        let cells = self.evidence().tally.into_cells().into_iter().map(|(key, cell)| {
            let charged =
                key.charged.map(|charge| format!(" of {}", charge.day)).unwrap_or_default();
            format!("{} {} {} {}{charged}", key.day, key.kind, cell.rows, cell.amount)
        });
        cells.collect()
    }

    /// Ids of the facts whose original is unknown.
    pub(super) fn unresolved(&self) -> Vec<String> {
        self.evidence().unresolved.into_iter().map(|fact| fact.id).collect()
    }

    /// Accepted, duplicate, superseded and rejected rows of a file, over all currencies.
    pub(super) fn controls(&self, file: usize) -> [u64; 4] {
        let controls = &self.archive.files()[file].tally.controls;
        controls.iter().for_each(adds_up);
        let sum = |rows: fn(&Control) -> u64| controls.iter().map(rows).sum();
        [
            sum(|control| control.accepted.rows),
            sum(|control| control.duplicate.rows),
            sum(|control| control.superseded.rows),
            sum(|control| control.rejected.rows),
        ]
    }
}

/// The law of control totals.
pub(super) fn adds_up(control: &Control) {
    let groups = [control.accepted, control.duplicate, control.superseded, control.rejected];
    assert_eq!(control.read.rows, groups.iter().map(|count| count.rows).sum::<u64>());
    assert_eq!(control.read.amount, groups.iter().map(|count| count.amount).sum());
}

/// `kind id time amount [ref]`, `fx day base quote rate` or `payment id time from to amount`; an
/// id or amount of `-` is none.
pub(super) fn entry(line: &str) -> Entry {
    let words: Vec<&str> = line.split_whitespace().collect();
    let some = |word: &str| (word != "-").then(|| word.to_owned());
    let usd = "USD".parse().unwrap();
    match words[..] {
        ["fx", date, base, quote, rate] => Entry::Fx(FxRate {
            date: date.parse().unwrap(),
            base: base.parse().unwrap(),
            quote: quote.parse().unwrap(),
            rate: rate.parse().unwrap(),
        }),
        ["payment", id, time, from, to, amount] => Entry::Payment(Payment {
            id: id.to_owned(),
            time: time.parse().unwrap(),
            period: "2026-10".parse().unwrap(),
            from: from.to_owned(),
            to: to.to_owned(),
            amount: amount.parse().unwrap(),
            currency: usd,
        }),
        [kind, id, time, amount, ..] => {
            let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap();
            let amount = some(amount).map(|amount| amount.parse().unwrap());
            Entry::Fact(Fact {
                id: some(id),
                amount,
                currency: amount.map(|_| usd),
                reference: words.get(4).and_then(|word| some(word)),
                ..Fact::new(kind, "", time.parse().unwrap())
            })
        }
        _ => panic!("{line:?}"),
    }
}

/// One file of a line each, outside of any slice.
pub(super) fn file(lines: &[&str]) -> Vec<Row> {
    lines.iter().map(|line| (None, entry(line))).collect()
}

/// One file of a line each, of one billing period.
pub(super) fn slice(period: &str, lines: &[&str]) -> Vec<Row> {
    let slice = Slice {
        table: Table::Costs,
        source: "own".into(),
        account: "4711".into(),
        period: period.into(),
    };
    lines.iter().map(|line| (Some(slice.clone()), entry(line))).collect()
}
