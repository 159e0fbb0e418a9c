//! A calendar day, written `2026-10-31` and no other way.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{Date, Duration, Month, Weekday};

/// A day of the years 1 to 9999.
///
/// ```
/// use revshare::calendar::Day;
/// let day: Day = "2026-02-28".parse().unwrap();
/// assert_eq!(day.next().to_string(), "2026-03-01");
/// assert!("5/1/25".parse::<Day>().is_err(), "whose fifth, which first?");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A text that is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day such as 2026-10-31")]
pub struct NotADay(pub String);

impl Day {
    /// The day from which instants are counted.
    pub const EPOCH: Self = Self(time::macros::date!(1970 - 01 - 01));

    /// The first day there is.
    pub const FIRST: Self = Self(time::macros::date!(0001 - 01 - 01));

    /// The day of a year, month (1–12) and day of the month, if there is one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = Month::try_from(month).ok()?;
        let date = Date::from_calendar_date(year, month, day).ok()?;
        (1..=9999).contains(&year).then_some(Self(date))
    }

    /// The day after; the last day of 9999 stays.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The day before; the first day of the year 1 stays.
    #[must_use]
    pub fn previous(self) -> Self {
        self.plus(-1)
    }

    /// So many days later (or earlier), as far as the years go.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        let moved = self.0.checked_add(Duration::days(days));
        moved.filter(|date| (1..=9999).contains(&date.year())).map_or(self, Self)
    }

    /// Days from `earlier` to this day; negative if it is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0.to_julian_day()) - i64::from(earlier.0.to_julian_day())
    }

    /// Is it a Saturday or a Sunday?
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().into()
    }

    /// The day of the month, 1 to 31.
    pub fn day_of_month(self) -> u8 {
        self.0.day()
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let read = || {
            let plain = text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
            let (year, rest) = text.split_at_checked(4).filter(|_| plain && text.len() == 10)?;
            Self::new(year.parse().ok()?, rest[1..3].parse().ok()?, rest[4..].parse().ok()?)
        };
        read().ok_or_else(|| NotADay(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.year(), self.month(), self.day_of_month()))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

/// Takes the text where it lies: a tally has many days.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day as a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Day, E> {
        text.parse().map_err(E::custom)
    }
}
