//! Cost, its uplift, what is carried in, what exceeds the ceiling, and the gross profit.

use super::balances::BalanceKind;
use super::cards;
use super::carried::Carried;
use super::layers::Opened;
use super::placement::Share;
use super::sales::{Used, input};
use super::settled::StepName;
use super::sheet::{ExactLines, Heading, Lines, Sheet, add_exact, trace};
use super::trace::{Input, Rule};
use crate::contract::{Ceiling, CostTerms, ShareKind, SharedTerms};
use crate::fact::{Key, Kind};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// Writes the steps from cost to gross profit.
pub(super) fn write(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
) -> Result<(), Finding> {
    let cost = match terms.kind {
        ShareKind::GrossProfit => Some(&terms.cost),
        ShareKind::NetSales => None,
    };
    let lines = write_cost(sheet, terms, shares, carried)?;
    write_uplift(sheet, cost.and_then(|cost| cost.uplift.as_ref()), &lines)?;
    write_excess(sheet, cost, carried)?;
    let (plus, minus) = (Minor(1), Minor(-1));
    sheet.write_sum(
        Heading::of(StepName::GrossProfit, "basis"),
        &[
            (plus, StepName::NetSales),
            (minus, StepName::Cost),
            (minus, StepName::Uplift),
            (minus, StepName::CarriedIn),
            (plus, StepName::Excess),
        ],
    );
    Ok(())
}

/// How a fact enters the cost, if it does: as an amount, or as a quantity that a rate prices.
pub(super) enum CostPart {
    Amount,
    Metered,
}

pub(super) fn cost_part(terms: &SharedTerms, key: &Key) -> Option<CostPart> {
    if terms.kind == ShareKind::NetSales {
        return None;
    }
    let metered = || cards::rate_of(&terms.cost.rates, key);
    match key.kind {
        Kind::Cost => {
            let named = terms.cost.deduct.iter().any(|pattern| pattern.matches(&key.category));
            named.then_some(CostPart::Amount)
        }
        Kind::Usage | Kind::Charge => metered().map(|_| CostPart::Metered),
        Kind::Refund
        | Kind::Credit
        | Kind::Chargeback
        | Kind::Tax
        | Kind::Fee
        | Kind::Collected => None,
    }
}

fn write_cost(
    sheet: &mut Sheet<'_>,
    terms: &SharedTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
) -> Result<Lines, Finding> {
    let (mut exact, mut inputs): (ExactLines, Vec<Input>) = Default::default();
    let mut metered: Vec<&Share<'_>> = Vec::new();
    for share in shares {
        match cost_part(terms, share.key) {
            Some(CostPart::Amount) => {
                let amount = share.amount();
                add_exact(&mut exact, share.product, &amount);
                inputs.push(input(share, None, amount));
            }
            Some(CostPart::Metered) => metered.push(share),
            None => {}
        }
    }
    if terms.kind == ShareKind::GrossProfit {
        let (card, contract) = ((&terms.cost.rates[..], cards::COST_RATES), sheet.contract);
        let into = (&mut exact, &mut inputs);
        cards::charge(card, contract, metered.into_iter(), carried, into)?;
    }
    let rule = match terms.kind {
        ShareKind::GrossProfit => Rule::SumOfFacts,
        ShareKind::NetSales => Rule::Nothing,
    };
    let (_, lines) =
        sheet.write_exact(Heading::of(StepName::Cost, "cost.deduct"), &exact, rule, inputs)?;
    Ok(lines)
}

fn write_uplift(sheet: &mut Sheet<'_>, rate: Option<&Ratio>, cost: &Lines) -> Result<(), Finding> {
    let heading = Heading::of(StepName::Uplift, "cost.uplift");
    let Some(rate) = rate else {
        sheet.write_plain(heading, Minor::ZERO, trace(Rule::Nothing, Vec::new()));
        return Ok(());
    };
    let currency = sheet.contract.currency;
    let part =
        |(product, amount): (&String, &Minor)| (product.clone(), rate * &amount.to_ratio(currency));
    let exact: ExactLines = cost.iter().map(part).collect();
    let base = cost.values().copied().sum();
    sheet.write_exact(heading, &exact, Rule::RateOf { rate: rate.clone(), base }, Vec::new())?;
    Ok(())
}

/// Carried-in and excess: what the ceiling leaves over now, and what it left over before.
fn write_excess(
    sheet: &mut Sheet<'_>,
    cost: Option<&CostTerms>,
    carried: &mut Carried<'_>,
) -> Result<(), Finding> {
    let ceiling = cost.and_then(|cost| cost.ceiling.as_ref());
    // The terms under which an excess arose decide its fate: what was to be carried is carried in
    // by the next segment that deducts cost, even if an excess of its own would lapse.
    let Opened { before, borne } = match cost {
        Some(cost) => {
            let of = (BalanceKind::ExcessCost, "");
            carried.open(
                sheet.contract,
                of,
                |terms| terms.cost.excess.carry(),
                cost.excess.carry(),
            )?
        }
        None => Opened::default(),
    };
    let rule = if before.is_zero() { Rule::Nothing } else { Rule::Carried { before, borne } };
    sheet.write_plain(
        Heading::of(StepName::CarriedIn, "cost.excess"),
        before,
        trace(rule, Vec::new()),
    );
    let own = sheet.total(StepName::Cost) + sheet.total(StepName::Uplift);
    let amount = own + before;
    let limit = match ceiling {
        Some(ceiling) => Some(limit(sheet, ceiling, &carried.used)?),
        None => None,
    };
    let excess = limit.map_or(Minor::ZERO, |limit| (amount - limit).positive());
    let rule = limit.map_or(Rule::Nothing, |limit| Rule::Limit { amount, limit });
    sheet.write_plain(
        Heading::of(StepName::Excess, "cost.ceiling"),
        excess,
        trace(rule, Vec::new()),
    );
    *carried.used.entry(CEILING.to_owned()).or_default() += amount - excess;
    if let Some(cost) = cost {
        let mut layers = carried.layers(BalanceKind::ExcessCost, "");
        layers.hand_on(cost.excess.carry(), own, excess);
    }
    Ok(())
}

/// Under which name an absolute ceiling is counted through the segments of a period.
const CEILING: &str = "cost.ceiling";

/// The most that is deducted now; never below zero.
fn limit(sheet: &Sheet<'_>, ceiling: &Ceiling, used: &Used) -> Result<Minor, Finding> {
    Ok(match ceiling {
        Ceiling::RateOfNetSales(rate) => sheet.rate_of(rate, sheet.total(StepName::NetSales))?,
        Ceiling::Amount(budget) => {
            let whole = Ratio::one() + budget.tolerance.clone();
            let most = sheet.rate_of(&whole, budget.amount)?;
            most - used.get(CEILING).copied().unwrap_or_default()
        }
    }
    .positive())
}
