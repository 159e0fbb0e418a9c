//! What contract-wide clauses move between the parties after the schedules are settled.

use super::Trace;
use crate::calendar::Period;
use crate::fact::Table;
use crate::money::Minor;

/// An amount that one party owes another by a contract-wide clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// By which clause.
    pub clause: ClauseKind,
    /// The clause's own name, or the line that a true-up concerns.
    pub name: String,
    /// Owes.
    pub from: String,
    /// Is owed.
    pub to: String,
    /// Positive.
    pub amount: Minor,
    /// The schedule it concerns, if it is one.
    pub schedule: Option<String>,
    /// The period it concerns, if it is not the one that is settled.
    pub period: Option<Period>,
    /// How it was computed, for a reader: `100000.00 − 70000.00 earned in 2026`.
    pub note: String,
    /// How it was made.
    pub trace: Trace,
    /// The facts from outside that it rests on: granted rates, findings.
    pub facts: Vec<(Table, String)>,
}

/// The contract-wide clauses, in the order in which they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClauseKind {
    /// What is missing to the least that a share may be, or was carried from before.
    ShareFloor,
    /// What is missing to the rate of a comparable deal.
    MostFavoured,
    /// What is missing to a minimum guarantee or commitment.
    Guarantee,
    /// Withheld to recoup an advance.
    Advance,
    /// Owed back of an advance that earnings have not paid back in time.
    AdvanceRepaid,
    /// Withheld and held in reserve.
    Reserve,
    /// Released from a reserve.
    ReserveRelease,
    /// Cut off by an aggregate cap.
    Cap,
    /// The difference between what a closed period now is and what was settled for it.
    TrueUp,
    /// What an audit found.
    Audit,
    /// What a payer adds so that a payment arrives in full.
    GrossUp,
    /// What a payer keeps back and remits to an authority for the payee.
    WithholdingTax,
    /// What late payments cost.
    LateInterest,
    /// What is kept for the end of a window, or settled at it.
    OnAccount,
    /// What is carried because it is too small, or never called; or paid with what was carried.
    MinimumPayment,
    /// What was paid too much before.
    OverpaymentCredit,
}

impl ClauseKind {
    /// Its name in statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShareFloor => "share-floor",
            Self::MostFavoured => "most-favoured",
            Self::Guarantee => "minimum-guarantee",
            Self::Advance => "advance",
            Self::AdvanceRepaid => "advance-repaid",
            Self::Reserve => "reserve",
            Self::ReserveRelease => "reserve-release",
            Self::Cap => "aggregate-cap",
            Self::TrueUp => "true-up",
            Self::Audit => "audit",
            Self::GrossUp => "gross-up",
            Self::WithholdingTax => "withholding-tax",
            Self::LateInterest => "late-interest",
            Self::OnAccount => "on-account",
            Self::MinimumPayment => "minimum-payment",
            Self::OverpaymentCredit => "overpayment-credit",
        }
    }
}

/// Tax that was withheld: a memo beside the adjustment, for the payee's tax return. What arrives
/// and the tax add up to the gross payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The clause's name.
    pub name: String,
    /// Remits the tax.
    pub by: String,
    /// Whose tax it is.
    pub from: String,
    /// The payment before tax.
    pub gross: Minor,
    /// What goes to the authority.
    pub tax: Minor,
    /// What is left of the payment.
    pub arrives: Minor,
}
