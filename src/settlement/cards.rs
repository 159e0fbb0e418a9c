//! Rate cards at work: quantities by price, tiers, included quantities, flat fees and caps.
//!
//! The law: a segment costs what the quantity costs at its end less what it cost at its start, so
//! that what is included, reached and capped passes from segment to segment of a period.

use std::collections::BTreeMap;

use super::carried::Carried;
use super::placement::Share;
use super::sales::input;
use super::sheet::{ExactLines, add_exact};
use super::trace::Input;
use crate::contract::{Pattern, Rate};
use crate::fact::Key;
use crate::money::{Currency, Ratio};

/// What a rate has counted and charged since the period began.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
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
    currency: Currency,
    shares: impl Iterator<Item = &'s Share<'a>>,
    carried: &mut Carried<'_>,
    (exact, inputs): (&mut ExactLines, &mut Vec<Input>),
) {
    let mut priced: Vec<Vec<&Share<'_>>> = rates.iter().map(|_| Vec::new()).collect();
    for share in shares {
        if let Some(at) = rate_of(rates, share.key) {
            priced[at].push(share);
        }
    }
    for (rate, shares) in rates.iter().zip(priced) {
        let meter = carried.meters.entry(name(key, rate)).or_default();
        let flat = &rate.flat.to_ratio(currency) * &carried.days;
        let now: Ratio = shares.iter().map(|share| share.quantity()).sum();
        let Charge { price, scale } = meter.count(rate, &now, &flat, currency);
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
}

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
        let after = self.quantity.clone() + now.clone();
        let cost = rate.cost_of(&after) - rate.cost_of(&self.quantity);
        let price = match now.is_zero() {
            true => rate.next_at(&self.quantity),
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
        *self = Self { quantity: after, charged };
        Charge { price: &price * &scale, scale }
    }
}

fn name(key: &str, rate: &Rate) -> String {
    let products: Vec<&str> = rate.product.iter().map(Pattern::as_str).collect();
    format!("{key} {} {}", rate.unit, products.join(" "))
}
