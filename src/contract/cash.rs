//! Clauses between what is owed and what arrives: audits, withheld tax, payments on account, late
//! interest, minimum payments, credits, due dates.
//!
//! Data, checked by `text`; the dates of payment terms are computed here, because they follow from
//! the contract and a period alone.

use std::collections::BTreeSet;

use super::{Audit, AuditTerms, PartyId, Window};
use crate::calendar::{Day, Period};
use crate::money::{Minor, Ratio};

/// Every clause of this kind that a contract has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cash {
    /// What audits found, and was agreed.
    pub audits: Vec<Audit>,
    /// What holds for every audit.
    pub audit_terms: AuditTerms,
    /// Tax that a payer keeps for an authority, in order.
    pub withholdings: Vec<Withholding>,
    /// What late payments cost.
    pub late_interest: Option<LateInterest>,
    /// Payments that are made before it is known what is owed.
    pub on_account: Vec<OnAccount>,
    /// What is too small to be paid, or never called in cash; the first that matches counts.
    pub minimum_payments: Vec<MinimumPayment>,
    /// What becomes of payments above what was owed.
    pub overpayment: Option<Overpayment>,
    /// When payables are due.
    pub payment: Option<PaymentTerms>,
}

impl Cash {
    /// Must it be known whether the statement of a period was paid, and when?
    pub fn follows(&self, period: Period) -> bool {
        let interest = self.late_interest.as_ref().map(|clause| clause.effective);
        let overpayment = self.overpayment.as_ref().map(|clause| clause.effective);
        let since = interest.into_iter().chain(overpayment).min();
        since.is_some_and(|since| since <= period.last_day())
    }

    /// The clause on late interest, if it speaks of the statement of a period.
    pub fn interest_on(&self, period: Period) -> Option<&LateInterest> {
        self.late_interest.as_ref().filter(|clause| clause.effective <= period.last_day())
    }

    /// The day on which the payables of a period are due: without terms, its last.
    pub fn due(&self, period: Period) -> Day {
        self.payment.as_ref().map_or(period.last_day(), |terms| terms.due(period))
    }
}

/// Tax that a payer keeps back and remits to an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withholding {
    /// Its name in statements.
    pub name: String,
    /// Pays and withholds.
    pub from: PartyId,
    /// Is paid less.
    pub to: PartyId,
    /// Of the gross payment; below all of it.
    pub rate: Ratio,
    /// Does the payer bear the tax, so that what was owed arrives in full?
    pub gross_up: bool,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// A rate by the year: `base` + `margin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnualRate {
    /// The rate, or the reference rate.
    pub base: Ratio,
    /// What is added to a reference rate; nothing for a plain rate.
    pub margin: Ratio,
    /// Which part of a year some days are.
    pub day_count: DayCount,
}

impl AnnualRate {
    /// Exact simple interest on a principal from one day to another.
    ///
    /// ```
    /// use revshare::contract::{AnnualRate, DayCount};
    /// use revshare::money::Ratio;
    /// let ratio = |text: &str| text.parse::<Ratio>().unwrap();
    /// let prime = AnnualRate {
    ///     base: ratio("8%"),
    ///     margin: ratio("1.5%"),
    ///     day_count: DayCount::Actual365,
    /// };
    /// let [from, to] = ["2026-10-01", "2026-11-15"].map(|day| day.parse().unwrap());
    /// assert_eq!(prime.on(&Ratio::whole(73_000), from, to), Ratio::whole(855));
    /// ```
    pub fn on(&self, principal: &Ratio, from: Day, to: Day) -> Ratio {
        let rate = self.base.clone() + self.margin.clone();
        &(principal * &rate) * &self.day_count.years(from, to)
    }
}

/// Which part of a year some days are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayCount {
    /// Days / 365.
    #[default]
    Actual365,
    /// Days / 360.
    Actual360,
    /// Months of 30 days, a 31st counting as the 30th, / 360.
    Thirty360,
}

impl DayCount {
    /// Every way, in the order of the documents.
    pub const ALL: [Self; 3] = [Self::Actual365, Self::Actual360, Self::Thirty360];

