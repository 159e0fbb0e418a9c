//! Which clauses did something while months went by.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Basis, Contract, Guarantee, Rate, Schedule, Tier};
use crate::money::{Currency, Minor, Ratio};
use crate::settlement::{
    ClauseKind, Input, Rule, ScheduleResult, SegmentResult, Settlement, Step, StepName,
};

/// What a clause is known by: what it is, its own name, and where it stands.
pub(super) type Name = (String, String, String);

pub(super) fn named(what: &str, name: &str, of: &str) -> Name {
    (what.to_owned(), name.to_owned(), of.to_owned())
}

/// A tier as slices name it.
pub(super) fn tier_name(tier: &Tier, contract: &Contract) -> String {
    let word = if tier.above { "above" } else { "from" };
    format!("{word} {}", tier.from.to_ratio(contract.currency).to_plain())
}

/// Clauses that did something. What two heaps of months show together is the sum of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Activity {
    pub(super) applied: BTreeSet<Name>,
    /// Guarantees that were tested, by line.
    pub(super) tested: BTreeSet<u64>,
    /// Those of them that were met at least once.
    pub(super) met: BTreeSet<u64>,
    /// The smallest shortfall of each that was not.
    pub(super) closest: BTreeMap<u64, Minor>,
}

impl Activity {
    pub(super) fn add(&mut self, other: &Self) {
        self.applied.extend(other.applied.iter().cloned());
        self.tested.extend(&other.tested);
        self.met.extend(&other.met);
        for (line, short) in &other.closest {
            self.short(*line, *short);
        }
    }

    fn short(&mut self, line: u64, by: Minor) {
        let least = self.closest.entry(line).or_insert(by);
        *least = (*least).min(by);
    }

    fn apply(&mut self, what: &str, name: &str, of: &str) {
        self.applied.insert(named(what, name, of));
    }

    pub(super) fn see(&mut self, contract: &Contract, settlement: &Settlement) {
        for adjustment in &settlement.adjustments {
            if let Some(clause) = &adjustment.trace.clause {
                self.apply(adjustment.clause.as_str(), &clause.line.to_string(), "");
            }
        }
        for (schedule, result) in contract.schedules.iter().zip(&settlement.schedules) {
            let mut counts = BTreeMap::new();
            for segment in &result.segments {
                self.see_segment(contract, result, segment);
                segment.steps.iter().for_each(|step| count(schedule, step, &mut counts));
            }
            self.see_counts(schedule, contract.currency, &counts);
        }
        for exception in &settlement.exceptions {
            if let Some(schedule) = &exception.schedule {
                self.apply("schedule", schedule, "");
            }
        }
        contract.guarantees.iter().for_each(|guarantee| self.see_test(guarantee, settlement));
    }

    fn see_segment(
        &mut self,
        contract: &Contract,
        schedule: &ScheduleResult,
        segment: &SegmentResult,
    ) {
        let moved = |slice: &&crate::settlement::Slice| {
            !slice.base.is_zero() || slice.measure.as_ref().is_some_and(|by| !by.is_zero())
        };
        for tier in segment.slices.iter().filter(moved).filter_map(|slice| slice.tier.as_ref()) {
            self.apply("tier", tier, &schedule.id);
        }
        for step in &segment.steps {
            if !step.trace.inputs.is_empty() && step.trace.inputs.iter().any(is_of_facts) {
                self.apply("schedule", &schedule.id, "");
            }
            self.see_step(schedule, step);
            self.see_shared_cost(contract, step);
        }
    }

    /// Which limits, carried balances, deductions and hurdles did anything.
    fn see_step(&mut self, schedule: &ScheduleResult, step: &Step) {
        let bound = match &step.trace.rule {
            Rule::Limit { amount, limit } => amount > limit,
            Rule::Carried { .. } => !step.total.is_zero(),
            Rule::SumOfFacts
            | Rule::Priced
            | Rule::SumOfSteps
            | Rule::RateOf { .. }
            | Rule::Nothing => false,
        };
        let (label, did) = (step.label.as_deref().unwrap_or(""), !step.total.is_zero());
        match step.name {
            StepName::Priority if did => self.apply("priority", label, &schedule.id),
            StepName::Deductions => {
                if did {
                    self.apply("deduction", label, &schedule.id);
                }
                if bound && matches!(step.trace.rule, Rule::Limit { .. }) {
                    self.apply("deduction-cap", label, &schedule.id);
                }
            }
            StepName::Excess if bound => self.apply("cost.ceiling", "", &schedule.id),
            StepName::LossCarry if did => self.apply("losses", "", &schedule.id),
            StepName::Priority
            | StepName::Excess
            | StepName::LossCarry
            | StepName::GrossSales
            | StepName::Refunds
            | StepName::NetSales
            | StepName::Tax
            | StepName::Cost
            | StepName::Uplift
            | StepName::CarriedIn
            | StepName::GrossProfit
            | StepName::ShareBase
            | StepName::UsageFee
            | StepName::Uncollected => {}
        }
    }

