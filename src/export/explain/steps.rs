//! Steps of the waterfall: the rule, the clause, and the steps and facts below.

use std::collections::BTreeSet;

use super::{Node, facts};
use crate::contract::Contract;
use crate::money::Minor;
use crate::settlement::{Input, Rule, SegmentResult, Settlement, Step, StepName};
use crate::statement::{grouped, rule_in_words};

/// Tells a settlement; what was told once is not told again further down.
pub(super) struct Teller<'a> {
    pub(super) settlement: &'a Settlement,
    pub(super) contract: &'a Contract,
    told: BTreeSet<String>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(settlement: &'a Settlement, contract: &'a Contract) -> Self {
        Self { settlement, contract, told: BTreeSet::new() }
    }

    /// An amount for a reader.
    pub(super) fn show(&self, amount: Minor) -> String {
        grouped(&amount.display(self.settlement.currency))
    }

    /// A step of a segment of a schedule, all of it or the line of one product. `sign` is −1 where
    /// the step is taken off.
    pub(super) fn step(
        &mut self,
        id: &str,
        segment: &SegmentResult,
        step: &Step,
        only: Option<&str>,
        sign: i128,
    ) -> Node {
        let amount = Minor(sign * part(step, only).0);
        let mut node = Node::titled(title(step, only)).amounting(self.show(amount));
        let name = format!("{id} {} {}", segment.from, title(step, only));
        if !self.told.insert(name) {
            return node.noting("as above");
        }
        node.notes = self.notes(step, only);
        let facts = facts::of(step, only);
        let shown = |product: &str| self.show(part(step, Some(product)));
        node.children = facts::nodes(step, &facts, shown);
        node.children.extend(facts::flat(step, only));
        for (name, label, sign) in below(step) {
            let found = |other: &&Step| {
                other.name == name
                    && (name != StepName::Deductions || label.is_none() || other.label == label)
            };
            for other in segment.steps.iter().filter(found) {
                if !part(other, only).is_zero() {
                    node.children.push(self.step(id, segment, other, only, sign));
                }
            }
        }
        node
    }

    /// The rule in words, the exact value where it is not whole, the place of the clause.
    fn notes(&self, step: &Step, only: Option<&str>) -> Vec<String> {
        let mut notes = match step.trace.rule {
            Rule::SumOfSteps => Vec::new(),
            Rule::SumOfFacts
            | Rule::Priced
            | Rule::RateOf { .. }
            | Rule::Limit { .. }
            | Rule::Carried { .. }
            | Rule::Nothing => vec![rule_in_words(step, |amount| self.show(amount))],
        };
        if only.is_some() {
            notes.push(format!("its part of {}", self.show(step.total)));
        }
        notes.extend(self.before_rounding(step));
        if let Some(clause) = &step.trace.clause {
            notes.push(format!("{}:{} {}", clause.file, clause.line, clause.key));
        }
        notes
    }

    /// The exact value, where it is not what the statement shows.
    fn before_rounding(&self, step: &Step) -> Option<String> {
        let exact = step.trace.exact.as_ref()?;
        let then = match step.trace.rule {
            Rule::Limit { .. } => "before the limit".to_owned(),
            Rule::SumOfFacts
            | Rule::Priced
            | Rule::SumOfSteps
            | Rule::RateOf { .. }
            | Rule::Carried { .. }
            | Rule::Nothing => format!("rounded {}", self.contract.rounding),
        };
        let differs = *exact != step.total.to_ratio(self.settlement.currency);
        differs.then(|| format!("exactly {}, {then}", grouped(&exact.to_plain())))
    }
}

/// What a step is called in a path.
pub(super) fn name(step: &Step) -> String {
    match &step.label {
        Some(label) => format!("{}:{label}", step.name),
        None => step.name.to_string(),
    }
}

fn title(step: &Step, only: Option<&str>) -> String {
    match only {
        Some(product) => format!("{} of {product}", name(step)),
        None => name(step),
    }
}

/// The total, or the line of one product.
pub(super) fn part(step: &Step, only: Option<&str>) -> Minor {
    let Some(product) = only else { return step.total };
    step.lines.iter().filter(|line| line.product == product).map(|line| line.amount).sum()
}

/// The steps that went into one, each with its sign; where the trace names none, those that its
/// rule speaks of.
fn below(step: &Step) -> Vec<(StepName, Option<String>, i128)> {
    let named: Vec<_> = step
        .trace
        .inputs
        .iter()
        .filter_map(|input| match input {
            Input::Step { name, label, .. } => Some((*name, label.clone(), sign(step, *name))),
            Input::Facts { .. } | Input::Flat { .. } => None,
        })
        .collect();
    let implied = |names: &[StepName]| names.iter().map(|name| (*name, None, 1)).collect();
    match &step.trace.rule {
        _ if !named.is_empty() => named,
        Rule::RateOf { .. } | Rule::Limit { .. } | Rule::Carried { .. } => {
            implied(spoken_of(step.name))
        }
        Rule::SumOfFacts | Rule::Priced | Rule::SumOfSteps | Rule::Nothing => named,
    }
}

/// What is taken off when steps are summed.
fn sign(step: &Step, name: StepName) -> i128 {
    let taken_off = match name {
        StepName::Cost | StepName::Uplift | StepName::CarriedIn | StepName::Priority => true,
        StepName::GrossSales
        | StepName::Refunds
        | StepName::Deductions
        | StepName::NetSales
        | StepName::Tax
        | StepName::Excess
        | StepName::GrossProfit
        | StepName::LossCarry
        | StepName::ShareBase
        | StepName::UsageFee
        | StepName::Uncollected => false,
    };
    if taken_off && step.trace.rule == Rule::SumOfSteps { -1 } else { 1 }
}

fn spoken_of(name: StepName) -> &'static [StepName] {
    match name {
        StepName::Deductions => &[StepName::GrossSales, StepName::Refunds],
        StepName::Uplift => &[StepName::Cost],
        StepName::Excess => {
            &[StepName::Cost, StepName::Uplift, StepName::CarriedIn, StepName::NetSales]
        }
        StepName::LossCarry => &[StepName::GrossProfit, StepName::Priority],
        StepName::GrossSales
        | StepName::Refunds
        | StepName::NetSales
        | StepName::Tax
        | StepName::Cost
        | StepName::CarriedIn
        | StepName::GrossProfit
        | StepName::Priority
        | StepName::ShareBase
        | StepName::UsageFee
        | StepName::Uncollected => &[],
    }
}
