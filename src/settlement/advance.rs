//! Recoupable advances: what was paid before is withheld from what is earned now.
//!
//! The law: never more is recouped than was advanced and has borne, and never more than was earned.
//! A balance that is left when the window ends is written off or owed, and shown as such.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::{Standing, overlap};
use super::trace::Rule;
use crate::contract::{Advance, Earnings, PartyId, Unrecouped};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, advance: &Advance) -> Result<(), Finding> {
    if !advance.span.is_open(dues.period) {
        return Ok(());
    }
    let name = &advance.name;
    // What was advanced is remembered, so that it enters once, whenever the book begins.
    let new = advance.amount - dues.balance(BalanceKind::AdvancePaid, name);
    dues.keep(BalanceKind::AdvancePaid, name, advance.amount);
    let borne = interest(dues, advance, new)?;
    let principal = (dues.balance(BalanceKind::Advance, name) + new).positive();
    let interest = dues.balance(BalanceKind::AdvanceInterest, name) + borne;
    let before = principal + interest;
    let (recouped, mut note) = recoup(dues, advance, before)?;
    if let Some(clause) = &advance.interest {
        let rate = clause.rate.base.clone() + clause.rate.margin.clone();
        let count = clause.rate.day_count.as_str();
        note.push_str(&format!(", of it {} interest of {rate} {count} now", dues.show(borne)));
    }
    let standing = Standing {
        kind: ClauseKind::Advance,
        key: "advance",
        name,
        line: advance.line,
        schedules: &advance.schedules,
    };
    let reason = dues.reason(standing, Rule::Carried { before, borne }, note);
    dues.adjust(advance.to, advance.by, recouped, reason);
    // Interest is paid back before what bears it.
    let interest_left = (interest - recouped).positive();
    let mut left = (interest_left, before - recouped - interest_left);
    if advance.span.closes_in(dues.period) {
        close(dues, advance, standing, left.0 + left.1);
        left = (Minor::ZERO, Minor::ZERO);
    }
    if advance.interest.is_some() {
        dues.keep(BalanceKind::AdvanceInterest, name, left.0);
    }
    dues.keep(BalanceKind::Advance, name, left.1);
    Ok(())
}

/// What the advance bears in this period, rounded once; what enters now, since the day it was paid.
fn interest(dues: &Dues<'_>, advance: &Advance, new: Minor) -> Result<Minor, Finding> {
    let Some(clause) = &advance.interest else { return Ok(Minor::ZERO) };
    let currency = dues.contract.currency;
    let paid = advance.span.starts.expect("a checked advance has a first day");
    let from = paid.max(dues.period.first_day().previous());
    let to =
        advance.span.ends.map_or(dues.period.last_day(), |day| day.min(dues.period.last_day()));
    let known = dues.balance(BalanceKind::Advance, &advance.name);
    let accrued = dues.balance(BalanceKind::AdvanceInterest, &advance.name).to_ratio(currency);
    let mut exact = clause.on(&known.to_ratio(currency), &accrued, from, to);
    exact += &clause.on(&new.to_ratio(currency), &Ratio::zero(), paid, to);
    dues.round(&exact)
}

/// What is left on the last day is written off, or owed.
fn close(dues: &mut Dues<'_>, advance: &Advance, standing: Standing<'_>, left: Minor) {
    match advance.unrecouped {
        Unrecouped::Lapse if left > Minor::ZERO => {
            let lapsed = dues.balance(BalanceKind::AdvanceLapsed, &advance.name) + left;
            dues.keep(BalanceKind::AdvanceLapsed, &advance.name, lapsed);
        }
        Unrecouped::Lapse => {}
        Unrecouped::Repay => {
            let standing = Standing { kind: ClauseKind::AdvanceRepaid, ..standing };
            let note = format!("{} are unrecouped at the end", dues.show(left));
            let reason =
                dues.reason(standing, Rule::Carried { before: left, borne: Minor::ZERO }, note);
            dues.adjust(advance.to, advance.by, left, reason);
        }
    }
}

/// How much is withheld now: the least of the rate of what was earned, of what earlier advances
/// have left of it, and of the balance.
fn recoup(dues: &Dues<'_>, advance: &Advance, before: Minor) -> Result<(Minor, String), Finding> {
    let earned = dues.counted(advance.to, advance.by, Earnings::All, &advance.schedules);
    let left = (earned - withheld(dues, advance.to, &advance.schedules)).positive();
    let wanted = dues.rate_of(&advance.rate, earned.positive())?;
    let recouped = wanted.min(left).min(before);
    let note = format!(
        "{} of {} earned, of {} unrecouped",
        advance.rate,
        dues.show(earned.positive()),
        dues.show(before)
    );
    Ok((recouped, note))
}

/// What advances have withheld from a party's earnings of these schedules so far.
pub(super) fn withheld(dues: &Dues<'_>, party: PartyId, schedules: &[String]) -> Minor {
    let of = dues.contract.advances.iter();
    let same = of.filter(|other| other.to == party && overlap(&other.schedules, schedules));
    let names: Vec<&str> = same.map(|other| other.name.as_str()).collect();
    let recouped = dues.adjustments.iter().filter(|adjustment| {
        adjustment.clause == ClauseKind::Advance && names.contains(&adjustment.name.as_str())
    });
    recouped.map(|adjustment| adjustment.amount).sum()
}
