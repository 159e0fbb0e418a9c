//! ISO 4217 currencies and their minor units.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency of ISO 4217 that has minor units (possibly none, as the yen).
///
/// ```
/// use revshare::money::Currency;
/// let digits = |code: &str| code.parse::<Currency>().unwrap().digits();
/// assert_eq!((digits("JPY"), digits("USD"), digits("KWD")), (0, 2, 3));
/// assert!("usd".parse::<Currency>().is_err(), "codes are capitals");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// A text that is not the code of a currency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISO 4217 currency code, such as USD, JPY or KWD")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// Digits after the point of its minor unit: JPY 0, USD 2, KWD 3.
    pub fn digits(self) -> u32 {
        u32::from(self.digits)
    }

    /// The three capitals of ISO 4217.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).expect("a code is three ASCII capitals")
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let refuse = || UnknownCurrency(text.to_owned());
        let listed = iso_currency::Currency::from_code(text).ok_or_else(refuse)?;
        let digits = listed.exponent().ok_or_else(refuse)?;
        let code = listed.code().as_bytes().try_into().map_err(|_| refuse())?;
        Ok(Self { code, digits: u8::try_from(digits).map_err(|_| refuse())? })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
