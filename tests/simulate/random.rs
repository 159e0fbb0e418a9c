//! Random facts that meet the edges of random deals, and the worlds that both make.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use time::Duration;

use super::converting::{PlainRateOfDay, Policy};
use super::placing::unpriceable;
use super::random_clauses::clauses;
use super::random_deals::{COST_CATEGORIES, UNITS, contract, some_day};
use super::world::{PlainContract, PlainFact, Q, What, When, World, day, q};

const PRODUCTS: [&str; 4] = ["opus-4", "opus-mini", "haiku-3", "haiku-9"];
const CHANNELS: [&str; 3] = ["marketplace", "internal:coding-tool", "internal:assistant"];
const FEE_CATEGORIES: [&str; 3] = ["listing", "payment", ""];
const REGIONS: [&str; 3] = ["", "eu", "us"];
const CUSTOMERS: [&str; 3] = ["", "acme", "globex"];

fn when() -> impl Strategy<Value = When> {
    // Every half hour, so that midnight in Kolkata is met.
    let instant = (some_day(), 0..48_i64).prop_map(|(day, half)| {
        When::At(day.midnight().assume_utc() + Duration::minutes(30 * half))
    });
    prop_oneof![some_day().prop_map(When::On), instant]
}

/// Money with as many digits as the currency has, and now and then more.
fn amount(most: i64) -> impl Strategy<Value = Q> {
    prop_oneof![
        3 => (1..=most).prop_map(|n| q(n, 100)),
        1 => (1..=most).prop_map(|n| q(n, 1)),
        1 => (1..=most * 1000).prop_map(|n| q(n, 100_000)),
    ]
}

/// A fact of its own, that refers to nothing.
fn fact() -> impl Strategy<Value = PlainFact> {
    let what = select(vec![
        What::Charge,
        What::Charge,
        What::Charge,
        What::Charge,
        What::Refund,
        What::Credit,
        What::Chargeback,
        What::Tax,
        What::Fee,
        What::Cost,
        What::Cost,
        What::Cost,
        What::Usage,
        What::Usage,
    ]);
    let place = (
        select(PRODUCTS.to_vec()),
        prop_oneof![3 => Just(CHANNELS[0]), 1 => select(CHANNELS.to_vec())],
        select(REGIONS.to_vec()),
        select(CUSTOMERS.to_vec()),
    );
    let size = (amount(200_000), 1..5_000_000_i64, select(UNITS.to_vec()), 0..9_u8, 0..3_usize);
    (what, when(), place, size).prop_map(|(what, when, place, size)| {
        let (product, channel, region, customer) = place;
        let (amount, quantity, unit, luck, nth) = size;
        let blank = PlainFact::new(what, "", "2026-01-01");
        let fact = PlainFact { when, product, channel, region, customer, ..blank };
        filled(fact, amount, q(quantity, 1000), unit, luck, nth)
    })
}

/// What each kind of fact says, with its sign.
fn filled(
    mut fact: PlainFact,
    amount: Q,
    quantity: Q,
    unit: &'static str,
    luck: u8,
    nth: usize,
) -> PlainFact {
    let small = amount.clone() / q(8, 1);
    match fact.what {
        What::Charge => {
            fact.amount = (luck > 1).then_some(amount);
            fact.quantity = (luck < 6).then_some(quantity);
        }
        What::Refund | What::Credit | What::Chargeback | What::Fee => {
            fact.amount = Some(-small);
            fact.category = FEE_CATEGORIES[nth];
        }
        What::Tax => fact.amount = Some(small),
        What::Cost => {
            fact.amount = Some(if luck == 0 { -small } else { amount * q(2, 3) });
            fact.category = COST_CATEGORIES[nth];
            if fact.category == "accelerator-pool" || luck == 1 {
                fact.product = if luck < 7 { "" } else { fact.product };
                fact.channel = if luck > 3 { "" } else { fact.channel };
            }
        }
        What::Usage => fact.quantity = Some(if luck == 0 { -quantity } else { quantity }),
    }
    if fact.quantity.is_some() {
        fact.unit = unit;
    }
    // Nine or fewer digits after the point, as files have.
    fact.amount = fact.amount.map(|amount| (amount * q(1_000_000, 1)).round() / q(1_000_000, 1));
    fact
}

