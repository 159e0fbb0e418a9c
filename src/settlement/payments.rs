//! Payment facts set against the statements that they name.
//!
//! A statement's payable is `owed` until it is paid; what came of it so far is `part-paid`. What
//! exceeds it becomes a `credit`. Everything is computed from all payments known, not from those
//! that are new, so that a payment that arrives late counts once and none is lost. The laws:
//! billed = owed + part-paid while a statement is open; and what was ever paid is what was
//! billed and is no longer owed, and the credits.

use std::collections::BTreeMap;

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::cash::{amount, directions, pair, rounded, said};
use super::dues::{Dues, Reason};
use super::late_interest::accrued;
use super::on_account::is_on_account;
use crate::calendar::{Day, Period};
use crate::contract::{Contract, PartyId};
use crate::fact::Evidence;
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// Payments by day, in major units.
pub(super) type Received = Vec<(Day, Ratio)>;

/// What one party paid another, by the statement that it was paid on, up to a day. A payment of
/// another currency, or on a period of another length, is none of this contract.
pub(super) fn received(
    contract: &Contract,
    evidence: &Evidence,
    (from, to): (PartyId, PartyId),
    through: Day,
) -> BTreeMap<Period, Received> {
    let (payer, payee) = (contract.party_name(from), contract.party_name(to));
    let mut received: BTreeMap<Period, Received> = BTreeMap::new();
    for payment in &evidence.payments {
        let day = payment.time.day_in(&contract.zone);
        let ours = payment.currency == contract.currency
            && payment.period.length() == contract.period
            && (payment.from.as_str(), payment.to.as_str()) == (payer, payee);
        if ours && day <= through {
            received.entry(payment.period).or_default().push((day, payment.amount.to_ratio()));
        }
    }
    received.values_mut().for_each(|list| list.sort());
    received
}

/// The sum of payments, in whole minor units.
pub(super) fn sum<'r>(
    contract: &Contract,
    received: impl IntoIterator<Item = &'r (Day, Ratio)>,
) -> Result<Minor, Finding> {
    rounded(contract, &received.into_iter().map(|(_, amount)| amount).sum())
}

/// Sets all payments up to this period's end against the statements before it.
pub(super) fn recognise(dues: &mut Dues<'_>) -> Result<(), Finding> {
    if !dues.contract.cash.follows(dues.period) {
        return Ok(());
    }
    for direction in directions(dues.contract) {
        recognise_one(dues, direction)?;
    }
    Ok(())
}

fn recognise_one(dues: &mut Dues<'_>, direction: (PartyId, PartyId)) -> Result<(), Finding> {
    let (contract, period) = (dues.contract, dues.period);
    let pair = pair(contract, direction.0, direction.1);
    let received = on_statements(dues, direction);
    let mut total = Minor::ZERO;
    for list in received.values() {
        total += sum(contract, list)?;
    }
    // What is known now and was not before; what no statement accounts for came late.
    let mut fresh = total - dues.balance(BalanceKind::Paid, &pair);
    dues.set_balance(BalanceKind::Paid, &pair, total);
    let mut statements: Vec<Period> = open(dues, &pair);
    statements.extend(received.keys().copied());
    statements.sort();
    statements.dedup();
    for statement in statements {
        let nothing = Received::new();
        let list = received.get(&statement).unwrap_or(&nothing);
        fresh -= match statement {
            own if own == period => sum(contract, list)?,
            before => settle(dues, direction, before, list)?,
        };
    }
    dues.add_balance(BalanceKind::Credit, &format!("{pair}/{period}"), fresh);
    Ok(())
}

/// Payments on statements up to this one, without those on account.
fn on_statements(dues: &Dues<'_>, (from, to): (PartyId, PartyId)) -> BTreeMap<Period, Received> {
    let (contract, period) = (dues.contract, dues.period);
    let mut received = received(contract, dues.evidence, (from, to), period.last_day());
    received.retain(|statement, list| {
        list.retain(|(day, _)| !is_on_account(contract, (from, to), *statement, *day));
        *statement <= period && contract.cash.follows(*statement) && !list.is_empty()
    });
    received
}

/// The statements of which something is owed.
fn open(dues: &Dues<'_>, pair: &str) -> Vec<Period> {
    let of = dues.balances.iter().filter(|(name, _)| name.kind == BalanceKind::Owed);
    let statement = |of: &str| of.strip_prefix(pair)?.strip_prefix('/')?.parse().ok();
    of.filter_map(|(name, _)| statement(&name.of)).collect()
}

