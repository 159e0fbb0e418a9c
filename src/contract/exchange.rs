//! How facts in another currency become the contract's: `[fx]`.

use crate::calendar::Day;

/// Which listed rate converts a fact. A pair that is listed only the other way round is inverted
/// exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Which rate.
    pub policy: ExchangePolicy,
    /// How many days back a rate may have been listed, where none is for the day itself.
    pub within: u32,
}

/// The policies of conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangePolicy {
    /// The rate of the fact's day, or the last before it.
    Daily,
    /// The mean of the days of the period for which a rate is listed.
    PeriodAverage,
    /// The mean of the rates of the last days of the period's months, each or the last before it.
    MonthEndAverage,
    /// The rate of the period's last day, or the last before it.
    PeriodEnd,
}

impl Exchange {
    /// The days on which a rate for a day may be listed, the nearest first.
    pub(crate) fn back(self, from: Day) -> impl Iterator<Item = Day> {
        (0..=i64::from(self.within)).map(move |days| from.plus(-days))
    }
}
