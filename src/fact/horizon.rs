//! How far back the memory of ids reaches, once ids of old deliveries are forgotten.
//!
//! The law: a fact whose id was forgotten happened before the horizon, and a row with an id that
//! happened before it and is not remembered is refused, for ever. So no row can count twice, whatever a
//! contract says later; an id may, if it comes again with a time behind the horizon.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Moment, UnknownZone, Zone};

/// Of a day.
const SECONDS: i64 = 86_400;

/// Which ids are no longer remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// The imports that brought them, counted from 1; in order, each once.
    pub imports: Vec<u64>,
    /// By the name of a time zone a day: in each zone, all that they brought happened before it.
    pub before: BTreeMap<String, Day>,
}

/// What is no longer certain to be remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    /// One for each time that ids were forgotten.
    edges: Vec<Vec<(Zone, Day)>>,
    /// No edge lies later, in any zone.
    latest: Option<Day>,
}

impl Horizon {
    /// From now on what lies before some days is not certain to be remembered either.
    pub(super) fn add(&mut self, forgotten: &Forgotten) -> Result<(), UnknownZone> {
        let edge = |(name, day): (&String, &Day)| Ok((name.parse()?, *day));
        let edge: Vec<(Zone, Day)> = forgotten.before.iter().map(edge).collect::<Result<_, _>>()?;
        let latest = edge.iter().map(|(_, day)| *day).max();
        self.latest = self.latest.max(latest);
        self.edges.retain(|earlier| !reaches(&edge, earlier));
        self.edges.extend((!edge.is_empty()).then_some(edge));
        Ok(())
    }

    /// Was nothing forgotten?
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Is a fact of that time perhaps one that was forgotten?
    #[inline]
    pub fn is_before(&self, time: Moment) -> bool {
        let Some(latest) = self.latest else { return false };
        let surely_after = match time {
            Moment::On(day) => day >= latest,
            Moment::At { seconds, .. } => seconds >= self.surely_after(),
        };
        !surely_after && self.has_passed(time)
    }

    /// From this second on, counted from 1970, no instant is before it.
    #[inline]
    pub(crate) fn surely_after(&self) -> i64 {
        // Wherever it is that day, in UTC it is at most a day away.
        self.latest.map_or(i64::MIN, |day| (day.days_since(Day::EPOCH) + 2) * SECONDS)
    }

    fn has_passed(&self, time: Moment) -> bool {
        let passed = |(zone, day): &(Zone, Day)| time.day_in(zone) < *day;
        self.edges.iter().any(|edge| edge.iter().all(passed))
    }

    /// Its last day, for people: what happened on it or before may be forgotten.
    pub fn last_day(&self) -> Option<Day> {
        self.latest.map(Day::previous)
    }
}

/// Does one edge leave out whatever another does?
fn reaches(edge: &[(Zone, Day)], other: &[(Zone, Day)]) -> bool {
    edge.iter().all(|(zone, day)| other.iter().any(|(its, before)| its == zone && before <= day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn horizon(edges: &[&[(&str, &str)]]) -> Horizon {
        let mut horizon = Horizon::default();
        for edge in edges {
            let before = edge.iter().map(|(zone, day)| ((*zone).to_owned(), day.parse().unwrap()));
            let forgotten = Forgotten { imports: vec![1], before: before.collect() };
            horizon.add(&forgotten).unwrap();
        }
        horizon
    }

    #[test]
    fn a_time_lies_before_it_in_every_zone_or_not_at_all() {
        let both =
            horizon(&[&[("America/Los_Angeles", "2026-10-01"), ("Asia/Tokyo", "2026-10-01")]]);
        let due = [
            ("2026-09-30", true),
            ("2026-10-01", false),
            ("2026-09-30T14:59:59Z", true),
            ("2026-09-30T15:00:00Z", false),
            ("2026-10-01T06:00:00Z", false),
        ];
        for (time, before) in due {
            assert_eq!(both.is_before(time.parse().unwrap()), before, "{time}");
        }
        let west = horizon(&[&[("America/Los_Angeles", "2026-10-01")]]);
        assert!(west.is_before("2026-10-01T06:59:59Z".parse().unwrap()));
        assert!(!west.is_before("2026-10-01T07:00:00Z".parse().unwrap()));
        assert!(!Horizon::default().is_before("0001-01-01".parse().unwrap()));
    }

    #[test]
    fn it_never_comes_nearer_to_the_past() {
        let moved = horizon(&[&[("UTC", "2026-10-01")], &[("UTC", "2026-09-01")]]);
        assert!(moved.is_before("2026-09-30".parse().unwrap()));
        let moved = horizon(&[&[("UTC", "2026-09-01")], &[("UTC", "2026-10-01")]]);
        assert_eq!(moved, horizon(&[&[("UTC", "2026-10-01")]]));
        let nowhere = Forgotten {
            before: [("Nowhere/Here".to_owned(), Day::EPOCH)].into(),
            ..Forgotten::default()
        };
        assert!(Horizon::default().add(&nowhere).is_err());
    }
}
