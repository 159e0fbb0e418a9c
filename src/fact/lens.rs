//! What the tally has to keep apart for the contracts at hand.

use super::{Fact, Key, Kind};
use crate::calendar::Zone;
use crate::contract::{Contract, Pattern, Schedule, Scope};

/// The time zones in use, the customers and deals that some contract names, and the scopes whose
/// sales some contract asks for one by one. All other customers, deals and sales are added up
/// together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lens {
    /// Sorted by name, each once.
    pub zones: Vec<Zone>,
    /// Customers kept apart; sorted, each once.
    pub customers: Vec<Pattern>,
    /// Deals kept apart; sorted, each once.
    pub deals: Vec<Pattern>,
    /// Scopes whose sales are kept singly; sorted, each once.
    pub singly: Vec<Scope>,
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
            let singly = contract.schedules.iter().filter(|schedule| schedule.asks_for_sales());
            lens.singly.extend(singly.map(|schedule| unbundled(contract, &schedule.scope)));
        }
        lens.zones.sort_by(|a, b| a.name().cmp(b.name()));
        lens.zones.dedup();
        lens.customers.sort();
        lens.customers.dedup();
        lens.deals.dedup();
        lens.singly.sort();
        lens.singly.dedup();
        lens
    }

    /// Are some customers or deals kept apart?
    pub(crate) fn keeps_names(&self) -> bool {
        !self.customers.is_empty() || !self.deals.is_empty()
    }

    /// The customer if some contract names it, else nothing.
    pub fn customer<'a>(&self, name: &'a str) -> &'a str {
        if self.customers.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }

    /// The deal if some contract names it, else nothing.
    pub fn deal<'a>(&self, name: &'a str) -> &'a str {
        if self.deals.iter().any(|pattern| pattern.matches(name)) { name } else { "" }
    }

    /// Is the fact a sale that some contract asks for by itself?
    pub fn keeps_singly(&self, fact: &Fact) -> bool {
        let Fact { product, channel, region, customer, .. } = fact;
        self.singles(fact.kind, [product, channel, region, customer])
    }

    /// The same of a fact that was tallied.
    pub fn keeps_key_singly(&self, key: &Key) -> bool {
        let Key { product, channel, region, customer, .. } = key;
        self.singles(key.kind, [product, channel, region, customer])
    }

    fn singles(&self, kind: Kind, [product, channel, region, customer]: [&String; 4]) -> bool {
        let mut scopes = self.singly.iter();
        is_sale(kind) && scopes.any(|scope| scope.matches(product, channel, region, customer))
    }
}

/// Does it sell, collect or take back?
fn is_sale(kind: Kind) -> bool {
    match kind {
        Kind::Charge | Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Collected => true,
        Kind::Tax | Kind::Fee | Kind::Cost | Kind::Usage => false,
    }
}

/// A scope with the bundles of which it takes a part.
fn unbundled(contract: &Contract, scope: &Scope) -> Scope {
    let mut scope = scope.clone();
    if scope.product.is_empty() {
        return scope;
    }
    let takes = |product: &str| scope.product.iter().any(|pattern| pattern.matches(product));
    let bundles = contract.bundles.iter().filter(|it| it.parts.iter().any(|(part, _)| takes(part)));
    let bundles: Vec<Pattern> = bundles.map(|bundle| Pattern::new(&*bundle.product)).collect();
    scope.product.extend(bundles);
    scope.product.sort();
    scope.product.dedup();
    scope
}
