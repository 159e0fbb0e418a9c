//! The result of settling one contract for one period, as data.

use std::fmt;

use super::{Adjustment, Balance, Restated, Trace, UsedRate, Withheld};
use crate::calendar::{Day, Period};
use crate::fact::{Cell, FxRate, Key};
use crate::money::{Currency, Minor, Ratio};

/// What one contract pays for one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The contract's id.
    pub contract: String,
    /// The period.
    pub period: Period,
    /// The currency of every amount.
    pub currency: Currency,
    /// Schedules in the contract's order.
    pub schedules: Vec<ScheduleResult>,
    /// Position of each party over all schedules, in the contract's order.
    pub positions: Vec<(String, Minor)>,
    /// What the parties owe each other for this period by schedules and clauses, before what
    /// closed periods were restated by, and before anything is netted or held back.
    pub debts: Vec<Payable>,
    /// What contract-wide clauses moved, in their order.
    pub adjustments: Vec<Adjustment>,
    /// Tax that payers keep back and remit; a memo.
    pub withheld: Vec<Withheld>,
    /// What closed periods were restated by, line by line.
    pub true_ups: Vec<Restated>,
    /// Who pays whom; every amount is positive.
    pub payables: Vec<Payable>,
    /// What is carried, by name.
    pub balances: Vec<Balance>,
    /// What was seen and not settled, and why.
    pub exceptions: Vec<Exception>,
    /// Rates of exchange that came after their day had become final.
    pub refused_rates: Vec<FxRate>,
}

/// One schedule's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleResult {
    /// The schedule's id.
    pub id: String,
    /// Its segments in order of days.
    pub segments: Vec<SegmentResult>,
    /// Position of each party, in the contract's order; parties without one are left out.
    pub positions: Vec<(String, Minor)>,
}

/// One segment's waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentResult {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Since when its terms hold.
    pub effective: Day,
    /// `gross-profit`, `net-sales`, `usage-fee` or `excluded`.
    pub basis: &'static str,
    /// The waterfall from top to bottom.
    pub steps: Vec<Step>,
    /// The rates that facts in other currencies were converted by.
    pub rates: Vec<UsedRate>,
    /// How the share base was cut; one slice for a plain split, none for a usage fee.
    pub slices: Vec<Slice>,
    /// The share base apportioned.
    pub shares: Vec<(String, Minor)>,
    /// What the steps of priority give to whom.
    pub priority: Vec<(String, Minor)>,
    /// What a retroactive tier gives or takes for what was shared before; adds up to nothing.
    pub catch_up: Vec<(String, Minor)>,
    /// Position of each party, in the contract's order; parties without one are left out.
    pub positions: Vec<(String, Minor)>,
}

impl SegmentResult {
    /// The total of a step, all its entries together; none if the waterfall has no such step.
    pub fn total(&self, name: StepName) -> Option<Minor> {
        let mut totals = self.steps.iter().filter(|step| step.name == name).map(|step| step.total);
        totals.next().map(|first| first + totals.sum())
    }

    /// What a party has of the profit: share, priority and catch-up.
    pub fn share_of(&self, party: &str) -> Minor {
        let all = self.shares.iter().chain(&self.priority).chain(&self.catch_up);
        all.filter(|(name, _)| name == party).map(|(_, amount)| *amount).sum()
    }

    /// The total of a step, nothing if there is no such step.
    pub fn amount(&self, name: StepName) -> Minor {
        self.total(name).unwrap_or_default()
    }
}

/// A part of the share base under one division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The tier's beginning, `from 50000000`; `renewal` or `otherwise` for deals; none for a plain
    /// split.
    pub tier: Option<String>,
    /// What the segment moved of the measure in it, in major units or as a quantity.
    pub measure: Option<Ratio>,
    /// Its part of the share base, exactly, in major units.
    pub base: Ratio,
    /// The share of each party, groups looked through.
    pub shares: Vec<(String, Ratio)>,
}

/// A step of the waterfall. Its lines add up to its total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub name: StepName,
    /// The deduction's or priority's own name.
    pub label: Option<String>,
    /// The total, rounded once.
    pub total: Minor,
    /// Per product, in byte order; one line with an empty product where a step has no product.
    pub lines: Vec<Line>,
    /// How it was made.
    pub trace: Trace,
}

/// A line of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The model; empty if the step has no product basis.
    pub product: String,
    /// Its part of the total.
    pub amount: Minor,
}

/// The steps of the waterfall in order; [`StepName::UsageFee`] stands alone,
/// [`StepName::Uncollected`] is a memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its own name; semantics are in docs/contracts.md")]
pub enum StepName {
    GrossSales,
    Refunds,
    Deductions,
    NetSales,
    Tax,
    Cost,
    Uplift,
    CarriedIn,
    Excess,
    GrossProfit,
    LossCarry,
    Priority,
    ShareBase,
    UsageFee,
    Uncollected,
}

impl StepName {
    /// Its name in statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GrossSales => "gross-sales",
            Self::Refunds => "refunds",
            Self::Deductions => "deductions",
            Self::NetSales => "net-sales",
            Self::Tax => "tax",
            Self::Cost => "cost",
            Self::Uplift => "uplift",
            Self::CarriedIn => "carried-in",
            Self::Excess => "excess",
            Self::GrossProfit => "gross-profit",
            Self::LossCarry => "loss-carry",
            Self::Priority => "priority",
            Self::ShareBase => "share-base",
            Self::UsageFee => "usage-fee",
            Self::Uncollected => "uncollected",
        }
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One party owes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payable {
    /// Pays.
    pub from: String,
    /// Is paid.
    pub to: String,
    /// Positive.
    pub amount: Minor,
    /// The schedule it comes from; none once netted over all.
    pub schedule: Option<String>,
    /// When it is due, if the contract has payment terms.
    pub due: Option<Day>,
}

/// Facts that were seen and not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Why.
    pub kind: ExceptionKind,
    /// The schedule they belong to, if any.
    pub schedule: Option<String>,
    /// Which facts.
    pub key: Key,
    /// How many, how much.
    pub cell: Cell,
    /// Which part of the cell, for shared cost, bundles and proration by days; else 1.
    pub part: Ratio,
    /// What it says, for a reader.
    pub note: String,
}

/// Why facts were not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExceptionKind {
    /// No schedule applies, or none is in force on the day.
    Unmatched,
    /// Shared cost that no rule spreads, or whose key adds up to nothing.
    Unshared,
    /// A charge for a suspended model, or what refers to one.
    Suspended,
    /// A quantity in a schedule that prices usage, with no price for its unit and product.
    Unrated,
    /// A fact in scope that no step of the waterfall asks for (a cost category that is not deducted).
    NotDeducted,
    /// A fact whose `ref` names nothing known; it is settled on its own day.
    UnknownReference,
    /// A fact of a schedule that is seen and counted, but not settled.
    Excluded,
    /// A correction that came after its period had become final.
    RefusedAsFinal,
}

impl ExceptionKind {
    /// Its name in statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unmatched => "unmatched",
            Self::Unshared => "unshared",
            Self::Suspended => "suspended",
            Self::Unrated => "unrated",
            Self::NotDeducted => "not-deducted",
            Self::UnknownReference => "unknown-reference",
            Self::Excluded => "excluded",
            Self::RefusedAsFinal => "refused-as-final",
        }
    }
}
