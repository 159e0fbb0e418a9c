//! An exact decimal that can be added a hundred million times.
//!
//! A fact's amount is a [`Decimal`]: at most 28 digits after the point and 96 bits in all. Adding
//! such numbers in `rust_decimal` rounds in silence once a sum needs more than 96 bits. Here a
//! number is held as whole units plus units of 10⁻²⁸, each in 128 bits, so that no sum of facts
//! that fits a disk can overflow, and none is ever rounded.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Ratio;

/// Digits kept after the point: as many as a [`Decimal`] can have.
const SCALE: u32 = 28;
/// 10²⁸, one whole unit counted in the smallest ones.
const ONE: i128 = 10_i128.pow(SCALE);
/// One whole unit counted in the tenth digit after the point.
const TEN_DIGITS: i128 = 10_i128.pow(10);

/// 10⁻ⁿ counted in the smallest units.
const UNITS: [i128; SCALE as usize + 1] = {
    let mut units = [ONE; SCALE as usize + 1];
    let mut at = 1;
    while at < units.len() {
        units[at] = units[at - 1] / 10;
        at += 1;
    }
    units
};

/// An exact decimal number with up to 28 digits after the point.
///
/// ```
/// use revshare::money::Exact;
/// let price: Exact = "0.0000000375".parse().unwrap();
/// let sum: Exact = std::iter::repeat_n(price, 1_000_000).sum();
/// assert_eq!(sum.to_string(), "0.0375");
/// assert_eq!("17.00".parse::<Exact>().unwrap(), "17".parse().unwrap());
/// assert!("1e5".parse::<Exact>().is_err(), "an exponent is not a plain decimal");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Exact {
    whole: i128,
    /// Below one whole unit in size, and never of the other sign than `whole`.
    frac: i128,
}

/// A text that is not a plain decimal of at most 28 significant digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a plain decimal number of at most 28 digits, such as 1234.50")]
pub struct NotExact(pub String);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self { whole: 0, frac: 0 };

    fn new(whole: i128, frac: i128) -> Self {
        // Most sums carry nothing over.
        let within = -ONE < frac && frac < ONE;
        let (mut whole, mut frac) =
            if within { (whole, frac) } else { (whole + frac / ONE, frac % ONE) };
        if whole > 0 && frac < 0 {
            (whole, frac) = (whole - 1, frac + ONE);
        } else if whole < 0 && frac > 0 {
            (whole, frac) = (whole + 1, frac - ONE);
        }
        Self { whole, frac }
    }

    /// Is it zero?
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Is it below zero?
    pub fn is_negative(&self) -> bool {
        self.whole < 0 || self.frac < 0
    }

    /// Is it above zero?
    pub fn is_positive(&self) -> bool {
        self.whole > 0 || self.frac > 0
    }

    /// How many times 10^-`scale` it is; none if it is no whole number of them, or too many.
    ///
    /// # Panics
    /// If the scale is above 28.
    ///
    /// ```
    /// use revshare::money::Exact;
    /// assert_eq!("-12.50".parse::<Exact>().unwrap().in_units(3), Some(-12_500));
    /// assert_eq!("0.0005".parse::<Exact>().unwrap().in_units(3), None);
    /// ```
    pub fn in_units(self, scale: u8) -> Option<i128> {
        let power = 10_i128.pow(u32::from(scale));
        let unit = ONE / power;
        let whole = self.whole.checked_mul(power)?;
        (self.frac % unit == 0).then(|| whole.checked_add(self.frac / unit)).flatten()
    }

    /// `mantissa` × 10^-`scale`.
    ///
    /// # Panics
    /// If the scale is above 28.
    ///
    /// ```
    /// use revshare::money::Exact;
    /// assert_eq!(Exact::scaled(-12_500, 3), "-12.5".parse().unwrap());
    /// ```
    pub fn scaled(mantissa: i128, scale: u8) -> Self {
        // Nearly all fit the machine.
        let power = 10_i64.checked_pow(scale.into());
        if let (Ok(few), Some(power)) = (i64::try_from(mantissa), power) {
            let unit = UNITS[usize::from(scale)];
            return Self { whole: (few / power).into(), frac: i128::from(few % power) * unit };
        }
        let power = 10_i128.pow(u32::from(scale));
        let whole = mantissa / power;
        Self { whole, frac: (mantissa - whole * power) * UNITS[usize::from(scale)] }
    }

    /// As few digits as there are: it is the first times 10 to minus the second. None if it is too
    /// large for that.
    pub(crate) fn shortest(self) -> Option<(i128, u8)> {
        let (mut digits, mut scale) = (self.frac, SCALE as u8);
        if self.frac == 0 {
            return Some((self.whole, 0));
        }
        let ten = digits / (ONE / TEN_DIGITS);
        if ten * (ONE / TEN_DIGITS) == digits {
            let mut few = i64::try_from(ten).expect("below ten digits");
            scale = 10;
            while few % 10 == 0 {
                (few, scale) = (few / 10, scale - 1);
            }
            digits = few.into();
        }
        while digits % 10 == 0 {
            (digits, scale) = (digits / 10, scale - 1);
        }
        let whole = self.whole.checked_mul(ONE / UNITS[usize::from(scale)])?;
        Some((whole.checked_add(digits)?, scale))
    }

    /// Whole units, and the rest in units of 10⁻²⁸.
    pub(crate) fn halves(self) -> (i128, i128) {
        (self.whole, self.frac)
    }

    /// Put together again; none if they are not the halves of a number.
    pub(crate) fn from_halves(whole: i128, frac: i128) -> Option<Self> {
        let one_sign = whole.signum() * frac.signum() >= 0;
        (one_sign && -ONE < frac && frac < ONE).then_some(Self { whole, frac })
    }

    /// The same number as a fraction, for multiplying and dividing.
    pub fn to_ratio(self) -> Ratio {
        // Nearly all have few digits after the point, and are quickly brought to lowest terms.
        let (few, rest) = (self.frac / (ONE / TEN_DIGITS), self.frac % (ONE / TEN_DIGITS));
        let short = self.whole.checked_mul(TEN_DIGITS).filter(|_| rest == 0);
        if let Some(number) = short.and_then(|whole| whole.checked_add(few)) {
            return Ratio::of(number, TEN_DIGITS);
        }
        let units = BigInt::from(self.whole) * BigInt::from(ONE) + BigInt::from(self.frac);
        Ratio::new(units, BigInt::from(ONE))
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        let power = 10_i128.pow(value.scale());
        let (whole, rest) = (value.mantissa() / power, value.mantissa() % power);
        Self::new(whole, rest * (ONE / power))
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self { whole: i128::from(value), frac: 0 }
    }
}

