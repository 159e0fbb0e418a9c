//! Numbers and times in the forms that nearly all rows have. What has another form is not refused
//! here: the ordinary reader reads it.

use crate::fact::fingerprint::{LARGEST, word};

/// The digits of a number that is certain to fit.
const DIGITS: usize = 18;
pub(super) use crate::fact::fingerprint::SCALE;

/// A number: `mantissa` × 10^-`scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Short {
    pub(super) mantissa: i64,
    pub(super) scale: u8,
}

impl Short {
    #[inline(always)]
    fn signed(self, negative: bool) -> Self {
        let mantissa = if negative { -self.mantissa } else { self.mantissa };
        Self { mantissa, ..self }
    }

    /// In units of 10^-12.
    #[inline(always)]
    pub(super) fn scaled(self) -> i128 {
        // Less than 10^18 times at most 10^12.
        i128::from(self.mantissa) * i128::from(POWERS[usize::from(self.scale)])
    }

    /// In units of 10^-12; none if it is so large that adding up very many might not fit.
    #[inline(always)]
    pub(super) fn units(self) -> Option<i128> {
        let units = self.scaled();
        (-LARGEST..=LARGEST).contains(&units).then_some(units)
    }
}

/// What a number of a scale is to be multiplied by.
const POWERS: [i64; SCALE as usize + 1] = {
    let mut powers = [1; SCALE as usize + 1];
    let mut at = SCALE as usize;
    while at > 0 {
        powers[at - 1] = powers[at] * 10;
        at -= 1;
    }
    powers
};

/// A sign, digits, and perhaps a point with digits behind it; at most 18 digits.
///
/// `text` may go on behind its `length` bytes: the word that is read need not end with the number.
#[inline(always)]
pub(super) fn number(text: &[u8], length: usize) -> Option<Short> {
    let (negative, text, length) = match text {
        [b'-', text @ ..] if length > 0 => (true, text, length - 1),
        text => (false, text, length),
    };
    let short = match length {
        1..=8 => {
            let cut = 64 - 8 * length as u32;
            from_end(0, (head(text) ^ all(b'0')) << cut, 0xFF << cut)?
        }
        _ => many(&text[..length])?,
    };
    Some(short.signed(negative)).filter(|short| short.scale <= SCALE)
}

/// The first eight bytes as a word, or as many as there are; the first is the lowest.
#[inline(always)]
pub(super) fn head(text: &[u8]) -> u64 {
    text.first_chunk().map_or_else(|| word(text), |eight| u64::from_le_bytes(*eight))
}

/// Every byte of a word the same.
pub(super) const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Is every byte so small that adding the other one leaves its highest bit clear?
#[inline(always)]
pub(super) fn digits_only(values: u64, more: u64) -> bool {
    (values.wrapping_add(more) | values) & all(0x80) == 0
}

