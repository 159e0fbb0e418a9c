//! Random facts in the words of a contract: from nothing sold to the stated volume, from no cost to
//! a month of losses.

use super::chance::Chance;
use super::vocabulary::Vocabulary;
use super::{Plan, first_period};
use crate::calendar::{Day, Moment, Period};
use crate::contract::Contract;
use crate::fact::{Fact, Kind};
use crate::money::Exact;

/// Some facts a month, over all the plan's months.
pub(super) fn months(
    contract: &Contract,
    words: &Vocabulary,
    plan: &Plan,
    chance: &mut Chance,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut period = first_period(contract);
    for _ in 0..plan.months {
        // Small months matter as much as large ones: the size is drawn by its order of magnitude.
        let digits = u64::from(plan.volume.max(1).ilog10()) + 1;
        let power = u32::try_from(chance.below(digits) + 1).expect("few digits");
        let size = 10_u64.saturating_pow(power).min(plan.volume.max(1));
        for _ in 0..=chance.below(5) {
            facts.push(fact(contract, words, size, period, facts.len(), chance));
        }
        period = period.next();
    }
    facts
}

fn fact(
    contract: &Contract,
    words: &Vocabulary,
    size: u64,
    period: Period,
    number: usize,
    chance: &mut Chance,
) -> Fact {
    let kinds =
        [Kind::Charge, Kind::Charge, Kind::Cost, Kind::Cost, Kind::Usage, Kind::Refund, Kind::Fee];
    let kind = *chance.one_of(&kinds);
    let (product, channel) = chance.one_of(&words.places).clone();
    let day = day_of(period, chance);
    let mut fact = Fact {
        product,
        channel,
        unit: chance.one_of(&words.units).clone(),
        ..Fact::new(kind, format!("f-{number}"), Moment::On(day))
    };
    let amount = whole(chance.below(size) + 1);
    match kind {
        Kind::Usage => fact.quantity = Some(amount),
        Kind::Cost => {
            fact.category.clone_from(chance.one_of(&words.cost_categories));
            fact.amount = Some(amount);
        }
        Kind::Fee => {
            fact.category.clone_from(chance.one_of(&words.fee_categories));
            fact.amount = Some(-whole(chance.below(size / 20 + 1)));
        }
        Kind::Refund => fact.amount = Some(-whole(chance.below(size / 4 + 1))),
        Kind::Charge | Kind::Credit | Kind::Chargeback | Kind::Tax | Kind::Collected => {
            fact.amount = Some(amount);
            fact.quantity = Some(amount);
        }
    }
    if kind != Kind::Usage {
        fact.currency = Some(contract.currency);
    }
    fact
}

fn day_of(period: Period, chance: &mut Chance) -> Day {
    let days = u64::try_from(period.days()).expect("a period has days");
    period.first_day().plus(i64::try_from(chance.below(days)).expect("a few days"))
}

fn whole(units: u64) -> Exact {
    Exact::from(i64::try_from(units).unwrap_or(i64::MAX))
}
