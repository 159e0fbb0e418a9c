//! Reads ahead on a thread of its own: unpacking takes about as long as reading the rows, and need not
//! wait for it.
//!
//! The law: the bytes are those of the input, an error comes where it came there, and the thread ends
//! with its reader.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use super::source::Input;

/// Bytes of a buffer, and how many full buffers wait at most.
const SIZE: usize = 256 << 10;
const WAITING: usize = 4;

/// What another thread reads.
struct Ahead {
    /// None once all was received.
    full: Option<Receiver<io::Result<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
    buffer: Vec<u8>,
    given: usize,
}

/// The same bytes, read by a thread of their own.
pub(super) fn ahead(mut input: Input) -> Input {
    let (out, full) = sync_channel(WAITING);
    let read = move || {
        loop {
            let mut buffer = Vec::with_capacity(SIZE);
            let read = input.by_ref().take(SIZE as u64).read_to_end(&mut buffer);
            let last = !matches!(read, Ok(1..));
            // Bytes before an error are given away first.
            let gone = !buffer.is_empty() && out.send(Ok(buffer)).is_err();
            if let Err(error) = read {
                // Nobody may be left to hear it.
                let _unheard = out.send(Err(error));
            }
            if last || gone {
                return;
            }
        }
    };
    let thread = Some(std::thread::spawn(read));
    Box::new(Ahead { full: Some(full), thread, buffer: Vec::new(), given: 0 })
}

impl Ahead {
    fn next(&mut self) -> io::Result<Vec<u8>> {
        let Some(full) = &self.full else { return Ok(Vec::new()) };
        if let Ok(read) = full.recv() {
            return read;
        }
        self.full = None;
        let ended = self.thread.take().map_or(Ok(()), JoinHandle::join);
        ended.map_err(|_| io::Error::other("a thread that reads a file has stopped"))?;
        Ok(Vec::new())
    }
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Ahead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.buffer.len() {
            self.buffer = self.next()?;
            self.given = 0;
        }
        Ok(&self.buffer[self.given..])
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // Without a receiver the thread stops at its next buffer.
        self.full = None;
        if let Some(thread) = self.thread.take() {
            // What broke it was told to whoever read on; nobody did.
            let _unheard = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes and fails then.
    struct Failing(io::Cursor<Vec<u8>>);

    impl Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => Err(io::Error::other("damaged")),
                count => Ok(count),
            }
        }
    }

    #[test]
    fn the_bytes_are_the_same_and_an_error_comes_in_its_place() {
        for size in [0, 1, SIZE - 1, SIZE, SIZE + 1, 9 * SIZE + 5] {
            let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let mut read = Vec::new();
            ahead(Box::new(io::Cursor::new(bytes.clone()))).read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
            let failing = io::BufReader::new(Failing(io::Cursor::new(bytes.clone())));
            read.clear();
            let mut input = ahead(Box::new(failing));
            let error = input.read_to_end(&mut read).unwrap_err();
            assert_eq!((error.to_string().as_str(), &read), ("damaged", &bytes));
        }
    }

    #[test]
    fn a_reader_that_leaves_early_takes_its_thread_along() {
        let mut input = ahead(Box::new(io::BufReader::new(io::repeat(7))));
        let mut some = [0; 10];
        input.read_exact(&mut some).unwrap();
        assert_eq!(some, [7; 10]);
        drop(input);
    }

    #[test]
    fn a_thread_that_breaks_down_is_an_error_and_no_end() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("on purpose")
            }
        }
        let mut input = ahead(Box::new(io::BufReader::new(Broken)));
        assert!(input.read_to_end(&mut Vec::new()).is_err());
    }
}
