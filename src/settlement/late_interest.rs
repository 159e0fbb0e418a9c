//! What a late payment costs.
//!
//! Interest runs from the day after the due date up to the day of payment, on what is still owed.
//! It is computed afresh from the due date in each period, and what was charged before is taken
//! off, so that all periods together charge the exact amount rounded once.

use super::payments::Received;
use crate::calendar::{Day, Period, PeriodLength};
use crate::contract::LateInterest;
use crate::money::Ratio;

/// The exact interest from the due date through a day, on what was billed less what was paid.
pub(super) fn accrued(
    clause: &LateInterest,
    billed: &Ratio,
    received: &Received,
    due: Day,
    through: Day,
) -> Ratio {
    let mut owed = billed.clone();
    let (mut interest, mut bearing) = (Ratio::zero(), Ratio::zero());
    let mut from = due;
    for (day, event) in events(clause, received, due, through) {
        let principal = if owed.is_positive() { owed.clone() } else { Ratio::zero() };
        let bearing_now = if owed.is_positive() { bearing.clone() } else { Ratio::zero() };
        interest += &clause.rate.on(&(principal + bearing_now), from, day);
        match event {
            Event::Paid(amount) => owed = owed - amount,
            Event::MonthEnd => bearing = interest.clone(),
        }
        from = from.max(day);
    }
    interest
}

enum Event {
    Paid(Ratio),
    /// What has accrued bears interest from here on.
    MonthEnd,
}

/// What changes the sum that bears interest, by day; the last day ends it.
fn events(clause: &LateInterest, received: &Received, due: Day, through: Day) -> Vec<(Day, Event)> {
    let through = through.max(due);
    let paid = received.iter().filter(|(day, _)| *day <= through);
    let mut events: Vec<(Day, Event)> =
        paid.map(|(day, amount)| ((*day).max(due), Event::Paid(amount.clone()))).collect();
    let mut month = Period::of(due, PeriodLength::Month);
    while clause.compounding && month.last_day() < through {
        events.push((month.last_day(), Event::MonthEnd));
        month = month.next();
    }
    events.push((through, Event::Paid(Ratio::zero())));
    events.sort_by_key(|(day, _)| *day);
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AnnualRate, DayCount};

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    fn clause(rate: &str, compounding: bool) -> LateInterest {
        let rate =
            AnnualRate { base: ratio(rate), margin: Ratio::zero(), day_count: DayCount::Actual365 };
        LateInterest { effective: "2026-10-01".parse().unwrap(), rate, compounding, line: 1 }
    }

    fn due(clause: &LateInterest, received: &[(&str, &str)], through: &str) -> Ratio {
        let received =
            received.iter().map(|(day, amount)| (day.parse().unwrap(), ratio(amount))).collect();
        let [due, through] = ["2026-10-31", through].map(|day| day.parse().unwrap());
        accrued(clause, &ratio("36500"), &received, due, through)
    }

    #[test]
    fn runs_on_what_is_still_owed() {
        // 36,500 at 10% is 10 a day.
        let clause = clause("10%", false);
        for (received, through, expected) in [
            (&[][..], "2026-10-31", "0"),
            (&[], "2026-11-10", "100"),
            (&[("2026-11-10", "36500")], "2026-12-31", "100"),
            (&[("2026-10-15", "36500")], "2026-12-31", "0"),
            (&[("2026-11-05", "18250")], "2026-11-15", "100"),
            (&[("2026-11-05", "40000")], "2026-11-15", "50"),
        ] {
            assert_eq!(due(&clause, received, through), ratio(expected), "{received:?} {through}");
        }
    }

    #[test]
    fn compounds_at_month_ends() {
        let clause = clause("10%", true);
        assert_eq!(due(&clause, &[], "2026-11-30"), ratio("300"));
        // December: 36,800 at 10% for ten days.
        let december = ratio("300") + ratio("36800") * ratio("10/3650");
        assert_eq!(due(&clause, &[], "2026-12-10"), december);
    }
}
