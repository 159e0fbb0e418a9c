//! A stretch of months settled as `revshare run` would settle it: from the first period that has a
//! fact, each opening where the one before closed.

use std::collections::BTreeMap;

use super::{Plan, start};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Entry, Evidence, evidence_of};
use crate::money::Minor;
use crate::settlement::{Balances, ClauseKind, Settlement, first_period, settle};

/// How it went.
pub(super) enum Chain {
    Settled(Vec<Settlement>),
    /// What kept a month from being settled.
    Refused(String),
}

impl Chain {
    /// The settlements; none if a month could not be settled.
    pub(super) fn settled(self) -> Option<Vec<Settlement>> {
        match self {
            Self::Settled(settlements) => Some(settlements),
            Self::Refused(_) => None,
        }
    }
}

/// The periods of the plan, in order.
pub(super) fn periods(contract: &Contract, plan: &Plan) -> Vec<Period> {
    let months = usize::try_from(plan.months).unwrap_or(usize::MAX);
    std::iter::successors(Some(start(contract)), |period| Some(period.next()))
        .take(months)
        .collect()
}

/// What is known once all has arrived.
pub(super) fn known(contract: &Contract, entries: &[Entry]) -> Evidence {
    evidence_of(contract, entries.iter().cloned()).0
}

/// Settles all months of the plan, none before the first that has a fact.
pub(super) fn chain(contract: &Contract, entries: &[Entry], plan: &Plan) -> Chain {
    let evidence = known(contract, entries);
    let Some(first) = first_period(contract, &evidence) else { return Chain::Settled(Vec::new()) };
    let last = periods(contract, plan).last().copied().unwrap_or(first);
    let (mut settlements, mut balances, mut period) = (Vec::new(), Balances::default(), first);
    while period <= last {
        match settle(contract, period, &evidence, &balances) {
            Ok(settlement) => {
                balances = settlement.closing();
                settlements.push(settlement);
            }
            Err(findings) => {
                let first = findings.first().map(|finding| finding.message.clone());
                return Chain::Refused(first.unwrap_or_default());
            }
        }
        period = period.next();
    }
    Chain::Settled(settlements)
}

/// What a party has in the end over all months: its positions, and what clauses gave or took. What
/// only comes at another time counts as if it had been paid at once.
pub(super) fn earned(run: &[Settlement], party: &str) -> Minor {
    let of = |settlement: &Settlement| -> Minor {
        let own = settlement.positions.iter().filter(|(name, _)| name == party);
        let moved = settlement.adjustments.iter().filter(|each| !only_waits(each.clause));
        let moved = moved.map(|each| match party {
            name if name == each.to => each.amount,
            name if name == each.from => -each.amount,
            _ => Minor::ZERO,
        });
        own.map(|(_, amount)| *amount).chain(moved).sum()
    };
    run.iter().map(of).sum()
}

/// Does a clause of this kind only change when something is paid?
fn only_waits(kind: ClauseKind) -> bool {
    match kind {
        ClauseKind::Reserve
        | ClauseKind::ReserveRelease
        | ClauseKind::OnAccount
        | ClauseKind::MinimumPayment
        | ClauseKind::OverpaymentCredit => true,
        ClauseKind::ShareFloor
        | ClauseKind::MostFavoured
        | ClauseKind::Guarantee
        | ClauseKind::Advance
        | ClauseKind::AdvanceRepaid
        | ClauseKind::Cap
        | ClauseKind::TrueUp
        | ClauseKind::Audit
        | ClauseKind::GrossUp
        | ClauseKind::WithholdingTax
        | ClauseKind::LateInterest => false,
    }
}

/// What every pair of parties pays each other in all, with a sign.
pub(super) fn paid(run: &[Settlement]) -> BTreeMap<(String, String), Minor> {
    let mut paid = BTreeMap::new();
    for payable in run.iter().flat_map(|settlement| &settlement.payables) {
        let (from, to) = (payable.from.clone(), payable.to.clone());
        let (pair, amount) =
            if from < to { ((from, to), payable.amount) } else { ((to, from), -payable.amount) };
        *paid.entry(pair).or_insert(Minor::ZERO) += amount;
    }
    paid
}
