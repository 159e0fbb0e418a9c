//! `deductions = [ { name = "listing fee", rate = "3%" }, ... ]`: the ordered list between gross
//! and net sales.
//!
//! Refuses a name used twice, a rate mixed with facts, and facts that an earlier entry takes.

use std::ops::Range;

use super::carry;
use super::keys;
use super::reach::selector_covers;
use super::reader::{Block, Reader};
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use crate::contract::{Cap, Deduction, Excess, Selector, codes};
use crate::fact::Kind;

/// What rates and caps are of.
const MEASURES: &[(&str, bool)] = &[("gross-sales", true), ("gross-sales + refunds", false)];
const KINDS: &[(&str, Kind)] = &[
    ("fee", Kind::Fee),
    ("refund", Kind::Refund),
    ("credit", Kind::Credit),
    ("chargeback", Kind::Chargeback),
];
const ANY: &str = "any = [ { kind = \"fee\" }, { rate = \"1%\" } ]";

/// Without the key, every fee is deducted in full.
pub(super) fn unwritten() -> Vec<Deduction> {
    let fees = Selector::Facts { kinds: vec![Kind::Fee], categories: Vec::new() };
    vec![Deduction {
        name: "fees".to_owned(),
        parts: vec![fees],
        cap: None,
        of_gross: false,
        excess: Excess::Lapse,
    }]
}

/// Reads the list; an empty one deducts nothing.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Deduction>> {
    let Value::List(elements) = &node.value else {
        reader.mistyped(node, "a list", "deductions = [ { name = \"fees\", kind = \"fee\" } ]");
        return None;
    };
    let mut list: Vec<Deduction> = Vec::new();
    let mut taken: Vec<(Selector, String)> = Vec::new();
    for element in elements {
        let Some((deduction, places)) = deduction(reader, element) else { continue };
        if list.iter().any(|earlier| earlier.name == deduction.name) {
            let message = format!("two deductions are named {:?}", deduction.name);
            let help = "give each its own name: statements show them by name";
            let at = element.field("name").map_or(&element.at, |name| &name.at);
            reader.complain(&codes::DUPLICATE, at, message, help);
        }
        for (part, at) in deduction.parts.iter().zip(&places) {
            claim(reader, &mut taken, part, &deduction.name, at);
        }
        list.push(deduction);
    }
    (list.len() == elements.len()).then_some(list)
}

/// Notes what a deduction takes, and complains if that is gone already.
fn claim(
    reader: &mut Reader<'_>,
    taken: &mut Vec<(Selector, String)>,
    part: &Selector,
    name: &str,
    at: &Range<usize>,
) {
    if let Some((_, earlier)) = taken.iter().find(|(earlier, _)| selector_covers(earlier, part)) {
        let message = format!("every fact of this deduction is taken by {earlier:?} already");
        let help = "a fact is deducted once: put the narrower deduction first, or delete this one";
        reader.complain(&codes::UNREACHABLE_DEDUCTION, at, message, help);
    }
    taken.push((part.clone(), name.to_owned()));
}

fn deduction(reader: &mut Reader<'_>, node: &Node) -> Option<(Deduction, Vec<Range<usize>>)> {
    let block = reader.block(node, "this deduction", keys::DEDUCTION)?;
    let name = block.need(reader, "name", "name = \"listing fee\"");
    let name = name.and_then(|node| reader.name(node));
    let cap = optional(block.get("cap"), |node| cap(reader, node));
    let excess = or_default(block.get("excess"), Excess::default(), |node| {
        if block.get("cap").is_none() {
            let message = "`excess` has no effect without a cap";
            let help = "add cap = \"2.5%\", or delete excess";
            reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
        }
        carry::excess(reader, node)
    });
    let parts = parts(reader, &block);
    let of_gross = or_default(block.get("of"), false, |node| reader.word(node, MEASURES));
    let (parts, places): (Vec<Selector>, _) = parts?.into_iter().unzip();
    let (cap, of_gross) = (cap?, of_gross?);
    let rated = parts.iter().any(|part| matches!(part, Selector::Rate(_)));
    if let (Some(node), false, false) = (block.get("of"), rated, matches!(cap, Some(Cap::Rate(_))))
    {
        let message = "`of` has no effect without a rate or a cap that is a rate";
        let help = "add rate = \"1%\" or cap = \"2.5%\", or delete of";
        reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
    }
    Some((Deduction { name: name?, parts, cap, of_gross, excess: excess? }, places))
}

fn parts(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Vec<(Selector, Range<usize>)>> {
    let Some(any) = block.get("any") else {
        return selector(reader, block).map(|part| vec![(part, block.at.clone())]);
    };
    for key in ["kind", "category", "rate"] {
        if let Some(node) = block.get(key) {
            exclusive(reader, node, "any", "move it into an entry of `any`, or delete `any`");
        }
    }
    let elements = reader.list(any, ANY)?;
    let read = elements.iter().map(|element| {
        let block = reader.block(element, "this part of a deduction", keys::PART)?;
        if block.fields.is_empty() {
            reader.nothing_in(element, ANY);
        }
        selector(reader, &block).map(|part| (part, element.at.clone()))
    });
    let read: Vec<_> = read.collect();
    read.into_iter().collect()
}

/// Facts of a kind and category, or a rate.
fn selector(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Selector> {
    if let Some(rate) = block.get("rate") {
        for node in ["kind", "category"].into_iter().filter_map(|key| block.get(key)) {
            let help = "a rate is on gross sales and refunds: to deduct both, write them as two \
                        entries of `any`";
            exclusive(reader, node, "rate", help);
        }
        return reader.part(rate).map(Selector::Rate);
    }
    let kinds = or_default(block.get("kind"), vec![Kind::Fee], |node| kinds(reader, node));
    let categories = or_default(block.get("category"), Vec::new(), |node| reader.patterns(node));
    Some(Selector::Facts { kinds: kinds?, categories: categories? })
}

fn kinds(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Kind>> {
    if !matches!(node.value, Value::List(_)) {
        return reader.word(node, KINDS).map(|kind| vec![kind]);
    }
    let elements = reader.list(node, "kind = [\"fee\", \"credit\"]")?;
    let read: Vec<_> = elements.iter().map(|element| reader.word(element, KINDS)).collect();
    let mut kinds: Vec<Kind> = read.into_iter().collect::<Option<_>>()?;
    // The order says nothing; one order keeps equal terms equal.
    kinds.sort_unstable();
    kinds.dedup();
    Some(kinds)
}

fn cap(reader: &mut Reader<'_>, node: &Node) -> Option<Cap> {
    let text = reader.quoted(node, "cap = \"2.5%\" or cap = \"500\"")?;
    if text.contains(['%', '/']) {
        return reader.part(node).map(Cap::Rate);
    }
    reader.amount(node).map(Cap::Amount)
}

fn exclusive(reader: &mut Reader<'_>, node: &Node, other: &str, help: &str) {
    let message = format!("`{}` and `{other}` exclude each other", node.name);
    reader.complain(&codes::EXCLUSIVE, &node.key_at, message, help);
}
