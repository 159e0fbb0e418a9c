//! A build without Parquet says so, and which build has it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Column;
use crate::intake::source::Input;

pub(super) fn open(_: &Path, _: &Arc<AtomicU64>) -> io::Result<(Vec<Column>, Input)> {
    let remedy = "this build reads no Parquet; build revshare with `--features parquet`";
    Err(io::Error::new(io::ErrorKind::Unsupported, remedy))
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
