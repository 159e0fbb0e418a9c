//! Keeping a delivery: files of ids and marks first, then the record that names them.

use std::panic::resume_unwind;

use serde_json::value::{RawValue, to_raw_value};

use super::fold::ImportRef;
use super::ids::Named;
use super::marks::NamedMarks;
use super::record::RecordKind;
use super::{Marked, MarksShelf, Store, StoreError};
use crate::fact::{Delivery, IdEntry};

/// An import that lacks only its record. Its files have the names of the next import, so of two that are
/// kept one after the other only the second can be recorded.
#[derive(Debug)]
pub(crate) struct Kept {
    import: u64,
    named: Option<Named>,
    marks: Option<NamedMarks>,
    packed: Box<RawValue>,
}

/// A delivery as the journal has it.
fn packed(delivery: &Delivery) -> Box<RawValue> {
    to_raw_value(delivery).expect("texts, lists and maps by text are JSON")
}

impl Store {
    /// Keeps a delivery and the ids that it brought; gives back the number of the import. Once
    /// this returns, both survive.
    ///
    /// # Errors
    /// [`StoreError::Disk`]; the store then refuses to go on, and has to be opened again.
    ///
    /// # Panics
    /// If an id is there twice.
    pub fn import(&mut self, delivery: &Delivery, ids: &[IdEntry]) -> Result<u64, StoreError> {
        self.import_with(delivery, ids, None)
    }

    /// A shelf for the marks of the next import, of about so many rows. It does not keep the store
    /// from being read.
    ///
    /// # Errors
    /// [`StoreError::Disk`].
    pub fn shelf(&self, expected_rows: u64) -> Result<MarksShelf, StoreError> {
        self.journal.check()?;
        MarksShelf::new(&self.medium, self.state.imports + 1, expected_rows)
    }

    /// The same as [`Store::import`] for a delivery whose plain rows went to a shelf.
    ///
    /// # Errors
    /// As [`Store::import`].
    ///
    /// # Panics
    /// If an id is there twice, if the shelf was made before another import, or if one of its hands
    /// is not finished.
    pub fn import_with(
        &mut self,
        delivery: &Delivery,
        ids: &[IdEntry],
        marked: Option<Marked<'_>>,
    ) -> Result<u64, StoreError> {
        let kept = self.keep(delivery, ids, marked)?;
        self.record(delivery, kept)
    }

    /// Does all of an import but for its record: without one it has not happened, and the next opening
    /// removes what it left. What is waited for is waited for at once.
    ///
    /// # Errors
    /// As [`Store::import`].
    ///
    /// # Panics
    /// As [`Store::import_with`].
    pub(crate) fn keep(
        &self,
        delivery: &Delivery,
        ids: &[IdEntry],
        marked: Option<Marked<'_>>,
    ) -> Result<Kept, StoreError> {
        self.journal.check()?;
        let import = self.state.imports + 1;
        if let Some(marked) = &marked {
            assert_eq!(marked.shelf.import(), import, "a shelf is for the next import");
        }
        let marks = |marked: Marked<'_>| {
            let Marked { shelf, facts, places, void } = marked;
            shelf.finish(facts, places, void)
        };
        let ids = || (!ids.is_empty()).then(|| self.ids.write(import, ids)).transpose();
        let Some(marked) = marked else {
            // A small import has nothing that is worth a thread.
            return Ok(Kept { import, marks: None, named: ids()?, packed: packed(delivery) });
        };
        let (marks, named, packed) = std::thread::scope(|scope| {
            let (marks, named) = (scope.spawn(move || marks(marked)), scope.spawn(ids));
            let packed = packed(delivery);
            let named = named.join().unwrap_or_else(|it| resume_unwind(it));
            (marks.join().unwrap_or_else(|it| resume_unwind(it)), named, packed)
        });
        Ok(Kept { import, marks: marks?, named: named?, packed })
    }

    /// Writes the record of an import that is kept; gives back its number. Once this returns, it survives.
    ///
    /// # Errors
    /// As [`Store::import`].
    ///
    /// # Panics
    /// If another import was recorded since it was kept.
    pub(crate) fn record(&mut self, delivery: &Delivery, kept: Kept) -> Result<u64, StoreError> {
        let Kept { import, marks, named, packed } = kept;
        assert_eq!(import, self.state.imports + 1, "imports are recorded as they are kept");
        let content = ImportRef { ids: named.as_ref(), marks: marks.as_ref(), delivery: &packed };
        let offset = self.append(RecordKind::Import, &content)?;
        named.iter().for_each(|named| self.ids.add(named));
        marks.iter().for_each(|named| self.ids.add_marks(named));
        self.state.ids.extend(named);
        self.state.marks.extend(marks);
        let mark = self.journal.mark();
        self.state.import(delivery, mark.records, offset);
        self.state.trail.stop(mark);
        Ok(import)
    }
}
