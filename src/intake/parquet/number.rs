//! Decimals and whole numbers of any width as text, with no digit lost and none too many.

use num_bigint::BigInt;

/// A whole number.
pub(super) fn whole(value: impl Into<i128>, text: &mut Vec<u8>) {
    decimal(value.into(), 0, text);
}

/// A decimal: `unscaled` × 10^-`scale`. Zeros at the end of its fraction are left out.
pub(super) fn decimal(unscaled: i128, scale: usize, text: &mut Vec<u8>) {
    let mut slot = [0; SLOT];
    match i64::try_from(unscaled).ok().and_then(|short| put(short, scale, &mut slot)) {
        Some(length) => text.extend_from_slice(&slot[..length]),
        None => {
            let digits = unscaled.unsigned_abs().to_string();
            pointed(unscaled < 0, digits.as_bytes(), scale, text);
        }
    }
}

/// Room for a short number or a time, and for what is written behind it before it is cut off.
pub(super) type Slot = [u8; SLOT];
pub(super) const SLOT: usize = 48;

/// Most digits of a number that is written in one piece.
const DIGITS: usize = 16;
const HALF: usize = DIGITS / 2;

/// A decimal at the beginning of a slot; says how long it is, and none if it has more digits.
#[inline]
pub(super) fn put(unscaled: i64, scale: usize, slot: &mut Slot) -> Option<usize> {
    let size = unscaled.unsigned_abs();
    if scale < HALF && size < 10_u64.pow(HALF as u32) {
        return Some(put_short(unscaled < 0, size, scale, slot));
    }
    if scale >= DIGITS || size >= 10_u64.pow(DIGITS as u32) {
        return None;
    }
    let (high, low) = (size / 100_000_000, size % 100_000_000);
    let digits = u128::from(eight(high)) | (u128::from(eight(low)) << 64);
    let point = DIGITS - scale;
    let from = (digits.trailing_zeros() as usize / 8).min(point - 1);
    let end = DIGITS - (digits.leading_zeros() as usize / 8).min(scale);
    let signs = digits | u128::from_le_bytes([b'0'; DIGITS]);
    slot[0] = b'-';
    let at = usize::from(unscaled < 0);
    slot[at..at + DIGITS].copy_from_slice(&(signs >> (8 * from)).to_le_bytes());
    let at = at + point - from;
    if end == point {
        return Some(at);
    }
    slot[at] = b'.';
    slot[at + 1..=at + DIGITS].copy_from_slice(&(signs >> (8 * point)).to_le_bytes());
    Some(at + 1 + end - point)
}

/// The same of half as many digits, which most numbers have.
#[inline]
fn put_short(negative: bool, size: u64, scale: usize, slot: &mut Slot) -> usize {
    let digits = eight(size);
    let point = HALF - scale;
    let from = (digits.trailing_zeros() as usize / 8).min(point - 1);
    let end = HALF - (digits.leading_zeros() as usize / 8).min(scale);
    let signs = digits | u64::from_le_bytes([b'0'; HALF]);
    slot[0] = b'-';
    let at = usize::from(negative);
    slot[at..at + HALF].copy_from_slice(&(signs >> (8 * from)).to_le_bytes());
    let at = at + point - from;
    slot[at] = b'.';
    // Without decimals all of it is cut off behind the last digit.
    let decimals = signs.checked_shr(8 * point as u32).unwrap_or(0);
    slot[at + 1..=at + HALF].copy_from_slice(&decimals.to_le_bytes());
    at + end - point + usize::from(end > point)
}

/// The eight digits of a number, the first in the lowest byte: parted in halves, all halves at once.
#[inline]
fn eight(number: u64) -> u64 {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = (halves.wrapping_mul(10_486) >> 20) & 0x7F_0000_007F;
    let pairs = hundreds | (halves.wrapping_sub(hundreds.wrapping_mul(100)) << 16);
    let tens = (pairs.wrapping_mul(103) >> 10) & 0x000F_000F_000F_000F;
    tens | (pairs.wrapping_sub(tens.wrapping_mul(10)) << 8)
}

