//! Who holds what, and who pays whom.
//!
//! The law: the positions of a shared basis add up to net sales, which the seller holds; those of
//! a usage fee add up to nothing.

use std::collections::BTreeMap;

use super::settled::StepName;
use super::sheet::Sheet;
use crate::contract::{PartyId, Schedule, Settled, SharedTerms, UsageFeeTerms};
use crate::money::Minor;

/// Amounts by party in the contract's order.
pub(super) type ByParty = BTreeMap<PartyId, Minor>;

/// Positions of one segment on a shared basis; `shares` are with priority and catch-up.
pub(super) fn shared(
    sheet: &Sheet<'_>,
    schedule: &Schedule,
    terms: &SharedTerms,
    shares: &ByParty,
) -> ByParty {
    let total = |name| sheet.total(name);
    let seller = schedule.seller.expect("a checked shared basis has a seller");
    let bearer = schedule.bearer.unwrap_or(seller);
    let provider = schedule.provider.unwrap_or(bearer);
    let unshared =
        total(StepName::GrossProfit) - total(StepName::ShareBase) - total(StepName::Priority);
    let cost = total(StepName::Cost) + total(StepName::Uplift);
    let kept = unshared - total(StepName::Excess) + total(StepName::CarriedIn);
    let mut positions = shares.clone();
    for party in [seller, bearer, provider] {
        positions.entry(party).or_default();
    }
    let paid_to = match terms.cost.settled {
        Settled::Net => provider,
        Settled::Invoiced => bearer,
    };
    give(&mut positions, bearer, kept);
    give(&mut positions, paid_to, cost);
    let sum: Minor = positions.values().copied().sum();
    assert_eq!(sum, total(StepName::NetSales), "positions add up to net sales");
    positions
}

/// Positions of one segment on a usage fee.
pub(super) fn usage_fee(terms: &UsageFeeTerms, fee: Minor) -> ByParty {
    let mut positions = ByParty::new();
    give(&mut positions, terms.payer, -fee);
    give(&mut positions, terms.payee, fee);
    positions
}

pub(super) fn give(positions: &mut ByParty, party: PartyId, amount: Minor) {
    *positions.entry(party).or_default() += amount;
}

/// What the first party owes the second; the first comes first in the contract.
pub(super) type Debts = BTreeMap<(PartyId, PartyId), Minor>;

/// Notes that `from` owes `to` an amount; a negative one is owed the other way.
pub(super) fn owe(debts: &mut Debts, from: PartyId, to: PartyId, amount: Minor) {
    let (pair, amount) = if from < to { ((from, to), amount) } else { ((to, from), -amount) };
    *debts.entry(pair).or_default() += amount;
}

/// What each other party is owed by the holder of the cash.
pub(super) fn owed_by(debts: &mut Debts, holder: PartyId, positions: &ByParty) {
    for (&party, &position) in positions.iter().filter(|(party, _)| **party != holder) {
        owe(debts, holder, party, position);
    }
}
