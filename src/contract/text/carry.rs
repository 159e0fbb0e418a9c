//! `excess = "carry"`, or `{ carry = 12, cap = "1000", interest = { rate = "6%" } }`: how something is
//! kept that later periods use up.
//!
//! One reader for everything that can be carried, so that expiry, cap and interest are written alike.

use super::cash;
use super::keys;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::optional;
use crate::contract::{Carry, Excess};

#[derive(Clone, Copy)]
enum Word {
    Lapse,
    Carry,
}

/// Reads what becomes of an excess.
pub(super) fn excess(reader: &mut Reader<'_>, node: &Node) -> Option<Excess> {
    let Value::Table(_) = node.value else {
        let word = reader.word(node, &[("lapse", Word::Lapse), ("carry", Word::Carry)])?;
        return Some(match word {
            Word::Lapse => Excess::Lapse,
            Word::Carry => Excess::Carry(Carry::default()),
        });
    };
    let block = reader.block(node, "this excess", keys::CARRY)?;
    attributes(reader, &block).map(Excess::Carry)
}

/// Reads expiry, cap and interest of a block.
pub(super) fn attributes(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Carry> {
    let example = "carry = 12, for so many periods, or carry = true, for ever";
    let periods = block.need(reader, "carry", example).and_then(|node| match node.value {
        Value::Truth(true) => Some(None),
        Value::Truth(false)
        | Value::Text(_)
        | Value::Whole(_)
        | Value::Float
        | Value::Day(_)
        | Value::Time
        | Value::List(_)
        | Value::Table(_) => reader.months(node).map(Some),
    });
    let cap = optional(block.get("cap"), |node| reader.amount(node));
    let interest = optional(block.get("interest"), |node| cash::plain_interest(reader, node));
    Some(Carry { periods: periods?, cap: cap?, interest: interest? })
}
