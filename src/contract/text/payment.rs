//! When and how much of it is paid: `[[on-account]]`, `[[minimum-payment]]`, `[overpayment]` and
//! `[payment]`.
//!
//! Refuses a clause that an earlier one leaves nothing to, and keys that say nothing.

use std::collections::BTreeSet;

use super::cash::{direction, first_statement};
use super::keys;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::calendar::Day;
use crate::contract::{
    MinimumPayment, OnAccount, Overpayment, PartyId, PaymentTerms, Roll, Window, codes,
};

const ROLLS: &[(&str, Roll)] = &[
    ("following", Roll::Following),
    ("preceding", Roll::Preceding),
    ("modified-following", Roll::ModifiedFollowing),
    ("modified-preceding", Roll::ModifiedPreceding),
];
const COUNTS: &[(&str, bool)] = &[("calendar-days", false), ("business-days", true)];
const CALENDARS: &[(&str, bool)] = &[("none", false), ("weekends", true)];
/// The most days that payment terms may give: ten years.
const MOST_DAYS: i64 = 3660;

/// Reads payments on account.
pub(super) fn on_account(reader: &mut Reader<'_>, node: &Node) -> Option<OnAccount> {
    let block = reader.block(node, "this on-account", keys::ON_ACCOUNT)?;
    let direction = direction(reader, &block);
    let window = block.need(reader, "window", "window = \"calendar-year\"");
    let window = window.and_then(|node| year(reader, &block, node))?;
    let (from, to) = direction?;
    Some(OnAccount { from, to, window, line: reader.line(&node.at) })
}

/// Calendar years, or contract years `since` a day.
fn year(reader: &mut Reader<'_>, block: &Block<'_>, window: &Node) -> Option<Window> {
    let years = [("calendar-year", false), ("contract-year", true)];
    let window = reader.word(window, &years);
    let since = optional(block.get("since"), |node| reader.day(node));
    match (window?, since?, block.get("since")) {
        (true, Some(day), _) => Some(Window::ContractYear(day)),
        (true, None, _) => {
            block.need(reader, "since", "since = 2026-04-01, when contract years begin")?;
            None
        }
        (false, _, None) => Some(Window::CalendarYear),
        (false, _, Some(node)) => {
            let help = "delete it, or write window = \"contract-year\"";
            let message = "`since` has no effect on calendar years";
            reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
            None
        }
    }
}

