//! Exact money: decimals, fractions, minor units, one rounding function, one way to apportion.
//!
//! Nothing here knows what a contract is. The law of this floor: a sum or a product is exact or it
//! is an error; precision is given up in [`Rounding::round`] and nowhere else.

mod apportion;
mod currency;
mod exact;
mod minor;
mod ratio;
mod rounding;
mod small;

pub use apportion::{Remainder, apportion, apportion_exactly, spread};
pub use currency::{Currency, UnknownCurrency};
pub use exact::{Exact, NotExact};
pub use minor::{Minor, TooLarge};
pub use ratio::{NotARatio, Ratio};
pub use rounding::Rounding;
