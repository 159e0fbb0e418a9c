//! Damage: whatever bytes lie in the store's folder, nothing panics, nothing damaged is believed,
//! and what is wrong is named.

mod kept;

use std::fs;
use std::path::{Path, PathBuf};

use kept::{copy, dir, entry_of, fill, filled, first_period, ids, import_marked, marks};
use proptest::prelude::*;
use revshare::store::{Store, StoreError, rebuild, verify};

/// Every byte of the journal changed in turn: opening and verifying never panic, the damage is
/// seen, and the record that holds the byte is named.
#[test]
fn a_changed_byte_anywhere_in_the_journal_is_found() {
    let (_book, dir) = filled(3);
    let journal = fs::read(dir.join("journal")).unwrap();
    let starts = record_starts(&journal);
    let step = 7;
    for at in (0..journal.len()).step_by(step) {
        let mut damaged = journal.clone();
        damaged[at] ^= 0x40;
        fs::write(dir.join("journal"), &damaged).unwrap();
        assert!(Store::open(&dir).is_err(), "byte {at}");
        let record = starts.iter().filter(|start| **start <= at).count();
        match verify(&dir) {
            Ok(report) if record == starts.len() => {
                // The last record could be an interrupted write, were it not acknowledged.
                assert!(report.findings.iter().any(|found| found.code.id == "T010"), "byte {at}");
            }
            Ok(report) => {
                let first = report.findings[0].to_string();
                assert!(first.contains(&format!("record {record},")), "byte {at}: {first}");
                assert_eq!(report.records as usize, starts.len() - 1, "byte {at}: {report:?}");
            }
            Err(error) => assert!(at < 40 && record == 0, "byte {at}: {error}"),
        }
    }
    fs::write(dir.join("journal"), &journal).unwrap();
    assert!(verify(&dir).unwrap().findings.is_empty());
}

/// Where the records begin: each begins with a byte of no text, and `R`.
fn record_starts(journal: &[u8]) -> Vec<usize> {
    let pairs = journal.windows(4).enumerate();
    let starts = pairs.filter(|(_, bytes)| bytes[..2] == [0xF5, b'R'] && bytes[2] < 3);
    starts.map(|(at, _)| at).collect()
}

#[test]
fn a_shortened_journal_is_refused_and_rebuild_accepts_it() {
    let (_book, dir) = filled(3);
    let journal = fs::read(dir.join("journal")).unwrap();
    let starts = record_starts(&journal);
    for length in [starts[4] + 50, starts[4], starts[4] - 1, starts[2] + 1] {
        let (_book, copied) = self::dir();
        copy(&dir, &copied);
        fs::write(copied.join("journal"), &journal[..length]).unwrap();
        let refused = Store::open(&copied).err().unwrap().to_string();
        assert!(refused.contains("record 5 had been acknowledged"), "{refused}");
        assert!(!verify(&copied).unwrap().is_sound());
        let report = rebuild(&copied).unwrap();
        assert!(report.findings.iter().any(|found| found.code.id == "T010"), "{report:?}");
        let whole = starts[1..].iter().filter(|end| **end <= length).count();
        assert_eq!(report.records as usize, whole);
        assert!(verify(&copied).unwrap().findings.is_empty());
        fill(&mut Store::open(&copied).unwrap(), 2, 5);
        assert!(verify(&copied).unwrap().is_sound());
    }
}

#[test]
fn a_missing_journal_is_no_new_store() {
    let (_book, dir) = filled(2);
    fs::remove_file(dir.join("journal")).unwrap();
    assert!(matches!(Store::create_or_open(&dir), Err(StoreError::Shortened { .. })));
    fs::write(dir.join("journal"), b"id,time\n").unwrap();
    assert!(matches!(Store::create_or_open(&dir), Err(StoreError::NotAJournal { .. })));
    assert!(verify(&dir).is_err());
}

