//! Which clauses ever did something while random months went by.
//!
//! A clause that did nothing in all of them has a limit, a table or a window that business of the
//! stated volume does not reach. Clauses are told apart by their places in the contract file.

use std::collections::{BTreeMap, BTreeSet};

use super::report::ConcernKind;
use super::{Plan, first_period};
use crate::contract::{Basis, Contract, Guarantee, Scale, Schedule, SharedTerms, Span, Take};
use crate::settlement::{
    ClauseKind, Rule, ScheduleResult, SegmentResult, Settlement, Step, StepName,
};

/// What a clause is known by: where it stands, and which of several that stand there.
type Name = (String, u64);

/// Clauses that could do something, and those that did.
#[derive(Default)]
pub(super) struct Clauses {
    /// What to say of each that never does anything.
    watched: BTreeMap<Name, String>,
    applied: BTreeSet<Name>,
    /// Guarantees that were tested, by line.
    tested: BTreeSet<u64>,
    /// Those of them that were met at least once.
    met: BTreeSet<u64>,
}

impl Clauses {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut clauses = Self::default();
        clauses.watch_contract(contract);
        for schedule in &contract.schedules {
            clauses.watch_schedule(contract, schedule);
        }
        clauses
    }

    fn watch(&mut self, kind: ClauseKind, line: u64, what: String) {
        self.watched.insert((kind.as_str().to_owned(), line), what);
    }

    fn watch_contract(&mut self, contract: &Contract) {
        let never = |key: &str, name: &str| format!("{key} {name} never did anything");
        for each in &contract.floors {
            self.watch(ClauseKind::ShareFloor, each.line, never("floor", &each.name));
        }
        for each in &contract.most_favoured {
            self.watch(ClauseKind::MostFavoured, each.line, never("most-favoured", &each.name));
        }
        for each in &contract.guarantees {
            let what = format!("guarantee {} never fell short", each.name);
            self.watch(ClauseKind::Guarantee, each.line, what);
        }
        for each in &contract.advances {
            let what = format!("nothing of advance {} was ever recouped", each.name);
            self.watch(ClauseKind::Advance, each.line, what);
        }
        for each in &contract.reserves {
            self.watch(ClauseKind::Reserve, each.line, never("reserve", &each.name));
        }
        for each in &contract.caps {
            self.watch(ClauseKind::Cap, each.line, never("cap", &each.name));
        }
        for each in &contract.cash.minimum_payments {
            let what = format!("the minimum payment of line {} never did anything", each.line);
            self.watch(ClauseKind::MinimumPayment, each.line, what);
        }
    }

    /// The tiers and hurdles of the deal of today.
    fn watch_schedule(&mut self, contract: &Contract, schedule: &Schedule) {
        let Some(Basis::Shared(terms)) = schedule.terms.last().map(|terms| &terms.basis) else {
            return;
        };
        for tier in later_tiers(contract, terms) {
            let what = format!("tier {tier} of {} was never reached", schedule.id);
            self.watched.insert((place("tier", &tier, &schedule.id), 0), what);
        }
        for each in &terms.priority {
            if let Take::Rate { above: Some(_), .. } = each.take {
                let what = format!("the hurdle {} of {} was never reached", each.name, schedule.id);
                self.watched.insert((place("priority", &each.name, &schedule.id), 0), what);
            }
        }
    }

    pub(super) fn see(&mut self, contract: &Contract, settlement: &Settlement) {
        for adjustment in &settlement.adjustments {
            if let Some(clause) = &adjustment.trace.clause {
                self.applied.insert((adjustment.clause.as_str().to_owned(), clause.line));
            }
        }
        for schedule in &settlement.schedules {
            schedule.segments.iter().for_each(|segment| self.see_segment(schedule, segment));
        }
        for guarantee in &contract.guarantees {
            self.see_test(guarantee, settlement);
        }
    }

    fn see_segment(&mut self, schedule: &ScheduleResult, segment: &SegmentResult) {
        for tier in segment.slices.iter().filter_map(|slice| slice.tier.as_ref()) {
            self.applied.insert((place("tier", tier, &schedule.id), 0));
        }
        segment.steps.iter().for_each(|step| self.see_step(schedule, step));
    }

    /// Notes which limits, carried balances and hurdles ever bound.
    fn see_step(&mut self, schedule: &ScheduleResult, step: &Step) {
        if let (StepName::Priority, Some(label), false) =
            (step.name, &step.label, step.total.is_zero())
        {
            self.applied.insert((place("priority", label, &schedule.id), 0));
        }
        let Some(clause) = &step.trace.clause else { return };
        let name = (place("step", &clause.key, &schedule.id), 0);
        let (watched, bound) = match &step.trace.rule {
            Rule::Limit { amount, limit } => (true, amount > limit),
            Rule::Carried { .. } => (true, !step.total.is_zero()),
            Rule::SumOfFacts
            | Rule::Priced
            | Rule::SumOfSteps
            | Rule::RateOf { .. }
            | Rule::Nothing => (false, false),
        };
        if watched {
            let what = format!("{} of {} never did anything", clause.key, schedule.id);
            self.watched.insert(name.clone(), what);
        }
        if bound || (step.name == StepName::Deductions && !step.total.is_zero()) {
            self.applied.insert(name);
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
        let short = settlement.adjustments.iter().any(|adjustment| {
            adjustment.clause == ClauseKind::Guarantee && adjustment.name == guarantee.name
        });
        if !short {
            self.met.insert(guarantee.line);
        }
    }

    /// What is to be said of clauses in the end.
    pub(super) fn concerns(&self, contract: &Contract, plan: &Plan) -> Vec<(ConcernKind, String)> {
        let idle = self.watched.iter().filter(|(name, _)| !self.applied.contains(*name));
        let said = idle.map(|((_, line), what)| {
            let why = self.why(contract, plan, *line);
            (ConcernKind::NeverApplies, format!("{what}{why}"))
        });
        let guarantees = contract.guarantees.iter();
        let never_met = guarantees
            .filter(|each| self.tested.contains(&each.line) && !self.met.contains(&each.line));
        let short = never_met.map(|each| {
            let what = format!("guarantee {} fell short every time it was tested", each.name);
            (ConcernKind::NeverMet, what)
        });
        said.chain(short).collect()
    }

    /// Why the clause of a line did nothing: it did not hold, was not tested, or was not reached.
    fn why(&self, contract: &Contract, plan: &Plan, line: u64) -> String {
        let first = first_period(contract);
        let mut periods = std::iter::successors(Some(first), |period| Some(period.next()));
        let tried = |why: &str| format!(": {why} in the {} periods from {first} on", plan.months);
        let span = spans(contract).into_iter().find(|(at, _)| *at == line).map(|(_, span)| span);
        let months = usize::try_from(plan.months).unwrap_or(usize::MAX);
        let never_open =
            span.is_some_and(|span| !periods.by_ref().take(months).any(|at| span.is_open(at)));
        let guarantee = contract.guarantees.iter().any(|each| each.line == line);
        match (never_open, guarantee && !self.tested.contains(&line)) {
            (true, _) => tried("it does not hold"),
            (false, true) => tried("it is not tested"),
            (false, false) => " within the stated volume".to_owned(),
        }
    }
}

