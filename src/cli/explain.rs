//! `explain`: how a number came about.

use super::answers::{self, Explained};
use super::args::{ExplainArgs, Format};
use super::console::{Console, Failure};
use super::settle::chosen;
use crate::book::Book;
use crate::contract::Contract;
use crate::export;
use crate::statement::pretty;

pub(super) fn explain(console: &Console, args: &ExplainArgs) -> Result<(), Failure> {
    let book = Book::open(&args.period.book.dir, args.period.book.store.as_deref())?;
    console.findings(book.store().notes());
    let mut explained = Vec::new();
    for contract in chosen(&book, &args.period)? {
        explained.push(one(console, &book, contract, args)?);
    }
    match console.format {
        Format::Text => explained.iter().try_for_each(|one| console.answer(&text(one))),
        Format::Json => {
            let version = answers::version();
            console.answer(&pretty(&answers::Explain { version, explained }))
        }
    }
}

fn one(
    console: &Console,
    book: &Book,
    contract: &Contract,
    args: &ExplainArgs,
) -> Result<Explained, Failure> {
    let period = args.period.period;
    let named =
        Explained { contract: contract.id.clone(), period, lines: None, tree: None, rows: None };
    let Some(line) = &args.line else {
        return Ok(Explained { lines: Some(book.explainable(contract, period)?), ..named });
    };
    let tree = book.explain(contract, period, line)?;
    let mut rows = None;
    if args.rows {
        let (found, findings) = book.rows_of(contract, period, &tree)?;
        console.findings(&findings);
        rows = Some(found);
    }
    Ok(Explained { tree: Some(tree), rows, ..named })
}

fn text(explained: &Explained) -> String {
    let mut text = explained.tree.as_ref().map(export::explain::render_tree).unwrap_or_default();
    let rows = explained.rows.iter().flatten().map(ToString::to_string);
    for line in explained.lines.iter().flatten().cloned().chain(rows) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}
