//! Single lines of a plain file, read at their places.
//!
//! The law: a line is given as it stands there, whatever was asked for before and whatever will be.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};

use super::super::rows::LONGEST;

/// Bytes that are read at least, until a row is longer.
const LEAST: usize = 1 << 8;
/// Bytes that are read at most, where one row is asked for after the other.
const MOST: usize = 1 << 16;
/// To copy so many bytes that nobody wants costs no more than to ask the system once more.
const NEAR: u64 = 1 << 12;

/// What was read last of a plain file. Places are counted behind its header.
pub(super) struct Window {
    file: File,
    /// Bytes of the header.
    head: u64,
    /// Where the bytes stand that are held, and how many are.
    at: u64,
    held: usize,
    bytes: Vec<u8>,
    /// Bytes to read where a row begins: so many that most rows end there.
    least: usize,
}

impl Window {
    /// On a file with a header of so many bytes.
    pub(super) fn of(file: File, head: u64) -> Self {
        Self { file, head, at: 0, held: 0, bytes: Vec::new(), least: LEAST }
    }

    /// The file from a place on.
    pub(super) fn from(&mut self, at: u64) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(self.head + at))?;
        Ok(&mut self.file)
    }

    /// Reads so many bytes behind those that are held, or as many as there are.
    fn read(&mut self, size: usize) -> io::Result<usize> {
        let (kept, full) = (self.held, self.held + size);
        if self.bytes.len() < full {
            self.bytes.resize(full, 0);
        }
        while self.held < full {
            let at = self.head + self.at + self.held as u64;
            match read_at(&self.file, &mut self.bytes[self.held..full], at) {
                Ok(0) => break,
                Ok(more) => self.held += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.held - kept)
    }

    /// Lets go of all bytes: those from a place on are next.
    fn restart(&mut self, at: u64) {
        (self.at, self.held) = (at, 0);
    }

    /// How many bytes to read from a place on: with those that will be asked for next, as long as they are near.
    fn reach(&self, at: u64, next: impl Iterator<Item = u64>) -> usize {
        let mut size = self.least;
        for place in next {
            let from = place.saturating_sub(at);
            if from > size as u64 + NEAR || from > (MOST - self.least) as u64 {
                break;
            }
            size = size.max(from as usize + self.least);
        }
        size
    }

    /// The line that begins at a place, without the sign that ends it; none if nothing is there. `next` are places
    /// that will be asked for then.
    pub(super) fn row(
        &mut self,
        at: u64,
        next: impl Iterator<Item = u64>,
    ) -> io::Result<Option<&[u8]>> {
        if at < self.at || at >= self.at + self.held as u64 {
            let size = self.reach(at, next);
            self.restart(at);
            self.read(size)?;
        }
        let mut from = usize::try_from(at - self.at).expect("the window holds it");
        let mut to = from;
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.bytes[to..self.held]) {
                to += length;
                break;
            }
            // What stands before the row is not asked for again.
            self.bytes.copy_within(from..self.held, 0);
            (self.at, self.held) = (at, self.held - from);
            (from, to) = (0, self.held);
            let size = (self.held * 2).clamp(LEAST, MOST);
            if to > LONGEST || self.read(size)? == 0 {
                break;
            }
            self.least = (self.least * 2).min(LEAST * 8);
        }
        Ok((from < self.held).then(|| &self.bytes[from..to]))
    }

    /// How many lines end between two places, one of which is asked for next.
    pub(super) fn line_ends(&mut self, from: u64, to: u64) -> io::Result<u64> {
        let (mut at, mut ends) = (from, 0);
        while at < to {
            let piece = usize::try_from(to - at).map_or(MOST, |left| left.min(MOST));
            self.restart(at);
            let read = self.read(piece + self.least)?.min(piece);
            if read == 0 {
                break;
            }
            ends += memchr::memchr_iter(b'\n', &self.bytes[..read]).count() as u64;
            at += read as u64;
        }
        Ok(ends)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::io::Read;
    file.seek(SeekFrom::Start(offset))?;
    file.read(buffer)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::super::revisit::Revisit;
    use super::*;

    fn window(text: &[u8]) -> Window {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        Window::of(file, 5)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn rows_are_found_at_their_places(
            lines in prop::collection::vec(
                (
                    prop_oneof![
                        8 => 0_usize..150,
                        2 => 400_usize..1200,
                        2 => 3_000_usize..5_000,
                        1 => 60_000_usize..140_000
                    ],
                    0_u8..4,
                ),
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
            let (mut told, mut plain, mut counts) = (window(&text), window(&text), window(&text));
            for (number, (at, lines, line)) in asked.iter().enumerate() {
                // An empty last line without an end is none.
                let due = (at + 5 < text.len() as u64).then_some(&line[..]);
                let next = || asked[number + 1..].iter().map(|(at, ..)| *at);
                prop_assert_eq!(told.row(*at, next()).unwrap(), due);
                // What will be asked for may turn out otherwise.
                prop_assert_eq!(plain.row(*at, next().skip(1).step_by(2)).unwrap(), due);
                let packed = Revisit::of_packed(&text[5..], *at);
                prop_assert_eq!(packed, (*lines, due.map(<[u8]>::to_vec)));
                prop_assert_eq!(counts.line_ends(0, *at).unwrap(), *lines);
                prop_assert_eq!(counts.row(*at, std::iter::empty()).unwrap(), due);
            }
        }
    }

    #[test]
    fn the_window_stays_small() {
        let row = b"0123456789\n";
        let text = [&b"head\n"[..], &row.repeat(100_000)].concat();
        let mut plain = window(&text);
        let places = (0..1_100_000).step_by(row.len());
        for at in places.clone() {
            let next = places.clone().skip(at as usize / row.len() + 1).take(20_000);
            assert_eq!(plain.row(at, next).unwrap(), Some(&row[..10]));
            assert!(plain.bytes.len() < 2 * MOST);
        }
    }

    #[test]
    fn a_file_that_ends_before_has_no_rows_there() {
        let mut plain = window(b"head\na,b\n");
        let nothing = std::iter::empty;
        assert_eq!(plain.row(4, nothing()).unwrap(), None);
        assert_eq!(plain.row(400, [2000].into_iter()).unwrap(), None);
        assert_eq!(plain.row(0, [2, 400].into_iter()).unwrap(), Some(&b"a,b"[..]));
    }
}
