//! Audits: what holds for every one, and what one found. How far an audit may reach back is computed
//! here, because it follows from the contract and a day alone.

use super::{AnnualRate, PartyId};
use crate::calendar::{Day, Period, PeriodLength};
use crate::money::{Minor, Ratio};

/// What holds for every audit: for those in files, and for what `[[audit]]` leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditTerms {
    /// A shortfall above this part of what was due makes the payer bear the audit's cost.
    pub threshold: Option<Ratio>,
    /// A part of the shortfall that is owed on top of it.
    pub accord: Option<Ratio>,
    /// Interest on a shortfall, until the finding was agreed.
    pub interest: Option<AnnualRate>,
    /// How many months an audit may reach back from the day on which it was agreed.
    pub look_back: Option<u32>,
    /// The line of its header in the contract file; 0 if there is none.
    pub line: u64,
}

impl AuditTerms {
    /// The first period that an audit may speak of that was agreed on a day; none if there is no
    /// limit.
    ///
    /// ```
    /// use revshare::calendar::PeriodLength;
    /// use revshare::contract::AuditTerms;
    /// let terms = AuditTerms { look_back: Some(24), ..AuditTerms::default() };
    /// let agreed = "2026-10-15".parse().unwrap();
    /// let earliest = terms.earliest(agreed, PeriodLength::Month).unwrap();
    /// assert_eq!(earliest.to_string(), "2024-10");
    /// let earliest = terms.earliest(agreed, PeriodLength::Quarter).unwrap();
    /// assert_eq!(earliest.to_string(), "2024-Q4");
    /// ```
    pub fn earliest(&self, agreed: Day, length: PeriodLength) -> Option<Period> {
        let months = self.look_back?;
        let whole = months / length.months().unsigned_abs();
        Some((0..whole).fold(Period::of(agreed, length), |period, _| period.previous()))
    }
}

/// An audit's finding, as the parties agreed on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Its name in statements.
    pub name: String,
    /// The first period that was audited.
    pub first: Period,
    /// The last period that was audited.
    pub period: Period,
    /// The day on which the finding was agreed: it is settled in that day's period.
    pub effective: Day,
    /// Owed the audited amounts.
    pub from: PartyId,
    /// Was owed them.
    pub to: PartyId,
    /// What was due.
    pub due: Minor,
    /// What was paid.
    pub paid: Minor,
    /// What the audit cost.
    pub cost: Minor,
    /// A shortfall above this part of what was due makes `from` bear the cost.
    pub threshold: Option<Ratio>,
    /// A part of the shortfall that is owed on top of it.
    pub accord: Option<Ratio>,
    /// Interest on the shortfall, from a day until the finding was agreed.
    pub interest: Option<(Day, AnnualRate)>,
    /// The line of its header in the contract file.
    pub line: u64,
}
