//! Rows of a large file that are read for the second time.
//!
//! The law: a row that is used again is the one that was read at first, or the import fails: the file
//! has changed.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ahead::ahead;
use super::discover::Layout;
use super::express::{
    AT_ONCE, Columns, Common, FilePass, Lane, Poured, Revisit, Taken, check, each_line, take_quoted,
};
use super::interrupt::Interrupt;
use super::kept::Kept;
use super::piece::Asked;
use super::read::{Reader, Rows};
use super::several::{Lines, ended};
use super::{IntakeError, SourceFile};
use crate::fact::Hash;
use crate::fact::bulk::Spot;

/// Where a row is whose id went the ordinary way.
#[derive(Clone, Copy)]
pub(super) struct Noted {
    pub(super) id: Hash,
    /// Where it begins in the delivery; if only the ordinary reader knows its chunk, where that begins.
    pub(super) at: u64,
    pub(super) line: u64,
    /// What its text is known by; of no use for rows of such a chunk.
    pub(super) check: u64,
}

impl Noted {
    /// A row that is one line of the text.
    pub(super) fn plain(id: Hash, at: u64, line: u64, text: &[u8]) -> Self {
        Self { id, at, line, check: check(text) }
    }
}

/// A row that was read again on the express way, for the ordinary reader.
pub(super) struct Found {
    pub(super) at: u64,
    pub(super) line: u64,
    pub(super) text: Vec<u8>,
}

/// A large file whose rows are read again.
#[derive(Clone, Copy)]
pub(super) struct Again<'p> {
    pub(super) pass: &'p FilePass,
    pub(super) reader: &'p Reader<'p>,
    pub(super) file: &'p SourceFile,
}

impl<'p> Again<'p> {
    /// Its rows as the ordinary reader sees them, and the file to look for them.
    fn open(&self) -> Result<(Rows<'p>, Revisit<'p>), IntakeError> {
        let mut rows = self.reader.open(self.file)?;
        let (input, _) = rows.take_input().ok_or_else(|| changed(self.file))?;
        if rows.head != self.pass.header {
            return Err(changed(self.file));
        }
        let revisit = match rows.walk() {
            Some(walk) => Revisit::rows(self.pass, walk),
            None if self.file.is_packed() => Revisit::packed(self.pass, ahead(input)),
            None => open_plain(self.pass, self.file)?,
        };
        Ok((rows, revisit))
    }

