//! What changed between two settlements, as a tree: from who owes whom down to steps, products and
//! facts. Only what differs is in it.

use std::collections::BTreeMap;

use super::Node;
use crate::fact::Tally;
use crate::money::{Currency, Minor};
use crate::settlement::{Payable, Settlement, StepName};
use crate::statement::{Amount, grouped};

/// What was, what is.
type Change = (Minor, Minor);
/// A step with the name of its entry, or a party's share.
type Row = (Option<StepName>, String);

/// The tree of what changed from one settlement to another: what is paid, with true-ups and all
/// clauses, or (`own`) only what the period itself gives.
pub fn diff(title: &str, was: &Settlement, is: &Settlement, own: bool) -> Node {
    let currency = is.currency;
    let list = |settlement: &Settlement| match own {
        true => settlement.debts.clone(),
        false => settlement.payables.clone(),
    };
    let pairs = by_pair(&list(was), &list(is));
    let pairs = pairs
        .into_iter()
        .filter(|(_, (was, is))| was != is)
        .map(|((from, to), change)| changed(format!("{from} pays {to}"), change, currency));
    let mut root = Node::titled(title).over(pairs);
    root = root.over(schedules(was, is, currency));
    if !own {
        root = root.over(adjustments(was, is, currency));
    }
    if root.children.is_empty() {
        root = root.noting("nothing differs");
    }
    root
}

/// The facts that came, went or moved between two tallies, as a tree with a leaf for each cell.
pub fn facts(
    title: &str,
    was: &Tally,
    is: &Tally,
    within: impl Fn(&crate::fact::Key) -> bool,
) -> Option<Node> {
    let mut change = was.negated();
    change.merge(is);
    let leaves: Vec<Node> = change
        .into_cells()
        .into_iter()
        .filter(|(key, _)| within(key))
        .map(|(key, cell)| {
            let title = format!("{} {} {} {}", key.day, key.kind, key.product, key.channel);
            let amount = grouped(&cell.amount.to_ratio().to_plain());
            let rows = match cell.rows {
                1 => "1 fact".to_owned(),
                rows => format!("{rows} facts"),
            };
            let mut leaf = Node::titled(title.trim_end()).amounting(amount).noting(rows);
            leaf.keys.push(key);
            leaf
        })
        .collect();
    (!leaves.is_empty()).then(|| Node::titled(title).over(leaves))
}

fn changed(title: impl Into<String>, (was, is): Change, currency: Currency) -> Node {
    let shown = |amount| Amount::of(amount, currency).grouped();
    let note = format!("from {} to {}", shown(was), shown(is));
    Node::titled(title).amounting(shown(is - was)).noting(note)
}

fn by_pair(was: &[Payable], is: &[Payable]) -> BTreeMap<(String, String), Change> {
    let mut pairs: BTreeMap<(String, String), Change> = BTreeMap::new();
    for (list, now) in [(was, false), (is, true)] {
        for payable in list {
            let (from, to) = (payable.from.clone(), payable.to.clone());
            // One direction for each pair: the one that is met first.
            let (pair, amount) = match pairs.contains_key(&(to.clone(), from.clone())) {
                true => ((to, from), -payable.amount),
                false => ((from, to), payable.amount),
            };
            let change = pairs.entry(pair).or_default();
            if now { change.1 += amount } else { change.0 += amount }
        }
    }
    pairs
}

fn schedules(was: &Settlement, is: &Settlement, currency: Currency) -> Vec<Node> {
    let mut ids: Vec<&str> = Vec::new();
    for schedule in is.schedules.iter().chain(&was.schedules) {
        if !ids.contains(&schedule.id.as_str()) {
            ids.push(&schedule.id);
        }
    }
    let node = |id: &&str| {
        let steps = steps(id, was, is, currency);
        (!steps.is_empty()).then(|| Node::titled(*id).over(steps))
    };
    ids.iter().filter_map(node).collect()
}

/// The rows of one schedule's waterfalls that differ, all segments together.
fn steps(id: &str, was: &Settlement, is: &Settlement, currency: Currency) -> Vec<Node> {
    let mut rows: BTreeMap<(bool, Row), BTreeMap<String, Change>> = BTreeMap::new();
    for (settlement, now) in [(was, false), (is, true)] {
        let mut put = |row: Row, product: &str, amount: Minor| {
            let products = rows.entry((row.0.is_none(), row)).or_default();
            let change = products.entry(product.to_owned()).or_default();
            if now { change.1 += amount } else { change.0 += amount }
        };
        let schedules = settlement.schedules.iter().filter(|schedule| schedule.id == id);
        for segment in schedules.flat_map(|schedule| &schedule.segments) {
            for step in &segment.steps {
                let row = (Some(step.name), step.label.clone().unwrap_or_default());
                step.lines.iter().for_each(|line| put(row.clone(), &line.product, line.amount));
            }
            segment.shares.iter().for_each(|(party, amount)| {
                put((None, party.clone()), "", *amount);
            });
        }
    }
    type Entry = ((bool, Row), BTreeMap<String, Change>);
    let node = |((_, (step, name)), products): Entry| {
        let sum = |pick: fn(&Change) -> Minor| products.values().map(pick).sum();
        let total = (sum(|change| change.0), sum(|change| change.1));
        let differing = products.iter().filter(|(_, (was, is))| was != is);
        let leaves = differing.filter(|(product, _)| !product.is_empty());
        let leaves: Vec<Node> =
            leaves.map(|(product, change)| changed(product, *change, currency)).collect();
        let title = match step {
            None => format!("share of {name}"),
            Some(step) if name.is_empty() => step.as_str().to_owned(),
            Some(step) => format!("{step}:{name}"),
        };
        let differs = total.0 != total.1 || !leaves.is_empty();
        differs.then(|| changed(title, total, currency).over(leaves))
    };
    rows.into_iter().filter_map(node).collect()
}

fn adjustments(was: &Settlement, is: &Settlement, currency: Currency) -> Vec<Node> {
    let mut all: BTreeMap<String, Change> = BTreeMap::new();
    for (settlement, now) in [(was, false), (is, true)] {
        for each in &settlement.adjustments {
            let of = each.period.map(|period| format!(" of {period}")).unwrap_or_default();
            let clause = each.clause.as_str();
            let title = format!("{clause}{of} {}: {} pays {}", each.name, each.from, each.to);
            let change = all.entry(title).or_default();
            if now { change.1 += each.amount } else { change.0 += each.amount }
        }
    }
    let differing = all.into_iter().filter(|(_, (was, is))| was != is);
    differing.map(|(title, change)| changed(title, change, currency)).collect()
}
