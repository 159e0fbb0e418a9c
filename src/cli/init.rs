//! `init`: a small book to start from, complete enough to run.

use std::fs;
use std::path::Path;

use super::args::InitArgs;
use super::console::{Console, Failure};
use crate::book::{BookError, codes};
use crate::finding::Finding;

/// The files of the starter book.
const FILES: &[(&str, &str)] = &[
    ("contract.toml", include_str!("starter/contract.toml")),
    ("sales.csv", include_str!("starter/sales.csv")),
    ("costs.csv", include_str!("starter/costs.csv")),
    ("usage.csv", include_str!("starter/usage.csv")),
];

pub(super) fn init(console: &Console, args: &InitArgs) -> Result<(), Failure> {
    empty(&args.dir)?;
    for (name, text) in FILES {
        let path = args.dir.join(name);
        fs::write(&path, text).map_err(fail(&path))?;
    }
    let dir = args.dir.display();
    console.note(&format!("wrote a small book to {dir}; next: revshare run {dir}"));
    Ok(())
}

/// Makes a directory, or makes sure that nothing in it would be written over.
pub(super) fn empty(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(fail(dir))?;
    let mut entries = fs::read_dir(dir).map_err(fail(dir))?;
    if entries.next().is_some() {
        let message = format!("{} is not empty", dir.display());
        let help = "name a directory that is empty or does not exist yet";
        return Err(Finding::new(&codes::NOT_EMPTY, message).help(help).into());
    }
    Ok(())
}

fn fail(path: &Path) -> impl Fn(std::io::Error) -> BookError + use<> {
    let path = path.display().to_string();
    move |source| BookError::File { path: path.clone(), source }
}
