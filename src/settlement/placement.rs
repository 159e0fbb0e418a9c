//! Which schedule and segment each cell of the tally belongs to, and what is put aside.
//!
//! The law: every cell of the period ends in exactly one place, whole or in parts that add up to
//! it: a segment, or the list of exceptions.

use std::sync::Arc;

use super::audit::audit_days;
use super::codes;
use super::exchange::{Rates, UsedRate};
use super::settled::{Exception, ExceptionKind};
use super::shared_cost::SharedCosts;
use super::unmatched::unmatched;
use crate::calendar::{Day, Period};
use crate::contract::{Basis, Contract, Proration, Schedule, Segment};
use crate::fact::{Cell, Evidence, Key, Kind, Table};
use crate::finding::Finding;
use crate::money::{Exact, Ratio};

/// A cell of the tally, or an exact part of one, that belongs to a segment.
#[derive(Clone, Debug)]
pub(super) struct Share<'a> {
    pub(super) key: &'a Arc<Key>,
    pub(super) cell: &'a Cell,
    /// The product whose line it feeds: the cell's own, or the one that shared cost fell on.
    pub(super) product: &'a str,
    /// Which part of the cell.
    pub(super) part: Ratio,
    /// The rate of exchange, for an amount in another currency.
    pub(super) rate: Option<Arc<UsedRate>>,
}

impl<'a> Share<'a> {
    /// All of a cell.
    fn whole(key: &'a Arc<Key>, cell: &'a Cell) -> Self {
        Self { key, cell, product: &key.product, part: Ratio::one(), rate: None }
    }

    /// The amount of this part, exactly, in major units of the contract's currency.
    pub(super) fn amount(&self) -> Ratio {
        let own = &self.cell.amount.to_ratio() * &self.part;
        self.rate.as_ref().map_or_else(|| own.clone(), |used| &own * &used.rate)
    }

    /// The same as a decimal, if it is all of a cell in the contract's currency.
    pub(super) fn whole_amount(&self) -> Option<Exact> {
        (self.rate.is_none() && self.part == Ratio::one()).then_some(self.cell.amount)
    }

    /// The quantity of this part, exactly.
    pub(super) fn quantity(&self) -> Ratio {
        &self.cell.quantity.to_ratio() * &self.part
    }
}

/// Every cell of a period in its place.
pub(super) struct Placed<'a> {
    /// Per schedule, the segments of the period with what belongs to each.
    pub(super) schedules: Vec<Vec<(Segment<'a>, Vec<Share<'a>>)>>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) findings: Vec<Finding>,
}

/// To which schedule a fact belongs, by its place in the contract's list, and whether one is in
/// force on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scoped {
    /// The schedule of this index, whose terms are in force.
    Schedule(usize),
    /// No schedule's scope matches, or the one that does has no terms in force yet.
    Unmatched,
}

/// The schedule of a fact with these dimensions.
pub fn scope_of(
    contract: &Contract,
    day: Day,
    (product, channel, region, customer): (&str, &str, &str, &str),
) -> Scoped {
    let schedules = &contract.schedules;
    let matched =
        schedules.iter().position(|s| s.scope.matches(product, channel, region, customer));
    match matched {
        Some(index) if schedules[index].terms_on(day).is_some() => Scoped::Schedule(index),
        Some(_) | None => Scoped::Unmatched,
    }
}

pub(super) fn place<'a>(
    contract: &'a Contract,
    period: Period,
    evidence: &'a Evidence,
) -> Placed<'a> {
    let cells: Vec<(&Arc<Key>, &Cell)> =
        evidence.tally.of_days(period.first_day(), period.last_day()).collect();
    let room = || Vec::with_capacity(cells.len());
    let empty = |segments: Vec<Segment<'a>>| segments.into_iter().map(|s| (s, room())).collect();
    let mut placed = Placed {
        schedules: contract.schedules.iter().map(|it| empty(it.segments(period))).collect(),
        exceptions: Vec::new(),
        findings: Vec::new(),
    };
    let mut rates = Rates::listed(contract, period, evidence);
    let shared = SharedCosts::of(contract, &cells, &mut rates);
    for &(key, cell) in &cells {
        if is_shared_cost(key) {
            placed.spread(contract, (&shared, &mut rates), key, cell);
        } else {
            placed.put_each(contract, &mut rates, key, cell);
        }
    }
    placed.findings.extend(rates.finding());
    placed.list_unresolved(contract, period, evidence);
    placed.list_refused(contract, period, evidence);
    placed
}

/// Cost that leaves product or channel open.
pub(super) fn is_shared_cost(key: &Key) -> bool {
    key.kind == Kind::Cost && (key.product.is_empty() || key.channel.is_empty())
}

/// What a fact is a sale of: the parts of a bundle, or its own product.
pub(super) fn sold<'a>(contract: &'a Contract, key: &'a Key) -> Vec<(&'a str, Ratio)> {
    let is_sale = key.kind.table() == Table::Sales;
    let bundle = contract.bundles.iter().find(|it| is_sale && it.product == key.product);
    let alone = || vec![(key.product.as_str(), Ratio::one())];
    bundle.map_or_else(alone, |bundle| bundle.shares().collect())
}

