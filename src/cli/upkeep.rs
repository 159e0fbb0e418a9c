//! `verify` and `rebuild`: looking after a store.

use std::path::PathBuf;

use super::answers::Verify;
use super::args::{BookArgs, Format};
use super::console::{Console, Failure};
use crate::book::{changed_unseen, store_dir};
use crate::statement::pretty;
use crate::store::{self, Report};

pub(super) fn verify(console: &Console, args: &BookArgs) -> Result<(), Failure> {
    let mut report = store::verify(&dir(args))?;
    report.findings.extend(changed_unseen(&dir(args)));
    show(console, &report, report.is_sound())?;
    if report.is_sound() { Ok(()) } else { Err(Failure::Damaged) }
}

pub(super) fn rebuild(console: &Console, args: &BookArgs) -> Result<(), Failure> {
    // What could not be used is an error already; a loss that is accepted leaves a sound store.
    show(console, &store::rebuild(&dir(args))?, true)
}

fn dir(args: &BookArgs) -> PathBuf {
    store_dir(&args.dir, args.store.as_deref())
}

fn show(console: &Console, report: &Report, sound: bool) -> Result<(), Failure> {
    console.findings(&report.findings);
    match console.format {
        Format::Text => console.answer(&text(report, sound)),
        Format::Json => console.answer(&pretty(&Verify::of(report, sound))),
    }
}

fn text(report: &Report, sound: bool) -> String {
    let verdict = if sound { "sound" } else { "damaged" };
    format!(
        "{verdict}: {} records ({} imports, {} closings), {} ids, {} bytes\n",
        report.records, report.imports, report.closings, report.ids, report.bytes,
    )
}
