//! What a balance bears while it is carried.
//!
//! The law: without compounding, the interest of a stretch of days is the sum of that of its parts.

use super::AnnualRate;
use crate::calendar::{Day, Period, PeriodLength};
use crate::money::Ratio;

/// Interest on a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    /// The rate by the year.
    pub rate: AnnualRate,
    /// Does what has accrued by the end of a month bear interest from then on?
    pub compounding: bool,
}

impl Interest {
    /// Exact interest from the evening of one day to that of another. `accrued` is what earlier
    /// days have left; it bears interest only where interest compounds.
    ///
    /// ```
    /// use revshare::contract::{AnnualRate, DayCount, Interest};
    /// use revshare::money::Ratio;
    /// let ratio = |text: &str| text.parse::<Ratio>().unwrap();
    /// let rate = AnnualRate {
    ///     base: ratio("12%"),
    ///     margin: Ratio::zero(),
    ///     day_count: DayCount::Thirty360,
    /// };
    /// let [from, to] = ["2026-01-30", "2026-03-30"].map(|day| day.parse().unwrap());
    /// let simple = Interest { rate, compounding: false };
    /// assert_eq!(simple.on(&Ratio::whole(10_000), &Ratio::zero(), from, to), Ratio::whole(200));
    /// ```
    pub fn on(&self, principal: &Ratio, accrued: &Ratio, from: Day, to: Day) -> Ratio {
        if !self.compounding {
            return self.rate.on(principal, from, to);
        }
        let (mut interest, mut start) = (Ratio::zero(), from);
        let mut bearing = principal.clone() + accrued.clone();
        while start < to {
            let month = Period::of(start.next(), PeriodLength::Month);
            let end = month.last_day().min(to);
            interest += &self.rate.on(&bearing, start, end);
            bearing = principal.clone() + accrued.clone() + interest.clone();
            if end <= start {
                break;
            }
            start = end;
        }
        interest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::DayCount;

    fn on(day_count: DayCount, compounding: bool, accrued: &str, from: &str, to: &str) -> Ratio {
        let base = "10%".parse().unwrap();
        let rate = AnnualRate { base, margin: Ratio::zero(), day_count };
        let [from, to] = [from, to].map(|day| day.parse().unwrap());
        let accrued = accrued.parse().unwrap();
        Interest { rate, compounding }.on(&Ratio::whole(36_500), &accrued, from, to)
    }

    #[test]
    fn every_day_count_simple_and_compound() {
        use DayCount::{Actual360, Actual365, Thirty360};
        let ratio = |text: &str| text.parse::<Ratio>().unwrap();
        for (count, compounding, accrued, from, to, due) in [
            (Actual365, false, "0", "2026-01-31", "2026-02-28", ratio("280")),
            (Actual365, false, "365", "2026-01-31", "2026-02-28", ratio("280")),
            (Actual360, false, "0", "2026-01-31", "2026-02-28", ratio("102200/360")),
            (Thirty360, false, "0", "2026-01-31", "2026-02-28", ratio("102200/360")),
            (Actual365, true, "365", "2026-01-31", "2026-02-28", ratio("282.8")),
            (
                Actual365,
                true,
                "0",
                "2026-01-31",
                "2026-03-31",
                ratio("590") + ratio("86.8/365") * ratio("10"),
            ),
            (Actual365, true, "0", "2026-01-31", "2026-01-31", ratio("0")),
        ] {
            assert_eq!(on(count, compounding, accrued, from, to), due, "{count:?} {from} {to}");
        }
    }
}
