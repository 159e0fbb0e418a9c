//! Payments on account: paid before it is known what is owed, set against it at a window's end.
//!
//! Within the window nothing is called: what is owed is put to the balance `on-account`, and what
//! was paid is taken off it. At the window's end the balance is paid, or paid back. The law: what
//! was owed in the window is what was paid on account and what is paid at its end.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::cash::{pair, said};
use super::dues::{Dues, Reason};
use super::payments::{received, sum};
use crate::calendar::{Day, Period};
use crate::contract::{Contract, OnAccount, PartyId};
use crate::finding::Finding;
use crate::money::Minor;

/// Is a payment one on account? It names a statement of the window, and comes before its end.
pub(super) fn is_on_account(
    contract: &Contract,
    direction: (PartyId, PartyId),
    statement: Period,
    day: Day,
) -> bool {
    let mut clauses = contract.cash.on_account.iter();
    let clause = clauses.find(|clause| (clause.from, clause.to) == direction);
    clause.is_some_and(|clause| day <= clause.last(statement).last_day())
}

/// Puts what is owed to the balance, takes off what was paid, and settles it at the window's end.
pub(super) fn settle(dues: &mut Dues<'_>) -> Result<(), Finding> {
    let contract = dues.contract;
    contract.cash.on_account.iter().try_for_each(|clause| settle_one(dues, clause))
}

fn settle_one(dues: &mut Dues<'_>, clause: &OnAccount) -> Result<(), Finding> {
    let (contract, period) = (dues.contract, dues.period);
    let (from, to) = (clause.from, clause.to);
    let of = pair(contract, from, to);
    let paid = paid_by_now(dues, clause)?;
    let fresh = paid - dues.balance(BalanceKind::PaidOnAccount, &of);
    dues.set_balance(BalanceKind::PaidOnAccount, &of, paid);
    dues.keep_balance(BalanceKind::OnAccount, &of);
    let before = dues.balance(BalanceKind::OnAccount, &of);
    let last = clause.last(period);
    let say = |note, schedule| {
        let kind = ClauseKind::OnAccount;
        let said = said(contract, kind, of.clone(), ("on-account", clause.line), note);
        Reason { schedule, ..said }
    };
    if period == last {
        let owed: Minor = before - fresh;
        let note = format!("{} owed before, {} paid since", dues.show(before), dues.show(fresh));
        dues.adjust(from, to, owed, say(note, None));
        dues.set_balance(BalanceKind::OnAccount, &of, Minor::ZERO);
        return Ok(());
    }
    let mut held = Minor::ZERO;
    for net in dues.nets() {
        let owed = match (net.from, net.to) {
            forth if forth == (from, to) => net.amount,
            back if back == (to, from) => -net.amount,
            _ => continue,
        };
        held += owed;
        let note = format!("kept for the comparison at the end of {last}");
        dues.adjust(to, from, owed, say(note, net.schedule));
    }
    dues.set_balance(BalanceKind::OnAccount, &of, before + held - fresh);
    Ok(())
}

/// All that was ever paid on account on statements up to this one.
fn paid_by_now(dues: &Dues<'_>, clause: &OnAccount) -> Result<Minor, Finding> {
    let (contract, period) = (dues.contract, dues.period);
    let direction = (clause.from, clause.to);
    let mut paid = Minor::ZERO;
    for (statement, mut list) in received(contract, dues.evidence, direction, period.last_day()) {
        list.retain(|(day, _)| is_on_account(contract, direction, statement, *day));
        if statement <= period {
            paid += sum(contract, &list)?;
        }
    }
    Ok(paid)
}
