//! From the path of a line to its node, and every path that there is.

use super::Node;
use super::steps::{Teller, name, part};
use crate::calendar::Day;
use crate::money::Minor;
use crate::settlement::{ScheduleResult, SegmentResult, Settlement, Step};

/// Every line that can be asked for, but for single products.
pub fn selectors(settlement: &Settlement) -> Vec<String> {
    let mut paths = Vec::new();
    for payable in &settlement.payables {
        paths.push(format!("payable/{}/{}", payable.from, payable.to));
    }
    paths.extend(settlement.positions.iter().map(|(party, _)| format!("position/{party}")));
    for result in &settlement.schedules {
        paths.push(result.id.clone());
        for step in result.segments.iter().flat_map(|segment| &segment.steps) {
            paths.push(format!("{}/{}", result.id, name(step)));
        }
        for (party, _) in result.segments.iter().flat_map(|segment| &segment.shares) {
            paths.push(format!("share/{}/{party}", result.id));
        }
        for (party, _) in &result.positions {
            paths.push(format!("position/{}/{party}", result.id));
        }
    }
    paths.extend(settlement.balances.iter().map(|balance| format!("balance/{}", balance.name)));
    let adjustments = settlement.adjustments.iter();
    let path = |each: &crate::settlement::Adjustment| {
        format!("adjustment/{}/{}", each.clause.as_str(), each.name)
    };
    paths.extend(adjustments.map(path));
    let mut told = std::collections::BTreeSet::new();
    paths.retain(|path| told.insert(path.clone()));
    paths
}

/// The node of a path; none if there is no such line.
pub(super) fn find(teller: &mut Teller<'_>, path: &str) -> Option<Node> {
    let words: Vec<&str> = path.split('/').collect();
    let settlement = teller.settlement;
    let of = |id: &str| settlement.schedules.iter().find(|result| result.id == id);
    match words.as_slice() {
        ["payable", from, to] => payables(teller, from, to),
        ["position", party] => teller.position_in_all(party),
        ["position", id, party] => teller.position(of(id)?, party, 1),
        ["share", id, party] => teller.share(of(id)?, party),
        ["adjustment", clause, name @ ..] => teller.adjustment(clause, &name.join("/")),
        ["balance", name @ ..] => {
            let name = name.join("/");
            let found = settlement.balances.iter().find(|each| each.name.to_string() == name);
            teller.balance(found?)
        }
        [id, rest @ ..] => in_schedule(teller, of(id)?, rest),
        [] => None,
    }
}

fn payables(teller: &mut Teller<'_>, from: &str, to: &str) -> Option<Node> {
    let settlement = teller.settlement;
    let found = settlement.payables.iter().filter(|each| each.from == from && each.to == to);
    let mut nodes: Vec<Node> = found.map(|payable| teller.payable(payable)).collect();
    if nodes.len() > 1 {
        return Some(Node::titled(format!("{from} pays {to}, by schedule")).over(nodes));
    }
    nodes.pop()
}

/// `[day] [step] [product]` within a schedule.
fn in_schedule(teller: &mut Teller<'_>, result: &ScheduleResult, words: &[&str]) -> Option<Node> {
    let day = words.first().and_then(|word| word.parse::<Day>().ok());
    let words = if day.is_some() { &words[1..] } else { words };
    let (wanted, product) = match words {
        [] => (None, None),
        [step] => (Some(*step), None),
        [step, product] => (Some(*step), Some(*product)),
        [_, _, _, ..] => return None,
    };
    if words.is_empty() && result.segments.is_empty() {
        return Some(Node::titled(&result.id).noting("no terms are in force in this period"));
    }
    let mut parts = Vec::new();
    for segment in result.segments.iter().filter(|each| day.is_none_or(|day| day == each.from)) {
        let nodes = in_segment(teller, result, segment, wanted, product);
        if !nodes.is_empty() || wanted.is_none() {
            parts.push((segment, nodes));
        }
    }
    gathered(&result.id, parts)
}

fn in_segment(
    teller: &mut Teller<'_>,
    result: &ScheduleResult,
    segment: &SegmentResult,
    wanted: Option<&str>,
    product: Option<&str>,
) -> Vec<Node> {
    let named = |step: &&Step| match wanted {
        Some(wanted) => wanted == name(step) || wanted == step.name.as_str(),
        None => !step.total.is_zero(),
    };
    let has = |step: &&Step| {
        product.is_none_or(|product| {
            part(step, Some(product)) != Minor::ZERO
                || step.lines.iter().any(|line| line.product == product)
        })
    };
    let steps = segment.steps.iter().filter(named).filter(has);
    steps.map(|step| teller.step(&result.id, segment, step, product, 1)).collect()
}

/// One node as it is; several under a heading for each segment.
fn gathered(id: &str, mut parts: Vec<(&SegmentResult, Vec<Node>)>) -> Option<Node> {
    let heading = |segment: &SegmentResult| {
        format!("{id} from {} to {}, {}", segment.from, segment.to, segment.basis)
    };
    match parts.as_mut_slice() {
        [] => None,
        [(_, nodes)] if nodes.len() == 1 => nodes.pop(),
        [(segment, nodes)] => Some(Node::titled(heading(segment)).over(nodes.drain(..))),
        _ => {
            let each = |(segment, nodes)| Node::titled(heading(segment)).over(nodes);
            Some(Node::titled(id).over(parts.into_iter().map(each)))
        }
    }
}
