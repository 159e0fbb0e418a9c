//! `[fx]`: `policy = "daily"`, `within = 5`.
//!
//! Refuses to look back where every listed day of a period counts.

use super::keys;
use super::reader::Reader;
use super::tree::{Node, Value};
use super::value::or_default;
use crate::contract::{Exchange, ExchangePolicy, codes};

const POLICIES: &[(&str, ExchangePolicy)] = &[
    ("daily", ExchangePolicy::Daily),
    ("period-average", ExchangePolicy::PeriodAverage),
    ("month-end-average", ExchangePolicy::MonthEndAverage),
    ("period-end", ExchangePolicy::PeriodEnd),
];
/// Rates are not listed on holidays: over Easter a bank is closed for four days.
const WITHIN: u32 = 5;
/// The furthest that a rate may lie back.
const YEAR: i64 = 366;

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Exchange> {
    let block = reader.block(node, "[fx]", keys::FX)?;
    let policy = block.need(reader, "policy", "policy = \"daily\"");
    let policy = policy.and_then(|node| reader.word(node, POLICIES));
    if let (Some(ExchangePolicy::PeriodAverage), Some(node)) = (policy, block.get("within")) {
        let message = "`within` has no effect on a period's average";
        let help = "delete it, or choose policy = \"daily\" or \"period-end\"";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    let within = or_default(block.get("within"), WITHIN, |node| days(reader, node));
    Some(Exchange { policy: policy?, within: within? })
}

fn days(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let Value::Whole(number) = node.value else {
        reader.mistyped(node, "a whole number", "within = 5");
        return None;
    };
    let days = u32::try_from(number).ok().filter(|_| number <= YEAR);
    if days.is_none() {
        let message = format!("`within` is {number}, not a number of days from 0 to {YEAR}");
        let help = "write how many days a rate may lie back, such as within = 5";
        reader.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
    }
    days
}
