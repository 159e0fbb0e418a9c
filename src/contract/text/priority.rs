//! `priority = [ { name = "platform fee", to = "vendor", fee = "40000" }, ... ]`: what goes to a
//! named party off the top.
//!
//! Refuses an entry that is both a fee and a rate or neither, and a name used twice.

use super::keys;
use super::reader::{Block, Reader};
use super::tiers;
use super::tree::Node;
use super::value::optional;
use crate::contract::{Hurdle, Priority, Take, codes};

const EXAMPLE: &str =
    "priority = [ { name = \"royalty\", to = \"vendor\", rate = \"2%\", of = \"net-sales\" } ]";

/// Reads the list.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Priority>> {
    let elements = reader.list(node, EXAMPLE)?;
    let mut list: Vec<Priority> = Vec::new();
    for element in elements {
        let Some(priority) = priority(reader, element) else { continue };
        if list.iter().any(|earlier| earlier.name == priority.name) {
            let message = format!("two priorities are named {:?}", priority.name);
            let help = "give each its own name: statements show them by name";
            let at = element.field("name").map_or(&element.at, |name| &name.at);
            reader.complain(&codes::DUPLICATE, at, message, help);
        }
        list.push(priority);
    }
    (list.len() == elements.len()).then_some(list)
}

fn priority(reader: &mut Reader<'_>, node: &Node) -> Option<Priority> {
    let block = reader.block(node, "this priority", keys::PRIORITY)?;
    let name = block.need(reader, "name", "name = \"platform fee\"");
    let name = name.and_then(|node| reader.name(node));
    let to = block.need(reader, "to", "to = \"vendor\"");
    let to = to.and_then(|node| reader.party_of(node));
    let take = take(reader, &block);
    Some(Priority { name: name?, to: to?, take: take? })
}

fn take(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Take> {
    let Some(fee) = block.get("fee") else { return rate(reader, block) };
    let others = ["rate", "of", "above", "window", "anniversary"];
    for node in others.into_iter().filter_map(|key| block.get(key)) {
        let message = format!("`{}` and `fee` exclude each other", node.name);
        let help = "write a fee and a rate as two entries of priority";
        reader.complain(&codes::EXCLUSIVE, &node.key_at, message, help);
    }
    reader.amount(fee).map(Take::Fee)
}

fn rate(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Take> {
    let rate = block.need(reader, "rate", "rate = \"2%\", or fee = \"40000\" for an amount");
    let rate = rate.and_then(|node| reader.fraction(node));
    let of = block.need(reader, "of", "of = \"net-sales\"");
    let of = of.and_then(|node| tiers::source(reader, node));
    let amount = optional(block.get("above"), |node| reader.amount(node));
    let window = tiers::window(reader, block);
    for node in ["window"].into_iter().filter_map(|key| block.get(key)) {
        if block.get("above").is_none() {
            let message = "`window` has no effect without a hurdle";
            let help = "add above = \"800000\", or delete window";
            reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
        }
    }
    let window = window?;
    let above = amount?.map(|amount| Hurdle { amount, window });
    Some(Take::Rate { rate: rate?, of: of?, above })
}
