//! Cuts a file into chunks of whole lines.
//!
//! The law: where a chunk ends depends on nothing but the bytes from its beginning on. So a chunk can
//! be read again by its place alone, and is then the same.

use std::io::{self, BufRead};

use super::super::rows::LONGEST;
use super::super::scan::opens_at_end;
use super::quoted::is_closed;

/// A run of whole lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::intake) struct Chunk {
    /// Where it begins, among the plain bytes behind the header.
    pub(in crate::intake) offset: u64,
    pub(in crate::intake) text: Vec<u8>,
    /// It has quotes, and all of its fields end within their line.
    pub(in crate::intake) quoted: bool,
    /// It has other quotes, or a line that is too long: only the ordinary reader knows its rows.
    pub(in crate::intake) knotty: bool,
}

/// Cuts what a reader gives.
pub(super) struct Cutter<R> {
    input: R,
    /// What was read beyond the last chunk.
    carry: Vec<u8>,
    offset: u64,
    delimiter: u8,
    /// Bytes of a chunk, before its last line is completed or left to the next one.
    size: usize,
}

impl<R: BufRead> Cutter<R> {
    /// Cuts from a place on, where the reader stands.
    pub(super) fn at(offset: u64, input: R, delimiter: u8, size: usize) -> Self {
        let size = size.min(LONGEST);
        Self { input, carry: Vec::new(), offset, delimiter, size }
    }

    /// The next chunk; none at the end. `text` lends its memory.
    pub(super) fn next(&mut self, mut text: Vec<u8>) -> io::Result<Option<Chunk>> {
        let carried = self.carry.len();
        text.resize(text.len().max(carried), 0);
        text[..carried].copy_from_slice(&self.carry);
        self.carry.clear();
        self.overwrite(&mut text, carried, self.size)?;
        if text.is_empty() {
            return Ok(None);
        }
        let (mut end, passed) = self.first_end(&mut text)?;
        let quotes = passed > 0 || memchr::memchr(b'"', &text[..end]).is_some();
        let quoted = quotes && passed == 0 && is_closed(&text[..end], self.delimiter);
        // The ordinary reader refuses a row that is too long, so none of the others may take it.
        let too_long = end > LONGEST;
        let quoted = quoted && !too_long;
        let knotty = (quotes || too_long) && !quoted;
        if knotty && passed == 0 {
            end = self.close_quotes(&mut text, end)?;
        }
        self.carry.extend_from_slice(&text[end..]);
        text.truncate(end);
        let offset = self.offset;
        self.offset += end as u64 + passed;
        Ok(Some(Chunk { offset, text, quoted, knotty }))
    }

    /// What was read beyond the last chunk, and where that begins.
    pub(super) fn into_rest(self) -> (Vec<u8>, u64) {
        (self.carry, self.offset)
    }

    /// Where the next chunk begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads until there are so many bytes, or no more; says how many were read.
    fn fill(&mut self, text: &mut Vec<u8>, size: usize) -> io::Result<usize> {
        self.overwrite(text, text.len(), size)
    }

    /// The same, from a place on: what stands there is of a chunk before. It is read over in as large
    /// pieces as the input gives, and neither zeroed nor copied.
    fn overwrite(&mut self, text: &mut Vec<u8>, from: usize, size: usize) -> io::Result<usize> {
        let mut filled = from;
        text.resize(size.max(from), 0);
        while filled < text.len() {
            match self.input.read(&mut text[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        text.truncate(filled);
        Ok(filled - from)
    }

    /// Where the last whole line ends. If there is none yet, reads on to its end; of a line that is
    /// longer than any row may be, the rest is passed by: so many bytes are not in the text.
    fn first_end(&mut self, text: &mut Vec<u8>) -> io::Result<(usize, u64)> {
        if let Some(at) = memchr::memrchr(b'\n', text) {
            return Ok((at + 1, 0));
        }
        while text.len() <= LONGEST + 2 {
            let before = text.len();
            if self.fill(text, before + self.size)? == 0 {
                return Ok((before, 0));
            }
            if let Some(at) = memchr::memchr(b'\n', &text[before..]) {
                return Ok((before + at + 1, 0));
            }
        }
        let passed = self.pass_line()?;
        Ok((text.len(), passed))
    }

    /// Passes by the rest of a line with its end; says how many bytes that were.
    fn pass_line(&mut self) -> io::Result<u64> {
        let mut passed = 0;
        loop {
            let buffer = self.input.fill_buf()?;
            let at = memchr::memchr(b'\n', buffer);
            let count = at.map_or(buffer.len(), |at| at + 1);
            self.input.consume(count);
            passed += count as u64;
            if at.is_some() || count == 0 {
                return Ok(passed);
            }
        }
    }

    /// Reads on while a quote is open at the end that what follows might close; says where the last
    /// whole line ends then.
    fn close_quotes(&mut self, text: &mut Vec<u8>, mut end: usize) -> io::Result<usize> {
        while opens_at_end(&text[..end], self.delimiter) && text.len() - end <= LONGEST {
            let before = text.len();
            if self.fill(text, before + self.size)? == 0 {
                return Ok(before);
            }
            end = memchr::memrchr(b'\n', text).map_or(end, |at| at + 1);
        }
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::rows::Lines;

    const SIZE: usize = 64 << 10;

    type Record = (u64, Vec<u8>, bool);

    fn records(text: &[u8], first: u64) -> (Vec<Record>, u64) {
        let (mut lines, mut fields, mut all) =
            (Lines::from_line(text, first), Vec::new(), Vec::new());
        while let Some(raw) = lines.next_record(b',', &mut fields).unwrap() {
            all.push((raw.line, raw.bytes, raw.refused.is_some()));
        }
        (all, lines.next_line_number())
    }

    /// All records, read chunk by chunk.
    fn in_chunks(text: &[u8]) -> Vec<Record> {
        let mut cutter = Cutter::at(0, text, b',', SIZE);
        let (mut line, mut all) = (1, Vec::new());
        while let Some(chunk) = cutter.next(Vec::new()).unwrap() {
            let at = chunk.offset as usize;
            let again = Cutter::at(chunk.offset, &text[at..], b',', SIZE).next(Vec::new()).unwrap();
            assert_eq!(again.as_ref(), Some(&chunk), "a chunk is known by its place");
            let (records, next) = records(&chunk.text, line);
            line = next;
            all.extend(records);
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn chunks_hold_the_rows_of_the_file(
            parts in proptest::collection::vec(
                ("(a,b|\"x\ny\"|\"open|c\r|\"q\"\"q\",|)\n", 1_usize..60_000), 1..12),
            tail in "(last|\"open|)",
        ) {
            let mut text = String::new();
            parts.iter().for_each(|(part, times)| text.push_str(&part.repeat(*times)));
            text.push_str(&tail);
            prop_assert_eq!(in_chunks(text.as_bytes()), records(text.as_bytes(), 1).0);
        }
    }

    #[test]
    fn lines_that_are_too_long_are_cut_as_ever() {
        for around in ["", "a,b\n", "\"x\ny\",\n"] {
            for length in
                [SIZE - 1, SIZE, LONGEST, LONGEST + 1, LONGEST + 2, LONGEST + 3, 3 * LONGEST]
            {
                let text = format!("{around}{}\n{around}\"open\n{}", "x".repeat(length), around);
                let due = records(text.as_bytes(), 1).0;
                assert_eq!(in_chunks(text.as_bytes()), due, "{around:?} {length}");
            }
        }
    }
}