#[test]
fn another_format_is_named() {
    let (_book, dir) = filled(1);
    let mut journal = fs::read(dir.join("journal")).unwrap();
    journal[12] += 1;
    let check = blake3::hash(&journal[..32]);
    journal[32..40].copy_from_slice(&check.as_bytes()[..8]);
    fs::write(dir.join("journal"), journal).unwrap();
    let refused = Store::open(&dir).err().unwrap().to_string();
    assert!(refused.contains("format 8") && refused.contains("newer"), "{refused}");
    let mut journal = fs::read(dir.join("journal")).unwrap();
    journal[12] -= 2;
    let check = blake3::hash(&journal[..32]);
    journal[32..40].copy_from_slice(&check.as_bytes()[..8]);
    fs::write(dir.join("journal"), journal).unwrap();
    let refused = Store::open(&dir).err().unwrap().to_string();
    assert!(refused.contains("format 6") && refused.contains("new store"), "{refused}");
}

#[test]
fn damaged_ids_are_found_and_never_believed() {
    let (_book, dir) = dir();
    fill(&mut Store::create_or_open(&dir).unwrap(), 2, 300);
    let file = dir.join("ids/00000001.ids");
    let whole = fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&file, damaged).unwrap();
        let report = verify(&dir).unwrap();
        assert_eq!(report.findings[0].code.id, "T007", "byte {at}");
        let store = Store::open(&dir).unwrap();
        for entry in ids(1, 300) {
            let found = store.known().find(&entry.id);
            assert!(found.is_err() || found.unwrap() == Some(entry), "byte {at}");
        }
    }
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(Store::open(&dir), Err(StoreError::DamagedIds { .. })));
    fs::remove_file(&file).unwrap();
    assert!(matches!(Store::open(&dir), Err(StoreError::DamagedIds { .. })));
    assert!(!verify(&dir).unwrap().is_sound());
}

#[test]
fn damaged_marks_are_found_and_never_believed() {
    let (_book, dir) = dir();
    import_marked(&mut Store::create_or_open(&dir).unwrap(), 0, 300).unwrap();
    let file = dir.join("ids/00000001.marks");
    let whole = fs::read(&file).unwrap();
    assert!(verify(&dir).unwrap().findings.is_empty());
    for at in (0..whole.len()).step_by(197).chain(whole.len() - 110..whole.len()) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&file, damaged).unwrap();
        let report = verify(&dir).unwrap();
        assert_eq!(report.findings[0].code.id, "T007", "byte {at}");
        let store = Store::open(&dir).unwrap();
        for mark in marks(1, 300) {
            let found = store.known().find(&mark.id);
            assert!(found.is_err() || found.unwrap() == Some(entry_of(&mark)), "byte {at}");
        }
        let mut seen = 0;
        let read = store.known().between(&[0; 12], &[0xFF; 12], &mut |_, _| seen += 1);
        assert!(read.is_err() || seen == 300, "byte {at}");
    }
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(Store::open(&dir), Err(StoreError::DamagedIds { .. })));
    assert_eq!(verify(&dir).unwrap().findings[0].code.id, "T007");
    fs::remove_file(&file).unwrap();
    assert!(matches!(Store::open(&dir), Err(StoreError::DamagedIds { .. })));
    assert!(!verify(&dir).unwrap().is_sound());
}

