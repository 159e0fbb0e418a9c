//! What can go wrong with the store as a machine: reading, writing, damage, the lock, and requests
//! that would break the order of the book. Every message says what to do.

use std::io;
use std::path::PathBuf;

use crate::calendar::{Period, UnknownZone};

/// Why the store did not do what it was asked to. Nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store yet.
    #[error("there is no store in {}: importing into the book makes one", .0.display())]
    Absent(PathBuf),

    /// Somebody else has it open.
    #[error(
        "the store in {} is in use by {holder}: wait until that command ends, then try again",
        dir.display()
    )]
    Locked {
        /// The store's folder.
        dir: PathBuf,
        /// `process 1234`, as far as it is known.
        holder: String,
    },

    /// The disk refused.
    #[error("cannot {action} {name}: {source}; {}", remedy(source))]
    Disk {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// On which file of the store.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },

    /// The journal's first bytes are not those of a journal.
    #[error(
        "{name} does not begin as a journal of revshare does: restore it from a backup, or name \
         another folder"
    )]
    NotAJournal {
        /// The file.
        name: String,
    },

    /// Written by a version that this one does not know.
    #[error(
        "the store is of format {found}, this program knows format {known}: {}",
        if found > known {
            "use a newer revshare"
        } else {
            "it is of an older revshare; import its files into a new store with this one"
        }
    )]
    Format {
        /// What the file says.
        found: u32,
        /// What this program knows.
        known: u32,
    },

    /// A record of the journal is not what was written.
    #[error(
        "record {record} of the journal, at byte {offset}, is damaged: {what}; records after it \
         cannot be trusted: restore the store's folder from a backup, or move it away and import \
         the files again (`revshare verify` lists all the damage)"
    )]
    Damaged {
        /// Which, from 1.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// What does not fit.
        what: String,
    },

    /// A file of ids is not what was written.
    #[error(
        "{name} is damaged: {what}; restore the store's folder from a backup, or move it away \
         and import the files again"
    )]
    DamagedIds {
        /// The file.
        name: String,
        /// What does not fit.
        what: String,
    },

    /// Records that had been acknowledged are no longer there.
    #[error("{}; {SHORTENED_HELP}", shortened(*found, acknowledged))]
    Shortened {
        /// Records found.
        found: u64,
        /// What there had been: `record 12`, `import 7`.
        acknowledged: String,
    },

    /// An earlier write failed, and what is on the disk is not known.
    #[error("an earlier write to the store failed: open the store again to see what was kept")]
    Broken,

    /// The period is closed, with another statement.
    #[error(
        "{period} of {contract} is closed with the statement {closed}, and a closed statement \
         never changes: late facts are settled by the open period"
    )]
    AlreadyClosed {
        /// The contract.
        contract: String,
        /// The period.
        period: Period,
        /// The digest of the statement it was closed with.
        closed: String,
    },

    /// Periods close in order.
    #[error("{period} of {contract} cannot be closed yet: periods close in order, {next} is next")]
    OutOfOrder {
        /// The contract.
        contract: String,
        /// The period that was to be closed.
        period: Period,
        /// The period that has to be closed first.
        next: Period,
    },

    /// The closing was computed on another state of the book than this one.
    #[error(
        "the closing of {period} of {contract} does not continue this store: {what}; settle it \
         again and close it then"
    )]
    Stale {
        /// The contract.
        contract: String,
        /// The period.
        period: Period,
        /// What does not fit.
        what: String,
    },

    /// A day in a time zone that is none.
    #[error("{0}: nothing was forgotten")]
    NoSuchZone(UnknownZone),

    /// The state of an import that never was.
    #[error("the store holds {imports} imports: there is no state after import {watermark}")]
    NoSuchImport {
        /// Asked for.
        watermark: u64,
        /// What there is.
        imports: u64,
    },
}

/// What a shortened journal asks for.
pub(super) const SHORTENED_HELP: &str = "restore the store's folder from a backup, or accept the \
    loss with `revshare rebuild` and import the files again";

/// What a shortened journal is.
pub(super) fn shortened(found: u64, acknowledged: &str) -> String {
    format!(
        "the journal ends after record {found}, but {acknowledged} had been acknowledged: it was \
         shortened or replaced from outside"
    )
}

impl StoreError {
    pub(super) fn disk(action: &'static str, name: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { action, name: name.to_owned(), source }
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and try again; what was acknowledged is safe"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give this user the right to read and write the store's folder"
        }
        _ => "check the disk and try again; what was acknowledged is safe",
    }
}
