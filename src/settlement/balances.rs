//! What is carried from one period to the next.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Minor};

/// The kinds of balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BalanceKind {
    /// Losses that later profits eat first; positive while there is a loss.
    Loss,
    /// Cost above the ceiling, carried in later.
    ExcessCost,
    /// What a cap left of a deduction, deducted later.
    Deduction,
    /// What customers were billed and have not paid, on a collected basis; a memo.
    Uncollected,
    /// What a tier or hurdle measures, since its window began.
    TierMeasure,
    /// The quantity that a rate has counted since its window began.
    RateQuantity,
    /// What one period added to a measure over trailing periods: `marketplace/net-sales/2026-10`.
    TierPeriod,
    /// What a party was given since the window of a retroactive tier table began.
    TierShared,
    /// What a statement asks to be paid and was not paid yet.
    Owed,
    /// What came on a statement that is not paid in full yet.
    PartPaid,
    /// What one party ever paid another on statements.
    Paid,
    /// Interest charged on a statement that is not paid in full yet.
    LateInterest,
    /// What was paid too much; it reduces the next payment.
    Credit,
    /// What is owed, less what was paid, within a window of payments on account.
    OnAccount,
    /// What one party ever paid another on account.
    PaidOnAccount,
    /// A payable that was carried instead of paid.
    CarriedPayable,
    /// Reductions that a share floor did not let through, given back later.
    Floor,
    /// What a share floor is a rate of, so far in its window.
    FloorMeasure,
    /// What was earned under a share floor, so far in its window.
    FloorEarned,
    /// What counts toward a guarantee, so far in its window.
    Guarantee,
    /// What is left of an advance.
    Advance,
    /// What an advance has borne and was not paid back yet.
    AdvanceInterest,
    /// How much was advanced in all.
    AdvancePaid,
    /// What was left of an advance when it could no longer be recouped.
    AdvanceLapsed,
    /// What a period's earnings left in a reserve: `reserve/NAME/2026-10`.
    Reserve,
    /// What was paid under a cap, so far in its window.
    Cap,
}

impl BalanceKind {
    /// Is it about payments, and so none that a restatement of closed periods changes?
    pub fn is_cash(self) -> bool {
        match self {
            Self::Loss
            | Self::ExcessCost
            | Self::Deduction
            | Self::Uncollected
            | Self::TierMeasure
            | Self::TierPeriod
            | Self::RateQuantity
            | Self::TierShared
            | Self::Floor
            | Self::FloorMeasure
            | Self::FloorEarned
            | Self::Guarantee
            | Self::Advance
            | Self::AdvanceInterest
            | Self::AdvancePaid
            | Self::AdvanceLapsed
            | Self::Reserve
            | Self::Cap => false,
            Self::Owed
            | Self::PartPaid
            | Self::Paid
            | Self::LateInterest
            | Self::Credit
            | Self::OnAccount
            | Self::PaidOnAccount
            | Self::CarriedPayable => true,
        }
    }

    /// Its name in statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::ExcessCost => "excess-cost",
            Self::Deduction => "deduction",
            Self::Uncollected => "uncollected",
            Self::TierMeasure => "tier-measure",
            Self::RateQuantity => "rate-quantity",
            Self::TierPeriod => "tier-period",
            Self::TierShared => "tier-shared",
            Self::Owed => "owed",
            Self::PartPaid => "part-paid",
            Self::Paid => "paid",
            Self::LateInterest => "late-interest",
            Self::Credit => "credit",
            Self::OnAccount => "on-account",
            Self::PaidOnAccount => "paid-on-account",
            Self::CarriedPayable => "carried-payable",
            Self::Floor => "floor",
            Self::FloorMeasure => "floor-measure",
            Self::FloorEarned => "floor-earned",
            Self::Guarantee => "guarantee",
            Self::Advance => "advance",
            Self::AdvanceInterest => "advance-interest",
            Self::AdvancePaid => "advance-paid",
            Self::AdvanceLapsed => "advance-lapsed",
            Self::Reserve => "reserve",
            Self::Cap => "cap",
        }
    }
}

/// Which balance: its kind and the schedule or clause that it belongs to, written
/// `loss/marketplace`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BalanceName {
    /// Its kind.
    pub kind: BalanceKind,
    /// The id of the schedule, or the name of the clause; a layer that expires has its period
    /// behind: `marketplace/2026-10`.
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
    /// The currency that it counts in, if it is not the contract's.
    pub currency: Option<Currency>,
    /// Does it count units and not money?
    pub is_quantity: bool,
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

    /// These, but what is about payments as it stands in `closed`: closed periods are restated up
    /// to what is owed, and what was paid stays as it was.
    #[must_use]
    pub fn with_cash_of(&self, closed: &Self) -> Self {
        let own = self.0.iter().filter(|(name, _)| !name.kind.is_cash());
        let cash = closed.0.iter().filter(|(name, _)| name.kind.is_cash());
        Self(own.chain(cash).map(|(name, amount)| (name.clone(), *amount)).collect())
    }

    /// These, but nothing about payments.
    #[must_use]
    pub fn without_cash(&self) -> Self {
        self.with_cash_of(&Self::default())
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
