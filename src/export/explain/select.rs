//! From the path of a line to its node, and every path that there is.

use std::collections::BTreeSet;

use super::Node;
use super::debts::Pair;
use super::facts;
use super::parties::Part;
use super::steps::{At, name, part, segments};
use super::teller::Teller;
use crate::calendar::Day;
use crate::money::Minor;
use crate::settlement::{Adjustment, Exception, ScheduleResult, Settlement};

/// Every line that can be asked for, but for single segments, products and days.
pub fn selectors(settlement: &Settlement) -> Vec<String> {
    let mut paths = Vec::new();
    for payable in &settlement.payables {
        paths.push(format!("payable/{}/{}", payable.from, payable.to));
    }
    paths.extend(settlement.debts.iter().map(|debt| format!("owed/{}/{}", debt.from, debt.to)));
    paths.extend(settlement.positions.iter().map(|(party, _)| format!("position/{party}")));
    for result in &settlement.schedules {
        of_schedule(result, &mut paths);
    }
    paths.extend(settlement.balances.iter().map(|balance| format!("balance/{}", balance.name)));
    paths.extend(settlement.adjustments.iter().map(|each| adjustment_path(settlement, each)));
    paths.extend(settlement.withheld.iter().map(|each| format!("withheld/{}", each.name)));
    for each in &settlement.true_ups {
        paths.push(format!("true-up/{}", each.period));
        let ground = each.schedule.as_deref().unwrap_or("clauses");
        if !each.debts.is_empty() {
            paths.push(format!("true-up/{}/{ground}", each.period));
        }
        let line = |line| super::true_ups::path_of(each.schedule.as_deref(), line);
        let lines = each.lines.iter().map(|it| format!("true-up/{}/{}", each.period, line(it)));
        paths.extend(lines);
    }
    let exceptions = settlement.exceptions.iter();
    paths.extend(exceptions.map(|each| format!("exception/{}", each.kind.as_str())));
    let mut told = BTreeSet::new();
    paths.retain(|path| told.insert(path.clone()));
    paths
}

fn of_schedule(result: &ScheduleResult, paths: &mut Vec<String>) {
    let id = &result.id;
    paths.push(id.clone());
    for segment in &result.segments {
        paths.extend(segment.steps.iter().map(|step| format!("{id}/{}", name(step))));
        if segment.slices.iter().any(|slice| slice.tier.is_some()) {
            paths.push(format!("{id}/tiers"));
        }
        for part in [Part::Share, Part::CatchUp] {
            let parties = part.of(segment).iter();
            paths.extend(parties.map(|(party, _)| format!("{id}/{}/{party}", part.as_str())));
        }
        let parties = segment.shares.iter();
        paths.extend(parties.map(|(party, _)| format!("share/{id}/{party}")));
    }
    paths.extend(result.positions.iter().map(|(party, _)| format!("position/{id}/{party}")));
}

/// The path of an adjustment; with its period where several have one name.
fn adjustment_path(settlement: &Settlement, each: &Adjustment) -> String {
    let root = format!("adjustment/{}/{}", each.clause.as_str(), each.name);
    let same = settlement.adjustments.iter();
    let same = same.filter(|other| other.clause == each.clause && other.name == each.name);
    match each.period {
        Some(period) if same.count() > 1 => format!("{root}/{period}"),
        Some(_) | None => root,
    }
}

/// The paths that are most like one that is not there.
pub(super) fn nearest(path: &str, paths: &[String]) -> Vec<String> {
    let mut far: Vec<(usize, &String)> =
        paths.iter().map(|known| (distance(path, known), known)).collect();
    far.sort();
    let near = far.into_iter().take_while(|(far, known)| *far <= known.len().div_ceil(2));
    near.take(3).map(|(_, known)| known.clone()).collect()
}

/// How many letters have to be put, taken or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, known) in other.iter().enumerate() {
            let changed = corner + usize::from(letter != *known);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// The node of a path; none if there is no such line.
