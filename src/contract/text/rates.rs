//! Rate cards: `rates = [ { unit = "input-token", price = "5.00", per = 1_000_000 } ]`.
//!
//! Refuses a rate that an earlier one of its unit leaves nothing to.

use super::keys;
use super::reach::covers;
use super::reader::Reader;
use super::tree::Node;
use super::value::or_default;
use crate::contract::{Pattern, Rate, codes};
use crate::money::Exact;

const EXAMPLE: &str = "rates = [ { unit = \"compute-hour\", price = \"21.50\" } ]";

/// Reads a rate card; the first match wins.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Rate>> {
    let elements = reader.list(node, EXAMPLE)?;
    let mut card: Vec<Rate> = Vec::new();
    for element in elements {
        let Some(rate) = rate(reader, element) else { continue };
        let same_unit = card.iter().filter(|earlier| earlier.unit == rate.unit);
        let taken: Vec<Pattern> = same_unit.flat_map(|earlier| earlier.product.clone()).collect();
        if covers(&taken, &rate.product) {
            let message =
                format!("an earlier rate already prices every {} of these products", rate.unit);
            let help = "the first match wins: put the narrower rate first, or delete this one";
            reader.complain(&codes::UNREACHABLE_RATE, &element.at, message, help);
        }
        card.push(rate);
    }
    (card.len() == elements.len()).then_some(card)
}

fn rate(reader: &mut Reader<'_>, node: &Node) -> Option<Rate> {
    let block = reader.block(node, "this rate", keys::RATE)?;
    let unit = block.need(reader, "unit", "unit = \"compute-hour\"");
    let unit = unit.and_then(|node| reader.name(node));
    let price = block.need(reader, "price", "price = \"21.50\"");
    let price = price.and_then(|node| reader.price(node));
    let per = or_default(block.get("per"), Exact::from(1), |node| reader.per(node));
    let product =
        or_default(block.get("product"), vec![Pattern::any()], |node| reader.patterns(node));
    Some(Rate { unit: unit?, product: product?, price: price?, per: per? })
}
