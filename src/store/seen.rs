//! Files that were read before, and lie as they lay then: what the file system says of each (where it
//! lies, its size, when its bytes and when anything of it changed), and the digest of its bytes.
//!
//! No promise rests on this file of the store. A digest is believed only while the file system says
//! the same to the nanosecond, and only if all of it was at rest for some time before the store
//! was opened to read it: so a file that changes while it is read, or right after, is read again.
//! In doubt there is no digest. `verify` reads every such file and tells of one that did change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const FILE: &str = "seen";
const FILE_NEW: &str = "seen.new";
/// Seconds that a file has to be at rest: the coarsest clock that file systems keep.
const REST: i64 = 2;

/// Seconds and nanoseconds by the clock of the file system.
pub(super) type Instant = (i64, i64);

/// What the file system says of a file without reading it. It changes whenever the bytes are written: a
/// program can set back the time of the last change of the bytes, but not that of any change. Only a
/// program that changes bytes through mapped memory may leave it as it was; `verify` reads them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: Instant,
    changed: Instant,
}

impl Stamp {
    /// Of the file at a path, if it is there and the system says enough.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let about = fs::metadata(path).ok()?;
        Some(Self {
            device: about.dev(),
            inode: about.ino(),
            size: about.size(),
            modified: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        })
    }

    /// Other systems do not say when anything of a file changed.
    #[cfg(not(unix))]
    pub fn of(_path: &Path) -> Option<Self> {
        None
    }

    pub(super) fn modified(&self) -> Instant {
        self.modified
    }

    /// Was it at rest for long enough before a moment?
    fn rested(&self, before: Instant) -> bool {
        let (seconds, nanos) = self.modified.max(self.changed);
        seconds.checked_add(REST).is_some_and(|seconds| (seconds, nanos) < before)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    digest: String,
}

/// The files by their absolute paths.
type Entries = BTreeMap<String, Entry>;

/// What was seen in earlier commands and in this one; written when it is let go.
#[derive(Debug)]
pub(super) struct Seen {
    dir: PathBuf,
    /// When the store was opened, by the clock of its file system.
    opened: Instant,
    entries: Entries,
    new: bool,
}

impl Seen {
    pub(super) fn open(dir: &Path, opened: Instant) -> Self {
        let entries = read(dir).unwrap_or_default();
        Self { dir: dir.to_owned(), opened, entries, new: false }
    }

    /// The digest of a file that lies as it lay.
    pub(super) fn digest(&self, path: &Path) -> Option<&str> {
        let entry = self.entries.get(&name(path)?)?;
        (Stamp::of(path)? == entry.stamp).then_some(&*entry.digest)
    }

    /// A file had a stamp before all of it was read, and this digest.
    pub(super) fn saw(&mut self, path: &Path, before: Option<Stamp>, digest: &str) {
        let Some((name, stamp)) = name(path).zip(before) else { return };
        let same = Stamp::of(path) == before && stamp.rested(self.opened);
        let entry = Entry { stamp, digest: digest.to_owned() };
        if same && self.entries.get(&name) != Some(&entry) {
            self.entries.insert(name, entry);
            self.new = true;
        }
    }
}

impl Drop for Seen {
    /// What cannot be written is not known next time.
    fn drop(&mut self) {
        if self.new {
            let new = self.dir.join(FILE_NEW);
            let _known_next_time = fs::write(&new, text(&self.entries))
                .and_then(|()| fs::rename(new, self.dir.join(FILE)));
        }
    }
}

/// Forgets everything.
pub(super) fn discard(dir: &Path) {
    // What is left is still held against the file system before it is believed.
    let _forgotten = fs::remove_file(dir.join(FILE));
}

/// The files that lie as they lay when they were read, as far as the file system says, and yet have
/// other bytes: every one is read again for this.
pub fn changed_unseen(dir: &Path) -> Vec<PathBuf> {
    let changed = |(path, entry): &(String, Entry)| {
        let path = Path::new(path);
        let lies = || Stamp::of(path) == Some(entry.stamp);
        lies() && digest(path).is_some_and(|digest| digest != entry.digest) && lies()
    };
    let entries = read(dir).unwrap_or_default().into_iter();
    entries.filter(changed).map(|(path, _)| path.into()).collect()
}

