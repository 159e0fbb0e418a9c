//! What every settlement must satisfy before anybody sees it. A breach is our own mistake, so it
//! stops the program, in release too: a wrong statement is worse than none.

use std::collections::BTreeMap;

use crate::money::Minor;
use crate::settlement::{ScheduleResult, SegmentResult, Settlement, StepName};

/// Checks footing, conservation and roll-forward.
///
/// # Panics
/// If a number does not follow from those above it.
pub(super) fn check(settlement: &Settlement) {
    settlement.schedules.iter().for_each(check_schedule);
    let parts = settlement.schedules.iter().flat_map(|schedule| &schedule.positions);
    assert_eq!(by_party(parts), by_party(&settlement.positions), "positions of the statement");
    for balance in &settlement.balances {
        let moved = balance.opening + balance.movement;
        assert_eq!(moved, balance.closing, "balance {} rolls forward", balance.name);
    }
    for payable in &settlement.payables {
        assert!(payable.amount > Minor::ZERO, "{} owes a positive amount", payable.from);
    }
}

fn check_schedule(schedule: &ScheduleResult) {
    schedule.segments.iter().for_each(check_segment);
    let parts = schedule.segments.iter().flat_map(|segment| &segment.positions);
    assert_eq!(by_party(parts), by_party(&schedule.positions), "positions of {}", schedule.id);
}

fn check_segment(segment: &SegmentResult) {
    for step in &segment.steps {
        let lines: Minor = step.lines.iter().map(|line| line.amount).sum();
        assert_eq!(lines, step.total, "the lines of {} add up to it", step.name);
    }
    if segment.basis == "excluded" {
        assert!(segment.steps.is_empty(), "what is excluded is not settled");
    }
    let held: Minor = segment.positions.iter().map(|(_, amount)| *amount).sum();
    if segment.total(StepName::UsageFee).is_some() {
        assert_eq!(held, Minor::ZERO, "what one side of a usage fee pays, the other is paid");
        return;
    }
    check_waterfall(segment);
    let shared: Minor = segment.shares.iter().map(|(_, amount)| *amount).sum();
    assert_eq!(shared, segment.amount(StepName::ShareBase), "shares add up to the share base");
    let sum = |list: &[(String, Minor)]| -> Minor { list.iter().map(|(_, amount)| *amount).sum() };
    let taken = segment.amount(StepName::Priority);
    assert_eq!(sum(&segment.priority), taken, "priority goes to somebody");
    assert_eq!(sum(&segment.catch_up), Minor::ZERO, "a catch-up takes what it gives");
    assert_eq!(held, segment.amount(StepName::NetSales), "positions add up to net sales");
}

fn check_waterfall(segment: &SegmentResult) {
    use StepName::{
        CarriedIn, Cost, Deductions, Excess, GrossProfit, GrossSales, LossCarry, NetSales,
        Priority, Refunds, ShareBase, Uplift,
    };
    let of = |step| segment.amount(step);
    let net = of(GrossSales) + of(Refunds) + of(Deductions);
    assert_eq!(net, of(NetSales), "net sales follow from the steps above");
    let profit = net - (of(Cost) + of(Uplift) + of(CarriedIn) - of(Excess));
    let shown = segment.total(GrossProfit).unwrap_or(profit);
    assert_eq!(profit, shown, "gross profit follows from the steps above");
    let base = profit + of(LossCarry) - of(Priority);
    assert_eq!(base, of(ShareBase), "the share base follows from the steps above");
}

fn by_party<'a>(parts: impl IntoIterator<Item = &'a (String, Minor)>) -> BTreeMap<&'a str, Minor> {
    let mut sums = BTreeMap::new();
    for (party, amount) in parts {
        *sums.entry(party.as_str()).or_insert(Minor::ZERO) += *amount;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::example;

    fn breaks(spoil: impl FnOnce(&mut Settlement)) -> bool {
        let mut settlement = example::settlement();
        check(&settlement);
        spoil(&mut settlement);
        std::panic::catch_unwind(|| check(&settlement)).is_err()
    }

    #[test]
    fn a_cent_anywhere_is_noticed() {
        assert!(breaks(|s| s.schedules[0].segments[0].steps[0].lines[0].amount += Minor(1)));
        assert!(breaks(|s| s.schedules[0].segments[0].shares[0].1 += Minor(1)));
        assert!(breaks(|s| s.schedules[0].segments[0].positions[0].1 += Minor(1)));
        assert!(breaks(|s| s.schedules[0].positions[0].1 += Minor(1)));
        assert!(breaks(|s| s.positions[0].1 += Minor(1)));
        assert!(breaks(|s| s.balances[0].closing += Minor(1)));
        assert!(breaks(|s| s.payables[0].amount = Minor(-1)));
        assert!(breaks(|s| {
            let step = &mut s.schedules[0].segments[0].steps[0];
            step.total += Minor(1);
            step.lines[0].amount += Minor(1);
        }));
    }
}
