//! Rate cards at work: quantities by price, tiers, included quantities, flat fees and caps.
//!
//! The law: a segment costs what the quantity costs at its end less what it cost at its start, so
//! that what is included, reached and capped passes from segment to segment of a period, and what is
//! included and reached from period to period of a longer window.

use std::collections::BTreeMap;

use super::balances::{BalanceKind, BalanceName};
use super::carried::Carried;
use super::placement::Share;
use super::sales::input;
use super::sheet::{ExactLines, add_exact, too_large};
use super::trace::Input;
use crate::contract::{Basis, Contract, Pattern, Rate, Schedule, Terms};
use crate::fact::Key;
use crate::finding::Finding;
use crate::money::{Currency, Minor, Ratio};

/// What a rate has counted and charged since the period began.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    /// What a longer window had counted when the period began.
    before: Ratio,
    quantity: Ratio,
    /// Before the cap.
    charged: Ratio,
}

/// Meters by the name of their rate: a version that prices the same unit of the same products
/// counts on.
pub(super) type Meters = BTreeMap<String, Meter>;

/// The place in the list of the rate that prices a fact.
pub(super) fn rate_of(rates: &[Rate], key: &Key) -> Option<usize> {
    rates.iter().position(|rate| rate.prices(&key.unit, &key.product))
}

/// Adds what the shares that a card prices cost in a segment, with its flat fees.
pub(super) fn charge<'s, 'a: 's>(
    (rates, key): (&[Rate], &str),
    contract: &Contract,
    shares: impl Iterator<Item = &'s Share<'a>>,
    carried: &mut Carried<'_>,
    (exact, inputs): (&mut ExactLines, &mut Vec<Input>),
) -> Result<(), Finding> {
    let currency = contract.currency;
    let mut priced: Vec<Vec<&Share<'_>>> = rates.iter().map(|_| Vec::new()).collect();
    for share in shares {
        if let Some(at) = rate_of(rates, share.key) {
            priced[at].push(share);
        }
    }
    for (rate, shares) in rates.iter().zip(priced) {
        let balance = quantity(carried.schedule, key, rate);
        let before = carried.balances.get(&balance).to_ratio(currency);
        let fresh = || Meter { before, ..Meter::default() };
        let meter = carried.meters.entry(name(key, rate)).or_insert_with(fresh);
        let flat = &rate.flat.to_ratio(currency) * &carried.days;
        let now: Ratio = shares.iter().map(|share| share.quantity()).sum();
        let Charge { price, scale } = meter.count(rate, &now, &flat, currency);
        if rate.counts_on() {
            let counted = meter.counted(rate);
            let counted = Minor::round(&counted, currency, contract.rounding).map_err(too_large)?;
            carried.balances.set(balance, counted);
        }
        for share in shares {
            let amount = &share.quantity() * &price;
            add_exact(exact, share.product, &amount);
            inputs.push(input(share, Some(price.clone()), amount));
        }
        if flat.is_positive() {
            let amount = &flat * &scale;
            add_exact(exact, "", &amount);
            inputs.push(Input::Flat { unit: rate.unit.clone(), exact: amount });
        }
    }
    Ok(())
}

/// The rates of terms that count longer than a period, with the balances that they count in.
pub fn counting<'t>(
    schedule: &Schedule,
    terms: &'t Terms,
) -> impl Iterator<Item = (BalanceName, &'t Rate)> {
    let (rates, key) = match &terms.basis {
        Basis::Shared(shared) => (&shared.cost.rates[..], COST_RATES),
        Basis::UsageFee(fee) => (&fee.rates[..], RATES),
        Basis::Excluded => (&[][..], RATES),
    };
    let counting = rates.iter().filter(|rate| rate.counts_on());
    counting.map(move |rate| (quantity(schedule, key, rate), rate))
}

/// The balance of what a rate has counted: by unit, and by products if it does not price all.
fn quantity(schedule: &Schedule, key: &str, rate: &Rate) -> BalanceName {
    let mut of = schedule.id.clone();
    let card = (key != RATES).then_some(key);
    let products: Vec<&str> = rate.product.iter().map(Pattern::as_str).collect();
    let products = (!rate.product.iter().any(Pattern::is_any)).then(|| products.join("+"));
    for part in [card, Some(&rate.unit), products.as_deref()].into_iter().flatten() {
        of.push('/');
        of.push_str(part);
    }
    BalanceName { kind: BalanceKind::RateQuantity, of }
}

/// The keys of the two cards of a contract.
pub(super) const RATES: &str = "rates";
pub(super) const COST_RATES: &str = "cost.rates";

/// The price of one unit in a segment, and which part of a flat fee the cap leaves.
struct Charge {
    price: Ratio,
    scale: Ratio,
}

impl Meter {
    fn count(&mut self, rate: &Rate, now: &Ratio, flat: &Ratio, currency: Currency) -> Charge {
        if rate.is_plain() {
            return Charge { price: rate.each(), scale: Ratio::one() };
        }
        let start = self.counted(rate);
        let cost = rate.cost_of(&(start.clone() + now.clone())) - rate.cost_of(&start);
        let price = match now.is_zero() {
            true => rate.next_at(&start),
            false => cost.clone() / now.clone(),
        };
        let whole = cost + flat.clone();
        let charged = self.charged.clone() + whole.clone();
        let scale = match rate.cap.map(|cap| cap.to_ratio(currency)) {
            Some(cap) if !whole.is_zero() => {
                let capped = charged.clone().min(cap.clone()) - self.charged.clone().min(cap);
                capped / whole
            }
            Some(_) | None => Ratio::one(),
        };
        self.quantity += now;
        self.charged = charged;
        Charge { price: &price * &scale, scale }
    }

    /// The quantity since the rate's window began.
    fn counted(&self, rate: &Rate) -> Ratio {
        match rate.counts_on() {
            true => self.before.clone() + self.quantity.clone(),
            false => self.quantity.clone(),
        }
    }
}

fn name(key: &str, rate: &Rate) -> String {
    let products: Vec<&str> = rate.product.iter().map(Pattern::as_str).collect();
    format!("{key} {} {}", rate.unit, products.join(" "))
}
