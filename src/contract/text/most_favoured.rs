//! `[[most-favoured]]`: a party's share of the base is at least what comparable deals give.
//!
//! That another deal has a better rate is known outside; files `grants*` bring it, or it is written
//! down here as a grant, by the day from which it counts. Refuses grants that are not in the order of
//! their days.

use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::{optional, or_default};
use super::wide;
use crate::contract::{Grant, MostFavoured, codes};

const EXAMPLE: &str = "grants = [ { from = 2026-03-01, rate = \"22%\" } ]";

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<MostFavoured> {
    let block = reader.block(node, "this most-favoured clause", keys::MOST_FAVOURED)?;
    let name = wide::name(reader, &block, "most-favoured rate");
    let two = wide::two(reader, &block, ["party", "from"]);
    let grants = or_default(block.get("grants"), Vec::new(), |node| grants(reader, node));
    let schedules = wide::schedules(reader, &block);
    let [party, from] = two?;
    Some(MostFavoured {
        name: name?,
        party,
        from,
        grants: grants?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}

fn grants(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Grant>> {
    let elements = reader.list(node, EXAMPLE)?;
    let mut grants: Vec<Grant> = Vec::new();
    for element in elements {
        let Some(grant) = grant(reader, element) else { continue };
        if let Some(before) = grants.last().filter(|before| before.from >= grant.from) {
            let message =
                format!("{} does not come after the grant of {}", grant.from, before.from);
            let help = "put the grants in the order of their days, one a day, the oldest first";
            reader.complain(&codes::GRANT_ORDER, &element.at, message, help);
        }
        grants.push(grant);
    }
    (grants.len() == elements.len()).then_some(grants)
}

fn grant(reader: &mut Reader<'_>, node: &Node) -> Option<Grant> {
    let block = reader.block(node, "this grant", keys::GRANT)?;
    let from = block.need(reader, "from", "from = 2026-03-01");
    let from = from.and_then(|node| reader.day(node));
    let rate = block.need(reader, "rate", "rate = \"22%\"").and_then(|node| reader.part(node));
    let until = optional(block.get("until"), |node| reader.day(node));
    let (from, until) = (from?, until?);
    if let (Some(last), Some(node)) = (until.filter(|last| *last < from), block.get("until")) {
        let message = format!("this grant ends on {last}, before it begins on {from}");
        let help = "write the last day on which it counts, or delete `until`";
        reader.complain(&codes::EMPTY_WINDOW, &node.at, message, help);
    }
    Some(Grant { from, until, rate: rate? })
}