/// A cell as what it is a sale of.
pub(super) fn unbundled<'a>(
    contract: &'a Contract,
    key: &'a Arc<Key>,
    cell: &'a Cell,
) -> Vec<Share<'a>> {
    let whole = Share::whole(key, cell);
    let part = |(product, part)| Share { product, part, ..whole.clone() };
    sold(contract, key).into_iter().map(part).collect()
}

/// Do facts of this key, or a part of what they sell, belong to a schedule of the contract?
pub fn concerns(contract: &Contract, key: &Key) -> bool {
    sold(contract, key).into_iter().any(|(product, _)| {
        let dimensions = (product, &*key.channel, &*key.region, &*key.customer);
        scope_of(contract, key.day, dimensions) != Scoped::Unmatched
    })
}

/// Is the charge, or what refers to one, for a model that was suspended on the charge's own day?
pub(super) fn is_suspended(contract: &Contract, key: &Key, product: &str) -> bool {
    let suspended =
        |product: &str, day| contract.availability.iter().any(|w| w.suspends(product, day));
    let itself = key.kind == Kind::Charge && suspended(product, key.own_day());
    itself || key.charged.as_ref().is_some_and(|charge| suspended(&charge.product, charge.day))
}

impl<'a> Placed<'a> {
    /// Puts a cell where it belongs, or the parts of a bundle where they do.
    fn put_each(
        &mut self,
        contract: &'a Contract,
        rates: &mut Rates<'_>,
        key: &'a Arc<Key>,
        cell: &'a Cell,
    ) {
        let parts = unbundled(contract, key, cell);
        let parts = match parts.len() > 1 && !concerns(contract, key) {
            true => vec![Share::whole(key, cell)],
            false => parts,
        };
        parts.into_iter().for_each(|part| self.put(contract, rates, &key.channel, part));
    }

    /// Puts one share where it belongs, as if its channel were `channel`.
    fn put(
        &mut self,
        contract: &'a Contract,
        rates: &mut Rates<'_>,
        channel: &str,
        mut share: Share<'a>,
    ) {
        let key = share.key;
        let dimensions = (share.product, channel, key.region.as_str(), key.customer.as_str());
        let Scoped::Schedule(index) = scope_of(contract, key.day, dimensions) else {
            let note = "no schedule of the contract applies to it on that day";
            return self.except(ExceptionKind::Unmatched, None, &share, note);
        };
        let schedule = &contract.schedules[index];
        if is_suspended(contract, key, share.product) {
            let note = "the model was suspended on the day of the charge";
            return self.except(ExceptionKind::Suspended, Some(&schedule.id), &share, note);
        }
        let terms = schedule.terms_on(key.day).expect("the schedule is in force on the day");
        let counts_amounts = match terms.basis {
            Basis::Shared(_) => true,
            // A usage fee counts quantities; in which currency a charge was made is nothing to it.
            Basis::UsageFee(_) => schedule.proration == Proration::Days,
            Basis::Excluded => {
                let note = "the terms in force exclude it: it is counted, not settled";
                return self.except(ExceptionKind::Excluded, Some(&schedule.id), &share, note);
            }
        };
        if counts_amounts {
            self.convert(contract, rates, &mut share);
        }
        self.divide(schedule, index, share);
    }

    /// To the segment of its day, or to all by their days.
    fn divide(&mut self, schedule: &Schedule, index: usize, share: Share<'a>) {
        let segments = &mut self.schedules[index];
        let length = |segment: &Segment<'_>| segment.to.days_since(segment.from) + 1;
        match schedule.proration {
            Proration::EventDate => {
                let day = share.key.day;
                let segment = segments.iter_mut().find(|(s, _)| (s.from..=s.to).contains(&day));
                let (_, shares) =
                    segment.expect("terms in force on a day of the period make a segment");
                shares.push(share);
            }
            Proration::Days => {
                let all: i64 = segments.iter().map(|(segment, _)| length(segment)).sum();
                for (segment, shares) in segments {
                    let part = &share.part * &Ratio::new(length(segment), all);
                    shares.push(Share { part, ..share.clone() });
                }
            }
        }
    }

    fn spread(
        &mut self,
        contract: &'a Contract,
        (shared, rates): (&SharedCosts<'a>, &mut Rates<'_>),
        key: &'a Arc<Key>,
        cell: &'a Cell,
    ) {
        let parts = match shared.parts(contract, key) {
            Ok(parts) => parts,
            Err(note) => {
                let whole = Share::whole(key, cell);
                return self.except(ExceptionKind::Unshared, None, &whole, &note);
            }
        };
        for (product, channel, part) in parts {
            self.put(contract, rates, channel, Share { product, part, ..Share::whole(key, cell) });
        }
    }

