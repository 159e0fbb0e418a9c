//! Keeping a delivery: files of ids and marks first, then the record that names them.

use super::fold::ImportRef;
use super::record::RecordKind;
use super::{Marked, MarksShelf, Store, StoreError};
use crate::fact::{Delivery, IdEntry};

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
        self.journal.check()?;
        let import = self.state.imports + 1;
        let marks = match marked {
            Some(Marked { shelf, facts, places, void }) => {
                assert_eq!(shelf.import(), import, "a shelf is for the next import");
                shelf.finish(facts, places, void)?
            }
            None => None,
        };
        let named = if ids.is_empty() { None } else { Some(self.ids.write(import, ids)?) };
        let content = ImportRef { ids: named.as_ref(), marks: marks.as_ref(), delivery };
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
