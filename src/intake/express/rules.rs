//! What the numbers of a row must be like, so that it is certainly right.

use super::parse::Short;
use crate::fact::{Kind, Table};

/// A number, if there is one.
pub(super) type Numbers = Option<Short>;

/// On which side of zero a number is, or that there is none: a bit each, none of them for zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign(u8);

impl Sign {
    const NOTHING: u8 = 1;
    const NEGATIVE: u8 = 2;
    const POSITIVE: u8 = 4;

    /// Of a number, or of none, which counts as zero.
    #[inline(always)]
    pub(super) fn new(nothing: bool, number: i64) -> Self {
        let nothing = if nothing { Self::NOTHING } else { 0 };
        let negative = if number < 0 { Self::NEGATIVE } else { 0 };
        let positive = if number > 0 { Self::POSITIVE } else { 0 };
        Self(nothing | negative | positive)
    }

    #[inline(always)]
    pub(super) fn of(number: Numbers) -> Self {
        Self::new(number.is_none(), number.map_or(0, |it| it.mantissa))
    }
}

/// The signs with which a row is not certainly right.
#[derive(Clone, Copy)]
pub(super) struct Unwanted {
    quantity: u8,
    amount: u8,
}

impl Unwanted {
    fn of(kind: Kind) -> Self {
        const NOTHING: u8 = Sign::NOTHING;
        let (quantity, amount) = match kind {
            Kind::Charge => (Sign::NEGATIVE, NOTHING | Sign::NEGATIVE),
            Kind::Collected => (0, NOTHING | Sign::NEGATIVE),
            Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Fee => {
                (0, NOTHING | Sign::POSITIVE)
            }
            Kind::Tax | Kind::Cost => (0, NOTHING),
            Kind::Usage => (NOTHING, 0),
        };
        Self { quantity, amount }
    }

    /// Is a row with these right?
    #[inline(always)]
    pub(super) fn spares(self, quantity: Sign, amount: Sign) -> bool {
        (quantity.0 & self.quantity) | (amount.0 & self.amount) == 0
    }
}

/// What a row of a kind needs.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) kind: Kind,
    pub(super) unwanted: Unwanted,
}

impl Rules {
    /// What rows of a shape need; none if none of them is certainly right.
    pub(super) fn of(
        table: Table,
        kind: &str,
        category: &str,
        unit: &str,
        currency: &str,
    ) -> Option<Self> {
        let (kind, complete) = match table {
            Table::Costs => (Kind::Cost, !category.is_empty() && !currency.is_empty()),
            Table::Usage => (Kind::Usage, !unit.is_empty()),
            Table::Sales => {
                let named = |it: &Kind| it.table() == Table::Sales && it.as_str() == kind;
                (Kind::ALL.into_iter().find(named)?, !currency.is_empty())
            }
            Table::Fx | Table::Payments | Table::Grants | Table::Audits => return None,
        };
        complete.then(|| Self { kind, unwanted: Unwanted::of(kind) })
    }

    /// The numbers of a row, if they are right.
    #[inline(always)]
    pub(super) fn check(self, quantity: Numbers, amount: Numbers) -> Option<(Numbers, Numbers)> {
        // A reading has no amount: what stands there is not even looked at.
        let amount = amount.filter(|_| self.kind != Kind::Usage);
        let right = self.unwanted.spares(Sign::of(quantity), Sign::of(amount));
        right.then_some((quantity, amount))
    }
}
