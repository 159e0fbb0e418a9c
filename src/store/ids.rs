//! Every id that earlier imports brought, newest import first.
//!
//! A file of ids or [marks] is whole on the disk, under its name, before the journal record that names it is
//! written. So a file without a record is what an interrupted import left, and is removed.

use std::io;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::marks::{self, MarksFile, NamedMarks};
use super::medium::Medium;
use super::segment::{self, Directory};
use crate::fact::bulk::{Crowd, key_of};
use crate::fact::{Content, Hash, IdEntry, Known};

pub(super) const FOLDER: &str = "ids";

/// What a journal record says of the ids of its import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    /// The import whose ids they are; it names the file.
    pub(super) import: u64,
    /// Entries.
    pub(super) count: u64,
    /// BLAKE3 of the file, in hex.
    pub(super) digest: String,
}

/// The file of the ids of an import.
pub(super) fn file(import: u64) -> String {
    format!("{FOLDER}/{import:08}.ids")
}

/// The import whose ids a file name says it holds.
pub(super) fn import_of(file: &str) -> Option<u64> {
    file.strip_suffix(".ids")?.parse().ok()
}

impl Named {
    /// Bytes of the file.
    pub(super) fn size(&self) -> u64 {
        segment::size(self.count).unwrap_or_default()
    }
}

struct Segment {
    import: u64,
    file: String,
    count: u64,
    directory: OnceLock<Directory>,
}

impl Segment {
    fn directory(&self, medium: &dyn Medium) -> io::Result<&Directory> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let loaded = Directory::load(medium, &self.file, self.count)?;
        Ok(self.directory.get_or_init(|| loaded))
    }
}

/// The files of ids, and what is kept of them in memory.
pub(super) struct Ids {
    medium: Arc<dyn Medium>,
    segments: Vec<Segment>,
    marks: Vec<MarksFile>,
}

impl Ids {
    pub(super) fn new(medium: Arc<dyn Medium>) -> Self {
        Self { medium, segments: Vec::new(), marks: Vec::new() }
    }

    /// Takes in the file of an import; its content is read when it is first asked.
    pub(super) fn add(&mut self, named: &Named) {
        let (import, file, count) = (named.import, file(named.import), named.count);
        self.segments.push(Segment { import, file, count, directory: OnceLock::new() });
    }

    /// The same, for a file that has been out of sight.
    pub(super) fn check_and_add(&mut self, named: &Named) -> Result<(), StoreError> {
        let file = file(named.import);
        let size = self.medium.size(&file).map_err(StoreError::disk("read", &file))?;
        let damaged = |what: String| StoreError::DamagedIds { name: file.clone(), what };
        match size {
            None => Err(damaged("it is missing".to_owned())),
            Some(size) if segment::size(named.count) != Some(size) => {
                Err(damaged(format!("it has {size} bytes, not those of {} ids", named.count)))
            }
            Some(_) => {
                self.add(named);
                Ok(())
            }
        }
    }

    /// Takes in the file of the marks of an import.
    pub(super) fn add_marks(&mut self, named: &NamedMarks) {
        self.marks.push(MarksFile::new(named));
    }

    /// The same, for a file that has been out of sight.
    pub(super) fn check_and_add_marks(&mut self, named: &NamedMarks) -> Result<(), StoreError> {
        let file = marks::file(named.import);
        let size = self.medium.size(&file).map_err(StoreError::disk("read", &file))?;
        let what = match size {
            Some(size) if size == named.size => {
                self.add_marks(named);
                return Ok(());
            }
            Some(size) => format!("it has {size} bytes, not {}", named.size),
            None => "it is missing".to_owned(),
        };
        Err(StoreError::DamagedIds { name: file, what })
    }

    /// Asks the files of an import no more.
    pub(super) fn forget(&mut self, import: u64) {
        self.segments.retain(|segment| segment.import != import);
        self.marks.retain(|marks| marks.import() != import);
    }

    /// Writes the ids of an import, so that they survive, before anything names them.
    pub(super) fn write(&self, import: u64, ids: &[IdEntry]) -> Result<Named, StoreError> {
        let file = file(import);
        let new = format!("{file}.new");
        let sorted = sorted(ids);
        let write = || {
            let medium = &*self.medium;
            if self.segments.is_empty() {
                medium.make_folder(FOLDER)?;
            }
            medium.remove(&new)?;
            let digest = segment::write(medium, &new, &sorted)?;
            medium.rename(&new, &file)?;
            medium.sync_folder(FOLDER)?;
            Ok(digest)
        };
        let digest: blake3::Hash = write().map_err(StoreError::disk("write", &file))?;
        Ok(Named { import, count: sorted.len() as u64, digest: digest.to_hex().to_string() })
    }

    /// So many ids are remembered.
    pub(super) fn len(&self) -> u64 {
        let counts = self.segments.iter().map(|segment| segment.count);
        counts.chain(self.marks.iter().map(MarksFile::facts)).sum()
    }
}

/// In the order of the ids.
///
/// # Panics
/// If an id is there twice: one delivery brings each fact once.
fn sorted(ids: &[IdEntry]) -> std::borrow::Cow<'_, [IdEntry]> {
    let rising = |ids: &[IdEntry]| ids.windows(2).all(|pair| pair[0].id < pair[1].id);
    if rising(ids) {
        return ids.into();
    }
    let mut copy = ids.to_vec();
    copy.sort_unstable_by_key(|entry| entry.id);
    assert!(rising(&copy), "one delivery brings each id once");
    copy.into()
}

impl Known for Ids {
    fn find(&self, id: &Hash) -> io::Result<Option<IdEntry>> {
        let medium = &*self.medium;
        for segment in self.segments.iter().rev() {
            let found = segment.directory(medium)?.find(medium, &segment.file, id)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        for marks in self.marks.iter().rev() {
            let found = marks.find(medium, id)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn between(
        &self,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        if first > last {
            return Ok(());
        }
        let medium = &*self.medium;
        for segment in &self.segments {
            segment.directory(medium)?.between(medium, &segment.file, first, last, take)?;
        }
        self.marks.iter().try_for_each(|marks| marks.between(medium, first, last, take))
    }

    fn among(
        &self,
        first: u8,
        crowd: &Crowd<'_>,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let (mut least, mut most) = ([0; 12], [0xFF; 12]);
        (least[0], most[0]) = (first, first);
        let medium = &*self.medium;
        let mut fit = |id: &Hash, content: &Content| {
            if crowd.may_hold(key_of(id)) {
                take(id, content);
            }
        };
        for segment in &self.segments {
            let directory = segment.directory(medium)?;
            directory.between(medium, &segment.file, &least, &most, &mut fit)?;
        }
        self.marks.iter().try_for_each(|marks| marks.among(medium, first, crowd, take))
    }
}
