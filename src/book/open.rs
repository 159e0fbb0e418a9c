//! Opening a directory: its contracts, its mapping, its store.

use std::path::{Path, PathBuf};

use super::deliveries::read_stages;
use super::{Book, BookError, codes, rejects};
use crate::contract::Contract;
use crate::fact::Lens;
use crate::finding::Finding;
use crate::intake::Mapping;
use crate::store::Store;

/// The folder of the store inside a book.
const STORE: &str = ".revshare";

impl Book {
    /// Opens a book. Its store is made if there is none; `store` names another place for it.
    ///
    /// # Errors
    /// All findings of all contracts and the mapping at once; or what the machine refused, such as
    /// a store that another process holds.
    pub fn open(dir: &Path, store: Option<&Path>) -> Result<Self, BookError> {
        let stages = read_stages(dir)?;
        let mapping = read_mapping(dir)?;
        let store_dir = store_dir(dir, store);
        let store = Store::create_or_open(&store_dir)?;
        let (dir, contracts) = (dir.to_owned(), Vec::new());
        let (threads, interrupt, settles) = Default::default();
        let mut book = Self {
            dir,
            store_dir,
            stages,
            come: 0,
            contracts,
            mapping,
            store,
            threads,
            interrupt,
            settles,
        };
        rejects::clear(&book.store_dir, book.store.imports())?;
        book.catch_up()?;
        Ok(book)
    }

    /// What earlier imports kept apart has to be enough for the contracts of today.
    pub(super) fn check_lens(&self) -> Result<(), BookError> {
        let Err(missing) = self.store.archive().covers(&Lens::of(&self.contracts)) else {
            return Ok(());
        };
        let message = format!("earlier imports did not keep {} apart", missing.0);
        let help = "import the exports again into a new store: name an empty folder with --store";
        Err(Finding::new(&codes::LENS, message).help(help).into())
    }

    /// The contract of an id; without one, the only contract of the book.
    ///
    /// # Errors
    /// A finding that lists the contracts there are.
    pub fn contract(&self, id: Option<&str>) -> Result<&Contract, BookError> {
        let found = match id {
            Some(id) => self.contracts.iter().find(|contract| contract.id == id),
            None => self.contracts.first().filter(|_| self.contracts.len() == 1),
        };
        found.ok_or_else(|| {
            let ids: Vec<&str> = self.contracts.iter().map(|c| c.id.as_str()).collect();
            let message = match id {
                Some(id) => format!("the book has no contract {id:?}"),
                None => "the book has several contracts".to_owned(),
            };
            let help = format!("name one of them with --contract: {}", ids.join(", "));
            Finding::new(&codes::UNKNOWN_CONTRACT, message).help(help).into()
        })
    }
}

/// Where the store of a book lies, unless another place is named.
pub fn store_dir(dir: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| dir.join(STORE), Path::to_owned)
}

/// A finding for each file that a command would take for one it knows, because it lies as it lay when
/// it was imported, although its bytes have changed. Reads all of them.
pub fn changed_unseen(store_dir: &Path) -> Vec<Finding> {
    let told = |path: PathBuf| {
        let path = path.display();
        let message =
            format!("{path} has other bytes than were read, and its times do not show it");
        let help = "import it under another name, or restore it; `revshare rebuild` lets every file \
                    be read again";
        Finding::new(&codes::SOURCE, message).help(help)
    };
    crate::store::changed_unseen(store_dir).into_iter().map(told).collect()
}

/// Reads `contract.toml` and every `contracts/*.toml` in the order of their names, then those that
/// come with deliveries.
///
/// # Errors
/// All findings of all files at once.
pub fn read_contracts(dir: &Path) -> Result<Vec<Contract>, BookError> {
    let mut contracts: Vec<Contract> = Vec::new();
    for contract in read_stages(dir)?.into_iter().flat_map(|stage| stage.contracts) {
        if contracts.iter().all(|read| read.file != contract.file) {
            contracts.push(contract);
        }
    }
    Ok(contracts)
}

/// Reads one contract file; findings show it under the name `shown`.
///
/// # Errors
/// All findings of the file at once.
pub fn read_contract_file(path: &Path, shown: &str) -> Result<Contract, BookError> {
    Ok(Contract::parse(shown, &read(path)?)?)
}

/// The contract of a file, or what is wrong with it.
pub(super) fn parse(
    path: &Path,
    shown: &str,
) -> Result<(Option<Contract>, Vec<Finding>), BookError> {
    match read_contract_file(path, shown) {
        Ok(contract) => Ok((Some(contract), Vec::new())),
        Err(BookError::Findings(findings)) => Ok((None, findings)),
        Err(error) => Err(error),
    }
}

pub(super) fn contract_files(dir: &Path) -> Result<Vec<PathBuf>, BookError> {
    let single = dir.join("contract.toml");
    let folder = dir.join("contracts");
    let mut files = Vec::new();
    if single.is_file() {
        files.push(single);
    }
    if folder.is_dir() {
        let fail = |source| BookError::File { path: folder.display().to_string(), source };
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.extension().is_some_and(|ext| ext == "toml") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read_mapping(dir: &Path) -> Result<Mapping, BookError> {
    let path = dir.join("revshare.toml");
    if !path.is_file() {
        return Ok(Mapping::default());
    }
    Ok(Mapping::parse(&shown(dir, &path), &read(&path)?)?)
}

fn read(path: &Path) -> Result<String, BookError> {
    let fail = |source| BookError::File { path: path.display().to_string(), source };
    std::fs::read_to_string(path).map_err(fail)
}

/// The path below the book, so that messages and statements do not depend on where it lies.
pub(super) fn shown(dir: &Path, path: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).display().to_string()
}
