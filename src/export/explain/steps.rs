//! Steps of the waterfall: the rule, the clause, and the steps and facts below.

use std::collections::BTreeMap;

use super::Node;
use super::facts::{self, Telling};
use crate::contract::{Basis, Ceiling, Selector};
use crate::money::{Minor, Ratio};
use crate::posting;
use crate::settlement::{Input, Rule, ScheduleResult, SegmentResult, Step, StepName};
use crate::statement::{grouped, rule_in_words};

use super::teller::Teller;

/// One segment of one schedule.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) result: &'a ScheduleResult,
    pub(super) segment: &'a SegmentResult,
}

/// Every segment of a schedule.
pub(super) fn segments(result: &ScheduleResult) -> impl Iterator<Item = At<'_>> {
    result.segments.iter().map(move |segment| At { result, segment })
}

impl Teller<'_> {
    /// A step of a segment of a schedule, all of it or the line of one product. `sign` is −1 where
    /// the step is taken off.
    pub(super) fn step(&self, at: At<'_>, step: &Step, only: Option<&str>, sign: i128) -> Node {
        let amount = Minor(sign * part(step, only).0);
        let mut node = self.money(title(step, only), amount);
        node.name = Some(format!("{} {} {}", at.result.id, at.segment.from, title(step, only)));
        node.notes = self.notes(step, only);
        match step.name {
            StepName::Deductions => self.deduction(at, step, only, sign, node),
            StepName::Excess => self.excess(at, step, only, sign, node),
            StepName::GrossSales
            | StepName::Refunds
            | StepName::NetSales
            | StepName::Tax
            | StepName::Cost
            | StepName::Uplift
            | StepName::CarriedIn
            | StepName::GrossProfit
            | StepName::LossCarry
            | StepName::Priority
            | StepName::ShareBase
            | StepName::UsageFee
            | StepName::Uncollected => self.plain_step(at, step, only, sign, node),
        }
    }

    /// Facts or steps that are summed; the base of a rate.
    fn plain_step(
        &self,
        at: At<'_>,
        step: &Step,
        only: Option<&str>,
        sign: i128,
        node: Node,
    ) -> Node {
        if step.trace.rule == Rule::SumOfSteps {
            let node = node.over(self.summands(at, step, only, sign));
            return node.closed_by("rounding");
        }
        let node = node.over(self.facts_of(step, only, sign)).closed_by("rounding");
        node.from(self.spoken_of(at, step, only))
    }

    /// The facts of a step, by product where there are several.
    fn facts_of(&self, step: &Step, only: Option<&str>, sign: i128) -> Vec<Node> {
        let facts = facts::of(step, only);
        let settlement = self.settlement;
        let telling = Telling { sign, period: settlement.period, currency: settlement.currency };
        let whole = step.name != StepName::Deductions;
        let parts = parts(step);
        let line = |product: &str| whole.then(|| parts.get(product).copied().unwrap_or_default());
        let mut nodes = facts::nodes(&facts, telling, line);
        nodes.extend(facts::flat(step, only, sign));
        nodes
    }

    fn summands(&self, at: At<'_>, step: &Step, only: Option<&str>, sign: i128) -> Vec<Node> {
        let mut nodes = Vec::new();
        for input in &step.trace.inputs {
            let Input::Step { name, label, .. } = input else { continue };
            let same = |other: &&Step| other.name == *name && other.label == *label;
            for other in at.segment.steps.iter().filter(same) {
                if !part(other, only).is_zero() {
                    nodes.push(self.step(at, other, only, sign * summed(*name)));
                }
            }
        }
        nodes
    }

    /// The steps that a rate is taken of, or that a rule speaks of.
    fn spoken_of(&self, at: At<'_>, step: &Step, only: Option<&str>) -> Vec<Node> {
        let named = step.trace.inputs.iter().filter_map(|input| match input {
            Input::Step { name, .. } => Some(*name),
            Input::Facts { .. } | Input::Flat { .. } => None,
        });
        let mut names: Vec<StepName> = named.collect();
        match &step.trace.rule {
            Rule::RateOf { .. } | Rule::Limit { .. } | Rule::Carried { .. } => {
                names.extend(spoken_of(step.name));
            }
            Rule::SumOfFacts | Rule::Priced | Rule::SumOfSteps | Rule::Nothing => {}
        }
        self.named(at, &names, only)
    }

    fn named(&self, at: At<'_>, names: &[StepName], only: Option<&str>) -> Vec<Node> {
        let found = |name: &StepName| {
            let name = *name;
            at.segment.steps.iter().filter(move |step| step.name == name)
        };
        let steps = names.iter().flat_map(found).filter(|step| !part(step, only).is_zero());
        steps.map(|step| self.step(at, step, only, 1)).collect()
    }

    /// Facts, rates, what was carried from before, and the cut at the cap.
    fn deduction(
        &self,
        at: At<'_>,
        step: &Step,
        only: Option<&str>,
        sign: i128,
        node: Node,
    ) -> Node {
        let base = self.named(at, &[StepName::GrossSales, StepName::Refunds], only);
        let rates = self.rates_of(at, step);
        let facts = self.facts_of(step, only, sign);
        let plain = matches!(step.trace.rule, Rule::RateOf { .. });
        if plain && facts.is_empty() && rates.len() == 1 {
            return node.from(base);
        }
        self.mixed(step, only, sign, node, (facts, rates, base))
    }

    fn mixed(
        &self,
        step: &Step,
        only: Option<&str>,
        sign: i128,
        node: Node,
        (facts, rates, base): (Vec<Node>, Vec<Ratio>, Vec<Node>),
    ) -> Node {
        let mut node = node.over(facts);
        for rate in rates {
            let taken = &Ratio::whole(-sign) * &(&rate * &Node::sum(&base));
            let title = format!("{rate} of gross-sales and refunds");
            node.children.push(Node::exactly(title, taken).from(base.clone()));
        }
        let before = step.trace.exact.clone().filter(|_| only.is_none());
        if let Some(exact) = before {
            let carried = &Ratio::whole(sign) * &exact - Node::sum(&node.children);
            if !carried.is_zero() {
                node.children.push(Node::exactly("carried from before", carried));
            }
        }
        let cut = matches!(step.trace.rule, Rule::Limit { .. });
        node.closed_by(if cut { "cut at the cap" } else { "rounding" })
    }

    /// The rates of a deduction's entry in the terms.
    fn rates_of(&self, at: At<'_>, step: &Step) -> Vec<Ratio> {
        let Basis::Shared(terms) = self.basis(at) else { return Vec::new() };
        let own = terms.deductions.iter().find(|it| Some(&it.name) == step.label.as_ref());
        let parts = own.into_iter().flat_map(|deduction| &deduction.parts);
        let rate = |part: &Selector| match part {
            Selector::Rate(rate) => Some(rate.clone()),
            Selector::Facts { .. } => None,
        };
        parts.filter_map(rate).collect()
    }

    /// What exceeds the ceiling: the cost less the ceiling.
    fn excess(&self, at: At<'_>, step: &Step, only: Option<&str>, sign: i128, node: Node) -> Node {
        let deducted = [StepName::Cost, StepName::Uplift, StepName::CarriedIn];
        let limit = match step.trace.rule {
            Rule::Limit { limit, .. } if !step.total.is_zero() => limit,
            Rule::SumOfFacts
            | Rule::Priced
            | Rule::SumOfSteps
            | Rule::RateOf { .. }
            | Rule::Limit { .. }
            | Rule::Carried { .. }
            | Rule::Nothing => {
                return node.from(self.spoken_of(at, step, only));
            }
        };
        let mut ceiling = self.money("the ceiling", Minor(-sign * limit.0));
        if let Basis::Shared(terms) = self.basis(at)
            && let Some(Ceiling::RateOfNetSales(rate)) = &terms.cost.ceiling
        {
            ceiling = ceiling.noting(format!("{rate} of net-sales"));
        }
        let of_sales = self.named(at, &[StepName::NetSales], None);
        let steps = at.segment.steps.iter().filter(|step| deducted.contains(&step.name));
        let steps = steps.filter(|step| !step.total.is_zero());
        let parts: Vec<Node> = steps.map(|step| self.step(at, step, None, sign)).collect();
        node.over(parts).over([ceiling.from(of_sales)])
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

    /// The terms that a segment was settled by.
    pub(super) fn basis<'t>(&'t self, at: At<'_>) -> &'t Basis {
        posting::basis(posting::schedule(self.contract, at.result), at.segment)
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
        Some("") => format!("{} of no product", name(step)),
        Some(product) => format!("{} of {product}", name(step)),
        None => name(step),
    }
}

/// The total, or the line of one product.
pub(super) fn part(step: &Step, only: Option<&str>) -> Minor {
    let Some(product) = only else { return step.total };
    step.lines.iter().filter(|line| line.product == product).map(|line| line.amount).sum()
}

/// The same of every product.
fn parts(step: &Step) -> BTreeMap<&str, Minor> {
    let mut parts: BTreeMap<&str, Minor> = BTreeMap::new();
    for line in &step.lines {
        *parts.entry(&line.product).or_default() += line.amount;
    }
    parts
}

/// What is taken off when steps are summed.
fn summed(name: StepName) -> i128 {
    match name {
        StepName::Cost | StepName::Uplift | StepName::CarriedIn | StepName::Priority => -1,
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
        | StepName::Uncollected => 1,
    }
}

fn spoken_of(name: StepName) -> &'static [StepName] {
    match name {
        StepName::Uplift => &[StepName::Cost],
        StepName::Excess => {
            &[StepName::Cost, StepName::Uplift, StepName::CarriedIn, StepName::NetSales]
        }
        StepName::LossCarry => &[StepName::GrossProfit, StepName::Priority],
        StepName::GrossSales
        | StepName::Refunds
        | StepName::Deductions
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
