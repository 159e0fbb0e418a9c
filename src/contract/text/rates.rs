//! Rate cards: `rates = [ { unit = "input-token", price = "5.00", per = 1_000_000 } ]`.
//!
//! Refuses a rate that an earlier one of its unit leaves nothing to, and tiers that do not begin at
//! zero or do not rise.

use super::keys;
use super::reach::covers;
use super::reader::{Block, Reader};
use super::tiers::window;
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::contract::{Graduation, Pattern, Rate, RateTier, codes};
use crate::money::{Exact, Minor};

const EXAMPLE: &str = "rates = [ { unit = \"compute-hour\", price = \"21.50\" } ]";

const TIERS: &str =
    "tiers = [ { from = \"0\", price = \"5.00\" }, { from = \"1000\", price = \"4.00\" } ]";
const MODES: &[(&str, Graduation)] =
    &[("graduated", Graduation::Graduated), ("volume", Graduation::Volume)];

/// Reads the prices of single sales: what they cost cannot depend on how many there are.
pub(super) fn read_plain(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Rate>> {
    let card = read(reader, node);
    let Value::List(elements) = &node.value else { return card };
    for field in elements.iter().flat_map(Node::fields) {
        if ["tiers", "included", "window", "flat", "cap"].contains(&field.name.as_str()) {
            let message = format!("`{}` cannot stand where single sales are priced", field.name);
            let help = "write price and per alone; the others belong to usage fees and cost.rates";
            reader.complain(&codes::NOT_OF_SALES, &field.key_at, message, help);
        }
    }
    card
}

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
    let tiers = prices(reader, &block);
    let per = or_default(block.get("per"), Exact::from(1), |node| reader.per(node));
    let product =
        or_default(block.get("product"), vec![Pattern::any()], |node| reader.patterns(node));
    let graduation = or_default(block.get("mode"), Graduation::default(), |node| {
        if block.get("tiers").is_none() {
            let message = "`mode` has no effect without tiers";
            reader.complain(&codes::NO_EFFECT, &node.key_at, message, "add tiers, or delete mode");
        }
        reader.word(node, MODES)
    });
    let included = or_default(block.get("included"), Exact::ZERO, |node| reader.price(node));
    let window = window(reader, &block);
    if let (Some(node), None, None) =
        (block.get("window"), block.get("tiers"), block.get("included"))
    {
        let message = "`window` has no effect without tiers or an included quantity";
        let help = "add tiers or included, or delete window";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    let flat = or_default(block.get("flat"), Minor::ZERO, |node| reader.amount(node));
    let cap = optional(block.get("cap"), |node| reader.amount(node));
    Some(Rate {
        unit: unit?,
        product: product?,
        tiers: tiers?,
        graduation: graduation?,
        per: per?,
        included: included?,
        window: window?,
        flat: flat?,
        cap: cap?,
    })
}

/// A price or tiers of prices; nothing but a flat fee is possible too.
fn prices(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Vec<RateTier>> {
    let one = |price| vec![RateTier { from: Exact::ZERO, price }];
    if let Some(node) = block.get("tiers") {
        if let Some(price) = block.get("price") {
            let message = "`price` and `tiers` exclude each other";
            let help = "write the price of the first units as the first tier";
            reader.complain(&codes::EXCLUSIVE, &price.key_at, message, help);
        }
        return tiers(reader, node);
    }
    if block.get("price").is_none() && block.get("flat").is_some() {
        return Some(one(Exact::ZERO));
    }
    let price = block.need(reader, "price", "price = \"21.50\"")?;
    reader.price(price).map(one)
}

fn tiers(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<RateTier>> {
    let elements = reader.list(node, TIERS)?;
    let mut tiers: Vec<RateTier> = Vec::new();
    for element in elements {
        let block = reader.block(element, "this tier", keys::RATE_TIER)?;
        let from = block.need(reader, "from", "from = \"0\"");
        let from = from.and_then(|node| reader.price(node));
        let price = block.need(reader, "price", "price = \"5.00\"");
        let price = price.and_then(|node| reader.price(node));
        let (from, price) = (from?, price?);
        let at = block.get("from").map_or(&element.at, |from| &from.at);
        match tiers.last() {
            None if !from.is_zero() => {
                let message = format!("the first tier begins at {from}, not at \"0\"");
                let help = "begin with { from = \"0\", price = ... }: every quantity needs a price";
                reader.complain(&codes::TIERS_FROM_ZERO, at, message, help);
            }
            Some(before) if before.from >= from => {
                let message =
                    format!("this tier begins at {from}, the one before at {}", before.from);
                let help = "put the tiers in rising order of `from`";
                reader.complain(&codes::TIERS_RISE, at, message, help);
            }
            None | Some(_) => {}
        }
        tiers.push(RateTier { from, price });
    }
    Some(tiers)
}
