//! Collects what comes of a file that is read in chunks, and sees to the rows that the express way has left.
//!
//! The law: rows reach the ordinary reader in the order of the file, with their line and their place.

use super::again::Noted;
use super::express::{ChunkAt, Done, FilePass, Job, LineAt, Places, Roster};
use super::import::Run;
use super::kept::Ordinary;
use super::read::Rows;
use super::row::Row;
use super::{IntakeError, SourceFile};

/// Sees to a file of which others read the rows, as the ordinary reader does. The first may stand in `rows`: those that
/// were read to find out what the file holds.
pub(super) fn rows(
    run: &mut Run<'_>,
    file: &SourceFile,
    mut rows: Rows<'_>,
    roster: &Roster<'_>,
) -> Result<(), IntakeError> {
    let (number, mut count) = (run.open(&rows, file), 0);
    while let Some(row) = rows.next_row()? {
        count += 1;
        run.row(number, &rows, &file.name, &row)?;
    }
    while let Some(ready) = roster.next()? {
        for sheaf in ready.iter().filter_map(|done| done.sheaf.as_ref()) {
            sheaf.each(&mut rows, &mut |rows, row| {
                count += 1;
                run.row(number, rows, &file.name, row)
            })?;
        }
        run.tell(&file.name, count, rows.bytes());
        rows.interrupt().check()?;
    }
    run.close(number, rows, file, count).map(drop)
}

/// Sees to the rows of a file that the express way leaves.
pub(super) struct Counter<'c, 'r, 'a> {
    run: &'c mut Run<'a>,
    rows: Box<Rows<'r>>,
    number: usize,
    file: &'c SourceFile,
    job: &'c Job<'r>,
    ordinary: &'c mut Ordinary,
    /// Rows so far.
    count: u64,
    /// Where the file begins in the delivery.
    start: u64,
    /// The number of the first line of the next chunk.
    line: u64,
    chunks: Vec<ChunkAt>,
    lines: Vec<LineAt>,
}

impl<'c, 'r, 'a> Counter<'c, 'r, 'a> {
    /// Begins a file.
    pub(super) fn open(
        run: &'c mut Run<'a>,
        ordinary: &'c mut Ordinary,
        (number, file): (usize, &'c SourceFile),
        rows: Box<Rows<'r>>,
        job: &'c Job<'r>,
    ) -> Self {
        let opened = run.open(&rows, file);
        debug_assert_eq!(opened, number);
        let (start, line) = (job.start, job.line);
        let (chunks, lines) = (Vec::new(), Vec::new());
        Self { run, rows, number, file, job, ordinary, count: 0, start, line, chunks, lines }
    }

    /// Sees to some chunks.
    pub(super) fn all(&mut self, ready: &[Done]) -> Result<(), IntakeError> {
        ready.iter().try_for_each(|done| self.chunk(done))?;
        self.run.tell(&self.file.name, self.count, self.rows.bytes());
        self.rows.interrupt().check()
    }

    fn chunk(&mut self, done: &Done) -> Result<(), IntakeError> {
        let &Done { offset, lines, taken, knotty, .. } = done;
        let places = self.job.places(offset);
        self.chunks.push(ChunkAt { offset, line: self.line, knotty });
        let from = self.line;
        self.lines.push(LineAt { at: offset, line: from });
        // Rows that were never lines are found by their numbers.
        if let Places::Bytes(_) = places {
            let begun = done.begun.iter();
            let lines =
                begun.map(|(place, line)| LineAt { at: offset + *place as u64, line: from + line });
            self.lines.extend(lines);
        }
        self.count += taken;
        if knotty.is_some() {
            return self.knotty(self.start + offset, done.text());
        }
        for (left, text) in done.left() {
            self.count += 1;
            let (at, line) = (places.of(left.from, left.line), self.line + left.line);
            let row = self.rows.line(text, line);
            let plain = |id, _: &Row| Noted::plain(id, at, line, text);
            self.ordinary.note(&self.run.gather, self.number, &row, Some(text), plain);
            self.run.row(self.number, &self.rows, &self.file.name, &row)?;
        }
        self.line += lines;
        Ok(())
    }

    /// A chunk of which only the ordinary reader knows the rows.
    fn knotty(&mut self, at: u64, text: &[u8]) -> Result<(), IntakeError> {
        let Self { run, rows, number, file, ordinary, count, line, .. } = self;
        *line = rows.each_in(text, *line, &mut |rows, row| {
            *count += 1;
            let noted = |id, row: &Row| Noted { id, at, line: row.line, check: 0 };
            ordinary.note(&run.gather, *number, &row, None, noted);
            run.row(*number, rows, &file.name, &row)
        })?;
        Ok(())
    }

    /// The file was read to its end.
    pub(super) fn close(self) -> Result<FilePass, IntakeError> {
        let Self { run, rows, number, file, job, count, chunks, lines, .. } = self;
        let header = rows.head;
        run.close(number, *rows, file, count)?;
        Ok(job.passed((chunks, lines), header))
    }
}
