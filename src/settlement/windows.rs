//! What tiers have measured so far: one balance for each measure, and its windows.
//!
//! The law: a measure counts while terms that ask for it are in force, in whatever schedule it
//! arises, and starts again at nothing when its window begins. One over trailing periods is the sum
//! of what each of them added, and loses a period when that has become too old.

use std::collections::{BTreeMap, BTreeSet};

use super::balances::{BalanceKind, BalanceName, Balances};
use super::cards;
use super::placement::Share;
use super::priority;
use super::settled::StepName;
use super::sheet::Sheet;
use crate::calendar::{Day, Period};
use crate::contract::{
    Basis, Contract, Measure, Measured, Scale, Schedule, SharedTerms, Stretch, Take, Terms,
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
    let trailing = trailing(sheet.contract);
    for (name, measured) in moved {
        let moved = measure(sheet, facts, &measured.by)?;
        if trailing.contains_key(&name) {
            let layer = layer(&name, Period::of(from, sheet.contract.period));
            let sum = balances.get(&layer) + moved;
            balances.set(layer, sum);
        }
        let sum = balances.get(&name) + moved;
        balances.set(name, sum);
    }
    Ok(())
}

/// The measures that some version asks for over trailing periods, and over how many at most: what
/// each period adds to them is kept, also before that version is in force.
fn trailing(contract: &Contract) -> BTreeMap<BalanceName, u32> {
    let mut all: BTreeMap<BalanceName, u32> = BTreeMap::new();
    for schedule in &contract.schedules {
        for measured in schedule.terms.iter().filter_map(measured) {
            if let Stretch::Trailing(periods) = measured.window {
                let most = all.entry(name(&schedule.id, measured)).or_default();
                *most = periods.max(*most);
            }
        }
    }
    all
}

/// The balance of what one period added to a measure.
fn layer(name: &BalanceName, period: Period) -> BalanceName {
    BalanceName { kind: BalanceKind::TierPeriod, of: format!("{}/{period}", name.of) }
}

/// What each of the periods before added to a measure, by how many periods ago.
fn layers(name: &BalanceName, period: Period, balances: &Balances) -> Vec<(i64, BalanceName)> {
    let all = balances.iter().filter(|(layer, _)| layer.kind == BalanceKind::TierPeriod);
    let ago = |(layer, _): (&BalanceName, Minor)| {
        let of = layer.of.strip_prefix(&name.of)?.strip_prefix('/')?.parse().ok()?;
        Some((i64::from(period.since(of)), layer.clone()))
    };
    all.filter_map(ago).collect()
}

/// Sets what is measured back to nothing where a window begins with the period, and drops what has
/// become too old. The latest version that asks for a measure says which window it has.
pub(super) fn begin(contract: &Contract, period: Period, balances: &mut Balances) {
    for schedule in &contract.schedules {
        let mut windows: BTreeMap<BalanceName, Stretch> = BTreeMap::new();
        let known = schedule.terms.iter().filter(|terms| terms.effective <= period.first_day());
        for terms in known {
            if let Some(measured) = measured(terms) {
                windows.insert(name(&schedule.id, measured), measured.window);
                let given = contract.parties.iter().map(|party| given(&schedule.id, &party.id));
                // Nothing is caught up over trailing periods.
                if let Stretch::Since(_) = measured.window {
                    windows.extend(given.map(|name| (name, measured.window)));
                }
            }
            windows.extend(hurdles(schedule, terms));
            let rates = cards::counting(schedule, terms);
            windows.extend(rates.map(|(name, rate)| (name, Stretch::Since(rate.window))));
        }
        for (name, window) in windows {
            match window {
                Stretch::Since(window) if window.begins_with(period) => {
                    balances.set(name, Minor::ZERO);
                }
                Stretch::Since(_) => {}
                Stretch::Trailing(periods) => {
                    let layers = layers(&name, period, balances).into_iter();
                    let young = layers.filter(|(ago, _)| *ago < i64::from(periods));
                    let sum = young.map(|(_, layer)| balances.get(&layer)).sum();
                    balances.set(name, sum);
                }
            }
        }
    }
    for (name, most) in trailing(contract) {
        for (_, old) in
            layers(&name, period, balances).iter().filter(|(ago, _)| *ago >= i64::from(most))
        {
            balances.set(old.clone(), Minor::ZERO);
        }
    }
}

/// Which of some balances count units and not money.
pub(super) fn quantities(contract: &Contract, names: &[&BalanceName]) -> BTreeSet<BalanceName> {
    let versions =
        contract.schedules.iter().flat_map(|owner| owner.terms.iter().map(move |it| (owner, it)));
    let asked = versions.filter_map(|(owner, terms)| Some((owner, measured(terms)?)));
    let units = asked.filter(|(_, one)| matches!(one.by, Measure::Quantity(_)));
    let by_unit: BTreeSet<String> = units.map(|(owner, one)| name(&owner.id, one).of).collect();
    let counts = |name: &&&BalanceName| {
        let period = |of: &str| of.rsplit_once('/').is_some_and(|(of, _)| by_unit.contains(of));
        name.kind == BalanceKind::RateQuantity
            || (name.kind == BalanceKind::TierMeasure && by_unit.contains(&name.of))
            || (name.kind == BalanceKind::TierPeriod && period(&name.of))
    };
    names.iter().filter(counts).map(|name| (*name).clone()).collect()
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

fn hurdles(schedule: &Schedule, terms: &Terms) -> Vec<(BalanceName, Stretch)> {
    let list = shared(terms).map_or(&[][..], |shared| &shared.priority);
    let hurdle = |priority: &crate::contract::Priority| match &priority.take {
        Take::Rate { above: Some(hurdle), .. } => {
            let name = priority::measure(&schedule.id, &priority.name);
            Some((name, Stretch::Since(hurdle.window)))
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
    names.extend(cards::counting(schedule, terms).map(|(name, _)| name));
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
