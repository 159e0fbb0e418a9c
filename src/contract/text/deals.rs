//! `[[deal]]`: agreements with customers whose total value decides the shares of their sales.
//!
//! Refuses an id used twice.

use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::or_default;
use crate::contract::{Deal, codes};

/// Reads the deals.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Deal>> {
    let elements = reader.list(node, "[[deal]] blocks, each in double brackets")?;
    let mut deals: Vec<Deal> = Vec::new();
    for element in elements {
        let Some(deal) = deal(reader, element) else { continue };
        if let Some(earlier) = deals.iter().find(|earlier| earlier.id == deal.id) {
            let message = format!("the deal {:?} stands on line {} already", deal.id, earlier.line);
            let help = "give each deal one block, with its value in all";
            let at = element.field("id").map_or(&element.at, |id| &id.at);
            reader.complain(&codes::DUPLICATE, at, message, help);
        }
        deals.push(deal);
    }
    (deals.len() == elements.len()).then_some(deals)
}

fn deal(reader: &mut Reader<'_>, node: &Node) -> Option<Deal> {
    let block = reader.block(node, "this deal", keys::DEAL)?;
    let id = block.need(reader, "id", "id = \"D-1042\", as the sales name it");
    let id = id.and_then(|node| reader.name(node));
    let value = block.need(reader, "value", "value = \"2000000\", its value in all");
    let value = value.and_then(|node| reader.amount(node));
    let renewal = or_default(block.get("renewal"), false, |node| reader.truth(node));
    Some(Deal { id: id?, value: value?, renewal: renewal?, line: reader.line(&node.at) })
}
