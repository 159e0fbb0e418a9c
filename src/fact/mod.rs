//! What happened: sales, costs, usage, rates, payments, what comparable deals were granted and audits
//! found; and the tally that adds them up.
//!
//! A row of a file becomes one [`Entry`]. Facts that can be added up go into a [`Tally`] by
//! [`Key`]; adding is associative and commutative, so that any split over files, threads or
//! deliveries gives the same sums.

mod archive;
mod archived;
pub mod bulk;
mod canonical;
mod collect;
mod daily;
mod dayless;
mod delivery;
mod evidence;
pub(crate) mod fingerprint;
mod gather;
mod horizon;
mod key;
mod lens;
mod letters;
mod listed;
mod number;
mod numbered;
mod outside;
mod packed;
mod packed_key;
#[cfg(test)]
mod samples;
mod standing;
mod sums;
mod tally;
mod universal;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use archive::{Archive, NotTallied};
pub use archived::ArchivedFile;
pub use collect::{LeftOut, evidence_of};
pub use delivery::{
    CellRecord, Control, Count, Delivery, FileTally, IdEntry, Known, LensNames, Move, Part,
    Pending, Slice,
};
pub use evidence::{Evidence, Refused, RefusedRate, Unresolved};
pub use fingerprint::{Content, Hash, HashKey};
pub use gather::{BulkPlace, Disposition, FileHeader, Gather, Gathered, Loser, NumberedPlace};
pub use horizon::{Forgotten, Horizon};
pub use key::{Charged, Key, Sale};
pub use lens::Lens;
pub use outside::{AuditFinding, GrantedRate};
pub use standing::Chain;
pub use tally::{Cell, Tally};

use self::standing::{Own, Standing};
use crate::calendar::{Day, Moment, Period};
use crate::money::{Currency, Exact};

/// What one input row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A sale, cost or usage fact.
    Fact(Fact),
    /// A rate of exchange.
    Fx(FxRate),
    /// What was really paid.
    Payment(Payment),
    /// What a comparable deal was granted.
    Grant(GrantedRate),
    /// What an audit found.
    Audit(AuditFinding),
}

/// The kinds of facts that are added up. The first seven are the kinds of a sale.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What a customer was billed.
    Charge,
    /// Given back.
    Refund,
    /// Granted.
    Credit,
    /// Taken back by the customer's bank.
    Chargeback,
    /// Collected for an authority; a memo.
    Tax,
    /// A listing or payment fee.
    Fee,
    /// Cash received on an earlier charge.
    Collected,
    /// Infrastructure cost.
    Cost,
    /// A usage reading.
    Usage,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 9] = [
        Self::Charge,
        Self::Refund,
        Self::Credit,
        Self::Chargeback,
        Self::Tax,
        Self::Fee,
        Self::Collected,
        Self::Cost,
        Self::Usage,
    ];

    /// Its name in files and statements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Credit => "credit",
            Self::Chargeback => "chargeback",
            Self::Tax => "tax",
            Self::Fee => "fee",
            Self::Collected => "collected",
            Self::Cost => "cost",
            Self::Usage => "usage",
        }
    }

    /// The table that it is a row of: ids are unique within a table and source.
    pub fn table(self) -> Table {
        match self {
            Self::Charge
            | Self::Refund
            | Self::Credit
            | Self::Chargeback
            | Self::Tax
            | Self::Fee
            | Self::Collected => Table::Sales,
            Self::Cost => Table::Costs,
            Self::Usage => Table::Usage,
        }
    }

    /// Does it take money back, on its original's day if it names one?
    pub fn takes_back(self) -> bool {
        match self {
            Self::Refund | Self::Credit | Self::Chargeback => true,
            Self::Charge | Self::Tax | Self::Fee | Self::Collected | Self::Cost | Self::Usage => {
                false
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The tables of a book: a file holds rows of one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Files named `sales*`.
    Sales,
    /// Files named `costs*`.
    Costs,
    /// Files named `usage*`.
    Usage,
    /// Files named `fx*`.
    Fx,
    /// Files named `payments*`.
    Payments,
    /// Files named `grants*`.
    Grants,
    /// Files named `audits*`.
    Audits,
}

impl Table {
    /// Every table, in order.
    pub const ALL: [Self; 7] = [
        Self::Sales,
        Self::Costs,
        Self::Usage,
        Self::Fx,
        Self::Payments,
        Self::Grants,
        Self::Audits,
    ];

    /// Its name, with which the names of its files begin.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Costs => "costs",
            Self::Usage => "usage",
            Self::Fx => "fx",
            Self::Payments => "payments",
            Self::Grants => "grants",
            Self::Audits => "audits",
        }
    }
}

/// A sale, cost or usage fact. An empty text means that the row left the field open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What kind.
    pub kind: Kind,
    /// Unique within its table and source; none where the feed has no ids (FOCUS).
    pub id: Option<String>,
    /// When.
    pub time: Moment,
    /// The model.
    pub product: String,
    /// On which ground the model ran.
    pub channel: String,
    /// Where.
    pub region: String,
    /// For whom.
    pub customer: String,
    /// The deal that it was sold under.
    pub deal: String,
    /// The class of a cost, fee or deduction.
    pub category: String,
    /// The machine, for cost.
    pub resource: String,
    /// The unit of the quantity.
    pub unit: String,
    /// How much of it.
    pub quantity: Option<Exact>,
    /// Money in major units; none for usage, and for a charge that the rate card prices.
    pub amount: Option<Exact>,
    /// Of the amount.
    pub currency: Option<Currency>,
    /// The id of the fact that it takes back or belongs to.
    pub reference: Option<String>,
}

impl Fact {
    /// A fact with nothing but a kind, an id and a time, to be filled in.
    ///
    /// ```
    /// use revshare::fact::{Fact, Kind};
    /// let sale = Fact {
    ///     product: "opus-4".into(),
    ///     channel: "marketplace".into(),
    ///     amount: Some("120.00".parse().unwrap()),
    ///     currency: Some("USD".parse().unwrap()),
    ///     ..Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap())
    /// };
    /// assert_eq!(sale.region, "");
    /// ```
    pub fn new(kind: Kind, id: impl Into<String>, time: Moment) -> Self {
        let open = String::new;
        Self {
            kind,
            id: Some(id.into()),
            time,
            product: open(),
            channel: open(),
            region: open(),
            customer: open(),
            deal: open(),
            category: open(),
            resource: open(),
            unit: open(),
            quantity: None,
            amount: None,
            currency: None,
            reference: None,
        }
    }
}

/// A rate of exchange: one unit of `base` is worth `rate` of `quote`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FxRate {
    /// The day it is listed for.
    pub date: Day,
    /// One unit of this …
    pub base: Currency,
    /// … is worth so much of this.
    pub quote: Currency,
    /// Positive.
    pub rate: Exact,
}

/// What was really paid, and on which statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Unique within its source.
    pub id: String,
    /// When.
    #[schemars(with = "String")]
    pub time: Moment,
    /// The statement it was paid on.
    #[schemars(with = "String")]
    pub period: Period,
    /// Who paid.
    pub from: String,
    /// Whom.
    pub to: String,
    /// How much, in major units.
    #[schemars(with = "String")]
    pub amount: Exact,
    /// Of the amount.
    #[schemars(with = "String")]
    pub currency: Currency,
}