pub(super) fn find(teller: &Teller<'_>, path: &str) -> Option<Node> {
    let words: Vec<&str> = path.split('/').collect();
    let settlement = teller.settlement;
    let of = |id: &str| settlement.schedules.iter().find(|result| result.id == id);
    match words.as_slice() {
        ["payable", from, to, schedule @ ..] => payables(teller, from, to, schedule.first()),
        ["owed", from, to] => {
            let way =
                |debt: &crate::settlement::Payable| Pair { from, to }.way(&debt.from, &debt.to);
            let known = settlement.debts.iter().any(|debt| way(debt).is_some());
            known.then(|| teller.debt(None, Pair { from, to }))
        }
        ["position", party] => teller.position_in_all(party),
        ["position", id, party] => teller.position(of(id)?, party, 1),
        ["share", id, party] => teller.profit(of(id)?, party),
        ["adjustment", clause, name @ ..] => teller.adjustment(clause, &name.join("/")),
        ["true-up", period, rest @ ..] => teller.true_up(period.parse().ok()?, rest),
        ["withheld", name @ ..] => withheld(teller, &name.join("/")),
        ["exception", kind, rest @ ..] => exceptions(settlement, kind, rest),
        ["balance", name @ ..] => {
            let name = name.join("/");
            let found = settlement.balances.iter().find(|each| each.name.to_string() == name);
            Some(teller.balance(found?))
        }
        [id, rest @ ..] => in_schedule(teller, of(id)?, rest),
        [] => None,
    }
}

fn payables(teller: &Teller<'_>, from: &str, to: &str, schedule: Option<&&str>) -> Option<Node> {
    let settlement = teller.settlement;
    let on = |id: Option<&str>| schedule.is_none_or(|only| id == Some(*only));
    let own = settlement.payables.iter().filter(|each| each.from == from && each.to == to);
    let own: Vec<_> = own.filter(|each| on(each.schedule.as_deref())).collect();
    let mut nodes: Vec<Node> = own.iter().map(|payable| teller.payable(payable)).collect();
    if nodes.len() > 1 {
        let sum: Minor = own.iter().map(|payable| payable.amount).sum();
        for (node, payable) in nodes.iter_mut().zip(own) {
            let ground = payable.schedule.as_deref().unwrap_or("clauses");
            node.title = format!("{} for {ground}", node.title);
        }
        return Some(teller.money(format!("{from} pays {to}, by schedule"), sum).over(nodes));
    }
    nodes.pop()
}

fn withheld(teller: &Teller<'_>, name: &str) -> Option<Node> {
    let own = teller.settlement.withheld.iter().filter(|each| each.name == name);
    let node = |each: &crate::settlement::Withheld| {
        let arrives = teller.money(format!("arrives at {}", each.from), each.arrives);
        let tax = teller.money(format!("tax that {} remits for {}", each.by, each.from), each.tax);
        teller.money(format!("{name}: gross payment"), each.gross).over([arrives, tax])
    };
    let mut nodes: Vec<Node> = own.map(node).collect();
    if nodes.len() > 1 { Some(Node::titled(name).over(nodes)) } else { nodes.pop() }
}

/// Exceptions of a kind, and perhaps of a day, a kind of fact and a product.
fn exceptions(settlement: &Settlement, kind: &str, words: &[&str]) -> Option<Node> {
    let own = |each: &&Exception| {
        let key = &each.key;
        let asked = [key.day.to_string(), key.kind.to_string(), key.product.clone()];
        each.kind.as_str() == kind
            && words.len() <= asked.len()
            && words.iter().zip(&asked).all(|(word, known)| word == known)
    };
    let node = |each: &Exception| {
        let key = &each.key;
        let title = format!("{} {} {}", key.day, key.product, facts::words(key));
        let amount = &each.cell.amount.to_ratio() * &each.part;
        let mut node = Node::exactly(title, amount).noting(facts::counted(each.cell.rows));
        if let Some(currency) = key.currency {
            node = node.noting(currency.to_string());
        }
        if !each.cell.quantity.is_zero() {
            let quantity = &each.cell.quantity.to_ratio() * &each.part;
            node = node.noting(format!("{} {}", quantity.to_plain(), key.unit));
        }
        node.keys.push(key.clone());
        node.noting(&each.note)
    };
    let mut nodes: Vec<Node> = settlement.exceptions.iter().filter(own).map(node).collect();
    match nodes.len() {
        0 | 1 => nodes.pop(),
        _ => Some(Node::titled(format!("exceptions: {kind}")).over(nodes)),
    }
}

