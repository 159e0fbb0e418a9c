//! `[[guarantee]]`: a party earns at least an amount in a window, or the other pays the shortfall.
//!
//! Refuses a test that never comes, and keys that say nothing under the window of the block.

use super::keys;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use super::wide;
use crate::contract::{Earnings, Guarantee, Span, Window, YearDays, codes};

const EARNINGS: &[(&str, Earnings)] = &[
    ("earnings", Earnings::All),
    ("shares", Earnings::Shares),
    ("usage-fees", Earnings::UsageFees),
];

/// Reads one block.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Guarantee> {
    let block = reader.block(node, "this guarantee", keys::GUARANTEE)?;
    let name = wide::name(reader, &block, "minimum guarantee");
    let two = wide::two(reader, &block, ["party", "from"]);
    let amount = wide::amount(reader, &block, "amount");
    let cumulative = wide::flag(reader, &block, "cumulative");
    let span = wide::span(reader, &block, None);
    if let (Some(span), Some(cumulative)) = (&span, cumulative) {
        ends(reader, &block, span, cumulative);
    }
    let prorate = prorate(reader, &block, span.as_ref());
    let escalator = optional(block.get("escalator"), |node| {
        let unrising = span.is_some_and(|span| span.window == Window::Lifetime);
        if unrising {
            wide::no_effect(reader, node, "over a lifetime, which has no second year");
        } else {
            block.need(
                reader,
                "starts",
                "starts = 2026-01-01: the amount rises each year after it",
            );
        }
        reader.fraction(node)
    });
    let on = or_default(block.get("on"), Earnings::default(), |node| reader.word(node, EARNINGS));
    let per_period = optional(block.get("per-period"), |node| reader.amount(node));
    let schedules = wide::schedules(reader, &block);
    let [party, from] = two?;
    Some(Guarantee {
        name: name?,
        party,
        from,
        amount: amount?,
        span: span?,
        cumulative: cumulative?,
        prorate: prorate?,
        escalator: escalator?,
        on: on?,
        per_period: per_period?,
        schedules: schedules?,
        line: reader.line(&node.at),
    })
}

/// What is tested once at the very end must have one, and a beginning to count windows from.
fn ends(reader: &mut Reader<'_>, block: &Block<'_>, span: &Span, cumulative: bool) {
    if cumulative {
        wide::needs_an_end(reader, block, span, "a cumulative guarantee");
        block.need(reader, "starts", "starts = 2026-01-01: windows are counted from it");
    } else if span.window == Window::Lifetime {
        wide::needs_an_end(reader, block, span, "a guarantee over a lifetime");
    }
}

/// `prorate = "days"`, with `year = 365` where a year has not the days that it has.
fn prorate(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    span: Option<&Span>,
) -> Option<Option<YearDays>> {
    let Some(node) = block.get("prorate") else {
        if let Some(year) = block.get("year") {
            wide::no_effect(reader, year, "without prorate = \"days\"");
        }
        return Some(None);
    };
    let days = reader.word(node, &[("days", YearDays::Actual)]);
    if let Some(Span { window, starts, ends }) = span {
        if *window == Window::Lifetime {
            wide::no_effect(reader, node, "over a lifetime, which is never broken");
        } else if starts.is_none() && ends.is_none() {
            wide::no_effect(reader, node, "without starts or ends, which break a window");
        }
        if let Some(year) = block.get("year").filter(|_| *window == Window::Period) {
            wide::no_effect(reader, year, "on a window that is no year");
        }
    }
    let year = optional(block.get("year"), |node| year(reader, node));
    let (days, year) = (days?, year?);
    Some(Some(year.map_or(days, YearDays::Fixed)))
}

fn year(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let days = match node.value {
        Value::Whole(365) => Some(365),
        Value::Whole(366) => Some(366),
        Value::Whole(_)
        | Value::Text(_)
        | Value::Float
        | Value::Truth(_)
        | Value::Day(_)
        | Value::Time
        | Value::List(_)
        | Value::Table(_) => None,
    };
    if days.is_none() {
        let message = format!("`year` is {}, not the days of a year", reader.written(&node.at));
        let help = "write year = 365 or 366, or leave it out for the days that the year has";
        reader.complain(&codes::OUT_OF_RANGE, &node.at, message, help);
    }
    days
}
