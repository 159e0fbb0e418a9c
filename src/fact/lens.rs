//! What the tally has to keep apart for the contracts at hand.

use crate::calendar::Zone;
use crate::contract::{Contract, Pattern, Schedule};

/// The time zones in use, and the customers and deals that some contract names. All other
/// customers and deals are added up together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lens {
    /// Sorted by name, each once.
    pub zones: Vec<Zone>,
    /// Customers kept apart; sorted, each once.
    pub customers: Vec<Pattern>,
    /// Deals kept apart; sorted, each once.
    pub deals: Vec<Pattern>,
}

impl Lens {
    /// The lens that a set of contracts needs.
    pub fn of<'a>(contracts: impl IntoIterator<Item = &'a Contract>) -> Self {
        let mut lens = Self::default();
        for contract in contracts {
            lens.zones.push(contract.zone.clone());
            let scopes = contract.schedules.iter().map(|schedule| &schedule.scope);
            let over = contract.shared_costs.iter().map(|rule| &rule.over);
            let customers = scopes.chain(over).flat_map(|scope| &scope.customer);
            lens.customers.extend(customers.filter(|name| !name.is_any()).cloned());
            // Every deal, not only those with a value: the next one must not need a new import.
            if contract.schedules.iter().any(Schedule::asks_for_deals) {
                lens.deals.push(Pattern::any());
            }
        }
        lens.zones.sort_by(|a, b| a.name().cmp(b.name()));
        lens.zones.dedup();
        lens.customers.sort();
        lens.customers.dedup();
        lens.deals.dedup();
        lens
    }

    /// The customer if some contract names it, else nothing.
    pub fn customer<'a>(&self, name: &'a str) -> &'a str {
        if self.customers.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }

    /// The deal if some contract names it, else nothing.
    pub fn deal<'a>(&self, name: &'a str) -> &'a str {
        if self.deals.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }
}
