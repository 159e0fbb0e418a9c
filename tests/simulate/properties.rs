//! Program and oracle side by side, on random worlds.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::outcome::Outcome;
use super::random::world;
use super::world::{World, day};
use super::{engine, laws, oracle};

/// Settles by the program; a refusal fails the case.
fn settled(world: &World) -> Result<Vec<Outcome>, TestCaseError> {
    engine::settle_all(world).map_err(TestCaseError::fail)
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

proptest! {
    /// Totals, lines, shares, positions, payables and balances are the oracle's; and what holds
    /// for every statement holds for both.
    #[test]
    fn the_program_says_what_the_oracle_says(world in world()) {
        let due = oracle::settle_all(&world);
        laws::hold(&world.contract, &due).map_err(TestCaseError::fail)?;
        let is = settled(&world)?;
        same(&is, &due)?;
        laws::hold(&world.contract, &is).map_err(TestCaseError::fail)?;
    }

    /// Renewing a deal unchanged changes no cent.
    #[test]
    fn a_renewal_changes_nothing(world in world(), days in 0..90_i64) {
        let on = day("2026-09-15") + time::Duration::days(days);
        same(&settled(&laws::renewed(&world, on))?, &settled(&world)?)?;
    }

    /// What is sold and refunded in full leaves nothing with anybody.
    #[test]
    fn a_sale_and_its_refund_leave_nothing(world in world()) {
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
        (world, facts) in world().prop_flat_map(|world| {
            let facts = Just(world.facts.clone()).prop_shuffle();
            (Just(world), facts)
        }),
    ) {
        let shuffled = World { facts, ..world.clone() };
        let made = engine::statements(&world).map_err(TestCaseError::fail)?;
        let again = engine::statements(&shuffled).map_err(TestCaseError::fail)?;
        let digests = |list: &[revshare::statement::Statement]| -> Vec<String> {
            list.iter().map(|statement| statement.digest.clone()).collect()
        };
        prop_assert_eq!(digests(&made), digests(&again));
    }

    /// Products that the contract treats alike may as well be one.
    #[test]
    fn like_products_may_be_merged(world in world()) {
        if let Some(merged) = laws::merged(&world) {
            let due = laws::without_lines(&settled(&world)?);
            same(&laws::without_lines(&settled(&merged)?), &due)?;
        }
    }
}
