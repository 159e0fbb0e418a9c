//! Where marks lie while the files of a delivery are read: in buckets, by the first bits of their ids.

use std::io;
use std::sync::Mutex;

use super::Mark;
use crate::fact::Hash;

/// A mark, and the chunk of rows that it came with. Chunks are numbered in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The number of the chunk.
    pub chunk: u32,
    /// The mark.
    pub mark: Mark,
}

/// Buckets of marks; several hands put them there at once.
pub trait Shelf: Sync {
    /// A hand for one thread.
    ///
    /// # Errors
    /// What making room for it can fail with.
    fn hand(&self) -> io::Result<Box<dyn Hand + '_>>;

    /// The bits of an id that tell its bucket: there are two to that power.
    fn bits(&self) -> u32;

    /// Adds every mark of a bucket to a list: of one chunk in the order of its rows, else in any.
    /// All hands have to be finished before.
    ///
    /// # Errors
    /// What reading them can fail with.
    fn bucket(&self, number: usize, marks: &mut Vec<Placed>) -> io::Result<()>;
}

/// Puts marks down for one thread.
pub trait Hand: Send {
    /// Puts down the marks of a chunk, in the order of its rows.
    ///
    /// # Errors
    /// What keeping them can fail with.
    fn put(&mut self, chunk: u32, marks: &[Mark]) -> io::Result<()>;

    /// Puts down what is still in hand.
    ///
    /// # Errors
    /// What keeping it can fail with.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The bucket of an id.
pub fn bucket_of(id: &Hash, bits: u32) -> usize {
    let first = u32::from_be_bytes(*id.first_chunk().expect("sixteen bytes hold four"));
    if bits == 0 { 0 } else { (first >> (32 - bits)) as usize }
}

/// A shelf in memory, for programs without a store.
#[derive(Default)]
pub struct MemoryShelf {
    buckets: [Mutex<Vec<Placed>>; 1 << BITS],
}

const BITS: u32 = 5;

impl Shelf for MemoryShelf {
    fn hand(&self) -> io::Result<Box<dyn Hand + '_>> {
        Ok(Box::new(MemoryHand(self)))
    }

    fn bits(&self) -> u32 {
        BITS
    }

    fn bucket(&self, number: usize, marks: &mut Vec<Placed>) -> io::Result<()> {
        marks.extend_from_slice(&self.locked(number));
        Ok(())
    }
}

impl MemoryShelf {
    fn locked(&self, bucket: usize) -> std::sync::MutexGuard<'_, Vec<Placed>> {
        self.buckets[bucket].lock().expect("nobody panics while holding it")
    }
}

struct MemoryHand<'a>(&'a MemoryShelf);

impl Hand for MemoryHand<'_> {
    fn put(&mut self, chunk: u32, marks: &[Mark]) -> io::Result<()> {
        for mark in marks {
            let bucket = bucket_of(&mark.id, BITS);
            self.0.locked(bucket).push(Placed { chunk, mark: *mark });
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
