//! Where a fact belongs: its day, its schedule, and for shared cost its parts. Semantics §3, §4.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Signed;
use time::Date;

use super::calendar::{Span, day_of};
use super::patterns::{one_of, price_of};
use super::world::{
    Deal, PlainFact, PlainSchedule, PlainScope, PlainSharedCost, PlainTerms, Q, What, World, q,
    zero,
};

/// A fact, or a part of one, that a schedule settles.
#[derive(Clone, Debug)]
pub(crate) struct Placed<'w> {
    pub(crate) fact: &'w PlainFact,
    pub(crate) day: Date,
    pub(crate) schedule: usize,
    pub(crate) product: &'w str,
    /// Which part of it.
    pub(crate) part: Q,
}

/// The version of the terms in force on a day; neighbours with one deal count as the first.
pub(crate) fn in_force(schedule: &PlainSchedule, on: Date) -> Option<&PlainTerms> {
    let mut found: Option<&PlainTerms> = None;
    for terms in schedule.terms.iter().filter(|terms| terms.effective <= on) {
        if found.is_none_or(|before| before.deal != terms.deal) {
            found = Some(terms);
        }
    }
    found
}

/// The fact that another names.
fn original<'w>(world: &'w World, fact: &PlainFact) -> Option<&'w PlainFact> {
    let id = fact.reference.as_ref()?;
    world.facts.iter().find(|other| other.what.is_sale() && other.id == *id)
}

/// The day that decides period and terms.
pub(crate) fn settled_day(world: &World, fact: &PlainFact) -> Date {
    match original(world, fact) {
        Some(original) if fact.what.gives_back() => settled_day(world, original),
        _ => day_of(fact.when, world.contract.zone),
    }
}

/// A charge for a suspended model, or what refers to one, in the end.
pub(crate) fn kept_out(world: &World, fact: &PlainFact) -> bool {
    if fact.what == What::Charge {
        let on = day_of(fact.when, world.contract.zone);
        return world.contract.availability.iter().any(|window| {
            window.from <= on && on <= window.to && one_of(&window.product, fact.product)
        });
    }
    original(world, fact).is_some_and(|original| kept_out(world, original))
}

/// The customer, if some scope of the contract names it.
fn customer<'w>(world: &World, fact: &'w PlainFact) -> &'w str {
    let schedules = world.contract.schedules.iter().map(|schedule| &schedule.scope);
    let rules = world.contract.shared_costs.iter().map(|rule| &rule.over);
    let mut patterns = schedules.chain(rules).flat_map(|scope: &PlainScope| &scope.customer);
    let named = patterns.any(|pattern| super::patterns::glob(pattern, fact.customer));
    if named { fact.customer } else { "" }
}

/// The schedule whose scope comes first.
fn schedule_of(world: &World, fact: &PlainFact, product: &str, channel: &str) -> Option<usize> {
    let customer = customer(world, fact);
    let covers =
        |schedule: &PlainSchedule| schedule.scope.covers(product, channel, fact.region, customer);
    world.contract.schedules.iter().position(covers)
}

/// Every fact that some schedule settles in a period.
pub(crate) fn place<'w>(world: &'w World, period: Span) -> Vec<Placed<'w>> {
    let mut placed = Vec::new();
    for fact in &world.facts {
        let day = settled_day(world, fact);
        if !period.contains(day) || kept_out(world, fact) {
            continue;
        }
        for (product, channel, part) in parts(world, period, fact) {
            let Some(schedule) = schedule_of(world, fact, product, channel) else { continue };
            if in_force(&world.contract.schedules[schedule], day).is_some() {
                placed.push(Placed { fact, day, schedule, product, part });
            }
        }
    }
    placed
}

/// How many facts of a period nobody settles, by why: `suspended`, `unshared`, `unmatched` (of the
/// latter all but cost, whose parts may go different ways).
pub(crate) fn unsettled(world: &World, period: Span) -> BTreeMap<String, i64> {
    let mut rows: BTreeMap<String, i64> = BTreeMap::new();
    for fact in &world.facts {
        let day = settled_day(world, fact);
        if !period.contains(day) {
            continue;
        }
        let schedule = schedule_of(world, fact, fact.product, fact.channel);
        let settles = |at: usize| in_force(&world.contract.schedules[at], day).is_some();
        let why = if parts(world, period, fact).is_empty() {
            "unshared"
        } else if fact.what == What::Cost {
            continue;
        } else if !schedule.is_some_and(settles) {
            "unmatched"
        } else if kept_out(world, fact) {
            "suspended"
        } else {
            continue;
        };
        *rows.entry(why.to_owned()).or_default() += 1;
    }
    rows
}

