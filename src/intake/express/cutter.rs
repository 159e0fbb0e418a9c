//! Cuts a file into chunks of whole lines.
//!
//! The law: where a chunk ends depends on nothing but its place and the bytes from there on. So a chunk can
//! be read again by its place alone, and is then the same. It ends with the last line that ends before a
//! multiple of a chunk's size in the file: files are read in pieces that begin at such places. That is the
//! first multiple of which it is at least half a chunk away. Where a line is a row whatever stands in it, as in
//! JSON lines, no quote is looked for.

use std::io::{self, Read};
use std::ops::Range;

use fearless_simd::Level;

use super::super::digest::Part;
use super::super::parquet::Look;
use super::super::rows::LONGEST;
use super::super::scan::opens_at_end;
use super::super::source::{Tap, fill};
use super::buffer::Buffer;
use super::plain::{self, Found};
use super::quoted::is_closed;

/// So many bytes without a line end are no row, and no more of them is kept.
const HOPELESS: usize = LONGEST + 3;

/// A run of whole lines.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Where it begins, among the plain bytes behind the header.
    pub(super) offset: u64,
    buffer: Buffer,
    length: usize,
    /// All of it is ASCII, and not knotty.
    pub(super) ascii: bool,
    /// It has quotes, and all of its fields end within their line.
    pub(super) quoted: bool,
    /// It has other quotes, or a line that is too long: only the ordinary reader knows its rows.
    pub(super) knotty: bool,
    fresh: Fresh,
}

/// What was read for a chunk.
#[derive(Debug)]
struct Fresh {
    /// Where that begins in the file.
    at: u64,
    /// Which bytes of the buffer: those that were not carried there from the chunk before.
    bytes: Range<usize>,
    /// Bytes that were passed by.
    passed: Vec<Part>,
}

impl Chunk {
    /// Takes the digest of what was read for it, if somebody wants it, and leaves nothing but its lines.
    pub(super) fn settle(&mut self, digest: Option<&Tap>) {
        let Fresh { at, bytes, passed } = &mut self.fresh;
        if let Some(tap) = digest {
            tap.digested(Part::of(*at, &self.buffer.text()[bytes.clone()]));
            passed.drain(..).for_each(|part| tap.digested(part));
        }
        self.buffer.end_at(self.length);
    }

    /// Rows that were never lines, written out. The number of the first is its place.
    pub(super) fn of_rows(offset: u64, buffer: Buffer, look: Look, delimiter: u8) -> Self {
        let text = buffer.text();
        let (Found { quotes, ascii }, too_long) = match look {
            Look::Plain { ascii } => (Found { quotes: false, ascii }, false),
            Look::Unknown => (plain::look(Level::new(), text), may_be_too_long(text)),
        };
        let quoted = quotes && !too_long && is_closed(text, delimiter);
        let knotty = (quotes || too_long) && !quoted;
        let (length, ascii) = (text.len(), ascii && !knotty);
        let fresh = Fresh { at: 0, bytes: 0..0, passed: Vec::new() };
        Self { offset, buffer, length, ascii, quoted, knotty, fresh }
    }

    /// Its lines.
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer.text()[..self.length]
    }

    /// Its lines, with the memory that they stand in.
    pub(super) fn into_buffer(self) -> Buffer {
        self.buffer
    }
}

/// May a line of a text be longer than a row? It would lie over the middle of it.
fn may_be_too_long(text: &[u8]) -> bool {
    let from = text.len().saturating_sub(LONGEST);
    let middle = text.get(from..LONGEST);
    from > 0 && middle.is_none_or(|middle| memchr::memchr(b'\n', middle).is_none())
}

/// Cuts what a reader gives.
pub(super) struct Cutter<R> {
    /// What the machine can do.
    level: Level,
    input: R,
    /// How much of the file was read, and whether that is all.
    read: u64,
    ended: bool,
    /// What was read beyond the last chunk.
    carry: Vec<u8>,
    /// Bytes before the first chunk of the file, and where the next one begins behind them.
    head: u64,
    offset: u64,
    /// None where every line is a row.
    delimiter: Option<u8>,
    /// Bytes of a chunk, roughly.
    size: usize,
}

