//! What several test programs share: the binary, and books copied where they may be written to.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of `fixtures/cases`, sorted.
pub(crate) fn cases() -> Vec<PathBuf> {
    folders("fixtures/cases")
}

/// The folders in one of the repository, in order.
pub(crate) fn folders(of: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(of)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// A copy of a book without its store and its expected results.
pub(crate) fn copy_book(case: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(case, dir.path());
    dir
}

/// Copies a folder's files, and its folders but for stores and expected results.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_owned();
        if path.is_file() {
            fs::copy(&path, to.join(&name)).unwrap();
        } else if name != "expected" && name != ".revshare" {
            copy(&path, &to.join(&name));
        }
    }
}

/// Runs the program in a directory.
pub(crate) fn revshare(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_revshare")).current_dir(dir).args(args).output().unwrap()
}
