//! The dated versions of a schedule: `[[schedule.terms]]`.
//!
//! Refuses versions that are not in the order of time or begin on one day, and keys that mean
//! nothing under the basis of their block.

use super::keys;
use super::places::places;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::or_default;
use super::{carry, cost, deductions, priority, rates, split};
use crate::calendar::Day;
use crate::contract::{
    Basis, LossCarry, Losses, Pattern, Recognition, ShareKind, SharedTerms, Terms, UsageFeeTerms,
    codes,
};
use crate::money::Ratio;

/// The bases by name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    GrossProfit,
    NetSales,
    UsageFee,
    Excluded,
}

const GROUNDS: &[(&str, Ground)] = &[
    ("gross-profit", Ground::GrossProfit),
    ("net-sales", Ground::NetSales),
    ("usage-fee", Ground::UsageFee),
    ("excluded", Ground::Excluded),
];
const RECOGNITION: &[(&str, Recognition)] =
    &[("billed", Recognition::Billed), ("collected", Recognition::Collected)];
const LOSSES: &[(&str, Word)] =
    &[("carry-forward", Word::CarryForward), ("share", Word::Share), ("absorb", Word::Absorb)];

#[derive(Clone, Copy)]
enum Word {
    CarryForward,
    Share,
    Absorb,
}

impl Ground {
    fn as_str(self) -> &'static str {
        match self {
            Self::GrossProfit => "gross-profit",
            Self::NetSales => "net-sales",
            Self::UsageFee => "usage-fee",
            Self::Excluded => "excluded",
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::GrossProfit => keys::GROSS_PROFIT,
            Self::NetSales => keys::NET_SALES,
            Self::UsageFee => keys::USAGE_FEE,
            Self::Excluded => keys::EXCLUDED,
        }
    }

    /// The basis of a terms block, if it says one; complains about nothing.
    pub(super) fn peek(node: &Node) -> Option<Self> {
        let text = node.field("basis")?.as_text()?;
        GROUNDS.iter().find(|(name, _)| *name == text).map(|(_, ground)| *ground)
    }
}

/// Reads the versions of a schedule.
pub(super) fn read(reader: &mut Reader<'_>, elements: &[Node]) -> Option<Vec<Terms>> {
    reader.first_day = elements.first().and_then(first_day);
    let mut days: Vec<(Day, u64)> = Vec::new();
    let mut versions = Vec::new();
    for element in elements {
        let Some(block) = reader.block(element, "this terms block", keys::TERMS) else { continue };
        let effective = effective(reader, &block, &mut days);
        let basis = basis(reader, &block);
        let (Some(effective), Some(basis)) = (effective, basis) else { continue };
        versions.push(Terms { effective, basis, places: places(reader, element) });
    }
    (versions.len() == elements.len()).then_some(versions)
}

/// The day from which a version holds, if it says one; complains about nothing.
fn first_day(node: &Node) -> Option<Day> {
    let field = node.field("effective")?;
    if let Value::Day(day) = field.value { Some(day) } else { None }
}

/// The day from which a version holds, later than those before it.
fn effective(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    days: &mut Vec<(Day, u64)>,
) -> Option<Day> {
    let node = block.need(reader, "effective", "effective = 2026-10-01")?;
    let day = reader.day(node)?;
    let same = days.iter().find(|(earlier, _)| *earlier == day);
    if let Some((_, line)) = same {
        let message = format!("the terms of line {line} begin on {day} too");
        let help = "give each version its own day, or delete one of the two";
        reader.complain(&codes::TERMS_OVERLAP, &node.at, message, help);
    } else if let Some((before, line)) = days.iter().max().filter(|(latest, _)| *latest > day) {
        let message = format!("{day} comes after the terms of {before} (line {line})");
        let help = "put the versions of a schedule in the order of their days, the oldest first";
        reader.complain(&codes::TERMS_ORDER, &node.at, message, help);
    }
    let line = reader.line(&node.at);
    days.push((day, line));
    Some(day)
}

