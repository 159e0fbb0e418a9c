//! Parquet: values by column instead of lines. They are written out as rows of text, row group by row
//! group, and go the way of every other row from there.
//!
//! The law: a file of Parquet and a file of CSV that hold the same facts bring the same facts. So
//! what has no one exact text is not written: a binary fraction, a nested value or a clock time is
//! refused in the row that would read it. A null is an empty field.

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod cells;
#[cfg(feature = "parquet")]
mod columns;
#[cfg(feature = "parquet")]
mod course;
#[cfg(feature = "parquet")]
mod form;
#[cfg(feature = "parquet")]
mod leaf;
#[cfg(feature = "parquet")]
mod number;
#[cfg(feature = "parquet")]
mod pages;
mod pairs;
#[cfg(feature = "parquet")]
mod runs;
#[cfg(feature = "parquet")]
mod shared;
#[cfg(feature = "parquet")]
mod sheet;
#[cfg(feature = "parquet")]
mod stream;
#[cfg(feature = "parquet")]
mod texts;
#[cfg(feature = "parquet")]
mod time;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

#[cfg(not(feature = "parquet"))]
use absent::open;
#[cfg(not(feature = "parquet"))]
pub(super) use absent::{Look, Shared, Sheet, Walk};
#[cfg(feature = "parquet")]
pub(super) use shared::Shared;
#[cfg(feature = "parquet")]
use sheet::open;
#[cfg(feature = "parquet")]
pub(super) use sheet::{Sheet, Walk};
#[cfg(feature = "parquet")]
pub(super) use texts::Look;

use self::pairs::Name;
pub(super) use self::pairs::{Names, Told};
use super::read::{Head, Rows};
use super::reject::Refusal;
use super::rows::{Lines, Raw};

/// What stands between two fields of a row: a sign that texts hardly ever hold.
const DELIMITER: u8 = 0x1F;

/// A column's name, and why its values are not read if they are not.
type Column = (String, Option<Refusal>);

/// What is to be known of a file besides its rows.
pub(super) struct Columnar {
    pub(super) names: Arc<Names>,
    /// By column: why a row that reads it is refused.
    pub(super) unfit: Vec<Option<Refusal>>,
    /// Bytes of the file whose rows were read, roughly.
    read: Arc<AtomicU64>,
    stamp: Stamp,
    /// The open file.
    pub(super) sheet: Sheet,
}

/// The size of a file and when it was written to.
type Stamp = (u64, Option<SystemTime>);

impl Columnar {
    /// How many bytes of the file have been read, roughly.
    pub(super) fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Is the file as it was when it was opened?
    pub(super) fn is_unchanged(&self, path: &std::path::Path) -> io::Result<bool> {
        Ok(stamp(&path.metadata()?) == self.stamp)
    }

    /// Are all columns among these that any field is read from fit to be read?
    pub(super) fn are_fit(&self, mut columns: impl Iterator<Item = usize>) -> bool {
        columns.all(|at| self.unfit[at].is_none())
    }
}

fn stamp(data: &std::fs::Metadata) -> Stamp {
    (data.len(), data.modified().ok())
}

impl Rows<'_> {
    /// Opens the file as one of Parquet; its columns are the header.
    pub(super) fn columnar(&mut self) -> io::Result<Option<Head>> {
        // The digest is of the file that was opened first, the rows are of the one that is opened now.
        let stamp = stamp(&self.source.metadata()?);
        let read = Arc::new(AtomicU64::new(0));
        let (columns, sheet): (Vec<Column>, Sheet) = open(&self.path, &read)?;
        let (names, unfit): (Vec<String>, Vec<Option<Refusal>>) = columns.into_iter().unzip();
        self.lines = Lines::new(sheet.lines()).by_record();
        self.delimiter = Some(DELIMITER);
        self.columns = names.len();
        let shown = |(name, unfit): (&String, &Option<Refusal>)| Name {
            name: name.clone(),
            fit: unfit.is_none(),
        };
        let shown = Arc::new(Names(names.iter().zip(&unfit).map(shown).collect()));
        self.columnar = Some(Columnar { names: shown, unfit, read, stamp, sheet });
        let shown = names.join(", ").into_bytes();
        let head = Raw { line: 1, bytes: shown, refused: None };
        Ok(Some((head, Some(names.clone()), names)))
    }
}
