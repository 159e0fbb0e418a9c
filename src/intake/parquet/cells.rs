//! The texts of one column as the general reader of the format gives them, some rows at a time: for types and
//! encodings that are rare.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::Result;

use super::columns::Holds;
use super::form::{self, UNFIT};
use super::pages::short;
use super::time::Clock;

/// The texts of the rows at hand, one after the other.
#[derive(Default)]
pub(super) struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
    levels: Vec<i16>,
    clock: Clock,
}

impl Cells {
    /// The text of a row.
    pub(super) fn of(&self, row: usize) -> &[u8] {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[from..self.ends[row]]
    }

    /// Takes the next rows of a column; without a reader it is nested.
    pub(super) fn fill(
        &mut self,
        reader: Option<&mut ColumnReader>,
        holds: Holds,
        rows: usize,
    ) -> Result<()> {
        self.text.clear();
        self.ends.clear();
        self.levels.clear();
        let Some(reader) = reader else {
            self.unfit(rows);
            return Ok(());
        };
        match reader {
            ColumnReader::Int32ColumnReader(reader) => {
                self.take(reader, rows, |clock, value, text| form::int(*value, holds, clock, text))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                self.take(reader, rows, |clock, value, text| form::long(*value, holds, clock, text))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.take(reader, rows, |_, value, text| form::bytes(value.data(), holds, text))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.take(reader, rows, |_, value, text| form::fixed(value.data(), holds, text))
            }
            ColumnReader::BoolColumnReader(reader) => self.take(reader, rows, |_, value, text| {
                text.extend_from_slice(if *value { b"true" } else { b"false" });
            }),
            ColumnReader::Int96ColumnReader(reader) => {
                self.take(reader, rows, |clock, value, text| clock.old(value.data(), text))
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
        write: impl Fn(&mut Clock, &T::T, &mut Vec<u8>),
    ) -> Result<()> {
        let mut values = Vec::with_capacity(rows);
        let (records, _, _) =
            reader.read_records(rows, Some(&mut self.levels), None, &mut values)?;
        if records != rows {
            return Err(short());
        }
        self.write(rows, &values, write)
    }

    fn unfit(&mut self, rows: usize) {
        for _ in 0..rows {
            self.text.extend_from_slice(UNFIT);
            self.ends.push(self.text.len());
        }
    }

    /// Writes the values; a null is nothing.
    fn write<T>(
        &mut self,
        rows: usize,
        values: &[T],
        write: impl Fn(&mut Clock, &T, &mut Vec<u8>),
    ) -> Result<()> {
        let mut values = values.iter();
        for row in 0..rows {
            // A column without nulls has no levels; one with them has 1 where there is a value.
            if self.levels.get(row).is_none_or(|level| *level > 0) {
                let value = values.next().ok_or_else(short)?;
                write(&mut self.clock, value, &mut self.text);
            }
            self.ends.push(self.text.len());
        }
        Ok(())
    }
}

fn placeholder<T>(_: &mut Clock, _: &T, text: &mut Vec<u8>) {
    text.extend_from_slice(UNFIT);
}