fn basis(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Basis> {
    let node = block.need(reader, "basis", "basis = \"gross-profit\"");
    let said = node.and_then(|node| reader.word(node, GROUNDS));
    let Some(ground) = said else {
        // The other keys may have faults too: read them as what they look like.
        let guess = guess(block)?;
        let _ = clauses(reader, block, guess);
        return None;
    };
    strangers(reader, block, ground);
    clauses(reader, block, ground)
}

/// The basis that keys which cannot stand under another one speak of.
fn guess(block: &Block<'_>) -> Option<Ground> {
    let has = |key| block.get(key).is_some();
    let fee = has("payer") || has("payee");
    (fee || has("split")).then_some(if fee { Ground::UsageFee } else { Ground::GrossProfit })
}

fn clauses(reader: &mut Reader<'_>, block: &Block<'_>, ground: Ground) -> Option<Basis> {
    match ground {
        Ground::GrossProfit => shared(reader, block, ShareKind::GrossProfit).map(Basis::Shared),
        Ground::NetSales => shared(reader, block, ShareKind::NetSales).map(Basis::Shared),
        Ground::UsageFee => usage_fee(reader, block).map(Basis::UsageFee),
        Ground::Excluded => Some(Basis::Excluded),
    }
}

/// Complains about keys of another basis.
fn strangers(reader: &mut Reader<'_>, block: &Block<'_>, ground: Ground) {
    for field in block.fields {
        let key = field.name.as_str();
        if ground.keys().contains(&key) || !keys::TERMS.contains(&key) {
            continue;
        }
        let homes: Vec<String> = GROUNDS
            .iter()
            .filter(|(_, other)| other.keys().contains(&key))
            .map(|(name, _)| format!("{name:?}"))
            .collect();
        let message = format!("`{key}` means nothing under basis = {:?}", ground.as_str());
        let help = format!(
            "delete it, or choose the basis that it belongs to: {}; the keys here are {}",
            homes.join(" or "),
            ground.keys().join(", ")
        );
        reader.complain(&codes::WRONG_BASIS, &field.key_at, message, help);
    }
}

fn shared(reader: &mut Reader<'_>, block: &Block<'_>, kind: ShareKind) -> Option<SharedTerms> {
    let (deduct, loss) = match kind {
        ShareKind::GrossProfit => (vec![Pattern::any()], Losses::carried()),
        ShareKind::NetSales => (Vec::new(), Losses::Share),
    };
    let written = block.get("cost").filter(|_| kind == ShareKind::GrossProfit);
    let rates = or_default(block.get("rates"), Vec::new(), |node| rates::read_plain(reader, node));
    let recognition = or_default(block.get("recognition"), Recognition::default(), |node| {
        reader.word(node, RECOGNITION)
    });
    let deductions = or_default(block.get("deductions"), deductions::unwritten(), |node| {
        deductions::read(reader, node)
    });
    let cost = or_default(written, cost::unwritten(deduct), |node| cost::read(reader, node));
    let losses = or_default(block.get("losses"), loss, |node| losses(reader, node));
    let priority =
        or_default(block.get("priority"), Vec::new(), |node| priority::read(reader, node));
    let split = block.need(reader, "split", "split = { vendor = \"50%\", platform = \"rest\" }");
    let split = split.and_then(|node| split::read(reader, node));
    Some(SharedTerms {
        kind,
        recognition: recognition?,
        rates: rates?,
        deductions: deductions?,
        cost: cost?,
        losses: losses?,
        priority: priority?,
        split: split?,
    })
}

/// A word, or `{ carry = 12, cap = "1000", interest = { rate = "6%" }, at-most = "50%" }`.
fn losses(reader: &mut Reader<'_>, node: &Node) -> Option<Losses> {
    let Value::Table(_) = node.value else {
        return Some(match reader.word(node, LOSSES)? {
            Word::CarryForward => Losses::carried(),
            Word::Share => Losses::Share,
            Word::Absorb => Losses::Absorb,
        });
    };
    let block = reader.block(node, "these losses", keys::LOSSES)?;
    let carry = carry::attributes(reader, &block);
    let at_most = or_default(block.get("at-most"), Ratio::one(), |node| reader.part(node));
    Some(Losses::CarryForward(LossCarry { carry: carry?, at_most: at_most? }))
}

fn usage_fee(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<UsageFeeTerms> {
    let payer = block.need(reader, "payer", "payer = \"platform\"");
    let payer = payer.and_then(|node| reader.party_of(node));
    let payee_node = block.need(reader, "payee", "payee = \"vendor\"");
    let payee = payee_node.and_then(|node| reader.party_of(node));
    if let (Some(payer), Some(payee), Some(node)) = (payer, payee, payee_node)
        && payer == payee
    {
        let name = reader.party_name(payer).to_owned();
        let message = format!("{name} would owe this fee to itself");
        let help = "name two different parties as payer and payee";
        reader.complain(&codes::SAME_PARTY, &node.at, message, help);
    }
    let rates =
        block.need(reader, "rates", "rates = [ { unit = \"compute-hour\", price = \"21.50\" } ]");
    let rates = rates.and_then(|node| rates::read(reader, node));
    Some(UsageFeeTerms { payer: payer?, payee: payee?, rates: rates? })
}
