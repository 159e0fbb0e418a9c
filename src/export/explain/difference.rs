//! What differs between two trees.
//!
//! The law: where both trees add up, so does their difference.

use std::borrow::Cow;

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
    let children = each(&parts(was, is), &parts(is, was));
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

/// Its parts; where the other has some and this one has none, all of it is one part.
fn parts<'n>(node: &'n Node, other: &Node) -> Cow<'n, [Node]> {
    let whole = node.children.is_empty() && !other.children.is_empty() && !worth(node).is_zero();
    if !whole {
        return Cow::Borrowed(&node.children);
    }
    // A share that is one part is told without it.
    let of = node.notes.first().and_then(|note| note.split_once(" of "));
    let title = of.map_or_else(|| "in one".to_owned(), |(share, _)| share.to_owned());
    let (exact, amount) = (node.exact.clone(), node.amount.clone());
    Cow::Owned(vec![Node { exact, amount, ..Node::titled(title) }])
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
        let same = |node: &&mut Option<&Node>| {
            node.is_some_and(|it| it.title == now.title && it.keys == now.keys)
        };
        let before = gone.iter_mut().find(same).and_then(Option::take);
        nodes.extend(difference(before, Some(now)));
    }
    nodes.extend(gone.into_iter().flatten().filter_map(|before| difference(Some(before), None)));
    nodes
}

/// Which rule or clause it was, and which it is, where that is what changed.
fn told_otherwise(was: &Node, is: &Node) -> Vec<String> {
    // What a difference says of itself says nothing of a difference of differences.
    let own = |node: &Node| {
        let said =
            |note: &&String| ["from ", "before: ", "now: "].iter().any(|it| note.starts_with(it));
        node.notes.iter().filter(|note| !said(note)).cloned().collect::<Vec<_>>()
    };
    let (before, after) = (own(was), own(is));
    if before == after {
        return Vec::new();
    }
    let told = |when: &str, notes: &[String]| {
        (!notes.is_empty()).then(|| format!("{when}: {}", notes.join(", ")))
    };
    told("before", &before).into_iter().chain(told("now", &after)).collect()
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
