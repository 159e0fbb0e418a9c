//! The ids that one import brought: a file `ids/NNNNNNNN.ids`, written once, never changed.
//!
//! ```text
//! head    24   mark 8 | format 4 | entries in a block 4 | entries 8
//! blocks       entries of 49 bytes in the order of their ids, 64 to a block (the last may be short)
//! fences       for each block: its first id 12 | the first 8 bytes of its BLAKE3
//! filter       lines of 64 bytes, about ten bits for each entry
//! foot    32   BLAKE3(head, fences, filter)
//! ```
//!
//! Fences and filter are kept in memory once the file is first asked: 1.6 bytes an entry. The filter
//! answers 98 of 100 questions for an id that is not there without touching the file; each other
//! costs one read of one block, whose bytes are checked before they are believed. The journal record
//! of the import names the BLAKE3 of the whole file.

use std::io;

use super::entry::{self, ENTRY};
use super::filter::{Filter, LINE};
use super::medium::Medium;
use super::record::cut;
use crate::fact::{Content, Hash, IdEntry};

const MARK: [u8; 8] = *b"\xF5revids\n";
const FORMAT: u32 = 2;
const HEAD: usize = 24;
pub(super) const BLOCK: usize = 64;
const FENCE: usize = 20;
const FOOT: usize = 32;
/// Bytes written at once.
const CHUNK: usize = 1 << 20;

fn head(count: u64) -> [u8; HEAD] {
    let mut bytes = [0; HEAD];
    bytes[..8].copy_from_slice(&MARK);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[12..16].copy_from_slice(&u32::to_le_bytes(BLOCK as u32));
    bytes[16..].copy_from_slice(&count.to_le_bytes());
    bytes
}

/// Where the parts of a file of so many entries lie.
struct Layout {
    fences: u64,
    filter: u64,
    foot: u64,
}

impl Layout {
    fn of(count: u64) -> Self {
        let fences = HEAD as u64 + count * ENTRY as u64;
        let filter = fences + count.div_ceil(BLOCK as u64) * FENCE as u64;
        Self { fences, filter, foot: filter + Filter::lines(count) * LINE as u64 }
    }
}

/// The size of a file of so many entries; none if no file is so large.
pub(super) fn size(count: u64) -> Option<u64> {
    (count < 1 << 48).then(|| Layout::of(count).foot + FOOT as u64)
}

/// Writes entries, sorted by id and each once, to a new file; gives back the file's digest.
pub(super) fn write(
    medium: &dyn Medium,
    name: &str,
    entries: &[IdEntry],
) -> io::Result<blake3::Hash> {
    let mut out = Output { medium, name, pending: Vec::new(), digest: blake3::Hasher::new() };
    let head = head(entries.len() as u64);
    let mut foot = blake3::Hasher::new();
    let mut filter = Filter::new(entries.len() as u64);
    let mut fences = Vec::with_capacity(entries.len().div_ceil(BLOCK) * FENCE);
    out.put(&head)?;
    for block in entries.chunks(BLOCK) {
        let bytes: Vec<u8> = block.iter().flat_map(entry::encode).collect();
        block.iter().for_each(|entry| filter.add(&entry.id));
        fences.extend_from_slice(&block[0].id);
        fences.extend_from_slice(&cut::<8>(&bytes));
        out.put(&bytes)?;
    }
    foot.update(&head).update(&fences).update(filter.bytes());
    out.put(&fences)?;
    out.put(filter.bytes())?;
    out.put(foot.finalize().as_bytes())?;
    out.finish()
}

struct Output<'a> {
    medium: &'a dyn Medium,
    name: &'a str,
    pending: Vec<u8>,
    digest: blake3::Hasher,
}

impl Output<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.pending.extend_from_slice(bytes);
        if self.pending.len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.medium.append(self.name, &std::mem::take(&mut self.pending))
    }

    fn finish(mut self) -> io::Result<blake3::Hash> {
        self.flush()?;
        self.medium.sync(self.name)?;
        Ok(self.digest.finalize())
    }
}

/// What is kept in memory of one file.
pub(super) struct Directory {
    count: u64,
    fences: Vec<(Hash, [u8; 8])>,
    filter: Filter,
}

