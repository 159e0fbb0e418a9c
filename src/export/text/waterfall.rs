//! One segment's waterfall: a column for each product where they fit, else a line for each.

use std::collections::BTreeSet;

use crate::export::table::Table;
use crate::money::Currency;
use crate::statement::{Amount, Segment, Step};

use super::{WIDTH, declared};

/// How wide the column of names is at least.
pub(super) const LABEL: usize = 34;

/// The heading of what belongs to no product.
const NO_PRODUCT: &str = "(none)";

/// The segment with its steps, shares and positions, in one set of columns.
pub(super) fn segment(segment: &Segment, currency: Currency, order: &[String]) -> String {
    let Segment { from, to, basis, effective, .. } = segment;
    if segment.basis == "excluded" {
        return format!("\n  {from} to {to}, terms of {effective}: excluded, nothing is settled\n");
    }
    let shown: Vec<&Step> = segment.steps.iter().filter(|step| is_shown(segment, step)).collect();
    let products = products(&shown);
    let table = match products.iter().filter(|product| !product.is_empty()).count() {
        0 | 1 => in_lines((segment, order), &shown, false),
        // A column is a sign and a blank at least; to fill in more columns takes the square of their number.
        2..=MANY => Some(in_columns((segment, order), &shown, &products))
            .filter(|table| table.width() + INDENT <= WIDTH)
            .unwrap_or_else(|| in_lines((segment, order), &shown, true)),
        _ => in_lines((segment, order), &shown, true),
    };
    let title = format!("\n  {from} to {to}, {basis}, terms of {effective}\n\n");
    let text = table.render(INDENT, LABEL);
    let wide = text.lines().any(|line| line.chars().count() > WIDTH);
    title + &if wide { table.render(INDENT, 0) } else { text } + &rates(segment, currency)
}

/// The rates of exchange, each on its line.
fn rates(segment: &Segment, currency: Currency) -> String {
    let mut table = Table::default();
    for (at, fx) in segment.fx.iter().enumerate() {
        let when = match (fx.day, fx.listed) {
            (None, None) => "on average of the period".to_owned(),
            (None, Some(listed)) => format!("listed for {listed}"),
            (Some(day), Some(listed)) if day != listed => {
                format!("on {day}, listed for {listed}")
            }
            (Some(day), Some(_) | None) => format!("on {day}"),
        };
        let label = party_label("fx", at, &format!("1 {} {when}", fx.currency));
        table.row([label, format!("{} {currency}", fx.rate.grouped())]);
    }
    if segment.fx.is_empty() { String::new() } else { format!("\n{}", table.render(INDENT, LABEL)) }
}

const INDENT: usize = 4;

/// More products never fit beside one another.
const MANY: usize = WIDTH / 2;

/// A segment with its contract's order of parties.
type Ordered<'a> = (&'a Segment, &'a [String]);

/// What follows the steps: the memo of tax, shares, positions, each in the last column.
fn foot(table: &mut Table, columns: usize, (segment, order): Ordered<'_>) {
    let total = |name: &str| segment.steps.iter().find(|step| step.step == name);
    if !segment.shares.is_empty() {
        table.free("");
        for (at, (party, amount)) in declared(&segment.shares, order).enumerate() {
            let split = segment.split.get(party).map_or(String::new(), |part| format!(", {part}"));
            let label = party_label("shares", at, &format!("{party}{split}"));
            table.last(columns, label, amount.grouped());
        }
        sum(table, columns, total("share-base"));
    }
    beside(table, columns, "priority", declared(&segment.priority, order));
    beside(table, columns, "catch-up", declared(&segment.catch_up, order));
    tiers(table, columns, (segment, order));
    if !segment.positions.is_empty() {
        table.free("");
        for (at, (party, amount)) in declared(&segment.positions, order).enumerate() {
            table.last(columns, party_label("positions", at, party), amount.grouped());
        }
        sum(table, columns, total("net-sales"));
    }
    let memos = [("tax", "memo: tax, not shared"), ("uncollected", "memo: billed, not collected")];
    for (name, label) in memos {
        if let Some(memo) = total(name).filter(|memo| !memo.total.is_zero()) {
            table.free("");
            table.last(columns, label, memo.total.grouped());
        }
    }
}

/// What parties have beside their shares.
fn beside<'s>(
    table: &mut Table,
    columns: usize,
    title: &str,
    list: impl Iterator<Item = (&'s String, &'s Amount)>,
) {
    for (at, (party, amount)) in list.enumerate() {
        if at == 0 {
            table.free("");
        }
        table.last(columns, party_label(title, at, party), amount.grouped());
    }
}

/// What each tier divided.
fn tiers(table: &mut Table, columns: usize, (segment, order): Ordered<'_>) {
    if !segment.tiers.is_empty() {
        table.free("");
    }
    let digits = total_digits(segment);
    for (at, tier) in segment.tiers.iter().enumerate() {
        let split: Vec<String> =
            declared(&tier.split, order).map(|(party, share)| format!("{party} {share}")).collect();
        let label = party_label("tiers", at, &format!("{}: {}", tier.tier, split.join(", ")));
        table.last(columns, label, padded(tier.base.grouped(), digits));
    }
}

