//! Days and instants as text, as exactly as the file counts them.

use super::columns::Unit;
use super::number::{PAIRS, SLOT, Slot};
use crate::calendar::Day;

impl Unit {
    fn in_a_second(self) -> i64 {
        match self {
            Self::Millis => 1_000,
            Self::Micros => 1_000_000,
            Self::Nanos => 1_000_000_000,
        }
    }
}

const DAY: i64 = 86_400;

/// The texts of days that were asked for last: the rows of a file are of few days.
#[derive(Default)]
pub(super) struct Days {
    /// Each in the place that its lowest bits say, with the length of its text.
    days: Vec<(i64, usize, [u8; LENGTH])>,
}

/// So many days are remembered, and a text has so many bytes.
const DAYS: usize = 64;
const LENGTH: usize = 10;

impl Days {
    /// A day at the beginning of a slot; none if it is a rare one.
    #[inline]
    pub(super) fn put(&mut self, day: i64, slot: &mut Slot) -> Option<usize> {
        let place = (day & (DAYS as i64 - 1)) as usize;
        match self.days.get(place) {
            Some((known, length, text)) if *known == day && *length > 0 => {
                slot[..LENGTH].copy_from_slice(text);
                Some(*length)
            }
            Some(_) | None => self.learn(day, place, slot),
        }
    }

    #[cold]
    fn learn(&mut self, day: i64, place: usize, slot: &mut Slot) -> Option<usize> {
        let length = put_day(day, slot)?;
        self.days.resize(DAYS, (0, 0, [0; LENGTH]));
        let (known, known_length, text) = &mut self.days[place];
        (*known, *known_length) = (day, length);
        text.copy_from_slice(&slot[..LENGTH]);
        Some(length)
    }
}

/// A day since 1970.
pub(super) fn day(day: i64, text: &mut Vec<u8>) {
    let mut slot = [0; SLOT];
    match put_day(day, &mut slot) {
        Some(length) => text.extend_from_slice(&slot[..length]),
        None => text.extend_from_slice(rare(day).as_bytes()),
    }
}

/// A time since 1970; without the `Z` if it is only what a clock showed.
pub(super) fn time(count: i64, unit: Unit, utc: bool, text: &mut Vec<u8>) {
    let (seconds, part) = parted(count, unit);
    let mut slot = [0; SLOT];
    day(seconds.div_euclid(DAY), text);
    let length = put_clock(seconds.rem_euclid(DAY), part, unit, utc, &mut slot);
    text.extend_from_slice(&slot[..length]);
}

/// Days of the Julian calendar and nanoseconds within, as older writers have them.
pub(super) fn old(words: &[u32], text: &mut Vec<u8>) {
    const EPOCH: i64 = 2_440_588;
    let &[low, high, day] = words else { return };
    let nanos = (i64::from(high) << 32) | i64::from(low);
    let day = i64::from(day) - EPOCH;
    let carried = day.checked_mul(DAY).and_then(|it| it.checked_mul(1_000_000_000));
    match carried.and_then(|it| it.checked_add(nanos)) {
        Some(count) => time(count, Unit::Nanos, false, text),
        None => text.extend_from_slice(format!("day {day} since 1970").as_bytes()),
    }
}

/// A time at the beginning of a slot; says how long it is, and none if its day is a rare one.
#[inline]
pub(super) fn put(
    count: i64,
    (unit, utc): (Unit, bool),
    days: &mut Days,
    slot: &mut Slot,
) -> Option<usize> {
    let (seconds, part) = parted(count, unit);
    let length = days.put(seconds.div_euclid(DAY), slot)?;
    Some(length + put_clock(seconds.rem_euclid(DAY), part, unit, utc, &mut slot[length..]))
}

/// Whole seconds, and the part of one that is left.
#[inline]
fn parted(count: i64, unit: Unit) -> (i64, i64) {
    let per = unit.in_a_second();
    (count.div_euclid(per), count.rem_euclid(per))
}

/// A day at the beginning of a slot; none if it is before 1970 or its year has more than four digits.
fn put_day(day: i64, slot: &mut Slot) -> Option<usize> {
    /// The last day of the year 9999.
    const LAST: u32 = 2_932_896;
    let day = u32::try_from(day).ok().filter(|day| *day <= LAST)?;
    // Years begin in March, so that the day that may be missing is the last of one.
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u32::from(month <= 2);
    let [[a, b], [c, d]] = [PAIRS[(year / 100) as usize], PAIRS[(year % 100) as usize]];
    let [[e, f], [g, h]] = [PAIRS[month as usize], PAIRS[day as usize]];
    let text = [a, b, c, d, b'-', e, f, b'-', g, h];
    slot[..text.len()].copy_from_slice(&text);
    Some(text.len())
}

