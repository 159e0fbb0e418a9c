//! The words that a contract knows: products, channels, units, categories to make facts of.

use std::collections::BTreeSet;

use crate::contract::{Basis, Contract, Driver, Pattern, Rate, Selector};

/// Names that the contract's scopes, rates and clauses speak of; no list is empty.
pub(super) struct Vocabulary {
    /// Product and channel of each schedule.
    pub(super) places: Vec<(String, String)>,
    pub(super) units: Vec<String>,
    pub(super) cost_categories: Vec<String>,
    pub(super) fee_categories: Vec<String>,
}

impl Vocabulary {
    pub(super) fn of(contract: &Contract) -> Self {
        let mut words = Words::default();
        contract.schedules.iter().for_each(|schedule| words.schedule(schedule));
        for rule in &contract.shared_costs {
            words.costs.extend(rule.category.iter().map(name));
            if let Driver::Unit(unit) = &rule.driver {
                words.units.insert(unit.clone());
            }
        }
        Self {
            places: words.places.into_iter().collect(),
            units: or(words.units, "unit"),
            cost_categories: or(words.costs, "compute"),
            fee_categories: or(words.fees, "listing"),
        }
    }
}

#[derive(Default)]
struct Words {
    places: BTreeSet<(String, String)>,
    units: BTreeSet<String>,
    costs: BTreeSet<String>,
    fees: BTreeSet<String>,
}

impl Words {
    fn schedule(&mut self, schedule: &crate::contract::Schedule) {
        for product in names(&schedule.scope.product, "model-a") {
            for channel in names(&schedule.scope.channel, "marketplace") {
                self.places.insert((product.clone(), channel));
            }
        }
        for terms in &schedule.terms {
            match &terms.basis {
                Basis::Shared(shared) => {
                    self.rates(&shared.rates);
                    self.rates(&shared.cost.rates);
                    self.costs.extend(shared.cost.deduct.iter().map(name));
                    for part in shared.deductions.iter().flat_map(|each| &each.parts) {
                        if let Selector::Facts { categories, .. } = part {
                            self.fees.extend(categories.iter().map(name));
                        }
                    }
                }
                Basis::UsageFee(fee) => self.rates(&fee.rates),
            }
        }
    }

    fn rates(&mut self, rates: &[Rate]) {
        self.units.extend(rates.iter().map(|rate| rate.unit.clone()));
    }
}

/// A name that the pattern matches.
fn name(pattern: &Pattern) -> String {
    pattern.as_str().replace('*', "a")
}

fn names(patterns: &[Pattern], open: &str) -> Vec<String> {
    if patterns.is_empty() { vec![open.to_owned()] } else { patterns.iter().map(name).collect() }
}

fn or(words: BTreeSet<String>, open: &str) -> Vec<String> {
    if words.is_empty() { vec![open.to_owned()] } else { words.into_iter().collect() }
}
