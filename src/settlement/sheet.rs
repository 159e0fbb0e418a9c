//! The sheet that a segment's waterfall is written on, step by step.
//!
//! The law: a step is rounded once, on its total; its lines are then apportioned so that they add
//! up to it. Everything after that is whole minor units.

use std::collections::BTreeMap;

use super::settled::{Line, Step, StepName};
use super::trace::{Clause, Input, Rule, Trace};
use crate::contract::{Contract, Terms};
use crate::finding::Finding;
use crate::money::{Minor, Ratio, TooLarge, spread};

use super::codes;

/// Amounts by product; the empty product stands for what has none.
pub(super) type Lines = BTreeMap<String, Minor>;
/// Exact amounts by product, in major units.
pub(super) type ExactLines = BTreeMap<String, Ratio>;

/// Where the steps of one segment are written.
pub(super) struct Sheet<'a> {
    pub(super) contract: &'a Contract,
    terms: &'a Terms,
    steps: Vec<Step>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(contract: &'a Contract, terms: &'a Terms) -> Self {
        Self { contract, terms, steps: Vec::new() }
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The clause under a key of the terms, or the block itself if the key was left out.
    pub(super) fn clause(&self, key: &str) -> Clause {
        let places = &self.terms.places;
        let parent = key.split_once('.').map_or("", |(parent, _)| parent);
        let line = places.get(key).or_else(|| places.get(parent)).or_else(|| places.get(""));
        Clause {
            file: self.contract.file.to_string(),
            line: line.copied().unwrap_or(0),
            key: key.to_owned(),
        }
    }

    /// Rounds an exact amount in major units.
    pub(super) fn round(&self, exact: &Ratio) -> Result<Minor, Finding> {
        Minor::round(exact, self.contract.currency, self.contract.rounding).map_err(too_large)
    }

    /// A rate of an amount as shown, rounded.
    pub(super) fn rate_of(&self, rate: &Ratio, base: Minor) -> Result<Minor, Finding> {
        self.round(&(rate * &base.to_ratio(self.contract.currency)))
    }

    /// Writes a step that was rounded from exact parts per product.
    pub(super) fn write_exact(
        &mut self,
        heading: Heading<'_>,
        exact: &ExactLines,
        rule: Rule,
        inputs: Vec<Input>,
    ) -> Result<(Minor, Lines), Finding> {
        let sum: Ratio = exact.values().sum();
        let total = self.round(&sum)?;
        let lines = self.spread(total, exact);
        self.write(heading, total, &lines, Trace { exact: Some(sum), ..trace(rule, inputs) });
        Ok((total, lines))
    }

    /// Spreads a total over products in proportion to exact parts that round to it.
    pub(super) fn spread(&self, total: Minor, exact: &ExactLines) -> Lines {
        let per_major = Ratio::whole(10_i64.pow(self.contract.currency.digits()));
        let units: Vec<Ratio> = exact.values().map(|part| part * &per_major).collect();
        exact.keys().cloned().zip(spread(total, &units)).collect()
    }

    /// Writes a step whose total and lines are known.
    pub(super) fn write(
        &mut self,
        heading: Heading<'_>,
        total: Minor,
        lines: &Lines,
        trace: Trace,
    ) {
        assert_eq!(lines.values().copied().sum::<Minor>(), total, "lines add up to {heading:?}");
        let line = |(product, amount): (&String, &Minor)| Line {
            product: product.clone(),
            amount: *amount,
        };
        self.steps.push(Step {
            name: heading.name,
            label: heading.label.map(str::to_owned),
            total,
            lines: lines.iter().map(line).collect(),
            trace: Trace { clause: heading.key.map(|key| self.clause(key)), ..trace },
        });
    }

    /// Writes a step without a product basis: one line with an empty product, none if it is zero.
    pub(super) fn write_plain(&mut self, heading: Heading<'_>, total: Minor, trace: Trace) {
        let mut lines = Lines::new();
        put(&mut lines, "", total);
        self.write(heading, total, &lines, trace);
    }

    /// Writes a step that is the sum of earlier ones, each with its sign.
    pub(super) fn write_sum(&mut self, heading: Heading<'_>, terms: &[(Minor, StepName)]) -> Lines {
        let mut lines = Lines::new();
        let mut inputs = Vec::new();
        for (sign, name) in terms {
            for step in self.steps.iter().filter(|step| step.name == *name) {
                let signed = |amount: Minor| Minor(amount.0 * sign.0);
                step.lines
                    .iter()
                    .for_each(|line| add(&mut lines, &line.product, signed(line.amount)));
                let label = step.label.clone();
                inputs.push(Input::Step { name: *name, label, amount: signed(step.total) });
            }
        }
        lines.retain(|_, amount| !amount.is_zero());
        let total = lines.values().copied().sum();
        self.write(heading, total, &lines, trace(Rule::SumOfSteps, inputs));
        lines
    }

    /// What went into steps already written.
    pub(super) fn inputs<'s>(&'s self, names: &'s [StepName]) -> impl Iterator<Item = &'s Input> {
        let steps = self.steps.iter().filter(|step| names.contains(&step.name));
        steps.flat_map(|step| &step.trace.inputs)
    }

    /// The total of a step already written; several of one name are added.
    pub(super) fn total(&self, name: StepName) -> Minor {
        self.steps.iter().filter(|step| step.name == name).map(|step| step.total).sum()
    }
}

/// What a step is called and which key of the terms it rests on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heading<'k> {
    pub(super) name: StepName,
    pub(super) label: Option<&'k str>,
    pub(super) key: Option<&'k str>,
}

impl<'k> Heading<'k> {
    pub(super) fn of(name: StepName, key: &'k str) -> Self {
        Self { name, label: None, key: Some(key) }
    }
}

/// A trace without exact value; the sheet fills in the clause.
pub(super) fn trace(rule: Rule, inputs: Vec<Input>) -> Trace {
    Trace { clause: None, rule, exact: None, inputs }
}

/// Adds to a line.
pub(super) fn add(lines: &mut Lines, product: &str, amount: Minor) {
    match lines.get_mut(product) {
        Some(line) => *line += amount,
        None => put(lines, product, amount),
    }
}

fn put(lines: &mut Lines, product: &str, amount: Minor) {
    if !amount.is_zero() {
        lines.insert(product.to_owned(), amount);
    }
}

/// Adds to an exact line.
pub(super) fn add_exact(lines: &mut ExactLines, product: &str, amount: &Ratio) {
    match lines.get_mut(product) {
        Some(line) => *line += amount,
        None => drop(lines.insert(product.to_owned(), amount.clone())),
    }
}

pub(super) fn too_large(error: TooLarge) -> Finding {
    Finding::new(&codes::TOO_LARGE, error.to_string())
        .help("look for a wrong unit or price in the files and in the rates of the contract")
}
