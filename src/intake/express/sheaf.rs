//! Files whose rows only the ordinary reader knows: it reads them on all threads, a piece each, before it is the
//! file's turn.
//!
//! The law: rows come out as if the file had been read from its first row to its last. Each is seen to in its turn,
//! by the thread that collects; what of a row does not depend on others, is done before.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::super::IntakeError;
use super::super::again::changed;
use super::super::read::Rows;
use super::super::row::Row;
use super::buffer::Buffer;
use super::job::{Done, Job};

/// What a row weighs beside its text while it waits, roughly.
const ROW: usize = 1 << 10;

/// Lines of a piece whose rows are read ahead. A row takes far more memory than a few bytes of text.
const MANY: u64 = 1 << 11;

/// The rows of a piece.
#[derive(Debug)]
pub(in crate::intake) enum Sheaf {
    /// Read.
    Bound(Bound),
    /// Too many to be read before their turn: the number of the first line, and the text.
    Loose(u64, Vec<u8>),
}

impl Sheaf {
    /// Calls `each` with the rows, in their order.
    pub(in crate::intake) fn each<'r>(
        &self,
        rows: &mut Rows<'r>,
        each: &mut dyn FnMut(&Rows<'r>, &Row) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        match self {
            Self::Bound(bound) => bound.rows.iter().try_for_each(|row| each(rows, row)),
            Self::Loose(line, text) => {
                rows.each_in(text, *line, &mut |rows, row| each(rows, &row)).map(drop)
            }
        }
    }

    /// What it weighs while it waits.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Bound(bound) => bound.rows.iter().map(|row| row.told.weight() + ROW).sum(),
            Self::Loose(_, text) => text.len(),
        }
    }
}

/// Rows that were read. Once they were seen to, they go home to the thread that made them: memory that one thread takes
/// and another gives back costs both of them.
#[derive(Debug)]
pub(in crate::intake) struct Bound {
    rows: Vec<Row>,
    home: Sender<Vec<Row>>,
}

impl Drop for Bound {
    fn drop(&mut self) {
        // Whoever has left the file has no use for them.
        let _who_left_needs_none = self.home.send(std::mem::take(&mut self.rows));
    }
}

/// Where a thread's rows come back to.
struct Home {
    sender: Sender<Vec<Row>>,
    back: Receiver<Vec<Row>>,
}

impl Home {
    fn new() -> Self {
        let (sender, back) = channel();
        Self { sender, back }
    }

    /// Room for more rows; what came home is given back.
    fn room(&self) -> Vec<Row> {
        let mut room = Vec::new();
        for mut rows in self.back.try_iter() {
            rows.clear();
            room = rows;
        }
        room
    }

    /// The rows of a text that begins on a line.
    fn sheaf(&self, rows: &mut Rows<'_>, text: &[u8], line: u64) -> Result<Sheaf, IntakeError> {
        let mut read = self.room();
        if lines_of(text) > MANY {
            return Ok(Sheaf::Loose(line, text.to_vec()));
        }
        rows.each_in(text, line, &mut |_, row| {
            read.push(row);
            Ok(())
        })?;
        Ok(Sheaf::Bound(Bound { rows: read, home: self.sender.clone() }))
    }
}

impl Job<'_> {
    /// Reads pieces by an ordinary reader that has opened the file once more, for as long as it is wanted: `put` is given
    /// each with its number, and says whether to go on. Says whether the end was reached.
    pub(super) fn read_rows(
        &self,
        rows: &mut Rows<'_>,
        memory: &mut Buffer,
        mut put: impl FnMut(usize, Done) -> bool,
    ) -> Result<bool, IntakeError> {
        if rows.head != self.header {
            return Err(changed(self.file));
        }
        let home = Home::new();
        loop {
            rows.interrupt().check()?;
            let chunk = self.next(std::mem::take(memory));
            let Some(((number, line), chunk)) = chunk.map_err(|error| self.unread(error))? else {
                return Ok(true);
            };
            let done = Done::of(chunk.offset, home.sheaf(rows, chunk.text(), line)?);
            *memory = chunk.into_buffer();
            if !put(number, done) {
                return Ok(false);
            }
        }
    }
}

/// How many lines a text has: only the last may have no end.
pub(super) fn lines_of(text: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', text).count();
    (ends + usize::from(text.last().is_some_and(|byte| *byte != b'\n'))) as u64
}

#[cfg(test)]
mod tests {
    use super::super::job::UNKNOWN;
    use super::super::poured::Poured;
    use super::*;
    use crate::intake::{Mapping, Reader, SourceFile};

    #[test]
    fn lines_are_counted_with_the_last() {
        let counts = [("", 0), ("a", 1), ("a\n", 1), ("\n\r\n", 2), ("a\nb", 2)];
        counts
            .iter()
            .for_each(|(text, due)| assert_eq!(lines_of(text.as_bytes()), *due, "{text:?}"));
    }

    /// Else rows would be read by one header that stand under another.
    #[test]
    fn a_file_with_another_header_when_it_is_opened_again_has_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sales.jsonl");
        std::fs::write(&path, "{\"id\":\"s-1\",\"time\":\"2026-10-05\",\"kind\":\"charge\"}\n")
            .unwrap();
        let mapping = Mapping::default();
        let file = SourceFile::named(&path, &mapping).unwrap();
        let reader = Reader::new(&mapping, &[]);
        for (other, same) in [(0, true), (1, false)] {
            let mut rows = reader.open(&file).unwrap();
            let (header, feed) = (rows.head ^ other, rows.take_feed().unwrap());
            let of = (None, "own", header);
            let job = Job::new(&file, (0, UNKNOWN), of, feed, (100, 1), Poured::empty(0));
            let mut again = reader.open(&file).unwrap();
            let read = job.read_rows(&mut again, &mut Buffer::default(), |_, _| true);
            assert_eq!(read.is_ok(), same);
            assert!(same || matches!(read, Err(IntakeError::Changed { .. })));
        }
    }
}
