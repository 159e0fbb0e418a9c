//! What closed periods were restated by, line by line.

use super::heading;
use crate::export::table::Table;
use crate::statement::{Statement, TrueUp};

/// A block for each closed period and schedule that is not what it was.
pub(super) fn true_ups(statement: &Statement) -> String {
    if statement.true_ups.is_empty() {
        return String::new();
    }
    let mut text = heading("True-ups of closed periods");
    for (at, each) in statement.true_ups.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&block(each, statement.currency.code()));
    }
    text
}

fn block(each: &TrueUp, currency: &str) -> String {
    let ground = each.schedule.as_ref().map_or(String::new(), |id| format!(" {id}"));
    let mut text = format!("  {}{ground}\n", each.period);
    let mut table = Table::default();
    table.row(["", "settled", "now", "difference"]);
    for line in &each.lines {
        let name = line.name.as_ref().map_or(String::new(), |name| format!(" {name}"));
        let product =
            if line.product.is_empty() { String::new() } else { format!(" {}", line.product) };
        let [settled, now, difference] =
            [&line.settled, &line.now, &line.difference].map(crate::statement::Amount::grouped);
        table.row([format!("{}{name}{product}", line.step), settled, now, difference]);
    }
    text.push_str(&table.render(4, 0));
    for debt in &each.debts {
        let amount = debt.amount.grouped();
        text.push_str(&format!("    {} owes {} {amount} {currency} more.\n", debt.from, debt.to));
    }
    if each.debts.is_empty() {
        text.push_str("    Nobody owes more or less for it.\n");
    }
    text
}
