//! The share base apportioned by the split in force.

use crate::contract::{Contract, PartyId, RemainderRule, Split};
use crate::money::{Minor, Ratio, Remainder, apportion};

/// Each party's share, in the contract's order; the shares add up to the base.
pub(super) fn apportioned(
    contract: &Contract,
    split: &Split,
    base: Minor,
) -> Vec<(PartyId, Minor)> {
    let weights: Vec<Ratio> = split.shares.iter().map(|(_, share)| share.clone()).collect();
    let parts = apportion(base, &weights, remainder(contract, split));
    split.shares.iter().map(|(party, _)| *party).zip(parts).collect()
}

fn remainder(contract: &Contract, split: &Split) -> Remainder {
    match contract.remainder {
        RemainderRule::LargestRemainder => Remainder::LargestRemainder,
        RemainderRule::InOrder => Remainder::InOrder,
        RemainderRule::Party(party) => {
            let index = split.shares.iter().position(|(one, _)| *one == party);
            let index = index.expect("a checked contract gives the remainder's party a share");
            Remainder::Part(index, contract.rounding)
        }
    }
}