impl<R: Read> Cutter<R> {
    /// Cuts from a place behind the head on, of which some bytes were read already.
    pub(super) fn at(
        (head, offset): (u64, u64),
        carry: Vec<u8>,
        input: R,
        delimiter: impl Into<Option<u8>>,
        size: usize,
    ) -> Self {
        let (size, read) = (size.clamp(1, LONGEST), head + offset + carry.len() as u64);
        Self {
            level: Level::new(),
            input,
            read,
            ended: false,
            carry,
            head,
            offset,
            delimiter: delimiter.into(),
            size,
        }
    }

    /// The next chunk; none at the end. `buffer` lends its memory.
    pub(super) fn next(&mut self, mut buffer: Buffer) -> io::Result<Option<Chunk>> {
        let (carried, at) = (self.carry.len(), self.read);
        buffer.begin(&self.carry);
        let seen = self.see(&mut buffer, self.bound_behind(self.size / 2))?;
        if seen == 0 {
            return Ok(None);
        }
        let found = self.line_end(&mut buffer, seen)?;
        let (mut end, hopeless) = (found.unwrap_or(HOPELESS), found.is_none());
        let text = &buffer.text()[..end];
        let Found { quotes, ascii } = plain::look(self.level, text);
        // The ordinary reader refuses a row that is too long, so none of the others may take it.
        let too_long = hopeless || may_be_too_long(text);
        let delimiter = self.delimiter.filter(|_| quotes);
        let quoted = !too_long && delimiter.is_some_and(|it| is_closed(text, it));
        let knotty = (delimiter.is_some() || too_long) && !quoted;
        if let Some(delimiter) = self.delimiter.filter(|_| knotty && !hopeless) {
            end = self.close_quotes(&mut buffer, end, delimiter)?;
        }
        let (fresh, offset) = (carried..buffer.text().len(), self.offset);
        self.carry.clear();
        self.carry.extend_from_slice(&buffer.text()[end..]);
        self.offset += end as u64;
        let passed = if hopeless { self.pass_line()? } else { Vec::new() };
        let fresh = Fresh { at, bytes: fresh, passed };
        let (length, ascii) = (end, ascii && !knotty);
        Ok(Some(Chunk { offset, buffer, length, ascii, quoted, knotty, fresh }))
    }

    /// What was read beyond the last chunk, and where that begins.
    pub(super) fn into_rest(self) -> (Vec<u8>, u64) {
        (self.carry, self.offset)
    }

    /// Where the next chunk begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where, from the beginning of the chunk, the first multiple of its size comes behind a place.
    fn bound_behind(&self, place: usize) -> usize {
        place + self.left_of((self.head + self.offset) + place as u64)
    }

    /// Bytes from a place of the file to the next multiple of a chunk's size.
    fn left_of(&self, at: u64) -> usize {
        self.size - (at % self.size as u64) as usize
    }

    /// Reads until there are so many bytes, or no more; says how many of them there are. What was read
    /// before does not change what is seen.
    fn see(&mut self, buffer: &mut Buffer, bytes: usize) -> io::Result<usize> {
        while buffer.text().len() < bytes && !self.ended {
            let room = buffer.room(self.left_of(self.read));
            let count = fill(&mut self.input, room)?;
            (self.ended, self.read) = (count < room.len(), self.read + count as u64);
            buffer.grow(count);
        }
        Ok(buffer.text().len().min(bytes))
    }

