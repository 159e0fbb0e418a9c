//! Rate cards: what a quantity costs.
//!
//! The law: what a quantity costs is a function of the quantity since its window began, a period if
//! the rate does not say otherwise, so that it does not matter in how many pieces, or in which order,
//! it came.

use super::{Pattern, Window};
use crate::money::{Exact, Minor, Ratio};

/// A price for a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The unit that it prices.
    pub unit: String,
    /// The products that it prices.
    pub product: Vec<Pattern>,
    /// Major units of the contract's currency for `per` units, from a quantity on; the first is
    /// from nothing, the quantities rise.
    pub tiers: Vec<RateTier>,
    /// How the tiers work; of no effect with one.
    pub graduation: Graduation,
    /// For how many units the price is; positive.
    pub per: Exact,
    /// So many units a window cost nothing; tiers count what exceeds them.
    pub included: Exact,
    /// When tiers and what is included begin anew. Flat fee and cap are those of a period.
    pub window: Window,
    /// A fee a period, whatever the quantity; by days where the terms hold for a part of it.
    pub flat: Minor,
    /// The most that a period costs, its flat fee included.
    pub cap: Option<Minor>,
}

/// A price from a quantity on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateTier {
    /// From this quantity on, counted in single units.
    pub from: Exact,
    /// The price of `per` units; never negative.
    pub price: Exact,
}

/// How the tiers of a rate work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Graduation {
    /// Each slice of the quantity at its own price.
    #[default]
    Graduated,
    /// The whole quantity at the price of the tier that it reaches.
    Volume,
}

impl Rate {
    /// Does it price this unit of this product?
    pub fn prices(&self, unit: &str, product: &str) -> bool {
        self.unit == unit && self.product.iter().any(|pattern| pattern.matches(product))
    }

    /// The price of one unit, of the first if it depends on how many there are.
    pub fn each(&self) -> Ratio {
        self.tiers.first().map_or_else(Ratio::zero, |tier| self.one_at(tier))
    }

    /// Is it a price of single units and nothing else?
    pub fn is_plain(&self) -> bool {
        self.tiers.len() == 1
            && self.included.is_zero()
            && self.flat.is_zero()
            && self.cap.is_none()
    }

    /// Does its quantity count on when the next period begins?
    pub fn counts_on(&self) -> bool {
        self.window != Window::Period
    }

    fn one_at(&self, tier: &RateTier) -> Ratio {
        tier.price.to_ratio() / self.per.to_ratio()
    }

    /// What exceeds the included quantity; what is below nothing stays there.
    fn chargeable(&self, quantity: &Ratio) -> Ratio {
        let above = quantity.clone() - self.included.to_ratio();
        let floor = quantity.clone().min(Ratio::zero());
        above.max(floor)
    }

    /// What a quantity costs in one window, without flat fee and cap.
    pub fn cost_of(&self, quantity: &Ratio) -> Ratio {
        let charged = self.chargeable(quantity);
        match self.graduation {
            Graduation::Volume => &charged * &self.price_at(&charged),
            Graduation::Graduated if !charged.is_positive() => &charged * &self.each(),
            Graduation::Graduated => self.slices(&charged),
        }
    }

    fn slices(&self, charged: &Ratio) -> Ratio {
        let ends = self.tiers.iter().skip(1).map(|next| next.from.to_ratio());
        let ends = ends.map(|end| end.min(charged.clone())).chain([charged.clone()]);
        let slice = |(tier, end): (&RateTier, Ratio)| {
            let wide = (end - tier.from.to_ratio()).max(Ratio::zero());
            &wide * &self.one_at(tier)
        };
        self.tiers.iter().zip(ends).map(slice).sum()
    }

    /// What one more unit costs where so many have been counted: nothing while they are included.
    pub fn next_at(&self, quantity: &Ratio) -> Ratio {
        if quantity.is_positive() && *quantity < self.included.to_ratio() {
            return Ratio::zero();
        }
        self.price_at(&self.chargeable(quantity))
    }

    fn price_at(&self, charged: &Ratio) -> Ratio {
        let reached = self.tiers.iter().rev().find(|tier| tier.from.to_ratio() <= *charged);
        reached.map_or_else(|| self.each(), |tier| self.one_at(tier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(graduation: Graduation, included: &str) -> Rate {
        let tier = |from: &str, price: &str| RateTier {
            from: from.parse().unwrap(),
            price: price.parse().unwrap(),
        };
        Rate {
            unit: "token".to_owned(),
            product: vec![Pattern::any()],
            tiers: vec![tier("0", "5"), tier("100", "4"), tier("200", "2")],
            graduation,
            per: Exact::from(10),
            included: included.parse().unwrap(),
            window: Window::Period,
            flat: Minor::ZERO,
            cap: None,
        }
    }

    #[test]
    fn what_a_quantity_costs() {
        use Graduation::{Graduated, Volume};
        for (graduation, included, quantity, due) in [
            (Graduated, "0", 0, "0"),
            (Graduated, "0", 100, "50"),
            (Graduated, "0", 150, "70"),
            (Graduated, "0", 300, "110"),
            (Graduated, "50", 150, "50"),
            (Graduated, "50", 40, "0"),
            (Graduated, "50", -10, "-5"),
            (Volume, "0", 99, "49.5"),
            (Volume, "0", 100, "40"),
            (Volume, "0", 300, "60"),
            (Volume, "50", 150, "40"),
            (Volume, "0", -10, "-5"),
        ] {
            let cost = rate(graduation, included).cost_of(&Ratio::whole(quantity));
            assert_eq!(cost, due.parse().unwrap(), "{graduation:?} {included} {quantity}");
        }
    }
}
