//! The texts of one column as the general reader of the format gives them, some rows at a time: for types and
//! encodings that are rare.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};

use super::columns::Holds;
use super::form::{self, UNFIT};
use super::pages::short;
use super::texts::Span;
use super::time;

/// The texts of some rows, one after the other.
#[derive(Default)]
pub(super) struct Cells {
    text: Vec<u8>,
    spans: Vec<Span>,
    levels: Vec<i16>,
}

impl Cells {
    /// The next rows of a column; without a reader it is nested.
    pub(super) fn of(reader: Option<&mut ColumnReader>, holds: Holds, rows: usize) -> Result<Self> {
        let mut cells = Self::default();
        match reader {
            Some(reader) => cells.fill(reader, holds, rows)?,
            None => cells.unfit(rows)?,
        }
        Ok(cells)
    }

    /// The bytes that the texts lie in.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The text of each row.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    fn fill(&mut self, reader: &mut ColumnReader, holds: Holds, rows: usize) -> Result<()> {
        match reader {
            ColumnReader::Int32ColumnReader(reader) => {
                self.take(reader, rows, |value, text| form::int(*value, holds, text))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                self.take(reader, rows, |value, text| form::long(*value, holds, text))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.take(reader, rows, |value, text| form::bytes(value.data(), holds, text))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.take(reader, rows, |value, text| form::fixed(value.data(), holds, text))
            }
            ColumnReader::BoolColumnReader(reader) => self.take(reader, rows, |value, text| {
                text.extend_from_slice(if *value { b"true" } else { b"false" });
            }),
            ColumnReader::Int96ColumnReader(reader) => {
                self.take(reader, rows, |value, text| time::old(value.data(), text))
            }
            ColumnReader::FloatColumnReader(reader) => self.take(reader, rows, placeholder),
            ColumnReader::DoubleColumnReader(reader) => self.take(reader, rows, placeholder),
        }
    }

    /// Reads the values of the next rows and writes each.
    fn take<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        write: impl Fn(&T::T, &mut Vec<u8>),
    ) -> Result<()> {
        let mut values = Vec::with_capacity(rows);
        let (records, _, _) =
            reader.read_records(rows, Some(&mut self.levels), None, &mut values)?;
        if records != rows {
            return Err(short());
        }
        self.write(rows, &values, write)
    }

    fn unfit(&mut self, rows: usize) -> Result<()> {
        (0..rows).try_for_each(|_| self.push(|text| text.extend_from_slice(UNFIT)))
    }

    fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let from = self.text.len();
        write(&mut self.text);
        self.spans.push(Span::between(from, self.text.len()).ok_or_else(long)?);
        Ok(())
    }

    /// Writes the values; a null is nothing.
    fn write<T>(
        &mut self,
        rows: usize,
        values: &[T],
        write: impl Fn(&T, &mut Vec<u8>),
    ) -> Result<()> {
        let mut values = values.iter();
        for row in 0..rows {
            // A column without nulls has no levels; one with them has 1 where there is a value.
            let is_there = self.levels.get(row).is_none_or(|level| *level > 0);
            let value = if is_there { Some(values.next().ok_or_else(short)?) } else { None };
            self.push(|text| value.into_iter().for_each(|value| write(value, text)))?;
        }
        Ok(())
    }
}

fn long() -> ParquetError {
    ParquetError::General("some rows have more text than fits in memory".to_owned())
}

fn placeholder<T>(_: &T, text: &mut Vec<u8>) {
    text.extend_from_slice(UNFIT);
}
