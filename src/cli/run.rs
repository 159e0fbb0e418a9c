//! `run`: the whole book in one go, delivery after delivery.

use super::args::RunArgs;
use super::console::{Console, Failure};
use super::{import, settle};
use crate::book::{Book, Closed, ImportReport, Standing};
use crate::calendar::Period;
use crate::export;

pub(super) fn run(console: &Console, args: &RunArgs) -> Result<(), Failure> {
    let mut book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    book.set_threads(args.threads);
    book.set_interrupt(super::signals::listen());
    book.set_settles();
    console.findings(book.store().notes());
    let mut reports = Vec::new();
    let all = whole(console, &mut book, args, &mut reports);
    import::show_all(console, &reports);
    let all = all?;
    settle::show_standing(console, &all);
    import::show_waiting(console, &book);
    settle::print(console, &all)?;
    let statements: Vec<_> = all.iter().map(|closed| &closed.statement).collect();
    export::text::summary(&statements).iter().for_each(|line| console.note(line));
    if args.through.is_none() {
        console.findings(&book.silences()?);
    }
    console.findings(&book.late()?);
    book.leave();
    reports.iter().try_for_each(|report| import::be_strict(args.strict, report))
}

/// Every delivery and every close, in turn.
fn whole(
    console: &Console,
    book: &mut Book,
    args: &RunArgs,
    reports: &mut Vec<ImportReport>,
) -> Result<Vec<Closed>, Failure> {
    let name = |id: &str, period: Period| (id.to_owned(), period);
    let heads = book.store().closings();
    let before: Vec<_> = heads.map(|head| name(&head.contract, head.period)).collect();
    reports.push(book.import(&mut console.progress())?);
    while let Some(next) = book.next_delivery(args.through, &mut console.progress())? {
        reports.push(next.report);
    }
    let mut all = book.close_through(args.through)?;
    // What was closed between two deliveries was closed by this run.
    for closed in &mut all {
        if !before.contains(&name(&closed.statement.contract, closed.statement.period)) {
            closed.standing = Standing::ClosedNow;
        }
    }
    Ok(all)
}
