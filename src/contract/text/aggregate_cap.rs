//! `[[cap]]`: the most that one party pays another.
//!
//! Refuses a currency that nothing converts, an amount paid before where the window starts again, and one that nobody could have
//! paid because it is more than the cap.

use super::head::currency_of;
use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::{optional, or_default};
use super::wide;
use crate::contract::{AggregateCap, Window, codes};
use crate::money::Minor;

/// Reads one block.
///
/// `converts`: does the contract say how amounts of other currencies become its own?
pub(super) fn read(reader: &mut Reader<'_>, node: &Node, converts: bool) -> Option<AggregateCap> {
    let block = reader.block(node, "this cap", keys::AGGREGATE_CAP)?;
    let name = wide::name(reader, &block, "total cap");
    let two = wide::two(reader, &block, ["from", "to"]);
    let currency = optional(block.get("currency"), |node| {
        let currency = currency_of(reader, node)?;
        let foreign = reader.currency.is_some_and(|own| own != currency);
        if foreign && !converts {
            let message =
                format!("this cap is in {currency}, and nothing says how it is converted");
            let help = "add [fx] with a policy, such as policy = \"period-end\"";
            reader.complain(&codes::NOT_CONVERTED, &node.at, message, help);
        }
        Some(currency)
    })?
    .filter(|currency| reader.currency != Some(*currency));
    let counted = currency.or(reader.currency);
    let amount = block.need(reader, "amount", "amount = \"100000\"");
    let amount = amount.and_then(|node| reader.amount_in(node, counted));
    let span = wide::span(reader, &block, Some(Window::Lifetime));
    let paid = or_default(block.get("paid"), Minor::ZERO, |node| {
        if span.is_some_and(|span| span.window != Window::Lifetime) {
            wide::no_effect(reader, node, "on a window that starts again at nothing");
        }
        let paid = reader.amount_in(node, counted);
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
        currency,
        amount: amount?,
        paid: paid?,
        span: span?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}
