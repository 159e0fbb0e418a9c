//! How much was seen and not settled, in sum: what a reader must not overlook.
//!
//! The law: every exception but those that were settled otherwise than they asked for is in the sum.

use std::collections::BTreeMap;

use super::appendix;
use crate::export::table::Table;
use crate::statement::{Exception, Quantity, Statement};

/// The facts of one kind in one currency, or without one.
type Sums<'a> = BTreeMap<(&'a str, &'a str), (i64, Vec<&'a Quantity>)>;

fn sums<'a>(exceptions: impl Iterator<Item = &'a Exception>) -> Sums<'a> {
    let mut sums = Sums::new();
    // What refers to something unknown is settled on its own day.
    let left = |each: &&Exception| each.kind != "unknown-reference" && each.rate.is_none();
    for each in exceptions.filter(left) {
        let currency = each.currency.as_ref().map_or("", |currency| currency.code());
        let (rows, amounts) = sums.entry((&each.fact, currency)).or_default();
        *rows += each.rows;
        amounts.push(&each.amount);
    }
    sums
}

/// The foot of the exceptions of a statement: by kind of fact and currency, what no party has a part
/// of.
pub(super) fn sum(exceptions: &[Exception]) -> String {
    let sums = sums(exceptions.iter());
    if sums.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    for ((fact, currency), (rows, amounts)) in sums {
        let amount = match currency {
            "" => String::new(),
            currency => format!("{} {currency}", appendix::sum(amounts.into_iter())),
        };
        table.row([fact.to_owned(), facts(rows), amount]);
    }
    format!("  In all, left out of what is settled above:\n{}", table.render(4, 0))
}

fn facts(rows: i64) -> String {
    if rows == 1 { "1 fact".to_owned() } else { format!("{rows} facts") }
}

/// One line for all statements of a run; none if nothing was left out.
///
/// ```
/// assert_eq!(revshare::export::text::summary(&[]), None);
/// ```
pub fn summary(statements: &[&Statement]) -> Option<String> {
    let touched = statements.iter().filter(|it| !sums(it.exceptions.iter()).is_empty()).count();
    let sums = sums(statements.iter().flat_map(|statement| &statement.exceptions));
    let part = |((fact, currency), (rows, amounts)): (_, (i64, Vec<&Quantity>))| match currency {
        "" => format!("{fact} {}", facts(rows)),
        currency => format!("{fact} {} {currency}", appendix::sum(amounts.into_iter())),
    };
    let parts: Vec<String> = sums.into_iter().map(part).collect();

    let statements = if touched == 1 { "1 statement" } else { &format!("{touched} statements") };
    (!parts.is_empty()).then(|| {
        format!(
            "left out of {statements}: {}; see the exceptions there for the remedy",
            parts.join(", ")
        )
    })
}
