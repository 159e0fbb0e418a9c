//! Numbers of facts by value, as whole millionths or units of 10^-12 where that is exact.
//!
//! The law: equal numbers are equal here however they are written, and two that differ differ.

use crate::money::Exact;

/// The digits behind the point of a short number.
pub(crate) const SCALE: u8 = 12;
/// The largest short number, in units of 10^-12: very many of them can be added up.
pub(crate) const LARGEST: i128 = 10_i128.pow(27);

/// The largest number of millionths that is a word: a word has others besides.
pub(crate) const MILLIONTHS: i64 = 1 << 60;
/// Units of 10^-12 of a millionth.
const MILLIONTH: i128 = 1_000_000;

/// A number by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// So many millionths, up to the largest number of them.
    Millionths(i64),
    /// So many units of 10^-12, up to the largest, if it is not the former.
    Units(i128),
    /// Any other.
    Long(Exact),
}

impl Number {
    /// So many units of 10^-12, up to the largest.
    pub(crate) fn units(units: i128) -> Self {
        let millionths = i64::try_from(units / MILLIONTH).ok();
        let fits = |it: &i64| it.unsigned_abs() <= MILLIONTHS.unsigned_abs();
        let exact = millionths.filter(fits).filter(|_| units % MILLIONTH == 0);
        exact.map_or(Self::Units(units), Self::Millionths)
    }
}

impl From<Exact> for Number {
    fn from(value: Exact) -> Self {
        let units = value.in_units(SCALE).filter(|units| (-LARGEST..=LARGEST).contains(units));
        units.map_or(Self::Long(value), Self::units)
    }
}

/// The word that a number is. Where it stands for something else, it is no millionths.
pub(crate) fn number_word(number: Option<Number>) -> u64 {
    match number {
        Some(Number::Millionths(millionths)) => millionths.cast_unsigned(),
        Some(Number::Units(_)) => i64::MIN.cast_unsigned() + 1,
        Some(Number::Long(_)) => i64::MIN.cast_unsigned() + 2,
        None => NOTHING,
    }
}

/// The word of a number that is not there.
pub(crate) const NOTHING: u64 = i64::MIN.cast_unsigned();
