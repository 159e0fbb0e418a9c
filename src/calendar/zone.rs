//! IANA time zones, bundled, so that every machine has the same ones. The only file that names
//! the zone library.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, tz::TimeZone};

use super::Day;

/// An IANA time zone such as `UTC`, `America/Los_Angeles` or `Asia/Kolkata`.
///
/// ```
/// use revshare::calendar::{Moment, Zone};
/// let los_angeles: Zone = "America/Los_Angeles".parse().unwrap();
/// let moment: Moment = "2026-11-01T07:30:00Z".parse().unwrap();
/// assert_eq!(moment.day_in(&los_angeles).to_string(), "2026-11-01");
/// let earlier: Moment = "2026-11-01T06:30:00Z".parse().unwrap();
/// assert_eq!(earlier.day_in(&los_angeles).to_string(), "2026-10-31");
/// ```
#[derive(Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone such as \"UTC\" or \"America/Los_Angeles\"")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day that an instant, in seconds since 1970, falls on here.
    pub(super) fn day_of(&self, seconds: i64) -> Day {
        let instant = Timestamp::from_second(seconds).expect("checked when it was read");
        let date = self.rules.to_datetime(instant).date();
        let month = u8::try_from(date.month()).expect("a month is 1 to 12");
        let day = u8::try_from(date.day()).expect("a day is 1 to 31");
        Day::new(i32::from(date.year()), month, day).expect("checked when it was read")
    }

    /// The day that an instant falls on here, and instants around it, from the first up to before
    /// the second, that fall on the same day: asking once will do for all of them.
    ///
    /// # Panics
    /// If the instant is not one of the years 2 to 9998.
    ///
    /// ```
    /// use revshare::calendar::Zone;
    /// let kolkata: Zone = "Asia/Kolkata".parse().unwrap();
    /// let (day, from, to) = kolkata.day_around(1_790_000_000);
    /// assert_eq!((day.to_string().as_str(), to - from), ("2026-09-21", 86_400));
    /// ```
    pub fn day_around(&self, seconds: i64) -> (Day, i64, i64) {
        let at = |seconds| Timestamp::from_second(seconds).expect("checked when it was read");
        let offset = i64::from(self.rules.to_offset(at(seconds)).seconds());
        let midnight = (seconds + offset).div_euclid(86_400) * 86_400 - offset;
        // Where the clock changes within the day, the instants of one offset are enough.
        let before = self.rules.preceding(at(seconds + 1)).next();
        let after = self.rules.following(at(seconds)).next();
        let from = before.map_or(midnight, |change| change.timestamp().as_second().max(midnight));
        let next = midnight + 86_400;
        let to = after.map_or(next, |change| change.timestamp().as_second().min(next));
        (self.day_of(seconds), from, to)
    }

    /// The instant of a wall-clock time here, in seconds since 1970; none if the clock skipped it
    /// or showed it twice.
    pub(super) fn instant_of(&self, day: Day, second_of_day: i32) -> Option<i64> {
        let date = jiff::civil::date(
            i16::try_from(day.year()).ok()?,
            i8::try_from(day.month()).ok()?,
            i8::try_from(day.day_of_month()).ok()?,
        );
        let (minutes, second) = (second_of_day / 60, second_of_day % 60);
        let clock = |n: i32| i8::try_from(n).expect("a part of a day fits");
        let wall = date.at(clock(minutes / 60), clock(minutes % 60), clock(second), 0);
        let instant = self.rules.to_ambiguous_timestamp(wall).unambiguous().ok()?;
        Some(instant.as_second())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        if text == "UTC" {
            return Ok(Self::utc());
        }
        let rules = TimeZone::get(text).map_err(|_| UnknownZone(text.to_owned()))?;
        // Names are looked up without regard to case; one spelling keeps digests the same.
        match rules.iana_name() {
            Some(name) if name == text => Ok(Self { name: name.to_owned(), rules }),
            _ => Err(UnknownZone(text.to_owned())),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