    fn see_shared_cost(&mut self, contract: &Contract, step: &Step) {
        for input in &step.trace.inputs {
            let Input::Facts { key, .. } = input else { continue };
            if step.name != StepName::Cost || !(key.product.is_empty() || key.channel.is_empty()) {
                continue;
            }
            let takes = |rule: &&crate::contract::SharedCost| {
                rule.category.iter().any(|pattern| pattern.matches(&key.category))
            };
            if let Some(rule) = contract.shared_costs.iter().find(takes) {
                self.apply("shared-cost", &rule.line.to_string(), "");
            }
        }
    }

    /// Which rates, and which parts of them, a period's quantities reached.
    fn see_counts(
        &mut self,
        schedule: &Schedule,
        currency: Currency,
        counts: &BTreeMap<(&str, usize), Ratio>,
    ) {
        for ((key, at), quantity) in counts {
            let Some(rate) = rates(schedule, key).get(*at) else { continue };
            let place = format!("{key} {at}");
            self.apply(&place, "", &schedule.id);
            let charged = quantity.clone() - rate.included.to_ratio();
            for tier in rate.tiers.iter().filter(|tier| charged >= tier.from.to_ratio()) {
                self.apply(&place, &tier.from.to_string(), &schedule.id);
            }
            if charged.is_positive() {
                self.apply(&place, "included", &schedule.id);
            }
            let cost = rate.cost_of(quantity) + rate.flat.to_ratio(currency);
            if rate.cap.is_some_and(|cap| cost > cap.to_ratio(currency)) {
                self.apply(&place, "cap", &schedule.id);
            }
        }
    }

    /// Was a guarantee tested, and was it met?
    fn see_test(&mut self, guarantee: &Guarantee, settlement: &Settlement) {
        let (period, span) = (settlement.period, &guarantee.span);
        let at_end =
            if guarantee.cumulative { span.closes_in(period) } else { span.ends_in(period) };
        if !span.is_open(period) || !(at_end || guarantee.per_period.is_some()) {
            return;
        }
        self.tested.insert(guarantee.line);
        let short = settlement.adjustments.iter().find(|adjustment| {
            adjustment.clause == ClauseKind::Guarantee && adjustment.name == guarantee.name
        });
        match short {
            Some(short) => self.short(guarantee.line, short.amount),
            None => {
                self.met.insert(guarantee.line);
            }
        }
    }
}

fn is_of_facts(input: &Input) -> bool {
    match input {
        Input::Facts { .. } => true,
        Input::Flat { .. } | Input::Step { .. } => false,
    }
}

/// The rates of the deal of today that a key of its terms holds.
fn rates<'a>(schedule: &'a Schedule, key: &str) -> &'a [Rate] {
    match schedule.terms.last().map(|terms| &terms.basis) {
        Some(Basis::Shared(shared)) if key == "cost.rates" => &shared.cost.rates,
        Some(Basis::UsageFee(fee)) if key == "rates" => &fee.rates,
        Some(Basis::Shared(_) | Basis::UsageFee(_) | Basis::Excluded) | None => &[],
    }
}

/// Adds the quantities of a step that rates price, by the rate that does.
fn count(schedule: &Schedule, step: &Step, counts: &mut BTreeMap<(&'static str, usize), Ratio>) {
    let key = match step.name {
        StepName::UsageFee => "rates",
        StepName::Cost => "cost.rates",
        StepName::GrossSales
        | StepName::Refunds
        | StepName::Deductions
        | StepName::NetSales
        | StepName::Tax
        | StepName::Uplift
        | StepName::CarriedIn
        | StepName::Excess
        | StepName::GrossProfit
        | StepName::LossCarry
        | StepName::Priority
        | StepName::ShareBase
        | StepName::Uncollected => return,
    };
    let rates = rates(schedule, key);
    for input in &step.trace.inputs {
        let Input::Facts { product, key: facts, cell, part, .. } = input else { continue };
        let Some(at) = rates.iter().position(|rate| rate.prices(&facts.unit, product)) else {
            continue;
        };
        let quantity = &cell.quantity.to_ratio() * part;
        *counts.entry((key, at)).or_insert_with(Ratio::zero) += &quantity;
    }
}
