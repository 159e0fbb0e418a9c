//! `sql`: the query that makes a tally where the lines are.

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::args::{Arguments, Engine, Format, SqlArgs};
use super::console::{Console, Failure};
use crate::book::read_contracts;
use crate::fact::{Lens, Table};
use crate::warehouse::{Dialect, Query, added};

pub(super) fn sql(console: &Console, args: &SqlArgs) -> Result<(), Failure> {
    let query = query(args);
    let checked = added(query.table).map_err(|error| error.to_string());
    if let Err(why) = checked.and_then(|()| query.check().map_err(|error| error.to_string())) {
        Arguments::command().error(ErrorKind::ValueValidation, why).exit()
    }
    let contracts = read_contracts(&args.dir)?;
    let lens = Lens::of(&contracts);
    match console.format {
        Format::Text => console.answer(&query.script(&lens, &contracts)),
        Format::Json => {
            let statements = query.statements(&lens, &contracts);
            let dialect = query.dialect.name();
            let document = serde_json::json!({
                "version": "1", "dialect": dialect, "statements": statements,
            });
            console.answer(&format!("{document:#}"))
        }
    }
}

fn query(args: &SqlArgs) -> Query {
    let dialect = match args.dialect {
        Engine::Duckdb => Dialect::DuckDb,
        Engine::Spark => Dialect::Spark,
        Engine::Datafusion => Dialect::DataFusion,
    };
    let known = |table: &Table| table.as_str() == args.of;
    let table = Table::ALL.into_iter().find(known).unwrap_or(Table::Sales);
    Query {
        source: args.source.clone(),
        period: args.period,
        columns: args.columns.clone(),
        set: args.set.clone(),
        snapshot: args.snapshot.clone().unwrap_or_default(),
        out: args.out.clone(),
        ..Query::new(dialect, table, args.table.as_deref().unwrap_or(&args.of))
    }
}

/// `FIELD=EXPRESSION`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (field, expression) = text.split_once('=').ok_or("write FIELD=EXPRESSION")?;
    Ok((field.trim().to_owned(), expression.trim().to_owned()))
}
