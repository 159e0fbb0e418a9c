//! What the parties are shown: one contract, one period, every amount a decimal text.
//!
//! [`Statement::of`] turns a [`Settlement`](crate::settlement::Settlement) into data whose names
//! are those of the JSON document, explained field by field in `docs/statement.md`. The laws: lines
//! add up to their step, steps to the next, shares to the share base, positions to net sales,
//! opening and movement to closing, or nothing is shown at all; and the digest depends on what was
//! agreed and what happened, not on how the files were named or cut.

mod amount;
mod canonical;
mod control;
mod law;
mod of;
mod words;

#[cfg(test)]
pub(crate) mod example;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use amount::{Amount, Quantity};
pub(crate) use amount::{grouped, grouped_within};
pub(crate) use canonical::pretty;
pub use control::{FileControl, FileDigest, Groups, Provenance};
pub(crate) use words::rule_with as rule_in_words;

use crate::calendar::{Day, Period};
use crate::money::Currency;

/// The version of the document's shape.
pub const VERSION: &str = "1";

/// The result for one contract and one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// The version of this document's shape: `1`.
    pub version: String,
    /// The contract's id.
    pub contract: String,
    /// The period: a month `2026-10` or a quarter `2026-Q4`.
    #[schemars(with = "String")]
    pub period: Period,
    /// The currency of every amount that names no other, ISO 4217.
    #[schemars(with = "String")]
    pub currency: Currency,
    /// Full names by party id.
    pub parties: BTreeMap<String, String>,
    /// The schedules in the contract's order.
    pub schedules: Vec<Schedule>,
    /// Position of each party over all schedules; a usage fee counts for the payee and against
    /// the payer.
    pub positions: BTreeMap<String, Amount>,
    /// What contract-wide clauses moved between the parties, in their order. Absent if none did.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub adjustments: Vec<Adjustment>,
    /// Tax that payers keep back and remit to an authority for the payee; a memo. Absent if there is
    /// none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub withheld: Vec<Withheld>,
    /// What closed periods were restated by since they were settled, line by line; the money is in
    /// `adjustments`. Absent if nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub true_ups: Vec<TrueUp>,
    /// Who pays whom; every amount is positive.
    pub payables: Vec<Payable>,
    /// What is carried from period to period.
    pub balances: Vec<Balance>,
    /// What was seen and not settled, or settled otherwise than it asked for, and why.
    pub exceptions: Vec<Exception>,
    /// What became of every input row, per file and currency. Not part of the digest.
    pub controls: Vec<FileControl>,
    /// Which files this was made from. Not part of the digest.
    pub provenance: Provenance,
    /// BLAKE3 of the canonical form, in hex.
    pub digest: String,
}

/// One schedule's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// The schedule's id.
    pub id: String,
    /// Its segments in order of days.
    pub segments: Vec<Segment>,
    /// Position of each party: the sum of its segments.
    pub positions: BTreeMap<String, Amount>,
}

/// The part of a period in which one version of the terms is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// First day.
    #[schemars(with = "String")]
    pub from: Day,
    /// Last day, included.
    #[schemars(with = "String")]
    pub to: Day,
    /// Since when its terms hold.
    #[schemars(with = "String")]
    pub effective: Day,
    /// `gross-profit`, `net-sales`, `usage-fee` or `excluded`.
    pub basis: String,
    /// The rates that facts in other currencies were converted by; absent if there were none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fx: Vec<Fx>,
    /// The waterfall from top to bottom.
    pub steps: Vec<Step>,
    /// How tiers cut the share base; absent without tiers.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tiers: Vec<Tier>,
    /// The share of each party in the split, as agreed: `50%`, `1/3`; empty where several tiers
    /// held.
    pub split: BTreeMap<String, String>,
    /// The share base apportioned; empty for a usage fee.
    pub shares: BTreeMap<String, Amount>,
    /// What the steps of priority give to whom; absent without any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub priority: BTreeMap<String, Amount>,
    /// What a retroactive tier gives or takes for what was shared before in its window; adds up
    /// to nothing, and is absent where nothing changes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub catch_up: BTreeMap<String, Amount>,
    /// Position of each party; they add up to net sales, or to nothing for a usage fee.
    pub positions: BTreeMap<String, Amount>,
}

/// A rate of exchange that facts were converted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fx {
    /// The currency of the facts.
    #[schemars(with = "String")]
    pub currency: Currency,
    /// Their day; absent where one rate holds for the whole period.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub day: Option<Day>,
    /// The day that the rate is listed for; absent for an average.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub listed: Option<Day>,
    /// What one unit of it is worth in the statement's currency, exactly.
    pub rate: Quantity,
}

/// A part of the share base that one tier divides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tier {
    /// Where it begins: `from 50000000`; for deals also `renewal` and `otherwise`.
    pub tier: String,
    /// What the segment moved of the measure in it; absent for deals.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measure: Option<Quantity>,
    /// Its part of the share base, exact.
    pub base: Quantity,
    /// The share of each party in it, as agreed.
    pub split: BTreeMap<String, String>,
}

