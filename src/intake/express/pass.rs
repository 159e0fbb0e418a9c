//! Reads files on several threads: one cuts chunks and sees to the rows that are left to the ordinary
//! reader, in the order of the file; the others take what can be taken.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::source::Input;
use super::chunk::{self, Left, Read};
use super::columns::Columns;
use super::cutter::{Chunk, Cutter};
use super::lane::Lane;
use super::quoted;
use super::shapes::Places;
use crate::fact::bulk::{Hand, Shelf};
use crate::fact::{Count, HashKey, Horizon, Lens, Tally};
use crate::money::Currency;

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
    /// Where the next file begins: bytes of all files before it.
    next: u64,
}

/// A file that was read on the express way.
pub(in crate::intake) struct FilePass {
    pub(in crate::intake) columns: Columns,
    pub(in crate::intake) source: String,
    /// Where its rows begin in the delivery: places of rows are counted on from file to file.
    pub(in crate::intake) start: u64,
    pub(in crate::intake) chunks: Vec<ChunkAt>,
    /// Bytes of a chunk, roughly.
    pub(in crate::intake) size: usize,
    /// Bytes of all chunks.
    pub(in crate::intake) bytes: u64,
    /// Bytes before the first chunk; known once the file was read to its end.
    pub(in crate::intake) head: u64,
    /// What its header is known by.
    pub(in crate::intake) header: u64,
    pub(in crate::intake) sums: Poured,
}

/// What rows of a file add up to: for each zone, and repeats.
#[derive(Clone, Default)]
pub(in crate::intake) struct Poured {
    pub(in crate::intake) tallies: Vec<Tally>,
    pub(in crate::intake) repeats: BTreeMap<Option<Currency>, Count>,
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

/// Rows of a chunk that the ordinary reader has to read.
pub(in crate::intake) struct Rest<'a> {
    /// Where the chunk begins in the delivery.
    pub(in crate::intake) at: u64,
    pub(in crate::intake) text: &'a [u8],
    /// The number of the chunk's first line.
    pub(in crate::intake) line: u64,
    /// Which lines; none if it is all of them.
    pub(in crate::intake) left: Option<&'a [Left]>,
    /// Rows that were taken.
    pub(in crate::intake) taken: u64,
}

/// Does with the rest of a chunk what has to be done; says how many lines the chunk has, if nobody
/// else knows.
pub(in crate::intake) trait Ordinary {
    type Error: From<io::Error>;
    /// Sees to the rows that are left. For all rows of a chunk: says the number of the line after it.
    fn rest(&mut self, rest: &Rest<'_>) -> Result<u64, Self::Error>;
}

/// A chunk, and which one of its file.
struct Job {
    number: usize,
    chunk: Chunk,
}

struct Done {
    number: usize,
    chunk: Chunk,
    knotty: Option<u64>,
    read: Read,
}

/// One thread's way to answer; a thread that breaks down says so, and nobody waits for it.
struct Answers(Sender<io::Result<Done>>);

impl Drop for Answers {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _nobody_listens = self.0.send(Err(stopped()));
        }
    }
}

impl Common<'_> {
    /// A way through a file.
    pub(in crate::intake) fn lane<'l>(&'l self, columns: &'l Columns, source: &str) -> Lane<'l> {
        Lane::new(columns, source, self)
    }

    /// Nothing added up yet.
    pub(in crate::intake) fn empty(&self) -> Poured {
        let tallies = vec![Tally::new(); self.lens.zones.len()];
        Poured { tallies, repeats: BTreeMap::new() }
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
        Ok(Self { common, hands, threads: threads.max(1), size, next: 0 })
    }

    /// Reads a file whose header was read; `line` is the number of its next line.
    pub(in crate::intake) fn file<O: Ordinary>(
        &mut self,
        columns: Columns,
        source: &str,
        input: Input,
        line: u64,
        ordinary: &mut O,
    ) -> Result<FilePass, O::Error> {
        let start = self.next;
        let (common, hands) = (&self.common, &mut self.hands);
        let sums = Mutex::new(common.empty());
        let mut course = Course {
            cutter: Cutter::at(0, input, columns.delimiter, self.size),
            limit: hands.len() * 3 + 2,
            start,
            next: 0,
            line,
            chunks: Vec::new(),
            early: BTreeMap::new(),
            spare: Vec::new(),
        };
        let (jobs, queue) = channel::<Job>();
        let (columns_of, all, queue) = (&columns, &sums, &Mutex::new(queue));
        let outcome = std::thread::scope(|scope| {
            // Dropped at the end of this block, however it is left: then the threads stop.
            let jobs = jobs;
            let (results, done) = channel();
            for hand in hands {
                let answers = Answers(results.clone());
                scope.spawn(move || {
                    let mut lane = common.lane(columns_of, source);
                    work(&mut lane, hand.as_mut(), (columns_of, start), queue, &answers);
                    lane.pour(&mut all.lock().expect("nobody panics while holding it"));
                });
            }
            drop(results);
            course.run(&jobs, &done, ordinary)
        });
        outcome?;
        let sums = sums.into_inner().expect("nobody panics while holding it");
        let bytes = course.cutter.offset();
        self.next = start + bytes;
        let (source, chunks) = (source.to_owned(), course.chunks);
        let size = self.size;
        Ok(FilePass { columns, source, start, chunks, size, bytes, head: 0, header: 0, sums })
    }

    /// All marks are put down.
    pub(in crate::intake) fn finish_marks(&mut self) -> io::Result<()> {
        std::mem::take(&mut self.hands).into_iter().try_for_each(Hand::finish)
    }
}

