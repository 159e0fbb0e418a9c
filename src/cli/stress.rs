//! `stress`: random months thrown at a contract.

use super::args::{Format, StressArgs};
use super::console::{Console, Failure};
use crate::book::read_contract_file;
use crate::stress::{Plan, stress as throw};

pub(super) fn stress(console: &Console, args: &StressArgs) -> Result<(), Failure> {
    let contract = read_contract_file(&args.file, &args.file.display().to_string())?;
    let plan =
        Plan { seed: args.seed, worlds: args.worlds, months: args.months, volume: args.volume };
    let report = throw(&contract, &plan);
    match console.format {
        Format::Text => console.answer(&report.to_string()),
        Format::Json => console.answer(&format!("{:#}", serde_json::json!(report))),
    }
}