/// A store whose index was asked: before, there is none.
fn asked(imports: u64) -> (tempfile::TempDir, PathBuf) {
    let (book, dir) = filled(imports);
    assert_eq!(Store::open(&dir).unwrap().import_of("a digest that no file has"), None);
    assert!(dir.join("index").is_dir());
    (book, dir)
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = vec![dir.join("index.seal")];
    let mut folders = vec![dir.join("index")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn the_index_can_be_cut_spoiled_or_gone() {
    let (_book, dir) = asked(3);
    let whole = |dir: &Path, why: &str| {
        let store = Store::open(dir).unwrap();
        assert!(store.notes().iter().any(|note| note.code.id == "T002"), "{why}");
        assert!(store.closing("alpha", first_period()).unwrap().is_some());
        drop(store);
        assert!(Store::open(dir).unwrap().notes().is_empty(), "{why}");
        assert!(verify(dir).unwrap().findings.is_empty(), "{why}");
    };
    for number in 0..index_files(&dir).len() {
        for spoil in [
            |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
            |bytes: &mut Vec<u8>| bytes.iter_mut().for_each(|byte| *byte = !*byte),
            |bytes: &mut Vec<u8>| bytes.push(7),
        ] {
            let file = index_files(&dir).swap_remove(number);
            let mut bytes = fs::read(&file).unwrap();
            spoil(&mut bytes);
            fs::write(&file, bytes).unwrap();
            whole(&dir, &file.display().to_string());
        }
    }
    fs::remove_dir_all(dir.join("index")).unwrap();
    whole(&dir, "no index");
}

#[test]
fn an_index_of_another_time_is_not_used() {
    let (_book, dir) = asked(3);
    let (_older, older) = asked(2);
    for name in ["index", "index.seal"] {
        let (from, to) = (older.join(name), dir.join(name));
        if from.is_dir() {
            fs::remove_dir_all(&to).unwrap();
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    assert!(verify(&dir).unwrap().findings.iter().any(|found| found.code.id == "T011"));
    assert_eq!(Store::open(&dir).unwrap().notes()[0].code.id, "T002");
    assert!(verify(&dir).unwrap().findings.is_empty());
}

/// What can happen to a file.
#[derive(Clone, Debug)]
enum Edit {
    Flip(usize, u8),
    Cut(usize),
    Drop(usize, usize),
    Repeat(usize, usize),
    Zero(usize, usize),
    Insert(usize, Vec<u8>),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let size = bytes.len();
        let place = |at: usize| at % (size + 1);
        let span = |at: usize, length: usize| place(at)..(place(at) + length).min(size);
        match self {
            Self::Flip(at, mask) => {
                let at = at % size.max(1);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= mask);
            }
            Self::Cut(at) => bytes.truncate(place(*at)),
            Self::Drop(at, length) => drop(bytes.drain(span(*at, *length))),
            Self::Repeat(at, length) => {
                let again = bytes[span(*at, *length)].to_vec();
                let after = span(*at, *length).end;
                drop(bytes.splice(after..after, again));
            }
            Self::Zero(at, length) => bytes[span(*at, *length)].fill(0),
            Self::Insert(at, more) => {
                let at = place(*at);
                drop(bytes.splice(at..at, more.iter().copied()));
            }
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = || 0_usize..8000;
    let length = || 1_usize..1500;
    prop_oneof![
        (at(), 1..=u8::MAX).prop_map(|(at, mask)| Edit::Flip(at, mask)),
        at().prop_map(Edit::Cut),
        (at(), length()).prop_map(|(at, length)| Edit::Drop(at, length)),
        (at(), length()).prop_map(|(at, length)| Edit::Repeat(at, length)),
        (at(), length()).prop_map(|(at, length)| Edit::Zero(at, length)),
        (at(), prop::collection::vec(any::<u8>(), 1..80))
            .prop_map(|(at, more)| Edit::Insert(at, more)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// A store that opens after any edits shows the first so many records of what was written: all
    /// of them, as long as there is evidence of how many there had been.
    #[test]
    fn edits_are_refused_or_harmless(
        edits in prop::collection::vec(edit(), 1..4),
        evidence in any::<bool>(),
    ) {
        let (_book, dir) = filled(3);
        let whole = Store::open(&dir).unwrap();
        let closings: Vec<_> = whole.closings().cloned().collect();
        let archives: Vec<_> = (0..=3).map(|at| whole.archive_at(at).unwrap()).collect();
        drop(whole);
        if !evidence {
            fs::remove_file(dir.join("acknowledged")).unwrap();
        }
        let mut journal = fs::read(dir.join("journal")).unwrap();
        edits.iter().for_each(|edit| edit.apply(&mut journal));
        fs::write(dir.join("journal"), journal).unwrap();
        let report = verify(&dir);
        if let Ok(store) = Store::open(&dir) {
            prop_assert!(report.unwrap().is_sound());
            let imports = usize::try_from(store.imports()).unwrap();
            prop_assert_eq!(store.archive(), &archives[imports]);
            let found: Vec<_> = store.closings().cloned().collect();
            prop_assert_eq!(&found[..], &closings[..found.len()]);
            prop_assert!(!evidence || (imports, found.len()) == (3, closings.len()));
        } else if let Ok(report) = report {
            prop_assert!(!report.is_sound(), "{:?}", report);
        }
    }
}
