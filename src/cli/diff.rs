//! `diff`: what changed between two statements, or since a period was settled.

use super::answers::{self, Difference};
use super::args::{DiffArgs, Format};
use super::console::{Console, Failure};
use crate::book::Book;
use crate::contract::Contract;
use crate::export::explain::render_tree;
use crate::statement::pretty;

pub(super) fn diff(console: &Console, args: &DiffArgs) -> Result<(), Failure> {
    let book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let contracts = match &args.contract {
        Some(id) => vec![book.contract(Some(id))?],
        None => book.contracts().iter().collect(),
    };
    let mut differences = Vec::new();
    for contract in contracts {
        differences.push(one(console, &book, contract, args)?);
    }
    match console.format {
        Format::Text => differences.iter().try_for_each(|one| console.answer(&text(one))),
        Format::Json => {
            let version = answers::version();
            console.answer(&pretty(&answers::Diff { version, differences }))
        }
    }
}

fn one(
    console: &Console,
    book: &Book,
    contract: &Contract,
    args: &DiffArgs,
) -> Result<Difference, Failure> {
    let tree = match args.to {
        Some(to) => book.diff(contract, args.from, to)?,
        None => book.diff_now(contract, args.from)?,
    };
    let settled = args.to.is_none().then_some(args.from);
    let mut rows = None;
    if args.rows {
        let (found, findings) = book.rows_of_change(contract, &tree, settled)?;
        console.findings(&findings);
        rows = Some(found);
    }
    Ok(Difference { contract: contract.id.clone(), tree, rows })
}

fn text(difference: &Difference) -> String {
    let mut text = render_tree(&difference.tree);
    for row in difference.rows.iter().flatten() {
        text.push_str(&format!("{row}\n"));
    }
    text
}
