//! The tree drawn: amounts in one column, notes behind them. Whole branches lead to parts, which add
//! up; broken ones to what a number was computed from otherwise.

use super::Node;
use crate::statement::{grouped, pretty};

/// Titles wider than this push their amount to the right instead of widening every line.
const WIDEST: usize = 64;

struct Line {
    left: String,
    amount: String,
    notes: String,
}

/// The tree as text.
pub fn render_tree(node: &Node) -> String {
    let mut lines = Vec::new();
    draw(node, "", "", &mut lines);
    let left = lines.iter().map(|line| line.left.chars().count()).max().unwrap_or(0).min(WIDEST);
    let right = lines.iter().map(|line| line.amount.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for Line { left: title, amount, notes } in &lines {
        let line = format!("{title:<left$}  {amount:>right$}  {notes}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn draw(node: &Node, branch: &str, below: &str, lines: &mut Vec<Line>) {
    lines.push(Line {
        left: format!("{branch}{}", node.title),
        amount: node.amount.as_deref().map(grouped).unwrap_or_default(),
        notes: node.notes.join("; "),
    });
    let parts = node.children.iter().map(|child| (child, '─'));
    let all: Vec<(&Node, char)> =
        parts.chain(node.basis.iter().map(|child| (child, '╌'))).collect();
    for (at, (child, line)) in all.iter().enumerate() {
        let last = at + 1 == all.len();
        let (corner, rest) = if last { ('└', "   ") } else { ('├', "│  ") };
        draw(child, &format!("{below}{corner}{line} "), &format!("{below}{rest}"), lines);
    }
}

/// The tree as JSON.
pub fn json(node: &Node) -> String {
    pretty(node)
}
