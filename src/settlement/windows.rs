//! What tiers have measured so far: one balance for each measure, and its windows.
//!
//! The law: a measure counts while terms that ask for it are in force, in whatever schedule it
//! arises, and starts again at nothing when its window begins.

use std::collections::BTreeMap;

use super::balances::{BalanceKind, BalanceName, Balances};
use super::placement::Share;
use super::priority;
use super::settled::StepName;
use super::sheet::Sheet;
use crate::calendar::{Day, Period};
use crate::contract::{
    Basis, Contract, Measure, Measured, Scale, Schedule, SharedTerms, Take, Terms, Window,
};
use crate::fact::Kind;
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// The balance that a measure accumulates in.
pub(super) fn name(schedule: &str, measured: &Measured) -> BalanceName {
    let over = match &measured.over[..] {
        [] => schedule.to_owned(),
        list => list.join("+"),
    };
    BalanceName { kind: BalanceKind::TierMeasure, of: format!("{over}/{}", measured.by.as_str()) }
}

/// The balance of what a party was given in the window of a retroactive table.
pub(super) fn given(schedule: &str, party: &str) -> BalanceName {
    BalanceName { kind: BalanceKind::TierShared, of: format!("{schedule}/{party}") }
}

/// Does the measure of this schedule count?
pub(super) fn counts(schedule: &str, owner: &str, measured: &Measured) -> bool {
    let listed = measured.over.iter().any(|id| id == schedule);
    listed || (measured.over.is_empty() && schedule == owner)
}

/// What a segment adds to a measure.
pub(super) fn measure(
    sheet: &Sheet<'_>,
    facts: &[Share<'_>],
    by: &Measure,
) -> Result<Minor, Finding> {
    Ok(match by {
        Measure::GrossSales => sheet.total(StepName::GrossSales),
        Measure::NetSales => sheet.total(StepName::NetSales),
        Measure::GrossProfit => sheet.total(StepName::GrossProfit),
        Measure::ShareBase => sheet.total(StepName::ShareBase),
        Measure::Quantity(unit) => {
            let quantities = facts.iter().filter(|share| is_metered(share, unit));
            sheet.round(&quantities.map(Share::quantity).sum())?
        }
    })
}

/// Is it a charge or usage in this unit?
pub(super) fn is_metered(share: &Share<'_>, unit: &str) -> bool {
    matches!(share.key.kind, Kind::Charge | Kind::Usage) && share.key.unit == unit
}

/// Moves every measure that a segment of a schedule counts in.
pub(super) fn advance(
    sheet: &Sheet<'_>,
    schedule: &Schedule,
    from: Day,
    facts: &[Share<'_>],
    balances: &mut Balances,
) -> Result<(), Finding> {
    let mut moved: BTreeMap<BalanceName, &Measured> = BTreeMap::new();
    for owner in &sheet.contract.schedules {
        let measured = owner.terms_on(from).and_then(measured);
        if let Some(measured) = measured.filter(|one| counts(&schedule.id, &owner.id, one)) {
            moved.insert(name(&owner.id, measured), measured);
        }
    }
    for (name, measured) in moved {
        let sum = balances.get(&name) + measure(sheet, facts, &measured.by)?;
        balances.set(name, sum);
    }
    Ok(())
}

/// Sets what is measured back to nothing where a window begins with the period. The latest version
/// that asks for a measure says which window it has.
pub(super) fn begin(contract: &Contract, period: Period, balances: &mut Balances) {
    for schedule in &contract.schedules {
        let mut windows: BTreeMap<BalanceName, Window> = BTreeMap::new();
        let known = schedule.terms.iter().filter(|terms| terms.effective <= period.first_day());
        for terms in known {
            if let Some(measured) = measured(terms) {
                windows.insert(name(&schedule.id, measured), measured.window);
                for party in &contract.parties {
                    windows.insert(given(&schedule.id, &party.id), measured.window);
                }
            }
            windows.extend(hurdles(schedule, terms));
        }
        for (name, window) in windows {
            if window.begins_with(period) {
                balances.set(name, Minor::ZERO);
            }
        }
    }
}

fn shared(terms: &Terms) -> Option<&SharedTerms> {
    match &terms.basis {
        Basis::Shared(shared) => Some(shared),
        Basis::UsageFee(_) | Basis::Excluded => None,
    }
}

fn measured(terms: &Terms) -> Option<&Measured> {
    match &shared(terms)?.split.scale {
        Some(Scale::Measured(measured)) => Some(measured),
        Some(Scale::Deal { .. }) | None => None,
    }
}

fn hurdles(schedule: &Schedule, terms: &Terms) -> Vec<(BalanceName, Window)> {
    let list = shared(terms).map_or(&[][..], |shared| &shared.priority);
    let hurdle = |priority: &crate::contract::Priority| match &priority.take {
        Take::Rate { above: Some(hurdle), .. } => {
            Some((priority::measure(&schedule.id, &priority.name), hurdle.window))
        }
        Take::Rate { above: None, .. } | Take::Fee(_) => None,
    };
    list.iter().filter_map(hurdle).collect()
}

/// The balances that terms in force keep, to be shown even while they are zero.
pub(super) fn kept(contract: &Contract, schedule: &Schedule, terms: &Terms) -> Vec<BalanceName> {
    use crate::contract::Mode;
    let mut names: Vec<BalanceName> =
        hurdles(schedule, terms).into_iter().map(|(name, _)| name).collect();
    let Some(measured) = measured(terms) else { return names };
    names.push(name(&schedule.id, measured));
    if measured.mode == Mode::Retroactive {
        let split = shared(terms).map(|shared| &shared.split);
        let parties = split.into_iter().flat_map(|split| split.divisions());
        for (party, _) in parties.flat_map(|division| division.shares()) {
            names.push(given(&schedule.id, contract.party_name(party)));
        }
    }
    names
}

/// Divides a total over keyed weights. Weights in the total's own unit stay what they are, and the
/// difference is spread by their size; others divide it by size. Nothing without a weight.
pub(super) fn over<K: Ord + Clone>(
    total: &Ratio,
    weights: &BTreeMap<K, Ratio>,
    same_unit: bool,
) -> Option<Vec<(K, Ratio)>> {
    let sizes: Ratio = weights.values().map(Ratio::abs).sum();
    if sizes.is_zero() {
        return None;
    }
    let sum: Ratio = if same_unit { weights.values().sum() } else { Ratio::zero() };
    let scale = (total.clone() - sum) / sizes;
    let part = |(key, weight): (&K, &Ratio)| {
        let own = if same_unit { weight.clone() } else { Ratio::zero() };
        (key.clone(), own + &weight.abs() * &scale)
    };
    Some(weights.iter().map(part).collect())
}
