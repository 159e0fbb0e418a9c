//! What of a gross profit is shared, and by whom: priority, losses, tiers. Semantics §5.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::numbers::{round, whole};
use super::outcome::Step;
use super::waterfall::{Carried, Fall};
use super::world::{OffTheTop, PlainContract, PlainLosses, Q, Shared, zero};

/// Each entry of priority, by the steps above it.
pub(crate) fn off_the_top(
    contract: &PlainContract,
    deal: &Shared,
    part_of_period: &Q,
    steps: &[Step],
    carried: &mut Carried,
) -> Vec<(usize, i128)> {
    let minor = |major: &Q| major * contract.currency.minor();
    let mut taken = Vec::new();
    for entry in &deal.priority {
        let exact = match &entry.take {
            OffTheTop::Fee(fee) => minor(fee) * part_of_period,
            OffTheTop::Rate { rate, of, above } => {
                let shown: i128 = steps.iter().filter(|s| s.step == *of).map(|s| s.total).sum();
                let counted = match above {
                    None => whole(shown),
                    Some(hurdle) => {
                        let so_far = carried.measures.entry(entry.name.clone()).or_default();
                        let beyond = |sum: i128| (whole(sum) - minor(hurdle)).max(zero());
                        let before = beyond(*so_far);
                        *so_far += shown;
                        beyond(*so_far) - before
                    }
                };
                counted * rate
            }
        };
        taken.push((entry.to, round(&exact, contract.rounding)));
    }
    taken
}

/// The exact part of each party of a share base, by the table if there is one; moves its measure.
pub(crate) fn parts(
    contract: &PlainContract,
    deal: &Shared,
    fall: &Fall,
    carried: &mut Carried,
) -> Vec<(usize, Q)> {
    let base = whole(fall.share_base);
    let mut parts: BTreeMap<usize, Q> = BTreeMap::new();
    let mut give = |shares: &[(usize, Q)], of: &Q| {
        for (party, share) in shares {
            *parts.entry(*party).or_insert_with(zero) += share * of;
        }
    };
    let Some(tiers) = &deal.tiers else {
        give(&deal.split, &base);
        return parts.into_iter().collect();
    };
    let moved: i128 = fall.steps.iter().filter(|s| s.step == tiers.by).map(|s| s.total).sum();
    let so_far = carried.measures.entry(tiers.by.to_owned()).or_default();
    let (before, after) = (whole(*so_far), whole(*so_far + moved));
    *so_far += moved;
    // What each row holds of a measure x, from nothing up, or below nothing in the first.
    let edge = |at: usize| &tiers.rows[at].0 * contract.currency.minor();
    let within = |at: usize, x: &Q| {
        let floor = if at == 0 { x.clone().min(zero()) } else { edge(at - 1) };
        let below = if at == tiers.rows.len() { x.clone() } else { x.clone().min(edge(at)) };
        if at == 0 { below } else { (below - floor).max(zero()) }
    };
    let row = |at: usize| if at == 0 { &deal.split } else { &tiers.rows[at - 1].1 };
    if moved == 0 {
        let reached =
            tiers.rows.iter().take_while(|(from, _)| from * contract.currency.minor() <= before);
        give(row(reached.count()), &base);
    } else {
        for at in 0..=tiers.rows.len() {
            let slice = within(at, &after) - within(at, &before);
            if !slice.is_zero() {
                give(row(at), &(slice * &base / whole(moved)));
            }
        }
    }
    parts.into_iter().collect()
}

/// What is added to gross profit to reach the share base.
pub(crate) fn loss_carry(deal: &Shared, gross_profit: i128, carried: &mut Carried) -> i128 {
    let left_out = if deal.cost.is_some() { PlainLosses::CarryForward } else { PlainLosses::Share };
    match deal.losses.unwrap_or(left_out) {
        PlainLosses::Share => 0,
        PlainLosses::Absorb => (-gross_profit).max(0),
        PlainLosses::CarryForward if gross_profit < 0 => {
            carried.loss += -gross_profit;
            -gross_profit
        }
        PlainLosses::CarryForward => {
            let eaten = gross_profit.min(carried.loss);
            carried.loss -= eaten;
            -eaten
        }
    }
}
