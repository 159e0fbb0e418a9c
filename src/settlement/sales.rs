//! The top of the waterfall: gross sales, refunds, deductions, net sales, and tax as a memo.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::balances::BalanceKind;
use super::carried::Carried;
use super::codes;
use super::layers::Opened;
use super::placement::Share;
use super::settled::StepName;
use super::sheet::{ExactLines, Heading, Lines, Sheet, add, add_exact, trace};
use super::trace::{Input, Rule};
use crate::contract::{Cap, Deduction, Recognition, Selector, SharedTerms};
use crate::fact::{Key, Kind};
use crate::finding::Finding;
use crate::money::{Exact, Minor, Ratio};

/// How much of an absolute cap earlier segments of the period have used, by the clause's name.
pub(super) type Used = BTreeMap<String, Minor>;

/// Writes the steps down to net sales; gives back the net sales lines.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
) -> Result<Lines, Finding> {
    let places: Vec<Place> = shares.iter().map(|share| place(terms, share.key)).collect();
    let of = |wanted: Place| {
        let placed = shares.iter().zip(&places).filter(move |(_, place)| **place == wanted);
        placed.map(|(share, _)| share)
    };
    let (_, gross) = write_facts(sheet, terms, StepName::GrossSales, "basis", of(Place::Gross))?;
    let (_, refunds) = write_facts(sheet, terms, StepName::Refunds, "basis", of(Place::Refunds))?;
    let mut base = gross.clone();
    refunds.iter().for_each(|(product, amount)| add(&mut base, product, *amount));
    for (index, deduction) in terms.deductions.iter().enumerate() {
        let base = if deduction.of_gross { &gross } else { &base };
        write_deduction(sheet, terms, deduction, base, of(Place::Deduction(index)), carried)?;
    }
    let one = Minor(1);
    let net = sheet.write_sum(
        Heading::of(StepName::NetSales, "basis"),
        &[(one, StepName::GrossSales), (one, StepName::Refunds), (one, StepName::Deductions)],
    );
    write_facts(sheet, terms, StepName::Tax, "basis", of(Place::Tax))?;
    if terms.recognition == Recognition::Collected {
        write_uncollected(sheet, terms, shares, carried)?;
    }
    Ok(net)
}

/// A memo: what was billed less what was collected, and how much of it is open over time.
fn write_uncollected(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
) -> Result<(), Finding> {
    let of = |wanted: Place| shares.iter().filter(move |share| place(terms, share.key) == wanted);
    let (mut exact, mut inputs) = add_up(terms, of(Place::Billed))?;
    let mut less = |share: &Share<'_>, amount: Ratio| {
        add_exact(&mut exact, share.product, &amount);
        inputs.push(input(share, None, amount));
    };
    of(Place::Gross).for_each(|share| less(share, -share.amount()));
    shares.iter().filter(|share| is_remitted(share.key)).for_each(|it| less(it, it.amount()));
    let rule = if inputs.is_empty() { Rule::Nothing } else { Rule::SumOfFacts };
    let heading = Heading::of(StepName::Uncollected, "recognition");
    let (open, _) = sheet.write_exact(heading, &exact, rule, inputs)?;
    let name = carried.name(BalanceKind::Uncollected, "");
    let before = carried.balances.get(&name);
    carried.balances.set(name, before + open);
    Ok(())
}

/// Does it take a charge back, so that nobody waits for that money any more? What takes a payment
/// back stands on the day of the payment.
fn is_remitted(key: &Key) -> bool {
    key.kind.takes_back() && key.charged.as_ref().is_some_and(|charge| charge.day == key.day)
}

/// Where a sale fact enters the waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Gross,
    Refunds,
    /// The deduction of this index, the first in order that asks for it.
    Deduction(usize),
    Tax,
    /// Billed, on a collected basis: a memo.
    Billed,
    /// No step of the sales part asks for it.
    Nowhere,
}

pub(super) fn place(terms: &SharedTerms, key: &Key) -> Place {
    let claimed = || terms.deductions.iter().position(|deduction| asks_for(deduction, key));
    match key.kind {
        Kind::Charge => match terms.recognition {
            Recognition::Billed => Place::Gross,
            Recognition::Collected => Place::Billed,
        },
        Kind::Tax => Place::Tax,
        Kind::Refund | Kind::Credit | Kind::Chargeback => {
            claimed().map_or(Place::Refunds, Place::Deduction)
        }
        Kind::Fee => claimed().map_or(Place::Nowhere, Place::Deduction),
        Kind::Collected => match terms.recognition {
            Recognition::Billed => Place::Nowhere,
            Recognition::Collected => Place::Gross,
        },
        Kind::Cost | Kind::Usage => Place::Nowhere,
    }
}

fn asks_for(deduction: &Deduction, key: &Key) -> bool {
    deduction.parts.iter().any(|part| match part {
        Selector::Facts { kinds, categories } => {
            let category = |list: &[_]| {
                list.is_empty()
                    || list.iter().any(|p: &crate::contract::Pattern| p.matches(&key.category))
            };
            kinds.contains(&key.kind) && category(categories)
        }
        Selector::Rate(_) => false,
    })
}

