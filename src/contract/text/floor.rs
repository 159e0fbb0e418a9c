//! `[[floor]]`: a party's share is at least a rate of something, or an amount.
//!
//! Refuses a rate of nothing, an amount of something, and a lifetime, which is never tested.

use super::carry;
use super::keys;
use super::reader::{Block, Reader};
use super::tree::Node;
use super::value::or_default;
use super::wide;
use crate::contract::{AtLeast, Excess, FloorBase, ShareFloor, Window, codes};

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<ShareFloor> {
    let block = reader.block(node, "this floor", keys::FLOOR)?;
    let name = wide::name(reader, &block, "royalty floor");
    let two = wide::two(reader, &block, ["party", "from"]);
    let at_least = at_least(reader, &block);
    let span = wide::span(reader, &block, Some(Window::Period));
    if let Some(span) = span.filter(|span| span.window == Window::Lifetime) {
        wide::needs_an_end(reader, &block, &span, "a floor over a lifetime");
    }
    let unused =
        or_default(block.get("unused"), Excess::default(), |node| carry::excess(reader, node));
    let schedules = wide::schedules(reader, &block);
    let [party, from] = two?;
    Some(ShareFloor {
        name: name?,
        party,
        from,
        at_least: at_least?,
        span: span?,
        unused: unused?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}

/// `at-least = "10%"` with `of`, or `at-least = "5000"` without.
fn at_least(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<AtLeast> {
    let example = "at-least = \"10%\" with of = \"net-sales\", or at-least = \"5000\"";
    let node = block.need(reader, "at-least", example)?;
    let measures = FloorBase::ALL.map(|measure| (measure.as_str(), measure));
    if let Some(of) = block.get("of") {
        let measure = reader.word(of, &measures);
        let rate = reader.fraction(node);
        return Some(AtLeast::Rate(rate?, measure?));
    }
    if node.as_text().is_some_and(|text| text.contains(['%', '/'])) {
        let message = "this floor is a rate, and does not say of what";
        let help = "add of = \"gross-sales\", \"net-sales\", \"gross-profit\" or \"share-base\"";
        reader.complain(&codes::MISSING_KEY, &node.at, message, help);
        return None;
    }
    reader.amount(node).map(AtLeast::Amount)
}