/// Takes chunks from the queue until there are no more.
fn work(
    lane: &mut Lane<'_>,
    hand: &mut dyn Hand,
    (columns, start): (&Columns, u64),
    queue: &Mutex<Receiver<Job>>,
    answers: &Answers,
) {
    loop {
        let job = queue.lock().expect("nobody panics while holding it").recv();
        let Ok(Job { number, chunk }) = job else { return };
        let knotty = chunk.knotty.then(|| check(&chunk.text));
        let read = if chunk.knotty {
            Ok(Read::default())
        } else {
            let (text, at) = (&chunk.text, start + chunk.offset);
            let read = if chunk.quoted || columns.are_made() {
                quoted::read(lane, text, columns, at)
            } else {
                chunk::read(lane, text, columns.delimiter, at)
            };
            hand.put(&read.marks).map(|()| read)
        };
        let answer = read.map(|read| Done { number, chunk, knotty, read });
        if answers.0.send(answer).is_err() {
            return;
        }
    }
}

/// What bytes are known by, to notice that a file is not the same any more.
pub(in crate::intake) fn check(text: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::quality::FixedState::with_seed(1).build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The way of one file's chunks: out to the threads, and back in order.
struct Course {
    cutter: Cutter<Input>,
    /// The most chunks on their way.
    limit: usize,
    /// Where the file begins in the delivery.
    start: u64,
    /// The number of the next chunk that is cut.
    next: usize,
    /// The number of the first line of the next chunk that comes back.
    line: u64,
    chunks: Vec<ChunkAt>,
    /// Chunks that came back before their turn.
    early: BTreeMap<usize, Done>,
    /// Memory to be used again.
    spare: Vec<Vec<u8>>,
}

impl Course {
    fn run<O: Ordinary>(
        &mut self,
        jobs: &Sender<Job>,
        done: &Receiver<io::Result<Done>>,
        ordinary: &mut O,
    ) -> Result<(), O::Error> {
        while let Some(chunk) = self.cutter.next(self.spare.pop().unwrap_or_default())? {
            jobs.send(Job { number: self.next, chunk }).map_err(|_| stopped())?;
            self.next += 1;
            while self.next - self.chunks.len() >= self.limit {
                self.back(done.recv().map_err(|_| stopped())??, ordinary)?;
            }
        }
        while self.chunks.len() < self.next {
            self.back(done.recv().map_err(|_| stopped())??, ordinary)?;
        }
        Ok(())
    }

    /// A chunk came back.
    fn back<O: Ordinary>(&mut self, done: Done, ordinary: &mut O) -> Result<(), O::Error> {
        self.early.insert(done.number, done);
        while let Some(done) = self.early.remove(&self.chunks.len()) {
            let Done { chunk, knotty, read, .. } = done;
            let (offset, line) = (chunk.offset, self.line);
            self.chunks.push(ChunkAt { offset, line, knotty });
            let left = (!chunk.knotty).then_some(read.left.as_slice());
            let taken = read.rows - read.left.len() as u64;
            let rest = Rest { at: self.start + offset, text: &chunk.text, line, left, taken };
            let next = ordinary.rest(&rest)?;
            self.line = if chunk.knotty { next } else { self.line + read.lines };
            self.spare.push(chunk.text);
        }
        Ok(())
    }
}

fn stopped() -> io::Error {
    io::Error::other("a thread that reads rows has stopped")
}
