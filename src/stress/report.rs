//! What the parties should have seen before they signed.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// The result of throwing random months at a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The form of this document.
    pub version: &'static str,
    /// The contract's id.
    pub contract: String,
    /// The seed that it came from.
    pub seed: u64,
    /// Stretches of months tried.
    pub worlds: u32,
    /// What was found, worst first; each kind and place once, with the smallest example found.
    pub concerns: Vec<Concern>,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Concern {
    /// What kind.
    pub kind: ConcernKind,
    /// What it says.
    pub message: String,
    /// The smallest facts found that show it, one a line; empty if it is about all months tried.
    pub example: Vec<String>,
}

/// What can be worth a look, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConcernKind {
    /// A month that cannot be settled.
    Unsettled,
    /// A party that earns less when more is sold.
    EarnsLess,
    /// A share larger than the net sales it comes from.
    ShareBeyondSales,
    /// Two deductions that give another result in the other order.
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
        let Self { contract, seed, worlds, .. } = self;
        writeln!(f, "{contract}: {worlds} random stretches of months, seed {seed}")?;
        if self.concerns.is_empty() {
            return writeln!(f, "nothing to look at");
        }
        for concern in &self.concerns {
            writeln!(f, "\n{}: {}", concern.kind.as_str(), concern.message)?;
            concern.example.iter().try_for_each(|fact| writeln!(f, "    {fact}"))?;
        }
        Ok(())
    }
}
