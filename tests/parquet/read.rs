//! Reads folders, and single sales written as Parquet.

use std::path::Path;

use parquet::basic::Compression;
use revshare::fact::bulk::MemoryShelf;
use revshare::intake::{Import, IntakeError, silent};

use super::brought::{Before, Way};
use super::columns::{Values, write};
use super::sales::one;

pub(crate) fn read(
    dir: &Path,
    map: &str,
    rejects: &mut Vec<u8>,
    express: Option<(usize, usize)>,
) -> Result<Import, IntakeError> {
    let way = Way { contract: None, map, before: &Before::default(), express };
    way.import(&way.files(dir), &MemoryShelf::default(), Some(rejects), &mut silent)
}

/// What comes of one such sale.
pub(crate) fn read_one(changed: &[(&str, Values)], mapping: &str) -> Import {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sales.parquet");
    write(&path, &one(changed), 1, 10, Compression::UNCOMPRESSED);
    read(dir.path(), mapping, &mut Vec::new(), None).unwrap()
}