impl FromStr for Exact {
    type Err = NotExact;

    /// Reads a plain decimal: an optional sign, digits, at most one point with digits around it.
    fn from_str(text: &str) -> Result<Self, NotExact> {
        let refuse = || NotExact(text.to_owned());
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
            && digits.bytes().last().is_some_and(|b| b.is_ascii_digit());
        if !plain {
            return Err(refuse());
        }
        Decimal::from_str_exact(text).map(Self::from).map_err(|_| refuse())
    }
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.whole + other.whole, self.frac + other.frac)
    }
}

impl Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self { whole: -self.whole, frac: -self.frac }
    }
}

impl AddAssign for Exact {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.whole, self.frac).cmp(&(other.whole, other.frac))
    }
}

impl fmt::Display for Exact {
    /// The shortest plain decimal: no exponent, no trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = format!("{:028}", self.frac.unsigned_abs());
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        f.pad(&format!("{sign}{}{point}{digits}", self.whole.unsigned_abs()))
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads back what [`Display`](fmt::Display) wrote; a sum may have more digits than one fact may.
impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Takes the text where it lies: a tally has many numbers.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain decimal number as a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
        read_sum(text).ok_or_else(|| E::custom(NotExact(text.to_owned())))
    }
}

fn read_sum(text: &str) -> Option<Exact> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, frac) = digits.split_once('.').unwrap_or((digits, ""));
    let places = u32::try_from(frac.len()).ok().filter(|places| *places <= SCALE)?;
    if !frac.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let below: i128 = if frac.is_empty() { 0 } else { frac.parse().ok()? };
    let value = Exact::new(whole.parse().ok()?, below * 10_i128.pow(SCALE - places));
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn sums_keep_what_rust_decimal_would_round_away() {
        let sum = exact("1000000000000000000000000000") + exact("0.1") + exact("0.0049");
        assert_eq!(sum.to_string(), "1000000000000000000000000000.1049");
    }

    #[test]
    fn signs_meet_in_the_middle() {
        assert_eq!((exact("1") + exact("-0.25")).to_string(), "0.75");
        assert_eq!((exact("-1") + exact("0.25")).to_string(), "-0.75");
        assert_eq!((exact("0.5") - exact("0.5")), Exact::ZERO);
        assert!(exact("-0.1") < Exact::ZERO && exact("-1.5") < exact("-1.25"));
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in ["", "-", ".5", "5.", "1e3", "1,000", "$1", " 1", "1 ", "1_000", "NaN", "--1"] {
            assert!(text.parse::<Exact>().is_err(), "{text:?}");
        }
        assert!("0.12345678901234567890123456789".parse::<Exact>().is_err(), "29 digits");
        assert!("123456789012345678901234567890".parse::<Exact>().is_err(), "30 digits");
    }

    #[test]
    fn a_sum_reads_back_as_written() {
        let sum = exact("79228162514264337593543950335") + exact("0.0000000000000000000000000001");
        let json = serde_json::to_string(&-sum).unwrap();
        assert_eq!(json, r#""-79228162514264337593543950335.0000000000000000000000000001""#);
        assert_eq!(serde_json::from_str::<Exact>(&json).unwrap(), -sum);
        assert!(serde_json::from_str::<Exact>("1.5").is_err(), "a JSON number is a float");
    }
}
