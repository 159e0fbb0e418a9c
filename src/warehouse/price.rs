//! Is a charge without an amount priced by a rate card? The contracts' scopes, versions and rates as
//! one condition.

use super::Dialect;
use crate::contract::{Basis, Contract, Pattern, Rate, Schedule, Scope};

/// Does the rate card of some contract, in force on the day, price the row?
pub(super) fn is_priced(dialect: Dialect, contracts: &[Contract]) -> String {
    let any = contracts.iter().filter(|contract| contract.schedules.iter().any(has_rates));
    let tests: Vec<String> = any.map(|contract| by_contract(dialect, contract)).collect();
    if tests.is_empty() {
        return "FALSE".to_owned();
    }
    format!("(quantity_value IS NOT NULL AND unit IS NOT NULL AND ({}))", tests.join("\n      OR "))
}

fn rates(basis: &Basis) -> &[Rate] {
    match basis {
        Basis::Shared(shared) => &shared.rates,
        Basis::UsageFee(fee) => &fee.rates,
        Basis::Excluded => &[],
    }
}

fn has_rates(schedule: &Schedule) -> bool {
    schedule.terms.iter().any(|terms| !rates(&terms.basis).is_empty())
}

/// The first schedule whose scope the row matches decides.
fn by_contract(dialect: Dialect, contract: &Contract) -> String {
    let day = dialect.day_of("time_value", &contract.zone);
    let arm = |schedule: &Schedule| {
        let (scope, terms) =
            (in_scope(dialect, &schedule.scope), in_force(dialect, schedule, &day));
        format!("WHEN {scope} THEN {terms}")
    };
    let arms: Vec<String> = contract.schedules.iter().map(arm).collect();
    format!("CASE {} ELSE FALSE END", arms.join(" "))
}

pub(super) fn in_scope(dialect: Dialect, scope: &Scope) -> String {
    let one = |name: &str, list: &[Pattern]| {
        (!list.is_empty()).then(|| dialect.is_one_of(&format!("COALESCE({name}, '')"), list))
    };
    let tests = [
        one("product", &scope.product),
        one("channel", &scope.channel),
        one("region", &scope.region),
        one("customer", &scope.customer),
    ];
    let tests: Vec<String> = tests.into_iter().flatten().collect();
    if tests.is_empty() { "TRUE".to_owned() } else { tests.join(" AND ") }
}

/// Versions from the latest to the first: the first that has begun is in force.
fn in_force(dialect: Dialect, schedule: &Schedule, day: &str) -> String {
    let mut arms = String::new();
    if let Some(end) = schedule.ends {
        arms += &format!(" WHEN {day} > '{end}' THEN FALSE");
    }
    for terms in schedule.terms.iter().rev() {
        let Some(in_force) = schedule.terms_on(terms.effective) else { continue };
        let priced = by_rates(dialect, rates(&in_force.basis));
        arms += &format!(" WHEN {day} >= '{}' THEN {priced}", terms.effective);
    }
    if arms.is_empty() { "FALSE".to_owned() } else { format!("CASE{arms} ELSE FALSE END") }
}

fn by_rates(dialect: Dialect, rates: &[Rate]) -> String {
    let one = |rate: &Rate| {
        let product = dialect.is_one_of("COALESCE(product, '')", &rate.product);
        format!("(unit = {} AND {product})", dialect.text(&rate.unit))
    };
    let tests: Vec<String> = rates.iter().map(one).collect();
    if tests.is_empty() { "FALSE".to_owned() } else { format!("({})", tests.join(" OR ")) }
}
