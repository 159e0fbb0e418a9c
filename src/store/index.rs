//! The index: where to find what in the journal. It can be thrown away at any time.
//!
//! This is the only file that names sled. sled does not fsync, can refuse to open after a crash and
//! panics on damage, so nothing is promised on its word: it is opened only while its files are byte
//! for byte as they were left (a seal beside them says so), inside a guard, and whatever it answers
//! is checked against the journal. In doubt it is made anew from the journal.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::journal::Mark;
use crate::calendar::Period;

const FOLDER: &str = "index";
const SEAL: &str = "index.seal";
const HEAD: &[u8] = b"head";

/// One thing that the index knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The last import that brought a file with that digest.
    File { digest: String, import: u64 },
    /// Where the closing of a period of a contract begins.
    Closing { contract: String, period: Period, offset: u64 },
    /// Where a record begins.
    Record { sequence: u64, offset: u64 },
}

impl Row {
    fn key(&self) -> Vec<u8> {
        match self {
            Self::File { digest, .. } => file_key(digest),
            Self::Closing { contract, period, .. } => closing_key(contract, *period),
            Self::Record { sequence, .. } => [b"r".as_slice(), &sequence.to_be_bytes()].concat(),
        }
    }

    fn value(&self) -> u64 {
        match self {
            Self::File { import: value, .. }
            | Self::Closing { offset: value, .. }
            | Self::Record { offset: value, .. } => *value,
        }
    }
}

fn file_key(digest: &str) -> Vec<u8> {
    format!("f{digest}").into_bytes()
}

fn closing_key(contract: &str, period: Period) -> Vec<u8> {
    format!("c{contract}\n{period}").into_bytes()
}

fn head_value(mark: &Mark) -> Vec<u8> {
    let numbers = [mark.records.to_be_bytes(), mark.end.to_be_bytes()];
    [numbers.as_flattened(), &mark.chain].concat()
}

/// An open index.
pub(super) struct Index {
    root: PathBuf,
    db: Option<sled::Db>,
}

impl Index {
    /// Opens the index of a store, if it is whole and knows the journal up to its end.
    pub(super) fn open(root: &Path, mark: &Mark) -> Option<Self> {
        let seal = fs::read_to_string(root.join(SEAL)).ok()?;
        if seal.trim_end() != seal_of(&root.join(FOLDER)).ok()?.as_str() {
            return None;
        }
        fs::remove_file(root.join(SEAL)).ok()?;
        let index = Self::start(root)?;
        let head = guarded(|| index.db().get(HEAD).ok().flatten())??;
        (head == head_value(mark)).then_some(index)
    }

    /// Throws away what is there and makes the index from rows. None if the disk does not let it.
    pub(super) fn make(root: &Path, rows: &[Row], mark: &Mark) -> Option<Self> {
        discard(root).ok()?;
        let index = Self::start(root)?;
        index.put(rows, mark).then_some(index)
    }

    fn start(root: &Path) -> Option<Self> {
        let config = sled::Config::new()
            .path(root.join(FOLDER))
            .cache_capacity(8 << 20)
            .flush_every_ms(None);
        let db = guarded(|| config.open().ok())??;
        Some(Self { root: root.to_owned(), db: Some(db) })
    }

    fn db(&self) -> &sled::Db {
        self.db.as_ref().expect("it is taken only when dropped")
    }

    /// Adds rows in one step; false if it could not, and the index must no longer be used.
    pub(super) fn put(&self, rows: &[Row], mark: &Mark) -> bool {
        let write = || {
            let mut batch = sled::Batch::default();
            rows.iter().for_each(|row| batch.insert(row.key(), &row.value().to_be_bytes()));
            batch.insert(HEAD, head_value(mark));
            self.db().apply_batch(batch).is_ok()
        };
        guarded(write).unwrap_or(false)
    }

    /// The last import that brought a file with that digest.
    pub(super) fn import_of(&self, digest: &str) -> Option<u64> {
        self.get(&file_key(digest))
    }

    /// Where the closing of a period begins.
    pub(super) fn closing(&self, contract: &str, period: Period) -> Option<u64> {
        self.get(&closing_key(contract, period))
    }

    /// Lets it go without a seal, so that it is made anew.
    pub(super) fn abandon(mut self) {
        let db = self.db.take();
        guarded(|| drop(db));
    }

    fn get(&self, key: &[u8]) -> Option<u64> {
        let value = guarded(|| self.db().get(key).ok().flatten())??;
        Some(u64::from_be_bytes(value.as_ref().try_into().ok()?))
    }

