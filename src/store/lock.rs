//! One process at a time: an exclusive lock on a file of the store, held by the operating system
//! and gone with the process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use super::error::StoreError;
use super::seen::{Instant, Stamp};

const LOCK: &str = "lock";

/// The lock; dropping it lets the next process in.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock for reading and writing, and leaves this process's number in the file.
    pub(super) fn exclusive(dir: &Path) -> Result<Self, StoreError> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join(LOCK));
        let mut file = opened.map_err(StoreError::disk("write", LOCK))?;
        held(file.try_lock(), dir)?;
        let note = format!("{}\n", std::process::id());
        let noted = file.set_len(0).and_then(|()| file.write_all(note.as_bytes()));
        noted.map_err(StoreError::disk("write", LOCK))?;
        Ok(Self { _file: file })
    }

    /// When it was taken, by the clock of the file system; none if that does not say.
    pub(super) fn taken(dir: &Path) -> Option<Instant> {
        Stamp::of(&dir.join(LOCK)).map(|stamp| stamp.modified())
    }

    /// Takes the lock for looking only; writes nothing. A store without the file has no user.
    pub(super) fn shared(dir: &Path) -> Result<Option<Self>, StoreError> {
        let Ok(file) = File::open(dir.join(LOCK)) else { return Ok(None) };
        held(file.try_lock_shared(), dir)?;
        Ok(Some(Self { _file: file }))
    }
}

fn held(tried: Result<(), TryLockError>, dir: &Path) -> Result<(), StoreError> {
    match tried {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::Locked { dir: dir.to_owned(), holder: holder(dir) })
        }
        Err(TryLockError::Error(source)) => Err(StoreError::disk("lock", LOCK)(source)),
    }
}

fn holder(dir: &Path) -> String {
    let text = fs::read_to_string(dir.join(LOCK)).unwrap_or_default();
    match text.trim().parse::<u32>() {
        Ok(process) => format!("process {process}"),
        Err(_) => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_and_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::exclusive(dir.path()).unwrap();
        let refused = Lock::exclusive(dir.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        assert!(Lock::shared(dir.path()).is_err());
        drop(first);
        let _reader = Lock::shared(dir.path()).unwrap().expect("the file is there");
        let _other = Lock::shared(dir.path()).unwrap().expect("readers do not disturb each other");
        assert!(Lock::exclusive(dir.path()).is_err());
    }
}
