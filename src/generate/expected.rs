//! The totals as files: `expected.json` and `expected-tally.csv`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::Plan;
use super::fault::Fault;
use super::format::{AMOUNT, QUANTITY, plain};
use super::line::KINDS;
use super::sink::Written;
use super::totals::{Control, Count, Key, Totals};
use super::world::{CHANNELS, CURRENCIES, Days, PRODUCTS, UNITS};

#[derive(Serialize)]
struct Expected<'a> {
    lines: u64,
    seed: u64,
    period: String,
    refs: bool,
    shares: BTreeMap<&'a str, String>,
    /// How many lines end how; they add up to `lines`.
    rows: BTreeMap<&'a str, u64>,
    /// Rejected lines by the code that says why.
    rejected: BTreeMap<&'a str, u64>,
    /// What counts.
    accepted: BTreeMap<&'a str, Sum>,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct Sum {
    rows: u64,
    quantity: String,
    amount: String,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    bytes: u64,
    blake3: &'a str,
    controls: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    currency: Option<&'a str>,
    read: Rows,
    accepted: Rows,
    duplicate: Rows,
    rejected: Rows,
}

#[derive(Serialize)]
struct Rows {
    rows: u64,
    amount: String,
}

impl From<Count> for Rows {
    fn from(count: Count) -> Self {
        Self { rows: count.rows, amount: plain(count.amount, AMOUNT) }
    }
}

/// Control totals for the import of all sale files as one delivery.
pub(super) fn json(plan: &Plan, totals: &Totals, written: &[Written]) -> String {
    let all = totals.controls.iter().flatten();
    let rows = |of: fn(&Control) -> Count| all.clone().map(|control| of(control).rows).sum();
    let rejected: u64 = rows(|control| control.rejected);
    let faults = Fault::ALL.iter().map(|fault| fault.code()).zip(totals.faults);
    let expected = Expected {
        lines: plan.lines,
        seed: plan.seed,
        period: plan.month.to_string(),
        refs: plan.refs,
        shares: plan.shares.list().iter().map(|(name, share)| (*name, share.to_string())).collect(),
        rows: BTreeMap::from([
            ("accepted", rows(|control| control.accepted)),
            ("duplicate", rows(|control| control.duplicate)),
            ("conflict", totals.conflicts),
            ("rejected", rejected - totals.conflicts),
        ]),
        rejected: faults.chain([("I027", totals.conflicts)]).collect(),
        accepted: CURRENCIES
            .iter()
            .enumerate()
            .map(|(at, code)| (*code, sum(totals, at)))
            .collect(),
        files: written.iter().zip(&totals.controls).map(|(file, it)| of_file(file, it)).collect(),
    };
    let text = serde_json::to_string_pretty(&expected).expect("texts and whole numbers are JSON");
    text + "\n"
}

fn sum(totals: &Totals, currency: usize) -> Sum {
    let sum = totals.accepted(currency);
    Sum {
        rows: sum.rows,
        quantity: plain(sum.quantity, QUANTITY),
        amount: plain(sum.amount, AMOUNT),
    }
}

fn of_file<'a>(file: &'a Written, controls: &[Control]) -> File<'a> {
    // Lines without a currency come first, as in every list of controls.
    let (none, known) = controls.split_last().expect("there is always one for no currency");
    let named = CURRENCIES.iter().map(|code| Some(*code)).zip(known);
    let mut controls: Vec<Group<'a>> =
        std::iter::once((None, none)).chain(named).filter_map(group).collect();
    controls.sort_by_key(|group| group.currency);
    File { path: &file.path, bytes: file.bytes, blake3: &file.blake3, controls }
}

fn group<'a>((currency, control): (Option<&'a str>, &Control)) -> Option<Group<'a>> {
    let read = control.accepted.and(control.duplicate).and(control.rejected);
    (read.rows > 0).then(|| Group {
        currency,
        read: read.into(),
        accepted: control.accepted.into(),
        duplicate: control.duplicate.into(),
        rejected: control.rejected.into(),
    })
}

/// What counts, added up by day, product, channel, kind, unit and currency.
pub(super) fn tally(totals: &Totals, days: &Days) -> String {
    let mut lines = Vec::new();
    for (place, cell) in totals.cells.iter().enumerate().filter(|(_, cell)| cell.rows > 0) {
        let key = Key::of_place(place);
        let mut line = format!(
            "{},{},{},{},{},{},",
            days.all[key.day],
            PRODUCTS[key.product].0,
            CHANNELS[key.channel],
            KINDS[key.kind],
            key.unit.map_or("", |unit| UNITS[unit].name),
            CURRENCIES[key.currency],
        );
        let (quantity, amount) = (plain(cell.quantity, QUANTITY), plain(cell.amount, AMOUNT));
        let _ = writeln!(line, "{},{quantity},{amount}", cell.rows);
        lines.push(line);
    }
    lines.sort();
    "day,product,channel,kind,unit,currency,rows,quantity,amount\n".to_owned() + &lines.concat()
}
