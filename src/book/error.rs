//! Why a book could not do what it was asked: the world or the machine, never mixed.

use crate::finding::Finding;
use crate::intake::IntakeError;
use crate::store::StoreError;

/// What can go wrong with a book.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Something is wrong with the contracts, the facts or the request; nothing was changed.
    #[error("{}", list(.0))]
    Findings(Vec<Finding>),
    /// A file could not be read or written.
    #[error("{path}: {source}; check the path, and that you may read and write there")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Reading the exports failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was asked for was not kept apart at import.
    #[error(transparent)]
    NotTallied(#[from] crate::fact::NotTallied),
    /// A record of the store is not what this version writes.
    #[error("a record of the store cannot be read: {0}; run `revshare verify`")]
    Record(#[from] serde_json::Error),
}

impl From<Finding> for BookError {
    fn from(finding: Finding) -> Self {
        Self::Findings(vec![finding])
    }
}

impl From<Vec<Finding>> for BookError {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Findings(findings)
    }
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
