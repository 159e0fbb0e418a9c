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

    /// The amount again. A text that is none, in a document that was not written here, is nothing.
    pub(crate) fn minor(&self) -> Minor {
        Minor(self.0.replace('.', "").parse().unwrap_or(0))
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

/// The same with every amount of a currency in a sentence; days, periods and rates stay as they
/// are.
pub(crate) fn grouped_within(sentence: &str, currency: Currency) -> String {
    let digits = currency.digits() as usize;
    let is_amount = |text: &str| {
        let (whole, frac) = text.split_once('.').unwrap_or((text, ""));
        let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        !whole.is_empty() && all(whole) && all(frac) && frac.len() == digits
    };
    let word = |word: &str| {
        let end = word.trim_end_matches([',', ';', ':', ')', '.']).len();
        let start = word.len() - word.trim_start_matches(['(', '-']).len();
        if start >= end || !is_amount(&word[start..end]) {
            return word.to_owned();
        }
        format!("{}{}{}", &word[..start], grouped(&word[start..end]), &word[end..])
    };
    sentence.split(' ').map(word).collect::<Vec<_>>().join(" ")
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
    fn thousands_within_a_sentence() {
        for (plain, shown, code) in [
            ("100000.00 − -7000.50 earned,", "100,000.00 − -7,000.50 earned,", "USD"),
            ("10% of 1234.00 (5000.00 × 1/3)", "10% of 1,234.00 (5,000.00 × 1/3)", "USD"),
            ("from 2026-10-01, in 2026", "from 2026-10-01, in 2026", "USD"),
            ("at least 50000; 9.5% 1234.5", "at least 50,000; 9.5% 1234.5", "JPY"),
        ] {
            assert_eq!(grouped_within(plain, code.parse().unwrap()), shown);
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
