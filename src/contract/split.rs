//! Who receives which part: a plain split, or one that follows tiers.
//!
//! The law: the shares of each division add up to one, and a tier table covers every measure: its
//! first tier reaches down without end, each other begins above the one before.

use super::{Basis, PartyId, Schedule, Stretch, Window};
use crate::money::{Minor, Ratio};

/// Who receives which part of the share base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The divisions by rising measure; a plain split has one.
    pub tiers: Vec<Tier>,
    /// What decides the tier; none for a plain split.
    pub scale: Option<Scale>,
}

impl Split {
    /// The same division whatever was sold.
    pub fn plain(division: Division) -> Self {
        let tier = Tier { from: Minor::ZERO, above: false, division };
        Self { tiers: vec![tier], scale: None }
    }

    /// Which tier a measure stands in; below nothing it is the first.
    pub fn tier_at(&self, measure: Minor) -> usize {
        let reached = |tier: &Tier| {
            if tier.above { measure > tier.from } else { measure >= tier.from }
        };
        self.tiers.iter().rposition(reached).unwrap_or(0)
    }

    /// Every division that can come to pass.
    pub fn divisions(&self) -> impl Iterator<Item = &Division> {
        let beside = match &self.scale {
            Some(Scale::Deal { renewal, otherwise }) => [renewal.as_ref(), otherwise.as_ref()],
            Some(Scale::Measured(_)) | None => [None, None],
        };
        self.tiers.iter().map(|tier| &tier.division).chain(beside.into_iter().flatten())
    }
}

/// One row of a tier table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Where it begins: minor units, or a quantity with as many digits as the currency has.
    pub from: Minor,
    /// Does the amount itself still belong to the tier before?
    pub above: bool,
    /// Who receives which part in it.
    pub division: Division,
}

/// Parts that add up to one, in the contract's order of parties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// A party or a group each.
    pub parts: Vec<Part>,
}

impl Division {
    /// The share of each party, groups looked through, in the contract's order.
    pub fn shares(&self) -> Vec<(PartyId, Ratio)> {
        let inner = |part: &Part| {
            let of = |(party, weight): &(PartyId, Ratio)| (*party, &part.share * weight);
            part.members.iter().map(of).collect::<Vec<_>>()
        };
        let mut shares: Vec<_> = self.parts.iter().flat_map(inner).collect();
        shares.sort_by_key(|(party, _)| *party);
        shares
    }
}

/// What one party, or a group of parties of the same rank, receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the group; none for a party.
    pub group: Option<String>,
    /// Of the share base.
    pub share: Ratio,
    /// Who divides it, by weights that add up to one; a party stands alone with all of it.
    pub members: Vec<(PartyId, Ratio)>,
}

/// What decides which tier holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A measure that accumulates over a window.
    Measured(Measured),
    /// The total value of the deal that a sale belongs to.
    Deal {
        /// For deals that are renewals, if they have a division of their own.
        renewal: Option<Division>,
        /// For sales of no deal, if they have a division of their own; else the first tier's.
        otherwise: Option<Division>,
    },
}

/// A measure, and what moving through the tiers does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What is measured.
    pub by: Measure,
    /// Over which periods it adds up.
    pub window: Stretch,
    /// To what a tier applies.
    pub mode: Mode,
    /// The schedules whose measures are added up; empty for the schedule's own.
    pub over: Vec<String>,
}

/// What can be measured of a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Charges.
    GrossSales,
    /// Sales after refunds and deductions.
    NetSales,
    /// Net sales less cost.
    GrossProfit,
    /// What is left to split.
    ShareBase,
    /// The quantity of a unit over charges and usage.
    Quantity(String),
}

impl Measure {
    /// Its name in contracts and statements; a quantity goes by its unit.
    pub fn as_str(&self) -> &str {
        match self {
            Self::GrossSales => "gross-sales",
            Self::NetSales => "net-sales",
            Self::GrossProfit => "gross-profit",
            Self::ShareBase => "share-base",
            Self::Quantity(unit) => unit,
        }
    }
}

/// To what a tier applies once it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To the slice of the measure that lies in it.
    Marginal,
    /// To what comes after; what crosses the line still has the tier that stood before.
    Forward(Each),
    /// To everything since the window began.
    Retroactive,
}

/// What keeps the tier that stood when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// A whole segment.
    Segment,
    /// A day.
    Day,
    /// A single sale.
    Sale,
}

/// An amount for a named party off the top of the profit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Its name in statements; unique within the terms.
    pub name: String,
    /// Who receives it.
    pub to: PartyId,
    /// How much.
    pub take: Take,
}

/// How much a priority is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Take {
    /// An amount a period; a segment has its part by days.
    Fee(Minor),
    /// A rate at source, of a step as shown.
    Rate {
        /// The rate.
        rate: Ratio,
        /// Gross sales, net sales or gross profit.
        of: Measure,
        /// Only of what exceeds a hurdle.
        above: Option<Hurdle>,
    },
}

/// An amount that has to be exceeded within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hurdle {
    /// The amount.
    pub amount: Minor,
    /// When counting starts again at nothing.
    pub window: Window,
}

/// An agreement with one customer whose total value decides the shares of its sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// As sale facts name it.
    pub id: String,
    /// What it is worth in all, in minor units.
    pub value: Minor,
    /// Does it renew an earlier one?
    pub renewal: bool,
    /// The line of its header in the contract file.
    pub line: u64,
}

impl Schedule {
    /// Does any version of its terms ask to which deal a sale belongs?
    pub fn asks_for_deals(&self) -> bool {
        self.terms.iter().any(|terms| match &terms.basis {
            Basis::Shared(shared) => matches!(shared.split.scale, Some(Scale::Deal { .. })),
            Basis::UsageFee(_) | Basis::Excluded => false,
        })
    }

    /// Does any version of its terms ask for sales one by one?
    pub fn asks_for_sales(&self) -> bool {
        self.terms.iter().any(|terms| match &terms.basis {
            Basis::Shared(shared) => match &shared.split.scale {
                Some(Scale::Measured(measured)) => measured.mode == Mode::Forward(Each::Sale),
                Some(Scale::Deal { .. }) | None => false,
            },
            Basis::UsageFee(_) | Basis::Excluded => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_is_inclusive_and_above_is_not() {
        let division = Division { parts: Vec::new() };
        let tier = |from, above| Tier { from: Minor(from), above, division: division.clone() };
        let tiers = vec![tier(0, false), tier(100, false), tier(200, true)];
        let split = Split { tiers, scale: None };
        for (measure, due) in [(-5, 0), (0, 0), (99, 0), (100, 1), (200, 1), (201, 2)] {
            assert_eq!(split.tier_at(Minor(measure)), due, "{measure}");
        }
    }
}
