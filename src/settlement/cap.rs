//! Aggregate caps: what is due is cut at what the cap has left.
//!
//! The law: paid in a window, with what was paid before the book, never exceeds the cap. A negative
//! amount due gives room back.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::Standing;
use super::trace::Rule;
use crate::contract::AggregateCap;
use crate::money::Minor;

pub(super) fn apply(dues: &mut Dues<'_>, cap: &AggregateCap) {
    let (period, name) = (dues.period, &cap.name);
    if !cap.span.is_open(period) {
        return dues.drop_balance(BalanceKind::Cap, name);
    }
    let restarts = cap.span.begins_in(period);
    let before = if restarts { Minor::ZERO } else { dues.balance(BalanceKind::Cap, name) };
    let due = dues.owed_in(cap.from, cap.to, &cap.schedules);
    let room = (cap.amount - cap.paid - before).positive();
    let allowed = due.min(room);
    if !(restarts && cap.span.ends_in(period)) {
        dues.keep(BalanceKind::Cap, name, before + allowed);
    } else {
        dues.drop_balance(BalanceKind::Cap, name);
    }
    let note = format!(
        "min({} due, {} − {} paid before)",
        dues.show(due),
        dues.show(cap.amount),
        dues.show(cap.paid + before)
    );
    let standing = Standing {
        kind: ClauseKind::Cap,
        key: "cap",
        name,
        line: cap.line,
        schedules: &cap.schedules,
    };
    let reason = dues.reason(standing, Rule::Limit { amount: due, limit: room }, note);
    dues.adjust(cap.to, cap.from, due - allowed, reason);
}