/// A step of the waterfall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Which: `gross-sales`, `refunds`, `deductions`, `net-sales`, `tax`, `cost`, `uplift`,
    /// `carried-in`, `excess`, `gross-profit`, `loss-carry`, `priority`, `share-base`,
    /// `usage-fee`; `uncollected` is a memo on a collected basis.
    pub step: String,
    /// The name of a deduction or priority; absent for every other step.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The total, rounded once.
    pub total: Amount,
    /// Per product; one line with an empty product where a step has none.
    pub lines: Vec<Line>,
    /// The clause of the contract that it rests on, if a key speaks of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clause: Option<Clause>,
    /// How it was made, in a few words: `70% of 1000.00`.
    pub rule: String,
}

/// A line of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The model; empty if the step has no product basis.
    pub product: String,
    /// Its part of the total.
    pub amount: Amount,
}

/// A clause by its name: where it stands in the file is not part of what was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clause {
    /// Key path within the terms: `cost.ceiling`.
    pub key: String,
}

/// One party owes another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payable {
    /// Pays.
    pub from: String,
    /// Is paid.
    pub to: String,
    /// Positive.
    pub amount: Amount,
    /// The schedule it comes from; absent once netted over all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<String>,
    /// When it is due; absent if the contract has no payment terms.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub due: Option<Day>,
}

/// Tax that a payer keeps back: what arrives and the tax add up to the gross payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Withheld {
    /// The clause's name in the contract.
    pub name: String,
    /// Remits the tax.
    pub by: String,
    /// Whose tax it is.
    pub from: String,
    /// The payment before tax.
    pub gross: Amount,
    /// What goes to the authority.
    pub tax: Amount,
    /// What is left of the payment.
    pub arrives: Amount,
}

/// A balance over the period: opening + movement = closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// `loss/marketplace`.
    pub name: String,
    /// `loss`, `excess-cost`, `deduction`, `uncollected`, `tier-measure`, `tier-period`,
    /// `tier-shared`, `rate-quantity`.
    pub kind: String,
    /// The schedule's id, or the clause's name.
    pub of: String,
    /// The currency that it counts in, if it is not the statement's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// At the end of the period before.
    pub opening: Amount,
    /// In this period, the restatement included.
    pub movement: Amount,
    /// Of the movement, what closed periods were restated by; absent if they were not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restated: Option<Amount>,
    /// At the end of this period.
    pub closing: Amount,
}

/// An amount that a contract-wide clause moves between two parties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Adjustment {
    /// The clause: `minimum-guarantee`, `true-up`, …
    pub clause: String,
    /// Its name in the contract, or the line that a true-up concerns.
    pub name: String,
    /// Owes.
    pub from: String,
    /// Is owed.
    pub to: String,
    /// Positive.
    pub amount: Amount,
    /// The schedule it concerns, if it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<String>,
    /// The period it concerns, if it is not the statement's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub period: Option<Period>,
    /// How it was computed, for a reader.
    pub note: String,
}

/// What one closed period and schedule were restated by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrueUp {
    /// The closed period.
    #[schemars(with = "String")]
    pub period: Period,
    /// The schedule; absent for clauses beside all schedules.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<String>,
    /// What one party owes another on this account; empty if only lines or balances changed.
    pub debts: Vec<Payable>,
    /// The lines that changed.
    pub lines: Vec<TrueUpLine>,
}

/// A line of a closed period that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrueUpLine {
    /// The first day of its segment; absent for a clause beside all schedules.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub segment: Option<Day>,
    /// The step of the waterfall, `share`, or the name of a clause.
    pub step: String,
    /// The deduction's own name, the party of a share, or what a clause says of itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The model; empty if the step has no product basis.
    pub product: String,
    /// As settled so far.
    pub settled: Amount,
    /// As it is now.
    pub now: Amount,
    /// Now, less what was settled.
    pub difference: Amount,
}

/// Facts that were seen and not settled, or settled otherwise than they asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// `unmatched`, `unshared`, `suspended`, `unrated`, `not-deducted`, `unknown-reference`,
    /// `excluded`, `refused-as-final`.
    pub kind: String,
    /// The schedule that they belong to, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<String>,
    /// The day that decides period and terms.
    #[schemars(with = "String")]
    pub day: Day,
    /// The kind of fact: `charge`, `refund`, …, `cost`, `usage`.
    pub fact: String,
    /// The model.
    pub product: String,
    /// On which ground it ran.
    pub channel: String,
    /// Where; absent if the facts leave it open.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub region: String,
    /// For whom, if a contract names them.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub customer: String,
    /// The class of a cost, fee or deduction.
    pub category: String,
    /// The unit of the quantity.
    pub unit: String,
    /// The currency of the amount; absent for usage.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub currency: Option<Currency>,
    /// How many facts.
    pub rows: i64,
    /// Σ quantity, exact.
    pub quantity: Quantity,
    /// Σ amount, exact, not rounded to minor units.
    pub amount: Quantity,
    /// What it says, for a reader.
    pub note: String,
    /// The rate of exchange that was refused; absent for every other exception.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate: Option<ListedRate>,
}

/// A rate of exchange as it was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedRate {
    /// One unit of this …
    #[schemars(with = "String")]
    pub base: Currency,
    /// … is worth so much of this.
    #[schemars(with = "String")]
    pub quote: Currency,
    /// How much.
    pub rate: Quantity,
}