/// `[day] [step] [product]` within a schedule.
fn in_schedule(teller: &Teller<'_>, result: &ScheduleResult, words: &[&str]) -> Option<Node> {
    let day = words.first().and_then(|word| word.parse::<Day>().ok());
    let words = if day.is_some() { &words[1..] } else { words };
    if words.is_empty() && result.segments.is_empty() {
        return Some(Node::titled(&result.id).noting("no terms are in force in this period"));
    }
    let asked = segments(result).filter(|at| day.is_none_or(|day| day == at.segment.from));
    let mut parts: Vec<(At<'_>, Vec<Node>)> = Vec::new();
    for at in asked {
        let nodes = in_segment(teller, at, words);
        if !nodes.is_empty() || words.is_empty() {
            parts.push((at, nodes));
        }
    }
    gathered(teller, &result.id, parts)
}

fn in_segment(teller: &Teller<'_>, at: At<'_>, words: &[&str]) -> Vec<Node> {
    let steps = &at.segment.steps;
    match words {
        [] => {
            let shown = steps.iter().filter(|step| !step.total.is_zero());
            return shown.map(|step| teller.step(at, step, None, 1)).collect();
        }
        ["tiers"] => return teller.tiers(at).into_iter().collect(),
        [what, party] => {
            let part = Part::ALL.into_iter().find(|part| part.as_str() == *what);
            if let Some(node) = part.and_then(|part| teller.part(at, part, party)) {
                return vec![node];
            }
        }
        [_] | [_, _, _, ..] => {}
    }
    // The name of a step, or of a product, may have a stroke in it.
    for cut in 1..=words.len() {
        let wanted = words[..cut].join("/");
        let product = (cut < words.len()).then(|| words[cut..].join("/"));
        let product = product.as_deref();
        let named = steps.iter().filter(|it| wanted == name(it) || wanted == it.name.as_str());
        let has = |step: &&crate::settlement::Step| {
            product.is_none_or(|product| {
                part(step, Some(product)) != Minor::ZERO
                    || step.lines.iter().any(|line| line.product == product)
            })
        };
        let nodes: Vec<Node> =
            named.filter(has).map(|step| teller.step(at, step, product, 1)).collect();
        if !nodes.is_empty() {
            return nodes;
        }
    }
    Vec::new()
}

/// One node as it is; several under a heading for each segment, with their sum where they are the
/// same line.
fn gathered(teller: &Teller<'_>, id: &str, mut parts: Vec<(At<'_>, Vec<Node>)>) -> Option<Node> {
    let heading = |at: &At<'_>| {
        let segment = at.segment;
        format!("{id} from {} to {}, {}", segment.from, segment.to, segment.basis)
    };
    match parts.as_mut_slice() {
        [] => None,
        [(_, nodes)] if nodes.len() == 1 => nodes.pop(),
        [(at, nodes)] => Some(Node::titled(heading(at)).over(nodes.drain(..))),
        _ => {
            let single = parts.iter().all(|(_, nodes)| nodes.len() == 1);
            let each = |(at, mut nodes): (At<'_>, Vec<Node>)| match nodes.pop() {
                Some(node) if single => {
                    let title =
                        format!("{} from {} to {}", node.title, at.segment.from, at.segment.to);
                    Node { title, ..node }
                }
                last => Node::titled(heading(&at)).over(nodes).over(last),
            };
            let nodes: Vec<Node> = parts.into_iter().map(each).collect();
            let mut node = Node::titled(id);
            if single {
                let sum = Node::sum(&nodes);
                node.amount = Some(teller.major(&sum));
                node.exact = Some(sum);
            }
            Some(node.over(nodes))
        }
    }
}
