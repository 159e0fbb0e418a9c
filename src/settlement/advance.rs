//! Recoupable advances: what was paid before is withheld from what is earned now.
//!
//! The law: never more is recouped than was advanced, and never more than was earned. A balance
//! that is left when the window ends is written off, and shown as such.

use super::adjustment::ClauseKind;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::{Standing, overlap};
use super::trace::Rule;
use crate::contract::{Advance, Earnings, PartyId};
use crate::finding::Finding;
use crate::money::Minor;

pub(super) fn apply(dues: &mut Dues<'_>, advance: &Advance) -> Result<(), Finding> {
    if !advance.span.is_open(dues.period) {
        return Ok(());
    }
    let name = &advance.name;
    // What was advanced is remembered, so that it enters once, whenever the book begins.
    let new = advance.amount - dues.balance(BalanceKind::AdvancePaid, name);
    dues.keep(BalanceKind::AdvancePaid, name, advance.amount);
    let before = (dues.balance(BalanceKind::Advance, name) + new).positive();
    let (recouped, note) = recoup(dues, advance, before)?;
    let mut left = before - recouped;
    if advance.span.closes_in(dues.period) && left > Minor::ZERO {
        let lapsed = dues.balance(BalanceKind::AdvanceLapsed, name) + left;
        dues.keep(BalanceKind::AdvanceLapsed, name, lapsed);
        left = Minor::ZERO;
    }
    dues.keep(BalanceKind::Advance, name, left);
    let standing = Standing {
        kind: ClauseKind::Advance,
        key: "advance",
        name,
        line: advance.line,
        schedules: &advance.schedules,
    };
    let reason = dues.reason(standing, Rule::Carried { before }, note);
    dues.adjust(advance.to, advance.by, recouped, reason);
    Ok(())
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
