//! The store as its callers see it: what comes back, what is refused, what damage shows.

mod made_up;

use std::fs;
use std::path::{Path, PathBuf};

use made_up::{closing, delivery, fill, first_period, id, ids};
use revshare::store::{Closed, Closing, Store, StoreError, rebuild, verify};

fn dir() -> (tempfile::TempDir, PathBuf) {
    let book = tempfile::tempdir().unwrap();
    let dir = book.path().join(".revshare");
    (book, dir)
}

fn filled(imports: u64) -> (tempfile::TempDir, PathBuf) {
    let (book, dir) = dir();
    fill(&mut Store::create_or_open(&dir).unwrap(), imports, 10);
    (book, dir)
}

#[test]
fn everything_comes_back() {
    let (_book, dir) = dir();
    let mut store = Store::create_or_open(&dir).unwrap();
    assert!(store.notes().is_empty(), "{:?}", store.notes());
    fill(&mut store, 3, 1000);
    let archive = store.archive().clone();
    drop(store);

    let store = Store::open(&dir).unwrap();
    assert!(store.notes().is_empty(), "{:?}", store.notes());
    assert_eq!((store.imports(), store.known_ids()), (3, 3000));
    assert_eq!(*store.archive(), archive);
    assert_eq!(store.closings().map(|head| head.period).count(), 2);
    let october = store.closing("alpha", first_period()).unwrap().unwrap();
    assert_eq!((october.watermark, october.balances.iter().count()), (2, 1));
    assert_eq!(store.closing("alpha", "2027-10".parse().unwrap()).unwrap(), None);
    assert_eq!(store.import_of(&delivery(2).files[0].digest), Some(2));
    for entry in (1..=3).flat_map(|import| ids(import, 1000)) {
        assert_eq!(store.known().find(&entry.id).unwrap(), Some(entry));
    }
    assert!((0..1000).all(|row| store.known().find(&id(9, row)).unwrap().is_none()));
    drop(store);
    let report = verify(&dir).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.records, report.imports, report.closings, report.ids), (5, 3, 2, 3000));
}

#[test]
fn the_archive_of_an_earlier_day() {
    let (_book, dir) = filled(3);
    let store = Store::open(&dir).unwrap();
    let (_other, other) = filled(2);
    let then = Store::open(&other).unwrap();
    assert_eq!(store.archive_at(2).unwrap(), *then.archive());
    assert_eq!(store.archive_at(3).unwrap(), *store.archive());
    assert_eq!(store.archive_at(0).unwrap(), revshare::fact::Archive::default());
    assert!(matches!(store.archive_at(4), Err(StoreError::NoSuchImport { imports: 3, .. })));
}

#[test]
fn closing_again_and_out_of_order() {
    let (_book, dir) = filled(2);
    let mut store = Store::open(&dir).unwrap();
    let october = store.closing("alpha", first_period()).unwrap().unwrap();
    assert_eq!(store.close(&october).unwrap(), Closed::Before(3));
    let mut other = october.clone();
    other.digest = "ab".repeat(32);
    assert!(matches!(store.close(&other), Err(StoreError::AlreadyClosed { .. })));

    let next = closing(&store, "alpha");
    let mut late = next.clone();
    late.period = next.period.next();
    let refused = store.close(&late).unwrap_err().to_string();
    assert!(refused.contains("2026-11 is next"), "{refused}");
    for spoil in [
        |closing: &mut Closing| closing.previous = None,
        |closing: &mut Closing| closing.chain.push('0'),
        |closing: &mut Closing| closing.watermark = 99,
        |closing: &mut Closing| closing.watermark = 0,
        |closing: &mut Closing| closing.statement = "{}".into(),
        |closing: &mut Closing| closing.statement = "no JSON".into(),
    ] {
        let mut stale = next.clone();
        spoil(&mut stale);
        assert!(matches!(store.close(&stale), Err(StoreError::Stale { .. })), "{stale:?}");
    }
    assert_eq!(store.close(&next).unwrap(), Closed::Now(4));
    let report = {
        drop(store);
        verify(&dir).unwrap()
    };
    assert_eq!((report.closings, report.is_sound()), (2, true));
}

#[test]
fn two_at_once() {
    let (_book, dir) = filled(1);
    let store = Store::open(&dir).unwrap();
    assert!(matches!(Store::open(&dir), Err(StoreError::Locked { .. })));
    assert!(matches!(verify(&dir), Err(StoreError::Locked { .. })));
    assert!(matches!(rebuild(&dir), Err(StoreError::Locked { .. })));
    drop(store);
    Store::open(&dir).unwrap();
}

#[test]
fn nothing_there() {
    let (_book, dir) = dir();
    assert!(matches!(Store::open(&dir), Err(StoreError::Absent(_))));
    assert!(matches!(verify(&dir), Err(StoreError::Absent(_))));
    assert!(matches!(rebuild(&dir), Err(StoreError::Absent(_))));
    assert!(!dir.exists());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

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
            Err(error) => assert!(at < 24 && record == 0, "byte {at}: {error}"),
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
fn a_newer_format_is_named() {
    let (_book, dir) = filled(1);
    let mut journal = fs::read(dir.join("journal")).unwrap();
    journal[12] = 2;
    let check = blake3::hash(&journal[..16]);
    journal[16..24].copy_from_slice(&check.as_bytes()[..8]);
    fs::write(dir.join("journal"), journal).unwrap();
    let refused = Store::open(&dir).err().unwrap().to_string();
    assert!(refused.contains("format 2") && refused.contains("newer"), "{refused}");
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
    let (_book, dir) = filled(3);
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
    let (_book, dir) = filled(3);
    let (_older, older) = filled(2);
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
