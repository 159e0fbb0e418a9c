//! `statement`: a closed one, as it was closed.

use super::args::{Form, StatementArgs};
use super::console::{Console, Failure};
use super::settle::{chosen, print};
use crate::book::{Book, Closed, Standing};
use crate::export;

pub(super) fn statement(console: &Console, args: &StatementArgs) -> Result<(), Failure> {
    let book = Book::open(&args.period.book.dir, args.period.book.store.as_deref())?;
    console.findings(book.store().notes());
    let mut all = Vec::new();
    for contract in chosen(&book, &args.period)? {
        if let Some(at) = args.as_known_at {
            let statement = book.as_known_at(contract, args.period.period, at)?;
            all.push(Closed { statement, standing: Standing::Draft });
            continue;
        }
        let statement = book.closed_or_finding(contract, args.period.period)?;
        match args.form {
            None => all.push(Closed { statement, standing: Standing::ClosedBefore }),
            Some(Form::Csv) => console.answer(&export::csv::statement(&statement))?,
            Some(Form::Postings) => {
                let postings = book.closed_postings(contract, args.period.period)?;
                console.answer(&export::csv::postings(&postings, contract.currency))?;
            }
            Some(Form::Ledger) => {
                let postings = book.closed_postings(contract, args.period.period)?;
                console.answer(&export::ledger::journal(&postings, contract.currency))?;
            }
        }
    }
    if args.form.is_some() { Ok(()) } else { print(console, &all) }
}