/// The clauses that hold for a time, by line.
fn spans(contract: &Contract) -> Vec<(u64, &Span)> {
    let floors = contract.floors.iter().map(|each| (each.line, &each.span));
    let guarantees = contract.guarantees.iter().map(|each| (each.line, &each.span));
    let advances = contract.advances.iter().map(|each| (each.line, &each.span));
    let reserves = contract.reserves.iter().map(|each| (each.line, &each.span));
    let caps = contract.caps.iter().map(|each| (each.line, &each.span));
    floors.chain(guarantees).chain(advances).chain(reserves).chain(caps).collect()
}

/// The name of what has no line of its own in a result.
fn place(key: &str, name: &str, schedule: &str) -> String {
    format!("{key} {name} of {schedule}")
}

/// The tiers above the first, as slices name them. Deals are listed, so their tiers are known.
fn later_tiers(contract: &Contract, terms: &SharedTerms) -> Vec<String> {
    let Some(Scale::Measured(_)) = terms.split.scale else { return Vec::new() };
    let name = |tier: &crate::contract::Tier| {
        let word = if tier.above { "above" } else { "from" };
        format!("{word} {}", tier.from.to_ratio(contract.currency).to_plain())
    };
    terms.split.tiers.iter().skip(1).map(name).collect()
}
