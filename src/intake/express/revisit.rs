//! Reads some rows of a file again, in their order, and no others.
//!
//! The law: what stands at a place is given as it stands there now; whoever asked knows by what it was
//! read before whether it still is the same.

use std::fs::File;
use std::io::{self, BufRead, Read};

use super::super::parquet::Walk;
use super::super::rows::LONGEST;
use super::super::source::Input as Bytes;
use super::buffer::Buffer;
use super::cutter::{Chunk, Cutter};
use super::pass::{FilePass, LineAt, check};
use super::window::Window;

/// A file that is read again. Places have to rise; they are counted behind the header.
pub(in crate::intake) struct Revisit<'a> {
    pass: &'a FilePass,
    input: Input,
    /// What was counted last in a plain file.
    counted: Option<LineAt>,
}

enum Input {
    Plain(Window),
    Packed(Packed),
    /// Of rows that were never lines: their places are their numbers.
    Rows(Walk),
}

impl<'a> Revisit<'a> {
    /// A file of plain bytes.
    pub(in crate::intake) fn plain(pass: &'a FilePass, file: File) -> Self {
        Self { pass, input: Input::Plain(Window::of(file, pass.head)), counted: None }
    }

    /// The plain bytes of a packed file, behind its header.
    pub(in crate::intake) fn packed(pass: &'a FilePass, input: Bytes) -> Self {
        let packed = Packed { input, at: 0, chunk: None, ends: 0, row: Vec::new() };
        Self { pass, input: Input::Packed(packed), counted: None }
    }

    /// The rows of a file that never were lines.
    pub(in crate::intake) fn rows(pass: &'a FilePass, rows: Walk) -> Self {
        Self { pass, input: Input::Rows(rows), counted: None }
    }

    /// The number of the line that begins at a place; to be asked for before that line itself.
    pub(in crate::intake) fn line_at(&mut self, at: u64) -> io::Result<u64> {
        match &mut self.input {
            Input::Plain(window) => {
                let lines = &self.pass.lines;
                let next = lines.partition_point(|line| line.at <= at);
                let known = lines[next.saturating_sub(1)];
                let known = self.counted.filter(|it| it.at >= known.at).unwrap_or(known);
                // The next one may be nearer.
                let next = lines.get(next).filter(|next| next.at - at < at - known.at);
                let line = match next {
                    // Of a file that has changed there may be any number; its row is another one then.
                    Some(next) => next.line.saturating_sub(window.line_ends(at, next.at)?),
                    None => known.line + window.line_ends(known.at, at)?,
                };
                self.counted = Some(LineAt { at, line });
                Ok(line)
            }
            Input::Packed(packed) => {
                let chunks = &self.pass.chunks;
                let next = chunks.partition_point(|chunk| chunk.offset <= at);
                let chunk = chunks[next.saturating_sub(1)];
                if packed.chunk != Some(chunk.offset) {
                    packed.pass_to(chunk.offset)?;
                    (packed.chunk, packed.ends) = (Some(chunk.offset), 0);
                }
                packed.pass_to(at)?;
                Ok(chunk.line + packed.ends)
            }
            Input::Rows(_) => {
                let first = self.pass.chunks.first().map_or(1, |chunk| chunk.line);
                Ok(first + at)
            }
        }
    }

    /// The line that begins at a place, without its end; none if nothing is there. `next` are places that will be
    /// asked for then.
    pub(in crate::intake) fn row_at(
        &mut self,
        at: u64,
        next: impl Iterator<Item = u64>,
    ) -> io::Result<Option<&[u8]>> {
        let row = match &mut self.input {
            Input::Plain(window) => window.row(at, next)?,
            Input::Packed(packed) => packed.row(at)?,
            Input::Rows(rows) => {
                // Of a row with line ends of its own that stands there now, its first line.
                let row = rows.rows(at, 1)?;
                memchr::memchr(b'\n', row).map(|end| &row[..end])
            }
        };
        Ok(row.map(|row| row.strip_suffix(b"\r").unwrap_or(row)))
    }

