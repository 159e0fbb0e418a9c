//! Aggregate caps: all that one party ever pays another, or pays it in a window, is limited.

use super::{PartyId, Span};
use crate::money::{Currency, Minor};

/// The most that one party pays another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateCap {
    /// Its name in statements; unique among caps.
    pub name: String,
    /// Pays at most the amount.
    pub from: PartyId,
    /// Is paid at most the amount.
    pub to: PartyId,
    /// The currency of the amounts of the clause, if it is not the contract's.
    pub currency: Option<Currency>,
    /// The most in a window.
    pub amount: Minor,
    /// What was paid before the first statement.
    pub paid: Minor,
    /// The window, and when it holds.
    pub span: Span,
    /// The schedules whose debts count; empty means all, with every clause before.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl AggregateCap {
    /// The name of its balance, which counts in the currency of the cap.
    pub fn counts_in(&self) -> String {
        match self.currency {
            None => self.name.clone(),
            Some(currency) => format!("{}/{currency}", self.name),
        }
    }
}
