//! Where marks lie while the files of a delivery are read: in buckets, by the first bits of their ids.

use std::io;
use std::sync::Mutex;

use super::batch::Columns;
use super::{Batch, Mark, moment_of};
use crate::fact::Hash;

/// A mark, and where its row begins: how many bytes of the delivery's files stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its place. Places rise with the rows, from file to file too.
    pub at: u64,
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

    /// Reads all marks whose ids begin with a byte, in any order. All hands have to be finished before.
    ///
    /// # Errors
    /// What reading them can fail with.
    fn bucket(&self, first: u8) -> io::Result<Box<dyn Bucket + '_>>;
}

/// The marks of a bucket as they were read: only those that are asked for are made of their bytes.
pub trait Bucket {
    /// Adds what each id is told by to a list, one for each mark; see [`key_of`].
    fn keys(&self, keys: &mut Vec<u64>);

    /// A mark by its number in that list.
    fn mark(&self, number: usize) -> Placed;

    /// Says that its marks are judged, with all keys as they were given, and the ids of marks that are void, in any
    /// order: said once for each bucket. A shelf that keeps marks puts down where they are meanwhile.
    ///
    /// # Errors
    /// What putting that down can fail with.
    fn close(&self, keys: &[u64], void: &[Hash]) -> io::Result<()>;
}

/// Puts marks down for one thread.
pub trait Hand: Send {
    /// Puts down the marks of some rows. A few hundred at once are best: their columns then stay in the
    /// nearest cache.
    ///
    /// # Errors
    /// What keeping them can fail with.
    fn put_batch(&mut self, marks: &Batch<'_>) -> io::Result<()>;

    /// Puts down some marks that are not in columns.
    ///
    /// # Errors
    /// What keeping them can fail with; if the time of one is no whole second.
    fn put(&mut self, marks: &[Placed]) -> io::Result<()> {
        let mut columns = Columns::default();
        let mut parts = marks.chunks(Columns::AT_ONCE);
        parts.try_for_each(|part| self.put_batch(&columns.fill(part)?))
    }

    /// Puts down what is still in hand.
    ///
    /// # Errors
    /// What keeping it can fail with.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The bucket of an id, if so many bits tell it.
pub fn bucket_of(id: &Hash, bits: u32) -> usize {
    let first = u32::from_be_bytes(*id.first_chunk().expect("twelve bytes hold four"));
    if bits == 0 { 0 } else { (first >> (32 - bits)) as usize }
}

/// Eight bytes of an id behind the first. They rise with the ids of one first byte.
pub fn key_of(id: &Hash) -> u64 {
    u64::from_be_bytes(*id[1..].first_chunk().expect("eleven bytes hold eight"))
}

/// A shelf in memory, for programs without a store.
pub struct MemoryShelf(Vec<Mutex<Vec<Placed>>>);

impl Default for MemoryShelf {
    fn default() -> Self {
        Self((0..=u8::MAX).map(|_| Mutex::default()).collect())
    }
}

impl Shelf for MemoryShelf {
    fn hand(&self) -> io::Result<Box<dyn Hand + '_>> {
        Ok(Box::new(MemoryHand(self)))
    }

    fn bucket(&self, first: u8) -> io::Result<Box<dyn Bucket + '_>> {
        Ok(Box::new(self.locked(first).clone()))
    }
}

impl Bucket for Vec<Placed> {
    fn keys(&self, keys: &mut Vec<u64>) {
        keys.extend(self.iter().map(|placed| key_of(&placed.mark.id)));
    }

    fn mark(&self, number: usize) -> Placed {
        self[number]
    }

    fn close(&self, _keys: &[u64], _void: &[Hash]) -> io::Result<()> {
        Ok(())
    }
}

impl MemoryShelf {
    fn locked(&self, first: u8) -> std::sync::MutexGuard<'_, Vec<Placed>> {
        self.0[usize::from(first)].lock().expect("nobody panics while holding it")
    }
}

struct MemoryHand<'a>(&'a MemoryShelf);

impl Hand for MemoryHand<'_> {
    fn put_batch(&mut self, marks: &Batch<'_>) -> io::Result<()> {
        for row in 0..marks.len() {
            let (id, content) = (marks.ids[row], marks.contents[row]);
            let mark =
                Mark { id, content, time: moment_of(marks.times[row]), place: marks.places[row] };
            self.0.locked(id[0]).push(Placed { at: marks.at[row], mark });
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