    /// The ordinary reader's view of single lines of the file.
    pub(super) fn rows(&self) -> Result<Rows<'p>, IntakeError> {
        self.open().map(|(rows, _)| rows)
    }

    /// One thread's look at single rows of a plain file.
    fn look<'l>(&self, common: &'l Common<'_>) -> Result<Look<'l>, IntakeError>
    where
        'p: 'l,
    {
        let Self { pass, reader, file } = *self;
        let lane = common.lane(&pass.columns, &pass.source);
        Ok(Look {
            lane,
            revisit: open_plain(pass, file)?,
            pass,
            file,
            interrupt: &reader.interrupt,
        })
    }

    /// Takes rows of a plain file out of its sums that repeat others: part by part, as long as other threads leave
    /// any. Rows before `begun` were begun by somebody.
    pub(super) fn repeats(
        &self,
        common: &Common<'_>,
        spots: &[Spot],
        begun: &AtomicUsize,
        sums: &Mutex<Poured>,
    ) -> Result<(), IntakeError> {
        let mut look = None;
        let outcome = loop {
            let from = begun.fetch_add(PART, Ordering::Relaxed);
            let Some(rest) = spots.get(from..).filter(|rest| !rest.is_empty()) else {
                break Ok(());
            };
            let part = &rest[..rest.len().min(PART)];
            let done = match &mut look {
                None => self.look(common).and_then(|new| look.insert(new).repeats(part)),
                Some(look) => look.repeats(part),
            };
            if done.is_err() {
                leave(spots, begun);
                break done;
            }
        };
        if let Some(look) = look {
            sums.lock().expect("nobody panics while holding it").add(look.lane.poured());
        }
        outcome
    }

    /// Takes rows of a plain file out of its sums for the ordinary reader, on several threads.
    pub(super) fn ordinary(
        &self,
        common: &Common<'_>,
        threads: usize,
        spots: &[Spot],
        sums: &Mutex<Poured>,
    ) -> Result<Vec<Found>, IntakeError> {
        let part = |spots: &[Spot]| {
            let mut look = self.look(common)?;
            let found = look.ordinary(spots)?;
            sums.lock().expect("nobody panics while holding it").add(look.lane.poured());
            Ok(found)
        };
        let parts = spots.chunks(spots.len().div_ceil(threads).max(FEWEST));
        self.on_threads(parts, part)
    }

    /// What the parts of a file bring, in their order; each is seen to by a thread.
    fn on_threads<P: Send>(
        &self,
        parts: impl Iterator<Item = P>,
        see_to: impl Fn(P) -> Result<Vec<Found>, IntakeError> + Sync,
    ) -> Result<Vec<Found>, IntakeError> {
        let see_to = &see_to;
        let found: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = parts.map(|part| scope.spawn(move || see_to(part))).collect();
            let broke =
                |_| unreadable(self.file, io::Error::other("a thread that reads rows has stopped"));
            threads.into_iter().map(|thread| thread.join().map_err(broke)?).collect()
        });
        let found: Vec<Vec<Found>> = found.into_iter().collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Goes through the rows of a packed file that are looked at again: takes all of them out, counts those that
    /// repeat others, and gives the others. In one go, if its rows are lines; else part by part, each on a thread.
    pub(super) fn unpacked(
        &self,
        common: &Common<'_>,
        threads: usize,
        (repeats, ordinary): (&[Spot], &[Spot]),
        sums: &Mutex<Poured>,
    ) -> Result<Vec<Found>, IntakeError> {
        let parts = if self.file.layout() == Layout::Parquet { threads.max(1) as u64 } else { 1 };
        let end = |part: u64| self.pass.start + self.pass.bytes / parts * (part + 1);
        let within = |part: u64, spots: &[Spot]| {
            let behind = |part| {
                if part + 1 == parts {
                    return spots.len();
                }
                spots.partition_point(|spot| spot.at < end(part))
            };
            part.checked_sub(1).map_or(0, behind)..behind(part)
        };
        self.on_threads(0..parts, |part| {
            let repeats = &repeats[within(part, repeats)];
            self.in_one_go(common, repeats, &ordinary[within(part, ordinary)], sums)
        })
    }

    fn in_one_go(
        &self,
        common: &Common<'_>,
        repeats: &[Spot],
        ordinary: &[Spot],
        sums: &Mutex<Poured>,
    ) -> Result<Vec<Found>, IntakeError> {
        let (pass, file, interrupt) = (self.pass, self.file, &self.reader.interrupt);
        if repeats.is_empty() && ordinary.is_empty() {
            return Ok(Vec::new());
        }
        let lane = common.lane(&pass.columns, &pass.source);
        let mut look = Look { lane, revisit: self.open()?.1, pass, file, interrupt };
        let found = look.both(repeats, ordinary)?;
        sums.lock().expect("nobody panics while holding it").add(look.lane.poured());
        Ok(found)
    }

    /// Gives the rows that were noted, in the order of the file. `noted` may have a row more than once. The
    /// file is not read again if the texts of all of them were kept.
    pub(super) fn each_noted(
        &self,
        mut noted: Vec<Noted>,
        kept: &Kept,
        each: &mut dyn FnMut(&mut Rows<'_>, Asked<'_>) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        noted.sort_unstable_by_key(|noted| (noted.at, noted.line));
        noted.dedup_by_key(|noted| (noted.at, noted.line));
        if noted.is_empty() {
            return Ok(());
        }
        if let Some(texts) = kept.all(noted.iter().map(|noted| noted.at)) {
            let mut rows = self.rows()?;
            let mut noted = noted.iter().zip(texts);
            return noted
                .try_for_each(|(noted, text)| each(&mut rows, Asked::Text(noted.line, text)));
        }
        let (mut rows, mut revisit) = self.open()?;
        let fail = |source| unreadable(self.file, source);
        for group in noted.chunk_by(|a, b| a.at == b.at) {
            self.reader.interrupt.check()?;
            let (first, at) = (group[0], group[0].at - self.pass.start);
            if !revisit.is_knotty(at) {
                let text = revisit.row_at(at, std::iter::empty()).map_err(fail)?;
                let text = text.filter(|text| check(text) == first.check);
                let text = text.ok_or_else(|| changed(self.file))?;
                each(&mut rows, Asked::Text(first.line, text))?;
                continue;
            }
            let chunk = revisit.chunk_at(at).map_err(fail)?;
            let (line, text) = chunk.ok_or_else(|| changed(self.file))?;
            let mut asked = Vec::new();
            rows.each_in(&text, line, &mut |_, row| {
                if group.binary_search_by_key(&row.line, |noted| noted.line).is_ok() {
                    asked.push(row);
                }
                Ok(())
            })?;
            asked.into_iter().try_for_each(|row| each(&mut rows, Asked::Row(row)))?;
        }
        Ok(())
    }
}

/// No thread is to begin any more of some rows.
pub(super) fn leave(spots: &[Spot], begun: &AtomicUsize) {
    begun.fetch_max(spots.len(), Ordering::Relaxed);
}

/// Bytes of text that are read again at once, roughly.
const ENOUGH: usize = 16 << 10;
/// Rows that one thread sees to at least.
pub(super) const FEWEST: usize = 64;
/// Rows that a thread takes at once of those that any may take.
const PART: usize = 512;

/// One thread's look at rows that were taken on the express way.
struct Look<'l> {
    lane: Lane<'l>,
    revisit: Revisit<'l>,
    pass: &'l FilePass,
    file: &'l SourceFile,
    interrupt: &'l Interrupt,
}

