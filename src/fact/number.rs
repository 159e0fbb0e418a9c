//! Numbers of facts by value, as whole units of 10^-12 where that is exact.
//!
//! The law: equal numbers are equal here however they are written, and two that differ differ.

use crate::money::Exact;

/// The digits behind the point of a short number.
pub(crate) const SCALE: u8 = 12;
/// The largest short number, in units of 10^-12: very many of them can be added up.
pub(crate) const LARGEST: i128 = 10_i128.pow(27);

/// A number by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// So many units of 10^-12, up to the largest.
    Units(i128),
    /// Any other.
    Long(Exact),
}

impl From<Exact> for Number {
    fn from(value: Exact) -> Self {
        let units = value.in_units(SCALE).filter(|units| (-LARGEST..=LARGEST).contains(units));
        units.map_or(Self::Long(value), Self::Units)
    }
}

/// A number as words. The upper one of a short number is far from those that stand for something else.
pub(super) struct Halves {
    pub(super) low: u64,
    pub(super) high: u32,
}

impl Halves {
    const NOTHING: Self = Self { low: 0, high: 1 << 31 };
    const LONG: Self = Self { low: 0, high: (1 << 31) + 1 };

    #[inline(always)]
    pub(super) fn of(number: Option<Number>) -> Self {
        match number {
            Some(Number::Units(units)) => Self::short(Some(units)),
            Some(Number::Long(_)) => Self::LONG,
            None => Self::NOTHING,
        }
    }

    #[inline(always)]
    pub(super) fn short(units: Option<i128>) -> Self {
        units.map_or(Self::NOTHING, |it| Self { low: it as u64, high: (it >> 64) as u32 })
    }
}
