//! What an import is asked to do, and how it tells of its progress.

use std::io::Write;

use super::SourceFile;
use super::mapping::Mapping;
use crate::contract::Contract;
use crate::fact::bulk::Shelf;
use crate::fact::{Archive, Known, Lens};

/// What to import, and where to tell of it.
pub struct Request<'a> {
    /// The files; each once.
    pub files: &'a [SourceFile],
    /// What `revshare.toml` says.
    pub mapping: &'a Mapping,
    /// The contracts of the book: what prices sales.
    pub contracts: &'a [Contract],
    /// What the tallies keep apart: enough for these contracts and any that is to come.
    pub lens: &'a Lens,
    /// Everything delivered before.
    pub archive: &'a Archive,
    /// The ids delivered before.
    pub known: &'a dyn Known,
    /// Where refused rows go, as JSON lines.
    pub rejects: Option<&'a mut dyn Write>,
    /// Told of every few thousand rows, and at the end of each file.
    pub progress: &'a mut dyn FnMut(Progress<'_>),
    /// Takes plain rows of CSV files the express way.
    pub bulk: Option<Bulk<'a>>,
}

/// What a large delivery is read with.
#[derive(Clone, Copy)]
pub struct Bulk<'a> {
    /// Where marks lie while the files are read.
    pub shelf: &'a dyn Shelf,
    /// Threads that read rows.
    pub threads: usize,
    /// Bytes that a thread reads at once, roughly.
    pub chunk: usize,
}

impl Bulk<'_> {
    /// A chunk that stays in a core's cache, with what comes of it.
    pub const CHUNK: usize = 256 << 10;
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file at hand.
    pub file: &'a str,
    /// Its rows so far.
    pub rows: u64,
    /// Its bytes read so far.
    pub bytes: u64,
    /// The bytes of all files of the delivery.
    pub total_bytes: u64,
}

/// Nothing is told of progress.
pub fn silent(_: Progress<'_>) {}
