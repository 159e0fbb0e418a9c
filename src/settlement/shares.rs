//! The share base apportioned by the divisions in force.
//!
//! The law: shares add up to the base. A group first receives its share like a party, then divides
//! it among its members, so that no cent of others depends on who is in it.

use std::collections::BTreeMap;

use super::positions::{ByParty, give};
use crate::contract::{Contract, Division, PartyId, RemainderRule};
use crate::money::{Minor, Ratio, Remainder, apportion_exactly};

/// A part of the share base under one division, exactly, in minor units.
pub(super) struct Cut<'a> {
    pub(super) division: &'a Division,
    pub(super) base: Ratio,
}

/// What parties and groups receive before rounding: by the first party and the name of the group,
/// the exact part of each member.
type Slots = BTreeMap<(PartyId, Option<String>), BTreeMap<PartyId, Ratio>>;

/// Each party's share, in the contract's order; the shares add up to the base, as the cuts do.
pub(super) fn apportioned(contract: &Contract, cuts: &[Cut<'_>], base: Minor) -> ByParty {
    let slots = slots(cuts);
    let exact: Vec<Ratio> = slots.values().map(|members| members.values().sum()).collect();
    let holder = |party| slots.values().position(|members| members.contains_key(&party));
    let outer = match contract.remainder {
        RemainderRule::LargestRemainder => Remainder::LargestRemainder,
        RemainderRule::InOrder => Remainder::InOrder,
        RemainderRule::Party(party) => {
            let at = holder(party).expect("a checked contract gives the remainder's party a share");
            Remainder::Part(at, contract.rounding)
        }
    };
    let parts = apportion_exactly(base, &exact, outer);
    // A party may be alone in one tier and in a group in another: it has both.
    let mut shares = ByParty::new();
    for (members, part) in slots.values().zip(parts) {
        within(contract, members, part)
            .into_iter()
            .for_each(|(party, part)| give(&mut shares, party, part));
    }
    shares
}

fn slots(cuts: &[Cut<'_>]) -> Slots {
    let mut slots = Slots::new();
    for cut in cuts {
        for part in &cut.division.parts {
            let Some((first, _)) = part.members.first() else { continue };
            let slot = slots.entry((*first, part.group.clone())).or_default();
            for (party, weight) in &part.members {
                let exact = &(&cut.base * &part.share) * weight;
                *slot.entry(*party).or_default() += &exact;
            }
        }
    }
    slots
}

/// What the members of a group receive of the group's whole part.
fn within(
    contract: &Contract,
    members: &BTreeMap<PartyId, Ratio>,
    part: Minor,
) -> Vec<(PartyId, Minor)> {
    let parties: Vec<PartyId> = members.keys().copied().collect();
    let exact: Vec<Ratio> = members.values().cloned().collect();
    if let [only] = parties[..] {
        return vec![(only, part)];
    }
    let inner = match contract.remainder {
        RemainderRule::LargestRemainder => Remainder::LargestRemainder,
        RemainderRule::InOrder => Remainder::InOrder,
        // Beside the named party everybody else is rounded, so a group without it may be owed a
        // unit that none of its members has a part of: its first member then takes it.
        RemainderRule::Party(party) => match parties.iter().position(|one| *one == party) {
            Some(at) => Remainder::Part(at, contract.rounding),
            None if exact.iter().all(Ratio::is_zero) => Remainder::Part(0, contract.rounding),
            None => Remainder::LargestRemainder,
        },
    };
    parties.into_iter().zip(apportion_exactly(part, &exact, inner)).collect()
}
