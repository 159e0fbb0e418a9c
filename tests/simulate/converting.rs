//! Money in other currencies, made the contract's before anything else is looked at: semantics §8.

use std::collections::BTreeSet;

use time::{Date, Duration};

use super::calendar::Span;
use super::numbers::whole;
use super::placing::settled_day;
use super::world::{PlainFact, Q, World, q, zero};

/// Which rate converts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Daily,
    PeriodAverage,
    PeriodEnd,
}

/// One unit of `base` is worth `rate` of `quote`.
#[derive(Clone, Debug)]
pub(crate) struct PlainRateOfDay {
    pub(crate) on: Date,
    pub(crate) base: &'static str,
    pub(crate) quote: &'static str,
    pub(crate) rate: Q,
}

/// How many days back a rate may be listed, where the contract says nothing.
const WITHIN: i64 = 5;

/// The same world with every amount in the contract's currency; what has no rate is worth nothing,
/// and named.
pub(crate) fn converted(world: &World) -> (World, BTreeSet<(String, Span)>) {
    let mut all = world.clone();
    let mut missing = BTreeSet::new();
    for (fact, old) in all.facts.iter_mut().zip(&world.facts) {
        let (Some(currency), Some(amount)) = (old.currency, &old.amount) else { continue };
        let span = Span::of(settled_day(world, old), world.contract.quarters);
        match rate(world, old, currency, span) {
            Some(rate) => fact.amount = Some(amount * rate),
            None => {
                missing.insert((currency.to_owned(), span));
                fact.amount = Some(zero());
            }
        }
        fact.currency = None;
    }
    (all, missing)
}

fn rate(world: &World, fact: &PlainFact, currency: &str, span: Span) -> Option<Q> {
    match world.contract.exchange? {
        Policy::Daily => last_before(world, currency, settled_day(world, fact)),
        Policy::PeriodEnd => last_before(world, currency, span.last),
        Policy::PeriodAverage => {
            let mean = |list: Vec<Q>| {
                let count = i128::try_from(list.len()).expect("few rates");
                (count > 0).then(|| list.into_iter().sum::<Q>() / whole(count))
            };
            let days: Vec<Date> = span.days().collect();
            let direct = days.iter().filter_map(|day| listed(world, currency, *day, true));
            let inverse = days.iter().filter_map(|day| listed(world, currency, *day, false));
            mean(direct.collect()).or_else(|| mean(inverse.collect()).map(|mean| q(1, 1) / mean))
        }
    }
}

/// The rate of a day, or of the last day before it.
fn last_before(world: &World, currency: &str, on: Date) -> Option<Q> {
    for back in 0..=WITHIN {
        let day = on - Duration::days(back);
        if let Some(rate) = listed(world, currency, day, true) {
            return Some(rate);
        }
        if let Some(rate) = listed(world, currency, day, false) {
            return Some(q(1, 1) / rate);
        }
    }
    None
}

/// What one unit of a currency is worth on a day, as listed, or the other way round.
fn listed(world: &World, currency: &str, on: Date, direct: bool) -> Option<Q> {
    let own = world.contract.currency.code();
    let (base, quote) = if direct { (currency, own) } else { (own, currency) };
    let mut all = world.contract.rates.iter();
    let found = all.find(|rate| rate.on == on && rate.base == base && rate.quote == quote);
    found.map(|rate| rate.rate.clone())
}
