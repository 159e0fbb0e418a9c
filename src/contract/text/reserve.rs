//! `[[reserve]]`: a part of what is earned, held for a while.
//!
//! Refuses one rate and a table of rates together, a table without a first day to count from, and
//! a release at once.

use super::keys;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::or_default;
use super::wide;
use crate::contract::{Reserve, Span, Window, codes};
use crate::money::Ratio;

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Reserve> {
    let block = reader.block(node, "this reserve", keys::RESERVE)?;
    let name = wide::name(reader, &block, "reserve for returns");
    let two = wide::two(reader, &block, ["party", "by"]);
    let rates = rates(reader, &block);
    let release = block.need(reader, "release", "release = 6, the number of periods");
    let release = release.and_then(|node| release_after(reader, node));
    let net_of =
        or_default(block.get("net-of"), false, |node| reader.word(node, &[("chargebacks", true)]));
    let days = wide::days(reader, &block);
    let schedules = wide::schedules(reader, &block);
    let ([party, by], (starts, ends)) = (two?, days?);
    Some(Reserve {
        name: name?,
        party,
        by,
        rates: rates?,
        release: release?,
        net_of_chargebacks: net_of?,
        span: Span { window: Window::Lifetime, starts, ends },
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}

/// `rate = "10%"`, or `rates = ["40%", "20%", "0%"]` by period.
fn rates(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Vec<Ratio>> {
    let Some(table) = block.get("rates") else {
        let node = block.need(reader, "rate", "rate = \"10%\"")?;
        return reader.part(node).map(|rate| vec![rate]);
    };
    if let Some(rate) = block.get("rate") {
        let message = "this reserve has a rate and a table of rates";
        let help = "keep `rate` for one rate, or `rates` for one a period";
        reader.complain(&codes::EXCLUSIVE, &rate.key_at, message, help);
    }
    block.need(reader, "starts", "starts = 2026-10-01: the rates are counted from its period");
    let elements = reader.list(table, "rates = [\"40%\", \"20%\", \"0%\"]")?;
    let read: Vec<_> = elements.iter().map(|element| reader.part(element)).collect();
    read.into_iter().collect()
}

fn release_after(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let Value::Whole(number) = node.value else {
        reader.mistyped(node, "a whole number", "release = 6");
        return None;
    };
    let periods = u32::try_from(number).ok().filter(|periods| (1..=1200).contains(periods));
    if periods.is_none() {
        let message = format!("`release` is {number}, not a number of periods from 1 to 1200");
        let help = "write after how many periods it is released, such as release = 6";
        reader.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
    }
    periods
}
