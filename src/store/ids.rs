//! Every id that earlier imports brought, newest import first.
//!
//! A file of ids is whole on the disk, under its name, before the journal record that names it is
//! written. So a file without a record is what an interrupted import left, and is removed.

use std::io;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::medium::Medium;
use super::segment::{self, Directory};
use crate::fact::{IdEntry, Known};

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

struct Segment {
    file: String,
    count: u64,
    directory: OnceLock<Directory>,
}

/// The files of ids, and what is kept of them in memory.
pub(super) struct Ids {
    medium: Arc<dyn Medium>,
    segments: Vec<Segment>,
}

impl Ids {
    pub(super) fn new(medium: Arc<dyn Medium>) -> Self {
        Self { medium, segments: Vec::new() }
    }

    /// Takes in the file of an import; its content is read when it is first asked.
    pub(super) fn add(&mut self, named: &Named) {
        let (file, count) = (file(named.import), named.count);
        self.segments.push(Segment { file, count, directory: OnceLock::new() });
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
        self.segments.iter().map(|segment| segment.count).sum()
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
    fn between(
        &self,
        _first: &crate::fact::Hash,
        _last: &crate::fact::Hash,
        _take: &mut dyn FnMut(&crate::fact::Hash, &crate::fact::Content),
    ) -> io::Result<()> {
        Ok(())
    }

    fn find(&self, id: &[u8; 16]) -> io::Result<Option<IdEntry>> {
        for segment in self.segments.iter().rev() {
            let directory = match segment.directory.get() {
                Some(directory) => directory,
                None => {
                    let loaded = Directory::load(&*self.medium, &segment.file, segment.count)?;
                    segment.directory.get_or_init(|| loaded)
                }
            };
            if let Some(found) = directory.find(&*self.medium, &segment.file, id)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
