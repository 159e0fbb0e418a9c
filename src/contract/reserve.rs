//! Reserves: a part of what is earned, held for a while against refunds and chargebacks.

use super::{PartyId, Span};
use crate::money::Ratio;

/// A holdback that is released period by period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// Its name in statements; unique among reserves.
    pub name: String,
    /// Whose earnings are withheld.
    pub party: PartyId,
    /// Holds them.
    pub by: PartyId,
    /// The rate of each period since the start; the last one goes on.
    pub rates: Vec<Ratio>,
    /// After how many periods what was withheld is released.
    pub release: u32,
    /// Is the party's part of chargebacks paid out of the reserve?
    pub net_of_chargebacks: bool,
    /// When something is withheld.
    pub span: Span,
    /// The schedules whose earnings count; empty means all.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl Reserve {
    /// The rate so many periods after the start.
    pub fn rate(&self, periods: i32) -> &Ratio {
        let last = self.rates.len() - 1;
        &self.rates[usize::try_from(periods).unwrap_or(0).min(last)]
    }
}
