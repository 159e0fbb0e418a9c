//! Numbers and times in the forms that nearly all rows have. What has another form is not refused
//! here: the ordinary reader reads it.

/// The digits of a number that is certain to fit.
const DIGITS: usize = 18;
/// The digits behind the point that the sums have room for.
pub(super) const SCALE: u8 = 12;

/// A number: `mantissa` × 10^-`scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Short {
    pub(super) mantissa: i64,
    pub(super) scale: u8,
}

impl Short {
    /// In units of 10^-12; none if it is so large that adding up very many might not fit.
    pub(super) fn units(self) -> Option<i128> {
        const LARGEST: i128 = 10_i128.pow(27);
        let units = i128::from(self.mantissa) * POWERS[usize::from(SCALE - self.scale)];
        (-LARGEST..=LARGEST).contains(&units).then_some(units)
    }
}

const POWERS: [i128; SCALE as usize + 1] = {
    let mut powers = [1; SCALE as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// A sign, digits, and perhaps a point with digits behind it; at most 18 digits.
pub(super) fn number(text: &[u8]) -> Option<Short> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > DIGITS + 1 || digits.is_empty() {
        return None;
    }
    let (mut value, mut point) = (0_i64, digits.len());
    for (at, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            // Nineteen nines are more than 64 bits hold, and refused below.
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if byte == b'.' && point == digits.len() {
            point = at;
        } else {
            return None;
        }
    }
    let whole = point == digits.len();
    let scale = if whole { 0 } else { digits.len() - point - 1 };
    let count = digits.len() - usize::from(!whole);
    let fits = count <= DIGITS && point > 0 && (whole || scale > 0) && scale <= SCALE as usize;
    let mantissa = if negative { value.wrapping_neg() } else { value };
    fits.then_some(Short { mantissa, scale: scale as u8 })
}

/// A plain date or an instant in UTC in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Days since 1970.
    On(i32),
    /// Seconds since 1970.
    At(i64),
}

/// `2026-10-31` or `2026-10-31T08:00:00Z`.
pub(super) fn time(text: &[u8]) -> Option<Time> {
    let days = days(text.first_chunk()?)?;
    match &text[10..] {
        [] => Some(Time::On(days)),
        [b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] => {
            let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
            let fits = hour < 24 && minute < 60 && second < 60;
            let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            fits.then_some(Time::At(i64::from(days) * 86_400 + seconds))
        }
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then_some(tens * 10 + ones)
}

/// Days since 1970, in years in which every zone has every day's midnight where it is now.
fn days(date: &[u8; 10]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let year = i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?);
    let (month, day) = (i32::from(two(m1, m2)?), i32::from(two(d1, d2)?));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => return None,
    };
    let certain = (1970..2200).contains(&year) && (1..=length).contains(&day);
    certain.then(|| since_1970(year, month, day))
}

/// Years that begin in March have their leap day at the end; 153 days are any five months from then.
fn since_1970(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    days - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::{Day, Moment};
    use crate::money::Exact;

    fn moment(time: Time) -> Moment {
        match time {
            Time::On(days) => Moment::On(Day::EPOCH.plus(days.into())),
            Time::At(seconds) => Moment::At { seconds, nanos: 0 },
        }
    }

    #[test]
    fn the_usual_forms_are_taken_and_the_rest_is_left() {
        let taken = |text: &str| number(text.as_bytes());
        assert_eq!(taken("-12.50"), Some(Short { mantissa: -1250, scale: 2 }));
        assert_eq!(
            taken("999999999999999999").map(|it| it.mantissa),
            Some(999_999_999_999_999_999)
        );
        for text in
            ["", "-", ".5", "5.", "1e5", "+5", "1,0", " 1", "1.2.3", "9999999999999999999", "--1"]
        {
            assert_eq!(taken(text), None, "{text:?}");
        }
        for text in ["2026-02-29", "2026-10-05T24:00:00Z", "2026-10-05T08:00:00", "1026-10-05", ""]
        {
            assert_eq!(time(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_the_ordinary_reader_reads(text in "[-+]?[0-9]{0,12}[.e]?[0-9]{0,10}") {
            if let Some(short) = number(text.as_bytes()) {
                let due: Exact = text.parse().unwrap();
                prop_assert_eq!(Exact::scaled(short.mantissa.into(), short.scale), due);
                if let Some(units) = short.units() {
                    prop_assert_eq!(Exact::scaled(units, SCALE), due);
                }
            }
        }

        #[test]
        fn times_are_those_of_the_ordinary_reader(
            texts in proptest::collection::vec("(19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z)?", 1..4)
        ) {
                for text in texts {
                if let Some(read) = time(text.as_bytes()) {
                    prop_assert_eq!(Ok(moment(read)), text.parse::<Moment>());
                }
            }
        }
    }
}
