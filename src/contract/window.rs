//! Over which stretch of time a clause measures: tiers, guarantees, caps.

use crate::calendar::{Day, Period};

/// The stretch over which something accumulates before it starts again at nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// One settlement period.
    Period,
    /// January to December.
    CalendarYear,
    /// Twelve months from the period that a day lies in: the contract's anniversary.
    ContractYear(Day),
    /// For ever.
    Lifetime,
}

/// Over which periods a tier table measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Since a window began.
    Since(Window),
    /// Over so many periods, the one at hand included; at least one.
    Trailing(u32),
}

impl Window {
    /// Does the window that a period lies in begin with it? What was measured before then no longer
    /// counts.
    pub fn begins_with(self, period: Period) -> bool {
        match self {
            Self::Period => true,
            Self::Lifetime => false,
            Self::CalendarYear | Self::ContractYear(_) => {
                self.first_month(period) != self.first_month(period.previous())
            }
        }
    }

    /// Does the window that a period lies in end with it? A lifetime never does.
    pub fn ends_with(self, period: Period) -> bool {
        match self {
            Self::Lifetime => false,
            Self::Period | Self::CalendarYear | Self::ContractYear(_) => {
                self.begins_with(period.next())
            }
        }
    }

    /// The first month, counted since the year 0, of the window that a period lies in.
    fn first_month(self, period: Period) -> i32 {
        let months = |day: Day| day.year() * 12 + i32::from(day.month()) - 1;
        let month = months(period.first_day());
        let start = match self {
            Self::ContractYear(anchor) => months(Period::of(anchor, period.length()).first_day()),
            Self::Period | Self::CalendarYear | Self::Lifetime => 0,
        };
        month - (month - start).rem_euclid(12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_and_end_with_periods() {
        let anchor = "2024-03-15".parse().unwrap();
        for (window, begins, ends) in [
            (Window::CalendarYear, "2026-01", "2026-12"),
            (Window::ContractYear(anchor), "2026-03", "2026-02"),
            (Window::ContractYear(anchor), "2026-Q1", "2026-Q4"),
        ] {
            let (begins, ends): (Period, Period) = (begins.parse().unwrap(), ends.parse().unwrap());
            assert!(window.begins_with(begins) && !window.begins_with(begins.next()), "{window:?}");
            assert!(window.ends_with(ends) && !window.ends_with(ends.next()), "{window:?}");
        }
        let month = "2026-05".parse().unwrap();
        assert!(Window::Period.begins_with(month) && Window::Period.ends_with(month));
        assert!(!Window::Lifetime.begins_with(month) && !Window::Lifetime.ends_with(month));
    }
}
