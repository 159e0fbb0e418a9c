//! Letting go of ids: of imports whose facts can take no further correction.
//!
//! The law: the record that says so is durable before any file goes; a file that is still there
//! afterwards is removed by the next opening. What was forgotten is never asked for again, and rows
//! that could be of it are refused (see [`Horizon`](crate::fact::Horizon)).

use std::collections::BTreeMap;

use super::error::StoreError;
use super::fold::State;
use super::record::RecordKind;
use super::{Store, ids, marks};
use crate::calendar::UnknownZone;
use crate::fact::{Archive, Forgotten};

impl State {
    /// Takes in that ids are forgotten.
    pub(super) fn forget(&mut self, forgotten: &Forgotten) -> Result<(), UnknownZone> {
        self.archive.forget(forgotten)?;
        let gone = |import: u64| forgotten.imports.contains(&import);
        self.ids.retain(|named| !gone(named.import));
        self.marks.retain(|named| !gone(named.import));
        self.forgotten.extend(&forgotten.imports);
        Ok(())
    }
}

/// The files in which an import's ids may lie.
pub(super) fn files_of(import: u64) -> [String; 2] {
    [ids::file(import), marks::file(import)]
}

impl Store {
    /// The imports whose ids are remembered, with how many ids those are and the bytes of their files; in
    /// order.
    pub fn remembered(&self) -> Vec<(u64, u64, u64)> {
        let mut all = BTreeMap::new();
        let ids = self.state.ids.iter();
        let ids = ids.map(|named| (named.import, named.count, named.size()));
        let marks = self.state.marks.iter().map(|named| (named.import, named.facts, named.size));
        for (import, count, bytes) in ids.chain(marks) {
            let (counts, sizes) = all.entry(import).or_insert((0, 0));
            *counts += count;
            *sizes += bytes;
        }
        all.into_iter().map(|(import, (count, bytes))| (import, count, bytes)).collect()
    }

    /// The imports whose ids were forgotten.
    pub fn forgotten(&self) -> impl Iterator<Item = u64> {
        self.state.forgotten.iter().copied()
    }

    /// Forgets the ids of some imports, for good. Once this returns, it survives. If all of them are
    /// forgotten already, no more is done than what is left of that.
    ///
    /// # Errors
    /// [`StoreError::Disk`]: if a file could not be removed, its ids are forgotten all the same, and the
    /// next opening removes it. [`StoreError::NoSuchImport`] and [`StoreError::NoSuchZone`] for what
    /// does not exist; nothing is written then.
    pub fn forget(&mut self, forgotten: &Forgotten) -> Result<(), StoreError> {
        self.journal.check()?;
        let imports = self.imports();
        if let Some(&watermark) = forgotten.imports.iter().find(|import| **import > imports) {
            return Err(StoreError::NoSuchImport { watermark, imports });
        }
        Archive::default().forget(forgotten).map_err(StoreError::NoSuchZone)?;
        if !forgotten.imports.iter().all(|import| self.state.forgotten.contains(import)) {
            let offset = self.append(RecordKind::Forget, forgotten)?;
            self.state.forget(forgotten).expect("its zones are zones");
            let mark = self.journal.mark();
            self.state.note(mark.records, offset);
            self.state.trail.stop(mark);
        }
        for import in &forgotten.imports {
            self.ids.forget(*import);
            for file in files_of(*import) {
                self.medium.remove(&file).map_err(StoreError::disk("remove", &file))?;
            }
        }
        self.medium.sync_folder(ids::FOLDER).map_err(StoreError::disk("write", ids::FOLDER))
    }
}
