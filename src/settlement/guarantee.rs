//! Minimum guarantees and commitments: at a window's last period, what is missing to the amount.
//!
//! The law: paid in a window, earnings and shortfall together, is at least the amount; and nothing
//! is added to a window that earned enough.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::Standing;
use super::trace::Rule;
use crate::calendar::{Day, Period};
use crate::contract::{Guarantee, Window, YearDays};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, guarantee: &Guarantee) -> Result<(), Finding> {
    let (period, span, name) = (dues.period, &guarantee.span, &guarantee.name);
    if !span.is_open(period) {
        dues.drop_balance(BalanceKind::Guarantee, name);
        return Ok(());
    }
    let restarts = !guarantee.cumulative && span.begins_in(period);
    let tested = if guarantee.cumulative { span.closes_in(period) } else { span.ends_in(period) };
    let before = if restarts { Minor::ZERO } else { dues.balance(BalanceKind::Guarantee, name) };
    let earned = dues.counted(guarantee.party, guarantee.from, guarantee.on, &guarantee.schedules);
    let counted = before + earned + per_period(dues, guarantee, earned);
    if !(restarts && tested) {
        dues.keep(BalanceKind::Guarantee, name, counted);
    } else {
        dues.drop_balance(BalanceKind::Guarantee, name);
    }
    if tested {
        let (amount, how) = guaranteed(dues, guarantee)?;
        let note = format!("{how} − {} earned{}", dues.show(counted), since(guarantee, period));
        pay(dues, guarantee, amount, counted, note);
    }
    // No window follows that could set it back.
    if span.closes_in(period) {
        dues.drop_balance(BalanceKind::Guarantee, name);
    }
    Ok(())
}

/// What the least of a single period adds.
fn per_period(dues: &mut Dues<'_>, guarantee: &Guarantee, earned: Minor) -> Minor {
    let Some(least) = guarantee.per_period else { return Minor::ZERO };
    let note =
        format!("{} a period − {} earned in {}", dues.show(least), dues.show(earned), dues.period);
    pay(dues, guarantee, least, earned, note)
}

/// Moves the shortfall, if there is one, and gives it back.
fn pay(
    dues: &mut Dues<'_>,
    guarantee: &Guarantee,
    amount: Minor,
    earned: Minor,
    note: String,
) -> Minor {
    let missing = (amount - earned).positive();
    let standing = Standing {
        kind: ClauseKind::Guarantee,
        key: "guarantee",
        name: &guarantee.name,
        line: guarantee.line,
        schedules: &guarantee.schedules,
    };
    let reason = dues.reason(standing, Rule::Limit { amount: earned, limit: amount }, note);
    dues.adjust(guarantee.from, guarantee.party, missing, reason);
    missing
}

/// What is guaranteed: for the window that ends now, or for all windows together.
fn guaranteed(dues: &Dues<'_>, guarantee: &Guarantee) -> Result<(Minor, String), Finding> {
    if !guarantee.cumulative {
        return of_window(dues, guarantee, dues.period);
    }
    let (mut total, mut windows) = (Minor::ZERO, Vec::new());
    let starts = guarantee.span.starts.expect("a checked cumulative guarantee has a first day");
    let mut period = Period::of(starts, dues.period.length());
    loop {
        if guarantee.span.ends_in(period) {
            let (amount, how) = of_window(dues, guarantee, period)?;
            total += amount;
            windows.push(how);
        }
        if period >= dues.period || period == period.next() {
            break;
        }
        period = period.next();
    }
    let how = match windows.as_slice() {
        [only] => only.clone(),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            format!("{} ({} × {first})", dues.show(total), windows.len())
        }
        _ => format!("{} ({})", dues.show(total), windows.join(" + ")),
    };
    Ok((total, how))
}

/// The amount of the window that a period lies in, escalated and prorated, rounded once.
fn of_window(
    dues: &Dues<'_>,
    guarantee: &Guarantee,
    period: Period,
) -> Result<(Minor, String), Finding> {
    let mut exact = guarantee.amount.to_ratio(dues.contract.currency);
    let mut factors = String::new();
    if let Some(rise) = &guarantee.escalator {
        let years = guarantee.span.years(period);
        let growth = Ratio::one() + rise.clone();
        (0..years).for_each(|_| exact = &exact * &growth);
        factors.push_str(&format!(" × (1 + {rise})^{years}"));
    }
    if let Some((held, of)) = broken(guarantee, period) {
        exact = exact * Ratio::new(held, of);
        factors.push_str(&format!(" × {held}/{of} days"));
    }
    let amount = dues.round(&exact)?;
    let shown = dues.show(amount);
    if factors.is_empty() {
        return Ok((amount, shown));
    }
    Ok((amount, format!("{shown} ({}{factors})", dues.show(guarantee.amount))))
}

/// The days on which the clause holds in a window that is cut short, and those of a whole one.
fn broken(guarantee: &Guarantee, period: Period) -> Option<(i64, i64)> {
    let days = guarantee.prorate?;
    let (held, whole) = (guarantee.span.held(period)?, guarantee.span.whole(period)?);
    let length = |(first, last): (Day, Day)| last.days_since(first) + 1;
    let of = match days {
        YearDays::Actual => length(whole),
        YearDays::Fixed(days) => i64::from(days),
    };
    (held != whole).then_some((length(held), of))
}

/// The days over which earnings were added up, for a reader.
fn since(guarantee: &Guarantee, period: Period) -> String {
    let span = &guarantee.span;
    let window = match (guarantee.cumulative, span.window) {
        (true, _) => span.starts.zip(span.ends),
        (false, Window::Period) => return format!(" in {period}"),
        (false, Window::CalendarYear | Window::ContractYear(_) | Window::Lifetime) => {
            span.held(period).or_else(|| Some((span.starts?, span.ends?)))
        }
    };
    window.map_or(String::new(), |(first, last)| format!(" from {first} to {last}"))
}
