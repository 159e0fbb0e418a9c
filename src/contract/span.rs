//! When a clause holds, and over which stretch it measures.
//!
//! The law: a clause holds for whole periods, from the one that its first day lies in to the one
//! that its last day lies in; days count only where an amount is prorated.

use super::Window;
use crate::calendar::{Day, Period};

/// A window that repeats between a first and a last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Over which stretch is measured before it starts again.
    pub window: Window,
    /// The first day; none if the clause holds from the beginning.
    pub starts: Option<Day>,
    /// The last day; none if it holds for ever.
    pub ends: Option<Day>,
}

impl Span {
    /// Does the clause hold in this period?
    pub fn is_open(&self, period: Period) -> bool {
        self.starts.is_none_or(|day| day <= period.last_day())
            && self.ends.is_none_or(|day| day >= period.first_day())
    }

    /// Is this the first period of a window, or of the clause?
    pub fn begins_in(&self, period: Period) -> bool {
        self.window.begins_with(period) || self.starts.is_some_and(|day| period.contains(day))
    }

    /// Is this the last period of a window, or of the clause?
    pub fn ends_in(&self, period: Period) -> bool {
        self.window.ends_with(period) || self.closes_in(period)
    }

    /// Is this the last period of the clause?
    pub fn closes_in(&self, period: Period) -> bool {
        self.ends.is_some_and(|day| period.contains(day))
    }

    /// The first and the last day of the whole window that a period lies in, however long the
    /// clause holds within it; none where a lifetime has no first or last day.
    pub fn whole(&self, period: Period) -> Option<(Day, Day)> {
        match self.window {
            Window::Period => Some((period.first_day(), period.last_day())),
            Window::CalendarYear => {
                let year = period.first_day().year();
                Some((Day::new(year, 1, 1)?, Day::new(year, 12, 31)?))
            }
            Window::ContractYear(anchor) => {
                let years = anniversaries(anchor, period);
                Some((anniversary(anchor, years), anniversary(anchor, years + 1).previous()))
            }
            Window::Lifetime => Some((self.starts?, self.ends?)),
        }
    }

    /// The days of that window on which the clause holds.
    pub fn held(&self, period: Period) -> Option<(Day, Day)> {
        let (first, last) = self.whole(period)?;
        let first = self.starts.map_or(first, |day| day.max(first));
        let last = self.ends.map_or(last, |day| day.min(last));
        Some((first, last))
    }

    /// How many windows of a year, or anniversaries, lie between the first day and this period.
    pub fn years(&self, period: Period) -> u32 {
        let Some(starts) = self.starts else { return 0 };
        let years = match self.window {
            Window::CalendarYear => period.first_day().year() - starts.year(),
            Window::ContractYear(anchor) => anniversaries(anchor, period),
            Window::Period => anniversaries(starts, period),
            Window::Lifetime => 0,
        };
        u32::try_from(years).unwrap_or(0)
    }
}

/// Whole years from the period that a day lies in to another period.
fn anniversaries(day: Day, period: Period) -> i32 {
    let months = |day: Day| day.year() * 12 + i32::from(day.month()) - 1;
    let first = Period::of(day, period.length()).first_day();
    (months(period.first_day()) - months(first)).div_euclid(12)
}

/// The same day so many years later; 29 February becomes 1 March where there is none.
fn anniversary(day: Day, years: i32) -> Day {
    let year = day.year() + years;
    let same = Day::new(year, day.month(), day.day_of_month());
    same.or_else(|| Day::new(year, 3, 1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn span(window: Window, starts: &str, ends: &str) -> Span {
        let day = |text: &str| (!text.is_empty()).then(|| day(text));
        Span { window, starts: day(starts), ends: day(ends) }
    }

    #[test]
    fn a_table_of_broken_windows() {
        let anchored = Window::ContractYear(day("2024-03-15"));
        for (span, period, from, to) in [
            (span(Window::CalendarYear, "2026-06-15", ""), "2026-12", "2026-06-15", "2026-12-31"),
            (span(Window::CalendarYear, "", "2027-02-10"), "2027-Q1", "2027-01-01", "2027-02-10"),
            (span(anchored, "2024-03-15", ""), "2026-02", "2025-03-15", "2026-03-14"),
            (span(anchored, "2024-03-15", "2026-05-01"), "2026-05", "2026-03-15", "2026-05-01"),
            (span(Window::Period, "2026-02-10", ""), "2026-02", "2026-02-10", "2026-02-28"),
        ] {
            let period = period.parse().unwrap();
            assert_eq!(span.held(period), Some((day(from), day(to))), "{span:?}");
        }
        assert_eq!(
            span(Window::Lifetime, "2026-01-01", "").whole("2026-01".parse().unwrap()),
            None
        );
    }

    #[test]
    fn a_clause_holds_for_whole_periods() {
        let span = span(Window::CalendarYear, "2026-05-20", "2027-02-03");
        for (period, open, begins, ends) in [
            ("2026-04", false, false, false),
            ("2026-05", true, true, false),
            ("2026-12", true, false, true),
            ("2027-01", true, true, false),
            ("2027-02", true, false, true),
            ("2027-03", false, false, false),
            ("2026-Q2", true, true, false),
            ("2027-Q1", true, true, true),
        ] {
            let at: Period = period.parse().unwrap();
            assert_eq!(span.is_open(at), open, "{period}");
            assert_eq!((span.begins_in(at), span.ends_in(at)), (begins, ends), "{period}");
        }
    }

    #[test]
    fn years_since_the_start() {
        let in_2026 = "2026-04".parse().unwrap();
        for (window, starts, years) in [
            (Window::CalendarYear, "2024-06-01", 2),
            (Window::ContractYear(day("2024-06-01")), "2024-06-01", 1),
            (Window::ContractYear(day("2024-04-30")), "2024-04-30", 2),
            (Window::Period, "2024-05-01", 1),
            (Window::Lifetime, "2024-05-01", 0),
        ] {
            assert_eq!(span(window, starts, "").years(in_2026), years, "{window:?}");
        }
    }
}