fn damaged(name: &str, what: &str) -> io::Error {
    let message = format!(
        "{name} is damaged ({what}): restore the store's folder from a backup, or move it away \
         and import the files again"
    );
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl Directory {
    /// Reads fences and filter of a file of so many entries.
    pub(super) fn load(medium: &dyn Medium, name: &str, count: u64) -> io::Result<Self> {
        let layout = Layout::of(count);
        let read = |from: u64, to: u64| {
            let length = usize::try_from(to - from).map_err(|_| io::ErrorKind::OutOfMemory)?;
            let mut bytes = vec![0; length];
            medium.read(name, from, &mut bytes).map(|()| bytes)
        };
        let head = read(0, HEAD as u64)?;
        let fences = read(layout.fences, layout.filter)?;
        let filter = read(layout.filter, layout.foot)?;
        let foot = read(layout.foot, layout.foot + FOOT as u64)?;
        let mut digest = blake3::Hasher::new();
        digest.update(&head).update(&fences).update(&filter);
        if head != self::head(count) || foot != digest.finalize().as_bytes() {
            return Err(damaged(name, "its fences are not what was written"));
        }
        let (fences, _) = fences.as_chunks::<FENCE>();
        let fence = |bytes: &[u8; FENCE]| {
            let id = *bytes.first_chunk().expect("20 bytes hold 12");
            (id, *bytes.last_chunk().expect("20 bytes hold 8"))
        };
        Ok(Self { count, fences: fences.iter().map(fence).collect(), filter: filter.into() })
    }

    /// The entry of an id, if the file has it.
    pub(super) fn find(
        &self,
        medium: &dyn Medium,
        name: &str,
        id: &Hash,
    ) -> io::Result<Option<IdEntry>> {
        if !self.filter.may_hold(id) {
            return Ok(None);
        }
        let Some(block) = self.fences.partition_point(|(first, _)| first <= id).checked_sub(1)
        else {
            return Ok(None);
        };
        let mut buffer = [0; BLOCK * ENTRY];
        let entries = self.block(medium, name, block, &mut buffer)?;
        let key = |entry: &[u8; ENTRY]| -> Hash {
            *entry.first_chunk().expect("an entry begins with it")
        };
        let Ok(at) = entries.binary_search_by_key(id, key) else { return Ok(None) };
        let found = entry::decode(&entries[at]);
        found.map(Some).ok_or_else(|| damaged(name, "it holds what is no entry"))
    }

    /// Gives every id between two, with its content.
    pub(super) fn between(
        &self,
        medium: &dyn Medium,
        name: &str,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let from = self.fences.partition_point(|(id, _)| id <= first).saturating_sub(1);
        let to = self.fences.partition_point(|(id, _)| id <= last);
        let mut buffer = [0; BLOCK * ENTRY];
        for block in from..to {
            for entry in self.block(medium, name, block, &mut buffer)? {
                let id: &Hash = entry.first_chunk().expect("an entry begins with it");
                if (first..=last).contains(&id) {
                    take(id, entry[12..].first_chunk().expect("the content follows the id"));
                }
            }
        }
        Ok(())
    }

    fn block<'a>(
        &self,
        medium: &dyn Medium,
        name: &str,
        block: usize,
        buffer: &'a mut [u8; BLOCK * ENTRY],
    ) -> io::Result<&'a [[u8; ENTRY]]> {
        let before = block as u64 * BLOCK as u64;
        let held = (self.count - before).min(BLOCK as u64) as usize;
        let bytes = &mut buffer[..held * ENTRY];
        medium.read(name, HEAD as u64 + before * ENTRY as u64, bytes)?;
        if cut::<8>(bytes) != self.fences[block].1 {
            return Err(damaged(name, "a block is not what was written"));
        }
        Ok(bytes.as_chunks().0)
    }

    /// Do the ids rise from the first entry to the last?
    pub(super) fn rising(&self, medium: &dyn Medium, name: &str) -> io::Result<bool> {
        let mut last = None;
        for block in 0..self.fences.len() {
            let mut buffer = [0; BLOCK * ENTRY];
            for entry in self.block(medium, name, block, &mut buffer)? {
                let id: Hash = *entry.first_chunk().expect("an entry begins with it");
                if last >= Some(id) {
                    return Ok(false);
                }
                last = Some(id);
            }
        }
        Ok(true)
    }
}

/// BLAKE3 of a whole file.
pub(super) fn digest(medium: &dyn Medium, name: &str, size: u64) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    while at < size {
        let length = usize::try_from(size - at).map_or(CHUNK, |left| left.min(CHUNK));
        medium.read(name, at, &mut buffer[..length])?;
        hasher.update(&buffer[..length]);
        at += length as u64;
    }
    Ok(hasher.finalize())
}
