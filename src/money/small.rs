//! A fraction in two machine integers: nearly every number of a settlement is one.
//!
//! The law: what it gives is exact and in lowest terms, or it gives nothing, and the fraction of any
//! size takes over.

use std::cmp::Ordering;
use std::num::NonZero;

use num_integer::gcd;

/// `num / den` in lowest terms; `den` is positive, and neither is the smallest number there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Small {
    num: i128,
    /// Never zero, so that a fraction of any size takes no more room beside it.
    den: NonZero<i128>,
}

/// The denominator of whole numbers.
const WHOLE: NonZero<i128> = NonZero::new(1).expect("one is not zero");

impl Small {
    pub(super) const ZERO: Self = Self { num: 0, den: WHOLE };
    pub(super) const ONE: Self = Self { num: 1, den: WHOLE };

    /// The fraction in lowest terms, if the denominator is not zero and both fit.
    pub(super) fn new(num: i128, den: i128) -> Option<Self> {
        if num == i128::MIN || den == i128::MIN || den == 0 {
            return None;
        }
        let common = common(num, den);
        let sign = den.signum();
        Self::fitting(num / common * sign, den / common * sign)
    }

    pub(super) fn numerator(self) -> i128 {
        self.num
    }

    pub(super) fn denominator(self) -> i128 {
        self.den.get()
    }

    /// Cross-wise without their common divisor, so that little has to be reduced.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (den, other_den) = (self.den.get(), other.den.get());
        if den == other_den {
            return Self::new(self.num.checked_add(other.num)?, den);
        }
        let common_den = common(den, other_den);
        let (mine, theirs) = (den / common_den, other_den / common_den);
        let own = self.num.checked_mul(theirs)?;
        let num = own.checked_add(other.num.checked_mul(mine)?)?;
        // Only what the denominators have in common can be left to reduce by.
        let left = common(num, common_den);
        Self::fitting(num / left, (den / left).checked_mul(theirs)?)
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        if other == Self::ONE {
            return Some(self);
        }
        if self == Self::ONE {
            return Some(other);
        }
        let (den, other_den) = (self.den.get(), other.den.get());
        let (down, up) = (common(self.num, other_den), common(other.num, den));
        let num = (self.num / down).checked_mul(other.num / up)?;
        Self::fitting(num, (den / up).checked_mul(other_den / down)?)
    }

    pub(super) fn negated(self) -> Self {
        Self { num: -self.num, ..self }
    }

    /// One over it, unless it is zero.
    pub(super) fn inverse(self) -> Option<Self> {
        let sign = self.num.signum();
        Some(Self { num: self.den.get() * sign, den: NonZero::new(self.num * sign)? })
    }

    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        if self.den == other.den {
            return Some(self.num.cmp(&other.num));
        }
        let (own, theirs) =
            (self.num.checked_mul(other.den.get()), other.num.checked_mul(self.den.get()));
        Some(own?.cmp(&theirs?))
    }

    fn fitting(num: i128, den: i128) -> Option<Self> {
        NonZero::new(den).filter(|_| num != i128::MIN).map(|den| Self { num, den })
    }
}

/// The greatest common divisor; at least 1, as the second is not zero.
fn common(one: i128, other: i128) -> i128 {
    let (one, other) = (one.unsigned_abs(), other.unsigned_abs());
    if other == 1 {
        return 1;
    }
    let (small, large) = if one < other { (one, other) } else { (other, one) };
    // Sixty-four bits are several times as fast, and enough once the larger is cut down.
    let divisor = match u64::try_from(small) {
        Ok(0) => large,
        Ok(small) => match u64::try_from(large % u128::from(small)) {
            Ok(rest) => u128::from(gcd(small, rest)),
            Err(_) => unreachable!("a rest is below its divisor"),
        },
        Err(_) => gcd(small, large),
    };
    i128::try_from(divisor).expect("a divisor of a number that fits")
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational;
    use num_traits::Signed;

    use crate::money::Ratio;

    /// Whatever form numbers are in, arithmetic is that of fractions of any size.
    #[test]
    fn both_forms_say_the_same() {
        let max = i128::MAX;
        let edges = [0, 1, -1, 2, 3, 10, -12_345, 1 << 62, -(1 << 64), max / 3, max - 1, max, -max];
        let numbers: Vec<(BigRational, Ratio)> = edges
            .iter()
            .chain(&[i128::MIN])
            .flat_map(|above| [1, 2, 6, -100, 10_000_000_019, 1 << 64, max].map(|to| (*above, to)))
            .map(|(a, b)| (BigRational::new(a.into(), b.into()), Ratio::new(a, b)))
            .collect();
        let same = |big: &BigRational, ratio: &Ratio| {
            assert_eq!((big.numer(), big.denom()), (&ratio.numerator(), &ratio.denominator()));
            assert_eq!(*ratio, Ratio::new(big.numer().clone(), big.denom().clone()), "one form");
            assert_eq!(big.is_negative(), ratio.is_negative());
            assert_eq!(big.is_positive(), ratio.is_positive());
            assert_eq!(big.to_integer(), ratio.trunc());
        };
        for (big, ratio) in &numbers {
            same(big, ratio);
            same(&-big, &-ratio.clone());
            same(&big.abs(), &ratio.abs());
            for (other_big, other) in &numbers {
                let both = || (ratio.clone(), other.clone());
                same(&(big + other_big), &(both().0 + both().1));
                same(&(big - other_big), &(both().0 - both().1));
                same(&(big * other_big), &(ratio * other));
                assert_eq!(big.cmp(other_big), ratio.cmp(other), "{ratio:?} {other:?}");
                if !other.is_zero() {
                    same(&(big / other_big), &(both().0 / both().1));
                }
            }
        }
    }
}
