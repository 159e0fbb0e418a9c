//! Random clauses over the whole contract, for the days on which random facts fall.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use time::Date;

use super::plain_clauses::{Guarantee, Held, Least, On, Over, PlainClause, Wide};
use super::random_deals::{limit, percent, some_day};
use super::world::{Q, day};

/// Days, window and schedules: a window that asks for a day has it.
fn held(schedules: usize) -> impl Strategy<Value = Held> {
    let over = select(vec![Over::Period, Over::CalendarYear, Over::ContractYear, Over::Lifetime]);
    let early = prop_oneof![Just(day("2025-11-09")), Just(day("2025-12-20"))];
    let starts = option::of(prop_oneof![2 => some_day(), 1 => early]);
    let late = select(vec!["2026-12-11", "2027-01-15"]).prop_map(day);
    let ends = option::of(prop_oneof![2 => late, 1 => some_day()]);
    let all: Vec<usize> = (0..schedules).collect();
    let most = schedules.min(2);
    let some = prop_oneof![2 => Just(Vec::new()), 1 => subsequence(all, 1..=most)];
    (over, starts, ends, some).prop_map(|(over, starts, ends, schedules)| {
        let starts = starts.or((over == Over::ContractYear).then(|| day("2025-11-09")));
        let ends = ends.or((over == Over::Lifetime).then(|| day("2026-12-20")));
        let ends = ends.filter(|last| starts.is_none_or(|first| first <= *last));
        let over = if over == Over::Lifetime && ends.is_none() { Over::Period } else { over };
        Held { over, starts, ends, schedules }
    })
}

fn floor() -> impl Strategy<Value = Wide> {
    let of = select(vec!["gross-sales", "net-sales", "gross-profit", "share-base"]);
    let least = prop_oneof![
        1 => limit(900).prop_map(Least::Amount),
        2 => (percent(80), of).prop_map(|(rate, of)| Least::Rate(rate, of)),
    ];
    (least, any::<bool>()).prop_map(|(least, carry)| Wide::Floor { least, carry })
}

fn guarantee() -> impl Strategy<Value = Wide> {
    let on = select(vec![On::Earnings, On::Shares, On::UsageFees]);
    let flags = (any::<bool>(), any::<bool>(), option::of(percent(20)));
    (limit(4000), flags, on, option::of(limit(300))).prop_map(
        |(amount, (cumulative, by_days, escalator), on, per_period)| {
            Wide::Guarantee(Guarantee { amount, cumulative, by_days, escalator, on, per_period })
        },
    )
}

fn grants() -> impl Strategy<Value = Vec<(Date, Q)>> {
    vec((some_day(), percent(95)), 1..3).prop_map(|mut list| {
        list.sort_by_key(|(from, _)| *from);
        list.dedup_by_key(|(from, _)| *from);
        list
    })
}

fn audit() -> impl Strategy<Value = Wide> {
    let cost = option::of((percent(20), limit(100)));
    (some_day(), limit(900), limit(900), cost, option::of(percent(20))).prop_map(
        |(effective, due, paid, threshold, accord)| {
            let paid = if paid == due { paid + super::world::q(1, 1) } else { paid };
            Wide::Audit { effective, due, paid, threshold, accord }
        },
    )
}

fn minimum_payment() -> impl Strategy<Value = Wide> {
    let least =
        prop_oneof![3 => (1..2000_i64).prop_map(|n| Some(super::world::q(n, 1))), 1 => Just(None)];
    let until = option::of(prop_oneof![Just(day("2026-12-03")), some_day()]);
    (least, any::<bool>(), until).prop_map(|(least, one_sided, until)| {
        let one_sided = one_sided || least.is_none();
        Wide::MinimumPayment { least, one_sided, until }
    })
}

fn what() -> impl Strategy<Value = Wide> {
    let advance = (1..3000_i64, percent(100))
        .prop_map(|(amount, rate)| Wide::Advance { amount: super::world::q(amount, 1), rate });
    let reserve = (vec(percent(60), 1..3), 1..4_usize, any::<bool>()).prop_map(
        |(rates, release, net_of_chargebacks)| Wide::Reserve { rates, release, net_of_chargebacks },
    );
    let cap = (limit(3000), 0..=100_i64).prop_map(|(amount, paid)| {
        let paid = (&amount * super::world::q(paid, 100)).trunc();
        Wide::Cap { amount, paid }
    });
    let tax = (percent(40), any::<bool>())
        .prop_map(|(rate, gross_up)| Wide::Withholding { rate, gross_up });
    prop_oneof![
        2 => floor(),
        2 => grants().prop_map(|grants| Wide::MostFavoured { grants }),
        2 => guarantee(),
        2 => advance,
        2 => reserve,
        2 => cap,
        1 => audit(),
        1 => tax,
        1 => minimum_payment(),
    ]
}

fn clause(parties: usize, schedules: usize) -> impl Strategy<Value = PlainClause> {
    (what(), held(schedules), 0..parties, 1..parties, 0..2_usize).prop_map(
        move |(what, held, party, step, first)| {
            // Only the first two have a share in every split.
            let favoured = matches!(what, Wide::MostFavoured { .. });
            let party = if favoured { first } else { party };
            let from = (party + step) % parties;
            fitted(PlainClause { party, from, held, what })
        },
    )
}

/// Takes away what a clause of its kind does not know, or could not mean.
fn fitted(mut clause: PlainClause) -> PlainClause {
    let held = &mut clause.held;
    match &mut clause.what {
        Wide::Guarantee(guarantee) => {
            let yearly = matches!(held.over, Over::CalendarYear | Over::ContractYear);
            guarantee.cumulative &= yearly && held.starts.is_some() && held.ends.is_some();
            guarantee.by_days &= yearly && (held.starts.is_some() || held.ends.is_some());
            guarantee.escalator =
                guarantee.escalator.take().filter(|_| yearly && held.starts.is_some());
        }
        Wide::Advance { .. } => {
            held.over = Over::Lifetime;
            held.starts = held.starts.or(Some(day("2026-10-05")));
            held.ends = held.ends.filter(|last| held.starts.is_none_or(|first| first <= *last));
        }
        Wide::Reserve { rates, .. } => {
            held.over = Over::Lifetime;
            if rates.len() > 1 {
                held.starts = held.starts.or(Some(day("2026-10-05")));
                held.ends = held.ends.filter(|last| held.starts.is_none_or(|first| first <= *last));
            }
        }
        Wide::Cap { paid, .. } => {
            if held.over != Over::Lifetime {
                *paid = super::world::zero();
            }
        }
        Wide::Floor { .. }
        | Wide::MostFavoured { .. }
        | Wide::Audit { .. }
        | Wide::Withholding { .. }
        | Wide::MinimumPayment { .. } => {}
    }
    clause
}

/// Some clauses; of minimum payments at most one, since one may hide another.
pub(crate) fn clauses(parties: usize, schedules: usize) -> impl Strategy<Value = Vec<PlainClause>> {
    let some = vec(clause(parties, schedules), 0..7);
    prop_oneof![1 => Just(Vec::new()), 3 => some].prop_map(|mut list: Vec<PlainClause>| {
        let mut seen = false;
        list.retain(|clause| {
            let minimum = matches!(clause.what, Wide::MinimumPayment { .. });
            let keep = !minimum || !seen;
            seen |= minimum;
            keep
        });
        list
    })
}
