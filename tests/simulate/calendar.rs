//! Days, periods and three time zones, by their printed rules and nothing else.

use time::{Date, Duration, Month, OffsetDateTime};

use super::world::{PlainZone, When};

/// The day on which something happened.
pub(crate) fn day_of(when: When, zone: PlainZone) -> Date {
    match when {
        When::On(day) => day,
        When::At(instant) => {
            (instant.to_offset(time::UtcOffset::UTC) + offset(instant, zone)).date()
        }
    }
}

/// How far the clocks of a zone are ahead of UTC at an instant.
fn offset(instant: OffsetDateTime, zone: PlainZone) -> Duration {
    match zone {
        PlainZone::Utc => Duration::ZERO,
        PlainZone::Kolkata => Duration::minutes(330),
        PlainZone::LosAngeles if summer(instant) => Duration::hours(-7),
        PlainZone::LosAngeles => Duration::hours(-8),
    }
}

/// From the second Sunday of March, 2:00 standard time (10:00 UTC), to the first Sunday of
/// November, 2:00 summer time (9:00 UTC).
fn summer(instant: OffsetDateTime) -> bool {
    let instant = instant.to_offset(time::UtcOffset::UTC);
    let sunday = |month: Month, nth: i64| {
        let mut day = Date::from_calendar_date(instant.year(), month, 1).expect("a first day");
        while day.weekday() != time::Weekday::Sunday {
            day = day.next_day().expect("no end of time");
        }
        day + Duration::weeks(nth - 1)
    };
    let hour = |day: Date, hour: i64| day.midnight().assume_utc() + Duration::hours(hour);
    (hour(sunday(Month::March, 2), 10)..hour(sunday(Month::November, 1), 9)).contains(&instant)
}

/// A month, or the quarter that starts with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) first: Date,
    pub(crate) last: Date,
    quarter: bool,
}

impl Span {
    /// The period that a day lies in.
    pub(crate) fn of(day: Date, quarters: bool) -> Self {
        let mut first = day.replace_day(1).expect("a first day");
        while quarters && !matches!(u8::from(first.month()), 1 | 4 | 7 | 10) {
            first = first.previous_day().and_then(|day| day.replace_day(1).ok()).expect("a day");
        }
        let mut last = first;
        for _ in 0..if quarters { 3 } else { 1 } {
            last += Duration::days(i64::from(last.month().length(last.year())));
        }
        Self { first, last: last.previous_day().expect("a day before"), quarter: quarters }
    }

    /// The period after.
    pub(crate) fn next(self) -> Self {
        Self::of(self.last.next_day().expect("no end of time"), self.quarter)
    }

    /// A quarter, not a month?
    pub(crate) fn is_quarter(self) -> bool {
        self.quarter
    }

    /// Every day of it.
    pub(crate) fn days(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.first), |day| day.next_day())
            .take_while(move |day| *day <= self.last)
    }

    /// Is the day in it?
    pub(crate) fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// As statements write it.
    pub(crate) fn name(self) -> String {
        let (year, month) = (self.first.year(), u8::from(self.first.month()));
        if self.quarter {
            format!("{year:04}-Q{}", (month - 1) / 3 + 1)
        } else {
            format!("{year:04}-{month:02}")
        }
    }
}

#[test]
fn clocks_in_los_angeles_go_back_on_the_first_of_november_2026() {
    let at = |text: &str| {
        let format = &time::format_description::well_known::Rfc3339;
        When::At(OffsetDateTime::parse(text, format).expect("an instant"))
    };
    let zone = PlainZone::LosAngeles;
    let october = super::world::day("2026-10-31");
    let november = super::world::day("2026-11-01");
    assert_eq!(day_of(at("2026-11-01T06:59:59Z"), zone), october);
    assert_eq!(day_of(at("2026-11-01T07:00:00Z"), zone), november);
    assert_eq!(day_of(at("2026-11-02T07:59:59Z"), zone), november);
    assert_eq!(day_of(at("2026-10-31T18:30:00Z"), PlainZone::Kolkata), november);
    assert_eq!(day_of(at("2026-10-31T18:29:59Z"), PlainZone::Kolkata), october);
}

#[test]
fn a_quarter_has_three_months() {
    let quarter = Span::of(super::world::day("2026-11-15"), true);
    assert_eq!((quarter.name().as_str(), quarter.days().count()), ("2026-Q4", 92));
    assert_eq!(quarter.next().name(), "2027-Q1");
    assert_eq!(Span::of(super::world::day("2026-12-31"), false).next().name(), "2027-01");
}
