//! Which day an instant falls on, in every time zone of a lens at once. A zone is asked a few times
//! for each day, and not for each row.
//!
//! The zones cut time into spans: within one, each zone has one day. Rows are added up by span.

use super::parse::{self, Time};
use crate::calendar::{Day, Zone};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Cuts of a day that are looked at without a list.
const FEW: usize = 3;
/// Stands for a day with a list of cuts.
const MANY: u32 = u32::MAX;

/// The spans of time that were asked for.
pub(super) struct Days {
    zones: Vec<Zone>,
    /// By day in UTC: the number of its first span and one more, and the seconds of the day at which
    /// others begin. Nothing but zeros if the day was not asked for.
    instants: Vec<[u32; 1 + FEW]>,
    /// By plain date: the number of its span and one more.
    dates: Vec<u32>,
    /// Days with more cuts: the number of their first span, and the cuts.
    lists: Vec<(u32, Vec<u32>)>,
    /// For each span the day in each zone.
    days: Vec<i32>,
    count: u32,
}

impl Days {
    pub(super) fn new(zones: &[Zone]) -> Self {
        Self {
            zones: zones.to_vec(),
            // Memory that is not touched costs nothing.
            instants: vec![[0; 1 + FEW]; parse::DAYS],
            dates: vec![0; parse::DAYS],
            lists: Vec::new(),
            days: Vec::new(),
            count: 0,
        }
    }

    /// The number of the span that a time lies in.
    #[inline(always)]
    pub(super) fn span(&mut self, time: Time) -> u32 {
        match time {
            Time::At(seconds) => {
                let (day, second) = (seconds as u64 / DAY as u64, seconds as u64 % DAY as u64);
                self.span_at(day as u32, second as u32)
            }
            Time::On(day) => match self.dates[day as usize] {
                0 => self.date(day),
                number => number - 1,
            },
        }
    }

    /// The same of a day since 1970 and a second of it.
    #[inline(always)]
    pub(super) fn span_at(&mut self, day: u32, second: u32) -> u32 {
        match self.instants[day as usize] {
            [0, ..] | [MANY, ..] => self.seldom(day as usize, second),
            [first, cuts @ ..] => {
                first - 1 + cuts.iter().map(|cut| u32::from(second >= *cut)).sum::<u32>()
            }
        }
    }

    /// The day of a span in each zone, in days since 1970.
    pub(super) fn of(&self, span: u32) -> &[i32] {
        &self.days[span as usize * self.zones.len()..][..self.zones.len()]
    }

    #[cold]
    fn date(&mut self, day: i32) -> u32 {
        self.days.extend(self.zones.iter().map(|_| day));
        self.count += 1;
        self.dates[day as usize] = self.count;
        self.count - 1
    }

    #[cold]
    fn seldom(&mut self, day: usize, second: u32) -> u32 {
        if self.instants[day] == [0; 1 + FEW] {
            self.ask(day);
            return self.span(Time::At(day as i64 * DAY + i64::from(second)));
        }
        let (first, cuts) = &self.lists[self.instants[day][1] as usize];
        first + cuts.partition_point(|cut| *cut <= second) as u32
    }

    /// Asks every zone for a day in UTC.
    fn ask(&mut self, day: usize) {
        let start = day as i64 * DAY;
        let mut cuts = Vec::new();
        for zone in &self.zones {
            let mut next = zone.day_around(start).2;
            while next < start + DAY {
                cuts.push((next - start) as u32);
                next = zone.day_around(next).2;
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let first = self.count;
        for from in std::iter::once(&0).chain(&cuts) {
            let day_in = |zone: &Zone| {
                let (day, _, _) = zone.day_around(start + i64::from(*from));
                i32::try_from(day.days_since(Day::EPOCH)).expect("a day of our years")
            };
            self.days.extend(self.zones.iter().map(day_in));
            self.count += 1;
        }
        let mut entry = [first + 1, MANY, MANY, MANY];
        if cuts.len() <= FEW {
            entry[1..][..cuts.len()].copy_from_slice(&cuts);
        } else {
            entry = [MANY, self.lists.len() as u32, 0, 0];
            self.lists.push((first, cuts));
        }
        self.instants[day] = entry;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Moment;

    const ZONES: [&str; 8] = [
        "UTC",
        "Asia/Kolkata",
        "America/Los_Angeles",
        "America/St_Johns",
        "Pacific/Apia",
        "Europe/Berlin",
        "Africa/Monrovia",
        "Asia/Kathmandu",
    ];

    fn zones() -> Vec<Zone> {
        ZONES.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn is_right(days: &mut Days, zones: &[Zone], seconds: i64) {
        let span = days.span(Time::At(seconds));
        for (zone, day) in zones.iter().zip(days.of(span)) {
            let due = Moment::At { seconds, nanos: 0 }.day_in(zone);
            assert_eq!(Day::EPOCH.plus((*day).into()), due, "{zone} {seconds}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn days_are_those_of_the_zones(
            from in 0..ZONES.len(),
            count in 0..ZONES.len(),
            around in 200_000_i64..7_000_000_000,
            steps in proptest::collection::vec(-200_000_i64..200_000, 1..30),
        ) {
            let zones: Vec<Zone> = zones().into_iter().cycle().skip(from).take(count).collect();
            let mut days = Days::new(&zones);
            for step in steps {
                is_right(&mut days, &zones, around + step);
                let date = ((around + step) / DAY) as i32;
                let span = days.span(Time::On(date));
                prop_assert!(days.of(span).iter().all(|day| *day == date));
            }
        }
    }

    #[test]
    fn clock_changes_are_seen() {
        let zones = zones();
        for zones in [&zones[1..3], &zones[3..6], &zones[..]] {
            let mut days = Days::new(zones);
            // Newfoundland changed its clocks at a minute past midnight; Samoa left out a day.
            for start in [0, 1_162_000_000_i64, 1_325_000_000, 1_793_000_000] {
                for seconds in (start..start + 1_000_000).step_by(900) {
                    is_right(&mut days, zones, seconds);
                }
            }
        }
    }
}
