//! The rules of a trace in words, with plain decimals: part of the statement, so part of what its
//! digest covers.

use crate::money::{Currency, Minor};
use crate::settlement::{Input, Rule, Step, StepName};

/// How a step was made, in a few words: `70% of 1000.00`.
pub(super) fn rule(step: &Step, currency: Currency) -> String {
    rule_with(step, |amount| amount.display(currency))
}

/// The same with amounts shown in another way.
pub(crate) fn rule_with(step: &Step, plain: impl Fn(Minor) -> String) -> String {
    match &step.trace.rule {
        Rule::SumOfFacts => "sum of facts".to_owned(),
        Rule::Priced => "quantity × price".to_owned(),
        Rule::SumOfSteps => sum_of_steps(&step.trace.inputs),
        Rule::RateOf { rate, base } => format!("{rate} of {}", plain(*base)),
        Rule::Limit { amount, limit } if step.name == StepName::Excess => {
            format!("{} less a limit of {}", plain(*amount), plain(*limit))
        }
        Rule::Limit { amount, limit } => {
            format!("{} within a limit of {}", plain(*amount), plain(*limit))
        }
        Rule::Carried { before, borne } if borne.is_zero() => {
            format!("balance before: {}", plain(*before))
        }
        Rule::Carried { before, borne } => {
            format!("balance before: {}, of it {} interest now", plain(*before), plain(*borne))
        }
        Rule::Nothing => "no such clause".to_owned(),
    }
}

/// The steps in the order in which they went in: `gross-sales + refunds + deductions: listing`.
fn sum_of_steps(inputs: &[Input]) -> String {
    let names: Vec<String> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Step { name, label, .. } => Some(match label {
                Some(label) => format!("{name}: {label}"),
                None => name.to_string(),
            }),
            Input::Facts { .. } | Input::Flat { .. } => None,
        })
        .collect();
    if names.is_empty() { "sum of steps".to_owned() } else { format!("from {}", names.join(", ")) }
}
