//! What an import is asked to do, and how it tells of its progress.

use std::io::Write;

use super::SourceFile;
use super::interrupt::Interrupt;
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
    /// Told of every few thousand rows, at the end of each file, and of what follows.
    pub progress: &'a mut dyn FnMut(Progress<'_>),
    /// Takes plain rows the express way, and reads all others on its threads as well.
    pub bulk: Option<Bulk<'a>>,
    /// Stops it.
    pub interrupt: Option<&'a Interrupt>,
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
    /// A chunk that is read at once, and still in the core's own cache when its rows are read.
    pub const CHUNK: usize = 512 << 10;
}

/// What an import is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Finding out whether a file was imported before; counted in its bytes.
    Recognising,
    /// Reading the files; counted in bytes as they lie on the disk.
    Reading,
    /// Comparing ids with each other, and with those of earlier deliveries; counted in parts of all ids.
    Comparing,
    /// Reading rows again that contradict others; counted in parts of the files.
    ReadingAgain,
    /// Making it durable.
    Keeping,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What it is at.
    pub step: Step,
    /// The file at hand; empty if it is none in particular.
    pub file: &'a str,
    /// The rows that were read so far, of all files.
    pub rows: u64,
    /// How much of the step is done.
    pub done: u64,
    /// How much there is to do; 0 if that is not known.
    pub total: u64,
}

/// Nothing is told of progress.
pub fn silent(_: Progress<'_>) {}
