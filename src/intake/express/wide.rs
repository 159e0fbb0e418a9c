//! Numbers and times of several rows at once, where a machine has words so wide.
//!
//! What is read here stands in columns of plain words. A loop over them without exits, and with nothing
//! that may overflow, is compiled once for each level of the machine and takes several rows in one step;
//! where there are no wide words, it would be slower than one row after the other.
//!
//! The law: what is found here is what [`parse::number`] and [`parse::time`] find, or nothing.

use fearless_simd::Level;

use super::parse::{self, Digits, all, digits_only};

/// Rows in one step.
pub(super) const STEP: usize = 8;

/// The level of a machine with wide words.
pub(super) fn level() -> Option<Level> {
    let level = Level::new();
    #[cfg(target_arch = "x86_64")]
    let wide = level.as_avx2().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let wide = false;
    wide.then_some(level)
}

/// All bits of the last so many bytes of a word, of which there are at most eight.
#[inline(always)]
fn last_bytes(count: u64) -> u64 {
    let half = 32_u64.wrapping_sub(count.wrapping_mul(4)) & 63;
    u64::MAX << half << half
}

/// The number of so many bytes, at most eight: the last of those of a word. Of no bytes it is none.
#[inline(always)]
pub(super) fn short_number(last: u64, length: u64) -> Digits {
    number([0, last], [0, last_bytes(length)])
}

/// The same of the last bytes of two words; none if there would have to be more.
#[inline(always)]
pub(super) fn long_number(before: u64, last: u64, length: u64) -> Digits {
    let masks = [last_bytes(length.saturating_sub(8).min(8)), last_bytes(length.min(8))];
    let digits = number([before, last], masks);
    Digits { fits: digits.fits & (length <= 16), ..digits }
}

/// The number of the bytes whose bits are set in masks: a sign, and what [`Digits`] may be.
#[inline(always)]
fn number([before, last]: [u64; 2], [high_mask, low_mask]: [u64; 2]) -> Digits {
    // What is one byte later, as the low one comes behind the high one.
    let later = |high: u64, low: u64| (high << 8, low << 8 | high >> 56);
    let (high_rest, low_rest) = later(high_mask, low_mask);
    let (high_first, low_first) = (high_mask & !high_rest, low_mask & !low_rest);
    let (high, low) = ((before ^ all(b'0')) & high_mask, (last ^ all(b'0')) & low_mask);
    let minus = all(b'-' ^ b'0');
    let negative = (high ^ minus) & high_first | (low ^ minus) & low_first == 0;
    // All bits, or none: with branches all that follows would be there twice.
    let sign = u64::from(negative).wrapping_neg();
    let (high_after, low_after) = later(high_first, low_first);
    let high_start = high_first & !sign | high_after & sign;
    let low_start = low_first & !sign | low_after & sign;
    let (high, low) = (high & !(high_first & sign), low & !(low_first & sign));
    let Digits { mantissa, scale, fits } = Digits::from_end(high, low, low_start);
    let mantissa = (mantissa ^ sign).wrapping_sub(sign);
    // At least one digit, and at most fifteen.
    let some = (high_start | low_start != 0) & (high_start & 0xFF == 0);
    Digits { mantissa, scale, fits: fits & some }
}

/// Bytes of an instant: `2026-10-31T08:00:00Z`.
pub(super) const INSTANT: usize = 20;

/// An instant as words: `2026-10-`, `31T08:00` and `:00Z`.
#[inline(always)]
pub(super) fn instant_words(text: &[u8; INSTANT]) -> [u64; 3] {
    let (text, end) = text.split_last_chunk().expect("four of twenty bytes");
    let (date, clock) = text.split_at(8);
    [parse::head(date), parse::head(clock), u32::from_le_bytes(*end).into()]
}

/// An instant, if it is one.
pub(super) struct Instant {
    /// Days since 1970.
    pub(super) day: u64,
    /// Seconds of the day.
    pub(super) second: u64,
    pub(super) fits: bool,
}

impl Instant {
    /// The instant of three words, in years in which every zone has every day's midnight where it is now.
    #[inline(always)]
    pub(super) fn of([date, clock, end]: [u64; 3]) -> Self {
        let (date, dated) = pairs(date, *b"0000-00-");
        let (clock, clocked) = pairs(clock, *b"00T00:00");
        let (end, ended) = pairs(end, *b":00Z\0\0\0\0");
        let pair = |pairs: u64, at: u32| pairs >> (8 * at) & 0xFF;
        let year = pair(date, 0).wrapping_mul(100).wrapping_add(pair(date, 2));
        let (month, day) = (pair(date, 5), pair(clock, 0));
        let (hour, minute, second) = (pair(clock, 3), pair(clock, 6), pair(end, 1));
        let seconds = hour.wrapping_mul(3600).wrapping_add(minute.wrapping_mul(60));
        Self {
            day: first_of(year, month).wrapping_add(day).wrapping_sub(1),
            second: seconds.wrapping_add(second),
            fits: dated
                & clocked
                & ended
                & is_day(year, month, day)
                & (hour < 24)
                & (minute < 60)
                & (second < 60),
        }
    }
}

/// At each pair of digits its number, and whether the other bytes are those of a form.
#[inline(always)]
fn pairs(word: u64, form: [u8; 8]) -> (u64, bool) {
    let more = form.map(|byte| if byte == b'0' { 0x76 } else { 0x7F });
    let values = word ^ u64::from_le_bytes(form);
    let fits = digits_only(values, u64::from_le_bytes(more));
    (values.wrapping_mul(10).wrapping_add(values >> 8), fits)
}

/// The one of our years that is divisible by four and has no leap day.
const NO_LEAP: u64 = 2100;

#[inline(always)]
fn is_day(year: u64, month: u64, day: u64) -> bool {
    let leap = (year & 3 == 0) & (year != NO_LEAP);
    // The others take turns, but July and August.
    let days = if month == 2 { 28 + u64::from(leap) } else { 30 | (month ^ month >> 3) };
    let (first, years) = (u64::from(parse::FIRST), u64::from(parse::LAST - parse::FIRST));
    (year.wrapping_sub(first) < years) & (month.wrapping_sub(1) < 12) & (day.wrapping_sub(1) < days)
}

/// The first day of a month, in days since 1970. Years that begin in March have their leap day at the end;
/// from then on 979 days are 32 months, near enough for twelve of them.
#[inline(always)]
fn first_of(year: u64, month: u64) -> u64 {
    let early = month < 3;
    let year = year.wrapping_sub(early.into());
    let month = if early { month.wrapping_add(12) } else { month };
    let before = month.wrapping_mul(979).wrapping_sub(2919) >> 5;
    let leaps = (year >> 2).wrapping_sub((year >= NO_LEAP).into());
    year.wrapping_mul(365).wrapping_add(leaps).wrapping_add(before).wrapping_sub(719_483)
}
