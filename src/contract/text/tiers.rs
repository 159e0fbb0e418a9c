//! `split = { measure = "net-sales", window = "calendar-year", mode = "marginal", tiers = [ ... ] }`.
//!
//! Refuses a table that does not start at 0 or does not rise, and keys that say nothing in the
//! mode or window at hand.

use super::keys;
use super::reader::{Block, Reader};
use super::split;
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::contract::{Each, Measure, Measured, Mode, Scale, Split, Stretch, Tier, Window, codes};
use crate::money::Minor;

const EXAMPLE: &str = "tiers = [ { from = \"0\", vendor = \"95%\", platform = \"rest\" }, \
                       { from = \"50000000\", vendor = \"93%\", platform = \"rest\" } ]";
const MEASURES: &[(&str, Key)] = &[
    ("net-sales", Key::NetSales),
    ("gross-profit", Key::GrossProfit),
    ("share-base", Key::ShareBase),
    ("gross-sales", Key::GrossSales),
];
const WINDOWS: &[(&str, Span)] = &[
    ("period", Span::Period),
    ("calendar-year", Span::CalendarYear),
    ("contract-year", Span::ContractYear),
    ("lifetime", Span::Lifetime),
];
const MODES: &[(&str, Way)] =
    &[("marginal", Way::Marginal), ("forward", Way::Forward), ("retroactive", Way::Retroactive)];
const EACH: &[(&str, Each)] =
    &[("segment", Each::Segment), ("day", Each::Day), ("sale", Each::Sale)];

#[derive(Clone, Copy)]
enum Key {
    NetSales,
    GrossProfit,
    ShareBase,
    GrossSales,
}

#[derive(Clone, Copy)]
enum Span {
    Period,
    CalendarYear,
    ContractYear,
    Lifetime,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Marginal,
    Forward,
    Retroactive,
}

/// Reads a split that has tiers.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Split> {
    if node.field("window").and_then(Node::as_text) == Some("deal") {
        return by_deal(reader, node);
    }
    let block = reader.block(node, "this split by tiers", keys::TIERED)?;
    let example = "measure = \"net-sales\", or measure = { unit = \"output-token\" }";
    let by = block.need(reader, "measure", example);
    let by = by.and_then(|node| measure(reader, node));
    let window = if block.get("window").is_none() {
        let help = "window = \"calendar-year\", \"contract-year\", \"period\" or \"lifetime\"";
        block.need(reader, "window", help).and(None)
    } else {
        stretch(reader, &block)
    };
    let mode = mode(reader, &block);
    let over = or_default(block.get("over"), Vec::new(), |node| over(reader, node));
    let tiers = block.need(reader, "tiers", EXAMPLE).and_then(|node| tiers(reader, node));
    let scale = Measured { by: by?, window: window?, mode: mode?, over: over? };
    money_by_sale(reader, &block, &scale);
    back_to_a_beginning(reader, &block, &scale);
    Some(Split { tiers: tiers?, scale: Some(Scale::Measured(scale)) })
}

/// A unit is counted over usage readings too, and those belong to no sale.
fn money_by_sale(reader: &mut Reader<'_>, block: &Block<'_>, scale: &Measured) {
    let is_unit = match &scale.by {
        Measure::Quantity(_) => true,
        Measure::GrossSales | Measure::NetSales | Measure::GrossProfit | Measure::ShareBase => {
            false
        }
    };
    if let (Some(node), true, Mode::Forward(Each::Sale)) = (block.get("by"), is_unit, scale.mode) {
        let message = "the quantity of a unit is not measured sale by sale";
        let help = "write by = \"day\", or measure money, such as measure = \"net-sales\"";
        reader.complain(&codes::SALES_BY_UNIT, &node.at, message, help);
    }
}

/// One rate on all sales of a deal, by its total value.
fn by_deal(reader: &mut Reader<'_>, node: &Node) -> Option<Split> {
    let block = reader.block(node, "this split by the value of deals", keys::BY_DEAL)?;
    let tiers = block.need(reader, "tiers", EXAMPLE).and_then(|node| tiers(reader, node));
    let renewal = optional(block.get("renewal"), |node| split::table(reader, node));
    let otherwise = optional(block.get("otherwise"), |node| split::table(reader, node));
    let scale = Scale::Deal { renewal: renewal?, otherwise: otherwise? };
    Some(Split { tiers: tiers?, scale: Some(scale) })
}

/// A step of the waterfall, or the quantity of a unit.
fn measure(reader: &mut Reader<'_>, node: &Node) -> Option<Measure> {
    if let Value::Table(_) = node.value {
        let block = reader.block(node, "this measure", keys::MEASURE)?;
        let unit = block.need(reader, "unit", "unit = \"output-token\"")?;
        return reader.name(unit).map(Measure::Quantity);
    }
    step(reader, node, MEASURES)
}

fn step(reader: &mut Reader<'_>, node: &Node, allowed: &[(&str, Key)]) -> Option<Measure> {
    reader.word(node, allowed).map(|key| match key {
        Key::NetSales => Measure::NetSales,
        Key::GrossProfit => Measure::GrossProfit,
        Key::ShareBase => Measure::ShareBase,
        Key::GrossSales => Measure::GrossSales,
    })
}

/// The steps that a rate at source can be of.
pub(super) fn source(reader: &mut Reader<'_>, node: &Node) -> Option<Measure> {
    let above: Vec<_> =
        MEASURES.iter().copied().filter(|(name, _)| *name != "share-base").collect();
    step(reader, node, &above)
}

