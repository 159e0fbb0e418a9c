//! `check`: what is wrong with contracts, or what they say.

use std::path::Path;

use super::answers;
use super::args::{CheckArgs, Format};
use super::console::{Console, Failure};
use crate::book::{BookError, read_contract_file, read_contracts};
use crate::contract::{Contract, reading};
use crate::statement::pretty;

pub(super) fn check(console: &Console, args: &CheckArgs) -> Result<(), Failure> {
    let (mut contracts, mut findings) = (Vec::new(), Vec::new());
    for path in &args.files {
        match read(path) {
            Ok(read) => contracts.extend(read),
            Err(BookError::Findings(more)) => findings.extend(more),
            Err(error) => return Err(error.into()),
        }
    }
    console.findings(&findings);
    match console.format {
        Format::Text => {
            let texts: Vec<String> = contracts.iter().map(reading).collect();
            console.answer(&texts.join("\n"))?;
        }
        Format::Json => {
            let contracts = contracts.into_iter().map(|contract| contract.id).collect();
            console.answer(&pretty(&answers::Check { version: answers::version(), contracts }))?;
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Refused) }
}

fn read(path: &Path) -> Result<Vec<Contract>, BookError> {
    if path.is_dir() {
        return read_contracts(path);
    }
    read_contract_file(path, &path.display().to_string()).map(|contract| vec![contract])
}
