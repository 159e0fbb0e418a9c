//! What the made-up marketplace sells, to whom, where and when.
//!
//! Six models with five meters each; 100,000 customers of which the k-th buys about a k-th as much
//! as the first; most of it on the marketplace, most of it in dollars.

use super::chance::Chance;
use crate::calendar::{Day, Period};

/// The models, and how many quarters of the list price each costs.
pub(super) const PRODUCTS: &[(&str, u64)] = &[
    ("aria-2", 4),
    ("aria-2-mini", 1),
    ("aria-2-pro", 20),
    ("aria-code-1", 5),
    ("aria-vision-1", 6),
    ("aria-embed-1", 1),
];

/// One way to meter.
pub(super) struct Unit {
    pub(super) name: &'static str,
    /// Is it counted in thousandths?
    pub(super) thousandths: bool,
    /// List price of a million of what is counted, in ten-thousandths of the currency.
    price: u64,
    /// The powers of two that a day's quantity lies between.
    sizes: (u32, u32),
}

const fn unit(name: &'static str, thousandths: bool, price: u64, sizes: (u32, u32)) -> Unit {
    Unit { name, thousandths, price, sizes }
}

/// The meters of every model, the most used first.
pub(super) const UNITS: &[Unit] = &[
    unit("input-token", false, 30_000, (12, 24)),
    unit("output-token", false, 150_000, (10, 22)),
    unit("cache-read-token", false, 3_000, (14, 26)),
    unit("request", false, 100_000_000, (0, 12)),
    unit("compute-hour", true, 25_000_000, (6, 18)),
];

/// Products and units together: the metered dimensions.
pub(super) const METERS: u32 = 30;

/// Where it is sold; the first has thirteen of sixteen lines.
pub(super) const CHANNELS: &[&str] =
    &["marketplace", "partner:northgate", "internal:coding-tool", "internal:assistant"];

/// What is paid in; one customer of sixteen pays in the second.
pub(super) const CURRENCIES: &[&str] = &["USD", "EUR"];

const CUSTOMERS: u32 = 100_000;

/// A quantity and what it costs, in the smallest units of the files: thousandths or wholes, and
/// ten-thousandths of the currency.
pub(super) fn metered(chance: &mut Chance, product: u8, unit: u8) -> (i64, i64) {
    let (unit, quarters) = (&UNITS[unit as usize], PRODUCTS[product as usize].1);
    let quantity = chance.of_any_size(unit.sizes.0, unit.sizes.1);
    let amount = quantity * unit.price * quarters / 4_000_000;
    (quantity as i64, amount as i64)
}

/// A model and a unit, each of the first ones more often.
pub(super) fn meter(chance: &mut Chance) -> (u8, u8) {
    let rank = chance.below(METERS).min(chance.below(METERS));
    let products = PRODUCTS.len() as u32;
    ((rank % products) as u8, (rank / products) as u8)
}

/// The place of a channel in the list.
pub(super) fn channel(chance: &mut Chance) -> u8 {
    chance.below(16).saturating_sub(12) as u8
}

/// A customer's rank, from 1: the k-th is drawn about as often as one in 16.5 k, by powers of two.
pub(super) fn customer(chance: &mut Chance) -> u32 {
    // Sixteen whole powers of two, and 34,465 of the 65,536 ranks of the next.
    let size = chance.below(16_526) / 1000;
    let first = 1 << size;
    first + chance.below(first.min(CUSTOMERS + 1 - first))
}

/// The account number of a customer: twelve digits, no two alike.
pub(super) fn account(customer: u32) -> u64 {
    const ALL: u64 = 900_000_000_000;
    100_000_000_000 + u64::from(customer) * 618_033_988_751 % ALL
}

/// The place in the list of the currency that a customer pays in.
pub(super) fn currency(customer: u32) -> u8 {
    u8::from(customer % 16 == 5)
}

/// The days of the month, and before them the last ten of the month before.
pub(super) struct Days {
    pub(super) all: Vec<Day>,
    /// As the files begin a time.
    pub(super) texts: Vec<[u8; 11]>,
    /// Seconds from 1970 to the first of them.
    pub(super) epoch: i64,
}

/// How many days of the month before are listed.
pub(super) const LATE_DAYS: u8 = 10;

impl Days {
    pub(super) fn of(month: Period) -> Self {
        let first = month.first_day().plus(-i64::from(LATE_DAYS));
        let count = i64::from(LATE_DAYS) + month.days();
        let all: Vec<Day> = (0..count).map(|at| first.plus(at)).collect();
        let text = |day: &Day| {
            let text = format!("{day}T");
            text.into_bytes().try_into().expect("a day has ten characters")
        };
        let start = Day::new(1970, 1, 1).expect("a day of the calendar");
        let epoch = first.days_since(start) * 86_400;
        Self { texts: all.iter().map(text).collect(), all, epoch }
    }

    pub(super) fn in_month(&self) -> u8 {
        self.all.len() as u8 - LATE_DAYS
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn few_customers_buy_most() {
        let mut chance = Chance::of(1, 0);
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for _ in 0..100_000 {
            *counts.entry(customer(&mut chance)).or_default() += 1;
        }
        assert!(counts.keys().all(|rank| (1..=CUSTOMERS).contains(rank)));
        assert!((5_500..6_600).contains(&counts[&1]), "{}", counts[&1]);
        let top: u32 = counts.range(..=1000).map(|(_, count)| count).sum();
        assert!((58_000..63_000).contains(&top), "{top}");
    }

    #[test]
    fn no_two_customers_share_an_account() {
        let accounts: std::collections::BTreeSet<u64> = (1..=CUSTOMERS).map(account).collect();
        assert_eq!(accounts.len(), CUSTOMERS as usize);
        assert!(accounts.iter().all(|account| account.to_string().len() == 12));
    }

    #[test]
    fn nothing_is_sold_for_nothing() {
        let mut chance = Chance::of(1, 0);
        for _ in 0..10_000 {
            let (product, unit) = meter(&mut chance);
            assert!(metered(&mut chance, product, unit).1 > 0);
        }
        assert_eq!(PRODUCTS.len() * UNITS.len(), METERS as usize);
    }
}
