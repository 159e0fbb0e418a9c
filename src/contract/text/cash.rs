//! What changes an amount on its way: `[[withholding]]`, `[late-interest]`.
//!
//! Refuses a tax that leaves nothing of a payment.

use super::audits;
use super::keys;
use super::payment;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::calendar::{Day, PeriodLength};
use crate::contract::{
    AnnualRate, AuditTerms, Cash, DayCount, Interest, LateInterest, PartyId, Withholding, codes,
};
use crate::money::Ratio;

const COMPOUNDING: &[(&str, bool)] = &[("none", false), ("monthly", true)];

/// Reads every clause between what is owed and what arrives.
pub(super) fn read(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    length: Option<PeriodLength>,
) -> Option<Cash> {
    let audit_terms =
        or_default(block.get("audits"), AuditTerms::default(), |node| audits::terms(reader, node));
    let common = audit_terms.clone().unwrap_or_default();
    let audits =
        blocks(reader, block, "audit", |reader, node| audits::read(reader, node, length, &common));
    let withholdings = blocks(reader, block, "withholding", withholding);
    let names = audits.iter().flatten().map(|clause| clause.name.as_str());
    named_once(reader, block.get("audit"), &names.collect::<Vec<_>>());
    let names = withholdings.iter().flatten().map(|clause| clause.name.as_str());
    named_once(reader, block.get("withholding"), &names.collect::<Vec<_>>());
    let late_interest = optional(block.get("late-interest"), |node| late_interest(reader, node));
    let on_account = blocks(reader, block, "on-account", payment::on_account);
    let minimum_payments = blocks(reader, block, "minimum-payment", payment::minimum);
    let overpayment = optional(block.get("overpayment"), |node| payment::overpayment(reader, node));
    let terms = optional(block.get("payment"), |node| payment::terms(reader, node));
    let (on_account, minimum_payments) = (on_account?, minimum_payments?);
    payment::reachable(reader, block, &on_account, &minimum_payments);
    Some(Cash {
        audits: audits?,
        audit_terms: audit_terms?,
        withholdings: withholdings?,
        late_interest: late_interest?,
        on_account,
        minimum_payments,
        overpayment: overpayment?,
        payment: terms?,
    })
}

