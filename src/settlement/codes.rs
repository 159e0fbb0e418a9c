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

/// A party of closed periods that the contract does not name any more.
pub static PARTY_GONE: Code = Code {
    id: "S010",
    title: "a party of closed periods is no party any more",
    severity: Severity::Error,
};

/// An amendment changed the currency.
pub static OTHER_CURRENCY: Code = Code {
    id: "S011",
    title: "closed periods were settled in another currency",
    severity: Severity::Error,
};

/// An amendment changed how long periods are.
pub static OTHER_PERIODS: Code =
    Code { id: "S012", title: "closed periods have another length", severity: Severity::Error };

/// A fact in another currency on a day for which no rate is listed.
pub static NO_RATE: Code =
    Code { id: "S020", title: "a rate of exchange is missing", severity: Severity::Error };

/// Every code of this part, in order.
pub static ALL: &[&Code] =
    &[&CURRENCY, &UNPRICED, &TOO_LARGE, &PARTY_GONE, &OTHER_CURRENCY, &OTHER_PERIODS, &NO_RATE];
