//! `[audits]`, what holds for every audit, and `[[audit]]`, what one found.
//!
//! Refuses an audit that found nothing, that speaks of a period which it cannot have seen, or that
//! reaches further back than the contract lets it.

use super::cash::{annual_rate, direction, plain_interest};
use super::keys;
use super::reader::Reader;
use super::tree::Node;
use super::value::{optional, or_default};
use crate::calendar::{Day, Period, PeriodLength};
use crate::contract::{AnnualRate, Audit, AuditTerms, codes};
use crate::money::Minor;

/// Reads what holds for every audit.
pub(super) fn terms(reader: &mut Reader<'_>, node: &Node) -> Option<AuditTerms> {
    let block = reader.block(node, "[audits]", keys::AUDITS)?;
    let threshold = optional(block.get("threshold"), |node| reader.part(node));
    let accord = optional(block.get("accord"), |node| reader.fraction(node));
    let interest = optional(block.get("interest"), |node| plain_interest(reader, node));
    let look_back = optional(block.get("look-back"), |node| reader.months(node));
    Some(AuditTerms {
        threshold: threshold?,
        accord: accord?,
        interest: interest?,
        look_back: look_back?,
        line: reader.line(&node.at),
    })
}

/// Reads what one found. What it does not say of threshold and accord, the terms of all say.
pub(super) fn read(
    reader: &mut Reader<'_>,
    node: &Node,
    length: Option<PeriodLength>,
    common: &AuditTerms,
) -> Option<Audit> {
    let block = reader.block(node, "this audit", keys::AUDIT)?;
    let name = block.need(reader, "name", "name = \"audit of 2026-03\"");
    let name = name.and_then(|node| reader.name(node));
    let effective = block.need(reader, "effective", "effective = 2026-10-15, when it was agreed");
    let effective = effective.and_then(|node| reader.day(node));
    let period = block.need(reader, "period", "period = \"2026-03\"");
    let periods = period.and_then(|node| audited(reader, node, (length, effective), common));
    let direction = direction(reader, &block);
    let due = block.need(reader, "due", "due = \"200000\", what the audit found to be due");
    let due = due.and_then(|node| reader.amount(node));
    let paid_at = block.need(reader, "paid", "paid = \"188000\", what had been paid");
    let paid = paid_at.and_then(|node| reader.amount(node));
    let cost = or_default(block.get("cost"), Minor::ZERO, |node| reader.amount(node));
    let threshold = optional(block.get("threshold"), |node| reader.part(node));
    let threshold = threshold.map(|own| own.or_else(|| common.threshold.clone()));
    let accord = optional(block.get("accord"), |node| reader.fraction(node));
    let accord = accord.map(|own| own.or_else(|| common.accord.clone()));
    let interest = optional(block.get("interest"), |node| interest(reader, node));
    if due == paid
        && let (Some(node), Some(_)) = (paid_at, paid)
    {
        let help = "delete the audit: where nothing was found, nothing is settled";
        let message = "this audit found that what was due was paid";
        reader.complain(&codes::AUDIT_OF_NOTHING, &node.at, message, help);
    }
    if let (Some(at), Some(None), true) = (block.get("cost"), &threshold, cost.is_some()) {
        let help = "add threshold = \"5%\": a shortfall above it moves the cost to the payer";
        let message = "`cost` has no effect without `threshold`";
        reader.complain(&codes::NO_EFFECT, &at.key_at, message, help);
    }
    let ((from, to), (first, period)) = (direction?, periods?);
    Some(Audit {
        name: name?,
        first,
        period,
        effective: effective?,
        from,
        to,
        due: due?,
        paid: paid?,
        cost: cost?,
        threshold: threshold?,
        accord: accord?,
        interest: interest?,
        line: reader.line(&node.at),
    })
}

/// Periods of the contract's length that were over when the finding was agreed, and that it may
/// reach: one, or the first and the last of several.
fn audited(
    reader: &mut Reader<'_>,
    node: &Node,
    (length, effective): (Option<PeriodLength>, Option<Day>),
    common: &AuditTerms,
) -> Option<(Period, Period)> {
    let text = reader.text(node)?;
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let period = |text: &str| {
        let period = text.parse::<Period>().ok();
        period.filter(|period| length.is_none_or(|length| length == period.length()))
    };
    let both = period(first).zip(period(last));
    let Some((first, last)) = both.filter(|(first, last)| first <= last) else {
        let message = format!("{text:?} is not a period of this contract, nor several");
        let help = "write a month as \"2026-03\", several as \"2026-01..2026-03\", or quarters as \
                    \"2026-Q1\" if it has quarters";
        reader.complain(&codes::WRONG_PERIOD, &node.at, message, help);
        return None;
    };
    let Some(effective) = effective else { return Some((first, last)) };
    if effective <= last.last_day() {
        let message = format!("the finding was agreed before {last} had ended");
        let help = "write the day of the agreement as `effective`; it is settled in that period";
        reader.complain(&codes::WRONG_PERIOD, &node.at, message, help);
    }
    let earliest = common.earliest(effective, first.length());
    if let Some(earliest) = earliest.filter(|earliest| first < *earliest) {
        let message = format!("an audit agreed on {effective} reaches back to {earliest} only");
        let help = "write what was found for it and later, or a longer look-back in [audits]";
        reader.complain(&codes::WRONG_PERIOD, &node.at, message, help);
    }
    Some((first, last))
}

fn interest(reader: &mut Reader<'_>, node: &Node) -> Option<(Day, AnnualRate)> {
    let block = reader.block(node, "the interest of an audit", keys::INTEREST)?;
    let since = block.need(reader, "since", "since = 2026-04-30, when the shortfall was due");
    let since = since.and_then(|node| reader.day(node));
    let rate = annual_rate(reader, &block);
    Some((since?, rate?))
}
