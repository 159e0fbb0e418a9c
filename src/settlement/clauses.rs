//! The contract-wide clauses in their order. The order is part of what a contract means.

use super::dues::Dues;
use super::{
    advance, audit, cap, credit, favoured, floor, guarantee, minimum_payment, on_account, payments,
    reserve, withholding,
};
use crate::finding::Finding;

/// The clauses that make up what the parties are entitled to, from share floors up to withholding
/// tax. Closed periods are restated through these.
pub(super) fn entitle(dues: &mut Dues<'_>) -> Result<(), Finding> {
    let contract = dues.contract;
    contract.floors.iter().try_for_each(|clause| floor::apply(dues, clause))?;
    contract.most_favoured.iter().try_for_each(|clause| favoured::apply(dues, clause))?;
    contract.guarantees.iter().try_for_each(|clause| guarantee::apply(dues, clause))?;
    contract.advances.iter().try_for_each(|clause| advance::apply(dues, clause))?;
    contract.reserves.iter().try_for_each(|clause| reserve::apply(dues, clause))?;
    contract.caps.iter().try_for_each(|clause| cap::apply(dues, clause))?;
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
