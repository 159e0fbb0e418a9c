//! Who tells: a settlement with what it was made from.

use super::Node;
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::Payment;
use crate::money::Minor;
use crate::settlement::Settlement;
use crate::statement::grouped;

/// A settlement, and what it was made from.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What is explained.
    pub settlement: &'a Settlement,
    /// The contract that it was settled by.
    pub contract: &'a Contract,
    /// Every payment that was known.
    pub payments: &'a [Payment],
    /// Closed periods that it was restated for, in order.
    pub changed: &'a [Changed],
}

impl<'a> Subject<'a> {
    /// A settlement that follows no payment and restates nothing.
    pub fn new(settlement: &'a Settlement, contract: &'a Contract) -> Self {
        Self { settlement, contract, payments: &[], changed: &[] }
    }
}

/// A closed period as it was settled so far and as it is now, each with its contract; none where
/// there was nothing to settle.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Which.
    pub period: Period,
    /// As settled so far.
    pub was: Option<(Contract, Settlement)>,
    /// As it is now.
    pub is: Option<(Contract, Settlement)>,
}

/// Tells a settlement. What is told twice is left out when all is told.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) settlement: &'a Settlement,
    pub(super) contract: &'a Contract,
    pub(super) payments: &'a [Payment],
    pub(super) changed: &'a [Changed],
}

impl<'a> Teller<'a> {
    pub(super) fn new(subject: &Subject<'a>) -> Self {
        let Subject { settlement, contract, payments, changed } = *subject;
        Self { settlement, contract, payments, changed }
    }

    /// One side of a closed period.
    pub(super) fn of_closed(side: Option<&'a (Contract, Settlement)>) -> Option<Self> {
        side.map(|(contract, settlement)| Self::new(&Subject::new(settlement, contract)))
    }

    /// An amount for a reader.
    pub(super) fn show(&self, amount: Minor) -> String {
        grouped(&amount.display(self.settlement.currency))
    }

    pub(super) fn money(&self, title: impl Into<String>, amount: Minor) -> Node {
        Node::money(title, amount, self.settlement.currency)
    }
}
