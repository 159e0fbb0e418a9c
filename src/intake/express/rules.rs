//! What the numbers of a row must be like, so that it is certainly right.

use super::parse::Short;
use crate::fact::{Kind, Table};

/// A number, if there is one.
pub(super) type Numbers = Option<Short>;

/// What a row of a kind needs.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) kind: Kind,
    has_currency: bool,
    /// The sign of amounts that are certainly right: -1, 0 for any, 1.
    amounts: i8,
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
        let amounts = match kind {
            Kind::Charge | Kind::Collected => 1,
            Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Fee => -1,
            Kind::Tax | Kind::Cost | Kind::Usage => 0,
        };
        complete.then_some(Self { kind, has_currency: !currency.is_empty(), amounts })
    }

    /// The numbers of a row, if they are right.
    #[inline(always)]
    pub(super) fn check(self, quantity: Numbers, amount: Numbers) -> Option<(Numbers, Numbers)> {
        if self.kind == Kind::Usage {
            // A reading has no amount: what stands there is not even looked at.
            return quantity.is_some().then_some((quantity, None));
        }
        let size = amount?.mantissa;
        let sign = size == 0 || self.amounts == 0 || (size > 0) == (self.amounts > 0);
        let counted = self.kind != Kind::Charge || quantity.is_none_or(|it| it.mantissa >= 0);
        (sign && counted && self.has_currency).then_some((quantity, amount))
    }
}
