//! What goes to a named party off the top: fees by days, and rates at source.
//!
//! The law: a rate is taken of the step as shown, whatever stands between it and the share base;
//! beyond a hurdle, what a segment takes is what the hurdle's window has come to after it less
//! what it had come to before, so that a refund takes back what a sale gave.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::settled::StepName;
use super::sheet::{Heading, Sheet, trace};
use super::trace::{Input, Rule, Trace};
use crate::calendar::Period;
use crate::contract::{Hurdle, Measure, PartyId, Priority, Segment, SharedTerms, Take};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// One entry of the list, computed.
pub(super) struct Taken<'a> {
    priority: &'a Priority,
    pub(super) to: PartyId,
    pub(super) amount: Minor,
    trace: Trace,
}

/// Computes every entry, and moves the hurdles' measures.
pub(super) fn taken<'a>(
    sheet: &Sheet<'_>,
    terms: &'a SharedTerms,
    segment: &Segment<'_>,
    schedule: &str,
    balances: &mut Balances,
) -> Result<Vec<Taken<'a>>, Finding> {
    let each = |priority: &'a Priority| {
        let (amount, trace) = match &priority.take {
            Take::Fee(fee) => fee_of(sheet, segment, *fee)?,
            Take::Rate { rate, of, above } => {
                let (step, base) = (step(of), sheet.total(step(of)));
                let name = measure(schedule, &priority.name);
                let counted = match above {
                    Some(hurdle) => beyond(hurdle, name, base, balances),
                    None => base,
                };
                let rule = Rule::RateOf { rate: rate.clone(), base: counted };
                let input = Input::Step { name: step, label: None, amount: base };
                (sheet.rate_of(rate, counted)?, trace(rule, vec![input]))
            }
        };
        Ok(Taken { priority, to: priority.to, amount, trace })
    };
    terms.priority.iter().map(each).collect()
}

/// The balance in which a hurdle's measure accumulates.
pub(super) fn measure(schedule: &str, priority: &str) -> BalanceName {
    BalanceName { kind: BalanceKind::TierMeasure, of: format!("{schedule}/{priority}") }
}

/// Writes a step for each entry; without any, one that stands at zero.
pub(super) fn write(sheet: &mut Sheet<'_>, taken: Vec<Taken<'_>>) {
    if taken.is_empty() {
        let none = trace(Rule::Nothing, Vec::new());
        sheet.write_plain(Heading::of(StepName::Priority, "split"), Minor::ZERO, none);
    }
    for Taken { priority, amount, trace, .. } in taken {
        let key = format!("priority.{}", priority.name);
        let label = Some(priority.name.as_str());
        let heading = Heading { name: StepName::Priority, label, key: Some(&key) };
        sheet.write_plain(heading, amount, trace);
    }
}

/// A fee a period; a segment has its part by days.
fn fee_of(sheet: &Sheet<'_>, segment: &Segment<'_>, fee: Minor) -> Result<(Minor, Trace), Finding> {
    let period = Period::of(segment.from, sheet.contract.period);
    let days = segment.to.days_since(segment.from) + 1;
    let part = Ratio::new(days, period.days());
    let amount = sheet.rate_of(&part, fee)?;
    Ok((amount, trace(Rule::RateOf { rate: part, base: fee }, Vec::new())))
}

/// The part of a segment's amount that lies beyond a hurdle.
fn beyond(hurdle: &Hurdle, name: BalanceName, base: Minor, balances: &mut Balances) -> Minor {
    let before = balances.get(&name);
    let after = before + base;
    balances.set(name, after);
    (after - hurdle.amount).positive() - (before - hurdle.amount).positive()
}

fn step(of: &Measure) -> StepName {
    match of {
        Measure::GrossSales => StepName::GrossSales,
        Measure::NetSales => StepName::NetSales,
        Measure::GrossProfit => StepName::GrossProfit,
        Measure::ShareBase | Measure::Quantity(_) => {
            unreachable!("a rate at source is of gross sales, net sales or gross profit")
        }
    }
}
