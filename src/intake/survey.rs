//! What has to be known of a feed before its first row is read: which version of a billing event is
//! the current one, and on which day a disbursement without a date was made.
//!
//! Holds one small entry for each event that has versions, and none otherwise.

use std::collections::BTreeMap;

use crate::calendar::Moment;

/// A version: valid from, updated.
type Version = (Moment, Option<Moment>);

/// What a look through the files found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    versions: BTreeMap<[u8; 16], Version>,
    disbursements: BTreeMap<String, Moment>,
}

impl Survey {
    pub(super) fn note_version(&mut self, id: &str, version: Version) {
        let latest = self.versions.entry(key(id)).or_insert(version);
        *latest = version.max(*latest);
    }

    pub(super) fn note_disbursed(&mut self, id: String, date: Moment) {
        let latest = self.disbursements.entry(id).or_insert(date);
        *latest = date.max(*latest);
    }

    /// Is a later version of the record known?
    pub(super) fn has_later(&self, id: &str, version: Version) -> bool {
        self.versions.get(&key(id)).is_some_and(|latest| *latest > version)
    }

    /// The latest day of what a disbursement settled.
    pub(super) fn date_of_disbursement(&self, id: &str) -> Option<Moment> {
        self.disbursements.get(id).copied()
    }
}

fn key(id: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..16]);
    key
}
