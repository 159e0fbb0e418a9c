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

    /// Is it computed again with a closed period? What stands between what is owed and what is
    /// paid is not: it happened.
    pub fn is_restated(self) -> bool {
        match self {
            Self::Loss | Self::ExcessCost => true,
        }
    }
}

/// Which balance: its kind and the schedule or clause that it belongs to, written
/// `loss/marketplace`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BalanceName {
    /// Its kind.
    pub kind: BalanceKind,
    /// The id of the schedule, or the name of the clause.
    pub of: String,
}

impl fmt::Display for BalanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.kind.as_str(), self.of))
    }
}

/// A balance over one period: opening + movement = closing. It opens as it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Which.
    pub name: BalanceName,
    /// At the end of the period before.
    pub opening: Minor,
    /// In this period, the restatement included.
    pub movement: Minor,
    /// Of the movement, what closed periods were restated by.
    pub restated: Minor,
    /// At the end of this period.
    pub closing: Minor,
}

/// All balances at one moment; what is not listed is zero.
///
/// Written as a list of names and whole minor units as text:
///
/// ```
/// use revshare::settlement::Balances;
/// let text = r#"[{"name":{"kind":"loss","of":"marketplace"},"amount":"1250"}]"#;
/// let balances: Balances = serde_json::from_str(text).unwrap();
/// assert_eq!(balances.iter().count(), 1);
/// assert_eq!(serde_json::to_string(&balances).unwrap(), text);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Entry>", try_from = "Vec<Entry>")]
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

/// One balance as it is written.
#[derive(Serialize, Deserialize)]
struct Entry {
    name: BalanceName,
    amount: String,
}

impl From<Balances> for Vec<Entry> {
    fn from(balances: Balances) -> Self {
        let entry = |(name, amount): (_, Minor)| Entry { name, amount: amount.0.to_string() };
        balances.0.into_iter().map(entry).collect()
    }
}

impl TryFrom<Vec<Entry>> for Balances {
    type Error = std::num::ParseIntError;

    fn try_from(entries: Vec<Entry>) -> Result<Self, Self::Error> {
        let mut balances = Self::default();
        for Entry { name, amount } in entries {
            balances.set(name, Minor(amount.parse()?));
        }
        Ok(balances)
    }
}
