//! Clauses beside the schedules: `[[shared-cost]]` and `[[availability]]`.
//!
//! Refuses a rule that an earlier one leaves nothing to, and a window that ends before it begins.

use super::keys;
use super::reach::{covers, scope_covers};
use super::reader::Reader;
use super::scopes;
use super::tree::Node;
use super::value::or_default;
use crate::contract::{Availability, Driver, Scope, SharedCost, codes};

/// Reads the rules for cost that names no product or channel.
pub(super) fn shared_costs(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<SharedCost>> {
    let elements = reader.list(node, "[[shared-cost]] blocks, each in double brackets")?;
    let mut rules: Vec<SharedCost> = Vec::new();
    for element in elements {
        let Some(rule) = shared_cost(reader, element) else { continue };
        let covered = |earlier: &&SharedCost| {
            covers(&earlier.category, &rule.category) && scope_covers(&earlier.over, &rule.over)
        };
        if let Some(earlier) = rules.iter().find(covered) {
            let message =
                format!("every cost of this rule is taken by line {} already", earlier.line);
            let help = "the first match wins: put the narrower rule first, or delete this one";
            reader.complain(&codes::UNREACHABLE_RULE, &element.at, message, help);
        }
        rules.push(rule);
    }
    (rules.len() == elements.len()).then_some(rules)
}

fn shared_cost(reader: &mut Reader<'_>, node: &Node) -> Option<SharedCost> {
    let block = reader.block(node, "this shared cost", keys::SHARED_COST)?;
    let category = block.need(reader, "category", "category = [\"accelerator-pool\"]");
    let category = category.and_then(|node| reader.patterns(node));
    let driver = block.need(reader, "driver", "driver = \"sales\", or the name of a unit");
    let driver = driver.and_then(|node| reader.name(node)).map(|name| match name.as_str() {
        "sales" => Driver::Sales,
        _ => Driver::Unit(name),
    });
    let over = or_default(block.get("over"), Scope::default(), |node| {
        scopes::read(reader, node, "the scope of a shared cost", keys::OVER)
    });
    let line = reader.line(&node.at);
    Some(SharedCost { category: category?, driver: driver?, over: over?, line })
}

/// Reads the windows in which models were suspended.
pub(super) fn availability(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Availability>> {
    let elements = reader.list(node, "[[availability]] blocks, each in double brackets")?;
    let read: Vec<_> = elements.iter().map(|element| window(reader, element)).collect();
    read.into_iter().collect()
}

fn window(reader: &mut Reader<'_>, node: &Node) -> Option<Availability> {
    let block = reader.block(node, "this availability", keys::AVAILABILITY)?;
    let product = block.need(reader, "product", "product = \"opus-4\"");
    let product = product.and_then(|node| reader.patterns(node));
    let example = "suspended = { from = 2026-11-10, to = 2026-11-23 }";
    let suspended = block.need(reader, "suspended", example)?;
    let days = reader.block(suspended, "this suspension", keys::WINDOW)?;
    let from = days.need(reader, "from", "from = 2026-11-10");
    let from = from.and_then(|node| reader.day(node));
    let to = days.need(reader, "to", "to = 2026-11-23");
    let to = to.and_then(|node| reader.day(node));
    let (from, to) = (from?, to?);
    if from > to {
        let message = format!("this suspension ends on {to}, before it begins on {from}");
        let help = "write the first and the last day, both included";
        reader.complain(&codes::EMPTY_WINDOW, &suspended.at, message, help);
    }
    Some(Availability { product: product?, from, to, line: reader.line(&node.at) })
}
