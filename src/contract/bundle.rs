//! Products that are sold as several: `[[bundle]]`.
//!
//! The law: the parts of a sale add up to it exactly, before any schedule sees them.

use crate::money::{Exact, Ratio};

/// A product whose sales belong to its parts, in proportion to what each costs alone.
///
/// ```
/// use revshare::contract::Bundle;
/// let price = |text: &str| text.parse().unwrap();
/// let parts = vec![("aria-1".to_owned(), price("80")), ("aria-mini".to_owned(), price("20"))];
/// let suite = Bundle { product: "suite".to_owned(), parts, line: 1 };
/// let shares: Vec<String> = suite.shares().map(|(_, share)| share.to_string()).collect();
/// assert_eq!(shares, ["80%", "20%"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The product as sold.
    pub product: String,
    /// Its parts with the positive price of each alone, in the order of the contract.
    pub parts: Vec<(String, Exact)>,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl Bundle {
    /// Each part with its share of a sale; they add up to one.
    pub fn shares(&self) -> impl Iterator<Item = (&str, Ratio)> {
        let whole: Ratio = self.parts.iter().map(|(_, price)| price.to_ratio()).sum();
        let parts = self.parts.iter();
        parts.map(move |(part, price)| (part.as_str(), price.to_ratio() / whole.clone()))
    }
}
