//! The texts of one column, some rows at a time.

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArrayType, DataType, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};

use super::DELIMITER;
use super::columns::Holds;
use super::number::{decimal, decimal_of, whole};
use super::time::Clock;

/// The texts of the rows at hand, one after the other.
#[derive(Default)]
pub(super) struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
    levels: Vec<i16>,
    clock: Clock,
}

/// What stands for a value that cannot be read.
const UNFIT: &[u8] = b"?";

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
            ColumnReader::Int32ColumnReader(reader) => self.ints(reader, holds, rows),
            ColumnReader::Int64ColumnReader(reader) => self.longs(reader, holds, rows),
            ColumnReader::ByteArrayColumnReader(reader) => self.bytes(reader, holds, rows),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => self.fixed(reader, holds, rows),
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

    fn ints(
        &mut self,
        reader: &mut ColumnReaderImpl<Int32Type>,
        holds: Holds,
        rows: usize,
    ) -> Result<()> {
        self.take(reader, rows, |clock, value, text| match holds {
            Holds::Date => clock.day((*value).into(), text),
            Holds::Natural => whole(value.cast_unsigned(), text),
            Holds::Decimal(scale) => decimal((*value).into(), scale, text),
            Holds::Text
            | Holds::Truth
            | Holds::Whole
            | Holds::Time { .. }
            | Holds::OldTime
            | Holds::Uuid
            | Holds::Unfit => whole(*value, text),
        })
    }

    fn longs(
        &mut self,
        reader: &mut ColumnReaderImpl<Int64Type>,
        holds: Holds,
        rows: usize,
    ) -> Result<()> {
        self.take(reader, rows, |clock, value, text| match holds {
            Holds::Time { unit, utc } => clock.time(*value, unit, utc, text),
            Holds::Natural => whole(value.cast_unsigned(), text),
            Holds::Decimal(scale) => decimal((*value).into(), scale, text),
            Holds::Text
            | Holds::Truth
            | Holds::Whole
            | Holds::Date
            | Holds::OldTime
            | Holds::Uuid
            | Holds::Unfit => whole(*value, text),
        })
    }

    fn bytes(
        &mut self,
        reader: &mut ColumnReaderImpl<ByteArrayType>,
        holds: Holds,
        rows: usize,
    ) -> Result<()> {
        self.take(reader, rows, |_, value, text| match holds {
            Holds::Decimal(scale) => decimal_of(value.data(), scale, text),
            Holds::Unfit => text.extend_from_slice(UNFIT),
            Holds::Text
            | Holds::Truth
            | Holds::Whole
            | Holds::Natural
            | Holds::Date
            | Holds::Time { .. }
            | Holds::OldTime
            | Holds::Uuid => quoted(value.data(), text),
        })
    }

    fn fixed(
        &mut self,
        reader: &mut ColumnReaderImpl<FixedLenByteArrayType>,
        holds: Holds,
        rows: usize,
    ) -> Result<()> {
        self.take(reader, rows, |_, value, text| match holds {
            Holds::Decimal(scale) => decimal_of(value.data(), scale, text),
            Holds::Uuid => uuid(value.data(), text),
            Holds::Text
            | Holds::Truth
            | Holds::Whole
            | Holds::Natural
            | Holds::Date
            | Holds::Time { .. }
            | Holds::OldTime
            | Holds::Unfit => text.extend_from_slice(UNFIT),
        })
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

fn short() -> ParquetError {
    ParquetError::EOF("a column has fewer values than its row group has rows".to_owned())
}

/// A text as a field of CSV.
fn quoted(value: &[u8], text: &mut Vec<u8>) {
    let special = |byte: &u8| matches!(*byte, b'"' | b'\n' | b'\r' | DELIMITER);
    // A mark of byte order would be taken away if the file began with it.
    if !value.iter().any(special) && !value.starts_with(b"\xef\xbb\xbf") {
        text.extend_from_slice(value);
        return;
    }
    text.push(b'"');
    for &byte in value {
        if byte == b'"' {
            text.push(b'"');
        }
        text.push(byte);
    }
    text.push(b'"');
}

fn uuid(value: &[u8], text: &mut Vec<u8>) {
    for (at, byte) in value.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push(b'-');
        }
        text.extend([byte >> 4, byte & 15].map(|half| b"0123456789abcdef"[usize::from(half)]));
    }
}
