//! Where a fact stands in time: what a fact that refers to it takes from it.

use super::{IdEntry, Kind};
use crate::calendar::Moment;

/// A fact whose place in time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) kind: Kind,
    /// When it counts as having happened.
    pub(super) time: Moment,
    /// When the charge happened that it refers to in the end.
    pub(super) charged: Option<Moment>,
}

impl Standing {
    /// A fact that refers to nothing.
    pub(super) fn alone(kind: Kind, time: Moment) -> Self {
        Self { kind, time, charged: None }
    }

    /// A fact that refers to this one: what takes back takes its original's day, all others keep
    /// their own.
    pub(super) fn referred_by(self, kind: Kind, own: Moment) -> Self {
        let time = if kind.takes_back() { self.time } else { own };
        let charge = (self.kind == Kind::Charge).then_some(self.time);
        Self { kind, time, charged: self.charged.or(charge) }
    }
}

impl From<&IdEntry> for Standing {
    fn from(entry: &IdEntry) -> Self {
        Self { kind: entry.kind, time: entry.time, charged: entry.charged }
    }
}
