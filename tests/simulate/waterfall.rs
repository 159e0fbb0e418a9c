//! The steps of one segment, in the order of the table in semantics §5.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::numbers::{Exacts, Lines, lines_like, lines_of, round, whole};
use super::outcome::Step;
use super::patterns::{one_of, price_of};
use super::placing::Placed;
use super::sharing::{loss_carry, off_the_top};
use super::world::{
    Cost, Limit, Mode, PlainContract, PlainDeduction, PlainRate, Q, Shared, Take, What, q, zero,
};

/// What passes from one segment to the next, and from period to period if it is a balance.
#[derive(Default)]
pub(crate) struct Carried {
    pub(crate) loss: i128,
    pub(crate) excess: i128,
    /// What a deduction took in this period, by its name.
    taken: BTreeMap<String, i128>,
    /// What was deducted as cost in this period.
    recovered: i128,
    /// What tiers have measured, and in this period hurdles, by name.
    pub(crate) measures: BTreeMap<String, i128>,
}

impl Carried {
    /// The balances that a period opens with.
    pub(crate) fn opening(loss: i128, excess: i128) -> Self {
        Self { loss, excess, ..Self::default() }
    }
}

/// One segment's waterfall.
pub(crate) struct Fall {
    pub(crate) steps: Vec<Step>,
    pub(crate) cost: i128,
    pub(crate) uplift: i128,
    pub(crate) carried_in: i128,
    pub(crate) excess: i128,
    pub(crate) gross_profit: i128,
    pub(crate) share_base: i128,
    /// What goes to whom off the top.
    pub(crate) priority: Vec<(usize, i128)>,
}

/// A sum of facts, rounded once, with its lines.
fn sum(contract: &PlainContract, parts: impl Iterator<Item = (String, Q)>) -> (i128, Lines) {
    let exact = exact_sum(contract, parts);
    let total = round(&exact.values().cloned().sum(), contract.rounding);
    (total, lines_of(total, &exact))
}

/// Major units by product, added up to minor units by product.
fn exact_sum(contract: &PlainContract, parts: impl Iterator<Item = (String, Q)>) -> Exacts {
    let mut exact = Exacts::new();
    for (product, amount) in parts {
        *exact.entry(product).or_insert_with(zero) += amount * contract.currency.minor();
    }
    exact
}

fn amounts<'a>(
    facts: &'a [&Placed<'_>],
    wanted: impl Fn(&Placed<'_>) -> bool + 'a,
) -> impl Iterator<Item = (String, Q)> + 'a {
    let amount = |placed: &Placed<'_>| {
        placed.fact.amount.as_ref().map(|amount| amount * &placed.part).unwrap_or_else(zero)
    };
    facts
        .iter()
        .filter(move |placed| wanted(placed))
        .map(move |placed| (placed.product.to_owned(), amount(placed)))
}

fn priced<'a>(
    facts: &'a [&Placed<'_>],
    rates: &'a [PlainRate],
    kinds: &'a [What],
) -> impl Iterator<Item = (String, Q)> + 'a {
    facts.iter().filter(|placed| kinds.contains(&placed.fact.what)).filter_map(|placed| {
        let price = price_of(rates, placed.fact.unit, placed.product)?;
        let quantity = placed.fact.quantity.clone()?;
        Some((placed.product.to_owned(), price * quantity * &placed.part))
    })
}

