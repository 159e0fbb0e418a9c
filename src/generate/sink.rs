//! A file that is written in large pieces and knows its own digest.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name in the directory.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
}

/// Pieces of about this size are written.
const PIECE: usize = 1 << 20;

pub(super) struct Sink {
    name: String,
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    /// What is to be written next; lines are appended to it.
    pub(super) ahead: Vec<u8>,
}

impl Sink {
    pub(super) fn create(dir: &Path, name: String) -> io::Result<Self> {
        let file = File::create_new(dir.join(&name))?;
        let ahead = Vec::with_capacity(PIECE + 4096);
        Ok(Self { name, file, hasher: blake3::Hasher::new(), bytes: 0, ahead })
    }

    /// Is there enough for a piece?
    pub(super) fn is_full(&self) -> bool {
        self.ahead.len() >= PIECE
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.hasher.update(&self.ahead);
        self.file.write_all(&self.ahead)?;
        self.bytes += self.ahead.len() as u64;
        self.ahead.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<Written> {
        self.flush()?;
        let blake3 = self.hasher.finalize().to_hex().to_string();
        Ok(Written { path: self.name, bytes: self.bytes, blake3 })
    }
}
