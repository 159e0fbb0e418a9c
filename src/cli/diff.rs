//! `diff`: what changed between two statements, or since a period was settled.

use super::args::{DiffArgs, Format};
use super::console::{Console, Failure};
use crate::book::Book;
use crate::export;

pub(super) fn diff(console: &Console, args: &DiffArgs) -> Result<(), Failure> {
    let book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let contracts = match &args.contract {
        Some(id) => vec![book.contract(Some(id))?],
        None => book.contracts().iter().collect(),
    };
    for contract in contracts {
        let tree = match args.to {
            Some(to) => book.diff(contract, args.from, to)?,
            None => book.diff_now(contract, args.from)?,
        };
        match console.format {
            Format::Text => console.answer(&export::explain::render_tree(&tree))?,
            Format::Json => console.answer(&export::explain::json(&tree))?,
        }
        if args.rows {
            let mut texts = Vec::new();
            for period in std::iter::once(args.from).chain(args.to) {
                let (rows, findings) = book.rows_now(contract, period, &tree)?;
                console.findings(&findings);
                texts.extend(rows.iter().map(ToString::to_string));
            }
            console.answer(&texts.join("\n"))?;
        }
    }
    Ok(())
}
