//! The store as its callers see it: what comes back, what is refused.

mod kept;

use std::fs;
use std::path::Path;

use kept::{
    closing, copy, delivery, dir, entry_of, fill, filled, first_period, id, ids, import_marked,
    marks,
};
use revshare::store::{Closed, Closing, Store, StoreError, rebuild, verify};

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
    assert_eq!(store.closings().count(), 2);
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
    // Another store has another key, but the same files.
    assert_eq!(store.archive_at(2).unwrap().files(), then.archive().files());
    assert_eq!(store.archive_at(3).unwrap(), *store.archive());
    let nothing = revshare::fact::Archive::keyed(store.archive().key().clone());
    assert_eq!(store.archive_at(0).unwrap(), nothing);
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

/// Where stores of every format that was ever released lie. They must open for ever.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stores");

fn fill_kept(dir: &Path) {
    let mut store = Store::create_or_open(dir).unwrap();
    fill(&mut store, 3, 200);
    import_marked(&mut store, 5, 300).unwrap();
}

/// Writes the store of format 7 anew: `cargo test --test store -- --ignored write_the_kept_store`.
/// Only while no release has written that format.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_kept_store() {
    let (_book, dir) = dir();
    fill_kept(&dir);
    let kept = Path::new(KEPT).join("7");
    fs::remove_dir_all(&kept).ok();
    copy(&dir, &kept);
    for part in ["index.seal", "lock"] {
        fs::remove_file(kept.join(part)).unwrap();
    }
}

#[test]
fn kept_stores_open() {
    let (_fresh, fresh) = dir();
    fill_kept(&fresh);
    let fresh = Store::open(&fresh).unwrap();
    for kept in fs::read_dir(KEPT).into_iter().flatten() {
        let kept = kept.unwrap().path();
        if !kept.is_dir() {
            continue;
        }
        let (_book, dir) = dir();
        copy(&kept, &dir);
        assert!(verify(&dir).unwrap().findings.is_empty(), "{}", kept.display());
        let store = Store::open(&dir).unwrap();
        assert_eq!(store.archive().files(), fresh.archive().files());
        assert!(store.closings().eq(fresh.closings()));
        for head in store.closings() {
            let whole = |store: &Store| store.closing(&head.contract, head.period).unwrap();
            assert_eq!(whole(&store), whole(&fresh));
        }
        for entry in ids(2, 200).into_iter().chain(marks(4, 300).iter().map(entry_of)) {
            assert_eq!(store.known().find(&entry.id).unwrap(), Some(entry));
        }
    }
}

/// The numbers of `docs/reliability.md`:
/// `cargo test --release --test store -- --ignored --nocapture measure`.
#[test]
#[ignore = "takes a minute, and prints instead of judging"]
fn measure() {
    use std::time::Instant;
    let (_book, dir) = dir();
    let timed = |what: &str, begun: Instant, count: u64| {
        let seconds = begun.elapsed().as_secs_f64();
        println!("{what}: {seconds:.2} s, {:.1} µs each", seconds * 1e6 / count as f64);
    };
    let mut store = Store::create_or_open(&dir).unwrap();
    let begun = Instant::now();
    for number in 1..=200 {
        store.import(&delivery(number), &[]).unwrap();
    }
    timed("200 imports without ids", begun, 200);
    let begun = Instant::now();
    for number in 201..=400 {
        store.import(&delivery(number), &ids(number, 10)).unwrap();
    }
    timed("200 imports of 10 ids", begun, 200);
    let many = 1_000_000;
    for number in 401..=403 {
        let mut ids = ids(number, many);
        ids.sort_by_key(|entry| entry.id);
        let begun = Instant::now();
        store.import(&delivery(number), &ids).unwrap();
        timed("an import of 1,000,000 ids", begun, many);
    }
    let begun = Instant::now();
    (0..1000).for_each(|row| assert!(store.known().find(&id(999, row)).unwrap().is_none()));
    timed("1,000 ids, the first questions of a process", begun, 1000);
    let unknown: Vec<_> = (0..many).map(|row| id(998, row)).collect();
    let begun = Instant::now();
    assert!(unknown.iter().all(|id| store.known().find(id).unwrap().is_none()));
    timed("1,000,000 ids that are not there", begun, many);
    let known: Vec<_> = (0..many).map(|row| id(401, row)).collect();
    let begun = Instant::now();
    assert!(known.iter().all(|id| store.known().find(id).unwrap().is_some()));
    timed("1,000,000 ids that are there", begun, many);
    drop(store);
    let begun = Instant::now();
    drop(Store::open(&dir).unwrap());
    timed("opening and letting go", begun, 1);
    let begun = Instant::now();
    assert!(verify(&dir).unwrap().findings.is_empty());
    timed("verifying", begun, 1);
    let begun = Instant::now();
    rebuild(&dir).unwrap();
    timed("rebuilding", begun, 1);
}
