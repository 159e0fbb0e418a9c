//! The journal folded into what is known: record after record, in order.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::closing::ClosingHead;
use super::error::StoreError;
use super::ids::Named;
use super::index::Row;
use super::journal::{Mark, Record};
use super::marks::NamedMarks;
use super::record::RecordKind;
use super::trail::Trail;
use crate::fact::{Archive, Delivery, HashKey};

/// The payload of an import.
#[derive(Deserialize)]
pub(super) struct Import {
    #[serde(default)]
    pub(super) ids: Option<Named>,
    #[serde(default)]
    pub(super) marks: Option<NamedMarks>,
    pub(super) delivery: Delivery,
}

/// The same, to be written.
#[derive(Serialize)]
pub(super) struct ImportRef<'a> {
    pub(super) ids: Option<&'a Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) marks: Option<&'a NamedMarks>,
    pub(super) delivery: &'a serde_json::value::RawValue,
}

/// What the records up to some place say.
#[derive(Default)]
pub(super) struct State {
    pub(super) archive: Archive,
    pub(super) imports: u64,
    pub(super) closings: Vec<ClosingHead>,
    /// The archive as closings knew it, by their watermarks.
    pub(super) known: BTreeMap<u64, Archive>,
    /// The files of ids.
    pub(super) ids: Vec<Named>,
    /// The files of marks.
    pub(super) marks: Vec<NamedMarks>,
    /// Imports whose files are gone, or should be.
    pub(super) forgotten: BTreeSet<u64>,
    /// What the index has to hold.
    pub(super) trail: Trail,
}

/// A payload as what its kind says it is.
pub(super) fn read<'a, T: Deserialize<'a>>(record: &'a Record) -> Result<T, StoreError> {
    serde_json::from_slice(&record.payload).map_err(|error| damaged(record, &error))
}

/// A record that is whole and makes no sense.
pub(super) fn damaged(record: &Record, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged {
        record: record.sequence,
        offset: record.offset,
        what: format!("its content cannot be read ({why})"),
    }
}

impl State {
    /// Nothing yet, in a store of that key whose journal begins there.
    pub(super) fn keyed(key: HashKey, start: Mark) -> Self {
        let mut state = Self { archive: Archive::keyed(key), ..Self::default() };
        state.trail.stop(start);
        state
    }

    /// Takes in the next record.
    pub(super) fn take(&mut self, record: &Record) -> Result<(), StoreError> {
        match record.kind {
            RecordKind::Import => {
                let Import { ids, marks, delivery } = read(record)?;
                self.ids.extend(ids);
                self.marks.extend(marks);
                self.import(&delivery, record.sequence, record.offset);
            }
            RecordKind::Close => {
                let head = ClosingHead { sequence: record.sequence, ..read(record)? };
                self.close(head, record.offset);
            }
            RecordKind::Forget => {
                self.forget(&read(record)?).map_err(|zone| damaged(record, &zone))?;
                self.note(record.sequence, record.offset);
            }
        }
        Ok(())
    }

    /// Takes in a delivery whose record is in the journal.
    pub(super) fn import(&mut self, delivery: &Delivery, sequence: u64, offset: u64) {
        self.imports += 1;
        let import = self.imports;
        self.archive.apply(delivery);
        let digests = delivery.files.iter().map(|file| file.digest.clone());
        self.note(sequence, offset);
        self.trail.note(digests.map(|digest| Row::File { digest, import }));
    }

    /// Takes in a closing whose record is in the journal.
    pub(super) fn close(&mut self, head: ClosingHead, offset: u64) {
        let (contract, period) = (head.contract.clone(), head.period);
        self.note(head.sequence, offset);
        self.trail.note([Row::Closing { contract, period, offset }]);
        if head.watermark == self.imports {
            self.known.entry(self.imports).or_insert_with(|| self.archive.clone());
        }
        self.closings.push(head);
    }

    /// Takes in where a record begins.
    pub(super) fn note(&mut self, sequence: u64, offset: u64) {
        self.trail.note([Row::Record { sequence, offset }]);
    }

    /// The last closing of a contract.
    pub(super) fn last_closing(&self, contract: &str) -> Option<&ClosingHead> {
        self.closings.iter().rev().find(|head| head.contract == contract)
    }
}
