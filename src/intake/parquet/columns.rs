//! What the columns of a Parquet file hold, by its schema, and which of them cannot be read exactly.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::Column;
use crate::intake::codes;
use crate::intake::reject::Refusal;

/// How the values of a column become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Truth,
    Whole,
    /// A whole number without a sign.
    Natural,
    /// With so many digits behind the point.
    Decimal(usize),
    Date,
    /// An instant in UTC, or what a clock showed.
    Time {
        unit: Unit,
        utc: bool,
    },
    /// Twelve bytes of days and nanoseconds, of which nobody says whether they are in UTC.
    OldTime,
    Uuid,
    /// Something that has no exact text.
    Unfit,
}

/// What a time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// One column of the file's rows.
pub(super) struct Placed {
    /// Its number among the columns of values; none if it is nested.
    pub(super) leaf: Option<usize>,
    pub(super) holds: Holds,
}

/// The columns of a file.
pub(super) fn columns(schema: &SchemaDescriptor) -> (Vec<Column>, Vec<Placed>) {
    let fields = schema.root_schema().get_fields();
    let leaf = |root: usize| {
        let found = (0..schema.num_columns()).find(|it| schema.get_column_root_idx(*it) == root);
        found.filter(|it| is_flat(&schema.column(*it)))
    };
    let column = |(root, field): (usize, &parquet::schema::types::TypePtr)| {
        let leaf = leaf(root);
        let (holds, why) = match leaf {
            Some(leaf) => holds(&schema.column(leaf)),
            None => (Holds::Unfit, Some("holds lists or records")),
        };
        let refusal = why.map(|why| refusal(field.name(), why));
        ((field.name().to_owned(), refusal), Placed { leaf, holds })
    };
    fields.iter().enumerate().map(column).unzip()
}

fn is_flat(column: &ColumnDescriptor) -> bool {
    column.path().parts().len() == 1 && column.max_rep_level() == 0
}

const FLOAT: &str = "holds binary fractions";

/// A number with more decimals is none that anybody wrote; each would be as long as that, whatever it is.
const MOST_DECIMALS: i32 = 1 << 10;

fn holds(column: &ColumnDescriptor) -> (Holds, Option<&'static str>) {
    let fit = |holds| (holds, None);
    let unfit = |why| (Holds::Unfit, Some(why));
    let (physical, decimal) = (column.physical_type(), usize::try_from(column.type_scale()));
    if column.type_scale() > MOST_DECIMALS {
        return unfit("has too many decimals");
    }
    match column.logical_type_ref() {
        Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => fit(Holds::Text),
        Some(LogicalType::Decimal(_)) => decimal.map_or_else(
            |_| unfit("says no number of decimals"),
            |scale| fit(Holds::Decimal(scale)),
        ),
        Some(LogicalType::Date) => fit(Holds::Date),
        Some(LogicalType::Timestamp(it)) => {
            let unit = match it.unit {
                TimeUnit::MILLIS => Unit::Millis,
                TimeUnit::MICROS => Unit::Micros,
                TimeUnit::NANOS => Unit::Nanos,
            };
            fit(Holds::Time { unit, utc: it.is_adjusted_to_u_t_c })
        }
        Some(LogicalType::Integer(it)) if !it.is_signed => fit(Holds::Natural),
        Some(LogicalType::Integer(_)) => fit(Holds::Whole),
        Some(LogicalType::Uuid) => fit(Holds::Uuid),
        Some(LogicalType::Float16) => unfit(FLOAT),
        Some(LogicalType::Time(_)) => unfit("holds times without a day"),
        Some(_) => unfit("holds values that are neither text, number nor time"),
        None => match (physical, column.converted_type()) {
            (_, ConvertedType::DECIMAL) => fit(Holds::Decimal(decimal.unwrap_or(0))),
            (_, ConvertedType::DATE) => fit(Holds::Date),
            (_, ConvertedType::TIMESTAMP_MILLIS) => {
                fit(Holds::Time { unit: Unit::Millis, utc: true })
            }
            (_, ConvertedType::TIMESTAMP_MICROS) => {
                fit(Holds::Time { unit: Unit::Micros, utc: true })
            }
            (_, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => {
                unfit("holds times without a day")
            }
            (
                _,
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64,
            ) => fit(Holds::Natural),
            (_, ConvertedType::BSON | ConvertedType::INTERVAL) => {
                unfit("holds values that are neither text, number nor time")
            }
            (Type::BOOLEAN, _) => fit(Holds::Truth),
            (Type::INT32 | Type::INT64, _) => fit(Holds::Whole),
            (Type::INT96, _) => fit(Holds::OldTime),
            (Type::FLOAT | Type::DOUBLE, _) => unfit(FLOAT),
            // Older writers do not say of a text that it is one; its bytes do.
            (Type::BYTE_ARRAY, _) => fit(Holds::Text),
            (Type::FIXED_LEN_BYTE_ARRAY, _) => {
                unfit("holds values that are neither text, number nor time")
            }
        },
    }
}

fn refusal(name: &str, why: &str) -> Refusal {
    let (code, help) = if why == FLOAT {
        let cast = format!("write it as a decimal: CAST({name} AS DECIMAL(38, 10))");
        (&codes::FLOAT, cast)
    } else {
        let text = "write it as a text, or map another column in revshare.toml";
        (&codes::TYPE, text.to_owned())
    };
    Refusal::new(code, format!("the column {name} {why}")).help(help)
}
