//! A file that is read in chunks: on the express way, or by the ordinary reader before it is the file's turn. Its
//! chunks, for whoever comes for one.
//!
//! The law: what a chunk holds, and what becomes of it, does not depend on the thread that reads it. Under the
//! lock of a file a thread does no more than to read a piece of it and to find where its lines end; it works
//! on the piece while that lies in the cache of its own core.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::again::{changed, unreadable};
use super::super::parquet::Shared;
use super::super::piece::Feed;
use super::super::source::{CHUNK, Tap};
use super::super::{IntakeError, SourceFile};
use super::buffer::Buffer;
use super::chunk::{self, Left, Places, Read};
use super::columns::Columns;
use super::cutter::{Chunk, Cutter};
use super::lane::Lane;
use super::pass::{ChunkAt, Common, FilePass, LineAt, check};
use super::poured::Poured;
use super::quoted;
use super::sheaf::{Sheaf, lines_of};
use crate::fact::bulk::Hand;

/// Bytes of text that are written out at once, roughly: it is read by the same core.
const NEAR: usize = 1 << 18;

/// Bytes of text of which the ordinary reader reads the rows before they are collected.
const FEW: usize = 1 << 16;

/// Places for a file of which nobody knows how many plain bytes it has: a tebibyte.
pub(super) const UNKNOWN: u64 = 1 << 40;

/// Where the rows of each file begin in the delivery, and how many places they have: a file can then be
/// read before the ones before it are. A plain file that needs more has grown.
pub(super) fn places(files: &[SourceFile]) -> Vec<(u64, u64)> {
    let size = |file: &SourceFile| file.path.metadata().map_or(0, |data| data.len());
    let known = |file: &SourceFile| Some(size(file)).filter(|size| *size > 0 && !file.is_packed());
    let mut next = 0_u64;
    let place = |file: &SourceFile| {
        let (start, room) = (next, known(file).unwrap_or(UNKNOWN));
        next = next.saturating_add(room);
        (start, room)
    };
    files.iter().map(place).collect()
}

/// What all threads know of a file that they read.
pub(in crate::intake) struct Job<'r> {
    /// None if the ordinary reader reads its rows.
    columns: Option<Columns>,
    source: String,
    /// What its header is known by.
    pub(super) header: u64,
    pub(super) file: &'r SourceFile,
    /// Where its rows begin in the delivery, and how many places they have.
    pub(in crate::intake) start: u64,
    room: u64,
    /// Bytes of a chunk, roughly.
    size: usize,
    /// Bytes before the first chunk.
    head: u64,
    /// The number of the first line behind them.
    pub(in crate::intake) line: u64,
    /// Who takes the digest, if it is taken by chunks.
    tap: Option<Tap>,
    supply: Supply,
    sums: Mutex<Poured>,
}

/// What chunks are made of.
enum Supply {
    Lines(Mutex<Lines>),
    /// Written out with this between their fields.
    Columns(Shared, u8),
}

/// The bytes of a file, chunk by chunk.
struct Lines {
    cutter: Cutter<Box<dyn io::Read + Send>>,
    /// The number of the next chunk.
    next: usize,
    /// That of its first line, if the ordinary reader is to have it.
    line: u64,
}

/// Which of its chunks one is, and the number of its first line, if the ordinary reader is to have it.
type Turn = (usize, u64);

/// What came of a chunk.
#[derive(Debug)]
pub(in crate::intake) struct Done {
    /// Where it begins, among the plain bytes behind the header.
    pub(in crate::intake) offset: u64,
    /// Its lines, if they are known.
    pub(in crate::intake) lines: u64,
    /// Rows that were taken.
    pub(in crate::intake) taken: u64,
    /// What its bytes are known by, if only the ordinary reader knows its rows.
    pub(in crate::intake) knotty: Option<u64>,
    /// Where some of its lines begin in it, and which they are, from 0.
    pub(in crate::intake) begun: Vec<(usize, u64)>,
    /// Rows that are left to the ordinary reader; their text, one behind the other. Of a chunk that only
    /// that one knows, all of it.
    left: Vec<Left>,
    text: Vec<u8>,
    /// Its rows, if the ordinary reader reads the file.
    pub(in crate::intake) sheaf: Option<Sheaf>,
}

