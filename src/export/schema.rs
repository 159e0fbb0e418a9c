//! JSON Schemas of the documents, made from the types that write them.

use schemars::schema_for;

use super::json::Run;
use crate::statement::{Statement, pretty};
use crate::stress::Report;

/// The schema of a statement.
///
/// ```
/// let schema = revshare::export::schema::statement();
/// assert!(schema.contains("\"payables\""));
/// ```
pub fn statement() -> String {
    pretty(&schema_for!(Statement))
}

/// The schema of a run: several statements.
pub fn run() -> String {
    pretty(&schema_for!(Run<Statement>))
}

/// The schema of what an import did.
pub fn import() -> String {
    pretty(&schema_for!(super::import::Report))
}

/// The schema of a list of findings.
pub fn findings() -> String {
    pretty(&schema_for!(Vec<super::findings::Shown>))
}

/// The schema of a report of `stress`.
pub fn stress() -> String {
    pretty(&schema_for!(Report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_required_and_amounts_are_texts() {
        let schema: serde_json::Value = serde_json::from_str(&statement()).unwrap();
        let required = schema["required"].as_array().unwrap();
        for key in ["schedules", "positions", "payables", "balances", "exceptions", "controls"] {
            assert!(required.iter().any(|name| name == key), "{key}");
        }
        let amount = &schema["$defs"]["Amount"];
        assert_eq!(amount["type"], "string", "{amount}");
        assert!(amount["pattern"].as_str().is_some_and(|p| p.starts_with('^')), "{amount}");
        assert!(!statement().contains("\"format\": \"double\""));
        assert!(run().contains("\"title\": \"Run\""));
    }
}
