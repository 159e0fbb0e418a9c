//! What holds for every contract and every set of facts: semantics §10.

use std::collections::BTreeMap;

use num_traits::Signed;

use super::outcome::{Adjusted, Outcome, Segment};
use super::plain_clauses::{Least, Wide};
use super::world::{Deal, OffTheTop, PlainContract, PlainFact, PlainTerms, Take, What, World};

/// Footing, conservation, cash and roll-forward of one world's statements.
pub(crate) fn hold(contract: &PlainContract, outcomes: &[Outcome]) -> Result<(), String> {
    let mut before: BTreeMap<String, i128> = BTreeMap::new();
    for outcome in outcomes {
        for (_, segments) in &outcome.schedules {
            segments.iter().try_for_each(foots)?;
        }
        let positions: i128 = outcome.positions.values().sum();
        same("positions add up to net-sales", positions, outcome.sum("net-sales"))?;
        for (at, party) in contract.parties.iter().enumerate() {
            let sold = contract.schedules.iter().filter(|schedule| schedule.seller == at);
            let held: i128 = sold.map(|schedule| outcome.total(&schedule.id, "net-sales")).sum();
            let paid = contract.parties.iter().map(|other| outcome.pays(party, other));
            let got = contract.parties.iter().map(|other| outcome.pays(other, party));
            let cash = held - paid.sum::<i128>() + got.sum::<i128>();
            let moved: i128 = outcome.adjustments.iter().map(|a| moved_to(a, party)).sum();
            let due = outcome.position(party) + moved;
            same("what a party holds is its position and what clauses moved", cash, due)?;
        }
        for (name, [opening, movement, closing]) in &outcome.balances {
            same(name, opening + movement, *closing)?;
            same(name, *opening, before.get(name).copied().unwrap_or(0))?;
        }
        for name in before.keys().filter(|name| before[*name] != 0) {
            let known = outcome.balances.contains_key(name);
            same("a balance is still on the statement", i128::from(known), 1)?;
        }
        before = super::oracle::closing(outcome);
    }
    Ok(())
}

/// What a clause moved to a party.
fn moved_to((_, _, from, to, _, amount): &Adjusted, party: &str) -> i128 {
    if from == party {
        -amount
    } else if to == party {
        *amount
    } else {
        0
    }
}

fn foots(segment: &Segment) -> Result<(), String> {
    let of = |step| segment.total(step);
    for step in &segment.steps {
        same(&step.step, step.lines.values().sum(), step.total)?;
    }
    let net = of("gross-sales") + of("refunds") + of("deductions");
    same("net-sales", net, of("net-sales"))?;
    let cost = of("cost") + of("uplift") + of("carried-in") - of("excess");
    same("gross-profit", net - cost, of("gross-profit"))?;
    let base = of("gross-profit") + of("loss-carry") - of("priority");
    same("share-base", base, of("share-base"))?;
    same("shares", segment.shares.values().sum(), base)
}

fn same(what: &str, left: i128, right: i128) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what}: {left} is not {right}")) }
}

/// The world with every deal renewed, unchanged, on a day of its life.
pub(crate) fn renewed(world: &World, on: time::Date) -> World {
    let mut renewed = world.clone();
    for schedule in &mut renewed.contract.schedules {
        let at = schedule.terms.iter().rposition(|terms| terms.effective < on);
        let taken = schedule.terms.iter().any(|terms| terms.effective == on);
        if let Some(at) = at.filter(|_| !taken) {
            let deal = schedule.terms[at].deal.clone();
            schedule.terms.insert(at + 1, PlainTerms { effective: on, deal });
        }
    }
    renewed
}

/// The world with nothing but its charges, each refunded in full at once, under deductions that
/// leave refunds alone.
pub(crate) fn all_refunded(world: &World) -> World {
    let mut refunded = world.clone();
    for schedule in &mut refunded.contract.schedules {
        schedule.terms.iter_mut().for_each(|terms| leave_refunds_alone(&mut terms.deal));
    }
    // So is what was agreed whatever is sold.
    refunded.contract.clauses.retain(|clause| match &clause.what {
        Wide::Floor { least, .. } => matches!(least, Least::Rate(_, of) if *of != "gross-sales"),
        Wide::Guarantee(_) | Wide::Audit { .. } => false,
        // The balance of an advance waits for earnings.
        Wide::Advance { .. } => false,
        Wide::MostFavoured { .. }
        | Wide::Reserve { .. }
        | Wide::Cap { .. }
        | Wide::Withholding { .. }
        | Wide::MinimumPayment { .. } => true,
    });
    let charges =
        world.facts.iter().filter(|fact| fact.what == What::Charge && fact.amount.is_some());
    refunded.facts = charges
        .flat_map(|charge| {
            // A quantity would be a usage fee, which nobody refunds.
            let charge = PlainFact { quantity: None, unit: "", ..charge.clone() };
            let refund = PlainFact {
                what: What::Refund,
                id: format!("refund of {}", charge.id),
                amount: charge.amount.clone().map(|amount| -amount),
                reference: Some(charge.id.clone()),
                ..charge.clone()
            };
            [charge, refund]
        })
        .collect();
    refunded
}

fn leave_refunds_alone(deal: &mut Deal) {
    let Deal::Shared(shared) = deal else { return };
    // A fee is due whatever was sold, and gross sales know no refunds.
    shared.priority.retain(|entry| match &entry.take {
        OffTheTop::Fee(_) => false,
        OffTheTop::Rate { of, .. } => *of != "gross-sales",
    });
    shared.tiers = shared.tiers.take().filter(|tiers| tiers.by != "gross-sales");
    let Some(deductions) = &mut shared.deductions else { return };
    for deduction in deductions.iter_mut() {
        deduction.parts.retain_mut(|part| match part {
            Take::Rate(_) => true,
            Take::Facts { kinds, .. } => {
                kinds.retain(|kind| *kind != What::Refund);
                !kinds.is_empty()
            }
        });
    }
    deductions.retain(|deduction| !deduction.parts.is_empty());
}

/// The world without what merging two products changes by agreement. Shared cost goes to positive
/// keys only: a product with a negative one weighs nothing by itself, but something beside
/// another; and cost that names one product goes nowhere if that one alone has no key.
pub(crate) fn with_plain_keys(world: &World) -> World {
    let mut world = world.clone();
    let correction = |fact: &PlainFact| fact.quantity.as_ref().is_some_and(Signed::is_negative);
    let restricted = |fact: &PlainFact| {
        fact.what == What::Cost && fact.channel.is_empty() && !fact.product.is_empty()
    };
    world.facts.retain(|fact| !correction(fact) && !restricted(fact));
    world
}

/// The world in which two products that its contract treats alike are one; none if it does not.
pub(crate) fn merged(world: &World) -> Option<World> {
    let (kept, gone) = ("haiku-3", "haiku-9");
    let named = |patterns: &[String]| patterns.iter().any(|name| name == kept || name == gone);
    if world.contract.schedules.iter().any(|schedule| named(&schedule.scope.product)) {
        return None;
    }
    let mut merged = world.clone();
    for fact in &mut merged.facts {
        if fact.product == gone {
            fact.product = kept;
        }
    }
    Some(merged)
}

/// What merging products must not change.
pub(crate) fn without_lines(outcomes: &[Outcome]) -> Vec<Outcome> {
    let mut bare = outcomes.to_vec();
    let segments = bare.iter_mut().flat_map(|outcome| &mut outcome.schedules);
    for step in segments.flat_map(|(_, list)| list).flat_map(|segment| &mut segment.steps) {
        step.lines.clear();
    }
    bare
}
