//! `generate`: a month of sale lines from a seed.

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::args::{Arguments, Format, GenerateArgs};
use super::console::{Console, Failure};
use super::init;
use crate::book::BookError;
use crate::generate::{GenerateError, Plan, Shares, Written, generate as write};

pub(super) fn generate(console: &Console, args: &GenerateArgs) -> Result<(), Failure> {
    init::empty(&args.out)?;
    let mut progress = console.lines(args.lines);
    let written = write(&plan(args), &args.out, &mut progress).map_err(refused)?;
    match console.format {
        Format::Text => console.answer(&said(args, &written)),
        Format::Json => {
            let path = args.out.join("expected.json");
            let fail = |source| BookError::File { path: path.display().to_string(), source };
            console.answer(&std::fs::read_to_string(&path).map_err(fail)?)
        }
    }
}

fn plan(args: &GenerateArgs) -> Plan {
    let usual = if args.clean { Shares::clean() } else { Shares::usual() };
    Plan {
        lines: args.lines,
        seed: args.seed,
        month: args.period,
        files: args.files,
        refs: args.refs,
        shares: Shares {
            refunds: args.refunds.clone().unwrap_or(usual.refunds),
            duplicates: args.duplicates.clone().unwrap_or(usual.duplicates),
            conflicts: args.conflicts.clone().unwrap_or(usual.conflicts),
            late: args.late.clone().unwrap_or(usual.late),
            bad: args.bad.clone().unwrap_or(usual.bad),
        },
    }
}

/// A plan that cannot be followed is a command line that cannot be read.
fn refused(error: GenerateError) -> Failure {
    match error {
        GenerateError::File { path, source } => BookError::File { path, source }.into(),
        GenerateError::Month(_) | GenerateError::NoFile | GenerateError::Shares => {
            Arguments::command().error(ErrorKind::ValueValidation, error).exit()
        }
    }
}

fn said(args: &GenerateArgs, written: &[Written]) -> String {
    let mut text = String::new();
    for Written { path, bytes, blake3 } in written {
        text += &format!("{path}  {bytes} bytes  blake3 {blake3}\n");
    }
    let dir = args.out.display();
    text + &format!("what they add up to: {dir}/expected.json; next: revshare run {dir}\n")
}
