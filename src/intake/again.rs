//! Rows of a large file that are read for the second time.
//!
//! The law: a row that is used again is the one that was read at first, or the import fails: the file
//! has changed.

use std::borrow::Cow;
use std::fs::File;
use std::io;

use super::ahead::ahead;
use super::express::{
    Common, FilePass, Lane, Poured, Revisit, Taken, check, each_line, take_quoted,
};
use super::interrupt::Interrupt;
use super::read::{Reader, Row, Rows};
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
        let revisit = if self.file.is_packed() {
            Revisit::packed(self.pass, ahead(input))
        } else {
            open_plain(self.pass, self.file)?
        };
        Ok((rows, revisit))
    }

    /// The ordinary reader's view of single lines of the file.
    pub(super) fn rows(&self) -> Result<Rows<'p>, IntakeError> {
        self.open().map(|(rows, _)| rows)
    }

    /// Goes through some rows of a plain file, on several threads.
    pub(super) fn each_spot<T: Send>(
        &self,
        common: &Common<'_>,
        threads: usize,
        spots: &[Spot],
        act: &Act<'_, T>,
    ) -> Result<Vec<T>, IntakeError> {
        let (pass, file, interrupt) = (self.pass, self.file, &self.reader.interrupt);
        let lane = || common.lane(&pass.columns, &pass.source);
        let part = |spots: &[Spot]| {
            let revisit = open_plain(pass, file)?;
            let mut look = Look { lane: lane(), revisit, pass, file, interrupt };
            act(&mut look, spots)
        };
        let parts = spots.chunks(spots.len().div_ceil(threads).max(FEWEST));
        std::thread::scope(|scope| {
            let threads: Vec<_> = parts.map(|spots| scope.spawn(move || part(spots))).collect();
            let broke =
                |_| unreadable(file, io::Error::other("a thread that reads rows has stopped"));
            threads.into_iter().map(|thread| thread.join().map_err(broke)?).collect()
        })
    }

    /// Goes through the rows of a packed file that are looked at again, in one go: takes all of them out, counts
    /// those that repeat others, and gives the others.
    pub(super) fn unpacked(
        &self,
        common: &Common<'_>,
        repeats: &[Spot],
        ordinary: &[Spot],
        sums: &mut Poured,
    ) -> Result<Vec<Found>, IntakeError> {
        let (pass, file, interrupt) = (self.pass, self.file, &self.reader.interrupt);
        if repeats.is_empty() && ordinary.is_empty() {
            return Ok(Vec::new());
        }
        let lane = common.lane(&pass.columns, &pass.source);
        let mut look = Look { lane, revisit: self.open()?.1, pass, file, interrupt };
        let found = look.both(repeats, ordinary)?;
        sums.add(look.lane.poured());
        Ok(found)
    }

    /// Gives the rows that were noted, in the order of the file. `noted` may have a row more than once.
    pub(super) fn each_noted(
        &self,
        mut noted: Vec<Noted>,
        each: &mut dyn FnMut(Row) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        noted.sort_unstable_by_key(|noted| (noted.at, noted.line));
        noted.dedup_by_key(|noted| (noted.at, noted.line));
        if noted.is_empty() {
            return Ok(());
        }
        let (mut rows, mut revisit) = self.open()?;
        let fail = |source| unreadable(self.file, source);
        for group in noted.chunk_by(|a, b| a.at == b.at) {
            self.reader.interrupt.check()?;
            let (first, at) = (group[0], group[0].at - self.pass.start);
            if !revisit.is_knotty(at) {
                let text = revisit.row_at(at).map_err(fail)?;
                let text = text.filter(|text| check(text) == first.check);
                each(rows.line(text.ok_or_else(|| changed(self.file))?, first.line))?;
                continue;
            }
            let chunk = revisit.chunk_at(at).map_err(fail)?;
            let (line, text) = chunk.ok_or_else(|| changed(self.file))?;
            rows.each_in(&text, line, &mut |_, row| {
                let asked = group.binary_search_by_key(&row.line, |noted| noted.line).is_ok();
                if asked { each(row) } else { Ok(()) }
            })?;
        }
        Ok(())
    }
}

