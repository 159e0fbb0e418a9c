//! The catalogue of what can keep a period from being settled.

use crate::finding::{Code, Severity};

/// A fact in a currency that the contract cannot convert.
pub static CURRENCY: Code =
    Code { id: "S001", title: "a fact is in another currency", severity: Severity::Error };

/// A charge without an amount, and no price for its unit and product.
pub static UNPRICED: Code =
    Code { id: "S002", title: "a charge has neither amount nor price", severity: Severity::Error };

/// An amount beyond what a statement can hold.
pub static TOO_LARGE: Code =
    Code { id: "S003", title: "an amount is too large", severity: Severity::Error };

/// A fact in another currency on a day for which no rate is listed.
pub static NO_RATE: Code =
    Code { id: "S020", title: "a rate of exchange is missing", severity: Severity::Error };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[&CURRENCY, &UNPRICED, &TOO_LARGE, &NO_RATE];
