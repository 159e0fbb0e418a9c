//! A statement for a terminal: it foots visibly, and what is subtracted has a minus.
//!
//! Steps of nothing that a reader does not miss are left out; the JSON document has them all.

mod adjustments;
mod appendix;
mod left_out;
mod true_ups;
mod waterfall;

use std::collections::BTreeMap;

use crate::statement::{Amount, Statement, Withheld};

use super::table::Table;
pub(in crate::export) use appendix::table as control_table;
use appendix::{balances, controls, exceptions, provenance};
pub use left_out::summary;

/// Lines are kept this short where their content allows.
const WIDTH: usize = 96;

/// The statement as aligned text.
pub fn statement(statement: &Statement) -> String {
    let mut text = header(statement);
    let order = &statement.provenance.parties[..];
    for schedule in &statement.schedules {
        text.push_str(&heading(&schedule.id));
        for segment in &schedule.segments {
            text.push_str(&waterfall::segment(segment, statement.currency, order));
        }
        if schedule.segments.is_empty() {
            text.push_str("  No terms are in force in this period.\n");
        }
        if schedule.segments.len() > 1 {
            text.push_str("\n  The schedule in all\n");
            text.push_str(&parties("positions", &schedule.positions, order));
        }
    }
    text.push_str(&adjustments::adjustments(&statement.adjustments, statement.currency));
    text.push_str(&true_ups::true_ups(statement));
    text.push_str(&settlement(statement));
    text.push_str(&balances(&statement.balances));
    text.push_str(&exceptions(&statement.exceptions));
    text.push_str(&controls(&statement.controls));
    text.push_str(&provenance(statement));
    text
}

/// A title with a line under it, after an empty line.
fn heading(title: &str) -> String {
    format!("\n{title}\n{}\n", "─".repeat(title.chars().count()))
}

fn header(statement: &Statement) -> String {
    let period = statement.period;
    let title = format!("Statement of {} for {period}", statement.contract);
    let mut text = format!("{title}\n{}\n", "═".repeat(title.chars().count()));
    let widest = statement.parties.keys().map(|id| id.chars().count()).max().unwrap_or(0).max(8);
    let line = |key: &str, value: String| format!("{key:<widest$}  {value}\n");
    text.push_str(&line("period", format!("{} to {}", period.first_day(), period.last_day())));
    text.push_str(&line("currency", statement.currency.to_string()));
    for (id, name) in declared(&statement.parties, &statement.provenance.parties) {
        text.push_str(&line(id, name.clone()));
    }
    text
}

/// What parties have, in the order in which the contract declares them.
fn declared<'s, T>(
    list: &'s BTreeMap<String, T>,
    order: &[String],
) -> impl Iterator<Item = (&'s String, &'s T)> {
    let place = |party: &String| order.iter().position(|one| one == party);
    let mut all: Vec<_> = list.iter().collect();
    all.sort_by_key(|(party, _)| place(party));
    all.into_iter()
}

/// Amounts by party.
fn parties(title: &str, list: &BTreeMap<String, Amount>, order: &[String]) -> String {
    let mut table = Table::default();
    for (at, (party, amount)) in declared(list, order).enumerate() {
        table.row([waterfall::party_label(title, at, party), amount.grouped()]);
    }
    table.render(4, waterfall::LABEL)
}

/// Positions over all schedules and who pays whom.
fn settlement(statement: &Statement) -> String {
    let mut text = heading("Payable");
    if statement.schedules.len() > 1 {
        text.push_str(&parties("positions", &statement.positions, &statement.provenance.parties));
        text.push('\n');
    }
    for payable in &statement.payables {
        let ground = payable.schedule.as_ref().map_or(String::new(), |id| format!(" for {id}"));
        let due = payable.due.map_or(String::new(), |day| format!(", due {day}"));
        let (from, to, amount) = (&payable.from, &payable.to, payable.amount.grouped());
        text.push_str(&format!(
            "  {from} pays {to} {amount} {}{ground}{due}.\n",
            statement.currency
        ));
    }
    if statement.payables.is_empty() {
        text.push_str("  Nobody owes anything.\n");
    }
    statement.withheld.iter().for_each(|tax| text.push_str(&memo(tax)));
    text
}

/// Tax that was withheld, and that it is whole.
fn memo(withheld: &Withheld) -> String {
    let Withheld { name, by, from, gross, tax, arrives } = withheld;
    let (gross, tax, arrives) = (gross.grouped(), tax.grouped(), arrives.grouped());
    format!(
        "  Memo, {name}: {gross} gross = {arrives} to {from} + {tax} that {by} remits for {from}.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::example;

    const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/export/text/example.txt");

    #[test]
    fn the_example_month() {
        let text = statement(&example::statement());
        let golden = include_str!("example.txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(GOLDEN, &text).unwrap();
            return;
        }
        assert_eq!(text, golden, "\n{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn many_products_are_listed_instead() {
        let mut wide = example::statement();
        let steps = &mut wide.schedules[0].segments[0].steps;
        for step in steps.iter_mut().filter(|step| step.lines.len() > 1) {
            for at in 0..8 {
                let mut line = step.lines[0].clone();
                line.product = format!("a-model-with-a-long-name-{at}");
                line.amount = line.amount.negated();
                step.lines.push(line);
            }
        }
        let text = statement(&wide);
        assert!(text.contains("\n      a-model-with-a-long-name-7"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }
}
