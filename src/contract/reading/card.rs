//! Rate cards in words.

use super::words::{amount, grouped, one_of, price};
use crate::contract::{Contract, Graduation, Pattern, Rate};
use crate::money::{Exact, Ratio};

/// `5.00 USD per 1,000,000 input-token of opus-*`, and what else the rate says.
pub(super) fn rate(contract: &Contract, rate: &Rate) -> String {
    let per = match rate.per.to_ratio() == Ratio::one() {
        true => String::new(),
        false => format!("{} ", grouped(&rate.per.to_string())),
    };
    let product = match rate.product.iter().any(Pattern::is_any) {
        true => String::new(),
        false => format!(" of {}", one_of(&rate.product)),
    };
    let mut text = format!("{} per {per}{}{product}", prices(contract, rate), rate.unit);
    if rate.tiers.len() > 1 {
        text.push_str(match rate.graduation {
            Graduation::Graduated => ", each slice of a period at its own price",
            Graduation::Volume => ", all of a period at the price that it reaches",
        });
    }
    if !rate.included.is_zero() {
        let included = grouped(&rate.included.to_string());
        text.push_str(&format!("; the first {included} of a period are included"));
    }
    if !rate.flat.is_zero() {
        let flat = amount(contract, rate.flat);
        text.push_str(&format!("; plus {flat} a period, by days where it is broken"));
    }
    if let Some(cap) = rate.cap {
        text.push_str(&format!("; at most {} a period", amount(contract, cap)));
    }
    text
}

fn prices(contract: &Contract, rate: &Rate) -> String {
    let one = |exact: Exact| format!("{} {}", price(contract, exact), contract.currency);
    let tiers = rate.tiers.iter().map(|tier| match tier.from.is_zero() {
        true => one(tier.price),
        false => format!("{} from {} on", one(tier.price), grouped(&tier.from.to_string())),
    });
    tiers.collect::<Vec<_>>().join(", ")
}
