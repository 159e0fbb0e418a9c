//! How single values become text, wherever in a file they stand.
//!
//! The law: a text that a reader of CSV would take for something else is put in quotes, as CSV has them.

use super::DELIMITER;
use super::columns::Holds;
use super::number::{self, Slot, decimal, decimal_of, whole};
use super::time::{self, Days};

/// A mark of byte order: it would be taken away if the file began with it.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands for a value that cannot be read.
pub(super) const UNFIT: &[u8] = b"?";

pub(super) fn int(value: i32, holds: Holds, text: &mut Vec<u8>) {
    match holds {
        Holds::Date => time::day(value.into(), text),
        Holds::Natural => whole(value.cast_unsigned(), text),
        Holds::Decimal(scale) => decimal(value.into(), scale, text),
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Time { .. }
        | Holds::OldTime
        | Holds::Uuid
        | Holds::Unfit => whole(value, text),
    }
}

pub(super) fn long(value: i64, holds: Holds, text: &mut Vec<u8>) {
    match holds {
        Holds::Time { unit, utc } => time::time(value, unit, utc, text),
        Holds::Natural => whole(value.cast_unsigned(), text),
        Holds::Decimal(scale) => decimal(value.into(), scale, text),
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Date
        | Holds::OldTime
        | Holds::Uuid
        | Holds::Unfit => whole(value, text),
    }
}

/// The same at the beginning of a slot; says how long it is, and none if it may not fit.
#[inline]
pub(super) fn put_int(value: i32, holds: Holds, days: &mut Days, slot: &mut Slot) -> Option<usize> {
    match holds {
        Holds::Date => days.put(value.into(), slot),
        Holds::Natural => number::put(value.cast_unsigned().into(), 0, slot),
        Holds::Decimal(scale) => number::put(value.into(), scale, slot),
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Time { .. }
        | Holds::OldTime
        | Holds::Uuid
        | Holds::Unfit => number::put(value.into(), 0, slot),
    }
}

/// The same of a longer one.
#[inline]
pub(super) fn put_long(
    value: i64,
    holds: Holds,
    days: &mut Days,
    slot: &mut Slot,
) -> Option<usize> {
    match holds {
        Holds::Time { unit, utc } => time::put(value, (unit, utc), days, slot),
        Holds::Natural => number::put(value.cast_unsigned().try_into().ok()?, 0, slot),
        Holds::Decimal(scale) => number::put(value, scale, slot),
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Date
        | Holds::OldTime
        | Holds::Uuid
        | Holds::Unfit => number::put(value, 0, slot),
    }
}

/// Is such a value written as the text that it is, but for quotes?
pub(super) fn is_text(holds: Holds) -> bool {
    match holds {
        Holds::Decimal(_) | Holds::Unfit => false,
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Natural
        | Holds::Date
        | Holds::Time { .. }
        | Holds::OldTime
        | Holds::Uuid => true,
    }
}

/// Bytes of any number.
pub(super) fn bytes(value: &[u8], holds: Holds, text: &mut Vec<u8>) {
    if is_text(holds) {
        quoted(value, text);
    } else if let Holds::Decimal(scale) = holds {
        decimal_of(value, scale, text);
    } else {
        text.extend_from_slice(UNFIT);
    }
}

/// As many bytes as the column says.
pub(super) fn fixed(value: &[u8], holds: Holds, text: &mut Vec<u8>) {
    match holds {
        Holds::Decimal(scale) => decimal_of(value, scale, text),
        Holds::Uuid => uuid(value, text),
        Holds::Text
        | Holds::Truth
        | Holds::Whole
        | Holds::Natural
        | Holds::Date
        | Holds::Time { .. }
        | Holds::OldTime
        | Holds::Unfit => text.extend_from_slice(UNFIT),
    }
}

/// A text as a field of CSV.
pub(super) fn quoted(value: &[u8], text: &mut Vec<u8>) {
    let special = |byte: &u8| matches!(*byte, b'"' | b'\n' | b'\r' | DELIMITER);
    let plain = !may_be_special(value) || !value.iter().any(special);
    if plain && !value.starts_with(MARK) {
        text.extend_from_slice(value);
        return;
    }
    text.push(b'"');
    for &byte in value {
        if byte == b'"' {
            text.push(b'"');
        }
        text.push(byte);
    }
    text.push(b'"');
}

/// Is there a quote in it, or a control character? Eight bytes at a time.
#[inline]
fn may_be_special(value: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // The highest bit of a byte says that it is below the limit, or that one before it is.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & (ONES << 7);
    let special = |word: u64| below(word, 0x20) | below(word ^ (ONES * u64::from(b'"')), 1);
    let (words, rest) = value.as_chunks::<8>();
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    let all = words.iter().fold(special(u64::from_le_bytes(last)), |all, word| {
        all | special(u64::from_le_bytes(*word))
    });
    all != 0
}

fn uuid(value: &[u8], text: &mut Vec<u8>) {
    for (at, byte) in value.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push(b'-');
        }
        text.extend([byte >> 4, byte & 15].map(|half| b"0123456789abcdef"[usize::from(half)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_byte_is_seen_wherever_it_stands() {
        for length in 0..30 {
            for byte in 0..=255 {
                for at in 0..length {
                    let mut value = vec![b'~'; length];
                    value[at] = byte;
                    let special = byte < 0x20 || byte == b'"';
                    assert_eq!(may_be_special(&value), special, "{byte} at {at} of {length}");
                }
            }
        }
    }
}