    /// Notes the rate of exchange; without a clause that says which, other currencies are refused.
    fn convert(&mut self, contract: &Contract, rates: &mut Rates<'_>, share: &mut Share<'_>) {
        if contract.exchange.is_some() {
            share.rate = rates.of(share);
            return;
        }
        let Some(currency) = share.key.currency.filter(|&c| c != contract.currency) else { return };
        let Key { day, product, .. } = &**share.key;
        let rows = match share.cell.rows {
            1 => "1 row".to_owned(),
            many => format!("{many} rows"),
        };
        let message = format!(
            "{product:?} has a {} on {day} in {currency} ({rows}), the contract settles in {}",
            share.key.kind, contract.currency,
        );
        let help = "add [fx] with a policy and deliver rates, deliver the facts in the contract's \
                    currency, or leave them out of its scope";
        self.findings.push(Finding::new(&codes::CURRENCY, message).help(help));
    }

    pub(super) fn except(
        &mut self,
        kind: ExceptionKind,
        schedule: Option<&str>,
        share: &Share<'_>,
        note: &str,
    ) {
        self.exceptions.push(Exception {
            kind,
            schedule: schedule.map(str::to_owned),
            key: Key::clone(share.key),
            cell: *share.cell,
            part: share.part.clone(),
            note: note.to_owned(),
        });
    }

    fn list_refused(&mut self, contract: &Contract, period: Period, evidence: &Evidence) {
        for refused in evidence.refused.iter().filter(|refused| refused.listed == period) {
            let key = &refused.key;
            let Some(schedule) = refused_by(contract, key) else { continue };
            self.exceptions.push(Exception {
                kind: ExceptionKind::RefusedAsFinal,
                schedule: schedule.map(str::to_owned),
                key: key.clone(),
                cell: refused.cell,
                part: Ratio::one(),
                note: "it came after its period had become final".to_owned(),
            });
        }
    }

    fn list_unresolved(&mut self, contract: &Contract, period: Period, evidence: &Evidence) {
        let of_period = |key: &Key| period.contains(key.day);
        for fact in evidence.unresolved.iter().filter(|fact| of_period(&fact.key)) {
            let key = &fact.key;
            let dimensions = (&*key.product, &*key.channel, &*key.region, &*key.customer);
            let schedule = match scope_of(contract, key.day, dimensions) {
                Scoped::Schedule(index) => Some(contract.schedules[index].id.clone()),
                Scoped::Unmatched => None,
            };
            self.exceptions.push(Exception {
                kind: ExceptionKind::UnknownReference,
                schedule,
                key: key.clone(),
                cell: Cell { rows: 1, amount: fact.amount, ..Cell::default() },
                part: Ratio::one(),
                note: format!("{} refers to {}, which is not known", fact.id, fact.reference),
            });
        }
    }
}

/// Whose facts were refused: those of the first schedule that takes a part of what they sell, or
/// those that a rule for shared cost would have spread; none if they are not the contract's.
fn refused_by<'a>(contract: &'a Contract, key: &Key) -> Option<Option<&'a str>> {
    let mut rules = contract.shared_costs.iter().flat_map(|rule| &rule.category);
    if is_shared_cost(key) && rules.any(|category| category.matches(&key.category)) {
        return Some(None);
    }
    sold(contract, key).into_iter().find_map(|(product, _)| {
        let dimensions = (product, &*key.channel, &*key.region, &*key.customer);
        match scope_of(contract, key.day, dimensions) {
            Scoped::Schedule(index) => Some(Some(contract.schedules[index].id.as_str())),
            Scoped::Unmatched => None,
        }
    })
}

/// The price of one unit of a charge without an amount, by the rate card in force where it belongs.
pub(super) fn card_price(contract: &Contract, share: &Share<'_>) -> Option<Ratio> {
    let key = share.key;
    let dimensions = (share.product, &*key.channel, &*key.region, &*key.customer);
    let Scoped::Schedule(index) = scope_of(contract, key.day, dimensions) else { return None };
    let terms = contract.schedules[index].terms_on(key.day)?;
    let rates = match &terms.basis {
        Basis::Shared(terms) => &terms.rates,
        Basis::UsageFee(terms) => &terms.rates,
        Basis::Excluded => return None,
    };
    rates.iter().find(|rate| rate.prices(&key.unit, &key.product)).map(crate::contract::Rate::each)
}

/// The first period that a fact of the contract lies in, or in which a finding was agreed.
pub fn first_period(contract: &Contract, evidence: &Evidence) -> Option<Period> {
    let agreed = audit_days(contract, evidence).into_iter().min();
    let agreed = agreed.map(|day| Period::of(day, contract.period));
    first_fact(contract, evidence).into_iter().chain(agreed).min()
}

fn first_fact(contract: &Contract, evidence: &Evidence) -> Option<Period> {
    let keys = || evidence.tally.iter().map(|(key, _)| key);
    let scoped = |key: &&Key| concerns(contract, key);
    let first = keys().find(scoped).map(|key| Period::of(key.day, contract.period));
    let before = |key: &&Key| first.is_none_or(|first| key.day < first.first_day());
    // Shared cost may fall on a schedule whose scope does not name it.
    if !keys().take_while(before).any(is_shared_cost) {
        return first;
    }
    let aside = unmatched(contract, evidence);
    keys().find(|key| !aside.contains(key)).map(|key| Period::of(key.day, contract.period))
}