fn write_facts<'s, 'a: 's>(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    name: StepName,
    key: &str,
    shares: impl Iterator<Item = &'s Share<'a>> + Clone,
) -> Result<(Minor, Lines), Finding> {
    let (exact, inputs) = add_up(terms, shares)?;
    sheet.write_exact(Heading::of(name, key), &exact, Rule::SumOfFacts, inputs)
}

/// The exact amounts of facts by product, with each as an input of the trace.
fn add_up<'s, 'a: 's>(
    terms: &SharedTerms,
    shares: impl Iterator<Item = &'s Share<'a>> + Clone,
) -> Result<(ExactLines, Vec<Input>), Finding> {
    let mut inputs = Vec::with_capacity(shares.clone().count());
    let mut exact = ExactLines::new();
    // Decimals add up more quickly than fractions.
    let mut whole: BTreeMap<&str, Exact> = BTreeMap::new();
    for share in shares {
        let price = if share.key.unpriced { Some(price(terms, share.key)?) } else { None };
        let amount = match &price {
            Some(price) => &share.quantity() * price,
            None => share.amount(),
        };
        match share.whole_amount().filter(|_| price.is_none()) {
            Some(amount) => *whole.entry(share.product).or_default() += amount,
            None => add_exact(&mut exact, share.product, &amount),
        }
        inputs.push(input(share, price, amount));
    }
    for (product, amount) in whole {
        add_exact(&mut exact, product, &amount.to_ratio());
    }
    Ok((exact, inputs))
}

pub(super) fn input(share: &Share<'_>, price: Option<Ratio>, exact: Ratio) -> Input {
    Input::Facts {
        product: share.product.to_owned(),
        key: Arc::clone(share.key),
        cell: *share.cell,
        price,
        part: share.part.clone(),
        rate: share.rate.clone(),
        exact,
    }
}

fn price(terms: &SharedTerms, key: &Key) -> Result<Ratio, Finding> {
    let rate = terms.rates.iter().find(|rate| rate.prices(&key.unit, &key.product));
    rate.map(crate::contract::Rate::each).ok_or_else(|| {
        let Key { day, product, unit, .. } = key;
        let message =
            format!("charges of {product:?} on {day} in {unit:?} have no amount and no price");
        Finding::new(&codes::UNPRICED, message).help(format!(
            "add a rate for unit {unit:?} to the terms in force, or deliver the amounts"
        ))
    })
}

/// A deduction: facts and rates, exact, rounded once, then cut at its cap.
fn write_deduction<'s, 'a: 's>(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    deduction: &Deduction,
    base: &Lines,
    shares: impl Iterator<Item = &'s Share<'a>> + Clone,
    carried: &mut Carried<'_>,
) -> Result<(), Finding> {
    let key = format!("deductions.{}", deduction.name);
    let heading =
        Heading { name: StepName::Deductions, label: Some(&deduction.name), key: Some(&key) };
    let (mut exact, mut inputs) = add_up(terms, shares)?;
    let base_total: Minor = base.values().copied().sum();
    if deduction.of_gross {
        inputs.push(Input::Step { name: StepName::GrossSales, label: None, amount: base_total });
    }
    let mut rule = Rule::SumOfFacts;
    for part in &deduction.parts {
        let Selector::Rate(rate) = part else { continue };
        for (product, amount) in base {
            let part = -(rate * &amount.to_ratio(sheet.contract.currency));
            add_exact(&mut exact, product, &part);
        }
        rule = Rule::RateOf { rate: rate.clone(), base: base_total };
    }
    let of = (BalanceKind::Deduction, deduction.name.as_str());
    let Opened { before, borne } = carried.open(
        sheet.contract,
        of,
        |terms| {
            let mut list = terms.deductions.iter();
            list.find(|other| other.name == deduction.name)?.excess.carry()
        },
        deduction.excess.carry(),
    )?;
    if !before.is_zero() {
        add_exact(&mut exact, "", &-before.to_ratio(sheet.contract.currency));
        rule = Rule::Carried { before, borne };
    }
    let sum: Ratio = exact.values().sum();
    let actual = -sheet.round(&sum)?;
    let allowed = match limit(sheet, deduction, base_total, &carried.used)? {
        Some(limit) if actual > limit => {
            rule = Rule::Limit { amount: actual, limit };
            let scale = limit.to_ratio(sheet.contract.currency) / -sum.clone();
            exact.values_mut().for_each(|part| *part = &*part * &scale);
            limit
        }
        Some(_) | None => actual,
    };
    *carried.used.entry(key.clone()).or_default() += allowed;
    let (own, left) = (actual - before, actual - allowed);
    carried.layers(of.0, of.1).hand_on(deduction.excess.carry(), own, left);
    let lines = sheet.spread(-allowed, &exact);
    let trace = super::Trace { exact: Some(sum), ..trace(rule, inputs) };
    sheet.write(heading, -allowed, &lines, trace);
    Ok(())
}

/// The most that the deduction may take now; never below zero.
fn limit(
    sheet: &Sheet<'_>,
    deduction: &Deduction,
    base: Minor,
    used: &Used,
) -> Result<Option<Minor>, Finding> {
    let key = format!("deductions.{}", deduction.name);
    Ok(match &deduction.cap {
        None => None,
        Some(Cap::Rate(rate)) => Some(sheet.rate_of(rate, base)?.positive()),
        Some(Cap::Amount(cap)) => {
            Some((*cap - used.get(&key).copied().unwrap_or_default()).positive())
        }
    })
}
