//! The contract-wide clauses in their order. The order is part of what a contract means.

use super::dues::Dues;
use crate::finding::Finding;

/// The clauses that make up what the parties are entitled to, from share floors up to withholding
/// tax. Closed periods are restated through these.
pub(super) fn entitle(_dues: &mut Dues<'_>) -> Result<(), Finding> {
    Ok(())
}

/// The clauses that stand between what is owed and what is paid: late interest, minimum payments,
/// credits. A true-up passes only through netting and these.
pub(super) fn pay(_dues: &mut Dues<'_>) -> Result<(), Finding> {
    Ok(())
}
