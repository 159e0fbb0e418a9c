//! The index: where to find what in the journal. It can be thrown away at any time.
//!
//! This is the only file that names sled. sled does not fsync, can refuse to open after a crash and
//! panics on damage, so nothing is promised on its word: it is opened only while its files are byte
//! for byte as they were left (a seal beside them says so), inside a guard, and whatever it answers
//! is checked against the journal. In doubt it is made anew from the journal.
//!
//! Opening it costs more than most commands need, so it is opened only when it is asked, and may be
//! behind the journal until then: the seal says how far it knows it. That of a new store says that there is
//! none yet.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::journal::Mark;
use super::seal::{FOLDER, SEAL, digest_of, files, head_value, seal, sealed};
use super::trail::Trail;
use crate::calendar::Period;

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

/// Is there a whole index that knows this journal, up to some place?
pub(super) fn stands(root: &Path, trail: &Trail) -> bool {
    sealed(root, trail).is_some()
}

/// An index that is opened when it is first asked.
pub(super) struct Lookup {
    root: PathBuf,
    opened: Mutex<Asked>,
}

/// Whether it was asked, and came to be opened.
enum Asked {
    NotYet,
    Opened(Index),
    InVain,
}

impl Lookup {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), opened: Mutex::new(Asked::NotYet) }
    }

    /// The last import that brought a file with that digest.
    pub(super) fn import_of(&self, digest: &str, trail: &Trail) -> Option<u64> {
        let mut asked = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Asked::NotYet = *asked {
            *asked = Index::open(&self.root, trail).map_or(Asked::InVain, Asked::Opened);
        }
        let Asked::Opened(index) = &mut *asked else { return None };
        if !index.catch_up(trail) {
            *asked = Asked::InVain;
            return None;
        }
        index.get(&file_key(digest))
    }
}

/// An open index.
pub(super) struct Index {
    root: PathBuf,
    db: Option<sled::Db>,
    /// How far it knows the journal; none once it must not be used any more.
    known: Option<Mark>,
}

impl Index {
    /// Opens the index of a store, if it is whole and knows the journal up to some place.
    fn open(root: &Path, trail: &Trail) -> Option<Self> {
        let known = sealed(root, trail)?;
        fs::remove_file(root.join(SEAL)).ok()?;
        let mut index = Self::start(root)?;
        let good = match guarded(|| index.db().get(HEAD).ok())?? {
            Some(head) => head == head_value(&known),
            // It was not there yet: it begins with what it was sealed to know, which is nothing.
            None => trail.split(&known)?.0.is_empty() && index.put(&[], &known),
        };
        index.known = good.then_some(known);
        good.then_some(index)
    }

    /// Throws away what is there and makes the index anew. None if the disk does not let it.
    pub(super) fn make(root: &Path, trail: &Trail) -> Option<Self> {
        discard(root).ok()?;
        let mut index = Self::start(root)?;
        index.put(trail.rows(), trail.end()?).then_some(index)
    }

    fn start(root: &Path) -> Option<Self> {
        let config = sled::Config::new()
            .path(root.join(FOLDER))
            .cache_capacity(8 << 20)
            .flush_every_ms(None);
        let db = guarded(|| config.open().ok())??;
        Some(Self { root: root.to_owned(), db: Some(db), known: None })
    }

    /// Adds what it does not know yet; false if it could not, and must not be used.
    fn catch_up(&mut self, trail: &Trail) -> bool {
        let (Some(known), Some(end)) = (self.known, trail.end()) else { return false };
        known == *end || trail.split(&known).is_some_and(|(_, rows)| self.put(rows, end))
    }

    fn db(&self) -> &sled::Db {
        self.db.as_ref().expect("it is taken only when dropped")
    }

    /// Adds rows in one step; false if it could not, and the index must no longer be used.
    fn put(&mut self, rows: &[Row], mark: &Mark) -> bool {
        self.known = None;
        let write = || {
            let mut batch = sled::Batch::default();
            rows.iter().for_each(|row| batch.insert(row.key(), &row.value().to_be_bytes()));
            batch.insert(HEAD, head_value(mark));
            self.db().apply_batch(batch).is_ok()
        };
        self.known = guarded(write).unwrap_or(false).then_some(*mark);
        self.known.is_some()
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
            && let Some(known) = self.known
            && let Ok(files) = digest_of(&self.root.join(FOLDER))
        {
            // A seal that cannot be written is a seal that is missing.
            let _sealed = fs::write(self.root.join(SEAL), seal(&files, &known));
        }
    }
}

