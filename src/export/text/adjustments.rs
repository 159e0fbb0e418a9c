//! What contract-wide clauses moved, with the note that lets a reader recompute it.

use crate::export::table::Table;
use crate::money::Currency;
use crate::statement::{Adjustment, grouped_within};

use super::{WIDTH, heading, waterfall::LABEL};

/// One line for each amount, its note below.
pub(super) fn adjustments(adjustments: &[Adjustment], currency: Currency) -> String {
    if adjustments.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    for adjustment in adjustments {
        let Adjustment { clause, name, from, to, amount, schedule, period, note } = adjustment;
        let period = period.map_or(String::new(), |period| format!(" for {period}"));
        // A true-up is named after its schedule.
        let other = schedule.as_ref().filter(|id| *id != name);
        let ground = other.map_or(String::new(), |id| format!(" in {id}"));
        table.row([format!("{clause} {name}{ground}{period}"), amount.grouped()]);
        table.free(format!("  {from} owes {to}"));
        let note = grouped_within(note, currency);
        folded(&note).into_iter().for_each(|line| table.free(format!("  {line}")));
    }
    heading("Adjustments") + &table.render(2, LABEL)
}

/// A text in lines that fit, cut between words.
fn folded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() + 6 <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn notes_are_folded_between_words() {
        assert!(folded("").is_empty());
        assert_eq!(folded("a b"), ["a b"]);
        let lines = folded(&"word ".repeat(50));
        assert!(lines.len() == 3 && lines.iter().all(|line| line.len() <= 92));
    }
}