    /// Where the last line ends of those that were seen; if there is none, where the first ends that does.
    /// None if that is too far.
    fn line_end(&mut self, buffer: &mut Buffer, seen: usize) -> io::Result<Option<usize>> {
        if let Some(at) = memchr::memrchr(b'\n', &buffer.text()[..seen]) {
            return Ok(Some(at + 1));
        }
        let mut from = seen;
        while from < HOPELESS {
            let due = (from + self.size).min(HOPELESS);
            let seen = self.see(buffer, due)?;
            if let Some(at) = memchr::memchr(b'\n', &buffer.text()[from..seen]) {
                return Ok(Some(from + at + 1));
            }
            if seen < due {
                return Ok(Some(seen));
            }
            from = seen;
        }
        Ok(None)
    }

    /// Passes by the rest of a line with its end.
    fn pass_line(&mut self) -> io::Result<Vec<Part>> {
        let mut passed = Vec::new();
        loop {
            let end = memchr::memchr(b'\n', &self.carry).map(|at| at + 1);
            let rest = self.carry.split_off(end.unwrap_or(self.carry.len()));
            self.offset += self.carry.len() as u64;
            self.carry = rest;
            if end.is_some() || self.ended {
                return Ok(passed);
            }
            let (at, room) = (self.read, self.left_of(self.read));
            self.carry.resize(room, 0);
            let count = fill(&mut self.input, &mut self.carry)?;
            self.carry.truncate(count);
            (self.ended, self.read) = (count < room, at + count as u64);
            passed.push(Part::of(at, &self.carry));
        }
    }

