//! The catalogue of what can be wrong with a question about a statement.

use crate::finding::{Code, Severity};

/// A line that the statement does not have.
pub static NO_SUCH_LINE: Code =
    Code { id: "S090", title: "the statement has no such line", severity: Severity::Error };

/// Every code of this part, in order.
pub static ALL: &[&Code] = &[&NO_SUCH_LINE];
