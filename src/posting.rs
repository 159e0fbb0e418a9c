//! Double entry: what a statement means for the books of each party.
//!
//! Every entry moves one amount from one account to another of the same book, so a book balances
//! per schedule by construction. The laws: what the seller's book owes a party is what that
//! party's book claims from the seller, and it is the position that the settlement gives it.
//! The chart of accounts is in `docs/postings.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::contract::{
    Basis, Contract, Losses, PartyId, Schedule, Settled, SharedTerms, UsageFeeTerms,
};
use crate::money::Minor;
use crate::settlement::{Adjustment, ScheduleResult, SegmentResult, Settlement, StepName};

/// Holds what the customers were billed, until it is passed on.
const CLEARING: &str = "clearing:sales";

/// A line of a journal. One of debit and credit is nothing, the other positive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Whose book: a party's id.
    pub book: String,
    /// The period's last day.
    pub date: Day,
    /// The account: `payable:vendor`.
    pub account: String,
    /// Moved to the account.
    pub debit: Minor,
    /// Moved from the account.
    pub credit: Minor,
    /// The schedule that it comes from; empty for a clause over several.
    pub schedule: String,
    /// What for, for a reader: `harbour-models 2026-10 marketplace`.
    pub memo: String,
}

/// The balanced entries that a settlement implies, for every party's book: books in the contract's
/// order, schedules in the contract's order, accounts in byte order, then the clauses over the whole
/// contract.
///
/// # Panics
/// If the settlement was not made from this contract.
pub fn postings(settlement: &Settlement, contract: &Contract) -> Vec<Posting> {
    let mut postings = Vec::new();
    for party in 0..contract.parties.len() {
        for result in &settlement.schedules {
            let mut book = Book { contract, accounts: BTreeMap::new() };
            book.enter(PartyId(party), result);
            postings.extend(book.into_postings(PartyId(party), result, settlement));
        }
        let name = contract.party_name(PartyId(party));
        let each = settlement.adjustments.iter();
        postings.extend(each.flat_map(|adjustment| adjusted(name, adjustment, settlement)));
    }
    postings
}

/// What a contract-wide clause moves in the book of one of its two parties.
fn adjusted(book: &str, adjustment: &Adjustment, settlement: &Settlement) -> Vec<Posting> {
    let Adjustment { clause, name, from, to, amount, schedule, period, .. } = adjustment;
    let clause = format!("clause:{}", clause.as_str());
    let [debit, credit] = match book {
        _ if book == from => [clause, format!("payable:{to}")],
        _ if book == to => [format!("receivable:{from}"), clause],
        _ => return Vec::new(),
    };
    let of = period.map(|period| format!(" of {period}")).unwrap_or_default();
    let posting = |account, debit, credit| Posting {
        book: book.to_owned(),
        date: settlement.period.last_day(),
        account,
        debit,
        credit,
        schedule: schedule.clone().unwrap_or_default(),
        memo: format!("{} {} {name}{of}", settlement.contract, settlement.period),
    };
    vec![posting(debit, *amount, Minor::ZERO), posting(credit, Minor::ZERO, *amount)]
}

/// What a party's position on a shared basis is made of; the amounts add up to the position.
pub(crate) fn components(
    segment: &SegmentResult,
    schedule: &Schedule,
    terms: &SharedTerms,
    (party, id): (PartyId, &str),
    position: Minor,
) -> Vec<(&'static str, Minor)> {
    let seller = schedule.seller.expect("a checked shared basis has a seller");
    let bearer = schedule.bearer.unwrap_or(seller);
    let provider = schedule.provider.unwrap_or(bearer);
    let of = |name| segment.amount(name);
    let cost = of(StepName::Cost) + of(StepName::Uplift);
    let mut parts = Vec::new();
    if party == bearer {
        parts.push((loss_account(terms), -of(StepName::LossCarry)));
        parts.push((EXCESS, of(StepName::CarriedIn) - of(StepName::Excess)));
    }
    match terms.cost.settled {
        Settled::Net if party == provider => parts.push(("recovery:infrastructure-cost", cost)),
        Settled::Invoiced if party == bearer => parts.push(("recovery:invoiced-cost", cost)),
        Settled::Net | Settled::Invoiced => {}
    }
    let given = |list: &[(String, Minor)]| -> Minor {
        list.iter().filter(|(name, _)| name == id).map(|(_, amount)| *amount).sum()
    };
    parts.push((PRIORITY, given(&segment.priority)));
    parts.push((CATCH_UP, given(&segment.catch_up)));
    let known: Minor = parts.iter().map(|(_, amount)| *amount).sum();
    parts.insert(0, (SHARE, position - known));
    parts.retain(|(_, amount)| !amount.is_zero());
    parts
}

