//! Minimum payments: a smaller net payable is carried, and what is held is only ever set off.
//!
//! The law: carried before + owed now = paid now + carried on.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::cash::{amount, pair, said};
use super::dues::{Dues, Reason};
use crate::calendar::Period;
use crate::contract::{MinimumPayment, PartyId};
use crate::money::Minor;

/// Carries, or pays with what was carried before, pair by pair.
pub(super) fn carry(dues: &mut Dues<'_>) {
    let contract = dues.contract;
    if contract.cash.minimum_payments.is_empty() {
        return;
    }
    let grounds: Vec<Option<String>> = match contract.netting {
        true => vec![None],
        false => {
            let schedules = contract.schedules.iter().map(|schedule| Some(schedule.id.clone()));
            std::iter::once(None).chain(schedules).collect()
        }
    };
    for ground in grounds {
        for other in 0..contract.parties.len() {
            for one in 0..other {
                carry_one(dues, ground.as_deref(), PartyId(one), PartyId(other));
            }
        }
    }
}

fn carry_one(dues: &mut Dues<'_>, ground: Option<&str>, one: PartyId, other: PartyId) {
    let contract = dues.contract;
    let name = |from, to| match ground {
        Some(schedule) => format!("{schedule}/{}", pair(contract, from, to)),
        None => pair(contract, from, to),
    };
    let (forth, back) = (name(one, other), name(other, one));
    let kind = BalanceKind::CarriedPayable;
    let before = dues.balance(kind, &forth) - dues.balance(kind, &back);
    let nets = dues.nets();
    let owed: Minor = nets.iter().map(|net| net.between(ground, one, other)).sum();
    let total = before + owed;
    let (from, to) = if total < Minor::ZERO { (other, one) } else { (one, other) };
    let clauses = contract.cash.minimum_payments.iter();
    let clause = clauses.clone().find(|clause| clause.covers(from, to));
    let carried = clause.filter(|clause| carries(clause, dues.period, total));
    let carry = if carried.is_some() { total } else { Minor::ZERO };
    dues.set_balance(kind, &forth, carry.positive());
    dues.set_balance(kind, &back, carry.shortfall());
    let size = |minor: Minor| amount(contract, Minor(minor.0.abs()));
    let note = match carried.map(|clause| clause.amount) {
        Some(Some(least)) => format!("{} is below {}: carried", size(total), size(least)),
        Some(None) => format!("{} is not called, only set off later", size(total)),
        None => format!("{} carried before", size(before)),
    };
    let line = carried.or(clause).or_else(|| clauses.clone().next()).map_or(0, |found| found.line);
    let of = if before + carry < Minor::ZERO { back } else { forth };
    let said = said(contract, ClauseKind::MinimumPayment, of, ("minimum-payment", line), note);
    let reason = Reason { schedule: ground.map(str::to_owned), ..said };
    dues.adjust(one, other, total - carry - owed, reason);
}

/// Is an amount carried under a clause?
fn carries(clause: &MinimumPayment, period: Period, total: Minor) -> bool {
    let over = clause.until.is_some_and(|day| day <= period.last_day())
        || clause.window.is_some_and(|window| window.ends_with(period));
    !over && !total.is_zero() && clause.amount.is_none_or(|least| total.0.abs() < least.0)
}
