//! The express way through the files of a delivery: several threads read them, and one collects, in the
//! order of the files, what they leave to the ordinary reader.

use std::io;
use std::sync::Arc;

use super::super::again::unreadable;
use super::super::read::Rows;
use super::super::{IntakeError, SourceFile};
use super::buffer::Buffer;
use super::columns::Columns;
use super::job::{Job, places};
use super::lane::Lane;
use super::poured::Poured;
use super::roster::{Opened, Roster, Task};
use super::shapes::Places;
use crate::fact::bulk::{Hand, Shelf};
use crate::fact::{HashKey, Horizon, Lens};

/// What all threads have in common.
pub(in crate::intake) struct Common<'a> {
    pub(in crate::intake) lens: &'a Lens,
    pub(in crate::intake) horizon: &'a Horizon,
    pub(in crate::intake) key: HashKey,
    pub(in crate::intake) shelf: &'a dyn Shelf,
    pub(in crate::intake) places: Places,
}

/// The express way through the files of a delivery.
pub(in crate::intake) struct Express<'a> {
    pub(in crate::intake) common: Common<'a>,
    hands: Vec<Box<dyn Hand + 'a>>,
    pub(in crate::intake) threads: usize,
    /// Bytes of a chunk, roughly.
    size: usize,
}

/// A file that was read on the express way.
pub(in crate::intake) struct FilePass {
    pub(in crate::intake) columns: Columns,
    pub(in crate::intake) source: String,
    /// Where its rows begin in the delivery: places of rows are counted on from file to file.
    pub(in crate::intake) start: u64,
    pub(in crate::intake) chunks: Vec<ChunkAt>,
    /// Lines whose number is known, in order: the first of each chunk, and some between.
    pub(in crate::intake) lines: Vec<LineAt>,
    /// Bytes of a chunk, roughly.
    pub(in crate::intake) size: usize,
    /// Bytes of all chunks.
    pub(in crate::intake) bytes: u64,
    /// Bytes before the first chunk.
    pub(in crate::intake) head: u64,
    /// What its header is known by.
    pub(in crate::intake) header: u64,
    pub(in crate::intake) sums: Poured,
}

/// Where a chunk is, so that it can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) struct ChunkAt {
    /// Its place among the plain bytes behind the header.
    pub(in crate::intake) offset: u64,
    /// The number of its first line in the file.
    pub(in crate::intake) line: u64,
    /// What its bytes are known by, if only the ordinary reader knows its rows.
    pub(in crate::intake) knotty: Option<u64>,
}

/// The line that begins at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) struct LineAt {
    /// Its place among the plain bytes behind the header.
    pub(in crate::intake) at: u64,
    /// Its number in the file.
    pub(in crate::intake) line: u64,
}

impl Common<'_> {
    /// A way through a file.
    pub(in crate::intake) fn lane<'l>(&'l self, columns: &'l Columns, source: &str) -> Lane<'l> {
        Lane::new(columns, source, self)
    }

    /// Nothing added up yet.
    pub(in crate::intake) fn empty(&self) -> Poured {
        Poured::empty(self.lens.zones.len())
    }
}

impl<'a> Express<'a> {
    /// A pass with so many threads beside this one.
    pub(in crate::intake) fn new(
        lens: &'a Lens,
        horizon: &'a Horizon,
        key: HashKey,
        shelf: &'a dyn Shelf,
        threads: usize,
        size: usize,
    ) -> io::Result<Self> {
        let hands = (0..threads.max(1)).map(|_| shelf.hand()).collect::<io::Result<_>>()?;
        let common = Common { lens, horizon, key, shelf, places: Places::default() };
        Ok(Self { common, hands, threads: threads.max(1), size })
    }

    /// Reads files on all threads, once, while `collect` takes what comes of them. `open` opens a file and says
    /// where its fields stand, if it may take the express way.
    pub(in crate::intake) fn read<'r>(
        &mut self,
        files: &'r [SourceFile],
        open: &(impl Fn(&SourceFile) -> Result<(Rows<'r>, Option<Columns>), IntakeError> + Sync),
        collect: impl FnOnce(&Roster<'r>) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        let (roster, common) = (Roster::new(files, self.threads), &self.common);
        let (size, threads) = (self.size, self.threads);
        let (roster, places) = (&roster, places(files));
        let begin = &|number: usize| {
            let (file, (mut rows, columns)) = (&files[number], open(&files[number])?);
            // One thread would only read what the one that collects could read while it is near.
            let large = threads > 1 && file.plain_size() > size as u64;
            if columns.is_none() && !(large && rows.is_in_pieces()) {
                return Ok(Opened::Whole(Box::new(rows)));
            }
            let feed = rows.take_feed().map_err(|error| unreadable(file, error))?;
            let of = (columns, rows.source(), rows.head);
            let job = Job::new(file, places[number], of, feed, (size, threads), common.empty());
            Ok(Opened::Chunks(Box::new(rows), Arc::new(job)))
        };
        let reopen = &|number: usize| open(&files[number]).map(|(rows, _)| rows);
        std::thread::scope(|scope| {
            // However collecting ends, the threads end with it.
            let stops = Stops(roster);
            let start = |hand| scope.spawn(move || work(roster, common, hand, (begin, reopen)));
            let threads: Vec<_> = std::mem::take(&mut self.hands).into_iter().map(start).collect();
            let outcome = collect(roster);
            drop(stops);
            // A thread that broke down was told of.
            let ended: Vec<_> = threads.into_iter().flat_map(|thread| thread.join()).collect();
            outcome?;
            ended.into_iter().collect::<io::Result<()>>().map_err(IntakeError::Shelf)
        })
    }
}

/// Ends the threads when it is let go.
struct Stops<'a, 'r>(&'a Roster<'r>);

impl Drop for Stops<'_, '_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A thread that breaks down says so, and nobody waits for it.
struct Breaks<'a, 'r>(&'a Roster<'r>);

impl Drop for Breaks<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.broke();
        }
    }
}

/// Opens files and reads chunks as long as there are any; in the end all marks are put down. Rows of the ordinary reader
/// come of a file that is opened once more.
fn work<'r>(
    roster: &Roster<'r>,
    common: &Common<'_>,
    mut hand: Box<dyn Hand + '_>,
    (begin, reopen): (
        &impl Fn(usize) -> Result<Opened<'r>, IntakeError>,
        &impl Fn(usize) -> Result<Rows<'r>, IntakeError>,
    ),
) -> io::Result<()> {
    let (_breaks, mut memory) = (Breaks(roster), Buffer::default());
    while let Some(task) = roster.task() {
        match task {
            Task::Open(file) => roster.opened(file, begin(file)),
            Task::Read(file, job) => {
                let put = |number, done| {
                    roster.put(file, number, done);
                    roster.goes_on(file)
                };
                let read = if job.is_ordinary() {
                    reopen(file).and_then(|mut rows| job.read_rows(&mut rows, &mut memory, put))
                } else {
                    job.read(common, &mut *hand, &mut memory, put)
                };
                match read {
                    Ok(true) => roster.ended(file),
                    Ok(false) => {}
                    Err(error) => roster.failed(file, error),
                }
                roster.left(file);
            }
        }
    }
    hand.finish()
}

/// What bytes are known by, to notice that a file is not the same any more.
pub(in crate::intake) fn check(text: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::quality::FixedState::with_seed(1).build_hasher();
    hasher.write(text);
    hasher.finish()
}
