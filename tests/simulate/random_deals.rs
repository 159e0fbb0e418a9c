//! Random deals: every clause of a contract with flat splits and marginal tiers.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use time::{Date, Duration};

use super::world::{
    Cost, Deal, Limit, Mode, Money, OffTheTop, PlainContract, PlainDeduction, PlainLosses,
    PlainPriority, PlainRate, PlainSchedule, PlainScope, PlainSharedCost, PlainTerms, PlainTiers,
    PlainZone, Q, Remainder, Shared, Take, What, Window, day, q,
};

const PARTIES: [&str; 4] = ["vendor", "platform", "reseller", "data-owner"];
pub(crate) const UNITS: [&str; 3] = ["input-token", "output-token", "compute-hour"];
pub(crate) const COST_CATEGORIES: [&str; 3] = ["compute", "network", "accelerator-pool"];

/// The days that facts fall on: a whole month with its edges and those of the next.
const FIRST: &str = "2026-09-29";
const DAYS: i64 = 64;

fn texts(from: &[&str]) -> Vec<String> {
    from.iter().map(|text| (*text).to_owned()).collect()
}

/// A day on which facts fall.
pub(crate) fn some_day() -> impl Strategy<Value = Date> {
    (0..DAYS).prop_map(|days| day(FIRST) + Duration::days(days))
}

pub(crate) fn percent(most: i64) -> impl Strategy<Value = Q> {
    prop_oneof![(1..=most).prop_map(|n| q(n, 100)), (1..=most * 4).prop_map(|n| q(n, 400))]
}

/// A limit must be payable, so it is whole minor units: a hundred is so in every currency.
pub(crate) fn limit(most: i64) -> impl Strategy<Value = Q> {
    (0..=most).prop_map(|n| q(n, 1))
}

fn rates() -> impl Strategy<Value = Vec<PlainRate>> {
    let product = select(vec!["opus-*", "opus-4", "haiku-*", "*"]);
    let per = select(vec![1, 1000, 1_000_000]);
    let rate = (select(UNITS.to_vec()), product, 0..3000_i64, per).prop_map(
        |(unit, product, price, per)| PlainRate {
            unit: unit.to_owned(),
            product: product.to_owned(),
            price: q(price, 100),
            per,
        },
    );
    vec(rate, 1..4).prop_map(reachable)
}

/// Drops rates that an earlier one hides.
fn reachable(rates: Vec<PlainRate>) -> Vec<PlainRate> {
    let mut kept: Vec<PlainRate> = Vec::new();
    for rate in rates {
        let hidden = |before: &PlainRate| {
            before.unit == rate.unit && super::patterns::glob(&before.product, &rate.product)
        };
        if !kept.iter().any(hidden) {
            kept.push(rate);
        }
    }
    kept
}

fn take() -> impl Strategy<Value = Take> {
    let kinds = subsequence(vec![What::Fee, What::Refund, What::Credit, What::Chargeback], 1..=2);
    let category = prop_oneof![
        2 => Just(Vec::new()),
        1 => select(vec!["listing", "payment", "l*"]).prop_map(|one| texts(&[one])),
    ];
    prop_oneof![
        2 => (kinds, category).prop_map(|(kinds, category)| Take::Facts { kinds, category }),
        1 => percent(20).prop_map(Take::Rate),
    ]
}

fn cap() -> impl Strategy<Value = Limit> {
    prop_oneof![limit(400).prop_map(Limit::Amount), percent(10).prop_map(Limit::Rate)]
}

fn deductions() -> impl Strategy<Value = Vec<PlainDeduction>> {
    let one = (vec(take(), 1..3), option::of(cap()));
    vec(one, 0..4).prop_map(|list| {
        let named = |(at, (parts, cap))| PlainDeduction { name: format!("d{at}"), parts, cap };
        distinct(list.into_iter().enumerate().map(named).collect())
    })
}

/// Drops parts that speak of facts which an earlier part has taken already.
fn distinct(list: Vec<PlainDeduction>) -> Vec<PlainDeduction> {
    let mut taken: Vec<(What, Vec<String>)> = Vec::new();
    let mut kept = Vec::new();
    for mut deduction in list {
        let mut parts = Vec::new();
        for part in deduction.parts {
            match part {
                Take::Rate(rate) => parts.push(Take::Rate(rate)),
                Take::Facts { kinds, category } => {
                    let free = |kind: &What| {
                        !taken.iter().any(|(other, under)| {
                            other == kind && super::patterns::one_of(under, &category.concat())
                        })
                    };
                    let kinds: Vec<What> = kinds.into_iter().filter(free).collect();
                    taken.extend(kinds.iter().map(|kind| (*kind, category.clone())));
                    if !kinds.is_empty() {
                        parts.push(Take::Facts { kinds, category });
                    }
                }
            }
        }
        if !parts.is_empty() {
            deduction.parts = parts;
            kept.push(deduction);
        }
    }
    kept
}

