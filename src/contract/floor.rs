//! Share floors and most-favoured rates: a party's share is at least so much.

use super::{Excess, PartyId, Span};
use crate::calendar::Day;
use crate::money::{Minor, Ratio};

/// A party's share is at least a rate of something, or an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareFloor {
    /// Its name in statements; unique among floors.
    pub name: String,
    /// Has at least so much.
    pub party: PartyId,
    /// Makes up what is missing.
    pub from: PartyId,
    /// How much at least.
    pub at_least: AtLeast,
    /// Over which window, and when it holds.
    pub span: Span,
    /// What becomes of the reductions that the floor did not let through.
    pub unused: Excess,
    /// The schedules that count; empty means all.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// The least that a share may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtLeast {
    /// A rate of a step of the waterfall.
    Rate(Ratio, FloorBase),
    /// An amount per window.
    Amount(Minor),
}

/// What the rate of a floor is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloorBase {
    /// Gross sales.
    GrossSales,
    /// Net sales.
    NetSales,
    /// Gross profit.
    GrossProfit,
    /// The base of the split.
    ShareBase,
}

impl FloorBase {
    /// Every measure, in the order of the waterfall.
    pub const ALL: [Self; 4] =
        [Self::GrossSales, Self::NetSales, Self::GrossProfit, Self::ShareBase];

    /// Its name in contracts and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GrossSales => "gross-sales",
            Self::NetSales => "net-sales",
            Self::GrossProfit => "gross-profit",
            Self::ShareBase => "share-base",
        }
    }
}

/// A party's share of the base is at least what comparable deals give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MostFavoured {
    /// Its name in statements; unique among most-favoured clauses.
    pub name: String,
    /// Has at least the granted rate.
    pub party: PartyId,
    /// Makes up what is missing.
    pub from: PartyId,
    /// What comparable deals were granted, by day, ascending; files may bring more.
    pub grants: Vec<Grant>,
    /// The schedules that count; empty means all.
    pub schedules: Vec<String>,
    /// The line of its header in the contract file.
    pub line: u64,
}

/// A better rate that somebody else was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The first day on which it counts.
    pub from: Day,
    /// The last day on which it counts; none if it goes on.
    pub until: Option<Day>,
    /// The rate of the share base.
    pub rate: Ratio,
}

impl Grant {
    /// Does it count on a day?
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
