//! The catalogue of what can be wrong with a store.

use crate::finding::{Code, Severity};

/// The last record was being written when the machine stopped; it was never acknowledged.
pub static TORN_TAIL: Code =
    Code { id: "T001", title: "an interrupted write ends the journal", severity: Severity::Note };

/// The index was missing, damaged, or not that of this journal.
pub static INDEX_REBUILT: Code =
    Code { id: "T002", title: "the index was made anew", severity: Severity::Note };

/// A file that an interrupted import left behind.
pub static LEFTOVER: Code =
    Code { id: "T003", title: "an interrupted import left a file", severity: Severity::Note };

/// The index cannot be used or made; everything works without it, more slowly.
pub static NO_INDEX: Code =
    Code { id: "T004", title: "the store works without its index", severity: Severity::Warning };

/// A record's bytes are not those that were written.
pub static DAMAGED_RECORD: Code =
    Code { id: "T005", title: "a record of the journal is damaged", severity: Severity::Error };

/// A record is whole, but does not continue the one before.
pub static BROKEN_CHAIN: Code =
    Code { id: "T006", title: "the journal's chain is broken", severity: Severity::Error };

/// A file of ids is missing, or its bytes are not those that were written.
pub static DAMAGED_IDS: Code =
    Code { id: "T007", title: "a file of ids is damaged", severity: Severity::Error };

/// A closing's digest is not that of its statement.
pub static STATEMENT_DIGEST: Code = Code {
    id: "T008",
    title: "a closed statement does not have its digest",
    severity: Severity::Error,
};

/// A closing does not continue the closing before it.
pub static CLOSING_CHAIN: Code =
    Code { id: "T009", title: "a closing does not continue the last", severity: Severity::Error };

/// Acknowledged records are gone from the end of the journal.
pub static SHORTENED: Code =
    Code { id: "T010", title: "the journal was shortened", severity: Severity::Error };

/// The index says something else than the journal.
pub static INDEX_DISAGREES: Code = Code {
    id: "T011",
    title: "the index does not agree with the journal",
    severity: Severity::Warning,
};

/// Ids that were forgotten still lie there.
pub static FORGOTTEN: Code =
    Code { id: "T012", title: "a file of forgotten ids is still there", severity: Severity::Note };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[
    &TORN_TAIL,
    &INDEX_REBUILT,
    &LEFTOVER,
    &NO_INDEX,
    &DAMAGED_RECORD,
    &BROKEN_CHAIN,
    &DAMAGED_IDS,
    &STATEMENT_DIGEST,
    &CLOSING_CHAIN,
    &SHORTENED,
    &INDEX_DISAGREES,
    &FORGOTTEN,
];