fn cost() -> impl Strategy<Value = Cost> {
    let ceiling = prop_oneof![
        percent(90).prop_map(Limit::Rate),
        limit(2000).prop_map(Limit::Amount),
        (limit(2000), percent(30))
            .prop_map(|(budget, tolerance)| Limit::Budget { budget, tolerance }),
    ];
    let deduct = subsequence(COST_CATEGORIES.to_vec(), 0..=3).prop_map(|list| texts(&list));
    let metered = prop_oneof![2 => Just(Vec::new()), 1 => rates()];
    (deduct, metered, option::of(percent(25)), option::of(ceiling), any::<bool>(), any::<bool>())
        .prop_map(|(deduct, rates, uplift, ceiling, carry, invoiced)| Cost {
            // The ceiling decides what exceeds; without one nothing can be carried.
            carry: carry && ceiling.is_some(),
            deduct,
            rates,
            uplift,
            ceiling,
            invoiced,
        })
}

fn split(parties: usize) -> impl Strategy<Value = Vec<(usize, Q)>> {
    let weights = prop_oneof![
        vec(1..=9_i64, parties),
        Just(vec![1; parties]),
        vec(select(vec![1, 2, 3, 25, 33]), parties),
    ];
    (weights, 2..=parties).prop_map(|(weights, count)| {
        let sum: i64 = weights[..count].iter().sum();
        weights[..count].iter().enumerate().map(|(at, weight)| (at, q(*weight, sum))).collect()
    })
}

fn shared(parties: usize) -> impl Strategy<Value = Shared> {
    let losses = select(vec![PlainLosses::CarryForward, PlainLosses::Share, PlainLosses::Absorb]);
    let cost = prop_oneof![4 => cost().prop_map(Some), 1 => Just(None)];
    let tiers = option::weighted(0.4, tiers(parties));
    let whose = (split(parties), tiers, vec(off_the_top(parties), 0..3));
    (cost, rates(), option::of(deductions()), option::of(losses), whose).prop_map(
        |(cost, rates, deductions, losses, (split, tiers, priority))| Shared {
            cost,
            rates,
            deductions,
            losses,
            priority: named(priority),
            split,
            tiers,
        },
    )
}

/// A table that rises by hundreds.
fn tiers(parties: usize) -> impl Strategy<Value = PlainTiers> {
    let row = (1..20_i64, split(parties));
    (select(super::oracle::TIERED_BY.to_vec()), vec(row, 1..3)).prop_map(|(by, steps)| {
        let mut at = 0;
        let climb = |(step, split): (i64, _)| {
            at += step;
            (q(at * 100, 1), split)
        };
        PlainTiers { by, rows: steps.into_iter().map(climb).collect() }
    })
}

fn off_the_top(parties: usize) -> impl Strategy<Value = (usize, OffTheTop)> {
    let of = select(vec!["gross-sales", "net-sales", "gross-profit"]);
    let rate = (percent(30), of, option::of(limit(1000)))
        .prop_map(|(rate, of, above)| OffTheTop::Rate { rate, of, above });
    (0..parties, prop_oneof![1 => limit(100).prop_map(OffTheTop::Fee), 2 => rate])
}

fn named(list: Vec<(usize, OffTheTop)>) -> Vec<PlainPriority> {
    let named = |(at, (to, take))| PlainPriority { name: format!("p{at}"), to, take };
    list.into_iter().enumerate().map(named).collect()
}

fn deal(parties: usize) -> impl Strategy<Value = Deal> {
    let fee = (0..parties, 1..parties, rates()).prop_map(move |(payer, step, rates)| {
        Deal::UsageFee { payer, payee: (payer + step) % parties, rates }
    });
    prop_oneof![3 => shared(parties).prop_map(Deal::Shared), 1 => fee]
}

