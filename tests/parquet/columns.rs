//! Writes columns of values as Parquet.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

/// The values of a column, null or not.
#[derive(Clone)]
pub(crate) enum Values {
    Text(Vec<Option<String>>),
    /// Bytes that need not be text.
    Raw(Vec<Option<Vec<u8>>>),
    Int(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    Old(Vec<Option<Int96>>),
    Double(Vec<Option<f64>>),
    /// Decimals, the highest byte first, so many bytes each.
    Fixed(Vec<Option<i128>>, usize),
    /// The same in as many bytes as each needs.
    Bytes(Vec<Option<i128>>),
}

pub(crate) type Columns = Vec<(String, Values)>;

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: impl Iterator<Item = Option<T::T>>,
) {
    let (mut some, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        some.extend(value);
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(&some, Some(&levels), None).unwrap();
    column.close().unwrap();
}

fn bytes_of(value: i128, width: usize) -> ByteArray {
    let sign = if value < 0 { 0xFF } else { 0 };
    let mut bytes = vec![sign; width.saturating_sub(16)];
    let all = value.to_be_bytes();
    bytes.extend(&all[16 - width.min(16)..]);
    ByteArray::from(bytes)
}

/// How values are packed: pages of either version and of few rows, with a dictionary, with one that
/// becomes too large, or without; and encodings that writers seldom choose.
pub(crate) fn packing(number: usize, compression: Compression) -> WriterProperties {
    let builder = WriterProperties::builder().set_compression(compression);
    let builder = match number % 2 {
        0 => builder,
        _ => builder.set_writer_version(WriterVersion::PARQUET_2_0),
    };
    let builder = match number / 2 % 2 {
        0 => builder,
        _ => builder.set_data_page_row_count_limit(5).set_write_batch_size(1),
    };
    match number / 4 % 4 {
        0 => builder,
        1 => builder.set_dictionary_enabled(false),
        2 => builder.set_dictionary_page_size_limit(20).set_write_batch_size(1),
        _ => rare(builder.set_dictionary_enabled(false)),
    }
    .build()
}

fn rare(builder: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    let of = |column: &str| ColumnPath::from(column);
    builder
        .set_column_encoding(of("id"), Encoding::DELTA_BYTE_ARRAY)
        .set_column_encoding(of("customer"), Encoding::DELTA_LENGTH_BYTE_ARRAY)
}

/// Writes columns, each declared as in `optional int64 quantity`, in row groups of so many rows.
pub(crate) fn write(
    path: &Path,
    columns: &Columns,
    rows: usize,
    group: usize,
    compression: Compression,
) {
    write_as(path, columns, rows, group, packing(0, compression));
}

/// The same, packed as it is said.
pub(crate) fn write_as(
    path: &Path,
    columns: &Columns,
    rows: usize,
    group: usize,
    properties: WriterProperties,
) {
    let end = |field: &str| if field.ends_with('}') { "" } else { ";" };
    let fields: Vec<String> =
        columns.iter().map(|(field, _)| format!("{field}{} ", end(field))).collect();
    let schema = parse_message_type(&format!("message rows {{ {} }}", fields.concat())).unwrap();
    let file = File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).unwrap();
    for from in (0..rows).step_by(group) {
        let part = from..(from + group).min(rows);
        let mut group = writer.next_row_group().unwrap();
        for (_, values) in columns {
            match values {
                Values::Text(all) => {
                    let text = |it: &Option<String>| it.as_deref().map(ByteArray::from);
                    put::<ByteArrayType>(&mut group, all[part.clone()].iter().map(text));
                }
                Values::Raw(all) => {
                    let raw = |it: &Option<Vec<u8>>| it.clone().map(ByteArray::from);
                    put::<ByteArrayType>(&mut group, all[part.clone()].iter().map(raw));
                }
                Values::Int(all) => {
                    put::<Int32Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Long(all) => {
                    put::<Int64Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Old(all) => {
                    put::<Int96Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Double(all) => {
                    put::<DoubleType>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Fixed(all, width) => {
                    let fixed = |it: &Option<i128>| {
                        it.map(|it| FixedLenByteArray::from(bytes_of(it, *width)))
                    };
                    put::<FixedLenByteArrayType>(&mut group, all[part.clone()].iter().map(fixed));
                }
                Values::Bytes(all) => {
                    let least = |it: i128| {
                        let kept = 128 - it.unsigned_abs().leading_zeros() + 1;
                        bytes_of(it, (kept as usize).div_ceil(8))
                    };
                    let bytes = |it: &Option<i128>| it.map(least);
                    put::<ByteArrayType>(&mut group, all[part.clone()].iter().map(bytes));
                }
            }
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}
