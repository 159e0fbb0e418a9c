//! The catalogue of what can be wrong with a contract.

use crate::finding::{Code, Severity};

/// The text is not TOML.
pub static SYNTAX: Code =
    Code { id: "C001", title: "the file is not TOML", severity: Severity::Error };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[&SYNTAX];
