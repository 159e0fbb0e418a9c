//! Days and instants as text, as exactly as the file counts them.

use super::columns::Unit;
use crate::calendar::Day;

/// Writes days and times; remembers the days of two months, because the rows of a file are of few.
pub(super) struct Clock {
    /// Days with their texts, each in the place that its lowest bits say; no text if there was none yet.
    days: Vec<(i64, String)>,
}

/// So many days are remembered.
const DAYS: usize = 64;

impl Default for Clock {
    fn default() -> Self {
        Self { days: vec![(0, String::new()); DAYS] }
    }
}

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

impl Clock {
    /// A day since 1970.
    pub(super) fn day(&mut self, day: i64, text: &mut Vec<u8>) {
        let known = &mut self.days[day.rem_euclid(DAYS as i64) as usize];
        if known.0 != day || known.1.is_empty() {
            *known = (day, text_of(day));
        }
        text.extend_from_slice(known.1.as_bytes());
    }

    /// A time since 1970; without the `Z` if it is only what a clock showed.
    pub(super) fn time(&mut self, count: i64, unit: Unit, utc: bool, text: &mut Vec<u8>) {
        let per = unit.in_a_second();
        let (seconds, part) = (count.div_euclid(per), count.rem_euclid(per));
        self.day(seconds.div_euclid(DAY), text);
        let second = seconds.rem_euclid(DAY);
        let mut clock = *b"T00:00:00";
        for (at, value) in [(1, second / 3600), (4, second / 60 % 60), (7, second % 60)] {
            clock[at] = b'0' + (value / 10) as u8;
            clock[at + 1] = b'0' + (value % 10) as u8;
        }
        text.extend_from_slice(&clock);
        fraction(part, per / 10, text);
        if utc {
            text.push(b'Z');
        }
    }

    /// Days of the Julian calendar and nanoseconds within, as older writers have them.
    pub(super) fn old(&mut self, words: &[u32], text: &mut Vec<u8>) {
        const EPOCH: i64 = 2_440_588;
        let &[low, high, day] = words else { return };
        let nanos = (i64::from(high) << 32) | i64::from(low);
        let day = i64::from(day) - EPOCH;
        let carried = day.checked_mul(DAY).and_then(|it| it.checked_mul(1_000_000_000));
        match carried.and_then(|it| it.checked_add(nanos)) {
            Some(count) => self.time(count, Unit::Nanos, false, text),
            None => text.extend_from_slice(format!("day {day} since 1970").as_bytes()),
        }
    }
}

/// A day since 1970. One beyond all years is written so that no reader takes it for a day.
#[cold]
fn text_of(day: i64) -> String {
    let known = Day::EPOCH.plus(day);
    let within = known.days_since(Day::EPOCH) == day;
    if within { known.to_string() } else { format!("day {day} since 1970") }
}

/// The part of a second, with no zero at its end; `place` is the worth of the first digit.
fn fraction(mut part: i64, mut place: i64, text: &mut Vec<u8>) {
    if part > 0 {
        text.push(b'.');
    }
    while part > 0 {
        text.push(b'0' + (part / place) as u8);
        part %= place;
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Moment;

    fn text(write: impl FnOnce(&mut Clock, &mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut Clock::default(), &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn times_of_all_units() {
        let time = |count, unit, utc| text(|clock, out| clock.time(count, unit, utc, out));
        assert_eq!(time(0, Unit::Millis, true), "1970-01-01T00:00:00Z");
        assert_eq!(time(-1, Unit::Millis, true), "1969-12-31T23:59:59.999Z");
        assert_eq!(time(1_793_000_000_500_000, Unit::Micros, false), "2026-10-26T07:33:20.5");
        assert_eq!(time(1_000_000_007, Unit::Nanos, true), "1970-01-01T00:00:01.000000007Z");
        assert_eq!(text(|clock, out| clock.day(20_731, out)), "2026-10-05");
        let far = text(|clock, out| clock.time(i64::MAX, Unit::Millis, true, out));
        assert!(far.parse::<Moment>().is_err(), "{far}");
        let old = text(|clock, out| clock.old(&[500_000_000, 0, 2_440_588 + 20_731], out));
        assert_eq!(old, "2026-10-05T00:00:00.5");
    }

    proptest! {
        #[test]
        fn texts_are_the_instants(count in -2_000_000_000_000_000_000_i64..4_000_000_000_000_000_000) {
            let text = text(|clock, out| clock.time(count, Unit::Nanos, true, out));
            let (seconds, nanos) = (count.div_euclid(1_000_000_000), count.rem_euclid(1_000_000_000));
            let due = Moment::At { seconds, nanos: nanos as u32 };
            prop_assert_eq!(text.parse(), Ok(due));
        }
    }
}
