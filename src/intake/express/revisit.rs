//! Reads some chunks of a file again, in their order.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::super::source::Input as Source;
use super::cutter::{Chunk, Cutter};
use super::pass::{ChunkAt, FilePass, check};

/// A file that is read again.
pub(in crate::intake) struct Revisit<'a> {
    pass: &'a FilePass,
    input: Input,
}

enum Input {
    /// A file with plain bytes, and how many of them its header takes.
    Plain(File, u64),
    /// The plain bytes of a packed file behind its header, and how many were passed by.
    Packed(Source, u64),
}

impl<'a> Revisit<'a> {
    pub(in crate::intake) fn plain(pass: &'a FilePass, file: File) -> Self {
        Self { pass, input: Input::Plain(file, pass.head) }
    }

    pub(in crate::intake) fn packed(pass: &'a FilePass, input: Source) -> Self {
        Self { pass, input: Input::Packed(input, 0) }
    }

    /// What stands between two fields.
    pub(in crate::intake) fn delimiter(&self) -> u8 {
        self.pass.columns.delimiter
    }

    /// The chunk of a number, and where it is; none if the file is not the same any more. Numbers
    /// have to rise.
    pub(in crate::intake) fn chunk(&mut self, number: u32) -> io::Result<Option<(ChunkAt, Chunk)>> {
        let at = self.pass.chunks[(number - self.pass.first) as usize];
        let (delimiter, size) = (self.pass.columns.delimiter, self.pass.size);
        let chunk = match &mut self.input {
            Input::Plain(file, head) => {
                file.seek(SeekFrom::Start(*head + at.offset))?;
                Cutter::at(at.offset, BufReader::new(file), delimiter, size).next(Vec::new())?
            }
            Input::Packed(input, passed) => {
                let ahead = at.offset - *passed;
                io::copy(&mut input.by_ref().take(ahead), &mut io::sink())?;
                // The cutter reads beyond the chunk: that is handed on to the next one.
                let mut cutter = Cutter::at(at.offset, &mut *input, delimiter, size);
                let chunk = cutter.next(Vec::new())?;
                let (carry, end) = cutter.into_rest();
                let rest = std::mem::replace(input, Box::new(io::empty()));
                *input = Box::new(io::Cursor::new(carry).chain(rest));
                *passed = end;
                chunk
            }
        };
        Ok(chunk.filter(|chunk| check(&chunk.text) == at.check).map(|chunk| (at, chunk)))
    }
}
