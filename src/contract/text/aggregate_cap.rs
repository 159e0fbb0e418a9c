//! `[[cap]]`: the most that one party pays another.
//!
//! Refuses an amount paid before where the window starts again, and one that nobody could have
//! paid because it is more than the cap.

use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::or_default;
use super::wide;
use crate::contract::{AggregateCap, Window, codes};
use crate::money::Minor;

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<AggregateCap> {
    let block = reader.block(node, "this cap", keys::AGGREGATE_CAP)?;
    let name = wide::name(reader, &block, "total cap");
    let two = wide::two(reader, &block, ["from", "to"]);
    let amount = wide::amount(reader, &block, "amount");
    let span = wide::span(reader, &block, Some(Window::Lifetime));
    let paid = or_default(block.get("paid"), Minor::ZERO, |node| {
        if span.is_some_and(|span| span.window != Window::Lifetime) {
            wide::no_effect(reader, node, "on a window that starts again at nothing");
        }
        let paid = reader.amount(node);
        if let (Some(paid), Some(most)) = (paid, amount)
            && paid > most
        {
            let message = "more was paid before than the cap allows";
            let help = "write at most the amount of the cap";
            reader.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
        }
        paid
    });
    let schedules = wide::schedules(reader, &block);
    let [from, to] = two?;
    Some(AggregateCap {
        name: name?,
        from,
        to,
        amount: amount?,
        paid: paid?,
        span: span?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}
