//! One dated version of a schedule, clause by clause.

use std::collections::BTreeMap;

use super::{Carry, Excess, PartyId, Pattern, Priority, Rate, Split};
use crate::calendar::Day;
use crate::money::{Minor, Ratio};

/// What is agreed from a day on, whole in itself.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The first day on which they hold.
    pub effective: Day,
    /// The deal. Two versions whose bases are equal are one segment.
    pub basis: Basis,
    /// Where each key stands in the contract file.
    pub places: Places,
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        self.effective == other.effective && self.basis == other.basis
    }
}

impl Eq for Terms {}

/// Key path within a terms block (`cost.ceiling`) to its line in the contract file. The block's
/// own line stands under the empty path.
pub type Places = BTreeMap<String, u64>;

impl Basis {
    /// Puts lists whose order means nothing in order, so that naming the same categories the other
    /// way round is the same deal.
    pub(super) fn sort_sets(&mut self) {
        let Self::Shared(shared) = self else { return };
        shared.cost.deduct.sort();
        for part in shared.deductions.iter_mut().flat_map(|deduction| &mut deduction.parts) {
            if let Selector::Facts { kinds, categories } = part {
                kinds.sort();
                categories.sort();
            }
        }
    }
}

/// On which ground the parties settle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a contract has a handful of terms")]
pub enum Basis {
    /// A waterfall whose rest is shared: gross profit or net sales.
    Shared(SharedTerms),
    /// Quantities at a price, owed by one party to another.
    UsageFee(UsageFeeTerms),
    /// Seen and counted, but not settled: resale by an affiliate.
    Excluded,
}

/// Is infrastructure cost deducted before sharing?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareKind {
    /// Yes.
    GrossProfit,
    /// No.
    NetSales,
}

/// When a sale is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recognition {
    /// When the customer is billed.
    #[default]
    Billed,
    /// When, and as far as, the customer has paid.
    Collected,
}

/// The clauses of a shared basis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedTerms {
    /// Gross profit or net sales.
    pub kind: ShareKind,
    /// Is a sale shared when it is billed, or when it is paid?
    pub recognition: Recognition,
    /// The rate card for sales that come without an amount.
    pub rates: Vec<Rate>,
    /// What is taken off the sales, in order.
    pub deductions: Vec<Deduction>,
    /// What is deducted as cost; of no effect for net sales.
    pub cost: CostTerms,
    /// What becomes of a loss.
    pub losses: Losses,
    /// What goes to a named party off the top, in order.
    pub priority: Vec<Priority>,
    /// Who receives which part.
    pub split: Split,
}

/// The clauses of a usage fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageFeeTerms {
    /// Owes the fee.
    pub payer: PartyId,
    /// Is owed the fee.
    pub payee: PartyId,
    /// The rate card, first match wins.
    pub rates: Vec<Rate>,
}

/// One entry of the ordered list of deductions: a step of the waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deduction {
    /// Its name in statements; unique within the terms.
    pub name: String,
    /// What is deducted: facts, rates, or several together.
    pub parts: Vec<Selector>,
    /// At most so much is deducted in all.
    pub cap: Option<Cap>,
    /// Are rate and cap of gross sales, before refunds? Else they are of what is left after them.
    pub of_gross: bool,
    /// What becomes of what the cap leaves over.
    pub excess: Excess,
}

/// What a deduction takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Facts of these sale kinds and categories; an empty list of categories means any.
    Facts {
        /// `Fee`, `Refund`, `Credit`, `Chargeback`.
        kinds: Vec<crate::fact::Kind>,
        /// Category patterns.
        categories: Vec<Pattern>,
    },
    /// A rate on gross sales plus refunds, or on gross sales alone.
    Rate(Ratio),
}

/// The most that a deduction may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cap {
    /// An amount per period, in minor units.
    Amount(Minor),
    /// A rate on gross sales plus refunds, or on gross sales alone.
    Rate(Ratio),
}

/// What is deducted as cost, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostTerms {
    /// The cost categories that are deducted; an empty list deducts none.
    pub deduct: Vec<Pattern>,
    /// Metered quantities that the contract prices as cost.
    pub rates: Vec<Rate>,
    /// A rate added on the cost.
    pub uplift: Option<Ratio>,
    /// The most that is deducted.
    pub ceiling: Option<Ceiling>,
    /// What becomes of the cost above the ceiling.
    pub excess: Excess,
    /// How the bearer pays the provider.
    pub settled: Settled,
}

/// The most cost that is deducted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ceiling {
    /// A rate on net sales as shown.
    RateOfNetSales(Ratio),
    /// An amount per period; a budget with its tolerance comes out as one.
    Amount(Amount),
}

/// A ceiling in money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The amount or the budget, in minor units.
    pub amount: Minor,
    /// How far a budget may be exceeded; nothing for a plain amount.
    pub tolerance: Ratio,
}

/// How the bearer pays the provider for the cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settled {
    /// Out of the seller's cash, in the same statement.
    #[default]
    Net,
    /// Outside; the cost is a memo.
    Invoiced,
}

/// What becomes of a negative gross profit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Losses {
    /// It is not shared, and later profits eat it first.
    CarryForward(LossCarry),
    /// It is split like a profit.
    Share,
    /// It stays with the bearer, with no balance.
    Absorb,
}

impl Losses {
    /// Losses that are carried whole and for ever, and eat all of a profit.
    pub fn carried() -> Self {
        Self::CarryForward(LossCarry { carry: Carry::default(), at_most: Ratio::one() })
    }
}

/// How losses are carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossCarry {
    /// Expiry, cap and interest.
    pub carry: Carry,
    /// The part of a profit that they eat at most.
    pub at_most: Ratio,
}
