//! The contract-wide clauses in their order. The order is part of what a contract means.

use super::dues::Dues;
use super::{audit, credit, minimum_payment, on_account, payments, withholding};
use crate::finding::Finding;

/// The clauses that make up what the parties are entitled to, from share floors up to withholding
/// tax. Closed periods are restated through these.
pub(super) fn entitle(dues: &mut Dues<'_>) -> Result<(), Finding> {
    audit::settle(dues)?;
    withholding::withhold(dues)
}

/// The clauses that stand between what is owed and what is paid: late interest, minimum payments,
/// credits. A true-up passes only through netting and these.
pub(super) fn pay(dues: &mut Dues<'_>) -> Result<(), Finding> {
    payments::recognise(dues)?;
    on_account::settle(dues)?;
    minimum_payment::carry(dues);
    credit::apply(dues);
    payments::bill(dues)
}
