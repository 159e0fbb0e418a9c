//! The contract with two clauses the other way round: does their order matter?

use super::vocabulary::Vocabulary;
use crate::contract::{Basis, Contract, Rate, SharedTerms};

/// A contract in which two clauses changed places.
pub(super) struct Order {
    /// Which: `the deductions card and all of marketplace`.
    pub(super) what: String,
    pub(super) contract: Contract,
}

/// Contracts with many clauses are tried with so many pairs.
const MOST: usize = 32;

/// Every pair of neighbours in a list whose order could mean something.
pub(super) fn orders(contract: &Contract, words: &Vocabulary) -> Vec<Order> {
    let mut orders = schedules(contract, words);
    for (at, schedule) in contract.schedules.iter().enumerate() {
        let version = schedule.terms.len().saturating_sub(1);
        let basis = schedule.terms.get(version).map(|terms| &terms.basis);
        let of = &schedule.id;
        match basis {
            Some(Basis::Shared(shared)) => {
                let mut shared_pairs = |what: &str, names: Vec<&str>, swap: SwapShared| {
                    for (one, pair) in names.windows(2).enumerate() {
                        let mut other = contract.clone();
                        if let Basis::Shared(terms) = &mut other.schedules[at].terms[version].basis
                        {
                            swap(terms, one);
                        }
                        let what = format!("the {what} {} and {} of {of}", pair[0], pair[1]);
                        orders.push(Order { what, contract: other });
                    }
                };
                let names = shared.deductions.iter().map(|each| each.name.as_str()).collect();
                shared_pairs("deductions", names, |terms, one| terms.deductions.swap(one, one + 1));
                let names = shared.priority.iter().map(|each| each.name.as_str()).collect();
                shared_pairs("priorities", names, |terms, one| terms.priority.swap(one, one + 1));
            }
            Some(Basis::UsageFee(fee)) => {
                for (one, other) in overlapping(&fee.rates, words) {
                    let mut swapped = contract.clone();
                    if let Basis::UsageFee(fee) = &mut swapped.schedules[at].terms[version].basis {
                        fee.rates.swap(one, other);
                    }
                    let unit = &fee.rates[one].unit;
                    let (one, other) = (one + 1, other + 1);
                    let what = format!("rates {one} and {other} of {of}, both for {unit},");
                    orders.push(Order { what, contract: swapped });
                }
            }
            Some(Basis::Excluded) | None => {}
        }
    }
    beside(contract, &mut orders);
    orders.truncate(MOST);
    orders
}

type SwapShared = fn(&mut SharedTerms, usize);

/// Schedules that match the same facts: the first takes them.
fn schedules(contract: &Contract, words: &Vocabulary) -> Vec<Order> {
    let mut orders = Vec::new();
    let list = &contract.schedules;
    for (one, first) in list.iter().enumerate() {
        for (other, second) in list.iter().enumerate().skip(one + 1) {
            let both = words.places.iter().any(|place| {
                let at = (&place.product, &place.channel, &place.region, &place.customer);
                let takes = |scope: &crate::contract::Scope| scope.matches(at.0, at.1, at.2, at.3);
                takes(&first.scope) && takes(&second.scope)
            });
            if both {
                let mut swapped = contract.clone();
                swapped.schedules.swap(one, other);
                let what = format!("the schedules {} and {}, which overlap,", first.id, second.id);
                orders.push(Order { what, contract: swapped });
            }
        }
    }
    orders
}

/// Rates that price the same unit of the same product: the first does.
fn overlapping(rates: &[Rate], words: &Vocabulary) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (one, first) in rates.iter().enumerate() {
        for (other, second) in rates.iter().enumerate().skip(one + 1) {
            let both = words.places.iter().any(|place| {
                first.prices(&first.unit, &place.product)
                    && second.prices(&first.unit, &place.product)
            });
            if both {
                pairs.push((one, other));
            }
        }
    }
    pairs
}

/// Contract-wide clauses of one kind follow each other in the order of the file.
fn beside(contract: &Contract, orders: &mut Vec<Order>) {
    let mut pairs = |what: &str, names: Vec<&str>, swap: fn(&mut Contract, usize)| {
        for (one, pair) in names.windows(2).enumerate() {
            let mut other = contract.clone();
            swap(&mut other, one);
            let what = format!("the {what} {} and {}", pair[0], pair[1]);
            orders.push(Order { what, contract: other });
        }
    };
    let names = contract.floors.iter().map(|each| each.name.as_str()).collect();
    pairs("floors", names, |contract, one| contract.floors.swap(one, one + 1));
    let names = contract.most_favoured.iter().map(|each| each.name.as_str()).collect();
    pairs("most-favoured clauses", names, |contract, one| {
        contract.most_favoured.swap(one, one + 1)
    });
    let names = contract.guarantees.iter().map(|each| each.name.as_str()).collect();
    pairs("guarantees", names, |contract, one| contract.guarantees.swap(one, one + 1));
    let names = contract.advances.iter().map(|each| each.name.as_str()).collect();
    pairs("advances", names, |contract, one| contract.advances.swap(one, one + 1));
    let names = contract.reserves.iter().map(|each| each.name.as_str()).collect();
    pairs("reserves", names, |contract, one| contract.reserves.swap(one, one + 1));
    let names = contract.caps.iter().map(|each| each.name.as_str()).collect();
    pairs("caps", names, |contract, one| contract.caps.swap(one, one + 1));
    let names = contract.cash.withholdings.iter().map(|each| each.name.as_str()).collect();
    pairs("withholdings", names, |contract, one| contract.cash.withholdings.swap(one, one + 1));
}
