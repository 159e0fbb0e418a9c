//! `[[advance]]`: paid before, withheld from what is earned later.

use super::cash;
use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::{optional, or_default};
use super::wide;
use crate::contract::{Advance, Span, Unrecouped, Window};
use crate::money::Ratio;

const UNRECOUPED: &[(&str, Unrecouped)] =
    &[("lapse", Unrecouped::Lapse), ("repay", Unrecouped::Repay)];

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Advance> {
    let block = reader.block(node, "this advance", keys::ADVANCE)?;
    let name = wide::name(reader, &block, "signing advance");
    let two = wide::two(reader, &block, ["to", "by"]);
    let amount = wide::amount(reader, &block, "amount");
    let rate = or_default(block.get("rate"), Ratio::one(), |node| reader.part(node));
    block.need(reader, "starts", "starts = 2026-10-01, the day on which it was paid")?;
    let days = wide::days(reader, &block);
    let interest = optional(block.get("interest"), |node| cash::carried_interest(reader, node));
    let unrecouped = or_default(block.get("unrecouped"), Unrecouped::default(), |node| {
        if block.get("ends").is_none() {
            wide::no_effect(reader, node, "without ends: it may be recouped for ever");
        }
        reader.word(node, UNRECOUPED)
    });
    let schedules = wide::schedules(reader, &block);
    let ([to, by], (starts, ends)) = (two?, days?);
    Some(Advance {
        name: name?,
        to,
        by,
        amount: amount?,
        rate: rate?,
        span: Span { window: Window::Lifetime, starts, ends },
        interest: interest?,
        unrecouped: unrecouped?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}