impl Done {
    /// A chunk of which the ordinary reader has all rows.
    pub(super) fn of(offset: u64, sheaf: Sheaf) -> Self {
        Self { sheaf: Some(sheaf), ..Self::at(offset) }
    }

    /// A chunk of which nothing is known yet.
    fn at(offset: u64) -> Self {
        let (begun, left, text) = Default::default();
        Self { offset, lines: 0, taken: 0, knotty: None, begun, left, text, sheaf: None }
    }

    /// What it weighs while it waits.
    pub(super) fn weight(&self) -> usize {
        let lists = size_of_val(&self.left[..]) + size_of_val(&self.begun[..]);
        let sheaf = self.sheaf.as_ref().map_or(0, Sheaf::weight);
        size_of::<Self>() + lists + self.text.len() + sheaf
    }

    /// The whole text of a chunk that only the ordinary reader knows.
    pub(in crate::intake) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Lines that were left, each with its text.
    pub(in crate::intake) fn left(&self) -> impl Iterator<Item = (&Left, &[u8])> {
        let mut from = 0;
        self.left.iter().map(move |left| {
            let text = &self.text[from..from + (left.to - left.from)];
            from += text.len();
            (left, text)
        })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'r> Job<'r> {
    /// A file whose header was read and is known by something, and its places.
    #[cfg_attr(
        not(feature = "parquet"),
        allow(unreachable_code, reason = "no file has columns then")
    )]
    pub(super) fn new(
        file: &'r SourceFile,
        (start, room): (u64, u64),
        (columns, source, header): (Option<Columns>, &str, u64),
        feed: Feed,
        (size, threads): (usize, usize),
        sums: Poured,
    ) -> Self {
        let Feed { input, carry, tap, head, line, delimiter, sheet } = feed;
        let size = if columns.is_some() { size } else { size.min(FEW) };
        let supply = match sheet {
            Some(sheet) => Supply::Columns(
                sheet.shared(threads > 1),
                delimiter.expect("rows are written out with one"),
            ),
            None => {
                let cutter = Cutter::at((head, 0), carry, input, delimiter, size);
                Supply::Lines(Mutex::new(Lines { cutter, next: 0, line }))
            }
        };
        Self {
            columns,
            source: source.to_owned(),
            header,
            file,
            start,
            room,
            size,
            head,
            line,
            tap,
            supply,
            sums: Mutex::new(sums),
        }
    }

    /// Does the ordinary reader read its rows?
    pub(in crate::intake) fn is_ordinary(&self) -> bool {
        self.columns.is_none()
    }

    /// Where the fields of a file on the express way stand.
    fn columns(&self) -> &Columns {
        self.columns.as_ref().expect("the ordinary reader does not ask for them")
    }

    /// Must its bytes be unpacked one after the other?
    pub(super) fn is_packed(&self) -> bool {
        match &self.supply {
            Supply::Lines(_) => self.tap.is_none(),
            Supply::Columns(..) => false,
        }
    }

    /// Where the rows of a chunk are in the delivery that begins at a place of the file.
    pub(in crate::intake) fn places(&self, offset: u64) -> Places {
        match &self.supply {
            Supply::Lines(_) => Places::Bytes(self.start + offset),
            Supply::Columns(..) => Places::Rows(self.start + offset),
        }
    }

    /// The file, once all threads have left it; with its chunks and what its header is known by.
    pub(in crate::intake) fn passed(
        &self,
        (chunks, lines): (Vec<ChunkAt>, Vec<LineAt>),
        header: u64,
    ) -> FilePass {
        FilePass {
            columns: self.columns().clone(),
            source: self.source.clone(),
            start: self.start,
            chunks,
            lines,
            size: self.size,
            bytes: match &self.supply {
                Supply::Lines(lines) => locked(lines).cutter.offset(),
                Supply::Columns(shared, _) => shared.rows(),
            },
            head: self.head,
            header,
            sums: std::mem::take(&mut locked(&self.sums)),
        }
    }

