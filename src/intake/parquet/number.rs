//! Decimals and whole numbers of any width as text, with no digit lost and none too many.

use num_bigint::BigInt;

/// A whole number.
pub(super) fn whole(value: impl Into<i128>, text: &mut Vec<u8>) {
    decimal(value.into(), 0, text);
}

/// A decimal: `unscaled` × 10^-`scale`. Zeros at the end of its fraction are left out.
pub(super) fn decimal(unscaled: i128, scale: usize, text: &mut Vec<u8>) {
    let size = unscaled.unsigned_abs();
    if scale < SHORT
        && let Ok(size) = u64::try_from(size)
    {
        return short(unscaled < 0, size, scale, text);
    }
    pointed(unscaled < 0, size.to_string().as_bytes(), scale, text);
}

/// Most digits of a number that fits in 64 bits.
const SHORT: usize = 20;

/// The same of a number of 64 bits, made in one piece.
fn short(negative: bool, mut rest: u64, scale: usize, text: &mut Vec<u8>) {
    // The digits stand behind room for a sign and, once they are known, the point.
    let mut digits = [b'0'; SHORT + 2];
    let (mut at, mut end) = (digits.len(), digits.len());
    while rest >= 10 {
        let pair = (rest % 100) as usize;
        rest /= 100;
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair]);
    }
    if rest > 0 {
        at -= 1;
        digits[at] = b'0' + rest as u8;
    }
    let point = digits.len() - scale;
    at = at.min(point - 1);
    while end > point && digits[end - 1] == b'0' {
        end -= 1;
    }
    if end > point {
        digits.copy_within(at..point, at - 1);
        digits[point - 1] = b'.';
        at -= 1;
    }
    if negative {
        at -= 1;
        digits[at] = b'-';
    }
    text.extend_from_slice(&digits[at..end]);
}

/// The texts of 0 to 99.
const PAIRS: [[u8; 2]; 100] = {
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
        fn numbers_of_64_bits_are_written_as_others_are(
            size in any::<u64>(),
            bits in 0_u32..64,
            zeros in 0_u32..20,
            negative in any::<bool>(),
        ) {
            let power = 10_u64.pow(zeros);
            let size = (size >> bits) / power * power;
            for scale in 0..SHORT {
                let found = text(|out| short(negative, size, scale, out));
                let due = text(|out| pointed(negative, size.to_string().as_bytes(), scale, out));
                prop_assert_eq!(found, due);
            }
        }
    }
}
