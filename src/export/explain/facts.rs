//! The leaves: facts by product, day and cell, with prices and exact amounts.

use std::collections::BTreeMap;

use super::Node;
use crate::calendar::Day;
use crate::fact::{Cell, Key};
use crate::money::Ratio;
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
            rate: rate.as_ref(),
            exact,
        }),
        Input::Step { .. } | Input::Flat { .. } => None,
    });
    fed.filter(|fed| only.is_none_or(|product| product == fed.product)).collect()
}

/// The flat fees that feed a step; they belong to no product.
pub(super) fn flat(step: &Step, only: Option<&str>) -> Vec<Node> {
    let fee = |input: &Input| match input {
        Input::Flat { unit, exact } => {
            let title = format!("flat fee of the rate for {unit}");
            Some(Node::titled(title).amounting(grouped(&exact.to_plain())))
        }
        Input::Facts { .. } | Input::Step { .. } => None,
    };
    let asked = only.is_none_or(str::is_empty);
    step.trace.inputs.iter().filter(|_| asked).filter_map(fee).collect()
}

/// Nodes for the products, and below them days; days at once if there is one product.
pub(super) fn nodes(step: &Step, facts: &[Fed<'_>], shown: impl Fn(&str) -> String) -> Vec<Node> {
    let mut products: BTreeMap<&str, Vec<&Fed<'_>>> = BTreeMap::new();
    facts.iter().for_each(|fed| products.entry(fed.product).or_default().push(fed));
    if products.len() == 1 {
        return products.values().flat_map(|facts| by_day(facts)).collect();
    }
    let product = |(product, facts): (&&str, &Vec<&Fed<'_>>)| {
        let name = if product.is_empty() { "no product" } else { product };
        let exact: Ratio = facts.iter().map(|fed| fed.exact).sum();
        let node = Node::titled(name).amounting(shown(product)).over(by_day(facts));
        let whole = step.lines.iter().any(|line| {
            line.product == **product && exact.to_plain() == plain(&shown(&line.product))
        });
        if whole { node } else { node.noting(format!("exactly {}", grouped(&exact.to_plain()))) }
    };
    products.iter().map(product).collect()
}

/// The exact text of an amount as shown: without commas and without zeros at its end.
fn plain(shown: &str) -> String {
    let text = shown.replace(',', "");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn by_day(facts: &[&Fed<'_>]) -> Vec<Node> {
    let mut days: BTreeMap<Day, Vec<&Fed<'_>>> = BTreeMap::new();
    facts.iter().for_each(|fed| days.entry(fed.key.day).or_default().push(fed));
    let day = |(day, facts): (&Day, &Vec<&Fed<'_>>)| match facts.as_slice() {
        [one] => cell(one, &format!("{day} ")),
        many => {
            let exact: Ratio = many.iter().map(|fed| fed.exact).sum();
            let cells = many.iter().map(|fed| cell(fed, ""));
            Node::titled(day.to_string()).amounting(grouped(&exact.to_plain())).over(cells)
        }
    };
    days.iter().map(day).collect()
}

fn cell(fed: &Fed<'_>, before: &str) -> Node {
    let Key { kind, channel, region, customer, deal, category, unit, .. } = fed.key;
    let mut title = format!("{before}{kind}");
    for word in [channel, category, region, customer, deal].into_iter().filter(|w| !w.is_empty()) {
        title.push(' ');
        title.push_str(word);
    }
    if let Some(sale) = &fed.key.sale {
        title.push_str(&format!(" {} of {}", sale.id, sale.time));
    }
    let rows = fed.cell.rows;
    let count = if rows == 1 { "1 fact".to_owned() } else { format!("{rows} facts") };
    let mut node = Node::titled(title).amounting(grouped(&fed.exact.to_plain())).noting(count);
    let quantity = format!("{} {unit}", grouped(&fed.cell.quantity.to_string()));
    match fed.price {
        Some(price) => node = node.noting(format!("{quantity} × {}", price.to_plain())),
        None if !fed.cell.quantity.is_zero() => node = node.noting(quantity),
        None => {}
    }
    if let Some(UsedRate { currency, listed, rate, .. }) = fed.rate {
        let when = listed.map_or_else(|| "on average".to_owned(), |day| format!("of {day}"));
        let own = grouped(&fed.cell.amount.to_string());
        node = node.noting(format!("{own} {currency} × {} {when}", rate.to_plain()));
    }
    if *fed.part != Ratio::one() {
        let whole = match fed.price {
            Some(_) => String::new(),
            None => format!(" of {}", grouped(&fed.cell.amount.to_string())),
        };
        node = node.noting(format!("shared: {}{whole}", fed.part.to_plain()));
    }
    node.keys.push(fed.key.clone());
    node
}