/// The window of a table: a word, or how many periods trail.
fn stretch(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Stretch> {
    let table = block.get("window").filter(|node| matches!(node.value, Value::Table(_)));
    let Some(node) = table else { return window(reader, block).map(Stretch::Since) };
    if let Some(node) = block.get("anniversary") {
        no_anniversary(reader, node);
    }
    let inner = reader.block(node, "this window", keys::TRAILING)?;
    let periods = inner.need(reader, "trailing", "window = { trailing = 12 }")?;
    reader.months(periods).map(Stretch::Trailing)
}

/// What was shared over periods that drop out one by one cannot be caught up.
fn back_to_a_beginning(reader: &mut Reader<'_>, block: &Block<'_>, scale: &Measured) {
    if let (Some(node), Stretch::Trailing(_), Mode::Retroactive) =
        (block.get("window"), scale.window, scale.mode)
    {
        let message = "a trailing window has no beginning to which a tier could go back";
        let help = "write mode = \"marginal\" or \"forward\", or a window that begins, such as \
                    \"calendar-year\"";
        reader.complain(&codes::NO_BEGINNING, &node.at, message, help);
    }
}

fn no_anniversary(reader: &mut Reader<'_>, node: &Node) {
    let message = "`anniversary` has no effect without a contract year";
    let help = "add window = \"contract-year\", or delete anniversary";
    reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
}

/// The window of a block, by its keys `window` and `anniversary`; one period if it does not say.
pub(super) fn window(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Window> {
    let anniversary = optional(block.get("anniversary"), |node| reader.day(node));
    let span = or_default(block.get("window"), Span::Period, |node| reader.word(node, WINDOWS));
    let (anniversary, span) = (anniversary?, span?);
    if let (Some(node), Span::Period | Span::CalendarYear | Span::Lifetime) =
        (block.get("anniversary"), span)
    {
        no_anniversary(reader, node);
    }
    Some(match span {
        Span::Period => Window::Period,
        Span::CalendarYear => Window::CalendarYear,
        Span::ContractYear => Window::ContractYear(anniversary.or(reader.first_day)?),
        Span::Lifetime => Window::Lifetime,
    })
}

fn mode(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Mode> {
    let node = block.need(reader, "mode", "mode = \"marginal\", \"forward\" or \"retroactive\"");
    let way = node.and_then(|node| reader.word(node, MODES));
    let each = or_default(block.get("by"), Each::Segment, |node| reader.word(node, EACH));
    let way = way?;
    if let Some(node) = block.get("by").filter(|_| way != Way::Forward) {
        let message = "`by` has no effect but in forward mode";
        let help = "write mode = \"forward\", or delete by";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    Some(match way {
        Way::Marginal => Mode::Marginal,
        Way::Forward => Mode::Forward(each?),
        Way::Retroactive => Mode::Retroactive,
    })
}

/// Ids of schedules; that they exist is checked once all are read.
fn over(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<String>> {
    let elements = reader.list(node, "over = [\"marketplace\", \"internal-use\"]")?;
    let mut ids = Vec::new();
    for element in elements {
        let id = reader.name(element)?;
        reader.added_up.push((id.clone(), element.at.clone()));
        ids.push(id);
    }
    // The order says nothing; one order keeps equal terms equal.
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// The table from nothing upwards.
fn tiers(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Tier>> {
    let elements = reader.list(node, EXAMPLE)?;
    let mut before: Option<Minor> = None;
    let mut tiers = Vec::new();
    for element in elements {
        let Some(tier) = tier(reader, element) else { continue };
        rises(reader, element, &tier, before);
        before = Some(tier.from);
        tiers.push(tier);
    }
    (tiers.len() == elements.len()).then_some(tiers)
}

fn tier(reader: &mut Reader<'_>, node: &Node) -> Option<Tier> {
    let Value::Table(fields) = &node.value else {
        reader.mistyped(node, "a table", EXAMPLE);
        return None;
    };
    let is_bound = |field: &&Node| ["from", "above"].contains(&field.name.as_str());
    let bounds: Vec<&Node> = fields.iter().filter(is_bound).collect();
    let shares: Vec<&Node> = fields.iter().filter(|field| !is_bound(field)).collect();
    let bound = bound(reader, node, &bounds);
    let division = split::division(reader, node, &shares);
    let (from, above) = bound?;
    Some(Tier { from, above, division: division? })
}

fn bound(reader: &mut Reader<'_>, node: &Node, bounds: &[&Node]) -> Option<(Minor, bool)> {
    match bounds {
        [] => {
            let message = "this tier has no `from`";
            let help = "add from = \"50000000\", or above = \"50000000\" if the amount itself \
                        still belongs to the tier before";
            reader.complain(&codes::MISSING_KEY, &node.at, message, help);
            None
        }
        [bound] => reader.amount(bound).map(|amount| (amount, bound.name == "above")),
        [first, ..] => {
            let help = "`from` includes the amount, `above` does not: keep one of them";
            let message = "`from` and `above` exclude each other";
            reader.complain(&codes::EXCLUSIVE, &first.key_at, message, help);
            None
        }
    }
}

fn rises(reader: &mut Reader<'_>, node: &Node, tier: &Tier, before: Option<Minor>) {
    let (message, help) = match before {
        None if tier.from.is_zero() && !tier.above => return,
        None => ("the first tier does not start at 0", "write from = \"0\" in the first tier"),
        Some(before) if tier.from > before => return,
        Some(_) => (
            "this tier does not begin above the one before",
            "put the tiers in the order of their amounts, each above the one before",
        ),
    };
    let bound = node.field("from").or_else(|| node.field("above"));
    let at = bound.map_or(&node.at, |bound| &bound.at);
    reader.complain(&codes::TIERS, at, message, help);
}
