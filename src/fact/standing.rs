//! Where a fact stands in time: what a fact that refers to it takes from it.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{IdEntry, Kind};
use crate::calendar::Moment;

/// Where the chain of references that begins with a fact leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// To a fact that refers to nothing.
    Found,
    /// To a fact that is known but waits itself; until then this one stands where that one does.
    Follows,
    /// Nowhere: what it names is unknown, or names it in turn. It stays on its own day.
    Adrift,
}

/// A fact as it was delivered, before anything it refers to is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) kind: Kind,
    pub(super) time: Moment,
    /// The number of a charge's product; none for all other facts.
    pub(super) product: Option<NonZeroU32>,
}

/// A fact whose place in time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) kind: Kind,
    /// When it counts as having happened.
    pub(super) time: Moment,
    /// When the charge happened that it refers to in the end.
    pub(super) charged: Option<Moment>,
    /// The number of that charge's product, or of its own if it is a charge.
    pub(super) product: Option<NonZeroU32>,
    pub(super) chain: Chain,
}

impl Standing {
    /// A fact that refers to nothing.
    pub(super) fn alone(own: Own) -> Self {
        let Own { kind, time, product } = own;
        Self { kind, time, charged: None, product, chain: Chain::Found }
    }

    /// A fact whose chain leads nowhere.
    pub(super) fn adrift(own: Own) -> Self {
        Self { chain: Chain::Adrift, ..Self::alone(own) }
    }

    /// A fact that refers to this one: what takes back takes its original's day, all others keep
    /// their own.
    pub(super) fn referred_by(self, own: Own) -> Self {
        let charge = (self.kind == Kind::Charge).then_some(self.time);
        let charged = self.charged.or(charge);
        Self {
            kind: own.kind,
            time: if own.kind.takes_back() { self.time } else { own.time },
            charged,
            product: if charged.is_some() { self.product } else { own.product },
            chain: match self.chain {
                Chain::Found => Chain::Found,
                Chain::Follows | Chain::Adrift => Chain::Follows,
            },
        }
    }

    /// The charge that it refers to: when, and the number of its product.
    pub(super) fn charge(&self) -> Option<(Moment, NonZeroU32)> {
        self.charged.zip(self.product)
    }
}

impl From<&IdEntry> for Standing {
    fn from(entry: &IdEntry) -> Self {
        let IdEntry { kind, time, charged, product, .. } = *entry;
        Self { kind, time, charged, product, chain: Chain::Found }
    }
}
