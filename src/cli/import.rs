//! `import`: the files that are new.

use super::args::{Format, ImportArgs};
use super::console::{Console, Failure};
use crate::book::{Book, BookError, ImportReport};
use crate::export;
use crate::intake::SourceFile;

pub(super) fn import(console: &Console, args: &ImportArgs) -> Result<(), Failure> {
    let mut book = Book::open(&args.book.dir, args.book.store.as_deref())?;
    book.set_threads(args.threads);
    book.set_interrupt(super::signals::listen());
    console.findings(book.store().notes());
    let report = if args.files.is_empty() {
        newest(console, &mut book)?
    } else {
        let files: Result<Vec<SourceFile>, BookError> =
            args.files.iter().map(|path| book.source_file(path)).collect();
        book.import_files(files?, &mut console.progress())?
    };
    match console.format {
        Format::Text => {
            console.findings(&report.findings);
            console.answer(&export::import::text(&report.controls(), &report.unchanged))?;
            console.answer(&feeds(&report))?;
        }
        Format::Json => {
            console.findings(&report.findings);
            console.answer(&export::import::json(&report.controls(), &report.unchanged))?;
        }
    }
    point_to_rejects(console, &report);
    console.findings(&book.late()?);
    book.leave();
    be_strict(args.strict, &report)
}

/// What is new of all that has come; if nothing is, the next delivery comes.
fn newest(console: &Console, book: &mut Book) -> Result<ImportReport, Failure> {
    let mut report = book.import(&mut console.progress())?;
    while report.files.is_empty() {
        let Some(next) = book.bring_next(&mut console.progress())? else { break };
        if !next.report.files.is_empty() {
            report = next.report;
        }
    }
    show_waiting(console, book);
    Ok(report)
}

/// Says on standard error which deliveries have not come yet.
pub(super) fn show_waiting(console: &Console, book: &Book) {
    let waiting: Vec<&str> = book.waiting().collect();
    if !waiting.is_empty() {
        console.note(&format!("waiting for what is due before them: {}", waiting.join(", ")));
    }
}

/// Says on standard error what the imports of a run did.
pub(super) fn show_all(console: &Console, reports: &[ImportReport]) {
    let new = |report: &&ImportReport| !report.files.is_empty();
    reports.iter().filter(new).for_each(|report| show(console, report));
    if reports.iter().all(|report| report.files.is_empty()) {
        reports.iter().for_each(|report| console.findings(&report.findings));
        console.note("nothing new to import");
    }
}

fn show(console: &Console, report: &ImportReport) {
    console.findings(&report.findings);
    console.note(&export::import::text(&report.controls(), &report.unchanged));
    let feeds = feeds(report);
    if !feeds.is_empty() {
        console.note(&feeds);
    }
    point_to_rejects(console, report);
}

fn point_to_rejects(console: &Console, report: &ImportReport) {
    if let Some(path) = &report.rejects {
        console.note(&format!("rejected rows, each with its reason: {}", path.display()));
    }
}

/// Rejected rows are an error only to who asked for it.
pub(super) fn be_strict(strict: bool, report: &ImportReport) -> Result<(), Failure> {
    if strict && report.rejected() > 0 { Err(Failure::Refused) } else { Ok(()) }
}

/// What marketplaces' own feeds add up to, in their terms; nothing if there is none.
fn feeds(report: &ImportReport) -> String {
    let mut text = String::new();
    for ((source, currency), totals) in &report.feeds.0 {
        text.push_str(&format!(
            "{source} in {currency}: gross {}, cost of goods {}, listing fee {}, infrastructure {}, \
             other {}; owed to the seller {}, disbursed {}, pending {}, paid {}; buyers' tax {} \
             (memo)\n",
            totals.gross,
            totals.cost_of_goods,
            totals.listing_fee,
            totals.infrastructure,
            totals.other + totals.seller_tax,
            totals.owed(),
            totals.disbursed,
            totals.pending(),
            totals.paid,
            totals.buyer_tax,
        ));
    }
    text
}
