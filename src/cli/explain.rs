//! `explain`: how a number came about.

use super::args::{ExplainArgs, Format};
use super::console::{Console, Failure};
use super::settle::chosen;
use crate::book::Book;
use crate::export;

pub(super) fn explain(console: &Console, args: &ExplainArgs) -> Result<(), Failure> {
    let book = Book::open(&args.period.book.dir, args.period.book.store.as_deref())?;
    console.findings(book.store().notes());
    for contract in chosen(&book, &args.period)? {
        let Some(line) = &args.line else {
            let lines = book.explainable(contract, args.period.period)?;
            console.answer(&lines.join("\n"))?;
            continue;
        };
        let explained = book.explain(contract, args.period.period, line)?;
        match console.format {
            Format::Text => console.answer(&export::explain::render_tree(&explained))?,
            Format::Json => console.answer(&export::explain::json(&explained))?,
        }
        if args.rows {
            let (rows, findings) = book.rows_of(contract, args.period.period, &explained)?;
            console.findings(&findings);
            let texts: Vec<String> = rows.iter().map(ToString::to_string).collect();
            console.answer(&texts.join("\n"))?;
        }
    }
    Ok(())
}