/// Sets all that was paid on an earlier statement against it; gives back what is new of it.
fn settle(
    dues: &mut Dues<'_>,
    direction: (PartyId, PartyId),
    statement: Period,
    list: &Received,
) -> Result<Minor, Finding> {
    let (contract, period) = (dues.contract, dues.period);
    let pair = pair(contract, direction.0, direction.1);
    let of = format!("{pair}/{statement}");
    let owed = dues.balance(BalanceKind::Owed, &of);
    let known = sum(contract, list)?;
    if owed.is_zero() {
        let new = sum(contract, list.iter().filter(|(day, _)| period.contains(*day)))?;
        if new < Minor::ZERO {
            reopen(dues, statement, &of, list, -new)?;
        } else {
            dues.add_balance(BalanceKind::Credit, &format!("{pair}/{period}"), new);
        }
        return Ok(new);
    }
    let before = dues.balance(BalanceKind::PartPaid, &of);
    let billed = owed + before;
    charge(dues, direction, statement, billed, list)?;
    book(dues, &of, &pair, billed - known, known);
    Ok(known - before)
}

/// A payment on a statement that was paid in full came back.
fn reopen(
    dues: &mut Dues<'_>,
    statement: Period,
    of: &str,
    list: &Received,
    owed: Minor,
) -> Result<(), Finding> {
    let known = sum(dues.contract, list)?;
    dues.set_balance(BalanceKind::Owed, of, owed);
    dues.set_balance(BalanceKind::PartPaid, of, known);
    if let Some(clause) = dues.contract.cash.interest_on(statement) {
        // What had accrued until it was paid was charged then.
        let due = dues.contract.cash.due(statement);
        let until = dues.period.previous().last_day();
        let billed = (owed + known).to_ratio(dues.contract.currency);
        let charged = rounded(dues.contract, &accrued(clause, &billed, list, due, until))?;
        dues.set_balance(BalanceKind::LateInterest, of, charged);
    }
    Ok(())
}

/// Charges the interest that a statement has cost by now, less what was charged before.
fn charge(
    dues: &mut Dues<'_>,
    (from, to): (PartyId, PartyId),
    statement: Period,
    billed: Minor,
    list: &Received,
) -> Result<(), Finding> {
    let (contract, period) = (dues.contract, dues.period);
    let Some(clause) = contract.cash.interest_on(statement) else { return Ok(()) };
    let pair = pair(contract, from, to);
    let of = format!("{pair}/{statement}");
    let due = contract.cash.due(statement);
    let exact = billed.to_ratio(contract.currency);
    let now = rounded(contract, &accrued(clause, &exact, list, due, period.last_day()))?;
    let before = dues.balance(BalanceKind::LateInterest, &of);
    let rate = clause.rate.base.clone() + clause.rate.margin.clone();
    let note = format!(
        "{rate} on {} due {due}, {}: {} to {}, {} charged before",
        amount(contract, billed),
        clause.rate.day_count.as_str(),
        amount(contract, now),
        period.last_day(),
        amount(contract, before)
    );
    let kind = ClauseKind::LateInterest;
    let said = said(contract, kind, pair, ("late-interest", clause.line), note);
    dues.adjust(from, to, now - before, Reason { period: Some(statement), ..said });
    dues.set_balance(BalanceKind::LateInterest, &of, now);
    Ok(())
}

/// Books what is left of a statement: owed while there is something, a credit below nothing.
fn book(dues: &mut Dues<'_>, of: &str, pair: &str, left: Minor, known: Minor) {
    let open = left > Minor::ZERO;
    dues.set_balance(BalanceKind::Owed, of, left.positive());
    dues.set_balance(BalanceKind::PartPaid, of, if open { known } else { Minor::ZERO });
    if !open {
        dues.set_balance(BalanceKind::LateInterest, of, Minor::ZERO);
    }
    let credit = format!("{pair}/{}", dues.period);
    dues.add_balance(BalanceKind::Credit, &credit, left.shortfall());
}

/// Opens what this statement asks to be paid, less what was paid on it already.
pub(super) fn bill(dues: &mut Dues<'_>) -> Result<(), Finding> {
    if !dues.contract.cash.follows(dues.period) {
        return Ok(());
    }
    let nets = dues.nets();
    for (from, to) in directions(dues.contract) {
        let own = nets.iter().filter(|net| (net.from, net.to) == (from, to));
        let billed: Minor = own.map(|net| net.amount).sum();
        let received = on_statements(dues, (from, to));
        let known = sum(dues.contract, received.get(&dues.period).into_iter().flatten())?;
        let pair = pair(dues.contract, from, to);
        book(dues, &format!("{pair}/{}", dues.period), &pair, billed - known, known);
    }
    Ok(())
}
