//! Why there is no tally. Nothing here is about a row: those are judged by the SQL and counted.

use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;

/// What went wrong on the way to a tally.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The input is not what can be read here.
    #[error("{0}")]
    Input(String),
    /// The book has no contracts that can be read.
    #[error(transparent)]
    Book(#[from] revshare::book::BookError),
    /// The engine refused or failed.
    #[error("{step}: {source}")]
    Engine {
        /// The step of the query.
        step: String,
        /// Why.
        source: Box<DataFusionError>,
    },
    /// Two ways of counting the same differ: the engine gave a wrong answer.
    #[error("{proof}: {found} instead of {due}; no tally was written")]
    Unproven {
        /// What was counted.
        proof: &'static str,
        /// By the step.
        found: u64,
        /// Without a join.
        due: u64,
    },
    /// A scheduler or an executor did not start, or ended.
    #[error("{0}")]
    Cluster(String),
}

impl Trouble {
    /// A file in trouble.
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    /// The engine in trouble at a step.
    pub(crate) fn engine(step: &str) -> impl FnOnce(DataFusionError) -> Self {
        move |source| Self::Engine { step: step.to_owned(), source: Box::new(source) }
    }
}
