//! The settlement period: a month or a quarter of the contract's calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Day;

/// How long the periods of a contract are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodLength {
    /// A calendar month.
    #[default]
    Month,
    /// A calendar quarter.
    Quarter,
}

impl PeriodLength {
    /// How many months.
    pub fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
        }
    }
}

/// A month, written `2026-10`, or a quarter, written `2026-Q4`.
///
/// ```
/// use revshare::calendar::{Period, PeriodLength};
/// let october: Period = "2026-10".parse().unwrap();
/// assert_eq!(october.last_day().to_string(), "2026-10-31");
/// assert_eq!(october.next().to_string(), "2026-11");
/// let quarter = Period::of(october.first_day(), PeriodLength::Quarter);
/// assert_eq!(quarter.to_string(), "2026-Q4");
/// assert_eq!(quarter.days(), 92);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Whole periods since the year 0.
    index: i32,
    length: PeriodLength,
}

/// A text that is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a period: write a month as 2026-10, a quarter as 2026-Q4")]
pub struct NotAPeriod(pub String);

impl Period {
    /// The period that a day lies in.
    pub fn of(day: Day, length: PeriodLength) -> Self {
        let months = day.year() * 12 + i32::from(day.month()) - 1;
        Self { index: months / length.months(), length }
    }

    /// A month or a quarter?
    pub fn length(self) -> PeriodLength {
        self.length
    }

    /// The period after; the last of the year 9999 stays.
    #[must_use]
    pub fn next(self) -> Self {
        let next = Self { index: self.index + 1, ..self };
        if next.year() > 9999 { self } else { next }
    }

    /// The period before; the first of the year 1 stays.
    #[must_use]
    pub fn previous(self) -> Self {
        let previous = Self { index: self.index - 1, ..self };
        if previous.year() < 1 { self } else { previous }
    }

    /// So many periods earlier, as far as the years go.
    #[must_use]
    pub fn back(self, periods: u32) -> Self {
        let first = 12 / self.length.months();
        let periods = i32::try_from(periods).unwrap_or(i32::MAX);
        Self { index: self.index.saturating_sub(periods).max(first), ..self }
    }

    /// The last period of a length that is over when this one is: to close quarters through
    /// October is to close the third.
    ///
    /// ```
    /// use revshare::calendar::{Period, PeriodLength};
    /// let october: Period = "2026-10".parse().unwrap();
    /// assert_eq!(october.last_complete(PeriodLength::Quarter).to_string(), "2026-Q3");
    /// let quarter: Period = "2026-Q4".parse().unwrap();
    /// assert_eq!(quarter.last_complete(PeriodLength::Month).to_string(), "2026-12");
    /// ```
    #[must_use]
    pub fn last_complete(self, length: PeriodLength) -> Self {
        let last = Self::of(self.last_day(), length);
        if last.last_day() <= self.last_day() { last } else { last.previous() }
    }

    /// Periods from `earlier` to this one.
    pub fn since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    fn months(self) -> i32 {
        self.index * self.length.months()
    }

    fn year(self) -> i32 {
        self.months() / 12
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let month = u8::try_from(self.months() % 12 + 1).expect("a month is 1 to 12");
        Day::new(self.year(), month, 1).expect("every month has a first day")
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        let next = self.next();
        if next == self {
            return Day::new(9999, 12, 31).expect("the last day there is");
        }
        next.first_day().previous()
    }

    /// Does the day lie in it?
    pub fn contains(self, day: Day) -> bool {
        Self::of(day, self.length) == self
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        self.last_day().days_since(self.first_day()) + 1
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let read = || {
            let (year, rest) = text.split_once('-')?;
            let (length, month) = match rest.strip_prefix('Q') {
                Some(quarter) => {
                    let quarter = quarter.parse::<u8>().ok()?;
                    (PeriodLength::Quarter, quarter.checked_mul(3)?.checked_sub(2)?)
                }
                None => (PeriodLength::Month, rest.parse().ok()?),
            };
            let first = Day::new(year.parse().ok()?, month, 1)?;
            Some(Self::of(first, length)).filter(|period| period.to_string() == text)
        };
        read().ok_or_else(|| NotAPeriod(text.to_owned()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.index % (12 / self.length.months()) + 1;
        f.pad(&match self.length {
            PeriodLength::Month => format!("{:04}-{part:02}", self.year()),
            PeriodLength::Quarter => format!("{:04}-Q{part}", self.year()),
        })
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_period() {
        for text in
            ["", "2026", "2026-13", "2026-0", "2026-1", "2026-Q5", "2026-Q0", "26-01", "2026-Q99"]
        {
            assert!(text.parse::<Period>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_year_ends() {
        let december: Period = "2026-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2027-01");
        let quarter: Period = "2026-Q4".parse().unwrap();
        assert_eq!(quarter.next().to_string(), "2027-Q1");
        assert_eq!(quarter.first_day().to_string(), "2026-10-01");
        assert_eq!(quarter.last_day(), december.last_day());
    }
}
