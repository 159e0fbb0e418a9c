//! When a fact happened: an instant, or a plain date that is the same day everywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Day, Zone};

/// The time of a fact, RFC 3339 or a plain date.
///
/// Two spellings of one instant are equal:
///
/// ```
/// use revshare::calendar::Moment;
/// let here: Moment = "2026-10-31T23:30:00-05:00".parse().unwrap();
/// let there: Moment = "2026-11-01T04:30:00.000Z".parse().unwrap();
/// assert_eq!(here, there);
/// assert_eq!(here.to_string(), "2026-11-01T04:30:00Z");
/// assert!("2026-10-31 23:30:00".parse::<Moment>().is_err(), "in which zone?");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A plain date: that day in any time zone.
    On(Day),
    /// An instant.
    At {
        /// Whole seconds since 1970-01-01T00:00:00Z.
        seconds: i64,
        /// Nanoseconds into that second.
        nanos: u32,
    },
}

/// A text that is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time such as 2026-10-31T08:00:00Z, nor a date such as 2026-10-31")]
pub struct NotAMoment(pub String);

/// Instants outside these years cannot be placed on a day in every zone.
const YEARS: std::ops::RangeInclusive<i32> = 2..=9998;

impl Moment {
    /// The day it falls on in a time zone.
    pub fn day_in(self, zone: &Zone) -> Day {
        match self {
            Self::On(day) => day,
            Self::At { seconds, .. } => zone.day_of(seconds),
        }
    }

    /// Reads a time whose zone the text need not say: `2024-10-01 00:00:00` in `zone`.
    ///
    /// # Errors
    /// [`NotAMoment`] if it cannot be read without guessing, or if the clock of `zone` showed that
    /// time twice or never.
    pub fn parse_in(text: &str, zone: &Zone) -> Result<Self, NotAMoment> {
        if let Ok(moment) = text.parse() {
            return Ok(moment);
        }
        let refuse = || NotAMoment(text.to_owned());
        let joined = text.replacen(' ', "T", 1);
        if let Ok(moment) = joined.parse() {
            return Ok(moment);
        }
        // Read the wall clock as if in UTC, then ask the zone for the instant.
        let Ok(Self::At { seconds, nanos }) = format!("{joined}Z").parse() else {
            return Err(refuse());
        };
        let day = Zone::utc().day_of(seconds);
        let second_of_day = i32::try_from(seconds.rem_euclid(86_400)).map_err(|_| refuse())?;
        let seconds = zone.instant_of(day, second_of_day).ok_or_else(refuse)?;
        Ok(Self::At { seconds, nanos })
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        if let Ok(day) = text.parse() {
            return Ok(Self::On(day));
        }
        let refuse = |_| NotAMoment(text.to_owned());
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(refuse)?;
        if !YEARS.contains(&at.year()) || text.as_bytes().get(10) == Some(&b' ') {
            return Err(NotAMoment(text.to_owned()));
        }
        Ok(Self::At { seconds: at.unix_timestamp(), nanos: at.nanosecond() })
    }
}

impl fmt::Display for Moment {
    /// A plain date as it is; an instant in UTC with the fewest digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::At { seconds, nanos } = *self else {
            let Self::On(day) = self else { unreachable!() };
            return fmt::Display::fmt(day, f);
        };
        let day = Zone::utc().day_of(seconds);
        let of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let digits = format!("{nanos:09}");
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        f.pad(&format!("{day}T{hour:02}:{minute:02}:{second:02}{point}{digits}Z"))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_for_the_t_is_read_where_the_zone_is_known() {
        let utc = Zone::utc();
        let read = |text| Moment::parse_in(text, &utc).map(|moment| moment.to_string());
        assert_eq!(read("2024-10-01 00:00:00").unwrap(), "2024-10-01T00:00:00Z");
        assert_eq!(read("2023-11-16 18:17:03.9799600").unwrap(), "2023-11-16T18:17:03.97996Z");
        assert_eq!(read("2024-10-01").unwrap(), "2024-10-01");
        for text in ["5/1/25", "2024-10-01 00:00", "20241001", "2024-10-01  00:00:00", ""] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_wall_clock_that_was_shown_twice_is_refused() {
        let zone = "America/Los_Angeles".parse().unwrap();
        assert!(Moment::parse_in("2026-11-01 01:30:00", &zone).is_err());
        assert!(Moment::parse_in("2026-03-08 02:30:00", &zone).is_err());
        let ok = Moment::parse_in("2026-11-01 03:30:00", &zone).unwrap();
        assert_eq!(ok.to_string(), "2026-11-01T11:30:00Z");
    }
}
