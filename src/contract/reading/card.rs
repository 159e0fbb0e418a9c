//! Rate cards in words.

use super::words::{amount, grouped, one_of, price};
use crate::contract::{Contract, Graduation, Pattern, Rate, Window};
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
        let of = span(rate.window);
        text.push_str(&match rate.graduation {
            Graduation::Graduated => format!(", each slice of {of} at its own price"),
            Graduation::Volume => format!(", all of {of} at the price that it reaches"),
        });
    }
    if !rate.included.is_zero() {
        let included = grouped(&rate.included.to_string());
        text.push_str(&format!("; the first {included} of {} are included", span(rate.window)));
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

fn span(window: Window) -> String {
    match window {
        Window::Period => "a period".to_owned(),
        Window::CalendarYear => "a calendar year".to_owned(),
        Window::ContractYear(day) => format!("a year from the period of {day}"),
        Window::Lifetime => "the whole time".to_owned(),
    }
}

fn prices(contract: &Contract, rate: &Rate) -> String {
    let one = |exact: Exact| format!("{} {}", price(contract, exact), contract.currency);
    let tiers = rate.tiers.iter().map(|tier| match tier.from.is_zero() {
        true => one(tier.price),
        false => format!("{} from {} on", one(tier.price), grouped(&tier.from.to_string())),
    });
    tiers.collect::<Vec<_>>().join(", ")
}