impl Look<'_> {
    /// Takes rows out that repeat others.
    fn repeats(&mut self, spots: &[Spot]) -> Result<(), IntakeError> {
        let (mut lines, mut rest) = (Lines::default(), spots);
        while !rest.is_empty() {
            lines.clear();
            for (number, spot) in rest.iter().take(AT_ONCE).enumerate() {
                lines.push(self.row(spot, &rest[number + 1..])?, spot.check);
                if lines.text.len() > ENOUGH {
                    break;
                }
            }
            for left in self.lane.repeat_many(&lines.text, &lines.checks) {
                self.repeat(lines.row(left), lines.checks[left])?;
            }
            (_, rest) = rest.split_at(lines.checks.len());
        }
        Ok(())
    }

    /// Takes a row out that repeats another.
    fn repeat(&mut self, row: &[u8], check: u64) -> Result<(), IntakeError> {
        let taken = understood(&mut self.lane, &self.pass.columns, row, check);
        self.lane.repeat(&taken.ok_or_else(|| changed(self.file))?);
        Ok(())
    }

    /// The text of a row as it is now; those behind will be asked for next.
    fn row(&mut self, spot: &Spot, next: &[Spot]) -> Result<&[u8], IntakeError> {
        self.interrupt.check()?;
        let start = self.pass.start;
        let row = self.revisit.row_at(spot.at - start, next.iter().map(|spot| spot.at - start));
        let row = row.map_err(|source| unreadable(self.file, source))?;
        row.ok_or_else(|| changed(self.file))
    }

    /// Takes rows out that the ordinary reader is to have.
    fn ordinary(&mut self, spots: &[Spot]) -> Result<Vec<Found>, IntakeError> {
        let mut found = Vec::with_capacity(spots.len());
        for spot in spots {
            let line = self.revisit.line_at(spot.at - self.pass.start);
            let line = line.map_err(|source| unreadable(self.file, source))?;
            let text = self.row(spot, &[])?.to_vec();
            let taken = understood(&mut self.lane, &self.pass.columns, &text, spot.check);
            self.lane.remove(&taken.ok_or_else(|| changed(self.file))?);
            found.push(Found { at: spot.at, line, text });
        }
        Ok(found)
    }

    /// The same for both, row by row in the order of the file.
    fn both(&mut self, repeats: &[Spot], ordinary: &[Spot]) -> Result<Vec<Found>, IntakeError> {
        let (mut found, mut before) = (Vec::with_capacity(ordinary.len()), repeats);
        for spot in ordinary {
            let (now, later) = before.split_at(before.partition_point(|other| other.at < spot.at));
            self.counted(now)?;
            found.extend(self.ordinary(std::slice::from_ref(spot))?);
            before = later;
        }
        self.counted(before)?;
        Ok(found)
    }

    /// Takes rows out that repeat others, and goes on counting lines.
    fn counted(&mut self, spots: &[Spot]) -> Result<(), IntakeError> {
        if self.file.layout() == Layout::Parquet {
            // Their numbers are their places.
            return self.repeats(spots);
        }
        spots.iter().try_for_each(|spot| {
            let line = self.revisit.line_at(spot.at - self.pass.start);
            line.map_err(|source| unreadable(self.file, source))?;
            let row = self.row(spot, &[])?.to_vec();
            self.repeat(&row, spot.check)
        })
    }
}

/// A row as it was understood on the first pass; none if it is another one now.
fn understood(lane: &mut Lane<'_>, columns: &Columns, given: &[u8], check: u64) -> Option<Taken> {
    let (whole, mut taken) = (ended(given), None);
    let row = whole.as_ref();
    if columns.are_made() || row.contains(&b'"') {
        taken = take_quoted(lane, row, columns);
    } else {
        each_line(row, columns.delimiter(), |_, from, ends| taken = lane.take(row, from, ends));
    }
    taken.filter(|taken| taken.mark.check() == check && std::str::from_utf8(given).is_ok())
}

fn open_plain<'p>(pass: &'p FilePass, file: &SourceFile) -> Result<Revisit<'p>, IntakeError> {
    let open = open_untouched(&file.path).map_err(|source| unreadable(file, source))?;
    Ok(Revisit::plain(pass, open))
}

/// Opens a file of which no reading is noted: to ask for the time each time is a tenth of reading a row. Only
/// its owner may do so.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn open_untouched(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    /// As these machines have it.
    const O_NOATIME: i32 = 0o1_000_000;
    let noted = |_| File::open(path);
    File::options().read(true).custom_flags(O_NOATIME).open(path).or_else(noted)
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn open_untouched(path: &Path) -> io::Result<File> {
    File::open(path)
}

pub(super) fn changed(file: &SourceFile) -> IntakeError {
    IntakeError::Changed { path: file.path.clone() }
}

pub(super) fn unreadable(file: &SourceFile, source: io::Error) -> IntakeError {
    IntakeError::Read { path: file.path.clone(), source }
}