/// The texts of 0 to 99.
pub(super) const PAIRS: [[u8; 2]; 100] = {
    let (mut pairs, mut at) = ([[b'0'; 2]; 100], 0);
    while at < 100 {
        pairs[at] = [b'0' + (at / 10) as u8, b'0' + (at % 10) as u8];
        at += 1;
    }
    pairs
};

/// A decimal in two's complement, the highest byte first, of any width.
pub(super) fn decimal_of(bytes: &[u8], scale: usize, text: &mut Vec<u8>) {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { 0xFF } else { 0 };
    match bytes.len().checked_sub(16) {
        None | Some(0) => {
            let mut wide = [sign; 16];
            wide[16 - bytes.len()..].copy_from_slice(bytes);
            decimal(i128::from_be_bytes(wide), scale, text);
        }
        Some(_) => {
            let number = BigInt::from_signed_bytes_be(bytes);
            let digits = number.magnitude().to_string();
            pointed(sign == 0xFF, digits.as_bytes(), scale, text);
        }
    }
}

/// Digits with a sign and a point.
fn pointed(negative: bool, digits: &[u8], scale: usize, text: &mut Vec<u8>) {
    if negative {
        text.push(b'-');
    }
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    text.extend_from_slice(if whole.is_empty() { b"0" } else { whole });
    let Some(last) = fraction.iter().rposition(|digit| *digit != b'0') else { return };
    text.push(b'.');
    text.extend(std::iter::repeat_n(b'0', scale - fraction.len()));
    text.extend_from_slice(&fraction[..=last]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Exact;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (unscaled, scale, due) in [
            (0, 0, "0"),
            (0, 4, "0"),
            (125_000, 4, "12.5"),
            (-5, 3, "-0.005"),
            (-1_200, 2, "-12"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
            (i128::MAX, 0, "170141183460469231731687303715884105727"),
        ] {
            assert_eq!(text(|out| decimal(unscaled, scale, out)), due);
            let mut bytes = unscaled.to_be_bytes().to_vec();
            assert_eq!(text(|out| decimal_of(&bytes, scale, out)), due);
            // The same number, wider.
            let sign = if unscaled < 0 { 0xFF } else { 0 };
            (0..16).for_each(|_| bytes.insert(0, sign));
            assert_eq!(text(|out| decimal_of(&bytes, scale, out)), due);
        }
        assert_eq!(text(|out| decimal_of(&[], 2, out)), "0");
        assert_eq!(text(|out| decimal_of(&[0xFF], 2, out)), "-0.01");
    }

    proptest! {
        #[test]
        fn texts_are_the_numbers(unscaled in -(10_i128.pow(27))..10_i128.pow(27), scale in 0_u8..12) {
            let text = text(|out| decimal(unscaled, scale.into(), out));
            prop_assert_eq!(text.parse(), Ok(Exact::scaled(unscaled, scale)));
        }

        #[test]
        fn short_numbers_are_written_as_others_are(
            size in any::<u64>(),
            bits in 0_u32..64,
            zeros in 0_u32..20,
            negative in any::<bool>(),
            rest in any::<u8>(),
        ) {
            let power = 10_u64.pow(zeros);
            let size = i64::try_from(size >> bits >> 1).unwrap().unsigned_abs() / power * power;
            let number = if negative { -size.cast_signed() } else { size.cast_signed() };
            for scale in 0..20 {
                let mut slot = [rest; SLOT];
                let found = put(number, scale, &mut slot).map(|length| slot[..length].to_vec());
                let digits = size.to_string();
                let due = text(|out| pointed(number < 0, digits.as_bytes(), scale, out));
                let fits = scale < DIGITS && digits.len() <= DIGITS;
                prop_assert_eq!(found, fits.then(|| due.into_bytes()));
            }
        }

        #[test]
        fn eight_digits_are_parted(number in 0_u64..100_000_000) {
            let digits = eight(number) | u64::from_le_bytes([b'0'; 8]);
            let due = format!("{number:08}");
            prop_assert_eq!(&digits.to_le_bytes()[..], due.as_bytes());
        }
    }
}
