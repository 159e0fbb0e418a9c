//! The shelf on disk: where the marks of the next import go while its files are read.
//!
//! The law: nothing that is written here counts before the import's journal record names it. A shelf
//! that is let go without an import leaves nothing.

use std::collections::BTreeSet;
use std::io;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::block::{Marks, SLACK};
use super::directory::{self, Block, Listed};
use super::filter;
use super::hand::MarksHand;
use super::writing::{Directory, Sections};
use super::{NamedMarks, bits_for};
use crate::fact::bulk::{Bucket, Hand, Placed, Shelf};
use crate::fact::{Hash, Kind};
use crate::store::error::StoreError;
use crate::store::ids::FOLDER;
use crate::store::medium::Medium;
use crate::store::writeback::Writeback;

/// Bytes of the file for each mark that is expected. One takes 26; but where lines are long fewer come than are
/// expected, and what is found room for in vain has to be given back.
const EXPECTED: u64 = 20;

/// Marks that wait for their import; see [`Store::shelf`](crate::store::Store::shelf).
///
/// Threads put marks down at once, each through a hand of its own. Once all hands are finished its
/// buckets can be read, and [`Store::import_with`](crate::store::Store::import_with) keeps it.
pub struct MarksShelf {
    medium: Arc<dyn Medium>,
    import: u64,
    /// The file, under its name while it is not whole.
    new: String,
    bits: u32,
    written: Mutex<Written>,
    put: Mutex<Put>,
    sorted: OnceLock<Sorted>,
    /// Memory of buckets that nobody reads any more.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// A shelf, and what is known once all rows are judged.
pub struct Marked<'a> {
    /// The marks; all of its hands are finished.
    pub shelf: MarksShelf,
    /// How many facts its marks stand for: those not void, and of those that repeat one another one.
    pub facts: u64,
    /// Kind and product of each place; products by their number in the archive.
    pub places: &'a [(Kind, Option<NonZeroU32>)],
    /// Ids whose marks do not count, in any order; those of buckets that were closed are known already.
    pub void: &'a [Hash],
}

/// How far the file is.
struct Written {
    size: u64,
    /// Why an earlier write failed: what the file holds is not known.
    failed: Option<(io::ErrorKind, String)>,
    writeback: Writeback,
}

/// The blocks that were written.
#[derive(Default)]
struct Put {
    /// Hands that are not finished.
    out: usize,
    blocks: Vec<Block>,
}