/// Facts in some order; some of them take an earlier one back, on a day of their own.
fn facts() -> impl Strategy<Value = Vec<PlainFact>> {
    let one = (fact(), option::weighted(0.25, (any::<prop::sample::Index>(), 0..4_u8)));
    vec(one, 0..40).prop_map(|list| {
        let mut facts: Vec<PlainFact> = Vec::new();
        for (at, (mut fact, refers)) in list.into_iter().enumerate() {
            fact.id = format!("f{at}");
            if let Some((which, luck)) = refers
                && fact.what.is_sale()
                && fact.what != What::Charge
            {
                refer(&mut fact, &facts, &which, luck);
            }
            facts.push(fact);
        }
        facts
    })
}

fn refer(fact: &mut PlainFact, before: &[PlainFact], which: &prop::sample::Index, luck: u8) {
    let sales: Vec<&PlainFact> = before.iter().filter(|other| other.what.is_sale()).collect();
    if sales.is_empty() {
        fact.reference = Some("never-seen".to_owned());
        return;
    }
    let original = which.get(&sales);
    fact.reference = Some(original.id.clone());
    // Now and then a refund names another product than its charge, or none.
    fact.product = match luck {
        1 => fact.product,
        2 => "",
        _ => original.product,
    };
    fact.channel = original.channel;
    fact.region = original.region;
    fact.customer = original.customer;
    // A fee returned, a chargeback won.
    if luck == 0 && fact.what != What::Tax {
        fact.amount = fact.amount.take().map(|amount| -amount);
    }
}

/// A world without clauses over the whole contract.
pub(crate) fn world() -> impl Strategy<Value = World> {
    (contract(), facts()).prop_map(|(contract, facts)| settleable(contract, facts))
}

/// A world with any of them, and facts in several currencies.
pub(crate) fn world_with_clauses() -> impl Strategy<Value = World> {
    let policy = select(vec![Policy::Daily, Policy::PeriodAverage, Policy::PeriodEnd]);
    let contract =
        (contract(), option::weighted(0.6, policy)).prop_flat_map(|(contract, exchange)| {
            let clauses = clauses(contract.parties.len(), contract.schedules.len());
            clauses.prop_map(move |clauses| PlainContract { clauses, exchange, ..contract.clone() })
        });
    let by_days = vec(prop::bool::weighted(0.3), 3);
    let currencies = vec(select(vec![None, None, Some("EUR"), Some("GBP")]), 40);
    (contract, facts(), currencies, by_days, 0..9_i64).prop_map(|all| {
        let (mut contract, facts, currencies, by_days, seed) = all;
        for (schedule, by_days) in contract.schedules.iter_mut().zip(by_days) {
            schedule.by_days = by_days;
        }
        let mut world = settleable(contract, facts);
        if world.contract.exchange.is_some() {
            in_currencies(&mut world, &currencies, seed);
        }
        world
    })
}

/// Gives amounts their currencies, what refers to another the same, and lists rates: euros into the
/// contract's currency, and that into pounds, which is the wrong way round.
fn in_currencies(world: &mut World, currencies: &[Option<&'static str>], seed: i64) {
    for (at, drawn) in (0..world.facts.len()).zip(currencies) {
        let fact = &world.facts[at];
        let original = fact.reference.as_ref();
        let original = original.and_then(|id| world.facts[..at].iter().find(|f| f.id == *id));
        let currency = original.map_or(*drawn, |original| original.currency);
        world.facts[at].currency = currency.filter(|_| world.facts[at].amount.is_some());
    }
    let own = world.contract.currency.code();
    let mut on = day("2026-08-30");
    for step in 0.. {
        if on > day("2027-01-05") {
            break;
        }
        let euro = q(900 + (step * 37 + seed * 11) % 300, 1000);
        let pound = q(600 + (step * 53 + seed * 7) % 500, 1000);
        world.contract.rates.push(PlainRateOfDay { on, base: "EUR", quote: own, rate: euro });
        world.contract.rates.push(PlainRateOfDay { on, base: own, quote: "GBP", rate: pound });
        on += Duration::days(1 + (step + seed) % 5);
    }
}

/// Charges that nobody could price are left out, because the program refuses them.
fn settleable(contract: PlainContract, facts: Vec<PlainFact>) -> World {
    let mut world = World { contract, facts };
    let all = world.clone();
    world.facts.retain(|fact| !unpriceable(&all, fact));
    world
}
