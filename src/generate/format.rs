//! A line as text, without an allocation.

use super::line::{KINDS, Line, Name};
use super::world::{self, CHANNELS, CURRENCIES, Days, PRODUCTS, UNITS};

/// The columns; `ref` follows if refunds name their originals.
pub(super) const COLUMNS: &str =
    "id,time,product,channel,customer,kind,quantity,unit,amount,currency";

/// Decimals of an amount, and of a quantity in thousandths.
pub(super) const AMOUNT: usize = 4;
pub(super) const QUANTITY: usize = 3;

/// Digits and letters that are not mistaken for each other, in the order of their bytes.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How a line is written.
pub(super) struct Style<'a> {
    pub(super) days: &'a Days,
    pub(super) refs: bool,
}

impl Style<'_> {
    /// Appends a line; `wordy` writes the same amount with a zero more.
    pub(super) fn write(&self, out: &mut Vec<u8>, line: &Line, wordy: bool) {
        id(out, line.name);
        out.push(b',');
        out.extend_from_slice(&self.days.texts[line.day as usize]);
        clock(out, line.second);
        text(out, PRODUCTS[line.product as usize].0);
        text(out, CHANNELS[line.channel as usize]);
        digits(out, world::account(line.customer), 12);
        out.push(b',');
        text(out, KINDS[line.kind as usize]);
        match line.unit {
            None => out.extend_from_slice(b",,"),
            Some(unit) => {
                let unit = &UNITS[unit as usize];
                decimal(out, line.quantity, if unit.thousandths { QUANTITY } else { 0 });
                out.push(b',');
                text(out, unit.name);
            }
        }
        // Whole cents are written as such.
        match line.amount % 100 == 0 {
            true => decimal(out, line.amount / 100, AMOUNT - 2),
            false => decimal(out, line.amount, AMOUNT),
        }
        if wordy {
            out.push(b'0');
        }
        out.push(b',');
        out.extend_from_slice(CURRENCIES[world::currency(line.customer) as usize].as_bytes());
        if self.refs {
            out.push(b',');
            if let Some((name, _)) = line.original {
                id(out, name);
            }
        }
        out.push(b'\n');
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.push(b',');
}

/// Nine letters of time, thirteen of what is unique.
fn id(out: &mut Vec<u8>, name: Name) {
    let mut id = [0; 22];
    let mut put = |range: std::ops::Range<usize>, mut number: u64| {
        for place in id[range].iter_mut().rev() {
            *place = LETTERS[(number & 31) as usize];
            number >>= 5;
        }
    };
    put(0..9, name.millis);
    put(9..22, name.unique);
    out.extend_from_slice(&id);
}

fn clock(out: &mut Vec<u8>, second: u32) {
    let two = |number: u32| [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
    let ([a, b], [c, d], [e, f]) = (two(second / 3600), two(second / 60 % 60), two(second % 60));
    out.extend_from_slice(&[a, b, b':', c, d, b':', e, f, b'Z', b',']);
}

fn digits(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while number > 0 {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&text[at.min(20 - least)..]);
}

/// A whole number of the smallest units, as a decimal with so many places.
fn decimal(out: &mut Vec<u8>, number: i64, places: usize) {
    if number < 0 {
        out.push(b'-');
    }
    digits(out, number.unsigned_abs(), places + 1);
    if places > 0 {
        let point = out.len() - places;
        out.insert(point, b'.');
    }
}

/// The shortest text of a sum: no zeros behind, no point behind.
pub(super) fn plain(sum: i128, places: usize) -> String {
    let sign = if sum < 0 { "-" } else { "" };
    let all = format!("{:0>width$}", sum.unsigned_abs(), width = places + 1);
    let (whole, rest) = all.split_at(all.len() - places);
    match rest.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        rest => format!("{sign}{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        let written = |number, places| {
            let mut out = Vec::new();
            decimal(&mut out, number, places);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(5, 4), "0.0005");
        assert_eq!(written(-123_456, 4), "-12.3456");
        assert_eq!(written(0, 2), "0.00");
        assert_eq!(written(1200, 0), "1200");
        assert_eq!(plain(-50_000, 4), "-5");
        assert_eq!(plain(12_340, 4), "1.234");
        assert_eq!(plain(0, 4), "0");
    }
}
