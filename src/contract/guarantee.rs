//! Minimum guarantees and commitments: a party earns at least an amount in a window.

use super::{PartyId, Span};
use crate::money::{Minor, Ratio};

/// A minimum guarantee, or a commitment to pay for so much usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarantee {
    /// Its name in statements; unique among guarantees.
    pub name: String,
    /// Is guaranteed the amount.
    pub party: PartyId,
    /// Pays the shortfall.
    pub from: PartyId,
    /// For a whole window, before proration and escalator.
    pub amount: Minor,
    /// The window, and when it holds.
    pub span: Span,
    /// Are all windows tested together, once, at the very end?
    pub cumulative: bool,
    /// How a broken window lowers the amount; none if it does not.
    pub prorate: Option<YearDays>,
    /// The yearly rise of the amount.
    pub escalator: Option<Ratio>,
    /// What counts as earned.
    pub on: Earnings,
    /// At least so much in every single period; for take-or-pay.
    pub per_period: Option<Minor>,
    /// The schedules whose earnings count; empty means all.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// Of how many days a whole window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearDays {
    /// As many as it has.
    Actual,
    /// As many as the contract says: 365 or 366.
    Fixed(u32),
}

/// What counts as earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Earnings {
    /// Shares, and what usage fees give or take.
    #[default]
    All,
    /// Shares of the split only.
    Shares,
    /// The usage fees that the other party owes this one.
    UsageFees,
}
