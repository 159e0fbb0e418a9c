//! JSON documents: indented, keys in byte order, decimals as texts.

use std::borrow::Borrow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::statement::{Statement, VERSION, pretty};

/// What `run` prints: several statements in one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Run")]
pub struct Run<T> {
    /// The version of this document's shape: `1`.
    pub version: String,
    /// Statements by period, and within a period in the order of the contract files.
    pub statements: Vec<T>,
}

/// One statement.
pub fn statement(statement: &Statement) -> String {
    statement.to_json_pretty()
}

/// Several statements in one document.
pub fn run<S: Borrow<Statement>>(statements: &[S]) -> String {
    let statements = statements.iter().map(Borrow::borrow).collect();
    pretty(&Run::<&Statement> { version: VERSION.to_owned(), statements })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::example;

    #[test]
    fn a_run_reads_back() {
        let text = run(&[example::statement()]);
        let back: Run<Statement> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.statements, [example::statement()]);
        assert_eq!(run::<Statement>(&[]), "{\n  \"statements\": [],\n  \"version\": \"1\"\n}\n");
    }
}
