//! What closed periods were restated by: in all for each period and pair, then line by line.

use std::collections::BTreeMap;

use super::heading;
use crate::export::table::Table;
use crate::money::{Currency, Minor};
use crate::statement::{Amount, Statement, TrueUp};

/// A part for each closed period, with a block for each schedule that is not what it was.
pub(super) fn true_ups(statement: &Statement) -> String {
    if statement.true_ups.is_empty() {
        return String::new();
    }
    let mut text = heading("True-ups of closed periods");
    for (at, of_period) in
        statement.true_ups.chunk_by(|one, next| one.period == next.period).enumerate()
    {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&total(of_period, statement.currency));
        of_period.iter().for_each(|each| text.push_str(&block(each)));
    }
    text
}

/// Who owes whom more for a period over all schedules, and how much of it comes from which.
fn total(of_period: &[TrueUp], currency: Currency) -> String {
    let mut pairs: BTreeMap<(&str, &str), Vec<(String, Minor)>> = BTreeMap::new();
    for each in of_period {
        let ground = each.schedule.as_deref().unwrap_or(BESIDE);
        for debt in &each.debts {
            let (from, to, amount) = (debt.from.as_str(), debt.to.as_str(), debt.amount.minor());
            // One direction for each pair: the one that is met first.
            let (pair, amount) = match pairs.contains_key(&(to, from)) {
                true => ((to, from), -amount),
                false => ((from, to), amount),
            };
            pairs.entry(pair).or_default().push((ground.to_owned(), amount));
        }
    }
    let mut text = String::new();
    for ((from, to), grounds) in &pairs {
        let amount: Minor = grounds.iter().map(|(_, amount)| *amount).sum();
        let (from, to) = if amount < Minor::ZERO { (to, from) } else { (from, to) };
        let sign = if amount < Minor::ZERO { -1 } else { 1 };
        let show = |amount: Minor| Amount::of(Minor(sign * amount.0), currency).grouped();
        let period = of_period[0].period;
        text.push_str(&format!("  {period}: {from} owes {to} {} {currency} more", show(amount)));
        if grounds.len() > 1 {
            let of = |(ground, amount): &(String, Minor)| format!("{ground} {}", show(*amount));
            let parts: Vec<String> = grounds.iter().map(of).collect();
            text.push_str(&format!(": {}", parts.join(", ")));
        }
        text.push_str(".\n");
    }
    if pairs.is_empty() {
        text.push_str(&format!("  {}: nobody owes more or less for it.\n", of_period[0].period));
    }
    text
}

/// What stands beside all schedules.
const BESIDE: &str = "clauses";

/// The lines of one schedule.
fn block(each: &TrueUp) -> String {
    let mut text = format!("    {}\n", each.schedule.as_deref().unwrap_or(BESIDE));
    let mut table = Table::default();
    table.row(["", "settled", "now", "difference"]);
    for line in &each.lines {
        let name = line.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        let product =
            if line.product.is_empty() { String::new() } else { format!(" {}", line.product) };
        let [settled, now, difference] =
            [&line.settled, &line.now, &line.difference].map(Amount::grouped);
        table.row([format!("{}{name}{product}", line.step), settled, now, difference]);
    }
    text.push_str(&table.render(6, 0));
    text
}
