//! The seal of the index: what its files are, byte for byte, and how far it knows the journal.
//!
//! The law: a seal fits only the files that were sealed, and only a journal that has the place that it names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::Mark;
use super::trail::Trail;

/// Where the index is, below a store.
pub(super) const FOLDER: &str = "index";
/// Where its seal is.
pub(super) const SEAL: &str = "index.seal";

/// A place of the journal as bytes.
pub(super) fn head_value(mark: &Mark) -> Vec<u8> {
    let numbers = [mark.records.to_be_bytes(), mark.end.to_be_bytes()];
    [numbers.as_flattened(), &mark.chain].concat()
}

/// The seal of an index whose files have that digest, and which knows the journal up to a place.
pub(super) fn seal(files: &str, known: &Mark) -> String {
    format!("{files} {} {}\n", known.records, blake3::hash(&head_value(known)).to_hex())
}

/// Up to which place of the journal the index knows it, if its files are as they were left.
pub(super) fn sealed(root: &Path, trail: &Trail) -> Option<Mark> {
    let found = fs::read_to_string(root.join(SEAL)).ok()?;
    let records = found.split(' ').nth(1)?.parse().ok()?;
    let known = *trail.after(records)?;
    (found == seal(&digest_of(&root.join(FOLDER)).ok()?, &known)).then_some(known)
}

/// Every file below a folder, relative to it, sorted; none if it is not there.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.try_exists()? {
        return Ok(found);
    }
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// A digest of the names and bytes of every file below a folder.
pub(super) fn digest_of(folder: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files(folder)? {
        let bytes = fs::read(folder.join(&file))?;
        hasher.update(blake3::hash(file.to_string_lossy().as_bytes()).as_bytes());
        hasher.update(blake3::hash(&bytes).as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}
