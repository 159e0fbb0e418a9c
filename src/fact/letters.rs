//! Numbers as letters.
//!
//! A number is written in digits of five bits, the lowest first, each a letter of base64 whose sixth bit
//! says that more follow; a signed one has its sign in the lowest bit.
//!
//! The law: what was written is read again as it was; what is no number is refused.

use crate::money::Exact;

/// The text of something is not one that a tally writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its sums are not in the form in which they are kept")]
pub(super) struct Unreadable;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What a letter stands for; `NO_LETTER` for any other byte.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_LETTER; 256];
    let mut at = 0;
    while at < LETTERS.len() {
        digits[LETTERS[at] as usize] = at as u8;
        at += 1;
    }
    digits
};
const NO_LETTER: u8 = 64;
/// The bit of a digit that says that more follow.
const MORE: u8 = 32;
/// Instead of a number of digits after the point: whole units and the rest follow, each by itself.
const HALVES: u8 = 29;

/// Numbers as letters.
#[derive(Default)]
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn number(&mut self, mut number: u128) {
        // Nearly all fit the machine.
        while number > u128::from(u64::MAX) {
            self.digit((number & 31) as u8 | MORE);
            number >>= 5;
        }
        let mut number = number as u64;
        while number > 31 {
            self.digit((number & 31) as u8 | MORE);
            number >>= 5;
        }
        self.digit(number as u8);
    }

    fn digit(&mut self, digit: u8) {
        self.0.push(char::from(LETTERS[usize::from(digit)]));
    }

    pub(super) fn signed(&mut self, number: i128) {
        self.number((number << 1 ^ number >> 127).cast_unsigned());
    }

    pub(super) fn exact(&mut self, exact: Exact) {
        if let Some((mantissa, scale)) = exact.shortest() {
            self.number(scale.into());
            return self.signed(mantissa);
        }
        let (whole, rest) = exact.halves();
        self.number(HALVES.into());
        self.signed(whole);
        self.signed(rest);
    }
}

/// Reads them again.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text.as_bytes())
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    fn digit(&mut self) -> Result<u8, Unreadable> {
        let (letter, rest) = self.0.split_first().ok_or(Unreadable)?;
        self.0 = rest;
        let digit = DIGITS[usize::from(*letter)];
        if digit == NO_LETTER { Err(Unreadable) } else { Ok(digit) }
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u128, Unreadable> {
        let mut number: u64 = 0;
        // Twelve digits fit 64 bits.
        for at in 0..12 {
            let digit = self.digit()?;
            number |= u64::from(digit & (MORE - 1)) << (5 * at);
            if digit & MORE == 0 {
                return Ok(number.into());
            }
        }
        self.long_number(number.into())
    }

    #[cold]
    fn long_number(&mut self, mut number: u128) -> Result<u128, Unreadable> {
        for shift in (60..128).step_by(5) {
            let digit = self.digit()?;
            let part = u128::from(digit & (MORE - 1));
            number |= part.checked_shl(shift).filter(|it| it >> shift == part).ok_or(Unreadable)?;
            if digit & MORE == 0 {
                return Ok(number);
            }
        }
        Err(Unreadable)
    }

    #[inline]
    pub(super) fn signed(&mut self) -> Result<i128, Unreadable> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A number that counts things in memory.
    #[inline]
    pub(super) fn count(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number()?).map_err(|_| Unreadable)
    }

    pub(super) fn exact(&mut self) -> Result<Exact, Unreadable> {
        match u8::try_from(self.number()?).map_err(|_| Unreadable)? {
            HALVES => Exact::from_halves(self.signed()?, self.signed()?).ok_or(Unreadable),
            scale @ 0..HALVES => Ok(Exact::scaled(self.signed()?, scale)),
            _ => Err(Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(number in any::<u128>(), shift in 0..128_u32) {
            let mut out = Writer::default();
            let number = number >> shift;
            out.number(number);
            out.signed(number.cast_signed());
            let mut from = Reader::of(&out.0);
            prop_assert_eq!(from.number(), Ok(number));
            prop_assert_eq!(from.signed(), Ok(number.cast_signed()));
            prop_assert!(from.is_at_end());
        }
    }
}