    /// The number of the first line of a chunk that only the ordinary reader knows, and its text; none
    /// if it is another one now.
    pub(in crate::intake) fn chunk_at(&mut self, at: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
        let Ok(number) = self.pass.chunks.binary_search_by_key(&at, |chunk| chunk.offset) else {
            return Ok(None);
        };
        let (delimiter, size) = (self.pass.columns.delimiter, self.pass.size);
        let chunk_at = self.pass.chunks[number];
        let same = |text: &&[u8]| chunk_at.knotty == Some(check(text));
        let chunk = match &mut self.input {
            Input::Plain(window) => {
                let (head, input) = (self.pass.head, window.from(at)?);
                Cutter::at((head, at), Vec::new(), input, delimiter, size).next(Buffer::default())?
            }
            Input::Packed(packed) => {
                packed.pass_to(at)?;
                // The cutter reads beyond the chunk: that is handed on to what comes next.
                let (place, input) = ((self.pass.head, at), &mut packed.input);
                let mut cutter = Cutter::at(place, Vec::new(), input, delimiter, size);
                let chunk = cutter.next(Buffer::default())?;
                let (carry, end) = cutter.into_rest();
                let rest = std::mem::replace(&mut packed.input, Box::new(io::empty()));
                packed.input = Box::new(io::Cursor::new(carry).chain(rest));
                packed.at = end;
                chunk
            }
            Input::Rows(rows) => {
                let next = self.pass.chunks.get(number + 1);
                let end = next.map_or(self.pass.bytes, |next| next.offset);
                let text = Some(rows.rows(at, end - at)?).filter(same);
                return Ok(text.map(|text| (chunk_at.line, text.to_vec())));
            }
        };
        let text = chunk.as_ref().map(Chunk::text).filter(same);
        Ok(text.map(|text| (chunk_at.line, text.to_vec())))
    }

    /// Is this the place of a chunk that only the ordinary reader knows?
    pub(in crate::intake) fn is_knotty(&self, at: u64) -> bool {
        let number = self.pass.chunks.binary_search_by_key(&at, |chunk| chunk.offset);
        number.is_ok_and(|number| self.pass.chunks[number].knotty.is_some())
    }
}

/// The plain bytes of a packed file, up to where they were read.
struct Packed {
    input: Bytes,
    at: u64,
    /// The chunk in which lines are counted, and how many have ended there so far.
    chunk: Option<u64>,
    ends: u64,
    row: Vec<u8>,
}

impl Packed {
    /// Passes by what stands before a place.
    fn pass_to(&mut self, at: u64) -> io::Result<()> {
        while self.at < at {
            let buffer = self.input.fill_buf()?;
            let piece =
                usize::try_from(at - self.at).map_or(buffer.len(), |to| to.min(buffer.len()));
            if piece == 0 {
                break;
            }
            self.ends += memchr::memchr_iter(b'\n', &buffer[..piece]).count() as u64;
            self.input.consume(piece);
            self.at += piece as u64;
        }
        Ok(())
    }

    fn row(&mut self, at: u64) -> io::Result<Option<&[u8]>> {
        self.pass_to(at)?;
        self.row.clear();
        let longest = LONGEST as u64 + 2;
        let read = self.input.by_ref().take(longest).read_until(b'\n', &mut self.row)?;
        self.at += read as u64;
        if self.row.last() == Some(&b'\n') {
            self.row.pop();
            self.ends += 1;
        }
        Ok((read > 0).then_some(&self.row))
    }
}

#[cfg(test)]
impl Revisit<'_> {
    /// How many lines end before a place of a packed text, and the line there.
    pub(super) fn of_packed(text: &[u8], at: u64) -> (u64, Option<Vec<u8>>) {
        let input: Bytes = Box::new(io::Cursor::new(text.to_vec()));
        let mut packed = Packed { input, at: 0, chunk: None, ends: 0, row: Vec::new() };
        packed.pass_to(at).unwrap();
        (packed.ends, packed.row(at).unwrap().map(<[u8]>::to_vec))
    }
}
