//! Reads some rows of a file again, in their order, and no others.
//!
//! The law: what stands at a place is given as it stands there now; whoever asked knows by what it was
//! read before whether it still is the same.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

use super::super::rows::LONGEST;
use super::super::source::Input as Bytes;
use super::buffer::Buffer;
use super::cutter::{Chunk, Cutter};
use super::pass::{FilePass, LineAt, check};

/// Bytes that are read at least, until a row is longer.
const LEAST: usize = 1 << 8;
/// Bytes that are read at most, where one row is asked for after the other.
const MOST: usize = 1 << 16;

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
}

impl<'a> Revisit<'a> {
    /// A file of plain bytes.
    pub(in crate::intake) fn plain(pass: &'a FilePass, file: File) -> Self {
        let window = Window { file, head: pass.head, at: 0, bytes: Vec::new(), least: LEAST };
        Self { pass, input: Input::Plain(window), counted: None }
    }

    /// The plain bytes of a packed file, behind its header.
    pub(in crate::intake) fn packed(pass: &'a FilePass, input: Bytes) -> Self {
        let packed = Packed { input, at: 0, chunk: None, ends: 0, row: Vec::new() };
        Self { pass, input: Input::Packed(packed), counted: None }
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
        }
    }

    /// The line that begins at a place, without its end; none if nothing is there.
    pub(in crate::intake) fn row_at(&mut self, at: u64) -> io::Result<Option<&[u8]>> {
        let row = match &mut self.input {
            Input::Plain(window) => window.row(at)?,
            Input::Packed(packed) => packed.row(at)?,
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
        let chunk = match &mut self.input {
            Input::Plain(window) => {
                let (head, input) = (window.head, window.from(at)?);
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
        };
        let at = self.pass.chunks[number];
        let same = |text: &&[u8]| at.knotty == Some(check(text));
        let text = chunk.as_ref().map(Chunk::text).filter(same);
        Ok(text.map(|text| (at.line, text.to_vec())))
    }

    /// Is this the place of a chunk that only the ordinary reader knows?
    pub(in crate::intake) fn is_knotty(&self, at: u64) -> bool {
        let number = self.pass.chunks.binary_search_by_key(&at, |chunk| chunk.offset);
        number.is_ok_and(|number| self.pass.chunks[number].knotty.is_some())
    }
}

/// What was read last of a plain file.
struct Window {
    file: File,
    /// Bytes of the header.
    head: u64,
    /// Where the bytes stand, behind the header.
    at: u64,
    bytes: Vec<u8>,
    /// Bytes to read where a row begins: so many that most rows end there.
    least: usize,
}

impl Window {
    fn from(&mut self, at: u64) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(self.head + at))?;
        Ok(&mut self.file)
    }

    /// Reads so many bytes from a place on, or as many as there are, behind those that are to be kept.
    fn read(&mut self, at: u64, size: usize) -> io::Result<usize> {
        let kept = self.bytes.len();
        self.bytes.resize(kept + size, 0);
        let mut read = kept;
        while read < self.bytes.len() {
            let at = self.head + at + (read - kept) as u64;
            match read_at(&self.file, &mut self.bytes[read..], at) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(read);
        Ok(read - kept)
    }

    fn row(&mut self, at: u64) -> io::Result<Option<&[u8]>> {
        let end = self.at + self.bytes.len() as u64;
        let elsewhere = at < self.at || at >= end;
        if elsewhere {
            // Whoever asks for neighbours will ask for more of them.
            let near = at >= end && at - end < self.least as u64;
            let size = if near { (self.bytes.len() * 2).min(MOST) } else { self.least };
            self.bytes.clear();
            self.at = at;
            self.read(at, size)?;
        }
        let mut from = usize::try_from(at - self.at).expect("the window holds it");
        let mut to = from;
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.bytes[to..]) {
                to += length;
                break;
            }
            // What stands before the row is not asked for again.
            let size = (self.bytes.len() * 2).clamp(LEAST, MOST);
            self.bytes.drain(..from);
            (self.at, from, to) = (at, 0, self.bytes.len());
            if to > LONGEST || self.read(at + to as u64, size)? == 0 {
                break;
            }
            if elsewhere {
                self.least = (self.least * 2).min(LEAST * 8);
            }
        }
        Ok((from < self.bytes.len()).then(|| &self.bytes[from..to]))
    }

    /// How many lines end between two places.
    fn line_ends(&mut self, from: u64, to: u64) -> io::Result<u64> {
        self.bytes.clear();
        let (mut at, mut ends) = (from, 0);
        while at < to {
            let piece = usize::try_from(to - at).map_or(MOST, |left| left.min(MOST));
            self.bytes.clear();
            let read = self.read(at, piece)?;
            if read == 0 {
                break;
            }
            ends += memchr::memchr_iter(b'\n', &self.bytes).count() as u64;
            at += read as u64;
        }
        self.bytes.clear();
        Ok(ends)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(offset))?;
    file.read(buffer)
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
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn window(text: &[u8]) -> Window {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        Window { file, head: 5, at: 0, bytes: Vec::new(), least: LEAST }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn rows_are_found_at_their_places(
            lines in prop::collection::vec(
                (prop_oneof![8 => 0_usize..150, 1 => 400_usize..1200, 1 => 60_000_usize..140_000], 0_u8..4),
                1..60,
            ),
            ended in any::<bool>(),
        ) {
            let mut text = b"head\n".to_vec();
            let mut asked = Vec::new();
            for (number, (length, ask)) in lines.iter().enumerate() {
                let line = vec![b'a' + (number % 26) as u8; *length];
                if *ask == 0 {
                    asked.push(((text.len() - 5) as u64, number as u64, line.clone()));
                }
                text.extend_from_slice(&line);
                text.push(b'\n');
            }
            if !ended {
                text.pop();
            }
            let mut packed = Packed {
                input: Box::new(io::Cursor::new(text[5..].to_vec())),
                at: 0,
                chunk: None,
                ends: 0,
                row: Vec::new(),
            };
            let (mut plain, mut counts) = (window(&text), window(&text));
            for (at, number, line) in asked {
                // An empty last line without an end is none.
                let due = (at + 5 < text.len() as u64).then_some(&line[..]);
                prop_assert_eq!(plain.row(at).unwrap(), due);
                packed.pass_to(at).unwrap();
                prop_assert_eq!(packed.ends, number);
                prop_assert_eq!(packed.row(at).unwrap(), due);
                prop_assert_eq!(counts.line_ends(0, at).unwrap(), number);
            }
        }
    }

    #[test]
    fn the_window_stays_small() {
        let row = b"0123456789\n";
        let text = [&b"head\n"[..], &row.repeat(100_000)].concat();
        let mut plain = window(&text);
        for at in (0..1_100_000).step_by(row.len()) {
            assert_eq!(plain.row(at).unwrap(), Some(&row[..10]));
            assert!(plain.bytes.len() < 2 * MOST);
        }
    }

    #[test]
    fn a_file_that_ends_before_has_no_rows_there() {
        let mut plain = window(b"head\na,b\n");
        assert_eq!(plain.row(4).unwrap(), None);
        assert_eq!(plain.row(400).unwrap(), None);
        assert_eq!(plain.row(0).unwrap(), Some(&b"a,b"[..]));
    }
}
