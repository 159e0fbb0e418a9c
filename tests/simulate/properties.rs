//! Program and oracle side by side, on random worlds.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestRunner};
use revshare::statement::Statement;

use super::outcome::Outcome;
use super::random::world_with_clauses;
use super::world::{World, day};
use super::{engine, laws, oracle};

/// Settles by the program; a refusal fails the case.
fn settled(world: &World) -> Result<Vec<Outcome>, TestCaseError> {
    engine::settle_all(world).map_err(TestCaseError::fail)
}

fn digests(list: &[Statement]) -> Vec<&str> {
    list.iter().map(|statement| statement.digest.as_str()).collect()
}

/// Both say the same; if not, the first difference is shown.
fn same(left: &[Outcome], right: &[Outcome]) -> Result<(), TestCaseError> {
    if left == right {
        return Ok(());
    }
    let mut differences = Vec::new();
    for (left, right) in left.iter().zip(right) {
        differences.extend(left.differences(right));
    }
    Err(TestCaseError::fail(differences.join("\n")))
}

/// Random worlds that never met a clause would prove nothing about it.
#[test]
fn random_worlds_meet_every_clause() {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..800 {
        let world = world_with_clauses().new_tree(&mut runner).expect("a world").current();
        let outcomes = oracle::settle_all(&world);
        for outcome in &outcomes {
            for (what, is) in clauses_met(outcome) {
                *met.entry(what).or_default() += usize::from(is);
            }
        }
    }
    let rare: Vec<_> = met.iter().filter(|(_, times)| **times < 10).collect();
    assert!(rare.is_empty(), "hardly ever met: {rare:?} of {met:?}");
}

/// What one statement has met.
fn clauses_met(outcome: &Outcome) -> Vec<(&'static str, bool)> {
    let all = || outcome.schedules.iter().flat_map(|(_, list)| list);
    let any = |step: &str, test: fn(i128) -> bool| all().any(|segment| test(segment.total(step)));
    let products = |step: &str| {
        let steps = all().flat_map(|segment| &segment.steps).filter(|one| one.step == step);
        steps.map(|one| one.lines.len()).max().unwrap_or(0)
    };
    let clause =
        |name: &'static str| (name, outcome.adjustments.iter().any(|(clause, ..)| clause == name));
    vec![
        clause("share-floor"),
        clause("most-favoured"),
        clause("minimum-guarantee"),
        clause("advance"),
        clause("reserve"),
        clause("reserve-release"),
        clause("aggregate-cap"),
        clause("audit"),
        clause("gross-up"),
        clause("withholding-tax"),
        clause("minimum-payment"),
        ("refunds", any("refunds", |amount| amount < 0)),
        ("refunds won back", any("refunds", |amount| amount > 0)),
        ("deductions", any("deductions", |amount| amount < 0)),
        ("deductions given back", any("deductions", |amount| amount > 0)),
        ("negative net-sales", any("net-sales", |amount| amount < 0)),
        ("tax", any("tax", |amount| amount > 0)),
        ("cost", any("cost", |amount| amount > 0)),
        ("negative cost", any("cost", |amount| amount < 0)),
        ("uplift", any("uplift", |amount| amount > 0)),
        ("carried-in", any("carried-in", |amount| amount > 0)),
        ("excess", any("excess", |amount| amount > 0)),
        ("priority", any("priority", |amount| amount > 0)),
        ("priority given back", any("priority", |amount| amount < 0)),
        ("a measure", outcome.balances.keys().any(|name| name.starts_with("tier-measure"))),
        ("a loss", any("loss-carry", |amount| amount > 0)),
        ("a loss eaten", any("loss-carry", |amount| amount < 0)),
        ("a loss shared", any("share-base", |amount| amount < 0)),
        ("usage-fee", any("usage-fee", |amount| amount > 0)),
        ("several lines of cost", products("cost") > 2),
        ("several lines of usage", products("usage-fee") > 1),
        ("amendments", outcome.schedules.iter().any(|(_, list)| list.len() > 2)),
        ("several payables", outcome.payables.len() > 2),
        ("unmatched", outcome.unsettled.contains_key("unmatched")),
        ("unshared", outcome.unsettled.contains_key("unshared")),
        ("suspended", outcome.unsettled.contains_key("suspended")),
        ("two balances", outcome.balances.len() > 1),
    ]
}

proptest! {
    /// Totals, lines, shares, positions, payables and balances are the oracle's; and what holds
    /// for every statement holds for both.
    #[test]
    fn the_program_says_what_the_oracle_says(world in world_with_clauses()) {
        let due = oracle::settle_all(&world);
        laws::hold(&world.contract, &due).map_err(TestCaseError::fail)?;
        let is = settled(&world)?;
        same(&is, &due)?;
        laws::hold(&world.contract, &is).map_err(TestCaseError::fail)?;
    }

    /// Renewing a deal unchanged changes no cent.
    #[test]
    fn a_renewal_changes_nothing(world in world_with_clauses(), days in 0..90_i64) {
        let on = day("2026-09-15") + time::Duration::days(days);
        same(&settled(&laws::renewed(&world, on))?, &settled(&world)?)?;
    }

    /// What is sold and refunded in full leaves nothing with anybody.
    #[test]
    fn a_sale_and_its_refund_leave_nothing(world in world_with_clauses()) {
        let world = laws::all_refunded(&world);
        for outcome in settled(&world)? {
            prop_assert!(outcome.positions.is_empty(), "{outcome:#?}");
            prop_assert!(outcome.payables.is_empty(), "{outcome:#?}");
            prop_assert!(outcome.balances.is_empty(), "{outcome:#?}");
        }
    }

    /// The order of the facts means nothing, down to the digest.
    #[test]
    fn the_order_of_facts_means_nothing(
        (world, facts) in world_with_clauses().prop_flat_map(|world| {
            let facts = Just(world.facts.clone()).prop_shuffle();
            (Just(world), facts)
        }),
    ) {
        let shuffled = World { facts, ..world.clone() };
        let made = engine::statements(&world).map_err(TestCaseError::fail)?;
        let again = engine::statements(&shuffled).map_err(TestCaseError::fail)?;
        prop_assert_eq!(digests(&made), digests(&again));
    }

    /// Nor does it mean anything in which files and deliveries they came.
    #[test]
    fn the_partition_of_facts_means_nothing(
        (world, plan) in world_with_clauses().prop_flat_map(|world| {
            let place = (0..engine::DELIVERIES, 0..engine::FILES);
            let plan = prop::collection::vec(place, world.facts.len());
            (Just(world), plan)
        }),
    ) {
        let made = engine::statements(&world).map_err(TestCaseError::fail)?;
        let again = engine::statements_in_parts(&world, &plan).map_err(TestCaseError::fail)?;
        prop_assert_eq!(digests(&made), digests(&again));
    }

    /// Products that the contract treats alike may as well be one.
    #[test]
    fn like_products_may_be_merged(world in world_with_clauses()) {
        let world = laws::with_plain_keys(&world);
        if let Some(merged) = laws::merged(&world) {
            let due = laws::without_lines(&settled(&world)?);
            same(&laws::without_lines(&settled(&merged)?), &due)?;
        }
    }
}
