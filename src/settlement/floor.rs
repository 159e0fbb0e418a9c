//! Share floors: what is missing to the least that a party's share may be.
//!
//! With `unused = "carry"` the law is that of a royalty with reductions R: paid = due − min(R +
//! carried, due − floor), and what was not used is carried. In terms of what was earned, due − R:
//! paid = max(earned − carried, floor), and carried becomes paid − (earned − carried).

use super::adjustment::ClauseKind;
use super::balances::{BalanceKind, BalanceName};
use super::dues::Dues;
use super::earnings::Standing;
use super::layers::Layers;
use super::trace::Rule;
use crate::calendar::Period;
use crate::contract::{AtLeast, Earnings, ShareFloor};
use crate::finding::Finding;
use crate::money::Minor;

/// What has accumulated in a window.
struct Window {
    measured: Minor,
    earned: Minor,
}

pub(super) fn apply(dues: &mut Dues<'_>, floor: &ShareFloor) -> Result<(), Finding> {
    let period = dues.period;
    if !floor.span.is_open(period) {
        let kinds = [BalanceKind::FloorMeasure, BalanceKind::FloorEarned, BalanceKind::Floor];
        kinds.into_iter().for_each(|kind| dues.drop_balance(kind, &floor.name));
        layers(dues, floor).hand_on(None, Minor::ZERO, Minor::ZERO);
        return Ok(());
    }
    let window = accumulated(dues, floor);
    if floor.span.ends_in(period) {
        let least = least(dues, floor, &window)?;
        make_up(dues, floor, &window, least)?;
    }
    Ok(())
}

/// Adds this period; a window longer than it keeps balances.
fn accumulated(dues: &mut Dues<'_>, floor: &ShareFloor) -> Window {
    let measured = match &floor.at_least {
        AtLeast::Rate(_, measure) => dues.measured(*measure, &floor.schedules),
        AtLeast::Amount(_) => Minor::ZERO,
    };
    let earned = dues.counted(floor.party, floor.from, Earnings::Shares, &floor.schedules);
    let mut window = Window { measured, earned };
    let begins = floor.span.begins_in(dues.period);
    if !begins {
        window.measured += dues.balance(BalanceKind::FloorMeasure, &floor.name);
        window.earned += dues.balance(BalanceKind::FloorEarned, &floor.name);
    }
    if !(begins && floor.span.ends_in(dues.period)) {
        if let AtLeast::Rate(..) = floor.at_least {
            dues.keep(BalanceKind::FloorMeasure, &floor.name, window.measured);
        }
        dues.keep(BalanceKind::FloorEarned, &floor.name, window.earned);
    } else {
        dues.drop_balance(BalanceKind::FloorMeasure, &floor.name);
        dues.drop_balance(BalanceKind::FloorEarned, &floor.name);
    }
    window
}

/// The least in this window, and how it came about.
fn least(
    dues: &Dues<'_>,
    floor: &ShareFloor,
    window: &Window,
) -> Result<(Minor, Rule, String), Finding> {
    Ok(match &floor.at_least {
        AtLeast::Amount(amount) => {
            let rule = Rule::Limit { amount: window.earned, limit: *amount };
            (*amount, rule, format!("at least {}", dues.show(*amount)))
        }
        AtLeast::Rate(rate, measure) => {
            let amount = dues.rate_of(rate, window.measured)?;
            let (base, shown) = (dues.show(window.measured), dues.show(amount));
            let rule = Rule::RateOf { rate: rate.clone(), base: window.measured };
            let note = format!("at least {rate} of {} {base} = {shown}", measure.as_str());
            (amount, rule, note)
        }
    })
}

/// Moves what is missing, or gives back what was carried.
fn make_up(
    dues: &mut Dues<'_>,
    floor: &ShareFloor,
    window: &Window,
    (least, rule, note): (Minor, Rule, String),
) -> Result<(), Finding> {
    let carry = floor.unused.carry();
    let carried = match carry {
        Some(carry) => {
            let (contract, period) = (dues.contract, dues.period);
            let lives = |_: Period| carry.periods;
            let (first, _) =
                floor.span.held(period).unwrap_or((period.first_day(), period.last_day()));
            let days = (first.previous(), period.last_day());
            layers(dues, floor).open(contract, lives, Some(carry), days)?.before
        }
        None => Minor::ZERO,
    };
    let reduced = window.earned - carried;
    let due = reduced.max(least);
    let mut note = format!("{note}; earned {}", dues.show(window.earned));
    if let Some(carry) = carry {
        let mut kept = layers(dues, floor);
        kept.hand_on(Some(carry), due - window.earned, due - reduced);
        let after = kept.total();
        let (before, after) = (dues.show(carried), dues.show(after));
        note = format!("{note}, less {before} carried; {after} carried on");
        if carry.periods.is_none() {
            dues.keep_balance(BalanceKind::Floor, &floor.name);
        }
    }
    let standing = Standing {
        kind: ClauseKind::ShareFloor,
        key: "floor",
        name: &floor.name,
        line: floor.line,
        schedules: &floor.schedules,
    };
    let reason = dues.reason(standing, rule, note);
    dues.adjust(floor.from, floor.party, due - window.earned, reason);
    Ok(())
}

fn layers<'d>(dues: &'d mut Dues<'_>, floor: &ShareFloor) -> Layers<'d> {
    let name = BalanceName { kind: BalanceKind::Floor, of: floor.name.clone() };
    Layers::of(&mut dues.balances, name, dues.period)
}
