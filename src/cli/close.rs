//! `close`: one period, for good.

use super::args::PeriodArgs;
use super::console::{Console, Failure};
use super::settle::{chosen, print, show_standing};
use crate::book::Book;
use crate::contract::Contract;

pub(super) fn close(console: &Console, args: &PeriodArgs) -> Result<(), Failure> {
    let mut book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let contracts: Vec<Contract> = chosen(&book, args)?.into_iter().cloned().collect();
    let mut all = Vec::new();
    for contract in &contracts {
        all.push(book.close(contract, args.period)?);
    }
    show_standing(console, &all);
    print(console, &all)
}
