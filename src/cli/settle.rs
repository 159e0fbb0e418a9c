//! `settle`: a draft, and how statements are printed.

use super::args::{Format, PeriodArgs};
use super::console::{Console, Failure};
use crate::book::{Book, Closed, Standing};
use crate::contract::Contract;
use crate::export;
use crate::statement::Statement;

pub(super) fn settle(console: &Console, args: &PeriodArgs) -> Result<(), Failure> {
    let book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let mut all = Vec::new();
    for contract in chosen(&book, args)? {
        all.push(book.draft(contract, args.period)?);
    }
    show_standing(console, &all);
    print(console, &all)
}

/// The contracts that a command speaks of: the one that is named, or all.
pub(super) fn chosen<'b>(book: &'b Book, args: &PeriodArgs) -> Result<Vec<&'b Contract>, Failure> {
    match &args.contract {
        Some(id) => Ok(vec![book.contract(Some(id))?]),
        None => Ok(book.contracts().iter().collect()),
    }
}

/// Says on standard error which statements are drafts and which were closed when.
pub(super) fn show_standing(console: &Console, all: &[Closed]) {
    for standing in [Standing::ClosedBefore, Standing::ClosedNow, Standing::Draft] {
        let which: Vec<String> = all
            .iter()
            .filter(|closed| closed.standing == standing)
            .map(|closed| format!("{} {}", closed.statement.contract, closed.statement.period))
            .collect();
        if !which.is_empty() {
            console.note(&format!("{}: {}", said(standing), which.join(", ")));
        }
    }
    if all.is_empty() {
        console.note("no period to settle: the contracts match no fact");
    }
}

fn said(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "draft, nothing written",
        Standing::ClosedNow => "closed",
        Standing::ClosedBefore => "closed before, nothing changed",
    }
}

/// Prints statements in the format asked for.
pub(super) fn print(console: &Console, all: &[Closed]) -> Result<(), Failure> {
    let statements: Vec<&Statement> = all.iter().map(|closed| &closed.statement).collect();
    match console.format {
        Format::Text => {
            let texts: Vec<String> =
                statements.iter().map(|statement| export::text::statement(statement)).collect();
            console.answer(&texts.join("\n"))
        }
        Format::Json => console.answer(&export::json::run(&statements)),
    }
}
