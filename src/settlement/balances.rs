//! What is carried from one period to the next.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Minor;

/// The kinds of balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BalanceKind {
    /// Losses that later profits eat first; positive while there is a loss.
    Loss,
    /// Cost above the ceiling, carried in later.
    ExcessCost,
}

impl BalanceKind {
    /// Its name in statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::ExcessCost => "excess-cost",
        }
    }
}

/// Which balance: its kind and the schedule that it belongs to, written `loss/marketplace`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BalanceName {
    /// Its kind.
    pub kind: BalanceKind,
    /// The schedule's id.
    pub schedule: String,
}

impl fmt::Display for BalanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.kind.as_str(), self.schedule))
    }
}

/// A balance over one period: opening + movement = closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which.
    pub name: BalanceName,
    /// At the end of the period before.
    pub opening: Minor,
    /// In this period.
    pub movement: Minor,
    /// At the end of this period.
    pub closing: Minor,
}

/// All balances at one moment; what is not listed is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances(BTreeMap<BalanceName, Minor>);

impl Balances {
    /// The amount of one.
    pub fn get(&self, name: &BalanceName) -> Minor {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Sets one.
    pub fn set(&mut self, name: BalanceName, amount: Minor) {
        if amount.is_zero() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, amount);
        }
    }

    /// Every balance that is not zero, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&BalanceName, Minor)> {
        self.0.iter().map(|(name, amount)| (name, *amount))
    }
}