/// All blocks, by their buckets, those of each as they lie in the file.
struct Sorted {
    blocks: Vec<Block>,
    /// What tells where they are; none once it is written.
    directory: Mutex<Option<Directory>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MarksShelf {
    pub(in crate::store) fn new(
        medium: &Arc<dyn Medium>,
        import: u64,
        expected: u64,
    ) -> Result<Self, StoreError> {
        let new = format!("{}.new", super::file(import));
        let bits = bits_for(expected);
        let head = directory::head(bits);
        let made = medium
            .make_folder(FOLDER)
            .and_then(|()| medium.remove(&new))
            .and_then(|()| medium.append(&new, &head));
        made.map_err(StoreError::disk("write", &new))?;
        // Else threads that write wait for the one that syncs, which finds room under the file's lock.
        medium.expect(&new, expected.saturating_mul(EXPECTED));
        let writeback = Writeback::of(Arc::clone(medium), &new);
        let written = Written { size: head.len() as u64, failed: None, writeback };
        Ok(Self {
            medium: Arc::clone(medium),
            import,
            new,
            bits,
            written: Mutex::new(written),
            put: Mutex::default(),
            sorted: OnceLock::new(),
            spare: Mutex::default(),
        })
    }

    /// The bits of an id that tell its bucket.
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// The import that it is for.
    pub(in crate::store) fn import(&self) -> u64 {
        self.import
    }

    /// Writes at the end; gives back where.
    pub(super) fn append_all(&self, parts: &[&[u8]]) -> io::Result<u64> {
        let mut written = locked(&self.written);
        if let Some((kind, why)) = &written.failed {
            return Err(io::Error::new(*kind, why.clone()));
        }
        let result = self.medium.append_all(&self.new, parts);
        written.failed = result.as_ref().err().map(|error| (error.kind(), error.to_string()));
        result?;
        let (offset, bytes) = (written.size, parts.iter().map(|part| part.len()).sum());
        written.size += bytes as u64;
        written.writeback.grown(bytes);
        Ok(offset)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.append_all(&[bytes]).map(drop)
    }

    fn is_closed(&self, first: u8) -> bool {
        let bucket = *directory::buckets_of(first, self.bits).start();
        locked(&self.sorted().directory).as_ref().is_none_or(|it| it.has(bucket))
    }

    /// Takes over blocks that were written.
    pub(super) fn take_in(&self, blocks: &mut Vec<Block>) {
        locked(&self.put).blocks.append(blocks);
    }

    /// A hand is finished.
    pub(super) fn let_go(&self) {
        locked(&self.put).out -= 1;
    }

    fn sorted(&self) -> &Sorted {
        self.sorted.get_or_init(|| {
            let mut put = locked(&self.put);
            assert_eq!(put.out, 0, "all hands are finished before a bucket is read");
            let mut blocks = std::mem::take(&mut put.blocks);
            blocks.sort_unstable_by_key(|block| (block.bucket, block.offset));
            let mut written = locked(&self.written);
            written.writeback.go_on();
            let directory = Mutex::new(Some(Directory::behind(written.size, self.bits)));
            Sorted { blocks, directory }
        })
    }

    /// Makes the file whole and durable under its name; none if it has nothing to remember.
    pub(in crate::store) fn finish(
        self,
        facts: u64,
        places: &[(Kind, Option<NonZeroU32>)],
        void: &[Hash],
    ) -> Result<Option<NamedMarks>, StoreError> {
        if facts == 0 {
            return Ok(None);
        }
        let file = super::file(self.import);
        let kept = self.keep(&file, places, void).map_err(StoreError::disk("write", &file))?;
        let (size, digest) = kept;
        let digest = digest.to_hex().to_string();
        Ok(Some(NamedMarks { import: self.import, facts, size, digest }))
    }

    fn keep(
        &self,
        file: &str,
        places: &[(Kind, Option<NonZeroU32>)],
        void: &[Hash],
    ) -> io::Result<(u64, blake3::Hash)> {
        (0..=u8::MAX).filter(|first| !self.is_closed(*first)).try_for_each(|first| {
            // Nobody has judged them: their keys are read once more, for their filters.
            let here = void.iter().filter(|id| id[0] == first);
            let (bucket, mut keys) = (self.bucket(first)?, Vec::new());
            bucket.keys(&mut keys);
            bucket.close(&keys, &here.copied().collect::<Vec<_>>())
        })?;
        let directory = locked(&self.sorted().directory).take();
        let directory = directory.expect("a shelf is finished once");
        let (known, digest) = directory.end(places, &mut |bytes| self.append(bytes))?;
        let told: BTreeSet<&Hash> = void.iter().collect();
        assert_eq!(known, told.len() as u64, "what was void when a bucket was closed still is");
        // Room that was not needed goes back.
        self.medium.truncate(&self.new, locked(&self.written).size)?;
        locked(&self.written).writeback.finish()?;
        self.medium.rename(&self.new, file)?;
        self.medium.sync_folder(FOLDER)?;
        Ok((locked(&self.written).size, digest))
    }
}

impl Sorted {
    fn of(&self, buckets: &RangeInclusive<u32>) -> &[Block] {
        let from = self.blocks.partition_point(|block| block.bucket < *buckets.start());
        let to = self.blocks.partition_point(|block| block.bucket <= *buckets.end());
        &self.blocks[from..to]
    }
}

impl Shelf for MarksShelf {
    fn hand(&self) -> io::Result<Box<dyn Hand + '_>> {
        assert!(self.sorted.get().is_none(), "all hands are made before a bucket is read");
        locked(&self.put).out += 1;
        Ok(Box::new(MarksHand::new(self)))
    }

    fn bucket(&self, first: u8) -> io::Result<Box<dyn Bucket + '_>> {
        let blocks = self.sorted().of(&directory::buckets_of(first, self.bits));
        let bytes: usize = blocks.iter().map(|block| usize::from(block.length)).sum();
        let mut read = locked(&self.spare).pop().unwrap_or_default();
        if read.len() < bytes + SLACK {
            read.resize(bytes + SLACK, 0);
        }
        self.read(blocks, &mut read)?;
        let (mut from, mut marks, mut ends) = (0, 0, Vec::with_capacity(blocks.len()));
        for block in blocks {
            let to = from + usize::from(block.length);
            let block = Marks::of(&read[from..to + SLACK], first);
            let block = block.ok_or_else(|| directory::damaged(&self.new, "it is no block"))?;
            marks += block.count();
            ends.push(End { marks, bytes: to });
            from = to;
        }
        Ok(Box::new(Blocks { shelf: self, first, bytes: read, ends }))
    }
}

