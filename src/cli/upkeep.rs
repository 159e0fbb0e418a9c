//! `verify` and `rebuild`: looking after a store.

use std::path::PathBuf;

use super::args::{BookArgs, Format};
use super::console::{Console, Failure};
use crate::book::store_dir;
use crate::store::{self, Report};

pub(super) fn verify(console: &Console, args: &BookArgs) -> Result<(), Failure> {
    show(console, &store::verify(&dir(args))?)
}

pub(super) fn rebuild(console: &Console, args: &BookArgs) -> Result<(), Failure> {
    show(console, &store::rebuild(&dir(args))?)
}

fn dir(args: &BookArgs) -> PathBuf {
    store_dir(&args.dir, args.store.as_deref())
}

fn show(console: &Console, report: &Report) -> Result<(), Failure> {
    console.findings(&report.findings);
    match console.format {
        Format::Text => console.answer(&text(report))?,
        Format::Json => console.answer(&json(report))?,
    }
    let refused = !report.is_sound();
    if refused { Err(Failure::Refused) } else { Ok(()) }
}

fn text(report: &Report) -> String {
    let verdict = if report.is_sound() { "sound" } else { "damaged" };
    format!(
        "{verdict}: {} records ({} imports, {} closings), {} ids, {} bytes\n",
        report.records, report.imports, report.closings, report.ids, report.bytes,
    )
}

fn json(report: &Report) -> String {
    let document = serde_json::json!({
        "version": "1",
        "sound": report.is_sound(),
        "records": report.records,
        "imports": report.imports,
        "closings": report.closings,
        "ids": report.ids,
        "bytes": report.bytes,
    });
    format!("{document:#}")
}
