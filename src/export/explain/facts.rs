//! The leaves: facts by product, day and cell, with prices and exact amounts.

use std::collections::BTreeMap;

use super::Node;
use super::node::{Level, Listed};
use crate::calendar::{Day, Period};
use crate::fact::{Cell, Key};
use crate::money::{Currency, Minor, Ratio};
use crate::settlement::{Input, Step, UsedRate};
use crate::statement::grouped;

/// One cell's contribution.
pub(super) struct Fed<'a> {
    product: &'a str,
    key: &'a Key,
    cell: &'a Cell,
    price: Option<&'a Ratio>,
    part: &'a Ratio,
    rate: Option<&'a UsedRate>,
    exact: &'a Ratio,
}

/// The facts that feed a step, all or of one product.
pub(super) fn of<'a>(step: &'a Step, only: Option<&str>) -> Vec<Fed<'a>> {
    let fed = step.trace.inputs.iter().filter_map(|input| match input {
        Input::Facts { product, key, cell, price, part, rate, exact } => Some(Fed {
            product,
            key,
            cell,
            price: price.as_ref(),
            part,
            rate: rate.as_deref(),
            exact,
        }),
        Input::Step { .. } | Input::Flat { .. } => None,
    });
    fed.filter(|fed| only.is_none_or(|product| product == fed.product)).collect()
}

/// The flat fees that feed a step; they belong to no product.
pub(super) fn flat(step: &Step, only: Option<&str>, sign: i128) -> Vec<Node> {
    let fee = |input: &Input| match input {
        Input::Flat { unit, exact } => {
            let title = format!("flat fee of the rate for {unit}");
            Some(Node::exactly(title, &Ratio::whole(sign) * exact))
        }
        Input::Facts { .. } | Input::Step { .. } => None,
    };
    let asked = only.is_none_or(str::is_empty);
    step.trace.inputs.iter().filter(|_| asked).filter_map(fee).collect()
}

/// How cells are told: which way they count, and in which period they are settled.
#[derive(Clone, Copy)]
pub(super) struct Telling {
    pub(super) sign: i128,
    pub(super) period: Period,
    pub(super) currency: Currency,
}

/// Nodes for the products, and below them days. A product amounts to its line of the step, if the
/// facts are all that the line was made of.
pub(super) fn nodes(
    facts: &[Fed<'_>],
    telling: Telling,
    line: impl Fn(&str) -> Option<Minor>,
) -> Vec<Node> {
    let mut products: BTreeMap<&str, Vec<&Fed<'_>>> = BTreeMap::new();
    facts.iter().for_each(|fed| products.entry(fed.product).or_default().push(fed));
    let product = |(product, facts): (&&str, &Vec<&Fed<'_>>)| {
        let name = if product.is_empty() { "no product" } else { product };
        let days = by_day(facts, telling);
        let node = match line(product) {
            Some(amount) => Node::money(name, Minor(telling.sign * amount.0), telling.currency),
            None => Node::exactly(name, Node::sum(&days)),
        };
        Node { level: Level::Product, ..node }.over(days).closed_by("rounding")
    };
    products.iter().map(product).collect()
}

fn by_day(facts: &[&Fed<'_>], telling: Telling) -> Vec<Node> {
    let mut days: BTreeMap<Day, Vec<&Fed<'_>>> = BTreeMap::new();
    facts.iter().for_each(|fed| days.entry(fed.key.day).or_default().push(fed));
    let day = |(day, facts): (&Day, &Vec<&Fed<'_>>)| {
        let cells: Vec<Node> = facts.iter().map(|fed| cell(fed, telling)).collect();
        let node = Node::exactly(day.to_string(), Node::sum(&cells));
        Node { level: Level::Day, ..node }.over(cells)
    };
    days.iter().map(day).collect()
}

/// `charge marketplace`: what a cell holds, but for its day and product.
pub(super) fn words(key: &Key) -> String {
    let Key { kind, channel, region, customer, deal, category, .. } = key;
    let mut title = kind.to_string();
    for word in [channel, category, region, customer, deal].into_iter().filter(|w| !w.is_empty()) {
        title.push(' ');
        title.push_str(word);
    }
    if let Some(sale) = &key.sale {
        title.push_str(&format!(" {} of {}", sale.id, sale.time));
    }
    title
}

/// `2 facts`.
pub(super) fn counted(rows: i64) -> String {
    format!("{rows} {}", if rows == 1 { "fact" } else { "facts" })
}

fn cell(fed: &Fed<'_>, telling: Telling) -> Node {
    let rows = fed.cell.rows;
    let exact = &Ratio::whole(telling.sign) * fed.exact;
    let mut node = Node::exactly(words(fed.key), exact).noting(counted(rows));
    if let Some(own) = fed.key.own {
        node = node.noting(format!("happened on {own}"));
    }
    if let Some(price) = fed.price {
        let quantity = grouped(&fed.cell.quantity.to_string());
        node = node.noting(format!("{quantity} {} × {}", fed.key.unit, price.to_plain()));
    } else if !fed.key.unit.is_empty() && !fed.cell.quantity.is_zero() {
        let quantity = grouped(&fed.cell.quantity.to_string());
        node = node.noting(format!("{quantity} {}", fed.key.unit));
    }
    if let Some(UsedRate { currency, listed, rate, .. }) = fed.rate {
        let when = listed.map_or_else(|| "on average".to_owned(), |day| format!("of {day}"));
        let own = grouped(&fed.cell.amount.to_string());
        node = node.noting(format!("{own} {currency} × {} {when}", rate.to_plain()));
        let (first, last) = (telling.period.first_day(), telling.period.last_day());
        let (from, to) = listed.map_or((first, last), |day| (day, day));
        node.rates.push(Listed { currency: *currency, from, to });
    }
    if *fed.part != Ratio::one() {
        let whole = match fed.price {
            Some(_) => String::new(),
            None => format!(" of {}", grouped(&fed.cell.amount.to_string())),
        };
        node = node.noting(format!("shared: {}{whole}", fed.part.to_plain()));
    }
    node.keys.push(fed.key.clone());
    node.cell = Some(*fed.cell);
    node
}
