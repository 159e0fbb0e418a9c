//! A build without Parquet says so, and which build has it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Column;
use crate::intake::express::Buffer;
use crate::intake::source::Input;

/// No file can be opened.
#[derive(Clone)]
pub(in crate::intake) enum Sheet {}

/// Nor can its rows be shared, asked for again, or written out.
pub(in crate::intake) enum Shared {}
pub(in crate::intake) enum Walk {}
pub(in crate::intake) struct Strip {
    pub(in crate::intake) first: u64,
    none: Sheet,
}

/// What is known of rows that were written out.
#[allow(dead_code, reason = "no row is written out")]
pub(in crate::intake) enum Look {
    Plain { ascii: bool },
    Unknown,
}

pub(super) fn open(_: &Path, _: &Arc<AtomicU64>) -> io::Result<(Vec<Column>, Sheet)> {
    let remedy = "this build reads no Parquet; build revshare with `--features parquet`";
    Err(io::Error::new(io::ErrorKind::Unsupported, remedy))
}

impl Sheet {
    pub(super) fn lines(&self) -> Input {
        match *self {}
    }

    pub(in crate::intake) fn shared(self, _: bool) -> Shared {
        match self {}
    }

    pub(in crate::intake) fn walk(self) -> Walk {
        match self {}
    }
}

impl Shared {
    pub(in crate::intake) fn rows(&self) -> u64 {
        match *self {}
    }

    pub(in crate::intake) fn bytes(&self) -> u64 {
        match *self {}
    }

    pub(in crate::intake) fn next(&self, _: usize) -> io::Result<Option<(usize, Strip)>> {
        match *self {}
    }

    pub(in crate::intake) fn put(&self, strip: Strip, _: &mut Buffer) -> io::Result<Look> {
        match strip.none {}
    }
}

impl Walk {
    pub(in crate::intake) fn rows(&mut self, _: u64, _: u64) -> io::Result<&[u8]> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use crate::intake::{Mapping, SourceFile};

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_that_names_the_build() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sales.parquet");
        std::fs::write(&path, "PAR1").unwrap();
        let mapping = Mapping::default();
        let file = SourceFile::named(&path, &mapping).unwrap();
        let reader = crate::intake::Reader::new(&mapping, &[]);
        let error = reader.open(&file).map(drop).unwrap_err().to_string();
        assert!(error.ends_with("build revshare with `--features parquet`"), "{error}");
    }
}