/// What a clock shows at a second of a day, behind the day; says how long it is.
#[inline]
fn put_clock(second: i64, part: i64, unit: Unit, utc: bool, to: &mut [u8]) -> usize {
    let pair = |value: i64| PAIRS[value as usize];
    let [[a, b], [c, d], [e, f]] = [pair(second / 3600), pair(second / 60 % 60), pair(second % 60)];
    let text = [b'T', a, b, b':', c, d, b':', e, f];
    to[..text.len()].copy_from_slice(&text);
    let mut at = text.len();
    if part > 0 {
        at += put_fraction(part, unit.in_a_second() / 10, &mut to[at..]);
    }
    to[at] = b'Z';
    at + usize::from(utc)
}

/// The part of a second, with no zero at its end; `place` is the worth of the first digit.
#[cold]
fn put_fraction(mut part: i64, mut place: i64, to: &mut [u8]) -> usize {
    to[0] = b'.';
    let mut at = 1;
    while part > 0 {
        to[at] = b'0' + (part / place) as u8;
        part %= place;
        place /= 10;
        at += 1;
    }
    at
}

/// A day before 1970, or one beyond: that is written so that no reader takes it for a day.
#[cold]
fn rare(day: i64) -> String {
    let known = Day::EPOCH.plus(day);
    let within = known.days_since(Day::EPOCH) == day;
    if within { known.to_string() } else { format!("day {day} since 1970") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Moment;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn times_of_all_units() {
        let time = |count, unit, utc| text(|out| super::time(count, unit, utc, out));
        assert_eq!(time(0, Unit::Millis, true), "1970-01-01T00:00:00Z");
        assert_eq!(time(-1, Unit::Millis, true), "1969-12-31T23:59:59.999Z");
        assert_eq!(time(1_793_000_000_500_000, Unit::Micros, false), "2026-10-26T07:33:20.5");
        assert_eq!(time(1_000_000_007, Unit::Nanos, true), "1970-01-01T00:00:01.000000007Z");
        assert_eq!(text(|out| day(20_731, out)), "2026-10-05");
        let far = time(i64::MAX, Unit::Millis, true);
        assert!(far.parse::<Moment>().is_err(), "{far}");
        let old = text(|out| old(&[500_000_000, 0, 2_440_588 + 20_731], out));
        assert_eq!(old, "2026-10-05T00:00:00.5");
    }

    proptest! {
        #[test]
        fn texts_are_the_instants(count in -2_000_000_000_000_000_000_i64..4_000_000_000_000_000_000) {
            let text = text(|out| time(count, Unit::Nanos, true, out));
            let (seconds, nanos) = (count.div_euclid(1_000_000_000), count.rem_euclid(1_000_000_000));
            let due = Moment::At { seconds, nanos: nanos as u32 };
            prop_assert_eq!(text.parse(), Ok(due));
        }

        #[test]
        fn times_in_slots_are_the_same(
            counts in proptest::collection::vec(
                prop_oneof![any::<i64>(), 1_790_000_000_000_i64..1_800_000_000_000],
                1..200,
            ),
            utc in any::<bool>(),
        ) {
            let mut days = Days::default();
            for count in counts {
                let mut slot = [b'x'; SLOT];
                if let Some(length) = put(count, (Unit::Millis, utc), &mut days, &mut slot) {
                    let due = text(|out| time(count, Unit::Millis, utc, out));
                    prop_assert_eq!(&slot[..length], due.as_bytes());
                }
            }
        }

        #[test]
        fn days_are_written_as_the_calendar_has_them(day in 0_i64..2_932_897) {
            prop_assert_eq!(text(|out| super::day(day, out)), rare(day));
        }
    }

    #[test]
    fn the_days_of_many_years_and_those_at_the_bounds() {
        let due = |day: i64| assert_eq!(text(|out| super::day(day, out)), rare(day));
        (-800..150_000).for_each(due);
        (2_932_890..2_932_900).for_each(due);
        [i32::MIN.into(), i32::MAX.into(), (1 << 32) - 1, (1 << 32) + 1].into_iter().for_each(due);
    }
}
