//! Globs, scopes and rate cards: which facts a clause speaks of.

use super::world::{PlainRate, PlainScope, Q, q};

/// Does a name match one of the patterns, or is there none to match? `*` stands for anything.
pub(crate) fn one_of(patterns: &[String], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| glob(pattern, name))
}

/// Does a name match a pattern in which `*` stands for anything, nothing included?
pub(crate) fn glob(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return name.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    if first == '*' {
        return (0..=name.len())
            .filter(|&at| name.is_char_boundary(at))
            .any(|at| glob(rest, &name[at..]));
    }
    name.strip_prefix(first).is_some_and(|name| glob(rest, name))
}

impl PlainScope {
    /// Does it cover these dimensions?
    pub(crate) fn covers(
        &self,
        product: &str,
        channel: &str,
        region: &str,
        customer: &str,
    ) -> bool {
        one_of(&self.product, product)
            && one_of(&self.channel, channel)
            && one_of(&self.region, region)
            && one_of(&self.customer, customer)
    }
}

impl PlainRate {
    /// The price of one unit, if it prices this unit of this product.
    pub(crate) fn each(&self, unit: &str, product: &str) -> Option<Q> {
        let prices = self.unit == unit && glob(&self.product, product);
        prices.then(|| self.price.clone() / q(self.per, 1))
    }
}

/// The price of one unit by the first rate that has one.
pub(crate) fn price_of(rates: &[PlainRate], unit: &str, product: &str) -> Option<Q> {
    rates.iter().find_map(|rate| rate.each(unit, product))
}
