//! Exact fractions: rates, shares, prices per million, converted amounts.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::small::Small;

/// An exact fraction of any size; never rounded until [`Rounding::round`](super::Rounding::round).
///
/// Written as a percentage, a fraction or a plain decimal:
///
/// ```
/// use revshare::money::Ratio;
/// let half: Ratio = "50%".parse().unwrap();
/// assert_eq!(half, "1/2".parse().unwrap());
/// assert_eq!(half, "0.5".parse().unwrap());
/// assert_eq!("33.25%".parse::<Ratio>().unwrap().to_string(), "33.25%");
/// assert_eq!("1/3".parse::<Ratio>().unwrap().to_string(), "1/3");
/// assert!("half".parse::<Ratio>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ratio(Form);

/// In machine integers whenever both parts fit, so that equal fractions have one form.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(Small),
    Big(Box<BigRational>),
}

/// A settlement keeps some for each cell.
const _: () = assert!(size_of::<Ratio>() == 2 * size_of::<i128>());

/// A text that is not an exact fraction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an exact fraction, such as \"50%\", \"33.25%\", \"1/3\" or \"0.125\"")]
pub struct NotARatio(pub String);

impl Default for Ratio {
    fn default() -> Self {
        Self::zero()
    }
}

impl Ratio {
    /// `numerator / denominator`; the denominator must not be zero.
    pub fn new(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Self {
        let (numerator, denominator) = (numerator.into(), denominator.into());
        match numerator.to_i128().zip(denominator.to_i128()) {
            Some((above, below)) if below != 0 => Self::of(above, below),
            Some(_) | None => Self::big(BigRational::new(numerator, denominator)),
        }
    }

    /// The same of machine integers.
    pub(super) fn of(numerator: i128, denominator: i128) -> Self {
        let big = || BigRational::new(numerator.into(), denominator.into());
        Small::new(numerator, denominator).map_or_else(|| Self::big(big()), Self::small)
    }

    /// Nothing.
    pub fn zero() -> Self {
        Self::small(Small::ZERO)
    }

    /// All of it.
    pub fn one() -> Self {
        Self::small(Small::ONE)
    }

    /// A whole number.
    pub fn whole(value: impl Into<BigInt>) -> Self {
        Self::new(value, 1)
    }

    fn small(small: Small) -> Self {
        Self(Form::Small(small))
    }

    /// Is in lowest terms.
    fn big(big: BigRational) -> Self {
        let parts = big.numer().to_i128().zip(big.denom().to_i128());
        match parts.and_then(|(above, below)| Small::new(above, below)) {
            Some(small) => Self::small(small),
            None => Self(Form::Big(Box::new(big))),
        }
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Form::Small(it) => BigRational::new_raw(it.numerator().into(), it.denominator().into()),
            Form::Big(big) => (**big).clone(),
        }
    }

    /// In machine integers if both are and what comes of it is; else in those of any size.
    fn with(
        &self,
        other: &Self,
        small: impl FnOnce(Small, Small) -> Option<Small>,
        big: impl FnOnce(BigRational, BigRational) -> BigRational,
    ) -> Self {
        if let (Form::Small(one), Form::Small(other)) = (&self.0, &other.0)
            && let Some(done) = small(*one, *other)
        {
            return Self::small(done);
        }
        Self::big(big(self.to_big(), other.to_big()))
    }

    /// Is it zero?
    pub fn is_zero(&self) -> bool {
        self.sign() == Ordering::Equal
    }

    /// Is it below zero?
    pub fn is_negative(&self) -> bool {
        self.sign() == Ordering::Less
    }

    /// Is it above zero?
    pub fn is_positive(&self) -> bool {
        self.sign() == Ordering::Greater
    }

    /// Against nothing.
    fn sign(&self) -> Ordering {
        match &self.0 {
            Form::Small(small) => small.numerator().cmp(&0),
            Form::Big(big) if big.is_negative() => Ordering::Less,
            Form::Big(_) => Ordering::Greater,
        }
    }

    /// Its size without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self.clone() } else { self.clone() }
    }

    /// The whole part, cut toward zero.
    pub fn trunc(&self) -> BigInt {
        match &self.0 {
            Form::Small(small) => (small.numerator() / small.denominator()).into(),
            Form::Big(big) => big.to_integer(),
        }
    }

    /// The fraction above the line.
    pub fn numerator(&self) -> BigInt {
        match &self.0 {
            Form::Small(small) => small.numerator().into(),
            Form::Big(big) => big.numer().clone(),
        }
    }

    /// The fraction below the line; always positive.
    pub fn denominator(&self) -> BigInt {
        match &self.0 {
            Form::Small(small) => small.denominator().into(),
            Form::Big(big) => big.denom().clone(),
        }
    }

    /// A plain decimal if it has an end, else `numerator/denominator`.
    pub fn to_plain(&self) -> String {
        decimal(self).unwrap_or_else(|| format!("{}/{}", self.numerator(), self.denominator()))
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ratio({}/{})", self.numerator(), self.denominator())
    }
}

