//! `cost = { deduct = ["compute"], ceiling = "70% of net-sales", excess = "carry" }`.
//!
//! Refuses a ceiling of anything but net sales, and an excess where there is no ceiling.

use super::carry;
use super::keys;
use super::rates;
use super::reader::Reader;
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::contract::{Amount, Ceiling, CostTerms, Excess, Pattern, Settled, codes};
use crate::money::Ratio;

const SETTLED: &[(&str, Settled)] = &[("net", Settled::Net), ("invoiced", Settled::Invoiced)];
const CEILING: &str = "write \"70% of net-sales\", an amount such as \"500\", or \
                       { budget = \"500\", tolerance = \"10%\" }";

/// Without the key, every cost is deducted. For net sales, none is.
pub(super) fn unwritten(deduct: Vec<Pattern>) -> CostTerms {
    CostTerms {
        deduct,
        rates: Vec::new(),
        uplift: None,
        ceiling: None,
        excess: Excess::default(),
        settled: Settled::default(),
    }
}

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<CostTerms> {
    let block = reader.block(node, "this cost", keys::COST)?;
    let rates = or_default(block.get("rates"), Vec::new(), |node| rates::read(reader, node));
    let missing = if block.get("rates").is_some() { Vec::new() } else { vec![Pattern::any()] };
    let deduct = or_default(block.get("deduct"), missing, |node| deduct(reader, node));
    let uplift = optional(block.get("uplift"), |node| reader.fraction(node));
    let ceiling = optional(block.get("ceiling"), |node| ceiling(reader, node));
    let excess = or_default(block.get("excess"), Excess::default(), |node| {
        if block.get("ceiling").is_none() {
            let message = "`excess` has no effect without a ceiling";
            let help = "add ceiling = \"70% of net-sales\", or delete excess";
            reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
        }
        carry::excess(reader, node)
    });
    let settled =
        or_default(block.get("settled"), Settled::default(), |node| reader.word(node, SETTLED));
    Some(CostTerms {
        deduct: deduct?,
        rates: rates?,
        uplift: uplift?,
        ceiling: ceiling?,
        excess: excess?,
        settled: settled?,
    })
}

/// Category patterns; here an empty list has a meaning, because costs may all be priced by rates.
fn deduct(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Pattern>> {
    match &node.value {
        Value::List(elements) if elements.is_empty() => Some(Vec::new()),
        Value::List(_)
        | Value::Text(_)
        | Value::Whole(_)
        | Value::Float
        | Value::Truth(_)
        | Value::Day(_)
        | Value::Time
        | Value::Table(_) => reader.patterns(node),
    }
}

fn ceiling(reader: &mut Reader<'_>, node: &Node) -> Option<Ceiling> {
    if let Value::Table(_) = node.value {
        return budget(reader, node);
    }
    let text = reader.quoted(node, "ceiling = \"70% of net-sales\"")?;
    if let Some(rate) = text.strip_suffix("of net-sales").and_then(|rate| rate.strip_suffix(' ')) {
        return reader.fraction_in(rate.trim_end(), node).map(Ceiling::RateOfNetSales);
    }
    if text.contains('%') || text.contains(char::is_alphabetic) {
        let message = format!("{text:?} is not a ceiling");
        reader.complain(&codes::BAD_CEILING, &node.at, message, CEILING);
        return None;
    }
    let amount = reader.amount(node)?;
    Some(Ceiling::Amount(Amount { amount, tolerance: Ratio::zero() }))
}

fn budget(reader: &mut Reader<'_>, node: &Node) -> Option<Ceiling> {
    let block = reader.block(node, "this budget", keys::BUDGET)?;
    let amount = block.need(reader, "budget", "budget = \"500\"");
    let amount = amount.and_then(|node| reader.amount(node));
    let tolerance = block.need(reader, "tolerance", "tolerance = \"10%\"");
    let tolerance = tolerance.and_then(|node| reader.fraction(node));
    Some(Ceiling::Amount(Amount { amount: amount?, tolerance: tolerance? }))
}