fn digest(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

fn name(path: &Path) -> Option<String> {
    std::path::absolute(path).ok()?.to_str().map(str::to_owned)
}

fn check(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..32].to_owned()
}

fn text(entries: &Entries) -> String {
    let body = serde_json::to_string(entries).expect("texts and numbers are JSON");
    format!("{} {body}\n", check(&body))
}

fn read(dir: &Path) -> Option<Entries> {
    let text = fs::read_to_string(dir.join(FILE)).ok()?;
    let (sum, body) = text.trim_end().split_once(' ')?;
    let whole = sum == check(body);
    serde_json::from_str(body).ok().filter(|_| whole)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// Long after whatever a test writes.
    const LATER: Instant = (i64::MAX, 0);

    fn opened(dir: &Path) -> Seen {
        Seen::open(dir, LATER)
    }

    fn see(dir: &Path, path: &Path, at: Instant) {
        let stamp = Stamp::of(path);
        Seen::open(dir, at).saw(path, stamp, &digest(path).unwrap());
    }

    #[test]
    fn a_file_is_known_until_anything_of_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, path) = (dir.path(), dir.path().join("sales.csv"));
        fs::write(&path, "one").unwrap();
        see(dir, &path, LATER);
        assert_eq!(opened(dir).digest(&path), digest(&path).as_deref());

        // Other bytes of the same number, and the time set back.
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&path, "two").unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(before).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        assert_eq!(opened(dir).digest(&path), None);

        see(dir, &path, LATER);
        assert_eq!(opened(dir).digest(&path), digest(&path).as_deref());
        let copy = dir.join("copy.csv");
        fs::copy(&path, &copy).unwrap();
        fs::rename(&copy, &path).unwrap();
        assert_eq!(opened(dir).digest(&path), None, "another file under the same name");
    }

    #[test]
    fn what_is_not_at_rest_is_not_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, path) = (dir.path(), dir.path().join("sales.csv"));
        fs::write(&path, "one").unwrap();
        let stamp = Stamp::of(&path).unwrap();
        let (seconds, nanos) = stamp.modified.max(stamp.changed);
        for at in [(seconds - 9, 0), (seconds, nanos), (seconds + 1, 0), (seconds + 2, nanos)] {
            see(dir, &path, at);
            assert_eq!(opened(dir).digest(&path), None, "{at:?}");
        }
        // It changed while it was read.
        let mut seen = opened(dir);
        let earlier = Stamp { changed: (seconds - 60, 0), ..stamp };
        seen.saw(&path, Some(earlier), "digest");
        assert_eq!(seen.digest(&path), None);
        see(dir, &path, (seconds + 2, nanos + 1));
        assert!(opened(dir).digest(&path).is_some());
    }

    #[test]
    fn what_is_damaged_or_cut_off_says_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, path) = (dir.path(), dir.path().join("sales.csv"));
        fs::write(&path, "one").unwrap();
        see(dir, &path, LATER);
        let whole = fs::read(dir.join(FILE)).unwrap();
        for at in 0..whole.len() - 1 {
            fs::write(dir.join(FILE), &whole[..at]).unwrap();
            assert_eq!(opened(dir).digest(&path), None, "cut at {at}");
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            fs::write(dir.join(FILE), damaged).unwrap();
            assert_eq!(opened(dir).digest(&path), None, "damaged at {at}");
        }
    }

    #[test]
    fn a_change_that_leaves_no_trace_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (dir, path) = (dir.path(), dir.path().join("sales.csv"));
        fs::write(&path, "one").unwrap();
        see(dir, &path, LATER);
        assert_eq!(changed_unseen(dir), Vec::<PathBuf>::new());
        // As if the file had been another one when it was read.
        let mut entries = read(dir).unwrap();
        entries.values_mut().for_each(|entry| entry.digest = blake3::hash(b"two").to_string());
        fs::write(dir.join(FILE), text(&entries)).unwrap();
        assert_eq!(changed_unseen(dir), [std::path::absolute(&path).unwrap()]);
        discard(dir);
        assert_eq!(opened(dir).digest(&path), None);
    }
}
