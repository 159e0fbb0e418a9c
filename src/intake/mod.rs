//! The door through which files come in: rows become entries or findings, and nothing disappears.
//!
//! The header of a CSV file, or the first object of JSON lines, decides the format: our own
//! columns, FOCUS, the AWS Marketplace `billing_event` feed, CloudEvents; `revshare.toml` maps
//! anything else. It refuses to guess: what is not certain is rejected with the reason, and never
//! stops the rows after it. Memory does not grow with the rows but by what finding duplicates
//! needs.
//!
//! ```
//! use revshare::{fact::{Archive, Lens}, intake::{self, Mapping, Request, discover, import}};
//! let book = tempfile::tempdir().unwrap();
//! let rows = "id,time,kind,product,amount,currency\n\
//!             s-1,2026-10-05,charge,opus-4,120.00,USD\n\
//!             s-2,5/10/26,charge,opus-4,80.00,USD\n";
//! std::fs::write(book.path().join("sales.csv"), rows).unwrap();
//! let import = import(Request {
//!     files: &discover(book.path()).unwrap(),
//!     mapping: &Mapping::default(),
//!     contracts: &[],
//!     lens: &Lens::of(&[]),
//!     archive: &Archive::default(),
//!     known: &(),
//!     rejects: None,
//!     progress: &mut intake::silent,
//!     bulk: None,
//!     interrupt: None,
//! })
//! .unwrap();
//! let control = &import.gathered.delivery.files[0].controls[0];
//! assert_eq!((control.read.rows, control.accepted.rows, control.rejected.rows), (2, 1, 1));
//! assert!(import.findings[0].message.contains("which number is the day"));
//! ```

mod again;
mod ahead;
mod aws;
mod channel;
mod cloudevents;
pub mod codes;
mod collect;
mod company;
mod complaints;
mod digest;
mod discover;
mod draft;
mod express;
mod feed;
mod field;
mod focus;
mod forgotten;
mod format;
mod import;
mod interrupt;
mod json;
mod kept;
mod large;
mod losers;
mod mapping;
mod outside;
mod overlap;
mod own;
mod parquet;
mod piece;
mod plan;
mod read;
mod reject;
mod request;
mod row;
mod rows;
mod scan;
mod second;
mod several;
mod source;
mod survey;
mod tally;
mod tally_row;
mod target;
mod value;

use std::io;
use std::path::PathBuf;

pub use discover::{SourceFile, discover, discover_below, discover_with};
pub use feed::{FeedTotals, Feeds};
pub use import::{Import, MarkedFacts, import};
pub use interrupt::Interrupt;
pub use mapping::Mapping;
pub use overlap::overlaps;
pub use read::{Reader, Rows};
pub use request::{Bulk, Progress, Request, Step, silent};
pub use row::{Reading, Row};
pub use source::{digest_of, digest_while};
pub use tally::{TALLY, Tallied, read_tally};

/// The machine failed, or a file is damaged: nothing of the delivery may be kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A file cannot be read to its end.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The memory of earlier deliveries cannot be read.
    #[error("cannot look up earlier facts for {}: {source}", path.display())]
    Known {
        /// The file at hand.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// A file was written to while it was read.
    #[error("{} changed while it was read: import again when it is complete", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
    /// The marks of a large delivery cannot be kept.
    #[error("cannot keep the marks of the facts: {0}")]
    Shelf(io::Error),
    /// The rejects file cannot be written.
    #[error("cannot write the rejected rows: {0}")]
    Rejects(io::Error),
}
