//! Credits from overpayments: they reduce what is paid next, the oldest first, and what is left
//! when one expires is refunded.
//!
//! The law: credit before + overpaid = used + refunded + credit after.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::cash::{amount, directions, pair, said};
use super::dues::{Dues, Reason};
use crate::calendar::Period;
use crate::contract::PartyId;
use crate::money::Minor;

/// Uses every credit on what its holder pays, then refunds what has expired.
pub(super) fn apply(dues: &mut Dues<'_>) {
    if !dues.contract.cash.follows(dues.period) {
        return;
    }
    for (from, to) in directions(dues.contract) {
        for (since, of) in credits(dues, &pair(dues.contract, from, to)) {
            consume(dues, (from, to), since, &of);
            refund(dues, (from, to), since, &of);
        }
    }
}

/// The credits of a pair with the period in which each arose, the oldest first.
fn credits(dues: &Dues<'_>, pair: &str) -> Vec<(Period, String)> {
    let all = dues.balances.iter().filter(|(name, _)| name.kind == BalanceKind::Credit);
    let since = |of: &str| of.strip_prefix(pair)?.strip_prefix('/')?.parse().ok();
    all.filter_map(|(name, _)| Some((since(&name.of)?, name.of.clone()))).collect()
}

fn consume(dues: &mut Dues<'_>, (from, to): (PartyId, PartyId), since: Period, of: &str) {
    for net in dues.nets() {
        if (net.from, net.to) != (from, to) {
            continue;
        }
        let credit = dues.balance(BalanceKind::Credit, of);
        let used = credit.min(net.amount);
        let note = format!("of {} overpaid in {since}", amount(dues.contract, credit));
        let reason = reason(dues, (from, to), since, note);
        dues.adjust(to, from, used, Reason { schedule: net.schedule, ..reason });
        dues.set_balance(BalanceKind::Credit, of, credit - used);
    }
}

fn refund(dues: &mut Dues<'_>, (from, to): (PartyId, PartyId), since: Period, of: &str) {
    let terms = dues.contract.cash.overpayment.as_ref();
    let Some(expires) = terms.and_then(|terms| terms.expires) else { return };
    let months = |period: Period| {
        let day = period.last_day();
        i64::from(day.year()) * 12 + i64::from(day.month())
    };
    let left = dues.balance(BalanceKind::Credit, of);
    if left.is_zero() || months(dues.period) - months(since) < i64::from(expires) {
        return;
    }
    let note = format!("the credit of {since} has expired after {expires} months: refunded");
    let reason = reason(dues, (from, to), since, note);
    dues.adjust(to, from, left, reason);
    dues.set_balance(BalanceKind::Credit, of, Minor::ZERO);
}

fn reason(dues: &Dues<'_>, (from, to): (PartyId, PartyId), since: Period, note: String) -> Reason {
    let contract = dues.contract;
    let line = contract.cash.overpayment.as_ref().map_or(0, |terms| terms.line);
    let (kind, name) = (ClauseKind::OverpaymentCredit, pair(contract, from, to));
    Reason { period: Some(since), ..said(contract, kind, name, ("overpayment", line), note) }
}