/// Versions: one from the start, and perhaps amendments; some of them renew unchanged.
fn terms(parties: usize) -> impl Strategy<Value = Vec<PlainTerms>> {
    let amendment = (some_day(), option::weighted(0.7, deal(parties)));
    let start = prop_oneof![3 => Just(day("2026-01-01")), 1 => some_day()];
    (start, deal(parties), vec(amendment, 0..3)).prop_map(|(start, deal, amendments)| {
        let mut all = vec![PlainTerms { effective: start, deal }];
        let mut later: Vec<_> = amendments.into_iter().filter(|(on, _)| *on > start).collect();
        later.sort_by_key(|(on, _)| *on);
        later.dedup_by_key(|(on, _)| *on);
        for (effective, changed) in later {
            let before = all.last().expect("the first is there").deal.clone();
            all.push(PlainTerms { effective, deal: changed.unwrap_or(before) });
        }
        all
    })
}

fn scopes() -> impl Strategy<Value = Vec<PlainScope>> {
    let scope = |product: &[&str], channel: &[&str]| PlainScope {
        product: texts(product),
        channel: texts(channel),
        ..PlainScope::default()
    };
    let customer = PlainScope { customer: texts(&["acme"]), ..scope(&[], &["marketplace"]) };
    let region = PlainScope { region: texts(&["eu"]), ..PlainScope::default() };
    select(vec![
        vec![scope(&[], &[])],
        vec![scope(&[], &["marketplace"]), scope(&[], &["internal:*"])],
        vec![scope(&["opus-*"], &["marketplace"]), scope(&[], &["marketplace"]), scope(&[], &[])],
        vec![scope(&["opus-4", "haiku-3"], &[])],
        vec![customer, scope(&[], &["marketplace"])],
        vec![region, scope(&[], &[])],
    ])
}

fn schedules(parties: usize) -> impl Strategy<Value = Vec<PlainSchedule>> {
    let roles = (0..parties, 0..parties, 0..parties);
    (scopes(), vec((roles, terms(parties)), 3)).prop_map(|(scopes, rest)| {
        let made = scopes.into_iter().zip(rest).enumerate();
        made.map(|(at, (scope, ((seller, bearer, provider), terms)))| PlainSchedule {
            id: format!("s{at}"),
            scope,
            seller,
            bearer,
            provider,
            by_days: false,
            terms,
        })
        .collect()
    })
}

fn shared_cost() -> impl Strategy<Value = PlainSharedCost> {
    let over = PlainScope { product: texts(&["opus-*"]), ..PlainScope::default() };
    let market = PlainScope { channel: texts(&["marketplace"]), ..PlainScope::default() };
    let category = select(vec!["accelerator-pool", "compute", "*"]);
    (
        category,
        option::of(select(UNITS.to_vec())),
        select(vec![PlainScope::default(), over, market]),
    )
        .prop_map(|(category, unit, over)| PlainSharedCost {
            category: texts(&[category]),
            unit: unit.map(str::to_owned),
            over,
        })
}

fn window() -> impl Strategy<Value = Window> {
    let product = select(vec!["opus-4", "haiku-*"]);
    (product, some_day(), 0..15_i64).prop_map(|(product, from, days)| Window {
        product: texts(&[product]),
        from,
        to: from + Duration::days(days),
    })
}

/// A contract that the program accepts.
pub(crate) fn contract() -> impl Strategy<Value = PlainContract> {
    (2..=4_usize).prop_flat_map(|parties| {
        let money = select(vec![Money::Usd, Money::Jpy, Money::Kwd]);
        let zone = select(vec![PlainZone::Utc, PlainZone::LosAngeles, PlainZone::Kolkata]);
        let mode = select(vec![Mode::HalfEven, Mode::HalfUp, Mode::Down, Mode::Up]);
        // The first two parties have a positive share in every split.
        let remainder = select(vec![
            Remainder::Largest,
            Remainder::InOrder,
            Remainder::Party(1),
            Remainder::Party(0),
        ]);
        let frame = (money, zone, mode, remainder, prop::bool::weighted(0.2), any::<bool>());
        let rules = prop_oneof![Just(Vec::new()), shared_cost().prop_map(|rule| vec![rule])];
        (frame, schedules(parties), rules, vec(window(), 0..2)).prop_map(
            move |(frame, schedules, shared_costs, availability)| {
                let (currency, zone, rounding, remainder, quarters, netting) = frame;
                PlainContract {
                    currency,
                    zone,
                    quarters,
                    rounding,
                    remainder,
                    netting,
                    parties: PARTIES[..parties].to_vec(),
                    schedules,
                    shared_costs,
                    availability,
                    clauses: Vec::new(),
                    exchange: None,
                    rates: Vec::new(),
                }
            },
        )
    })
}