    /// Reads chunks for as long as it is wanted: `put` is given each with its number, and says whether to
    /// go on. Says whether the end was reached.
    pub(super) fn read(
        &self,
        common: &Common<'_>,
        hand: &mut dyn Hand,
        memory: &mut Buffer,
        mut put: impl FnMut(usize, Done) -> bool,
    ) -> Result<bool, IntakeError> {
        let mut lane = common.lane(self.columns(), &self.source);
        let mut ended = false;
        loop {
            let chunk = self.next(std::mem::take(memory));
            let Some(((number, _), chunk)) = chunk.map_err(|error| self.unread(error))? else {
                ended = true;
                break;
            };
            let done = self.take(&mut lane, hand, &chunk).map_err(IntakeError::Shelf)?;
            *memory = chunk.into_buffer();
            if !put(number, done) {
                break;
            }
        }
        let poured = lane.poured();
        locked(&self.sums).add(poured);
        Ok(ended)
    }

    /// Why it cannot be read on: a plain file that has no places left has grown.
    pub(super) fn unread(&self, error: io::Error) -> IntakeError {
        match error.kind() {
            io::ErrorKind::FileTooLarge if !self.file.is_packed() => changed(self.file),
            _ => unreadable(self.file, error),
        }
    }

    /// Cuts the next chunk and takes its digest.
    pub(super) fn next(&self, memory: Buffer) -> io::Result<Option<(Turn, Chunk)>> {
        let (turn, mut chunk) = match &self.supply {
            Supply::Lines(lines) => {
                let mut lines = locked(lines);
                let Some(chunk) = lines.cutter.next(memory)? else { return Ok(None) };
                if lines.cutter.offset() > self.room {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                let turn = (lines.next, lines.line);
                lines.next += 1;
                if self.is_ordinary() {
                    lines.line += lines_of(chunk.text());
                }
                (turn, chunk)
            }
            Supply::Columns(shared, delimiter) => {
                return self.written(shared, *delimiter, memory);
            }
        };
        chunk.settle(self.tap.as_ref());
        Ok(Some((turn, chunk)))
    }

    /// Writes the next rows out that were never lines.
    fn written(
        &self,
        shared: &Shared,
        delimiter: u8,
        mut memory: Buffer,
    ) -> io::Result<Option<(Turn, Chunk)>> {
        let Some((number, strip)) = shared.next(self.size.min(NEAR))? else { return Ok(None) };
        let first = strip.first;
        if first > self.room {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        memory.begin(&[]);
        if let Some(tap) = &self.tap {
            // Nobody has to wait for the digest of the whole file then.
            tap.read_to(shared.bytes(), memory.room(CHUNK))?;
        }
        let look = shared.put(strip, &mut memory)?;
        let turn = (number, self.line + first);
        Ok(Some((turn, Chunk::of_rows(first, memory, look, delimiter))))
    }

    /// Takes the rows of a chunk that can be taken.
    fn take(&self, lane: &mut Lane<'_>, hand: &mut dyn Hand, chunk: &Chunk) -> io::Result<Done> {
        let (text, offset) = (chunk.text(), chunk.offset);
        if chunk.knotty {
            let (knotty, text) = (Some(check(text)), text.to_vec());
            return Ok(Done { knotty, text, ..Done::at(offset) });
        }
        let (columns, at) = (self.columns(), self.places(offset));
        let Read { lines, rows, marks, left, begun } = if chunk.quoted || columns.are_made() {
            quoted::read(lane, hand, (text, chunk.ascii), columns, at)?
        } else {
            chunk::read(lane, hand, (text, chunk.ascii), columns.delimiter, at)?
        };
        hand.put_batch(&marks.batch())?;
        let mut kept = Vec::new();
        left.iter().for_each(|it| kept.extend_from_slice(&text[it.from..it.to]));
        let taken = rows - left.len() as u64;
        Ok(Done { lines, taken, begun, left, text: kept, ..Done::at(offset) })
    }
}
