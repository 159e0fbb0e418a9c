//! Reserves: withheld now, released line by line after so many periods.
//!
//! The law: what was withheld in a period is released in full, no more and no less; with `net-of =
//! "chargebacks"` a part of it early, to pay the party's part of the chargebacks that its share has
//! already borne, the oldest first.

use super::adjustment::ClauseKind;
use super::advance::withheld;
use super::balances::BalanceKind;
use super::dues::Dues;
use super::earnings::Standing;
use super::settled::{SegmentResult, StepName};
use super::trace::{Input, Rule};
use crate::calendar::Period;
use crate::contract::{Basis, Earnings, Measure, PartyId, Priority, Reserve, Schedule, Take};
use crate::fact::Kind;
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, reserve: &Reserve) -> Result<(), Finding> {
    if reserve.net_of_chargebacks {
        draw(dues, reserve)?;
    }
    release(dues, reserve);
    withhold(dues, reserve)
}

fn standing(reserve: &Reserve, kind: ClauseKind) -> Standing<'_> {
    Standing {
        kind,
        key: "reserve",
        name: &reserve.name,
        line: reserve.line,
        schedules: &reserve.schedules,
    }
}

/// What is held, the oldest period first.
fn held(dues: &Dues<'_>, reserve: &Reserve) -> Vec<(Period, Minor)> {
    let own = |name: &super::BalanceName| {
        let (of, period) = name.of.rsplit_once('/')?;
        (name.kind == BalanceKind::Reserve && of == reserve.name).then(|| period.parse().ok())?
    };
    let mut held: Vec<(Period, Minor)> =
        dues.balances.iter().filter_map(|(name, amount)| Some((own(name)?, amount))).collect();
    held.sort_by_key(|(period, _)| period.first_day());
    held
}

/// Gives back a part of what was withheld in a period.
fn give_back(
    dues: &mut Dues<'_>,
    reserve: &Reserve,
    (period, before): (Period, Minor),
    amount: Minor,
    note: String,
) {
    let line = format!("{}/{period}", reserve.name);
    dues.keep(BalanceKind::Reserve, &line, before - amount);
    let of = standing(reserve, ClauseKind::ReserveRelease);
    let mut reason = dues.reason(of, Rule::Carried { before, borne: Minor::ZERO }, note);
    reason.period = Some(period);
    dues.adjust(reserve.by, reserve.party, amount, reason);
}

/// Pays the party's part of this period's chargebacks out of the reserve.
fn draw(dues: &mut Dues<'_>, reserve: &Reserve) -> Result<(), Finding> {
    let mut exact = Ratio::zero();
    for (schedule, segment) in dues.segments(&reserve.schedules) {
        exact += &borne(schedule, segment, reserve.party, dues);
    }
    let borne = dues.round(&exact)?;
    let mut left = borne.positive();
    for (period, before) in held(dues, reserve) {
        let amount = left.min(before);
        if !amount.is_zero() {
            let note = format!(
                "for chargebacks of {}: {} of them borne, {} held since {period}",
                dues.period,
                dues.show(borne),
                dues.show(before)
            );
            give_back(dues, reserve, (period, before), amount, note);
        }
        left -= amount;
    }
    Ok(())
}

/// A party's part of the chargebacks of a segment, positive: what its rates at source take of them,
/// and of the rest what its share was of all shares. A fee stays what it is, whatever is charged back.
fn borne(schedule: &Schedule, segment: &SegmentResult, party: PartyId, dues: &Dues<'_>) -> Ratio {
    let terms = schedule.terms_on(segment.effective);
    let Some(Basis::Shared(terms)) = terms.map(|terms| &terms.basis) else { return Ratio::zero() };
    let at_source = |to: Option<PartyId>| -> Ratio {
        let of = |entry: &&Priority| to.is_none_or(|to| to == entry.to);
        terms.priority.iter().filter(of).map(|entry| rate_of_net(entry, segment)).sum()
    };
    let name = dues.contract.party_name(party);
    let shares = |of: &dyn Fn(&str) -> bool| -> Ratio {
        let parts = segment.shares.iter().filter(|(id, _)| of(id));
        parts.map(|(_, amount)| *amount).sum::<Minor>().to_ratio(dues.contract.currency)
    };
    let (own, all) = (shares(&|id| id == name), shares(&|_| true));
    let share = if all.is_zero() { Ratio::zero() } else { own / all };
    let part = at_source(Some(party)) + (Ratio::one() - at_source(None)) * share;
    -(charged_back(segment) * part)
}