/// Reads each block of a name; none if it is left out.
fn blocks<T>(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    name: &str,
    mut read: impl FnMut(&mut Reader<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(node) = block.get(name) else { return Some(Vec::new()) };
    let elements = reader.list(node, &format!("[[{name}]] blocks, each in double brackets"))?;
    let read: Vec<_> = elements.iter().map(|element| read(reader, element)).collect();
    read.into_iter().collect()
}

/// Statements show these clauses by name.
fn named_once(reader: &mut Reader<'_>, node: Option<&Node>, names: &[&str]) {
    let Some(Value::List(elements)) = node.map(|node| &node.value) else { return };
    for (at, (name, element)) in names.iter().zip(elements).enumerate() {
        if names[..at].contains(name) {
            let place = element.field("name").map_or(&element.at, |field| &field.at);
            let message = format!("two clauses of one kind have the name {name:?}");
            let help = "give each its own name: statements show them by name";
            reader.complain(&codes::DUPLICATE, place, message, help);
        }
    }
}

/// Two parties, of which one pays the other.
pub(super) fn direction(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<(PartyId, PartyId)> {
    let from = block.need(reader, "from", "from = \"platform\", who pays");
    let from = from.and_then(|node| reader.party_of(node));
    let to = block.need(reader, "to", "to = \"vendor\", who is paid");
    let party = to.and_then(|node| reader.party_of(node));
    let (from, party, node) = (from?, party?, to?);
    if from == party {
        let message = format!("{} pays itself here", reader.party_name(from));
        let help = "write two parties: from pays, to is paid";
        reader.complain(&codes::SAME_PARTY, &node.at, message, help);
        return None;
    }
    Some((from, party))
}

/// What a balance bears while it is carried: `{ rate = "6%", compounding = "monthly" }`.
pub(super) fn carried_interest(reader: &mut Reader<'_>, node: &Node) -> Option<Interest> {
    let block = reader.block(node, "this interest", keys::CARRIED_INTEREST)?;
    let rate = annual_rate(reader, &block);
    let compounding =
        or_default(block.get("compounding"), false, |node| reader.word(node, COMPOUNDING));
    Some(Interest { rate: rate?, compounding: compounding? })
}

/// What a balance bears that carries its interest with it.
pub(super) fn plain_interest(reader: &mut Reader<'_>, node: &Node) -> Option<AnnualRate> {
    let block = reader.block(node, "this interest", keys::PLAIN_INTEREST)?;
    annual_rate(reader, &block)
}

/// `rate`, or `base` and `margin`; with a day count.
pub(super) fn annual_rate(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<AnnualRate> {
    let counts = DayCount::ALL.map(|count| (count.as_str(), count));
    let day_count =
        or_default(block.get("day-count"), DayCount::default(), |node| reader.word(node, &counts));
    let nothing = Some(Ratio::zero());
    let (base, margin) = match (block.get("rate"), block.get("base"), block.get("margin")) {
        (Some(rate), None, None) => (reader.fraction(rate), nothing),
        (None, Some(base), margin) => {
            let base = reader.fraction(base);
            (base, margin.map_or(nothing, |node| reader.fraction(node)))
        }
        (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
            let message = format!("`rate` and `{}` exclude each other", other.name);
            let help = "write rate = \"9.5%\", or base = \"8%\" and margin = \"1.5%\"";
            reader.complain(&codes::EXCLUSIVE, &other.key_at, message, help);
            (None, None)
        }
        (None, None, _) => {
            let rate = block.need(reader, "rate", "rate = \"9.5%\", or base and margin");
            (rate.and_then(|node| reader.fraction(node)), nothing)
        }
    };
    Some(AnnualRate { base: base?, margin: margin?, day_count: day_count? })
}

fn withholding(reader: &mut Reader<'_>, node: &Node) -> Option<Withholding> {
    let block = reader.block(node, "this withholding", keys::WITHHOLDING)?;
    let name = block.need(reader, "name", "name = \"withholding tax\"");
    let name = name.and_then(|node| reader.name(node));
    let direction = direction(reader, &block);
    let rate = block.need(reader, "rate", "rate = \"15%\"");
    let rate = rate.and_then(|node| part_of_it(reader, node));
    let gross_up = or_default(block.get("gross-up"), false, |node| reader.truth(node));
    let (from, to) = direction?;
    let line = reader.line(&node.at);
    Some(Withholding { name: name?, from, to, rate: rate?, gross_up: gross_up?, line })
}

/// A rate that leaves something: what arrives is divided by the rest when it is grossed up.
fn part_of_it(reader: &mut Reader<'_>, node: &Node) -> Option<Ratio> {
    let rate = reader.part(node)?;
    if rate == Ratio::one() {
        let message = "a tax of 100% leaves nothing of the payment";
        let help = "write a rate below \"100%\"";
        reader.complain(&codes::NOTHING_ARRIVES, &node.at, message, help);
        return None;
    }
    Some(rate)
}

/// From which statement on payments are followed. It must be said: what was paid on statements
/// before would else look like too much.
pub(super) fn first_statement(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Day> {
    let example = "effective = 2026-10-01, in the period of the first statement it speaks of";
    block.need(reader, "effective", example).and_then(|node| reader.day(node))
}

fn late_interest(reader: &mut Reader<'_>, node: &Node) -> Option<LateInterest> {
    let block = reader.block(node, "[late-interest]", keys::LATE_INTEREST)?;
    let rate = annual_rate(reader, &block);
    let compounding =
        or_default(block.get("compounding"), false, |node| reader.word(node, COMPOUNDING));
    let effective = first_statement(reader, &block);
    Some(LateInterest {
        effective: effective?,
        rate: rate?,
        compounding: compounding?,
        line: reader.line(&node.at),
    })
}
