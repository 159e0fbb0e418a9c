//! Aggregate caps: what is due is cut at what the cap has left.
//!
//! A cap in another currency counts in that one: what is left of it is converted at the period's
//! rate, and what is paid counts at the same.
//!
//! The law: paid in a window, with what was paid before the book, never exceeds the cap. A negative
//! amount due gives room back.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::Standing;
use super::exchange::Rates;
use super::sheet::too_large;
use super::trace::Rule;
use crate::contract::AggregateCap;
use crate::finding::Finding;
use crate::money::{Currency, Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, cap: &AggregateCap) -> Result<(), Finding> {
    let (period, name) = (dues.period, &cap.counts_in());
    if !cap.span.is_open(period) {
        dues.drop_balance(BalanceKind::Cap, name);
        return Ok(());
    }
    let restarts = cap.span.begins_in(period);
    let before = if restarts { Minor::ZERO } else { dues.balance(BalanceKind::Cap, name) };
    let due = dues.owed_in(cap.from, cap.to, &cap.schedules);
    let left = Room::of(dues, cap, (cap.amount - cap.paid - before).positive())?;
    let allowed = due.min(left.here);
    if !(restarts && cap.span.ends_in(period)) {
        dues.keep(BalanceKind::Cap, name, before + left.counted(dues, allowed)?);
    } else {
        dues.drop_balance(BalanceKind::Cap, name);
    }
    let note = format!(
        "min({} due, {} − {} paid before{})",
        dues.show(due),
        left.show(dues, cap.amount),
        left.show(dues, cap.paid + before),
        left.converted(dues)
    );
    let standing = Standing {
        kind: ClauseKind::Cap,
        key: "cap",
        name: &cap.name,
        line: cap.line,
        schedules: &cap.schedules,
    };
    let reason = dues.reason(standing, Rule::Limit { amount: due, limit: left.here }, note);
    dues.adjust(cap.to, cap.from, due - allowed, reason);
    Ok(())
}

/// What a cap has left, in its own currency and in the contract's.
struct Room {
    own: Minor,
    here: Minor,
    /// The cap's currency and what one unit of it is worth, if it is another.
    rate: Option<(Currency, Ratio)>,
}

impl Room {
    /// Converts what is left by the rate of the period's last day, or the period's own.
    fn of(dues: &Dues<'_>, cap: &AggregateCap, own: Minor) -> Result<Self, Finding> {
        let contract = dues.contract;
        let Some((currency, exchange)) = cap.currency.zip(contract.exchange) else {
            return Ok(Self { own, here: own, rate: None });
        };
        let rates = Rates::listed(contract, dues.period, dues.evidence);
        let used = rates.find(exchange, currency, dues.period.last_day());
        let rate = used.ok_or_else(|| rates.lacking(currency))?.rate;
        let here = dues.round(&(&own.to_ratio(currency) * &rate))?;
        Ok(Self { own, here, rate: Some((currency, rate)) })
    }

    /// What an amount counts in the cap's currency; all that is left is all that is left, so that
    /// no rounding lets more through later.
    fn counted(&self, dues: &Dues<'_>, allowed: Minor) -> Result<Minor, Finding> {
        let Some((currency, rate)) = &self.rate else { return Ok(allowed) };
        if allowed == self.here {
            return Ok(self.own);
        }
        let exact = allowed.to_ratio(dues.contract.currency) / rate.clone();
        let counted = Minor::round(&exact, *currency, dues.contract.rounding).map_err(too_large)?;
        Ok(counted.min(self.own))
    }

    fn show(&self, dues: &Dues<'_>, amount: Minor) -> String {
        match &self.rate {
            None => dues.show(amount),
            Some((currency, _)) => format!("{currency} {}", amount.display(*currency)),
        }
    }

    fn converted(&self, dues: &Dues<'_>) -> String {
        let Some((currency, rate)) = &self.rate else { return String::new() };
        let here = dues.show(self.here);
        let (own, rate) = (dues.contract.currency, rate.to_plain());
        format!(" = {own} {here} at {rate} {own}/{currency}")
    }
}
