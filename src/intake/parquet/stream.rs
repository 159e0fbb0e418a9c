//! The rows of a Parquet file as text, some thousand at a time: a file may be larger than memory.
//!
//! The law: what is damaged ends in an error, also where the reader of the format breaks down over it.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::column::reader::ColumnReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::cells::Cells;
use super::columns::{Holds, Placed, columns};
use super::pages::{Pages, short};
use super::{Column, DELIMITER};
use crate::intake::rows::LONGEST;
use crate::intake::source::Input;

/// Rows that are written at once.
const BATCH: usize = 2048;

struct Stream {
    file: SerializedFileReader<File>,
    columns: Vec<Placed>,
    /// Of the row group at hand.
    parts: Vec<Part>,
    /// The row group that comes next.
    group: usize,
    /// Rows left in the one at hand.
    left: usize,
    /// Rows as text, and how much of it was given away.
    text: Vec<u8>,
    given: usize,
    /// Bytes of the file, its rows, those written so far; and whom to tell of the bytes.
    size: u64,
    rows: u64,
    written: u64,
    read: Arc<AtomicU64>,
}

/// A column of a row group.
enum Part {
    Pages(Pages),
    /// What is rare; a nested column has no reader.
    Cells {
        reader: Option<ColumnReader>,
        holds: Holds,
        cells: Cells,
    },
}

pub(super) fn open(path: &Path, read: &Arc<AtomicU64>) -> io::Result<(Vec<Column>, Input)> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let file = guarded(|| SerializedFileReader::new(file))?;
    let (names, columns) = guarded(|| Ok(columns(file.metadata().file_metadata().schema_descr())))?;
    let rows = file.metadata().file_metadata().num_rows();
    let groups = file.metadata().row_groups().iter().map(|group| i128::from(group.num_rows()));
    let in_groups: i128 = groups.sum();
    if i128::from(rows) != in_groups {
        let why = format!("it has {rows} rows, and {in_groups} in its row groups");
        return guarded(|| Err(ParquetError::General(why)));
    }
    let rows = rows.unsigned_abs();
    let stream = Stream {
        file,
        columns,
        parts: Vec::new(),
        group: 0,
        left: 0,
        text: Vec::new(),
        given: 0,
        size,
        rows,
        written: 0,
        read: Arc::clone(read),
    };
    Ok((names, Box::new(stream)))
}

/// The format's reader; should it break down, the file is damaged.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> io::Result<T> {
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

impl Stream {
    /// Writes the next rows; none are written at the end.
    fn next(&mut self) -> Result<()> {
        self.text.clear();
        self.given = 0;
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(());
            }
            self.open_group()?;
        }
        let rows = self.ready()?;
        for row in 0..rows {
            self.write(row)?;
        }
        self.left -= rows;
        self.written += rows as u64;
        let part = u128::from(self.size) * u128::from(self.written) / u128::from(self.rows.max(1));
        self.read.store(u64::try_from(part).unwrap_or(self.size), Ordering::Relaxed);
        Ok(())
    }

    fn open_group(&mut self) -> Result<()> {
        let group = self.file.get_row_group(self.group)?;
        self.left = usize::try_from(group.metadata().num_rows())?;
        self.parts.clear();
        for Placed { leaf, holds } in &self.columns {
            let pages = |leaf: usize| -> Result<Option<Pages>> {
                let column = group.metadata().column(leaf).column_descr();
                Ok(Pages::new(group.get_column_page_reader(leaf)?, column, *holds))
            };
            self.parts.push(match leaf.map(pages).transpose()?.flatten() {
                Some(pages) => Part::Pages(pages),
                None => {
                    let reader = leaf.map(|leaf| group.get_column_reader(leaf)).transpose()?;
                    Part::Cells { reader, holds: *holds, cells: Cells::default() }
                }
            });
        }
        self.group += 1;
        Ok(())
    }

    /// Sees to it that some rows are at hand in all columns, and says how many.
    fn ready(&mut self) -> Result<usize> {
        let mut rows = self.left.min(BATCH);
        for at in 0..self.parts.len() {
            if let Part::Pages(pages) = &mut self.parts[at] {
                match pages.ready()? {
                    Some(ready) => rows = rows.min(ready),
                    None => self.parts[at] = self.in_general(at)?,
                }
            }
        }
        for part in &mut self.parts {
            if let Part::Cells { reader, holds, cells } = part {
                cells.fill(reader.as_mut(), *holds, rows)?;
            }
        }
        Ok(rows)
    }

    /// A column of the row group at hand, from the next row on, as the general reader sees it.
    fn in_general(&self, column: usize) -> Result<Part> {
        let Placed { leaf, holds } = self.columns[column];
        let group = self.file.get_row_group(self.group - 1)?;
        let mut reader = leaf.map(|leaf| group.get_column_reader(leaf)).transpose()?;
        let passed = usize::try_from(group.metadata().num_rows())? - self.left;
        if let Some(reader) = &mut reader {
            skip(reader, passed)?;
        }
        Ok(Part::Cells { reader, holds, cells: Cells::default() })
    }

    fn write(&mut self, row: usize) -> Result<()> {
        let from = self.text.len();
        for part in &mut self.parts {
            match part {
                Part::Pages(pages) => pages.write(&mut self.text)?,
                Part::Cells { cells, .. } => self.text.extend_from_slice(cells.of(row)),
            }
            self.text.push(DELIMITER);
        }
        self.text.pop();
        if self.text[from..].iter().all(u8::is_ascii_whitespace) {
            // Only a single column can look like no row at all.
            self.text.insert(from, b'"');
            self.text.push(b'"');
        }
        if self.text.len() - from > LONGEST {
            overlong(&mut self.text, from);
        }
        self.text.push(b'\n');
        Ok(())
    }
}

/// Passes by so many rows.
fn skip(reader: &mut ColumnReader, rows: usize) -> Result<()> {
    let passed = match reader {
        ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::Int96ColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
    }?;
    if passed == rows { Ok(()) } else { Err(short()) }
}

/// A row that is refused for its length is one line, and certainly too long.
fn overlong(text: &mut Vec<u8>, from: usize) {
    text[from..].iter_mut().filter(|it| b"\r\n".contains(it)).for_each(|it| *it = b' ');
    let least = from + LONGEST + 3;
    text.resize(text.len().max(least), b' ');
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.text.len() {
            guarded(|| self.next())?;
        }
        Ok(&self.text[self.given..])
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
    }
}
