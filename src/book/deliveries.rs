//! What comes one after another: the book's own files first, then folder after folder of
//! `deliveries`, in the order of their names. A contract in a folder replaces the one of the same
//! name from then on.
//!
//! The law: how far a book has come is read off its store, so an interrupted run goes on where it
//! was, and a finished one finds nothing to do. A folder has come if a file of it was imported; one
//! without facts has come as soon as nothing is due before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::open::{contract_files, parse, shown};
use super::{Book, BookError, ImportReport, Step, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::Lens;
use crate::finding::Finding;
use crate::intake::{self, Mapping, SourceFile};

/// The folder of what comes later.
const DELIVERIES: &str = "deliveries";

/// What comes at one time, and the contracts in force from then on.
pub(super) struct Stage {
    /// Its folder below the book; empty for the book itself.
    pub(super) folder: String,
    pub(super) contracts: Vec<Contract>,
}

/// A folder of `deliveries` that came.
#[derive(Debug)]
pub struct Arrival {
    /// Its name below the book.
    pub folder: String,
    /// What its import did.
    pub report: ImportReport,
}

impl Stage {
    fn files(&self, dir: &Path, mapping: &Mapping) -> Result<Vec<SourceFile>, BookError> {
        Ok(intake::discover_below(dir, &self.folder, mapping)?)
    }
}

/// Every stage of a book, the book itself first.
///
/// # Errors
/// All findings of all contracts at once.
pub(super) fn read_stages(dir: &Path) -> Result<Vec<Stage>, BookError> {
    let (mut stages, mut findings) = (Vec::new(), Vec::new());
    let mut read: BTreeMap<PathBuf, Option<Contract>> = BTreeMap::new();
    // By the name below the folder: a later file of the same name replaces the earlier.
    let mut in_force: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for folder in folders(dir)? {
        let here = dir.join(&folder);
        let named = contract_files(&here)?.into_iter().map(|path| (below(&here, &path), path));
        in_force.extend(named);
        for path in in_force.values().filter(|path| !read.contains_key(*path)).collect::<Vec<_>>() {
            let (contract, more) = parse(path, &shown(dir, path))?;
            findings.extend(more);
            read.insert(path.clone(), contract);
        }
        let contracts: Vec<Contract> =
            in_force.values().filter_map(|path| read[path].clone()).collect();
        findings.extend(same_ids(&contracts));
        stages.push(Stage { folder, contracts });
    }
    if in_force.is_empty() || stages[0].contracts.is_empty() && findings.is_empty() {
        let message = format!("{} holds neither contract.toml nor contracts/*.toml", dir.display());
        let help = "write one, or start from a small book with `revshare init DIR`";
        findings.push(Finding::new(&codes::NO_CONTRACT, message).help(help));
    }
    findings.dedup();
    if findings.is_empty() { Ok(stages) } else { Err(findings.into()) }
}

fn below(folder: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap_or(path).to_owned()
}

fn same_ids(contracts: &[Contract]) -> Vec<Finding> {
    let twice = |(at, contract): (usize, &Contract)| {
        let earlier = contracts[..at].iter().find(|other| other.id == contract.id)?;
        let message = format!("{} and {} are both {:?}", earlier.file, contract.file, contract.id);
        Some(Finding::new(&codes::SAME_ID, message).help("give one another id"))
    };
    contracts.iter().enumerate().filter_map(twice).collect()
}

/// The book itself, as an empty name, and its folders of deliveries in order.
fn folders(dir: &Path) -> Result<Vec<String>, BookError> {
    let place = dir.join(DELIVERIES);
    let mut folders = vec![String::new()];
    if !place.is_dir() {
        return Ok(folders);
    }
    let fail = |source| BookError::File { path: place.display().to_string(), source };
    for entry in std::fs::read_dir(&place).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.is_empty() && !name.starts_with('.') {
            folders.push(format!("{DELIVERIES}/{name}"));
        }
    }
    folders.sort();
    Ok(folders)
}

impl Book {
    /// Goes to the last stage that has come, as far as the store knows.
    pub(super) fn catch_up(&mut self) -> Result<(), BookError> {
        let imported = self.store.archive().files().iter();
        let folders = imported.filter_map(|file| Some(file.tally.path.rsplit_once('/')?.0));
        let last =
            folders.filter(|folder| folder.starts_with(DELIVERIES)).max().unwrap_or_default();
        let come = self.stages.iter().rposition(|stage| *stage.folder <= *last);
        self.go_to(come.unwrap_or_default())?;
        while self.store.imports() > 0 && self.next_has_no_facts()? && !self.is_anything_due()? {
            self.go_to(self.come + 1)?;
        }
        Ok(())
    }

    fn next_has_no_facts(&self) -> Result<bool, BookError> {
        let Some(next) = self.stages.get(self.come + 1) else { return Ok(false) };
        Ok(next.files(&self.dir, &self.mapping)?.is_empty())
    }

    /// Puts the contracts of a stage in force.
    fn go_to(&mut self, stage: usize) -> Result<(), BookError> {
        self.come = stage;
        self.contracts.clone_from(&self.stages[stage].contracts);
        self.check_lens()
    }

    /// The files of all that has come.
    pub(super) fn files(&self) -> Result<Vec<SourceFile>, BookError> {
        let mut files = Vec::new();
        for stage in &self.stages[..=self.come] {
            files.extend(stage.files(&self.dir, &self.mapping)?);
        }
        Ok(files)
    }

    /// What imports have to keep apart: enough for every contract that is or will be in force.
    pub(super) fn lens(&self) -> Lens {
        Lens::of(self.stages.iter().flat_map(|stage| &stage.contracts))
    }

    /// The folders of deliveries that have not come yet, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &str> {
        self.stages[self.come + 1..].iter().map(|stage| stage.folder.as_str())
    }

    /// Imports the next folder of `deliveries`, whose contracts are in force from then on; none if
    /// there is no more.
    ///
    /// # Errors
    /// Contracts that ask for what earlier imports did not keep apart; what the machine refused.
    pub fn bring_next(&mut self, step: Step<'_>) -> Result<Option<Arrival>, BookError> {
        if self.come + 1 == self.stages.len() {
            return Ok(None);
        }
        self.go_to(self.come + 1)?;
        let stage = &self.stages[self.come];
        let folder = stage.folder.clone();
        let files = stage.files(&self.dir, &self.mapping)?;
        let report = self.import_files(files, step)?;
        Ok(Some(Arrival { folder, report }))
    }

    /// Closes what is due before the next folder of `deliveries`, up to `through`, and then imports
    /// it. None if there is no more, or if all that is settled is closed up to `through`.
    ///
    /// # Errors
    /// What keeps a period from being settled; the periods before it stay closed.
    pub fn next_delivery(
        &mut self,
        through: Option<Period>,
        step: Step<'_>,
    ) -> Result<Option<Arrival>, BookError> {
        if self.come + 1 == self.stages.len() {
            return Ok(None);
        }
        self.close_due(through)?;
        if through.is_some_and(|through| self.is_closed_through(through)) {
            return Ok(None);
        }
        self.bring_next(step)
    }

    /// Is some contract closed, and each that is, up to that period?
    fn is_closed_through(&self, through: Period) -> bool {
        let closed = |contract: &Contract| {
            let last = self.store.last_closing(&contract.id)?.period;
            Some(last >= through.last_complete(contract.period))
        };
        let mut all = self.contracts.iter().filter_map(closed).peekable();
        all.peek().is_some() && all.all(|reached| reached)
    }
}
