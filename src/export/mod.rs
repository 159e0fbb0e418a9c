//! Statements and postings as text, JSON, CSV and ledger journals.
//!
//! Every function here writes to a string, byte-stable: the same statement gives the same text on
//! any machine. Nothing is computed but layout; a number that is not in the statement is not shown.

pub mod text;

mod table;
