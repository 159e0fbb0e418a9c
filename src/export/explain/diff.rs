//! What changed between two settlements, as a tree: from who owes whom down to steps, products and
//! facts. Only what differs is in it, and every change is the sum of the changes below it.

use std::collections::BTreeSet;

use super::Node;
use super::debts::Pair;
use super::difference::difference;
use super::facts::{counted, words};
use super::select;
use super::teller::{Subject, Teller};
use crate::fact::{Key, Tally};
use crate::settlement::{Payable, Settlement};

/// The tree of what changed from one settlement to another: what is paid, with true-ups and all
/// clauses, or (`own`) only what the period itself gives.
pub fn diff(title: &str, was: &Subject<'_>, is: &Subject<'_>, own: bool) -> Node {
    let (before, after) = (Teller::new(was), Teller::new(is));
    let mut root = Node::titled(title);
    for (from, to) in pairs(was.settlement, is.settlement, own) {
        let pair = Pair { from: &from, to: &to };
        let ask = |teller: &Teller<'_>| match own {
            true => teller.debt(None, pair),
            false => teller.paid(pair),
        };
        root.children.extend(difference(Some(&ask(&before)), Some(&ask(&after))));
    }
    root.children.extend(beside(&before, &after));
    root = root.finished();
    // What stands under a payable already need not be listed again.
    let told = |node: &Node| node.notes.iter().any(|note| note == "as above");
    root.children.retain_mut(|child| {
        let heading = child.exact.is_none();
        if heading {
            child.children.retain(|node| !told(node));
        }
        !heading || !child.children.is_empty()
    });
    if root.children.is_empty() { root.noting("nothing differs") } else { root }
}

/// Every two parties between whom there is something, in the direction that it goes now.
fn pairs(was: &Settlement, is: &Settlement, own: bool) -> Vec<(String, String)> {
    let list = |settlement: &'_ Settlement| -> Vec<Payable> {
        if own { settlement.debts.clone() } else { settlement.payables.clone() }
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    for payable in list(is).into_iter().chain(list(was)) {
        let pair = (payable.from, payable.to);
        let turned = (pair.1.clone(), pair.0.clone());
        if !pairs.contains(&pair) && !pairs.contains(&turned) {
            pairs.push(pair);
        }
    }
    pairs
}

/// Steps, shares and balances that differ; what was told under a payable is told in two words.
fn beside(before: &Teller<'_>, after: &Teller<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    let schedules = after.settlement.schedules.iter().chain(&before.settlement.schedules);
    for schedule in schedules {
        if !ids.contains(&schedule.id.as_str()) {
            ids.push(&schedule.id);
        }
    }
    for id in ids {
        let [was, is] = [before, after].map(|teller| teller.in_steps(id));
        nodes.extend(difference(Some(&was), Some(&is)));
    }
    let paths = [after, before].into_iter().flat_map(|teller| {
        teller.settlement.balances.iter().map(|it| format!("balance/{}", it.name))
    });
    let mut told = BTreeSet::new();
    for path in paths.filter(|path| told.insert(path.clone())) {
        let [was, is] = [before, after].map(|teller| select::find(teller, &path));
        nodes.extend(difference(was.as_ref(), is.as_ref()));
    }
    nodes
}

impl Teller<'_> {
    /// What one party pays another, over all payables of the two; negative the other way.
    fn paid(&self, pair: Pair<'_>) -> Node {
        let mut node = self.money(format!("{} pays {}", pair.from, pair.to), Default::default());
        for payable in &self.settlement.payables {
            let told = match pair.way(&payable.from, &payable.to) {
                None => continue,
                Some(1) => self.payable(payable),
                Some(_) => self.payable_turned(payable),
            };
            node.children.extend(told.children);
        }
        let sum = Node::sum(&node.children);
        node.amount = Some(self.major(&sum));
        node.exact = Some(sum);
        node
    }

    /// The steps and shares of a schedule, all segments together.
    fn in_steps(&self, id: &str) -> Node {
        let mut node = Node::titled(id);
        let Some(result) = self.settlement.schedules.iter().find(|result| result.id == id) else {
            return node;
        };
        let mut asked: Vec<String> = Vec::new();
        for segment in &result.segments {
            let steps =
                segment.steps.iter().map(|step| format!("{id}/{}", super::steps::name(step)));
            asked.extend(steps);
        }
        for part in super::parties::Part::ALL {
            let lists = result.segments.iter().flat_map(|segment| part.of(segment));
            asked.extend(lists.map(|(party, _)| format!("{id}/{}/{party}", part.as_str())));
        }
        let mut told = BTreeSet::new();
        for path in asked.into_iter().filter(|path| told.insert(path.clone())) {
            let title = path.strip_prefix(&format!("{id}/")).unwrap_or(&path).to_owned();
            if let Some(found) = select::find(self, &path) {
                node.children.push(Node { title, ..found });
            }
        }
        node
    }
}

/// The facts that came, went or moved between two tallies, as a tree with a leaf for each cell.
pub fn facts(title: &str, was: &Tally, is: &Tally, within: impl Fn(&Key) -> bool) -> Option<Node> {
    let mut change = was.negated();
    change.merge(is);
    let cells = change.into_cells().into_iter().filter(|(key, _)| within(key));
    let leaf = |(key, cell): (Key, crate::fact::Cell)| {
        let title = format!("{} {} {}", key.day, key.product, words(&key));
        let node = Node::exactly(title, cell.amount.to_ratio()).noting(counted(cell.rows));
        Node { keys: vec![key], ..node }
    };
    let leaves: Vec<Node> = cells.map(leaf).collect();
    (!leaves.is_empty()).then(|| Node::titled(title).over(leaves))
}
