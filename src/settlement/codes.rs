//! The catalogue of what can keep a period from being settled.

use crate::finding::{Code, Severity};

/// A fact in a currency that the contract cannot convert.
pub static CURRENCY: Code =
    Code { id: "S001", title: "a fact is in another currency", severity: Severity::Error };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[&CURRENCY];
