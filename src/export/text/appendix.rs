//! What stands below the settlement itself: balances, exceptions, control totals, digest.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::Day;
use crate::export::table::Table;
use crate::money::{Ratio, Rounding};
use crate::statement::{Amount, Balance, Exception, FileControl, Groups, Quantity, Statement};

use super::{heading, left_out, waterfall::LABEL};

/// Opening, movement and closing of what is carried.
pub(super) fn balances(balances: &[Balance]) -> String {
    if balances.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    // What closed periods were restated by is a part of the movement.
    let restated = balances.iter().any(|balance| balance.restated.is_some());
    let row = |name: &str, [opening, restated_by, movement, closing]: [String; 4]| {
        let mut row = vec![name.to_owned(), opening];
        row.extend(restated.then_some(restated_by));
        row.extend([movement, closing]);
        row
    };
    table.row(row("", ["opening", "restated", "movement", "closing"].map(str::to_owned)));
    for balance in balances {
        let Balance { opening, restated, movement, closing, .. } = balance;
        let restated = restated.as_ref().map_or(String::new(), Amount::grouped);
        let [opening, movement, closing] = [opening, movement, closing].map(Amount::grouped);
        table.row(row(&balance.name, [opening, restated, movement, closing]));
    }
    heading("Balances") + &table.render(2, LABEL)
}

/// What distinguishes one group of exceptions from another.
type Group<'a> = [&'a str; 7];

/// Exceptions that differ only in their day are one line.
pub(super) fn exceptions(exceptions: &[Exception]) -> String {
    if exceptions.is_empty() {
        return String::new();
    }
    let mut kinds: BTreeMap<(&str, &str), BTreeMap<Group<'_>, Vec<&Exception>>> = BTreeMap::new();
    for each in exceptions {
        let kind = (each.kind.as_str(), each.schedule.as_deref().unwrap_or(""));
        kinds.entry(kind).or_default().entry(group(each)).or_default().push(each);
    }
    let mut text = heading("Exceptions");
    for ((kind, schedule), groups) in kinds {
        let ground = if schedule.is_empty() { String::new() } else { format!(" in {schedule}") };
        text.push_str(&format!("  {kind}{ground}\n"));
        let notes: BTreeSet<&str> = groups.values().flatten().map(|e| e.note.as_str()).collect();
        for note in notes.into_iter().filter(|note| !note.is_empty()).take(3) {
            text.push_str(&format!("    {note}\n"));
        }
        let mut table = Table::default();
        groups.iter().for_each(|(group, list)| table.row(exception_row(group, list)));
        text.push_str(&table.render(4, 0));
        let remedy = remedy(kind);
        if !remedy.is_empty() {
            text.push_str(&format!("    remedy: {remedy}\n"));
        }
    }
    text + &left_out::sum(exceptions)
}

/// What to do about exceptions of a kind; nothing where the contract wants them so.
fn remedy(kind: &str) -> &'static str {
    match kind {
        "unmatched" => "name product and channel as the contract's scopes do, or widen a scope",
        "unshared" => {
            "say product and channel in the file or in revshare.toml, or add a [[shared-cost]]"
        }
        "unrated" => "add a rate for its unit and product to the terms",
        "not-deducted" => "name its category in the terms, if it is to be deducted",
        "unknown-reference" => "deliver the fact that it refers to",
        _ => "",
    }
}

fn group(exception: &Exception) -> Group<'_> {
    [
        &exception.fact,
        &exception.product,
        &exception.channel,
        &exception.customer,
        &exception.category,
        &exception.unit,
        exception.currency.as_ref().map_or("", |currency| currency.code()),
    ]
}

fn exception_row(group: &Group<'_>, list: &[&Exception]) -> Vec<String> {
    let [fact, product, channel, customer, category, unit, currency] = group;
    let dimensions =
        [product, channel, customer, category].into_iter().filter(|text| !text.is_empty());
    let name: Vec<&str> = std::iter::once(fact).chain(dimensions).copied().collect();
    let rows: i64 = list.iter().map(|each| each.rows).sum();
    let quantity = sum(list.iter().map(|each| &each.quantity));
    let amount = sum(list.iter().map(|each| &each.amount));
    let part =
        |sum: String, of: &str| if sum == "0" { String::new() } else { format!("{sum} {of}") };
    let facts = if rows == 1 { "1 fact".to_owned() } else { format!("{rows} facts") };
    vec![
        name.join(" "),
        days(list.iter().map(|each| each.day)),
        facts,
        part(quantity, unit),
        part(amount, currency),
    ]
}

fn days(days: impl Iterator<Item = Day> + Clone) -> String {
    match (days.clone().min(), days.max()) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        (None, _) | (_, None) => String::new(),
    }
}

/// The sum, with commas; quantities of any size and fractions add up. Where no decimal is exact, a
/// near one is shown and says so; the JSON document has the fraction.
pub(super) fn sum<'a>(list: impl Iterator<Item = &'a Quantity>) -> String {
    let sum: Ratio = list.map(Quantity::to_ratio).sum();
    let exact = Quantity::of(&sum).grouped();
    if !exact.contains('/') {
        return exact;
    }
    let hundredths = Rounding::HalfEven.round(&(sum * Ratio::whole(100)));
    format!("≈{}", Quantity::of(&Ratio::new(hundredths, 100)).grouped())
}

/// What became of the rows, under its heading.
pub(super) fn controls(controls: &[FileControl]) -> String {
    if controls.is_empty() { String::new() } else { heading("Control totals") + &table(controls) }
}

/// What became of the rows; groups that are empty everywhere have no column.
pub(in crate::export) fn table(controls: &[FileControl]) -> String {
    let used = |name: &str| {
        let rows = |control: &FileControl| row_count(&control.rows, name) > 0;
        matches!(name, "read" | "accepted") || controls.iter().any(rows)
    };
    let names: Vec<&str> = Groups::<u64>::NAMES.into_iter().filter(|name| used(name)).collect();
    let mut table = Table::default();
    table.row([""].into_iter().chain(names.iter().copied()));
    let mut file = "";
    for control in controls {
        if control.file != file {
            table.free(format!("{} ({}, {})", control.file, control.table, control.source));
            file = &control.file;
        }
        let rows = control.rows.iter().filter(|(name, _)| names.contains(name));
        let rows = rows.map(|(_, rows)| crate::statement::grouped(&rows.to_string()));
        table.row(["  rows".to_owned()].into_iter().chain(rows));
        let Some(currency) = control.currency else { continue };
        let amounts = control.amounts.iter().filter(|(name, _)| names.contains(name));
        let amounts = amounts.map(|(_, amount)| amount.grouped());
        table.row([format!("  {currency}")].into_iter().chain(amounts));
    }
    table.render(2, 8)
}

fn row_count(rows: &Groups<u64>, name: &str) -> u64 {
    rows.iter().find(|(group, _)| *group == name).map_or(0, |(_, rows)| *rows)
}

/// What it was made from, and the digest that names it.
pub(super) fn provenance(statement: &Statement) -> String {
    let files = statement.provenance.files.len();
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let contract = &statement.provenance.contract_file;
    format!("\ncontract {contract}, facts from {files}\ndigest {}\n", statement.digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_shown_near() {
        let third = Quantity::of(&Ratio::new(10_000, 3));
        assert_eq!(sum([third.clone()].iter()), "≈3,333.33");
        assert_eq!(sum([third.clone(), third.clone(), third].iter()), "10,000");
    }
}
