//! What the tally has to keep apart for the contracts at hand.

use super::{Key, Tally};
use crate::calendar::Zone;
use crate::contract::{Contract, Pattern};

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
        }
        lens.zones.sort_by(|a, b| a.name().cmp(b.name()));
        lens.zones.dedup();
        lens.customers.sort();
        lens.customers.dedup();
        lens
    }

    /// The customer if some contract names it, else nothing.
    pub fn customer<'a>(&self, name: &'a str) -> &'a str {
        if self.customers.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }

    /// The key as this lens sees it: names that it does not keep apart are left out.
    pub fn see(&self, key: &Key) -> Key {
        let (customer, deal) = (self.customer(&key.customer), self.deal(&key.deal));
        Key { customer: customer.to_owned(), deal: deal.to_owned(), ..key.clone() }
    }

    /// The tally as this lens sees it, so that what one contract names changes nothing for another.
    pub fn see_all(&self, tally: &Tally) -> Tally {
        tally.iter().map(|(key, cell)| (self.see(key), *cell)).collect()
    }

    /// The deal if some contract names it, else nothing.
    pub fn deal<'a>(&self, name: &'a str) -> &'a str {
        if self.deals.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }
}