    /// Its name in contracts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actual365 => "actual/365",
            Self::Actual360 => "actual/360",
            Self::Thirty360 => "30/360",
        }
    }

    /// The part of a year from one day to another; parts of a stretch add up to the whole.
    pub fn years(self, from: Day, to: Day) -> Ratio {
        let serial = |day: Day| {
            let month = i64::from(day.year()) * 12 + i64::from(day.month());
            month * 30 + i64::from(day.day_of_month().min(30))
        };
        match self {
            Self::Actual365 => Ratio::new(to.days_since(from), 365),
            Self::Actual360 => Ratio::new(to.days_since(from), 360),
            Self::Thirty360 => Ratio::new(serial(to) - serial(from), 360),
        }
    }
}

/// What late payments cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateInterest {
    /// The statement of this day's period is the first that it speaks of.
    pub effective: Day,
    /// The rate.
    pub rate: AnnualRate,
    /// Does what has accrued by the end of a month bear interest from then on?
    pub compounding: bool,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// Payments that are made before it is known what is owed, set against it at a window's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnAccount {
    /// Pays on account.
    pub from: PartyId,
    /// Is paid on account.
    pub to: PartyId,
    /// At whose end what is owed and what was paid are compared.
    pub window: Window,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl OnAccount {
    /// The last period of the window that a period lies in; a lifetime ends with every period,
    /// which no checked contract has.
    pub fn last(&self, period: Period) -> Period {
        let mut last = period;
        while !self.window.ends_with(last) && last.since(period) < 12 {
            last = last.next();
        }
        last
    }
}

/// A net payable that is carried instead of paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinimumPayment {
    /// What is smaller is carried; none if nothing is ever called in cash.
    pub amount: Option<Minor>,
    /// Who owes whom; none for every pair and direction.
    pub direction: Option<(PartyId, PartyId)>,
    /// From the period of this day on, nothing is carried any more.
    pub until: Option<Day>,
    /// At whose end nothing is carried on, and what was carried is called.
    pub window: Option<Window>,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl MinimumPayment {
    /// Does it speak of what `from` owes `to`?
    pub fn covers(&self, from: PartyId, to: PartyId) -> bool {
        self.direction.is_none_or(|direction| direction == (from, to))
    }
}

/// What becomes of payments above what was owed: they reduce the next ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overpayment {
    /// The statement of this day's period is the first that it speaks of.
    pub effective: Day,
    /// After so many months, what is left of a credit is refunded.
    pub expires: Option<u32>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// When payables are due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentTerms {
    /// Days after the period's last day.
    pub days: u32,
    /// Do business days alone count as days?
    pub business_days: bool,
    /// Is a Saturday or Sunday no business day?
    pub weekends: bool,
    /// Days that are no business days either.
    pub holidays: BTreeSet<Day>,
    /// Where a due date goes that is no business day.
    pub roll: Roll,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// Where a due date goes that is no business day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    /// To the next business day.
    #[default]
    Following,
    /// To the last one before.
    Preceding,
    /// To the next business day, but back rather than into another month.
    ModifiedFollowing,
    /// To the last one before, but on rather than into another month.
    ModifiedPreceding,
}

impl PaymentTerms {
    /// The day on which the payables of a period are due.
    ///
    /// ```
    /// use revshare::contract::PaymentTerms;
    /// let terms = PaymentTerms { days: 45, ..PaymentTerms::default() };
    /// assert_eq!(terms.due("2026-Q2".parse().unwrap()).to_string(), "2026-08-14");
    /// ```
    pub fn due(&self, period: Period) -> Day {
        if self.business_days && self.days > 0 {
            let next = |day: Day, _| self.search(day.next(), Day::next);
            return (0..self.days).fold(period.last_day(), next);
        }
        let due = period.last_day().plus(i64::from(self.days));
        let (on, back) = (|| self.search(due, Day::next), || self.search(due, Day::previous));
        let inside = |day: &Day| (day.year(), day.month()) == (due.year(), due.month());
        match self.roll {
            Roll::Following => on(),
            Roll::Preceding => back(),
            Roll::ModifiedFollowing => Some(on()).filter(inside).unwrap_or_else(back),
            Roll::ModifiedPreceding => Some(back()).filter(inside).unwrap_or_else(on),
        }
    }