pub(crate) const SHARE: &str = "income:revenue-share";
pub(crate) const PRIORITY: &str = "income:priority";
/// What a retroactive tier changes of shares that were settled before.
pub(crate) const CATCH_UP: &str = "income:tier-catch-up";
const EXCESS: &str = "cost:unrecovered-excess";

/// A loss that is carried is eaten by later profits; one that is absorbed is not.
fn loss_account(terms: &SharedTerms) -> &'static str {
    match &terms.losses {
        Losses::CarryForward(_) => "loss:carried",
        Losses::Absorb | Losses::Share => "loss:borne",
    }
}

/// The schedule of the contract that a result was made from.
pub(crate) fn schedule<'a>(contract: &'a Contract, result: &ScheduleResult) -> &'a Schedule {
    let mut schedules = contract.schedules.iter();
    schedules.find(|schedule| schedule.id == result.id).expect("settled from this contract")
}

/// The terms that a segment was settled by.
pub(crate) fn basis<'a>(schedule: &'a Schedule, segment: &SegmentResult) -> &'a Basis {
    &schedule.terms_on(segment.effective).expect("settled from this contract").basis
}

/// A party's position in a segment.
pub(crate) fn position(segment: &SegmentResult, party: &str) -> Minor {
    let mut positions = segment.positions.iter().filter(|(name, _)| name == party);
    positions.next().map_or(Minor::ZERO, |(_, amount)| *amount)
}

/// One party's book for one schedule: debits positive, credits negative, in all nothing.
struct Book<'a> {
    contract: &'a Contract,
    accounts: BTreeMap<String, Minor>,
}

impl Book<'_> {
    /// Moves an amount: `debit` receives it, `credit` gives it.
    fn transfer(&mut self, debit: &str, credit: &str, amount: Minor) {
        *self.accounts.entry(debit.to_owned()).or_default() += amount;
        *self.accounts.entry(credit.to_owned()).or_default() -= amount;
    }

    fn enter(&mut self, party: PartyId, result: &ScheduleResult) {
        let schedule = schedule(self.contract, result);
        for segment in &result.segments {
            match basis(schedule, segment) {
                Basis::Shared(terms) => self.enter_shared(party, schedule, terms, segment),
                Basis::UsageFee(terms) => self.enter_fee(party, terms, segment),
                Basis::Excluded => {}
            }
        }
    }

    /// The seller passes on what it cleared; everybody else claims a position from the seller.
    fn enter_shared(
        &mut self,
        party: PartyId,
        schedule: &Schedule,
        terms: &SharedTerms,
        segment: &SegmentResult,
    ) {
        let seller = schedule.seller.expect("a checked shared basis has a seller");
        let name = |party| self.contract.party_name(party).to_owned();
        let held = if party == seller {
            CLEARING.to_owned()
        } else {
            format!("receivable:{}", name(seller))
        };
        let own = name(party);
        let position = position(segment, &own);
        for (account, amount) in components(segment, schedule, terms, (party, &own), position) {
            self.transfer(&held, account, amount);
        }
        if party != seller {
            return;
        }
        for (other, amount) in segment.positions.iter().filter(|(other, _)| *other != name(party)) {
            self.transfer(CLEARING, &format!("payable:{other}"), *amount);
        }
        let held: Minor = segment.positions.iter().map(|(_, amount)| *amount).sum();
        assert_eq!(held, segment.amount(StepName::NetSales), "all that is cleared is passed on");
    }

    fn enter_fee(&mut self, party: PartyId, terms: &UsageFeeTerms, segment: &SegmentResult) {
        let fee = segment.amount(StepName::UsageFee);
        let name = |party| self.contract.party_name(party).to_owned();
        if party == terms.payer {
            self.transfer("expense:usage-fee", &format!("payable:{}", name(terms.payee)), fee);
        }
        if party == terms.payee {
            let claim = format!("receivable:{}", name(terms.payer));
            self.transfer(&claim, "income:usage-fee", fee);
        }
    }

    fn into_postings(
        self,
        party: PartyId,
        result: &ScheduleResult,
        settlement: &Settlement,
    ) -> Vec<Posting> {
        let sum: Minor = self.accounts.values().copied().sum();
        assert_eq!(sum, Minor::ZERO, "every entry has two sides");
        let memo = format!("{} {} {}", settlement.contract, settlement.period, result.id);
        let posting = |(account, amount): (String, Minor)| Posting {
            book: self.contract.party_name(party).to_owned(),
            date: settlement.period.last_day(),
            account,
            debit: amount.positive(),
            credit: amount.shortfall(),
            schedule: result.id.clone(),
            memo: memo.clone(),
        };
        self.accounts.into_iter().filter(|(_, amount)| !amount.is_zero()).map(posting).collect()
    }
}

#[cfg(test)]
mod tests;