/// Throws away what is there and seals that there is no index yet, which is right as long as the journal has no
/// record; it is made when it is first asked. False if the disk does not let it.
pub(super) fn begin(root: &Path, trail: &Trail) -> bool {
    let begun = || {
        discard(root).ok()?;
        let nothing = digest_of(&root.join(FOLDER)).ok()?;
        fs::write(root.join(SEAL), seal(&nothing, trail.end()?)).ok()
    };
    begun().is_some()
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
pub(super) fn agrees(root: &Path, trail: &Trail) -> Option<bool> {
    if !root.join(FOLDER).exists() {
        // Either there is none yet, which is sealed, or it is gone.
        sealed(root, trail)?;
    }
    let copy = Copy::of(root).ok()?;
    let agrees = |index: Index| {
        let (rows, _) = trail.split(&index.known?)?;
        Some(index.holds(rows))
    };
    Some(Index::open(&copy.0, trail).and_then(agrees).unwrap_or(false))
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

/// sled panics on damage; here that is no answer.
fn guarded<T>(ask: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(ask)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Mark = Mark { records: 399, end: 400_000, chain: [3; 32] };

    fn record(sequence: u64) -> Row {
        Row::Record { sequence, offset: sequence * 1000 }
    }

    fn file(import: u64) -> Row {
        Row::File { digest: format!("{import:064}"), import }
    }

    fn trail(first: u64) -> Trail {
        let mut trail = Trail::default();
        trail.note((first..400).map(record));
        trail.stop(MARK);
        trail
    }

    #[test]
    fn it_is_there_again_and_only_for_its_journal() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Index::open(dir.path(), &trail(1)).is_none());
        drop(Index::make(dir.path(), &trail(1)).unwrap());
        assert_eq!(agrees(dir.path(), &trail(1)), Some(true));
        assert_eq!(agrees(dir.path(), &trail(2)), Some(false));
        assert!(stands(dir.path(), &trail(1)));
        let index = Index::open(dir.path(), &trail(1)).unwrap();
        assert!(index.holds(trail(1).rows()));
        assert!(Index::open(dir.path(), &trail(1)).is_none(), "no seal while it is open");
        drop(index);
        for other in [Mark { records: 400, ..MARK }, Mark { chain: [4; 32], ..MARK }] {
            let mut trail = Trail::default();
            trail.stop(other);
            assert!(!stands(dir.path(), &trail) && Index::open(dir.path(), &trail).is_none());
        }
    }

    #[test]
    fn one_that_was_not_there_yet_is_made_when_it_is_asked() {
        let (dir, mut trail) = (tempfile::tempdir().unwrap(), Trail::default());
        trail.stop(Mark { records: 0, ..MARK });
        assert!(begin(dir.path(), &trail) && stands(dir.path(), &trail));
        assert!(!dir.path().join(FOLDER).exists());
        assert_eq!(agrees(dir.path(), &trail), Some(true));
        trail.note([record(1), file(1)]);
        trail.stop(Mark { records: 1, ..MARK });
        assert!(stands(dir.path(), &trail));
        assert_eq!(agrees(dir.path(), &trail), Some(true), "it knows nothing, and nothing wrong");
        let lookup = Lookup::new(dir.path());
        assert_eq!(lookup.import_of(&format!("{:064}", 1), &trail), Some(1));
        drop(lookup);
        assert!(Index::open(dir.path(), &trail).unwrap().holds(trail.rows()));
        // Files that are gone are another matter than none.
        fs::remove_dir_all(dir.path().join(FOLDER)).unwrap();
        assert!(!stands(dir.path(), &trail));
        assert_eq!(agrees(dir.path(), &trail), None);
        // One that was never there is not taken for one that knows records.
        fs::write(
            dir.path().join(SEAL),
            seal(&digest_of(&dir.path().join(FOLDER)).unwrap(), &MARK),
        )
        .unwrap();
        assert!(Index::open(dir.path(), &trail).is_none());
    }

    #[test]
    fn one_that_is_behind_catches_up_when_it_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        drop(Index::make(dir.path(), &trail(1)).unwrap());
        let mut more = trail(1);
        for import in [7, 8] {
            more.note([record(393 + import), file(import)]);
            more.stop(Mark {
                records: 393 + import,
                end: 400_000 + import,
                chain: [import as u8; 32],
            });
            assert!(stands(dir.path(), &more));
            assert_eq!(agrees(dir.path(), &more), Some(true), "it is right as far as it goes");
            let lookup = Lookup::new(dir.path());
            assert_eq!(lookup.import_of(&format!("{import:064}"), &more), Some(import));
            assert_eq!(lookup.import_of(&format!("{:064}", 9), &more), None);
            drop(lookup);
            let index = Index::open(dir.path(), &more).unwrap();
            assert!(index.holds(more.rows()));
        }
    }

    /// Damage under a seal that fits, which only malice can make: sled itself is asked, and may
    /// panic inside the guard.
    #[test]
    fn sealed_damage_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..24_usize {
            drop(Index::make(dir.path(), &trail(1)).unwrap());
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
            fs::write(dir.path().join(SEAL), seal(&digest_of(&folder).unwrap(), &MARK)).unwrap();
            if let Some(mut index) = Index::open(dir.path(), &trail(1)) {
                let _any_answer = index.get(&record(1).key());
                let _any_outcome = index.put(trail(1).rows(), &MARK);
            }
        }
    }
}
