//! The one function that loses precision.

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Signed;
use serde::{Deserialize, Serialize};

use super::Ratio;

/// How an exact amount becomes whole minor units. Every mode mirrors at zero: −x rounds to minus
/// what x rounds to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest; a tie to the even neighbour.
    #[default]
    HalfEven,
    /// To the nearest; a tie away from zero.
    HalfUp,
    /// Toward zero.
    Down,
    /// Away from zero.
    Up,
}

impl Rounding {
    /// Every mode, in the order of the manual.
    pub const ALL: [Self; 4] = [Self::HalfEven, Self::HalfUp, Self::Down, Self::Up];

    /// Rounds to a whole number.
    ///
    /// ```
    /// use revshare::money::{Ratio, Rounding};
    /// let x: Ratio = "2.5".parse().unwrap();
    /// assert_eq!(Rounding::HalfEven.round(&x), 2.into());
    /// assert_eq!(Rounding::HalfUp.round(&-x), (-3).into());
    /// ```
    pub fn round(self, exact: &Ratio) -> BigInt {
        let size = exact.abs();
        let below = size.denominator();
        let (whole, rest) = size.numerator().div_rem(&below);
        let twice = rest.clone() * 2;
        let away = match self {
            Self::HalfEven if twice == below => whole.is_odd(),
            Self::HalfEven | Self::HalfUp => twice >= below,
            Self::Down => false,
            Self::Up => rest.is_positive(),
        };
        let size = if away { whole + 1 } else { whole };
        if exact.is_negative() { -size } else { size }
    }

    /// The name used in contracts and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HalfEven => "half-even",
            Self::HalfUp => "half-up",
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_on_each_kind_of_number() {
        for (x, half_even, half_up, down, up) in [
            ("0", 0, 0, 0, 0),
            ("0.4", 0, 0, 0, 1),
            ("0.5", 0, 1, 0, 1),
            ("1.5", 2, 2, 1, 2),
            ("2.5", 2, 3, 2, 3),
            ("2.51", 3, 3, 2, 3),
            ("1/3", 0, 0, 0, 1),
            ("7", 7, 7, 7, 7),
        ] {
            let exact: Ratio = x.parse().unwrap();
            for (mode, due) in Rounding::ALL.into_iter().zip([half_even, half_up, down, up]) {
                assert_eq!(mode.round(&exact), due.into(), "{mode} of {x}");
                assert_eq!(mode.round(&-exact.clone()), (-due).into(), "{mode} of -{x}");
            }
        }
    }
}