/// What a thread does with its part of the rows.
type Act<'a, T> = dyn Fn(&mut Look<'_>, &[Spot]) -> Result<T, IntakeError> + Sync + 'a;

/// Rows that one thread sees to at least.
const FEWEST: usize = 64;

/// One thread's look at rows that were taken on the express way.
pub(super) struct Look<'l> {
    pub(super) lane: Lane<'l>,
    revisit: Revisit<'l>,
    pass: &'l FilePass,
    file: &'l SourceFile,
    interrupt: &'l Interrupt,
}

impl Look<'_> {
    /// Takes rows out that repeat others.
    pub(super) fn repeats(&mut self, spots: &[Spot]) -> Result<(), IntakeError> {
        for spot in spots {
            let taken = self.take(spot, |_| ())?.0;
            self.lane.repeat(&taken);
        }
        Ok(())
    }

    /// Takes rows out that the ordinary reader is to have.
    pub(super) fn ordinary(&mut self, spots: &[Spot]) -> Result<Vec<Found>, IntakeError> {
        let mut found = Vec::with_capacity(spots.len());
        for spot in spots {
            let line = self.revisit.line_at(spot.at - self.pass.start);
            let line = line.map_err(|source| unreadable(self.file, source))?;
            let (taken, text) = self.take(spot, <[u8]>::to_vec)?;
            self.lane.remove(&taken);
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
        spots.iter().try_for_each(|spot| {
            let line = self.revisit.line_at(spot.at - self.pass.start);
            line.map_err(|source| unreadable(self.file, source))?;
            self.repeats(std::slice::from_ref(spot))
        })
    }

    /// Reads a row as on the first pass.
    fn take<T>(
        &mut self,
        spot: &Spot,
        keep: impl FnOnce(&[u8]) -> T,
    ) -> Result<(Taken, T), IntakeError> {
        self.interrupt.check()?;
        let row = self.revisit.row_at(spot.at - self.pass.start);
        let row = row.map_err(|source| unreadable(self.file, source))?;
        let row = row.ok_or_else(|| changed(self.file))?;
        let columns = &self.pass.columns;
        let (mut taken, delimiter) = (None, columns.delimiter());
        let (whole, given) = (ended(row), row);
        let row = whole.as_ref();
        if columns.are_made() || row.contains(&b'"') {
            taken = take_quoted(&mut self.lane, row, columns);
        } else {
            each_line(row, delimiter, |_, from, ends| taken = self.lane.take(row, from, ends));
        }
        let taken = taken.filter(|taken| taken.mark.check() == spot.check);
        let taken = taken.filter(|_| std::str::from_utf8(given).is_ok());
        Ok((taken.ok_or_else(|| changed(self.file))?, keep(given)))
    }
}

/// A line without its end as text that ends where it does: of two signs that may end a line, one is
/// taken away once more.
fn ended(line: &[u8]) -> Cow<'_, [u8]> {
    match line.last() {
        Some(b'\r') => Cow::Owned([line, b"\r"].concat()),
        Some(_) | None => Cow::Borrowed(line),
    }
}

fn open_plain<'p>(pass: &'p FilePass, file: &SourceFile) -> Result<Revisit<'p>, IntakeError> {
    let open = File::open(&file.path).map_err(|source| unreadable(file, source))?;
    Ok(Revisit::plain(pass, open))
}

pub(super) fn changed(file: &SourceFile) -> IntakeError {
    IntakeError::Changed { path: file.path.clone() }
}

pub(super) fn unreadable(file: &SourceFile, source: io::Error) -> IntakeError {
    IntakeError::Read { path: file.path.clone(), source }
}
