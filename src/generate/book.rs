//! The rest of the book: a deal that the month settles under, its costs, its rates of exchange.

use std::fmt::Write;

use super::chance::Chance;
use super::totals::{Key, Totals};
use super::world::{CURRENCIES, Days, PRODUCTS};
use crate::calendar::{Day, Period};

/// A contract that every line of the month is in the scope of.
pub(super) fn contract(month: Period) -> String {
    let first = month.previous().first_day().to_string();
    include_str!("contract.toml").replace("EFFECTIVE", &first)
}

/// Parts of a hundred of what was charged on a day for a model in dollars on the marketplace.
const COSTS: &[(&str, i128)] = &[("compute", 30), ("network", 4)];

/// What running the models cost: a line a day, model and category.
pub(super) fn costs(totals: &Totals, days: &Days) -> String {
    let mut charged = vec![[0_i128; PRODUCTS.len()]; days.all.len()];
    for (place, cell) in totals.cells.iter().enumerate() {
        let key = Key::of_place(place);
        if (key.channel, key.kind, key.currency) == (0, 0, 0) {
            charged[key.day][key.product] += cell.amount;
        }
    }
    let mut text = "id,time,product,channel,category,amount,currency\n".to_owned();
    for (day, charged) in days.all.iter().zip(charged) {
        for ((product, _), charged) in PRODUCTS.iter().zip(charged) {
            for (category, percent) in COSTS.iter().filter(|_| charged > 0) {
                // From ten-thousandths to whole cents.
                let cents = charged * percent / 10_000;
                let _ = writeln!(
                    text,
                    "{day}-{product}-{category},{day},{product},marketplace,{category},{}.{:02},{}",
                    cents / 100,
                    cents % 100,
                    CURRENCIES[0],
                );
            }
        }
    }
    text
}

/// A rate a day, of both months.
pub(super) fn rates(seed: u64, month: Period) -> String {
    let mut text = "date,base,quote,rate\n".to_owned();
    let mut chance = Chance::of(seed, u64::MAX);
    let mut day: Day = month.previous().first_day();
    while day <= month.last_day() {
        let rate = 700 + chance.below(300);
        let _ = writeln!(text, "{day},{},{},1.{rate:04}", CURRENCIES[1], CURRENCIES[0]);
        day = day.next();
    }
    text
}