/// The usage fee of a segment.
pub(crate) fn fee(contract: &PlainContract, rates: &[PlainRate], facts: &[&Placed<'_>]) -> Step {
    let (total, lines) = sum(contract, priced(facts, rates, &[What::Usage, What::Charge]));
    Step::new("usage-fee", "", total, lines)
}

/// The waterfall of a segment.
pub(crate) fn shared(
    contract: &PlainContract,
    deal: &Shared,
    facts: &[&Placed<'_>],
    part_of_period: &Q,
    carried: &mut Carried,
) -> Fall {
    let mut steps = Vec::new();
    let net = net_sales(contract, deal, facts, carried, &mut steps);
    let (tax, tax_lines) = sum(contract, amounts(facts, |placed| placed.fact.what == What::Tax));
    steps.push(Step::new("tax", "", tax, tax_lines));

    let none = Cost {
        deduct: Vec::new(),
        rates: Vec::new(),
        uplift: None,
        ceiling: None,
        carry: false,
        invoiced: false,
    };
    let terms = deal.cost.as_ref().unwrap_or(&none);
    let net_total: i128 = net.values().sum();
    let deducts = deal.cost.is_some();
    let bill = bill(contract, (terms, deducts), facts, net_total, carried, &mut steps);

    let mut lines = net;
    for (product, amount) in bill.lines {
        *lines.entry(product).or_default() -= amount;
    }
    *lines.entry(String::new()).or_default() += bill.excess - bill.carried_in;
    let gross_profit: i128 = lines.values().sum();
    steps.push(Step::new("gross-profit", "", gross_profit, lines.clone()));

    let taken = off_the_top(contract, deal, part_of_period, &steps, carried);
    let priority: i128 = taken.iter().map(|(_, amount)| amount).sum();
    let loss_carry = loss_carry(deal, gross_profit - priority, carried);
    steps.push(Step::new("loss-carry", "", loss_carry, alone(loss_carry)));
    if taken.is_empty() {
        steps.push(Step::new("priority", "", 0, Lines::new()));
    }
    for (entry, (_, amount)) in deal.priority.iter().zip(&taken) {
        steps.push(Step::new("priority", &entry.name, *amount, alone(*amount)));
    }
    *lines.entry(String::new()).or_default() += loss_carry - priority;
    let share_base = gross_profit + loss_carry - priority;
    steps.push(Step::new("share-base", "", share_base, lines));
    Fall {
        steps,
        cost: bill.cost,
        uplift: bill.uplift,
        carried_in: bill.carried_in,
        excess: bill.excess,
        gross_profit,
        share_base,
        priority: taken,
    }
}

/// From gross sales to net sales.
fn net_sales(
    contract: &PlainContract,
    deal: &Shared,
    facts: &[&Placed<'_>],
    carried: &mut Carried,
    steps: &mut Vec<Step>,
) -> Lines {
    let list = deal.deductions.clone().unwrap_or_else(every_fee);
    let unpriced: Vec<&Placed<'_>> =
        facts.iter().copied().filter(|placed| placed.fact.amount.is_none()).collect();
    let charges = amounts(facts, |placed| placed.fact.what == What::Charge).chain(priced(
        &unpriced,
        &deal.rates,
        &[What::Charge],
    ));
    let (gross, gross_lines) = sum(contract, charges);
    let given_back =
        |placed: &Placed<'_>| placed.fact.what.gives_back() && taker(&list, placed).is_none();
    let (refunds, refund_lines) = sum(contract, amounts(facts, given_back));
    steps.push(Step::new("gross-sales", "", gross, gross_lines.clone()));
    steps.push(Step::new("refunds", "", refunds, refund_lines.clone()));

    let mut shown = gross_lines;
    add(&mut shown, &refund_lines);
    let mut net = shown.clone();
    for (at, deduction) in list.iter().enumerate() {
        let mine = amounts(facts, |placed| taker(&list, placed) == Some(at));
        let taken = exact_sum(contract, mine.map(|(product, amount)| (product, -amount)));
        let (total, lines) = deduct(contract, deduction, taken, &shown, carried);
        steps.push(Step::new("deductions", &deduction.name, total, lines.clone()));
        add(&mut net, &lines);
    }
    steps.push(Step::new("net-sales", "", net.values().sum(), net.clone()));
    net
}

/// The deduction that takes a fact: the first that names its kind and category.
fn taker(list: &[PlainDeduction], placed: &Placed<'_>) -> Option<usize> {
    list.iter().position(|deduction| {
        deduction.parts.iter().any(|part| match part {
            Take::Facts { kinds, category } => {
                kinds.contains(&placed.fact.what) && one_of(category, placed.fact.category)
            }
            Take::Rate(_) => false,
        })
    })
}

fn every_fee() -> Vec<PlainDeduction> {
    let parts = vec![Take::Facts { kinds: vec![What::Fee], category: Vec::new() }];
    vec![PlainDeduction { name: "fees".to_owned(), parts, cap: None }]
}

/// One deduction: what its facts took (positive), its rates on the base as shown, its cap.
fn deduct(
    contract: &PlainContract,
    deduction: &PlainDeduction,
    mut exact: Exacts,
    shown: &Lines,
    carried: &mut Carried,
) -> (i128, Lines) {
    for part in &deduction.parts {
        if let Take::Rate(rate) = part {
            for (product, amount) in shown {
                *exact.entry(product.clone()).or_insert_with(zero) += whole(*amount) * rate;
            }
        }
    }
    let actual = round(&exact.values().cloned().sum(), contract.rounding);
    let base: i128 = shown.values().sum();
    let taken = carried.taken.entry(deduction.name.clone()).or_default();
    let most = match &deduction.cap {
        None => actual,
        Some(Limit::Rate(rate)) => round(&(whole(base) * rate), contract.rounding).max(0),
        Some(limit) => (in_minor(contract, limit) - *taken).max(0),
    };
    let total = actual.min(most);
    *taken += total;
    let lines = if total == actual { lines_of(total, &exact) } else { lines_like(total, &exact) };
    (-total, lines.into_iter().map(|(product, amount)| (product, -amount)).collect())
}

/// A limit in money, in minor units.
fn in_minor(contract: &PlainContract, limit: &Limit) -> i128 {
    let major = match limit {
        Limit::Amount(amount) => amount.clone(),
        Limit::Budget { budget, tolerance } => budget * (q(1, 1) + tolerance),
        Limit::Rate(_) => unreachable!("a rate is no amount"),
    };
    round(&(major * contract.currency.minor()), contract.rounding)
}

/// Cost, uplift, what is carried in, what exceeds.
struct Bill {
    cost: i128,
    uplift: i128,
    carried_in: i128,
    excess: i128,
    /// Of cost and uplift together.
    lines: Lines,
}

fn bill(
    contract: &PlainContract,
    (terms, deducts): (&Cost, bool),
    facts: &[&Placed<'_>],
    net: i128,
    carried: &mut Carried,
    steps: &mut Vec<Step>,
) -> Bill {
    let deducted = |placed: &Placed<'_>| {
        let listed = !terms.deduct.is_empty() && one_of(&terms.deduct, placed.fact.category);
        placed.fact.what == What::Cost && listed
    };
    let metered = priced(facts, &terms.rates, &METERED);
    let (cost, cost_lines) = sum(contract, amounts(facts, deducted).chain(metered));
    let (uplift, uplift_lines) = uplift(terms, cost, &cost_lines, contract.rounding);
    // Net sales deduct no cost, so that what is carried waits for terms that do.
    let carried_in = if deducts { carried.excess } else { 0 };
    let all = cost + uplift + carried_in;
    let limit = match &terms.ceiling {
        None => all,
        Some(Limit::Rate(rate)) => round(&(whole(net.max(0)) * rate), contract.rounding),
        Some(limit) => (in_minor(contract, limit) - carried.recovered).max(0),
    };
    let excess = (all - limit).max(0);
    carried.recovered += all - excess;
    if deducts {
        carried.excess = if terms.carry { excess } else { 0 };
    }
    let mut lines = cost_lines.clone();
    add(&mut lines, &uplift_lines);
    steps.push(Step::new("cost", "", cost, cost_lines));
    steps.push(Step::new("uplift", "", uplift, uplift_lines));
    steps.push(Step::new("carried-in", "", carried_in, alone(carried_in)));
    steps.push(Step::new("excess", "", excess, alone(excess)));
    Bill { cost, uplift, carried_in, excess, lines }
}

/// Whose quantities are metered cost.
const METERED: [What; 2] = [What::Usage, What::Charge];

fn uplift(terms: &Cost, cost: i128, cost_lines: &Lines, mode: Mode) -> (i128, Lines) {
    let Some(rate) = &terms.uplift else { return (0, Lines::new()) };
    let exact: Exacts = cost_lines
        .iter()
        .map(|(product, amount)| (product.clone(), whole(*amount) * rate))
        .filter(|(_, part)| !part.is_zero())
        .collect();
    let total = round(&(whole(cost) * rate), mode);
    (total, lines_of(total, &exact))
}

/// The one line of a step without products.
fn alone(amount: i128) -> Lines {
    Lines::from([(String::new(), amount)])
}

fn add(lines: &mut Lines, more: &Lines) {
    for (product, amount) in more {
        *lines.entry(product.clone()).or_default() += amount;
    }
}
