//! The rows of a delivery that were refused, in a file beside the store.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::BookError;
use crate::store::{Disk, Medium};

const FOLDER: &str = "rejects";

/// The rejects file of an import: made with its first row, and kept only with the import.
pub(super) struct Rejects {
    store: PathBuf,
    path: PathBuf,
    /// Its name while it is not whole.
    new: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Rejects {
    /// That of the import of a number.
    pub(super) fn new(store: &Path, import: u64) -> Self {
        let path = store.join(FOLDER).join(format!("{import:06}.jsonl"));
        Self { store: store.to_owned(), new: path.with_extension("jsonl.new"), path, file: None }
    }

    /// Gives the file its name, before the import is acknowledged; none if nothing was refused. Once this
    /// returns, what was refused survives.
    pub(super) fn keep(mut self) -> Result<Option<PathBuf>, BookError> {
        let fail = |source| BookError::File { path: self.path.display().to_string(), source };
        let Some(file) = self.file.take() else {
            // An import of the same number may have failed after it had kept its own.
            remove(&self.path).map_err(fail)?;
            return Ok(None);
        };
        let whole = file.into_inner().map_err(|error| fail(error.into_error()))?;
        whole.sync_data().map_err(fail)?;
        fs::rename(&self.new, &self.path).map_err(fail)?;
        let folders = Disk::new(&self.store);
        ["", FOLDER].iter().try_for_each(|folder| folders.sync_folder(folder)).map_err(fail)?;
        Ok(Some(self.path.clone()))
    }

    fn file(&mut self) -> io::Result<&mut BufWriter<File>> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            self.file = Some(BufWriter::new(File::create(&self.new)?));
        }
        Ok(self.file.as_mut().expect("it was just made"))
    }
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes what interrupted imports left: files that are not whole, and those of imports that did not
/// come about.
pub(super) fn clear(store: &Path, imports: u64) -> Result<(), BookError> {
    let folder = store.join(FOLDER);
    let fail = |source| BookError::File { path: folder.display().to_string(), source };
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(fail)?,
    };
    for entry in entries {
        let path = entry.map_err(fail)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let import = name.strip_suffix(".jsonl").and_then(|number| number.parse::<u64>().ok());
        if name.ends_with(".jsonl.new") || import.is_some_and(|import| import > imports) {
            fs::remove_file(&path).map_err(fail)?;
        }
    }
    Ok(())
}

impl Write for Rejects {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for Rejects {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What was not kept is nothing; the next import of this number writes it anew anyway.
            let _gone = fs::remove_file(&self.new);
            // Only an empty folder goes.
            let _empty = self.new.parent().map(fs::remove_dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failed_import_refused_is_not_what_the_next_one_did() {
        let store = tempfile::tempdir().unwrap();
        let refused = |row: &[u8]| {
            let mut rejects = Rejects::new(store.path(), 1);
            rejects.write_all(row).unwrap();
            rejects.keep().unwrap()
        };
        let kept = refused(b"one").expect("a row was refused");
        assert_eq!(fs::read(&kept).unwrap(), b"one");
        refused(b"two");
        assert_eq!(fs::read(&kept).unwrap(), b"two");
        assert_eq!(Rejects::new(store.path(), 1).keep().unwrap(), None);
        assert!(!kept.exists());
        assert_eq!(Rejects::new(store.path(), 1).keep().unwrap(), None);
    }
}
