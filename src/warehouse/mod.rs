//! Where usage outgrows a machine: the tally as SQL, for an engine that holds the lines.
//!
//! The statements read every row as `intake` reads our own columns, find duplicates and
//! contradictions as `fact::Gather` does, place what refers to other facts, and add up what is left.
//! Numbers stay decimals: whole units and units of 10⁻²⁸ are added as integers, as `money::Exact`
//! does, so that no scale has to be chosen and nothing is rounded.
//!
//! The law: what comes out is what an import of the same rows would have gathered. Where SQL cannot
//! be sure of it (a leap second, a chain of more than four references), the row is counted as
//! `beyond`, and an import of the result refuses it.
//!
//! ```
//! use revshare::warehouse::{Dialect, Query};
//! use revshare::fact::{Lens, Table};
//! let lens = Lens { zones: vec!["UTC".parse().unwrap()], ..Lens::default() };
//! let query = Query::new(Dialect::DuckDb, Table::Sales, "lines");
//! let script = query.script(&lens, &[]);
//! assert!(script.contains("FROM lines"));
//! assert!(!script.contains("DOUBLE)"), "no float is ever added");
//! ```

mod dialect;
mod lines;
mod price;
mod refs;
mod result;
mod standing;
mod word;

pub use dialect::Dialect;

use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Lens, Table};

/// What to ask a warehouse for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Whose SQL.
    pub dialect: Dialect,
    /// What the rows are: sales, costs or usage.
    pub table: Table,
    /// The table or view, or any other thing that can stand after FROM.
    pub from: String,
    /// The feed; ids are unique within it.
    pub source: String,
    /// Only facts that happened in it by their day in UTC; what they refer to may lie outside.
    pub period: Option<Period>,
    /// The columns that the table has; all of the table's fields if none is named.
    pub columns: Vec<String>,
    /// Fields that come from an expression instead of the column of their name.
    pub set: Vec<(String, String)>,
    /// Which state of the table: any text, kept with the result.
    pub snapshot: String,
    /// Where the engine writes the result; without it the last statement just selects.
    pub out: Option<String>,
}

/// A field that this table does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a field of {table}; the fields are {known}", table = .table.as_str(), known = fields(*.table).join(", "))]
pub struct NotAField {
    /// What was named.
    pub name: String,
    /// The table.
    pub table: Table,
}

/// A table of which no tally is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no tally is made of {}: import its file; it is small", .0.as_str())]
pub struct NotAdded(pub Table);

/// One statement: a step that later ones look at.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Why it is there.
    pub(crate) about: &'static str,
    pub(crate) query: String,
    /// Is it looked at more than once, and so kept?
    pub(crate) kept: bool,
}

impl Query {
    /// A query for all of a table in our own columns.
    pub fn new(dialect: Dialect, table: Table, from: &str) -> Self {
        Self {
            dialect,
            table,
            from: from.to_owned(),
            source: "own".to_owned(),
            period: None,
            columns: Vec::new(),
            set: Vec::new(),
            snapshot: String::new(),
            out: None,
        }
    }

    /// Are the named fields those of the table?
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), NotAField> {
        let named = self.columns.iter().chain(self.set.iter().map(|(name, _)| name));
        let mut strange = named.filter(|name| !fields(self.table).contains(&name.as_str()));
        match strange.next() {
            None => Ok(()),
            Some(name) => Err(NotAField { name: name.clone(), table: self.table }),
        }
    }

    /// The statements in order, each without a semicolon. The last gives the tally.
    pub fn statements(&self, lens: &Lens, contracts: &[Contract]) -> Vec<String> {
        self.numbered(lens, contracts).into_iter().map(|(_, statement)| statement).collect()
    }

    /// The statements as one script, with a line of comment before each.
    pub fn script(&self, lens: &Lens, contracts: &[Contract]) -> String {
        let mut text = format!(
            "-- A tally of {} for revshare, in the SQL of {}.\n",
            self.table.as_str(),
            self.dialect.name()
        );
        for (about, statement) in self.numbered(lens, contracts) {
            text += &format!("\n-- {about}\n{statement};\n");
        }
        text
    }

    fn numbered(&self, lens: &Lens, contracts: &[Contract]) -> Vec<(String, String)> {
        let steps = self.steps(contracts);
        let mut all: Vec<(String, String)> = Vec::new();
        for setting in self.dialect.settings() {
            all.push(("no silent overflow, one clock".to_owned(), (*setting).to_owned()));
        }
        for step in &steps {
            for statement in self.dialect.keep(step) {
                all.push((step.about.to_owned(), statement));
            }
        }
        let digest = self.digest(&all, lens);
        let last = result::query(self, lens, &digest);
        all.push(("the tally".to_owned(), self.dialect.deliver(&last, self.out.as_deref())));
        all
    }

    fn steps(&self, contracts: &[Contract]) -> Vec<Step> {
        let mut steps = lines::steps(self, contracts);
        steps.extend(standing::steps(self));
        steps.extend(refs::steps(self));
        steps
    }

    /// BLAKE3 of the statements, without where they write to.
    fn digest(&self, before: &[(String, String)], lens: &Lens) -> String {
        let mut hasher = blake3::Hasher::new();
        for (_, statement) in before {
            hasher.update(statement.as_bytes()).update(b";\n");
        }
        hasher.update(result::query(self, lens, "").as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    fn has(&self, field: &str) -> bool {
        let listed = self.columns.is_empty() || self.columns.iter().any(|name| name == field);
        let set = self.set.iter().any(|(name, _)| name == field);
        fields(self.table).contains(&field) && (listed || set)
    }
}

/// The fields of a table's rows.
pub fn fields(table: Table) -> &'static [&'static str] {
    match table {
        Table::Sales => &[
            "id", "time", "kind", "product", "channel", "region", "customer", "deal", "category",
            "unit", "quantity", "amount", "currency", "ref",
        ],
        Table::Costs => &[
            "id", "time", "product", "channel", "region", "customer", "category", "resource",
            "unit", "quantity", "amount", "currency",
        ],
        Table::Usage => {
            &["id", "time", "product", "channel", "region", "customer", "unit", "quantity"]
        }
        Table::Fx | Table::Payments | Table::Grants | Table::Audits => &[],
    }
}

/// Is a tally made of this table?
///
/// # Errors
/// [`NotAdded`] for rates and payments, which are kept one by one.
pub fn added(table: Table) -> Result<(), NotAdded> {
    match table {
        Table::Sales | Table::Costs | Table::Usage => Ok(()),
        Table::Fx | Table::Payments | Table::Grants | Table::Audits => Err(NotAdded(table)),
    }
}
