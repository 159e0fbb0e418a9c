//! Recoupable advances: paid before, withheld from what is earned later.

use super::{Interest, PartyId, Span};
use crate::money::{Minor, Ratio};

/// An amount paid outside the statements that earnings pay back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Its name in statements; unique among advances.
    pub name: String,
    /// Received it, and pays it back out of its earnings.
    pub to: PartyId,
    /// Paid it.
    pub by: PartyId,
    /// How much was paid on the first day.
    pub amount: Minor,
    /// Which part of positive earnings is withheld.
    pub rate: Ratio,
    /// From the day it was paid to the last day on which it may be recouped.
    pub span: Span,
    /// What it bears until it is paid back.
    pub interest: Option<Interest>,
    /// What becomes of what is left on the last day.
    pub unrecouped: Unrecouped,
    /// The schedules whose earnings pay it back, together; empty means all.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// What becomes of the part of an advance that earnings have not paid back in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unrecouped {
    /// It is written off.
    #[default]
    Lapse,
    /// Who received it owes it.
    Repay,
}