impl MarksShelf {
    /// Reads blocks, one behind the other; those that are neighbours in the file at once. What was read is checked
    /// while it is in the nearest cache.
    fn read(&self, blocks: &[Block], mut into: &mut [u8]) -> io::Result<()> {
        for neighbours in blocks.chunk_by(|one, next| one.end() == next.offset) {
            let bytes = neighbours.iter().map(|block| usize::from(block.length)).sum();
            let (now, rest) = into.split_at_mut(bytes);
            self.medium.read(&self.new, neighbours[0].offset, now)?;
            let mut unchecked = &*now;
            for block in neighbours {
                let (bytes, behind) = unchecked.split_at(block.length.into());
                block.check(&self.new, bytes)?;
                unchecked = behind;
            }
            into = rest;
        }
        Ok(())
    }

    /// Puts down where the marks of a bucket are.
    fn list(&self, first: u8, listed: &[Listed], void: &[Hash]) -> io::Result<()> {
        let mut void = void.to_vec();
        void.sort_unstable();
        void.dedup();
        let buckets = directory::buckets_of(first, self.bits);
        let sections = Sections::of(buckets, self.bits, listed, &void);
        let mut directory = locked(&self.sorted().directory);
        let directory =
            directory.as_mut().expect("buckets are closed before the shelf is finished");
        directory.put(&sections, &mut |bytes| self.append(bytes))?;
        if directory.is_whole() {
            locked(&self.written).writeback.go_on();
        }
        Ok(())
    }
}

/// Blocks that share the first byte of their ids, as they were read.
struct Blocks<'s> {
    shelf: &'s MarksShelf,
    first: u8,
    /// One behind the other; behind the last its slack, and what other buckets left.
    bytes: Vec<u8>,
    ends: Vec<End>,
}

impl Drop for Blocks<'_> {
    /// The next bucket is read into the same memory: it is in the caches.
    fn drop(&mut self) {
        locked(&self.shelf.spare).push(std::mem::take(&mut self.bytes));
    }
}

/// Where a block ends: so many marks and bytes, with those of the blocks before.
#[derive(Clone, Copy, Default)]
struct End {
    marks: usize,
    bytes: usize,
}

impl Blocks<'_> {
    fn block(&self, number: usize) -> Marks<'_> {
        let from = number.checked_sub(1).map_or(0, |before| self.ends[before].bytes);
        let bytes = &self.bytes[from..self.ends[number].bytes + SLACK];
        Marks::of(bytes, self.first).expect("it was a block when it was read")
    }
}

impl Bucket for Blocks<'_> {
    fn keys(&self, keys: &mut Vec<u64>) {
        keys.reserve(self.ends.last().copied().unwrap_or_default().marks);
        (0..self.ends.len()).for_each(|block| keys.extend(self.block(block).keys()));
    }

    fn mark(&self, number: usize) -> Placed {
        let block = self.ends.partition_point(|end| end.marks <= number);
        let before = block.checked_sub(1).map_or(0, |before| self.ends[before].marks);
        self.block(block).get(number - before)
    }

    /// Its filters are made of the keys, which are at hand, and not of the marks.
    fn close(&self, keys: &[u64], void: &[Hash]) -> io::Result<()> {
        let blocks = self.shelf.sorted().of(&directory::buckets_of(self.first, self.shelf.bits));
        let marks = self.ends.last().copied().unwrap_or_default().marks;
        assert_eq!(keys.len(), marks, "a key for each mark");
        let mut from = 0;
        let list = |(block, end): (&Block, &End)| {
            let keys = keys[from..end.marks].iter().copied();
            from = end.marks;
            Listed { block: *block, filter: filter::of(keys) }
        };
        let listed: Vec<Listed> = blocks.iter().zip(&self.ends).map(list).collect();
        self.shelf.list(self.first, &listed, void)
    }
}

impl Drop for MarksShelf {
    /// An import that did not come about leaves nothing; after one that did nothing has this name.
    fn drop(&mut self) {
        let _nobody_relies_on_it = locked(&self.written).writeback.stop();
        let _next_opening_does_it = self.medium.remove(&self.new);
    }
}
