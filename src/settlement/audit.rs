//! Audit adjustments: what an audit found, settled in the period in which it was agreed.
//!
//! The finding is a fact from outside, written into the contract. A shortfall is owed with its
//! interest and accord; above the threshold the payer bears the cost of the audit. Where too much
//! had been paid, it goes back, with interest, and nothing else.

use super::adjustment::ClauseKind;
use super::cash::{amount, rounded, said};
use super::dues::{Dues, Reason};
use crate::contract::Audit;
use crate::finding::Finding;
use crate::money::Minor;

/// Settles every finding that was agreed in this period.
pub(super) fn settle(dues: &mut Dues<'_>) -> Result<(), Finding> {
    let contract = dues.contract;
    for audit in &contract.cash.audits {
        if dues.period.contains(audit.effective) {
            settle_one(dues, audit)?;
        }
    }
    Ok(())
}

fn settle_one(dues: &mut Dues<'_>, audit: &Audit) -> Result<(), Finding> {
    let contract = dues.contract;
    let shown = |minor: Minor| amount(contract, minor);
    let shortfall = audit.due - audit.paid;
    let note = format!("{} due, {} paid", shown(audit.due), shown(audit.paid));
    owe(dues, audit, "shortfall", shortfall, note);
    if let Some((since, rate)) = &audit.interest {
        let exact = rate.on(&shortfall.to_ratio(contract.currency), *since, audit.effective);
        let note = format!(
            "{} on {} from {since} to {}, {}",
            rate.base.clone() + rate.margin.clone(),
            shown(shortfall),
            audit.effective,
            rate.day_count.as_str()
        );
        owe(dues, audit, "interest", rounded(contract, &exact)?, note);
    }
    if let Some(accord) = audit.accord.as_ref().filter(|_| shortfall > Minor::ZERO) {
        let extra = rounded(contract, &(accord * &shortfall.to_ratio(contract.currency)))?;
        owe(dues, audit, "accord", extra, format!("{accord} of {}", shown(shortfall)));
    }
    if let Some(threshold) = &audit.threshold {
        let limit = threshold * &audit.due.to_ratio(contract.currency);
        if shortfall.to_ratio(contract.currency) > limit {
            let note = format!("{} is above {threshold} of {}", shown(shortfall), shown(audit.due));
            owe(dues, audit, "cost", audit.cost, note);
        }
    }
    Ok(())
}

fn owe(dues: &mut Dues<'_>, audit: &Audit, part: &str, amount: Minor, note: String) {
    let name = format!("{}: {part}", audit.name);
    let said = said(dues.contract, ClauseKind::Audit, name, ("audit", audit.line), note);
    dues.adjust(audit.from, audit.to, amount, Reason { period: Some(audit.period), ..said });
}
