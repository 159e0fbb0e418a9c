//! What differs between two trees.
//!
//! The law: where both trees add up, so does their difference.

use super::Node;
use crate::money::Ratio;
use crate::statement::grouped;

/// What is different in one tree from another; none if nothing is. Nodes of one title belong
/// together.
pub(super) fn difference(was: Option<&Node>, is: Option<&Node>) -> Option<Node> {
    let shape = is.or(was)?;
    let none = Node::default();
    let (was, is) = (was.unwrap_or(&none), is.unwrap_or(&none));
    let (before, after) = (worth(was), worth(is));
    let children = each(&was.children, &is.children);
    if before == after && children.is_empty() {
        return None;
    }
    let mut node = Node { children, ..Node::titled(&shape.title) };
    node.name.clone_from(&shape.name);
    node.level = shape.level;
    node.basis = each(&was.basis, &is.basis);
    if shape.exact.is_some() {
        let moved = after.clone() - before.clone();
        node.amount = Some(like(shape, &moved));
        node.exact = Some(moved);
        let shown = |value: &Ratio| grouped(&like(shape, value));
        node = node.noting(format!("from {} to {}", shown(&before), shown(&after)));
    }
    if node.children.is_empty() && shape.keys.is_empty() {
        node.notes.extend(told_otherwise(was, is));
    }
    carry_sources(&mut node, was, is);
    Some(node)
}

fn worth(node: &Node) -> Ratio {
    node.exact.clone().unwrap_or_default()
}

/// With as many digits as the amount of a node has.
fn like(node: &Node, value: &Ratio) -> String {
    let digits = |text: &str| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let wanted = node.amount.as_deref().map_or(0, digits);
    let text = value.to_plain();
    let have = digits(&text);
    if text.contains('/') || have >= wanted {
        return text;
    }
    let point = if have == 0 { "." } else { "" };
    format!("{text}{point}{}", "0".repeat(wanted - have))
}

/// The differences of two lists, in the order of the later one; what is gone comes last.
fn each(was: &[Node], is: &[Node]) -> Vec<Node> {
    let mut gone: Vec<Option<&Node>> = was.iter().map(Some).collect();
    let mut nodes = Vec::new();
    for now in is {
        let same = |node: &&mut Option<&Node>| node.is_some_and(|it| it.title == now.title);
        let before = gone.iter_mut().find(same).and_then(Option::take);
        nodes.extend(difference(before, Some(now)));
    }
    nodes.extend(gone.into_iter().flatten().filter_map(|before| difference(Some(before), None)));
    nodes
}

/// Which rule or clause it was, and which it is, where that is what changed.
fn told_otherwise(was: &Node, is: &Node) -> Vec<String> {
    if was.notes == is.notes {
        return Vec::new();
    }
    let told = |when: &str, notes: &[String]| {
        (!notes.is_empty()).then(|| format!("{when}: {}", notes.join(", ")))
    };
    told("before", &was.notes).into_iter().chain(told("now", &is.notes)).collect()
}

/// The facts, rates and payments that are not what they were.
fn carry_sources(node: &mut Node, was: &Node, is: &Node) {
    if was.cell != is.cell {
        let keys = is.keys.iter().chain(was.keys.iter().filter(|key| !is.keys.contains(key)));
        node.keys = keys.cloned().collect();
    } else {
        let rates = is.rates.iter().chain(was.rates.iter().filter(|it| !is.rates.contains(it)));
        node.rates = rates.cloned().collect();
    }
    if was.payments != is.payments {
        node.payments = was.payments.iter().chain(&is.payments).cloned().collect();
    }
}
