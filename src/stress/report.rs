//! What the parties should have seen before they signed.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::example::Example;

/// The result of throwing random months at a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The form of this document.
    pub version: &'static str,
    /// The contract's id.
    pub contract: String,
    /// Its currency.
    pub currency: String,
    /// The seed that it came from.
    pub seed: u64,
    /// Stretches of months tried.
    pub worlds: u32,
    /// Periods in each.
    pub months: u32,
    /// The first of them.
    pub from: String,
    /// The most that a period's sales came to, in major units.
    pub volume: u64,
    /// The most that a period's quantities of units without a price came to.
    pub quantity: u64,
    /// What was found, worst first; each kind and place once, with the smallest example found.
    pub concerns: Vec<Concern>,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Concern {
    /// What kind.
    pub kind: ConcernKind,
    /// What it says.
    pub message: String,
    /// The smallest facts found that show it; empty if it is about all months tried.
    pub examples: Vec<Example>,
}

/// What can be worth a look, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConcernKind {
    /// A law of settlement that does not hold: a mistake of this program.
    LawBroken,
    /// A month that cannot be settled.
    Unsettled,
    /// A party that earns less when more is sold.
    EarnsLess,
    /// A share larger than the net sales it comes from.
    ShareBeyondSales,
    /// Two clauses that give another result in the other order.
    OrderMatters,
    /// A payable that goes one way in some months and the other way in others.
    TurnsRound,
    /// A guarantee that fell short every time it was tested.
    NeverMet,
    /// A clause that never did anything within the stated volume.
    NeverApplies,
}

impl ConcernKind {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LawBroken => "law-broken",
            Self::Unsettled => "unsettled",
            Self::EarnsLess => "earns-less",
            Self::ShareBeyondSales => "share-beyond-sales",
            Self::OrderMatters => "order-matters",
            Self::TurnsRound => "turns-round",
            Self::NeverMet => "never-met",
            Self::NeverApplies => "never-applies",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contract, currency, seed, worlds, months, from, volume, .. } = self;
        writeln!(
            f,
            "{contract}: {worlds} random stretches of {months} periods from {from}, up to {volume} \
             {currency} of sales in each period, seed {seed}"
        )?;
        if self.concerns.is_empty() {
            return writeln!(f, "nothing to look at");
        }
        for (at, concern) in self.concerns.iter().enumerate() {
            writeln!(f, "\n{}. {}: {}", at + 1, concern.kind.as_str(), concern.message)?;
            concern.examples.iter().try_for_each(|example| show(f, example, currency))?;
        }
        Ok(())
    }
}

fn show(f: &mut fmt::Formatter<'_>, example: &Example, currency: &str) -> fmt::Result {
    let indent = "     ";
    let lead = match example.name.as_str() {
        "facts" => "for example".to_owned(),
        name => format!("{name} the last sale"),
    };
    writeln!(f, "   {lead}:")?;
    for file in &example.files {
        writeln!(f, "{indent}{}", file.name)?;
        file.text.lines().try_for_each(|row| writeln!(f, "{indent}  {row}"))?;
    }
    if example.payables.is_empty() {
        writeln!(f, "{indent}=> nobody pays anything")?;
    }
    for paid in &example.payables {
        let (from, to, amount, period) = (&paid.from, &paid.to, &paid.amount, &paid.period);
        writeln!(f, "{indent}=> {period}: {from} pays {to} {amount} {currency}")?;
    }
    Ok(())
}
