//! Cost that names no product or no channel, spread exactly by a driver over the whole period.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exchange::Rates;
use super::placement::{Share, card_price, is_shared_cost, unbundled};
use crate::contract::{Contract, Driver, SharedCost};
use crate::fact::{Cell, Key, Kind};
use crate::money::Ratio;

/// A product and a channel.
type Pair<'a> = (&'a str, &'a str);

/// The keys of every shared-cost rule in one period.
pub(super) struct SharedCosts<'a> {
    /// Per rule, the cells that its key is summed over, with what each adds to it.
    keys: Vec<Vec<(&'a Key, &'a str, Ratio)>>,
}

impl<'a> SharedCosts<'a> {
    pub(super) fn of(
        contract: &'a Contract,
        cells: &[(&'a Arc<Key>, &'a Cell)],
        rates: &mut Rates<'_>,
    ) -> Self {
        let sold = cells.iter().filter(|(key, _)| !is_shared_cost(key));
        let shares: Vec<Share<'a>> = match contract.shared_costs.is_empty() {
            true => Vec::new(),
            false => sold.flat_map(|&(key, cell)| unbundled(contract, key, cell)).collect(),
        };
        let mut keys = |rule: &SharedCost| {
            let mut weigh = |share: &Share<'a>| {
                let key = share.key;
                let inside =
                    rule.over.matches(share.product, &key.channel, &key.region, &key.customer);
                let weight =
                    if inside { weight(contract, &rule.driver, share, rates) } else { None };
                weight.map(|weight| (&**key, share.product, weight))
            };
            shares.iter().filter_map(&mut weigh).collect()
        };
        Self { keys: contract.shared_costs.iter().map(&mut keys).collect() }
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
        let fit = |(key, product, _): &&(&Key, &str, Ratio)| agrees(cost, key, product);
        for (key, product, weight) in self.keys[rule].iter().filter(fit) {
            *pairs.entry((product, &key.channel)).or_default() += weight;
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
fn agrees(cost: &Key, key: &Key, product: &str) -> bool {
    let open = |own: &str, other: &str| own.is_empty() || own == other;
    open(&cost.product, product)
        && open(&cost.channel, &key.channel)
        && open(&cost.region, &key.region)
        && open(&cost.customer, &key.customer)
}

/// What a share adds to the key, if anything.
fn weight(
    contract: &Contract,
    driver: &Driver,
    share: &Share<'_>,
    rates: &mut Rates<'_>,
) -> Option<Ratio> {
    match (driver, share.key.kind) {
        (Driver::Sales, Kind::Charge) if share.key.unpriced => {
            card_price(contract, share).map(|price| price * share.quantity())
        }
        (Driver::Sales, Kind::Charge) => {
            let rate = rates.of(share);
            Some(Share { rate, ..share.clone() }.amount())
        }
        (Driver::Unit(unit), Kind::Charge | Kind::Usage) if *unit == share.key.unit => {
            Some(share.quantity())
        }
        (Driver::Sales | Driver::Unit(_), _) => None,
    }
}
