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
        Format::Text => console.answer(&report.to_string())?,
        Format::Json => console.answer(&report.to_json())?,
    }
    let refused = report.findings.iter().any(crate::finding::Finding::is_error);
    if refused { Err(Failure::Refused) } else { Ok(()) }
}
