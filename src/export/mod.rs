//! Statements and postings as text, JSON, CSV and ledger journals; numbers explained; findings shown.
//!
//! Every function here writes to a string, byte-stable: the same statement gives the same text on
//! any machine. Nothing is computed but layout; a number that is not in the statement is not shown.

pub mod codes;
pub mod csv;
pub mod explain;
pub mod findings;
pub mod import;
pub mod json;
pub mod ledger;
pub mod schema;
pub mod text;

mod table;
