//! What the files of an archive add up to, kept once it was asked for.
//!
//! No state of its own: it follows from the files, and is forgotten when they change.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Tally;
use crate::calendar::Zone;

/// A tally for each time zone that was asked for.
#[derive(Debug, Default)]
pub(super) struct Sums(Mutex<BTreeMap<String, Tally>>);

impl Sums {
    /// The sum in a zone; `add_up` makes it if it is not known.
    pub(super) fn of(&self, zone: &Zone, add_up: impl FnOnce() -> Tally) -> Tally {
        self.known().entry(zone.name().to_owned()).or_insert_with(add_up).clone()
    }

    pub(super) fn forget(&mut self) {
        self.known().clear();
    }

    /// Nothing is ever left half done under the lock.
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Sums {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.known().clone()))
    }
}

/// Two archives are equal if their files are.
impl PartialEq for Sums {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Sums {}