/// How many digits after the point the segment's amounts have.
fn total_digits(segment: &Segment) -> usize {
    let text = segment.steps.first().map_or(String::new(), |step| step.total.grouped());
    text.split_once('.').map_or(0, |(_, digits)| digits.len())
}

/// An exact amount with at least so many digits; a fraction stays as it is.
fn padded(text: String, digits: usize) -> String {
    if text.contains('/') {
        return text;
    }
    let have = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let point = if have == 0 && digits > 0 { "." } else { "" };
    format!("{text}{point}{:0<1$}", "", digits.saturating_sub(have))
}

/// What the lines above add up to: a step that stands above.
fn sum(table: &mut Table, columns: usize, step: Option<&Step>) {
    if let Some(step) = step {
        table.last_rule();
        table.last(columns, format!("{:<GROUND$}= {}", "", step.step), step.total.grouped());
    }
}

/// The first of a list of parties carries the list's title.
pub(super) fn party_label(title: &str, at: usize, party: &str) -> String {
    format!("{:<GROUND$}{party}", if at == 0 { title } else { "" })
}

/// How wide the titles of lists of parties are.
const GROUND: usize = 11;

/// Is it one of the sums that make the frame, or does it hold anything?
/// Tax is a memo below; where no cost is deducted, gross profit is net sales once more.
fn is_shown(segment: &Segment, step: &Step) -> bool {
    let again = step.step == "gross-profit" && segment.basis == "net-sales";
    if again || step.step == "tax" || step.step == "uncollected" {
        return false;
    }
    let frame = ["gross-sales", "net-sales", "gross-profit", "share-base", "usage-fee"];
    frame.contains(&step.step.as_str())
        || !step.total.is_zero()
        || step.lines.iter().any(|line| !line.amount.is_zero())
}

/// The products of all steps. What has none gets a column where some step mixes it with products,
/// because the row would not foot without it.
fn products<'a>(steps: &[&'a Step]) -> Vec<&'a str> {
    let named = |step: &&&Step| step.lines.iter().any(|line| !line.product.is_empty());
    let lines = steps.iter().filter(named).flat_map(|step| &step.lines);
    let found: BTreeSet<&str> = lines.map(|line| line.product.as_str()).collect();
    let none = found.contains("").then_some("");
    found.iter().copied().filter(|name| !name.is_empty()).chain(none).collect()
}

fn in_columns(segment: Ordered<'_>, steps: &[&Step], products: &[&str]) -> Table {
    let mut table = Table::default();
    let name = |product: &&str| if product.is_empty() { NO_PRODUCT } else { *product }.to_owned();
    table.row([String::new()].into_iter().chain(products.iter().map(name)).chain(["total".into()]));
    for (at, step) in steps.iter().enumerate() {
        if adds_up(steps, at) {
            table.rule();
        }
        let amount = |product: &&str| {
            let mut lines = step.lines.iter().filter(|line| line.product == *product);
            lines.next().map_or(String::new(), |line| signed(step, &line.amount).grouped())
        };
        let cells = products.iter().map(amount);
        let total = signed(step, &step.total).grouped();
        table.row([label(step)].into_iter().chain(cells).chain([total]));
    }
    foot(&mut table, products.len() + 2, segment);
    table
}

fn in_lines(segment: Ordered<'_>, steps: &[&Step], with_products: bool) -> Table {
    let mut table = Table::default();
    let columns = if with_products { 3 } else { 2 };
    for (at, step) in steps.iter().enumerate() {
        if adds_up(steps, at) {
            table.last_rule();
        }
        let detailed = with_products && step.lines.iter().any(|line| !line.product.is_empty());
        let lines = step.lines.iter().filter(|line| detailed && !line.amount.is_zero());
        for line in lines {
            let product = if line.product.is_empty() { NO_PRODUCT } else { &line.product };
            let amount = signed(step, &line.amount).grouped();
            table.row([format!("  {product}"), amount, String::new()]);
        }
        table.last(columns, label(step), signed(step, &step.total).grouped());
    }
    foot(&mut table, columns, segment);
    table
}

fn label(step: &Step) -> String {
    match &step.name {
        Some(name) => format!("{}: {name}", step.step),
        None => step.step.clone(),
    }
}

/// Is a step the sum of those above it, and not of one sum alone?
fn adds_up(steps: &[&Step], at: usize) -> bool {
    let is_sum =
        |step: &&Step| matches!(step.step.as_str(), "net-sales" | "gross-profit" | "share-base");
    is_sum(&steps[at]) && at > 0 && !is_sum(&steps[at - 1])
}

/// With the sign that it has in the sum below it: the waterfall states cost, uplift, carried-in
/// and priority as magnitudes, and takes them off.
fn signed(step: &Step, amount: &Amount) -> Amount {
    match step.step.as_str() {
        "cost" | "uplift" | "carried-in" | "priority" => amount.negated(),
        _ => amount.clone(),
    }
}
