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
    /// An import was asked to stop: nothing of its delivery was kept.
    #[error("interrupted: nothing of this delivery was kept; run the same command again")]
    Interrupted,
    /// It was asked to stop between two steps, each of which is kept whole.
    #[error("interrupted: all that was done so far is kept; run the same command again to go on")]
    InterruptedBetween,
    /// Reading the exports failed.
    #[error(transparent)]
    Intake(IntakeError),
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

impl From<IntakeError> for BookError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Interrupted => Self::Interrupted,
            IntakeError::Read { .. }
            | IntakeError::Known { .. }
            | IntakeError::Changed { .. }
            | IntakeError::Shelf(_)
            | IntakeError::Rejects(_) => Self::Intake(error),
        }
    }
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
