//! The whole engine on one directory: contracts, exports, store; from files to closed statements.
//!
//! A book is a directory with `contract.toml` (or `contracts/*.toml`), files named `sales*`,
//! `costs*`, `usage*`, `fx*`, `payments*`, `grants*`, `audits*`, and perhaps a `revshare.toml` that maps
//! columns. What comes later may lie in folders of `deliveries`, taken in the order of their names. Its store lies in
//! `.revshare` unless another place is named.
//!
//! The law: nothing is acknowledged before it is in the store's journal, and doing anything twice
//! changes nothing.

pub mod codes;
mod controls;
mod deliveries;
mod diff;
mod error;
mod explain;
mod forget;
mod import;
mod knowledge;
mod late;
mod open;
mod periods;
mod rejects;
mod rows;
mod settle;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use deliveries::Stage;

pub use deliveries::Arrival;
pub use error::BookError;
pub use explain::Replay;
pub use forget::{Forgettable, Forgetting};
pub use import::{ImportReport, Step};
pub use open::{changed_unseen, read_contract_file, read_contracts, store_dir};
pub use rows::SourceRow;
pub use settle::{Closed, Standing};

use crate::contract::Contract;
use crate::intake::{Interrupt, Mapping};
use crate::store::Store;

/// An open book: its contracts checked, its store locked.
///
/// ```no_run
/// use revshare::book::Book;
/// let mut book = Book::open("books/2026".as_ref(), None)?;
/// book.import(&mut |_| ())?;
/// while book.next_delivery(None, &mut |_| ())?.is_some() {}
/// for statement in book.close_through(None)? {
///     println!("{} {}", statement.statement.period, statement.statement.digest);
/// }
/// # Ok::<(), revshare::book::BookError>(())
/// ```
pub struct Book {
    dir: PathBuf,
    store_dir: PathBuf,
    /// What comes one after another, and how far that has gone.
    stages: Vec<Stage>,
    come: usize,
    /// Those in force at that stage.
    contracts: Vec<Contract>,
    mapping: Mapping,
    store: Store,
    threads: Option<NonZeroUsize>,
    interrupt: Interrupt,
    /// Is what is imported settled next?
    settles: bool,
}

impl Book {
    /// The directory it was opened at.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where its store lies.
    pub fn store_dir(&self) -> &Path {
        &self.store_dir
    }

    /// Its contracts in force, in the order of their files: those of the last delivery that came.
    pub fn contracts(&self) -> &[Contract] {
        &self.contracts
    }

    /// How many threads read large files; one for each core if it is not said. No result depends on
    /// it.
    pub fn set_threads(&mut self, threads: Option<NonZeroUsize>) {
        self.threads = threads;
    }

    /// What it imports is settled next: what that will ask for is made while the import is made durable.
    pub(crate) fn set_settles(&mut self) {
        self.settles = true;
    }

    /// What stops its imports, and a run of closings between two of them.
    pub fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// Closes it at the end of a process. The sums that it holds are left to the system, which takes the
    /// memory of a process back at once; to give it back cell by cell takes longer.
    pub(crate) fn leave(self) {
        std::mem::forget(self.store.archive().clone());
    }

    /// Its store.
    pub fn store(&self) -> &Store {
        &self.store
    }
}