    /// Reads on while a quote is open at the end that what follows might close; says where the last
    /// whole line ends then.
    fn close_quotes(
        &mut self,
        buffer: &mut Buffer,
        mut end: usize,
        delimiter: u8,
    ) -> io::Result<usize> {
        let mut bound = self.bound_behind(end - 1);
        let mut seen = self.see(buffer, bound)?;
        while opens_at_end(&buffer.text()[..end], delimiter) && seen - end <= LONGEST {
            bound += self.size;
            let more = self.see(buffer, bound)?;
            if more == seen {
                return Ok(seen);
            }
            seen = more;
            end = memchr::memrchr(b'\n', &buffer.text()[..seen]).map_or(end, |at| at + 1);
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

    fn next(cutter: &mut Cutter<&[u8]>, memory: Buffer) -> Option<Chunk> {
        let mut chunk = cutter.next(memory).unwrap()?;
        chunk.settle(None);
        Some(chunk)
    }

    /// All records, read chunk by chunk; a header and so many bytes behind it were read before.
    fn in_chunks(text: &[u8], (head, before): (u64, usize), size: usize) -> Vec<Record> {
        let before = before.min(text.len());
        let carry = text[..before].to_vec();
        let mut cutter = Cutter::at((head, 0), carry, &text[before..], b',', size);
        let (mut line, mut all, mut memory) = (1, Vec::new(), Buffer::default());
        while let Some(chunk) = next(&mut cutter, memory) {
            let (place, rest) = ((head, chunk.offset), &text[chunk.offset as usize..]);
            let mut again = Cutter::at(place, Vec::new(), rest, b',', size);
            let again = next(&mut again, Buffer::default()).unwrap();
            let of = |it: &Chunk| (it.offset, it.text().to_vec(), it.quoted, it.knotty);
            assert_eq!(of(&again), of(&chunk), "a chunk is known by its place");
            assert_eq!(chunk.ascii, chunk.text().is_ascii() && !chunk.knotty);
            let lines = chunk.text().split_inclusive(|byte| *byte == b'\n');
            assert!(chunk.knotty || lines.map(<[u8]>::len).max().unwrap() <= LONGEST);
            let (records, next) = records(chunk.text(), line);
            line = next;
            all.extend(records);
            memory = chunk.into_buffer();
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn chunks_hold_the_rows_of_the_file(
            parts in proptest::collection::vec(
                ("(a,b|\"x\ny\"|\"open|c\r|\"q\"\"q\",|é|)\n", 1_usize..60_000), 1..12),
            tail in "(last|\"open|)",
            head in prop_oneof![Just(0), 1_u64..200, Just(SIZE as u64 - 1)],
            before in prop_oneof![Just(0), 0_usize..300_000],
            size in prop_oneof![3 => Just(SIZE), 1 => Just(LONGEST)],
        ) {
            let mut text = String::new();
            parts.iter().for_each(|(part, times)| text.push_str(&part.repeat(*times)));
            text.push_str(&tail);
            let read = in_chunks(text.as_bytes(), (head, before), size);
            prop_assert_eq!(read, records(text.as_bytes(), 1).0);
        }
    }

    #[test]
    fn chunks_begin_where_pieces_do() {
        let text = "0123456789,\n".repeat(60_000);
        for (head, before) in [(0, 0), (7, 0), (7, 2 * SIZE - 7), (SIZE as u64 - 3, 0)] {
            let carry = text.as_bytes()[..before].to_vec();
            let input = &text.as_bytes()[before..];
            let mut cutter = Cutter::at((head, 0), carry, input, b',', SIZE);
            let (mut chunks, mut memory) = (0, Buffer::default());
            while let Some(chunk) = next(&mut cutter, memory) {
                let end = head + chunk.offset + chunk.text().len() as u64;
                let last = chunk.offset as usize + chunk.text().len() == text.len();
                assert!(last || (SIZE as u64 - end % SIZE as u64) % SIZE as u64 <= 12, "{end}");
                assert!(cutter.carry.len() <= 12 || before > 0 && chunks < 2);
                (chunks, memory) = (chunks + 1, chunk.into_buffer());
            }
            assert!(chunks <= text.len() / SIZE + 2, "{chunks}");
        }
    }

    #[test]
    fn lines_that_are_too_long_are_cut_as_ever() {
        let some = "a,b\n".repeat(LONGEST / 10);
        for around in ["", "a,b\n", "\"x\ny\",\n", &some] {
            for length in
                [SIZE - 1, SIZE, LONGEST, LONGEST + 1, LONGEST + 2, LONGEST + 3, 3 * LONGEST]
            {
                let text = format!("{around}{}\n{around}\"open\n{}", "x".repeat(length), around);
                let due = records(text.as_bytes(), 1).0;
                for place in [(0, 0), (70, 0), (70, 2 * SIZE - 70)] {
                    for size in [SIZE, LONGEST] {
                        let read = in_chunks(text.as_bytes(), place, size);
                        assert!(read == due, "{:?} {length} {place:?} {size}", around.get(..9));
                    }
                }
            }
        }
    }

    #[test]
    fn every_byte_that_is_read_is_in_the_digest_once() {
        let dir = tempfile::tempdir().unwrap();
        let lines = "a,b\n".repeat(70_000);
        let open = format!("\"open\n{lines}");
        let long = format!("{lines}{}\n{lines}", "x".repeat(3 * LONGEST));
        for text in ["", "a", "a,b\n", &lines, &open, &long, &lines[..SIZE], &lines[..2 * SIZE]] {
            let path = dir.path().join("a.csv");
            std::fs::write(&path, text).unwrap();
            for size in [5000, SIZE] {
                let (source, _) = crate::intake::source::Source::open(&path).unwrap();
                let tap = source.plain().unwrap();
                let mut cutter = Cutter::at((0, 0), Vec::new(), tap.undigested(), b',', size);
                let mut chunks = Vec::new();
                while let Some(chunk) = cutter.next(Buffer::default()).unwrap() {
                    chunks.push(chunk);
                }
                chunks.iter_mut().rev().for_each(|chunk| chunk.settle(Some(tap)));
                let read: u64 = chunks.iter().map(|chunk| chunk.text().len() as u64).sum();
                assert!(read <= cutter.offset() && cutter.offset() == text.len() as u64);
                let (digest, bytes) = source.finish().unwrap().unwrap();
                assert_eq!(digest, blake3::hash(text.as_bytes()).to_string(), "{size}");
                assert_eq!(bytes, text.len() as u64);
            }
        }
    }
}