    /// Does it hold these rows (of two with one key, the later), and nothing else?
    pub(super) fn holds(&self, rows: &[Row]) -> bool {
        let rows: BTreeMap<_, _> = rows.iter().map(|row| (row.key(), row.value())).collect();
        rows.iter().all(|(key, value)| self.get(key) == Some(*value))
            && guarded(|| self.db().len()) == Some(rows.len() + 1)
    }
}

impl Drop for Index {
    /// Closes sled and seals what it left; without a seal the index is made anew.
    fn drop(&mut self) {
        let Some(db) = self.db.take() else { return };
        let flushed = guarded(|| db.flush().is_ok());
        let closed = guarded(|| drop(db));
        if flushed == Some(true)
            && closed.is_some()
            && let Ok(seal) = seal_of(&self.root.join(FOLDER))
        {
            // A seal that cannot be written is a seal that is missing.
            let _sealed = fs::write(self.root.join(SEAL), format!("{seal}\n"));
        }
    }
}

/// Removes the index.
pub(super) fn discard(root: &Path) -> io::Result<()> {
    let gone = |done: io::Result<()>| match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    };
    gone(fs::remove_file(root.join(SEAL)))?;
    gone(fs::remove_dir_all(root.join(FOLDER)))
}

/// Looks at a copy, so that nothing is changed: does the index agree with the journal? None if
/// there is no whole index to look at.
pub(super) fn agrees(root: &Path, rows: &[Row], mark: &Mark) -> Option<bool> {
    let copy = Copy::of(root).ok()?;
    let index = Index::open(&copy.0, mark);
    Some(index.is_some_and(|index| index.holds(rows)))
}

/// A copy of an index in the folder for temporary files, removed when dropped.
struct Copy(PathBuf);

impl Copy {
    fn of(root: &Path) -> io::Result<Self> {
        use std::sync::atomic::{AtomicU64, Ordering};
        static COPIES: AtomicU64 = AtomicU64::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("revshare-index-{}-{number}", std::process::id());
        let copy = Self(std::env::temp_dir().join(name));
        fs::create_dir(&copy.0)?;
        fs::copy(root.join(SEAL), copy.0.join(SEAL))?;
        for file in files(&root.join(FOLDER))? {
            let to = copy.0.join(FOLDER).join(&file);
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(root.join(FOLDER).join(&file), to)?;
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What stays is in the folder for temporary files, and in nobody's way.
        let _removed = fs::remove_dir_all(&self.0);
    }
}

/// Every file below a folder, relative to it, sorted.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
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
fn seal_of(folder: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files(folder)? {
        let bytes = fs::read(folder.join(&file))?;
        hasher.update(blake3::hash(file.to_string_lossy().as_bytes()).as_bytes());
        hasher.update(blake3::hash(&bytes).as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// sled panics on damage; here that is no answer.
fn guarded<T>(ask: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(ask)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let row = |sequence| Row::Record { sequence, offset: sequence * 1000 };
        (1..400).map(row).collect()
    }

    const MARK: Mark = Mark { records: 399, end: 400_000, chain: [3; 32] };

    #[test]
    fn it_is_there_again_and_only_for_its_journal() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Index::open(dir.path(), &MARK).is_none());
        drop(Index::make(dir.path(), &rows(), &MARK).unwrap());
        assert_eq!(agrees(dir.path(), &rows(), &MARK), Some(true));
        assert_eq!(agrees(dir.path(), &rows()[1..], &MARK), Some(false));
        let index = Index::open(dir.path(), &MARK).unwrap();
        assert!(index.holds(&rows()));
        assert!(Index::open(dir.path(), &MARK).is_none(), "no seal while it is open");
        drop(index);
        assert!(Index::open(dir.path(), &Mark { records: 400, ..MARK }).is_none());
    }

    /// Damage under a seal that fits, which only malice can make: sled itself is asked, and may
    /// panic inside the guard.
    #[test]
    fn sealed_damage_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..24_usize {
            drop(Index::make(dir.path(), &rows(), &MARK).unwrap());
            let folder = dir.path().join(FOLDER);
            for file in files(&folder).unwrap() {
                let mut bytes = fs::read(folder.join(&file)).unwrap();
                if round % 3 == 0 {
                    bytes.truncate(bytes.len() * round / 24);
                } else {
                    let step = 1 + round * 40;
                    bytes.iter_mut().step_by(step).for_each(|byte| *byte ^= 0xA5);
                }
                fs::write(folder.join(&file), bytes).unwrap();
            }
            fs::write(dir.path().join(SEAL), seal_of(&folder).unwrap()).unwrap();
            if let Some(index) = Index::open(dir.path(), &MARK) {
                let _any_answer = index.get(&rows()[0].key());
                let _any_outcome = index.put(&rows(), &MARK);
            }
        }
    }
}
