//! The catalogue of what can be wrong with a book as a whole.

use crate::finding::{Code, Severity};

/// There is no contract.
pub static NO_CONTRACT: Code =
    Code { id: "B001", title: "the book has no contract", severity: Severity::Error };
/// Two contracts of one id.
pub static SAME_ID: Code =
    Code { id: "B002", title: "two contracts have the same id", severity: Severity::Error };
/// A contract that is not in the book.
pub static UNKNOWN_CONTRACT: Code =
    Code { id: "B003", title: "the book has no such contract", severity: Severity::Error };
/// A contract asks for what was not kept apart at import.
pub static LENS: Code = Code {
    id: "B004",
    title: "a contract asks for what earlier imports did not keep apart",
    severity: Severity::Error,
};
/// A period that cannot be closed now.
pub static OUT_OF_ORDER: Code =
    Code { id: "B005", title: "a period is out of its turn", severity: Severity::Error };
/// A period without a closed statement.
pub static NOT_CLOSED: Code =
    Code { id: "B006", title: "the period is not closed", severity: Severity::Error };
/// Facts that lie in closed periods.
pub static LATE: Code =
    Code { id: "B007", title: "facts lie in periods that are closed", severity: Severity::Warning };
/// A source file that is gone or has changed.
pub static SOURCE: Code =
    Code { id: "B008", title: "a source file is gone or has changed", severity: Severity::Warning };
/// A closed statement that cannot be computed again.
pub static REPLAY: Code = Code {
    id: "B009",
    title: "a closed statement does not come out the same again",
    severity: Severity::Error,
};
/// A directory that `init` would have to write over.
pub static NOT_EMPTY: Code =
    Code { id: "B010", title: "the directory is not empty", severity: Severity::Error };
/// A file whose name does not say which table it holds.
pub static FILE_NAME: Code = Code {
    id: "B011",
    title: "the name of a file does not say what it holds",
    severity: Severity::Error,
};
/// A month of a contract that settles by the quarter, or the other way round.
pub static OTHER_LENGTH: Code = Code {
    id: "B012",
    title: "the period is not as long as those of the contract",
    severity: Severity::Error,
};

/// A fact far away in time from all others.
pub static SILENCE: Code =
    Code { id: "B013", title: "a long silence between two facts", severity: Severity::Warning };

/// Ids that are still needed.
pub static NOT_FINAL: Code =
    Code { id: "B014", title: "no ids can be forgotten yet", severity: Severity::Note };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[
    &NO_CONTRACT,
    &SAME_ID,
    &UNKNOWN_CONTRACT,
    &LENS,
    &OUT_OF_ORDER,
    &NOT_CLOSED,
    &LATE,
    &SOURCE,
    &REPLAY,
    &NOT_EMPTY,
    &FILE_NAME,
    &OTHER_LENGTH,
    &SILENCE,
    &NOT_FINAL,
];
