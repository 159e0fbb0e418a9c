//! What the engines write differently. Every difference of theirs stands here.

use super::Step;
use super::result::COLUMNS;
use crate::calendar::Zone;

/// An engine's SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB 1.0 or later, with its ICU extension for time zones.
    DuckDb,
    /// Spark 3.5 or later.
    Spark,
    /// Apache DataFusion.
    DataFusion,
}

impl Dialect {
    /// Its name, as it is kept with the result.
    pub fn name(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::DataFusion => "datafusion",
        }
    }

    /// What has to hold of the session.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::DuckDb | Self::DataFusion => &[],
            Self::Spark => &["SET spark.sql.ansi.enabled = true", "SET TIME ZONE 'UTC'"],
        }
    }

    /// The statements that make a step.
    pub(super) fn keep(self, step: &Step) -> Vec<String> {
        let Step { name, query, .. } = step;
        match (self, step.kept) {
            (Self::DuckDb, true) => {
                vec![format!("CREATE OR REPLACE TEMP TABLE {name} AS\n{query}")]
            }
            (Self::DuckDb, false) => {
                vec![format!("CREATE OR REPLACE TEMP VIEW {name} AS\n{query}")]
            }
            (Self::DataFusion, true) => vec![format!("CREATE OR REPLACE TABLE {name} AS\n{query}")],
            (Self::DataFusion, false) => vec![format!("CREATE OR REPLACE VIEW {name} AS\n{query}")],
            (Self::Spark, true) => vec![
                format!("DROP TABLE IF EXISTS {name}"),
                // A cached view would carry the plans of all steps before it along.
                format!("CREATE TABLE {name} USING parquet AS\n{query}"),
            ],
            (Self::Spark, false) => {
                vec![format!("CREATE OR REPLACE TEMPORARY VIEW {name} AS\n{query}")]
            }
        }
    }

    /// The last statement: the result in one order, written to a file if one is named.
    pub(super) fn deliver(self, query: &str, out: Option<&str>) -> String {
        let order = COLUMNS.map(|name| self.name_of(name)).join(", ");
        let ordered = format!("SELECT * FROM (\n{query}\n) tally\nORDER BY {order}");
        let Some(out) = out else { return ordered };
        let file = self.text(out);
        match self {
            Self::DuckDb => format!("COPY (\n{ordered}\n) TO {file} (FORMAT csv, HEADER true)"),
            Self::DataFusion => format!(
                "COPY (\n{ordered}\n) TO {file} STORED AS CSV OPTIONS ('format.has_header' 'true')"
            ),
            // One file, in order: it is small.
            Self::Spark => format!(
                "INSERT OVERWRITE DIRECTORY {file} USING csv OPTIONS (header 'true', escape '\"', \
                 emptyValue '', ignoreLeadingWhiteSpace 'false', ignoreTrailingWhiteSpace 'false')\n\
                 SELECT * FROM (SELECT /*+ REPARTITION(1) */ * FROM (\n{query}\n) tally) one\n\
                 SORT BY {order}"
            ),
        }
    }

    /// The name of a column, quoted: some are words of SQL.
    pub(super) fn name_of(self, name: &str) -> String {
        match self {
            Self::DuckDb | Self::DataFusion => format!("\"{name}\""),
            Self::Spark => format!("`{name}`"),
        }
    }

    /// An expression as a text.
    pub(super) fn as_text(self, expression: &str) -> String {
        match self {
            Self::DuckDb | Self::DataFusion => format!("CAST({expression} AS VARCHAR)"),
            Self::Spark => format!("CAST({expression} AS STRING)"),
        }
    }

    /// Is the type of an expression a binary fraction?
    pub(super) fn is_float(self, expression: &str) -> String {
        match self {
            Self::DuckDb => format!("typeof({expression}) IN ('FLOAT', 'DOUBLE')"),
            Self::Spark => format!("typeof({expression}) IN ('float', 'double')"),
            Self::DataFusion => {
                format!("arrow_typeof({expression}) IN ('Float16', 'Float32', 'Float64')")
            }
        }
    }

    /// A whole number of any sum of amounts: no engine may let it overflow in silence. DataFusion's
    /// sums of 128 bits do, so it gets 256.
    pub(super) fn whole(self, expression: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST({expression} AS HUGEINT)"),
            Self::Spark => format!("CAST({expression} AS DECIMAL(38,0))"),
            Self::DataFusion => format!("CAST({expression} AS DECIMAL(50,0))"),
        }
    }

    /// A count of rows as a factor of such numbers.
    pub(super) fn times(self, number: &str, rows: &str) -> String {
        match self {
            Self::DuckDb => format!("{number} * {rows}"),
            Self::Spark | Self::DataFusion => format!("{number} * CAST({rows} AS DECIMAL(19,0))"),
        }
    }

    /// A text such as `2026-10-05 08:00:00` as a clock without a zone; nothing if there is no such.
    pub(super) fn clock(self, expression: &str) -> String {
        match self {
            Self::DuckDb => format!("TRY_CAST({expression} AS TIMESTAMP)"),
            Self::Spark => format!("TRY_CAST({expression} AS TIMESTAMP_NTZ)"),
            Self::DataFusion => format!("TRY_CAST({expression} AS TIMESTAMP(0))"),
        }
    }

    /// A clock so many minutes earlier.
    pub(super) fn earlier(self, clock: &str, minutes: &str) -> String {
        match self {
            Self::DuckDb => format!("{clock} - to_minutes({minutes})"),
            Self::Spark => format!("{clock} - make_dt_interval(0, 0, {minutes})"),
            Self::DataFusion => {
                format!("to_timestamp_seconds(CAST({clock} AS BIGINT) - 60 * ({minutes}))")
            }
        }
    }

    /// The day that a clock in UTC shows in a zone, as a text.
    pub(super) fn day_in(self, utc: &str, zone: &Zone) -> String {
        let name = self.text(zone.name());
        let day = match (self, zone.name()) {
            (_, "UTC") => format!("CAST({utc} AS DATE)"),
            (Self::DuckDb, _) => {
                format!("CAST({utc} AT TIME ZONE 'UTC' AT TIME ZONE {name} AS DATE)")
            }
            (Self::Spark, _) => format!("CAST(convert_timezone('UTC', {name}, {utc}) AS DATE)"),
            // AT TIME ZONE would count in nanoseconds, which end in 2262.
            (Self::DataFusion, _) => format!(
                "CAST(to_local_time(arrow_cast(arrow_cast({utc}, 'Timestamp(Second, Some(\"UTC\"))'), \
                 'Timestamp(Second, Some(\"{}\"))')) AS DATE)",
                zone.name()
            ),
        };
        self.as_text(&day)
    }

    /// The day of a canonical time (a plain date, or an instant in UTC) in a zone, as a text.
    pub(super) fn day_of(self, time: &str, zone: &Zone) -> String {
        if zone.name() == "UTC" {
            return format!("substr({time}, 1, 10)");
        }
        let clock = self.clock(&format!("substr({time}, 1, 10) || ' ' || substr({time}, 12, 8)"));
        let there = self.day_in(&clock, zone);
        format!("CASE WHEN length({time}) = 10 THEN {time} ELSE {there} END")
    }
}
