//! Numbers as they stand in a document: decimal texts, never binary floats.

use std::fmt;

use num_bigint::BigInt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Minor, Ratio};

/// An amount of money as a plain decimal with the digits of its currency.
///
/// ```
/// use revshare::money::Minor;
/// use revshare::statement::Amount;
/// let amount = Amount::of(Minor(-123_456), "USD".parse().unwrap());
/// assert_eq!(amount.as_str(), "-1234.56");
/// assert_eq!(amount.negated().grouped(), "1,234.56");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Amount(#[schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$"))] String);

impl Amount {
    /// The text of an amount.
    pub fn of(amount: Minor, currency: Currency) -> Self {
        Self(amount.display(currency))
    }

    /// The same as a number of units: the shortest decimal.
    #[must_use]
    pub fn counted(self) -> Self {
        match self.0.contains('.') {
            true => Self(self.0.trim_end_matches('0').trim_end_matches('.').to_owned()),
            false => self,
        }
    }

    /// The plain decimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it nothing?
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
    }

    /// The opposite.
    #[must_use]
    pub fn negated(&self) -> Self {
        match self.0.strip_prefix('-') {
            Some(size) => Self(size.to_owned()),
            None if self.is_zero() => self.clone(),
            None => Self(format!("-{}", self.0)),
        }
    }

    /// With commas between thousands, for people.
    pub fn grouped(&self) -> String {
        grouped(&self.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An exact number: the shortest plain decimal, or a fraction `1/3` where a decimal has no end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Quantity(#[schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$"))] String);

impl Quantity {
    /// The text of an exact number.
    pub fn of(exact: &Ratio) -> Self {
        Self(exact.to_plain())
    }

    /// The plain text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number again. A text that is none, in a document that was not written here, is nothing.
    pub fn to_ratio(&self) -> Ratio {
        let (above, below) = self.0.split_once('/').unwrap_or((&self.0, "1"));
        let (whole, frac) = above.split_once('.').unwrap_or((above, ""));
        let number = |text: &str| text.parse::<BigInt>().ok();
        let scale = BigInt::from(10).pow(u32::try_from(frac.len()).unwrap_or(u32::MAX));
        match (number(&format!("{whole}{frac}")), number(below)) {
            (Some(above), Some(below)) if below != BigInt::ZERO => Ratio::new(above, below * scale),
            (Some(_) | None, Some(_) | None) => Ratio::zero(),
        }
    }

    /// With commas between thousands, for people.
    pub fn grouped(&self) -> String {
        grouped(&self.0)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Commas between the thousands before the point; a fraction stays as it is.
pub(crate) fn grouped(plain: &str) -> String {
    if plain.contains('/') {
        return plain.to_owned();
    }
    let (sign, size) = plain.strip_prefix('-').map_or(("", plain), |size| ("-", size));
    let (whole, frac) = size.find('.').map_or((size, ""), |point| size.split_at(point));
    let mut text = sign.to_owned();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + frac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands() {
        for (plain, shown) in [
            ("0", "0"),
            ("123", "123"),
            ("-123.45", "-123.45"),
            ("1234.5678", "1,234.5678"),
            ("-1234567", "-1,234,567"),
            ("100/3", "100/3"),
        ] {
            assert_eq!(grouped(plain), shown);
        }
    }

    #[test]
    fn an_exact_number_reads_back() {
        for text in ["0", "-0.05", "1234567890123456789012345678901234567890.25", "-1/3"] {
            assert_eq!(Quantity::of(&Quantity(text.to_owned()).to_ratio()).as_str(), text);
        }
        assert!(Quantity("1/0".to_owned()).to_ratio().is_zero());
    }

    #[test]
    fn nothing_has_no_sign() {
        let zero = Amount("0.00".to_owned());
        assert_eq!(zero.negated(), zero);
        assert!(zero.is_zero() && !Amount("0.01".to_owned()).is_zero());
    }
}