/// Shared cost is spread over products and channels; everything else is where it says.
fn parts<'w>(world: &'w World, period: Span, fact: &'w PlainFact) -> Vec<(&'w str, &'w str, Q)> {
    let open = fact.product.is_empty() || fact.channel.is_empty();
    if fact.what != What::Cost || !open {
        return vec![(fact.product, fact.channel, q(1, 1))];
    }
    let rule =
        world.contract.shared_costs.iter().find(|rule| one_of(&rule.category, fact.category));
    let Some(rule) = rule else { return Vec::new() };
    let pairs: BTreeSet<(&str, &str)> =
        world.facts.iter().map(|fact| (fact.product, fact.channel)).collect();
    let mut keys: Vec<(&str, &str, Q)> = pairs
        .into_iter()
        .map(|(product, channel)| {
            (product, channel, key(world, period, fact, rule, product, channel))
        })
        .collect();
    keys.retain(|(_, _, key)| key.is_positive());
    let sum: Q = keys.iter().map(|(_, _, key)| key.clone()).sum();
    keys.into_iter().map(|(product, channel, key)| (product, channel, key / &sum)).collect()
}

/// What a pair weighs in spreading a cost fact.
fn key(
    world: &World,
    period: Span,
    cost: &PlainFact,
    rule: &PlainSharedCost,
    product: &str,
    channel: &str,
) -> Q {
    let names = |named: &str, is: &str| named.is_empty() || named == is;
    let mut sum = zero();
    for fact in &world.facts {
        let who = customer(world, fact);
        let counts = fact.product == product
            && fact.channel == channel
            && period.contains(day_of(fact.when, world.contract.zone))
            && names(cost.product, product)
            && names(cost.channel, channel)
            && names(cost.region, fact.region)
            && names(customer(world, cost), who)
            && rule.over.covers(product, channel, fact.region, who);
        if counts {
            sum += weight(world, rule, fact);
        }
    }
    sum
}

/// What one fact adds to a key.
fn weight(world: &World, rule: &PlainSharedCost, fact: &PlainFact) -> Q {
    match (&rule.unit, fact.what) {
        (None, What::Charge) => charged(world, fact).unwrap_or_else(zero),
        (Some(unit), What::Charge | What::Usage) if fact.unit == unit => {
            fact.quantity.clone().unwrap_or_else(zero)
        }
        _ => zero(),
    }
}

/// The amount of a charge: its own, or by the rate card of its schedule; none if there is none.
pub(crate) fn charged(world: &World, fact: &PlainFact) -> Option<Q> {
    if let Some(amount) = &fact.amount {
        return Some(amount.clone());
    }
    let schedule = schedule_of(world, fact, fact.product, fact.channel)?;
    let on = day_of(fact.when, world.contract.zone);
    let terms = in_force(&world.contract.schedules[schedule], on)?;
    let rates = match &terms.deal {
        Deal::Shared(shared) => &shared.rates,
        Deal::UsageFee { rates, .. } => rates,
    };
    let quantity = fact.quantity.clone()?;
    price_of(rates, fact.unit, fact.product).map(|price| price * quantity)
}

/// Is it a charge that some waterfall would have to price, but cannot? Where every version of a
/// period has its part, each would have its own price: such charges are left to cases.
pub(crate) fn unpriceable(world: &World, fact: &PlainFact) -> bool {
    let schedule = schedule_of(world, fact, fact.product, fact.channel);
    let by_days = schedule.is_some_and(|at| world.contract.schedules[at].by_days);
    if fact.what == What::Charge && fact.amount.is_none() && by_days {
        return true;
    }
    if fact.what != What::Charge || charged(world, fact).is_some() {
        return false;
    }
    let Some(at) = schedule else { return false };
    let on = day_of(fact.when, world.contract.zone);
    in_force(&world.contract.schedules[at], on)
        .is_some_and(|terms| matches!(terms.deal, Deal::Shared(_)))
}

/// The first and the last day on which anything is settled.
pub(crate) fn reach(world: &World) -> Option<(Date, Date)> {
    let days: Vec<Date> = world.facts.iter().map(|fact| settled_day(world, fact)).collect();
    Some((*days.iter().min()?, *days.iter().max()?))
}
