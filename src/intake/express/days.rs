//! Which day an instant falls on, in every time zone of a lens. A zone is asked once for each of its
//! days, and not for each row.

use super::parse::Time;
use crate::calendar::{Day, Zone};

/// The days of one zone that were asked for.
pub(super) struct Days {
    zone: Zone,
    /// There every day has the same seconds.
    utc: bool,
    /// Instants from the first up to before the second, and their day since 1970; sorted.
    spans: Vec<(i64, i64, i32)>,
    last: (i64, i64, i32),
}

impl Days {
    pub(super) fn new(zone: &Zone) -> Self {
        Self { zone: zone.clone(), utc: *zone == Zone::utc(), spans: Vec::new(), last: (0, 0, 0) }
    }

    /// The day of a time, in days since 1970.
    pub(super) fn day(&mut self, time: Time) -> i32 {
        match time {
            Time::On(day) => day,
            Time::At(seconds) if self.utc => {
                i32::try_from(seconds.div_euclid(86_400)).expect("a day of our years")
            }
            Time::At(seconds) => {
                let (from, to, day) = self.last;
                if (from..to).contains(&seconds) { day } else { self.look_up(seconds) }
            }
        }
    }

    fn look_up(&mut self, seconds: i64) -> i32 {
        let place = self.spans.partition_point(|(_, to, _)| *to <= seconds);
        let known = self.spans.get(place).filter(|(from, _, _)| *from <= seconds).copied();
        self.last = known.unwrap_or_else(|| {
            let (day, from, to) = self.zone.day_around(seconds);
            let day = i32::try_from(day.days_since(Day::EPOCH)).expect("a day of our years");
            self.spans.insert(place, (from, to, day));
            (from, to, day)
        });
        self.last.2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Moment;

    const ZONES: [&str; 7] = [
        "UTC",
        "Asia/Kolkata",
        "America/Los_Angeles",
        "America/St_Johns",
        "Pacific/Apia",
        "Europe/Berlin",
        "Africa/Monrovia",
    ];

    proptest! {
        #[test]
        fn days_are_those_of_the_zone(
            zone in 0..ZONES.len(),
            around in 0_i64..7_000_000_000,
            steps in proptest::collection::vec(-200_000_i64..200_000, 1..30),
        ) {
            let zone: Zone = ZONES[zone].parse().unwrap();
            let mut days = Days::new(&zone);
            for step in steps {
                let seconds = around + step;
                let day = Day::EPOCH.plus(days.day(Time::At(seconds)).into());
                prop_assert_eq!(day, Moment::At { seconds, nanos: 0 }.day_in(&zone));
            }
        }
    }

    #[test]
    fn clock_changes_are_seen() {
        for name in ZONES {
            let zone: Zone = name.parse().unwrap();
            let mut days = Days::new(&zone);
            // Newfoundland changed its clocks at a minute past midnight; Samoa left out a day.
            for start in [1_162_000_000_i64, 1_325_000_000, 1_793_000_000] {
                for seconds in (start..start + 1_000_000).step_by(450) {
                    let day = Day::EPOCH.plus(days.day(Time::At(seconds)).into());
                    let due = Moment::At { seconds, nanos: 0 }.day_in(&zone);
                    assert_eq!(day, due, "{name} {seconds}");
                }
            }
        }
    }
}