/// The number of eight digits. Pairs of neighbours become one number, three times.
#[inline(always)]
fn value(digits: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00FF_0000_00FF;
    // Two digits are at most 99: no byte overflows, neither here nor in what follows.
    let twos = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (twos & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let second = (twos >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

/// The most signs of a number that is read from its end, without that of its sign: whatever it is, it
/// [fits](Short::units).
pub(super) const MOST: usize = 15;

/// The number that ends before `to`, if at most fifteen signs of it begin at `from`, with at most seven
/// digits behind a point: what nearly every number is. Nothing behind it is read.
#[inline(always)]
pub(super) fn number_before(text: &[u8], from: usize, to: usize) -> Option<Short> {
    let negative = text[from] == b'-';
    let length = to.wrapping_sub(from + usize::from(negative));
    if length.wrapping_sub(1) >= MOST {
        return None;
    }
    let word = |to: usize| {
        let (_, bytes) = text.get(..to)?.split_last_chunk()?;
        Some(u64::from_le_bytes(*bytes) ^ all(b'0'))
    };
    // The last eight or sixteen bytes, with nothing where the number has not begun.
    let short = if length <= 8 {
        let cut = 64 - 8 * length as u32;
        from_end(0, word(to)? >> cut << cut, 0xFF << cut)?
    } else {
        let cut = 128 - 8 * length as u32;
        from_end(word(to - 8)? >> cut << cut, word(to)?, 0)?
    };
    Some(short.signed(negative))
}

#[inline(always)]
fn from_end(high: u64, low: u64, start: u64) -> Option<Short> {
    let Digits { mantissa, scale, fits } = Digits::from_end(high, low, start);
    fits.then_some(Short { mantissa: mantissa.cast_signed(), scale: scale as u8 })
}

/// What some digits are, as words that may stand side by side with those of other rows.
pub(super) struct Digits {
    pub(super) mantissa: u64,
    pub(super) scale: u64,
    /// Are they a number?
    pub(super) fits: bool,
}

impl Digits {
    /// Digits, among them perhaps a point: all of them at once and without a branch, as the bytes of two
    /// words, each less that of a zero; the last one is the highest of `low`. If the first one is in
    /// `low`, it is where the bits of `start` are.
    #[inline(always)]
    pub(super) fn from_end(high: u64, low: u64, start: u64) -> Self {
        let points = low ^ all(b'.' ^ b'0');
        // The lowest of these bits is that of the first point; what is above it means nothing.
        let bits = points.wrapping_sub(all(1)) & !points & all(0x80);
        let point = bits & bits.wrapping_neg();
        let there = point != 0;
        // There are digits on both sides of it.
        let placed = point & (start | 1 << 63) == 0;
        // What stands before the point moves up to where it was.
        let (before, behind) = ((point >> 7).wrapping_sub(1), (point << 1).wrapping_neg());
        let moved = low & behind | (low & before) << 8 | high >> 56;
        let (high, low) = if there { (high << 8, moved) } else { (high, low) };
        // One for each byte behind the point, added up in the highest byte.
        let scale = (behind & all(1)).wrapping_mul(all(1)) >> 56;
        let digits = digits_only(high, all(0x76)) & digits_only(low, all(0x76));
        let mantissa = value(high).wrapping_mul(100_000_000).wrapping_add(value(low));
        Self { mantissa, scale, fits: placed & digits }
    }
}

/// The same of any count of digits, one by one.
fn many(digits: &[u8]) -> Option<Short> {
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
    let fits = count <= DIGITS && point > 0 && (whole || scale > 0);
    fits.then_some(Short { mantissa: value, scale: scale as u8 })
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
#[inline(always)]
pub(super) fn time(text: &[u8]) -> Option<Time> {
    if let Ok(text) = <&[u8; 20]>::try_from(text) {
        let (date, clock) = text.split_first_chunk().expect("ten of twenty bytes");
        let days = days(date)?;
        let [b'T', clock @ .., b'Z'] = clock else { return None };
        let [hour, minute, second] = pairs(clock.first_chunk()?, b':')?;
        let fits = hour < 24 && minute < 60 && second < 60;
        let seconds = hour * 3600 + minute * 60 + second;
        return fits.then(|| Time::At(i64::from(days) * 86_400 + i64::from(seconds)));
    }
    days(text.try_into().ok()?).map(Time::On)
}

/// Three numbers of two digits with something between them, such as `08:00:00`.
#[inline(always)]
fn pairs(text: &[u8; 8], between: u8) -> Option<[u32; 3]> {
    let zeros = u64::from_le_bytes([b'0', b'0', between, b'0', b'0', between, b'0', b'0']);
    const MORE: u64 = u64::from_le_bytes([0x76, 0x76, 0x7F, 0x76, 0x76, 0x7F, 0x76, 0x76]);
    let values = u64::from_le_bytes(*text) ^ zeros;
    if !digits_only(values, MORE) {
        return None;
    }
    let twos = values.wrapping_mul(10).wrapping_add(values >> 8);
    Some([twos as u8, (twos >> 24) as u8, (twos >> 48) as u8].map(u32::from))
}

/// Days since 1970, in years in which every zone has every day's midnight where it is now.
#[inline(always)]
fn days(date: &[u8; 10]) -> Option<i32> {
    let [c1, c2, rest @ ..] = date;
    let (c1, c2) = (c1.wrapping_sub(b'0'), c2.wrapping_sub(b'0'));
    let [year, month, day] = pairs(rest, b'-')?;
    let years = (u32::from(c1) * 1000 + u32::from(c2) * 100 + year).wrapping_sub(FIRST);
    let before = month.wrapping_sub(1);
    if c1 > 9 || c2 > 9 || years >= LAST - FIRST || before >= 12 {
        return None;
    }
    let months = (years * 12 + before) as usize;
    let (first, next) = (STARTS[months], STARTS[months + 1]);
    let at = first + day as i32 - 1;
    (at < next && day > 0).then_some(at)
}

/// The years that are taken: from the first up to before the last.
pub(super) const FIRST: u32 = 1970;
pub(super) const LAST: u32 = 2200;
/// The days of those years, counted from the first.
pub(super) const DAYS: usize = since_1970(LAST as i32, 1) as usize;
const MONTHS: usize = (LAST - FIRST) as usize * 12;
/// The first days of their months, in days since 1970, and the day after the last.
static STARTS: [i32; MONTHS + 1] = {
    let mut starts = [0; MONTHS + 1];
    let mut at = 0;
    while at < starts.len() {
        starts[at] = since_1970((FIRST + at as u32 / 12) as i32, (at % 12 + 1) as i32);
        at += 1;
    }
    starts
};

/// The first day of a month. Years that begin in March have their leap day at the end; 153 days are
/// any five months from then.
const fn since_1970(year: i32, month: i32) -> i32 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5;
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
        let taken = |text: &str| number(text.as_bytes(), text.len());
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
        fn digits_at_once_are_digits_one_by_one(text in "[0-9]{0,8}[.]?[0-9]{0,8}|[0-9.,\0:/é-]{1,8}", behind in "[,0-9.]{0,9}") {
            if (1..=8).contains(&text.len()) {
                let digits = text.strip_prefix('-');
                let due = many(digits.unwrap_or(&text).as_bytes())
                    .map(|short| short.signed(digits.is_some()))
                    .filter(|short| short.scale <= SCALE);
                prop_assert_eq!(number(text.as_bytes(), text.len()), due);
                let more = format!("{text}{behind}");
                prop_assert_eq!(number(more.as_bytes(), text.len()), due);
            }
        }

        #[test]
        fn a_number_is_the_same_from_its_end(
            before in "[,0-9.]{0,20}",
            text in "-?[0-9]{0,9}[.]?[0-9]{0,9}|[0-9.,\0:/é-]{1,16}",
            behind in "[,0-9.]{0,9}",
        ) {
            prop_assume!(!text.is_empty());
            let all = format!("{before}{text}{behind}");
            let found = number_before(all.as_bytes(), before.len(), before.len() + text.len());
            let due = number(text.as_bytes(), text.len());
            prop_assert!(found.is_none() || found == due, "{:?} {:?}", found, due);
            prop_assert!(found.is_none_or(|short| short.units().is_some()));
            let room = before.len() + text.len() >= 16 && text.len() <= MOST;
            prop_assert!(!room || found.is_some() || due.is_none_or(|it| it.scale > 7));
        }

        #[test]
        fn every_day_of_the_certain_years_is_taken(days in 0_i32..84_006, second in 0_i64..86_400) {
            let day = Day::EPOCH.plus(days.into()).to_string();
            prop_assert_eq!(time(day.as_bytes()), Some(Time::On(days)));
            let (hour, minute) = (second / 3600, second / 60 % 60);
            let text = format!("{day}T{hour:02}:{minute:02}:{:02}Z", second % 60);
            prop_assert_eq!(time(text.as_bytes()), Some(Time::At(i64::from(days) * 86_400 + second)));
        }

        #[test]
        fn a_time_with_one_other_byte_is_read_alike_or_left(at in 0_usize..20, byte in 0_u8..128) {
            let mut text = *b"2026-10-31T08:00:00Z";
            text[at] = byte;
            if let Some(read) = time(&text) {
                let text = std::str::from_utf8(&text).unwrap();
                prop_assert_eq!(Ok(moment(read)), text.parse::<Moment>());
            }
        }

        #[test]
        fn what_is_taken_is_what_the_ordinary_reader_reads(text in "[-+]?[0-9]{0,12}[.e]?[0-9]{0,10}") {
            if let Some(short) = number(text.as_bytes(), text.len()) {
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