/// What a priority takes of each unit of net sales more or less.
fn rate_of_net(priority: &Priority, segment: &SegmentResult) -> Ratio {
    match &priority.take {
        Take::Rate { rate, of: Measure::NetSales | Measure::GrossProfit, above } => {
            let mut steps = segment.steps.iter();
            let step = steps.find(|step| step.label.as_deref() == Some(&priority.name));
            let reached = step.is_some_and(|step| !step.total.is_zero());
            if above.is_none() || reached { rate.clone() } else { Ratio::zero() }
        }
        Take::Rate { .. } | Take::Fee(_) => Ratio::zero(),
    }
}

/// The chargebacks of a segment, negative.
fn charged_back(segment: &SegmentResult) -> Ratio {
    let steps = segment.steps.iter();
    let asked = steps.filter(|step| [StepName::Refunds, StepName::Deductions].contains(&step.name));
    let inputs = asked.flat_map(|step| &step.trace.inputs);
    let chargeback = |input: &Input| match input {
        Input::Facts { key, exact, .. } if key.kind == Kind::Chargeback => Some(exact.clone()),
        Input::Facts { .. } | Input::Flat { .. } | Input::Step { .. } => None,
    };
    inputs.filter_map(chargeback).sum()
}

/// Releases what has been held long enough.
fn release(dues: &mut Dues<'_>, reserve: &Reserve) {
    let now = dues.period;
    for (period, before) in held(dues, reserve) {
        let same_length = period.length() == now.length();
        let waited = i64::from(now.since(period));
        if same_length && waited < i64::from(reserve.release) {
            dues.keep(BalanceKind::Reserve, &format!("{}/{period}", reserve.name), before);
            continue;
        }
        let after = match reserve.release {
            1 => "1 period".to_owned(),
            several => format!("{several} periods"),
        };
        let note = format!("withheld in {period}, released after {after}");
        give_back(dues, reserve, (period, before), before, note);
    }
}

/// Withholds a part of what advances have left of the earnings.
fn withhold(dues: &mut Dues<'_>, reserve: &Reserve) -> Result<(), Finding> {
    if !reserve.span.is_open(dues.period) {
        return Ok(());
    }
    let Reserve { party, by, schedules, .. } = reserve;
    let earned = dues.counted(*party, *by, Earnings::All, schedules);
    let recouped = withheld(dues, *party, schedules);
    let base = (earned - recouped).positive();
    let since = reserve
        .span
        .starts
        .map_or(0, |day| dues.period.since(Period::of(day, dues.period.length())));
    let rate = reserve.rate(since).clone();
    let amount = dues.rate_of(&rate, base)?;
    if amount.is_zero() {
        return Ok(());
    }
    let line = format!("{}/{}", reserve.name, dues.period);
    dues.keep(BalanceKind::Reserve, &line, amount);
    let less = match recouped {
        Minor::ZERO => String::new(),
        some => format!(" ({} earned − {} recouped)", dues.show(earned), dues.show(some)),
    };
    let note = format!("{rate} of {}{less}", dues.show(base));
    let of = standing(reserve, ClauseKind::Reserve);
    let reason = dues.reason(of, Rule::RateOf { rate, base }, note);
    dues.adjust(*party, *by, amount, reason);
    Ok(())
}
