//! What the store needs from a disk, and the disk itself.
//!
//! Every byte that the store reads or writes (but for the index and the lock) goes through
//! [`Medium`], so that a test can put a medium that loses, tears and refuses in the place of the
//! disk. Names are relative to the store's folder, with `/` between the parts. The law: nothing is
//! promised to survive before [`sync`](Medium::sync) of the file and, after a file appeared, moved
//! or went, [`sync_folder`](Medium::sync_folder) of its folder.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The few things that a store does with files.
///
/// # Errors
/// Each operation gives back what the operating system said.
#[expect(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait Medium: Send + Sync {
    /// The size of a file; none if there is no such file.
    fn size(&self, name: &str) -> io::Result<Option<u64>>;
    /// Fills the buffer from an offset on; an error if the file ends before.
    fn read(&self, name: &str, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// Writes at the end of a file, which is made if there is none.
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// The same for bytes that lie in several places, one behind the other.
    fn append_all(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        self.append(name, &parts.concat())
    }
    /// Says that a file will be about so large, before anybody else writes to it. A disk can then find room for it in
    /// one piece and at once, not while it is written. Nobody relies on it: what was wanted too much of is given back
    /// by [`truncate`](Self::truncate).
    fn expect(&self, _name: &str, _size: u64) {}
    /// Makes what was written to a file survive a power cut.
    fn sync(&self, name: &str) -> io::Result<()>;
    /// Cuts a file to a size.
    fn truncate(&self, name: &str, size: u64) -> io::Result<()>;
    /// Moves a file over another, in one step.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file; nothing happens if there is none.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes a folder and those above it, if they are not there, and makes it survive a power cut;
    /// `""` is the store's own.
    fn make_folder(&self, name: &str) -> io::Result<()>;
    /// The names of the files in a folder, sorted; none if there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
    /// Makes the files that appeared in, moved into or went from a folder survive a power cut.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;
}

/// A folder of the file system.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    open: Mutex<BTreeMap<String, Open>>,
}

#[derive(Clone, Debug)]
struct Open {
    file: Arc<File>,
    writable: bool,
}

/// So many files stay open at most.
const OPEN_FILES: usize = 128;
/// Room is found for a file beforehand if there is so many times as much.
#[cfg(target_os = "linux")]
const SPARE: u64 = 4;

impl Disk {
    /// The medium of a store's folder, which need not exist.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), open: Mutex::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The handle of a file: the one that wrote it also syncs it, so that no error of writing back
    /// is missed.
    fn handle(&self, name: &str, writable: bool) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = open.get(name).filter(|found| found.writable || !writable) {
            return Ok(Arc::clone(&found.file));
        }
        let mut options = OpenOptions::new();
        options.read(true).append(writable).create(writable);
        let file = Arc::new(options.open(self.path(name))?);
        if open.len() >= OPEN_FILES {
            open.retain(|_, other| other.writable);
        }
        open.insert(name.to_owned(), Open { file: Arc::clone(&file), writable });
        Ok(file)
    }

    fn forget(&self, name: &str) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl Medium for Disk {
    fn size(&self, name: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(name)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, name: &str, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        read_at(&*self.handle(name, false)?, buffer, offset)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        (&*self.handle(name, true)?).write_all(bytes)
    }

    fn append_all(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let handle = self.handle(name, true)?;
        let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut left = &mut slices[..];
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match (&*handle).write_vectored(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn expect(&self, name: &str, size: u64) {
        // Where there is no room, or this is unknown, writing says what is to be said.
        let _nobody_relies_on_it = self.handle(name, true).and_then(|file| reserve(&file, size));
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.handle(name, true)?.sync_all()
    }

    fn truncate(&self, name: &str, size: u64) -> io::Result<()> {
        self.handle(name, true)?.set_len(size)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.forget(from);
        self.forget(to);
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.forget(name);
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn make_folder(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        fs::create_dir_all(&path)?;
        path.parent().map_or(Ok(()), sync_path)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path(folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        sync_path(&self.path(folder))
    }
}

/// Finds room for a file that nobody writes to, if it is a small part of what is there: others want room as well.
#[cfg(target_os = "linux")]
fn reserve(file: &File, size: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate, fstatvfs};
    let disk = fstatvfs(file)?;
    if disk.f_bavail.saturating_mul(disk.f_frsize) / SPARE < size {
        return Ok(());
    }
    let found = fallocate(file, FallocateFlags::KEEP_SIZE, 0, size);
    // What was found is kept even if it is not enough.
    found.or_else(|_| file.set_len(file.metadata()?.len()))
}

#[cfg(unix)]
fn sync_path(folder: &Path) -> io::Result<()> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(here)?.sync_all()
}

/// Other systems have no such call: their file systems order names by themselves.
#[cfg(not(unix))]
fn sync_path(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    const ROOM: u64 = 8 << 20;

    #[test]
    fn room_that_was_found_is_no_part_of_a_file_and_goes_back() {
        let dir = tempfile::tempdir().unwrap();
        let medium = Disk::new(dir.path());
        let taken = || fs::metadata(dir.path().join("a")).unwrap().blocks() * 512;
        medium.append("a", b"some").unwrap();
        medium.expect("a", ROOM);
        // Not every disk can; one that does has found all of it.
        let found = taken();
        assert!(!(ROOM / 2..ROOM).contains(&found));
        medium.append("a", b"thing").unwrap();
        assert_eq!(fs::read(dir.path().join("a")).unwrap(), b"something");
        medium.truncate("a", 9).unwrap();
        medium.sync("a").unwrap();
        assert!(taken() < ROOM / 2);
        // More than any disk has: nothing is taken.
        medium.expect("a", u64::MAX);
        medium.expect("a", 1 << 60);
        assert!(taken() < ROOM / 2);
        assert_eq!(medium.size("a").unwrap(), Some(9));
    }
}