/// The digits of a fraction whose denominator divides a power of ten.
fn decimal(ratio: &Ratio) -> Option<String> {
    let mut rest = ratio.denominator();
    let mut places = 0_u32;
    let (two, five, ten) = (BigInt::from(2), BigInt::from(5), BigInt::from(10));
    let mut twos = 0_u32;
    let mut fives = 0_u32;
    while (&rest % &two).is_zero() {
        rest /= &two;
        twos += 1;
    }
    while (&rest % &five).is_zero() {
        rest /= &five;
        fives += 1;
    }
    if rest != BigInt::from(1) {
        return None;
    }
    places = places.max(twos).max(fives);
    let scaled = ratio.numerator() * ten.pow(places) / ratio.denominator();
    let sign = if scaled.is_negative() { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.abs().to_string(), width = places as usize + 1);
    let (whole, frac) = digits.split_at(digits.len() - places as usize);
    let point = if frac.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{frac}"))
}

/// A plain decimal, written as an [`Exact`](super::Exact) is but of any size, so that whatever is
/// shown reads back.
fn plain(text: &str) -> Option<Ratio> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (if text.starts_with('-') { -1 } else { 1 }, digits),
        None => (1, text),
    };
    let (whole, frac) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !number(whole) || !frac.is_none_or(number) {
        return None;
    }
    let frac = frac.unwrap_or_default();
    let above: BigInt = format!("{whole}{frac}").parse().ok()?;
    let below = BigInt::from(10).pow(u32::try_from(frac.len()).ok()?);
    Some(Ratio::new(above * sign, below))
}

impl FromStr for Ratio {
    type Err = NotARatio;

    fn from_str(text: &str) -> Result<Self, NotARatio> {
        let refuse = || NotARatio(text.to_owned());
        let exact = |part: &str| plain(part).ok_or_else(refuse);
        if let Some(percent) = text.strip_suffix('%') {
            return Ok(exact(percent.trim_end())? * Ratio::new(1, 100));
        }
        let Some((above, below)) = text.split_once('/') else { return exact(text) };
        let (above, below) = (exact(above.trim())?, exact(below.trim())?);
        if below.is_zero() { Err(refuse()) } else { Ok(above / below) }
    }
}

impl fmt::Display for Ratio {
    /// A percentage if it has an end, else a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match decimal(&(self.clone() * Ratio::whole(100))) {
            Some(percent) => f.pad(&format!("{percent}%")),
            None => f.pad(&format!("{}/{}", self.numerator(), self.denominator())),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let small = match (&self.0, &other.0) {
            (Form::Small(one), Form::Small(other)) => one.order(*other),
            (Form::Big(_), _) | (_, Form::Big(_)) => None,
        };
        small.unwrap_or_else(|| self.to_big().cmp(&other.to_big()))
    }
}

impl Add for Ratio {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.with(&other, Small::plus, Add::add)
    }
}

impl Sub for Ratio {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Ratio {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        &self * &other
    }
}

impl Mul<&Ratio> for &Ratio {
    type Output = Ratio;
    fn mul(self, other: &Ratio) -> Ratio {
        self.with(other, Small::times, Mul::mul)
    }
}

impl Div for Ratio {
    type Output = Self;
    /// Divides; the divisor must not be zero, which callers check.
    fn div(self, other: Self) -> Self {
        self.with(&other, |one, other| one.times(other.inverse()?), Div::div)
    }
}

impl Neg for Ratio {
    type Output = Self;
    fn neg(self) -> Self {
        match self.0 {
            Form::Small(small) => Self::small(small.negated()),
            Form::Big(big) => Self::big(-*big),
        }
    }
}

impl AddAssign<&Ratio> for Ratio {
    fn add_assign(&mut self, other: &Ratio) {
        *self = self.with(other, Small::plus, Add::add);
    }
}

impl Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::zero(), Add::add)
    }
}

impl<'a> Sum<&'a Ratio> for Ratio {
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        let mut sum = Self::zero();
        iter.for_each(|part| sum += part);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_their_canonical_form() {
        for (text, shown) in [
            ("75.0%", "75%"),
            ("0.5%", "0.5%"),
            ("2/6", "1/3"),
            ("0.015", "1.5%"),
            ("1.5/4", "37.5%"),
            ("-10%", "-10%"),
        ] {
            assert_eq!(text.parse::<Ratio>().unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "%", "1/0", "a/b", "50 percent", "1e2", "1//2"] {
            assert!(text.parse::<Ratio>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_whatever_its_size() {
        for text in ["79228162514264337593543950335", "1/79228162514264337593543950337", "+1.25"] {
            let ratio: Ratio = text.parse().unwrap();
            assert_eq!(ratio.to_string().parse::<Ratio>().unwrap(), ratio, "{text}");
        }
        for text in ["+", "-", ".5", "5.", "--1", "1.2.3", "٣", "1_0"] {
            assert!(text.parse::<Ratio>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn tiny_prices_stay_exact() {
        let price = "0.0000000375".parse::<Ratio>().unwrap();
        let tokens = Ratio::whole(1_000_000_000_000_000_i64);
        assert_eq!((price * tokens).to_plain(), "37500000");
    }
}