/// Reads what is too small to be paid.
pub(super) fn minimum(reader: &mut Reader<'_>, node: &Node) -> Option<MinimumPayment> {
    let block = reader.block(node, "this minimum payment", keys::MINIMUM_PAYMENT)?;
    let hold = or_default(block.get("hold"), false, |node| reader.truth(node));
    let amount = match (block.get("amount"), hold) {
        (Some(node), Some(true)) => {
            let help = "write amount for a threshold, or hold = true for what is never called";
            let message = "`amount` and `hold` exclude each other";
            reader.complain(&codes::EXCLUSIVE, &node.key_at, message, help);
            None
        }
        (None, Some(true)) => Some(None),
        (Some(node), _) => reader.amount(node).map(Some),
        (None, _) => {
            block.need(reader, "amount", "amount = \"50.00\", or hold = true").map(|_| None)
        }
    };
    let open = block.get("from").is_none() && block.get("to").is_none() && hold != Some(true);
    let direction = if open { Some(None) } else { direction(reader, &block).map(Some) };
    let until = optional(block.get("until"), |node| reader.day(node));
    let window = optional(block.get("window"), |node| year(reader, &block, node));
    if let (Some(node), None) = (block.get("since"), block.get("window")) {
        let help = "add window = \"contract-year\", or delete it";
        let message = "`since` has no effect without `window`";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    let line = reader.line(&node.at);
    Some(MinimumPayment {
        amount: amount?,
        direction: direction?,
        until: until?,
        window: window?,
        line,
    })
}

/// Reads what becomes of payments above what was owed.
pub(super) fn overpayment(reader: &mut Reader<'_>, node: &Node) -> Option<Overpayment> {
    let block = reader.block(node, "[overpayment]", keys::OVERPAYMENT)?;
    let expires = optional(block.get("expires"), |node| reader.months(node));
    let effective = first_statement(reader, &block)?;
    Some(Overpayment { effective, expires: expires?, line: reader.line(&node.at) })
}

/// Reads when payables are due.
pub(super) fn terms(reader: &mut Reader<'_>, node: &Node) -> Option<PaymentTerms> {
    let block = reader.block(node, "[payment]", keys::PAYMENT)?;
    let days = block.need(reader, "days", "days = 45, after the period's end");
    let days = days.and_then(|node| number_of_days(reader, node));
    let weekends = or_default(block.get("calendar"), false, |node| reader.word(node, CALENDARS));
    let holidays =
        or_default(block.get("holidays"), BTreeSet::new(), |node| day_list(reader, node));
    let roll = or_default(block.get("roll"), Roll::default(), |node| reader.word(node, ROLLS));
    let business_days = or_default(block.get("count"), false, |node| reader.word(node, COUNTS));
    let every_day = weekends == Some(false) && block.get("holidays").is_none();
    if let (Some(node), true, Some(true)) = (block.get("count"), every_day, business_days) {
        let help = "add calendar = \"weekends\" or holidays, or delete it";
        let message = "`count` has no effect where every day is a business day";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    if let (Some(node), Some(true), Some(1..)) = (block.get("roll"), business_days, days) {
        let help = "delete it: the last of so many business days is one";
        let message = "`roll` has no effect where business days are counted";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    if let (Some(node), Some(false), None) = (block.get("roll"), weekends, block.get("holidays")) {
        let help = "add calendar = \"weekends\" or holidays, or delete it";
        let message = "`roll` has no effect where every day is a business day";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    Some(PaymentTerms {
        days: days?,
        business_days: business_days?,
        weekends: weekends?,
        holidays: holidays?,
        roll: roll?,
        line: reader.line(&node.at),
    })
}

fn number_of_days(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let Value::Whole(number) = node.value else {
        reader.mistyped(node, "a whole number", "days = 45");
        return None;
    };
    let days = Some(number).filter(|number| *number <= MOST_DAYS);
    let days = days.and_then(|number| u32::try_from(number).ok());
    if days.is_none() {
        let message = format!("`days` is {number}, not a number of days up to {MOST_DAYS}");
        reader.complain(&codes::OUT_OF_RANGE, &node.at, message, "write days = 45");
    }
    days
}

fn day_list(reader: &mut Reader<'_>, node: &Node) -> Option<BTreeSet<Day>> {
    let elements = reader.list(node, "a list of days: holidays = [2026-12-25]")?;
    let days: Vec<_> = elements.iter().map(|element| reader.day(element)).collect();
    days.into_iter().collect()
}

/// Complains about clauses for a direction that an earlier one covers.
pub(super) fn reachable(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    on_account: &[OnAccount],
    minimum: &[MinimumPayment],
) {
    let directions = on_account.iter().map(|each| (Some((each.from, each.to)), each.line));
    once_each(reader, block.get("on-account"), &directions.collect::<Vec<_>>());
    let directions = minimum.iter().map(|each| (each.direction, each.line));
    once_each(reader, block.get("minimum-payment"), &directions.collect::<Vec<_>>());
}

fn once_each(
    reader: &mut Reader<'_>,
    node: Option<&Node>,
    clauses: &[(Option<(PartyId, PartyId)>, u64)],
) {
    let Some(Value::List(elements)) = node.map(|node| &node.value) else { return };
    for (at, ((direction, _), element)) in clauses.iter().zip(elements).enumerate() {
        let earlier = clauses[..at].iter().find(|(one, _)| one.is_none() || one == direction);
        let Some((_, line)) = earlier else { continue };
        let message = format!("what this clause speaks of is covered by line {line} already");
        let help = "the first that matches counts: put the narrower one first, or delete this one";
        reader.complain(&codes::UNREACHABLE_PAYMENT, &element.at, message, help);
    }
}
