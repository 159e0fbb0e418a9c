//! Whole minor units: what a statement is made of.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::{Currency, Ratio, Rounding};

/// An amount in whole minor units (cents, yen, fils) of the statement's one currency.
///
/// ```
/// use revshare::money::{Minor, Ratio, Rounding};
/// let usd = "USD".parse().unwrap();
/// let exact: Ratio = "289.34181".parse().unwrap();
/// let amount = Minor::round(&exact, usd, Rounding::HalfEven).unwrap();
/// assert_eq!(amount, Minor(28934));
/// assert_eq!(amount.display(usd), "289.34");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Minor(pub i128);

/// An amount beyond [`Minor::LIMIT`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount of {0} minor units is beyond what a statement can hold (10^30)")]
pub struct TooLarge(pub BigInt);

impl Minor {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount a rounded step may have: 10³⁰, so that a hundred million of them add up
    /// without overflow.
    pub const LIMIT: i128 = 10_i128.pow(30);

    /// Rounds an exact amount in major units once.
    ///
    /// # Errors
    /// [`TooLarge`] beyond [`Minor::LIMIT`].
    pub fn round(exact: &Ratio, currency: Currency, mode: Rounding) -> Result<Self, TooLarge> {
        let units = mode.round(&(exact * &Self::per_major(currency)));
        match units.to_i128() {
            Some(minor) if minor.abs() <= Self::LIMIT => Ok(Self(minor)),
            _ => Err(TooLarge(units)),
        }
    }

    /// The exact amount in major units.
    pub fn to_ratio(self, currency: Currency) -> Ratio {
        Ratio::whole(self.0) / Self::per_major(currency)
    }

    fn per_major(currency: Currency) -> Ratio {
        Ratio::whole(10_i64.pow(currency.digits()))
    }

    /// Is it zero?
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The smaller of nothing and this, made positive: what is missing below zero.
    #[must_use]
    pub fn shortfall(self) -> Self {
        Self((-self.0).max(0))
    }

    /// This if it is above zero, else nothing.
    #[must_use]
    pub fn positive(self) -> Self {
        Self(self.0.max(0))
    }

    /// A plain decimal with as many digits after the point as the currency has.
    pub fn display(self, currency: Currency) -> String {
        let digits = currency.digits() as usize;
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{:0>width$}", self.0.unsigned_abs(), width = digits + 1);
        let (whole, frac) = text.split_at(text.len() - digits);
        let point = if digits == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{frac}")
    }
}

impl Add for Minor {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Minor {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Minor {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Minor {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Minor {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Minor {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_with_the_digits_of_the_currency() {
        for (minor, code, shown) in [
            (5, "USD", "0.05"),
            (-5, "USD", "-0.05"),
            (-12_345, "USD", "-123.45"),
            (7, "JPY", "7"),
            (-1_234, "KWD", "-1.234"),
        ] {
            assert_eq!(Minor(minor).display(code.parse().unwrap()), shown);
        }
    }

    #[test]
    fn too_large_is_an_error_not_a_wrong_number() {
        let usd = "USD".parse().unwrap();
        let huge = Ratio::whole(Minor::LIMIT);
        assert!(Minor::round(&huge, usd, Rounding::HalfEven).is_err());
    }
}
