//! Cost that names no product or no channel, spread exactly by a driver over the whole period.

use std::collections::BTreeMap;

use super::placement::card_price;
use crate::contract::{Contract, Driver, SharedCost};
use crate::fact::{Cell, Key, Kind};
use crate::money::Ratio;

/// A product and a channel.
type Pair<'a> = (&'a str, &'a str);

/// The keys of every shared-cost rule in one period.
pub(super) struct SharedCosts<'a> {
    /// Per rule, the cells that its key is summed over, with what each adds to it.
    keys: Vec<Vec<(&'a Key, Ratio)>>,
}

impl<'a> SharedCosts<'a> {
    pub(super) fn of(contract: &Contract, cells: &[(&'a Key, &Cell)]) -> Self {
        let keys = |rule: &SharedCost| {
            let weigh = |&(key, cell): &(&'a Key, &Cell)| {
                let inside =
                    rule.over.matches(&key.product, &key.channel, &key.region, &key.customer);
                let weight = weight(contract, &rule.driver, key, cell).filter(|_| inside);
                weight.map(|weight| (key, weight))
            };
            cells.iter().filter_map(weigh).collect()
        };
        Self { keys: contract.shared_costs.iter().map(keys).collect() }
    }

    /// The (product, channel) pairs that a cost cell falls on, each with its part of the cell; the
    /// parts add up to one. Or why it cannot be spread.
    pub(super) fn parts(
        &self,
        contract: &Contract,
        cost: &Key,
    ) -> Result<Vec<(&'a str, &'a str, Ratio)>, String> {
        let takes = |rule: &SharedCost| rule.category.iter().any(|p| p.matches(&cost.category));
        let Some(rule) = contract.shared_costs.iter().position(takes) else {
            return Err("it names no product or no channel, and no shared-cost rule takes its \
                        category"
                .to_owned());
        };
        let mut pairs: BTreeMap<Pair<'a>, Ratio> = BTreeMap::new();
        for (key, weight) in self.keys[rule].iter().filter(|(key, _)| agrees(cost, key)) {
            *pairs.entry((&key.product, &key.channel)).or_default() += weight;
        }
        pairs.retain(|_, weight| weight.is_positive());
        let total: Ratio = pairs.values().sum();
        if total.is_zero() {
            return Err(
                "the key of its shared-cost rule adds up to nothing in this period".to_owned()
            );
        }
        let part = |((product, channel), weight): (Pair<'a>, Ratio)| {
            (product, channel, weight / total.clone())
        };
        Ok(pairs.into_iter().map(part).collect())
    }
}

/// What the cost names restricts what it falls on.
fn agrees(cost: &Key, key: &Key) -> bool {
    let open = |own: &str, other: &str| own.is_empty() || own == other;
    open(&cost.product, &key.product)
        && open(&cost.channel, &key.channel)
        && open(&cost.region, &key.region)
        && open(&cost.customer, &key.customer)
}

/// What a cell adds to the key, if anything.
fn weight(contract: &Contract, driver: &Driver, key: &Key, cell: &Cell) -> Option<Ratio> {
    match (driver, key.kind) {
        (Driver::Sales, Kind::Charge) if key.unpriced => {
            card_price(contract, key).map(|price| price * cell.quantity.to_ratio())
        }
        (Driver::Sales, Kind::Charge) => Some(cell.amount.to_ratio()),
        (Driver::Unit(unit), Kind::Charge | Kind::Usage) if *unit == key.unit => {
            Some(cell.quantity.to_ratio())
        }
        (Driver::Sales | Driver::Unit(_), _) => None,
    }
}
