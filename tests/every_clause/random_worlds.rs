//! The laws, on random worlds.

use proptest::collection::vec;
use proptest::prelude::*;
use revshare::settlement::BalanceKind;

use super::deal::some_day;
use super::happened::{World, world};
use super::laws;
use super::settled::{DELIVERIES, FILES, digests, digests_in_parts, settled};

/// Balances that stand for something else than money that somebody has or owes: what tiers, hurdles and
/// floors have measured, and advances that wait for earnings.
fn is_a_measure(kind: &BalanceKind) -> bool {
    let name = format!("{kind:?}");
    ["Measure", "TierPeriod", "RateQuantity", "Advance"].iter().any(|part| name.contains(part))
}

/// A world is ten periods of every clause: a quarter of the usual number takes as long as others.
fn few() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.div_ceil(4), ..usual }
}

proptest! {
    #![proptest_config(few())]

    /// Footing, conservation, cash, roll-forward and the books of all parties.
    #[test]
    fn every_statement_adds_up(world in world()) {
        let (contract, all) = settled(&world)?;
        let text = world.deal.text();
        laws::hold(&contract, &all).map_err(|why| TestCaseError::fail(format!("{why}\n{text}")))?;
    }

    /// What is sold and refunded in full leaves nothing with anybody.
    #[test]
    fn a_sale_and_its_refund_leave_nothing(world in world()) {
        let world = world.all_refunded();
        let text = world.deal.text();
        for settlement in settled(&world)?.1 {
            let held = settlement.positions.iter().filter(|(_, amount)| amount.0 != 0);
            prop_assert_eq!(held.count(), 0, "{:?}\n{}", settlement.positions, text);
            prop_assert!(settlement.adjustments.is_empty(), "{:?}\n{text}", settlement.adjustments);
            prop_assert!(settlement.payables.is_empty(), "{:?}\n{text}", settlement.payables);
            let left = settlement.balances.iter().filter(|each| each.closing.0 != 0);
            let left: Vec<_> = left.filter(|each| !is_a_measure(&each.name.kind)).collect();
            prop_assert!(left.is_empty(), "{left:?}\n{text}");
        }
    }

    /// Renewing every schedule unchanged changes no byte.
    #[test]
    fn a_renewal_changes_nothing(world in world(), on in some_day()) {
        let renewed = World { deal: world.deal.renewed(&on), ..world.clone() };
        let (contract, all) = settled(&world)?;
        let (again, same) = settled(&renewed)?;
        prop_assert_eq!(digests(&contract, &all), digests(&again, &same), "{}", renewed.deal.text());
    }

    /// Order, files and deliveries mean nothing, and what comes twice is one.
    #[test]
    fn how_it_came_means_nothing(
        (world, entries, plan) in world().prop_flat_map(|world| {
            let entries = world.entries();
            let plan = vec((0..DELIVERIES, 0..FILES), entries.len() * 2);
            let twice = entries.iter().chain(&entries).cloned().collect::<Vec<_>>();
            (Just(world), Just(twice).prop_shuffle(), plan)
        }),
    ) {
        let (contract, all) = settled(&world)?;
        let parts = digests_in_parts(&world, &entries, &plan)?;
        prop_assert_eq!(digests(&contract, &all), parts, "{}", world.deal.text());
    }
}
