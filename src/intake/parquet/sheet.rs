//! An open file: what is to be known of it, and the ways through its rows.
//!
//! The law: what is damaged ends in an error, also where the reader of the format breaks down over it.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::{ReaderProperties, ReaderPropertiesPtr};
use parquet::file::serialized_reader::SerializedRowGroupReader;

use super::Column;
use super::columns::{Placed, columns};
use super::course::Course;
use super::shared::Shared;
use super::stream::Stream;
use crate::intake::express::Buffer;
use crate::intake::source::Input;

/// What is to be known of a file.
pub(super) struct Form {
    path: PathBuf,
    /// For row groups of even and of odd numbers: of two that are read at once, each has a place in the file.
    files: [Arc<File>; 2],
    metadata: ParquetMetaData,
    properties: ReaderPropertiesPtr,
    pub(super) columns: Vec<Placed>,
    size: u64,
    /// Bytes of a row, roughly. Asked for more often than there are row groups, of which there may be many.
    each: usize,
    /// Whom to tell how many bytes were read, roughly.
    read: Arc<AtomicU64>,
}

/// An open file.
#[derive(Clone)]
pub(in crate::intake) struct Sheet(Arc<Form>);

pub(super) fn open(path: &Path, read: &Arc<AtomicU64>) -> io::Result<(Vec<Column>, Sheet)> {
    let files = [File::open(path)?, File::open(path)?].map(Arc::new);
    let size = files[0].metadata()?.len();
    let metadata = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&*files[0]))?;
    let (names, columns) = guarded(|| Ok(columns(metadata.file_metadata().schema_descr())))?;
    let rows = metadata.file_metadata().num_rows();
    let groups = metadata.row_groups().iter().map(|group| i128::from(group.num_rows()));
    let in_groups: i128 = groups.sum();
    if i128::from(rows) != in_groups {
        let why = format!("it has {rows} rows, and {in_groups} in its row groups");
        return guarded(|| Err(ParquetError::General(why)));
    }
    let (properties, read) = (Arc::new(ReaderProperties::builder().build()), Arc::clone(read));
    let all = metadata.row_groups().iter().map(|group| i128::from(group.total_byte_size())).sum();
    let each = i128::checked_div(all, rows.into()).unwrap_or(0);
    let each = usize::try_from(each).unwrap_or(0).max(8 * columns.len()).max(1);
    let path = path.to_owned();
    let form = Form { path, files, metadata, properties, columns, size, each, read };
    Ok((names, Sheet(Arc::new(form))))
}

/// The format's reader; should it break down, the file is damaged.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> io::Result<T> {
    let damaged = |why: String| {
        io::Error::new(io::ErrorKind::InvalidData, format!("damaged, or not Parquet: {why}"))
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::External(source))) => Err(io::Error::other(source)),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("its parts contradict each other".to_owned())),
    }
}

impl Form {
    /// Why the file cannot be read from its first row to its last; none if it can.
    pub(super) fn damage(&self) -> Option<io::Error> {
        // Opened anew: others may still read this one.
        let opened = open(&self.path, &Arc::default()).map(|(_, sheet)| sheet);
        opened.and_then(|sheet| io::copy(&mut sheet.lines(), &mut io::sink())).err()
    }

    /// How many row groups there are.
    pub(super) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// The rows of a row group.
    pub(super) fn rows_in(&self, group: usize) -> Result<usize> {
        Ok(usize::try_from(self.metadata.row_group(group).num_rows())?)
    }

    /// A row group.
    pub(super) fn group(&self, number: usize) -> Result<SerializedRowGroupReader<'_, File>> {
        let (file, metadata) = (&self.files[number % 2], self.metadata.row_group(number));
        SerializedRowGroupReader::new(
            Arc::clone(file),
            metadata,
            None,
            Arc::clone(&self.properties),
        )
    }

    /// As many rows as have so many bytes, roughly.
    pub(super) fn rows_of(&self, bytes: usize) -> usize {
        (bytes / self.each).max(1)
    }

    /// All rows before this one were read.
    pub(super) fn tell(&self, row: u64) {
        let rows = self.metadata.file_metadata().num_rows().unsigned_abs();
        let part = u128::from(self.size) * u128::from(row) / u128::from(rows.max(1));
        self.read.store(u64::try_from(part).unwrap_or(self.size), Ordering::Relaxed);
    }

    /// The bytes of those rows, roughly.
    pub(super) fn told(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Sheet {
    /// Its rows as lines, one after the other.
    pub(super) fn lines(&self) -> Input {
        Box::new(Stream::new(Arc::clone(&self.0)))
    }

    /// Its rows for several threads; if there are, the next row group is opened while rows of one are taken.
    pub(in crate::intake) fn shared(self, ahead: bool) -> Shared {
        Shared::new(self.0, ahead)
    }

    /// Its rows from the first on, some of which are asked for.
    pub(in crate::intake) fn walk(self) -> Walk {
        Walk { course: Course::new(self.0), text: Buffer::default() }
    }
}

/// Goes through a file to rows that are asked for.
pub(in crate::intake) struct Walk {
    course: Course,
    text: Buffer,
}

impl Walk {
    /// So many rows from one on, which is not before the last ones, each on a line; less if there are no more.
    pub(in crate::intake) fn rows(&mut self, first: u64, rows: u64) -> io::Result<&[u8]> {
        let Self { course, text } = self;
        text.begin(&[]);
        guarded(|| {
            course.pass_to(first)?;
            let end = first.saturating_add(rows);
            while course.row() >= first && course.row() < end {
                let due = usize::try_from(end - course.row())?;
                let Some(strip) = course.take(due, MOST)? else { break };
                strip.put(text)?;
            }
            Ok(())
        })?;
        Ok(self.text.text())
    }
}

/// Bytes of a column that are written out at once, roughly.
pub(super) const MOST: usize = 1 << 20;
