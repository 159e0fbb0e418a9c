//! `run`: the whole book in one go.

use super::args::RunArgs;
use super::console::{Console, Failure};
use super::{import, settle};
use crate::book::Book;

pub(super) fn run(console: &Console, args: &RunArgs) -> Result<(), Failure> {
    let mut book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    console.findings(book.store().notes());
    let report = book.import(&mut console.progress())?;
    import::show(console, &report);
    let closed = book.close_through(args.through)?;
    settle::show_standing(console, &closed);
    settle::print(console, &closed)?;
    if args.through.is_none() {
        console.findings(&book.silences()?);
    }
    console.findings(&book.late()?);
    import::be_strict(args.strict, &report)
}