    /// The first business day from a day on, in one direction.
    fn search(&self, mut day: Day, step: impl Fn(Day) -> Day) -> Day {
        // No calendar of holidays can make the search endless: it ends with the years.
        while !self.is_business_day(day) && step(day) != day {
            day = step(day);
        }
        day
    }

    fn is_business_day(&self, day: Day) -> bool {
        let weekend = self.weekends && day.is_weekend();
        !weekend && !self.holidays.contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn parts_of_a_year() {
        for (count, from, to, due) in [
            (DayCount::Actual365, "2026-01-01", "2026-02-15", "45/365"),
            (DayCount::Actual360, "2026-01-01", "2026-02-15", "45/360"),
            (DayCount::Thirty360, "2026-01-01", "2026-02-15", "44/360"),
            (DayCount::Thirty360, "2026-01-31", "2026-03-31", "60/360"),
            (DayCount::Thirty360, "2026-02-28", "2026-03-01", "3/360"),
        ] {
            assert_eq!(count.years(day(from), day(to)), due.parse().unwrap(), "{count:?} {from}");
        }
    }

    #[test]
    fn due_dates_roll_over_days_off() {
        let october: Period = "2026-10".parse().unwrap();
        let plain = PaymentTerms { days: 15, ..PaymentTerms::default() };
        assert_eq!(plain.due(october), day("2026-11-15"), "a Sunday");
        let following = PaymentTerms { weekends: true, ..plain };
        // 31 October 2026 is a Saturday: the first business day after it is Monday, the second.
        let counted = PaymentTerms { days: 10, business_days: true, ..following.clone() };
        assert_eq!(counted.due("2026-10".parse().unwrap()).to_string(), "2026-11-13");
        let none = PaymentTerms { days: 0, ..counted };
        assert_eq!(none.due("2026-10".parse().unwrap()).to_string(), "2026-11-02");
        assert_eq!(following.due(october), day("2026-11-16"));
        let holidays = BTreeSet::from([day("2026-11-16")]);
        let following = PaymentTerms { holidays, ..following };
        assert_eq!(following.due(october), day("2026-11-17"));
        let preceding = PaymentTerms { roll: Roll::Preceding, ..following };
        assert_eq!(preceding.due(october), day("2026-11-13"));
    }

    #[test]
    fn modified_rolls_stay_in_their_month() {
        use Roll::{Following, ModifiedFollowing, ModifiedPreceding, Preceding};
        // 31 October 2026 is a Saturday, 1 November a Sunday, 14 November a Saturday.
        for (roll, days, due) in [
            (Following, 31, "2026-11-02"),
            (ModifiedFollowing, 31, "2026-10-30"),
            (ModifiedFollowing, 32, "2026-11-02"),
            (ModifiedFollowing, 45, "2026-11-16"),
            (Preceding, 32, "2026-10-30"),
            (ModifiedPreceding, 32, "2026-11-02"),
            (ModifiedPreceding, 31, "2026-10-30"),
            (ModifiedPreceding, 45, "2026-11-13"),
        ] {
            let terms = PaymentTerms { days, weekends: true, roll, ..PaymentTerms::default() };
            assert_eq!(terms.due("2026-09".parse().unwrap()), day(due), "{roll:?} {days}");
        }
    }

    #[test]
    fn windows_of_payments_on_account() {
        let clause = |window| OnAccount { from: PartyId(0), to: PartyId(1), window, line: 1 };
        let yearly = clause(Window::CalendarYear);
        assert_eq!(yearly.last("2026-03".parse().unwrap()).to_string(), "2026-12");
        assert_eq!(yearly.last("2026-12".parse().unwrap()).to_string(), "2026-12");
        let anniversary = clause(Window::ContractYear(day("2026-04-01")));
        assert_eq!(anniversary.last("2026-Q2".parse().unwrap()).to_string(), "2027-Q1");
    }
}
