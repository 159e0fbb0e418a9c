//! Parts of a large file that are read for the second time.

use std::io;

use super::express::{Chunk, FilePass, Left, Revisit, each_line};
use super::read::{Reader, Row, Rows};
use super::{IntakeError, SourceFile};

/// A line of plain text: its number in the file, and where it and its fields are.
pub(super) struct Line<'t> {
    pub(super) text: &'t [u8],
    pub(super) number: u64,
    pub(super) from: usize,
    pub(super) ends: &'t [usize],
}

/// A file that is read again, and its ordinary reader.
pub(super) struct Again<'p, 'r> {
    revisit: Revisit<'p>,
    pub(super) rows: Rows<'r>,
    file: &'p SourceFile,
}

impl<'p, 'r> Again<'p, 'r> {
    pub(super) fn open(
        pass: &'p FilePass,
        reader: &'r Reader<'r>,
        file: &'p SourceFile,
    ) -> Result<Self, IntakeError> {
        let mut rows = reader.open(file)?;
        let (input, _) = rows.take_input().ok_or_else(|| changed(file))?;
        let revisit = if file.is_packed() {
            Revisit::packed(pass, input)
        } else {
            let open = std::fs::File::open(&file.path);
            Revisit::plain(pass, open.map_err(|source| unreadable(file, source))?)
        };
        Ok(Self { revisit, rows, file })
    }

    /// The number of a chunk's first line, and the chunk.
    pub(super) fn chunk(&mut self, number: u32) -> Result<(u64, Chunk), IntakeError> {
        self.rows.interrupt().check()?;
        let chunk = self.revisit.chunk(number).map_err(|source| unreadable(self.file, source))?;
        let (at, chunk) = chunk.ok_or_else(|| changed(self.file))?;
        Ok((at.line, chunk))
    }

    /// The rows of a chunk that are asked for; of a chunk that only the ordinary reader knows, all.
    pub(super) fn rows_of(
        &mut self,
        number: u32,
        asked: &dyn Fn(&Line<'_>) -> bool,
        each: &mut dyn FnMut(Row) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        let (first, chunk) = self.chunk(number)?;
        let text = &chunk.text;
        if chunk.knotty {
            return self.rows.each_in(text, first, &mut |_, row| each(row)).map(drop);
        }
        let mut found = Vec::new();
        each_line(text, self.revisit.delimiter(), |line, from, ends| {
            if asked(&Line { text, number: first + line, from, ends }) {
                found.push(Left { line, from, to: ends[ends.len() - 1] });
            }
        });
        for Left { line, from, to } in found {
            each(self.rows.line(&text[from..to], first + line))?;
        }
        Ok(())
    }
}

pub(super) fn changed(file: &SourceFile) -> IntakeError {
    IntakeError::Changed { path: file.path.clone() }
}

pub(super) fn unreadable(file: &SourceFile, source: io::Error) -> IntakeError {
    IntakeError::Read { path: file.path.clone(), source }
}
