//! Crashes: on a medium that loses and tears what was not synced, and with real processes that
//! are killed. After every one of them the store holds exactly what was acknowledged, or that and
//! the one commit in flight, whole.

#[path = "kept/faulty.rs"]
mod faulty;
mod kept;

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use faulty::{Fault, Faulty};
use kept::{
    PLACES, close_bucket, closing, delivery, failed, first_period, id, ids, import_marked, marks,
    shelf_of,
};
use proptest::prelude::*;
use revshare::fact::bulk::{Hand, Mark, Placed, Shelf};
use revshare::fact::{Forgotten, Hash};
use revshare::store::{Marked, Medium, Store, StoreError, verify, verify_on};

const IDS: u64 = 70;

/// One commit, in turn: an import, one with marks, a closing, and the oldest import that is remembered
/// is forgotten.
fn commit(store: &mut Store, step: u64) -> Result<(), StoreError> {
    let import = store.imports() + 1;
    match step % 4 {
        0 => store.import(&delivery(import), &ids(import, IDS)).map(drop),
        1 => import_marked(store, ids_beside_marks(import), IDS).map(drop),
        2 => {
            let closing = closing(store, "alpha");
            store.close(&closing).map(drop)
        }
        _ => store.forget(&forgotten(step / 4 + 1)),
    }
}

fn forgotten(import: u64) -> Forgotten {
    let day = first_period().first_day();
    Forgotten { imports: vec![import], before: [("UTC".to_owned(), day)].into() }
}

/// How many files an import has.
fn files_of(import: u64) -> usize {
    let marked = import.is_multiple_of(2);
    usize::from(marked) + usize::from(!marked || ids_beside_marks(import) > 0)
}

fn files_left(medium: &Faulty, import: u64) -> usize {
    let files = medium.list("ids").unwrap();
    files.iter().filter(|file| file.starts_with(&format!("{import:08}."))).count()
}

/// Every second import of these tests has marks, every fourth beside ids.
fn ids_beside_marks(import: u64) -> u64 {
    if import.is_multiple_of(4) { IDS } else { 0 }
}

/// Is a row of an import known, by all that it brought?
fn known(store: &Store, import: u64, row: u64) -> bool {
    let find = |id| store.known().find(&id).unwrap().is_some();
    let there = import <= store.imports() && store.forgotten().all(|gone| gone != import);
    let marked = import.is_multiple_of(2);
    let has_ids = !marked || ids_beside_marks(import) > 0;
    assert_eq!(find(id(import + 1_000_000, row)), marked && there, "mark {row} of {import}");
    assert_eq!(find(id(import, row)), has_ids && there, "id {row} of {import}");
    there
}

fn is_forgotten(store: &Store, import: u64) -> bool {
    store.forgotten().any(|gone| gone == import)
}

/// Commits until one fails or all are done; gives back how many were acknowledged.
fn run(medium: &Arc<Faulty>, steps: u64) -> u64 {
    let medium: Arc<dyn Medium> = Arc::clone(medium) as _;
    let Ok(mut store) = Store::on(medium) else { return 0 };
    let begun = records(&store);
    for step in begun..begun + steps {
        if commit(&mut store, step).is_err() {
            // It refuses to go on, or (when no record was begun) it can.
            let again = commit(&mut store, step);
            assert!(matches!(again, Ok(()) | Err(StoreError::Broken | StoreError::Disk { .. })));
            break;
        }
    }
    records(&store)
}

fn records(store: &Store) -> u64 {
    store.imports() + store.closings().count() as u64 + store.forgotten().count() as u64
}

/// Opens what is left and holds it against what was acknowledged.
fn check(medium: Faulty, acknowledged: u64) {
    let medium = Arc::new(medium);
    let before = verify_on(&*medium).unwrap();
    assert!(before.is_sound(), "{before:?}");
    let mut store = Store::on(Arc::clone(&medium) as _).unwrap();
    let found = records(&store);
    assert!(
        (acknowledged..=acknowledged + 1).contains(&found),
        "{acknowledged} acknowledged, {found} found"
    );
    assert_eq!(store.imports(), (0..found).filter(|step| step % 4 < 2).count() as u64);
    assert!(store.forgotten().eq(1..=found / 4), "{:?}", store.forgotten().collect::<Vec<_>>());
    for import in 1..=store.imports() {
        let forgotten = is_forgotten(&store, import);
        assert!((0..IDS).all(|row| known(&store, import, row) != forgotten));
        assert_eq!(files_left(&medium, import), if forgotten { 0 } else { files_of(import) });
    }
    assert!((0..IDS).all(|row| !known(&store, store.imports() + 1, row)));
    (found..found + 4).for_each(|step| commit(&mut store, step).unwrap());
    drop(store);
    let after = verify_on(&*medium).unwrap();
    assert_eq!((after.findings, after.records), (vec![], found + 4));
}

/// The operations that some commits take, from an empty medium.
fn operations(steps: u64) -> u64 {
    let medium = Arc::new(Faulty::new(Fault::None, 0));
    assert_eq!(run(&medium, steps), steps);
    medium.operations()
}

/// An import of marks whose buckets are closed one by one, which writes their lists before all are known. Who is `deaf` goes on
/// after an error.
fn import_closed(medium: &Arc<Faulty>, deaf: bool) -> Result<u64, StoreError> {
    let mut store = Store::on(Arc::clone(medium) as _)?;
    let shelf = shelf_of(&store, 1, IDS)?;
    let void = |first| kept::void(first, 100);
    for first in 0..=u8::MAX {
        let closed = close_bucket(&shelf, first, &void(first)).map_err(failed);
        if !deaf {
            closed?;
        }
    }
    let void: Vec<Hash> = (0..=u8::MAX).flat_map(void).collect();
    let marked = Marked { shelf, facts: IDS, places: &PLACES, void: &void };
    store.import_with(&delivery(1), &[], Some(marked))
}

/// Lists are written while buckets are judged: of an import that could not write them all nothing counts, even if whoever
/// closes buckets does not listen.
#[test]
fn the_disk_is_full_while_buckets_are_closed() {
    let whole = Arc::new(Faulty::new(Fault::None, 0));
    assert_eq!(import_closed(&whole, false).unwrap(), 1);
    for (at, torn, deaf) in
        (1..=whole.operations()).flat_map(|at| [(at, 0, false), (at, 128, true), (at, 255, true)])
    {
        let medium = Arc::new(Faulty::new(Fault::FullAt(at), torn));
        let result = import_closed(&medium, deaf);
        let left = Arc::new(medium.failing(Fault::None, 0));
        let report = verify_on(&*left).unwrap();
        assert!(report.is_sound(), "operation {at}: {report:?}");
        let store = Store::on(Arc::clone(&left) as _).unwrap();
        // What fails behind the record is an error, too, or nothing that anybody needs.
        let found = store.imports();
        assert!(result.is_err() || found == 1, "operation {at}: acknowledged and not there");
        let known = |mark: &Mark| store.known().find(&mark.id).unwrap().is_some();
        assert!(marks(1, IDS).iter().all(|mark| known(mark) == (found == 1)));
    }
}

#[test]
fn the_power_goes_at_every_operation() {
    const STEPS: u64 = 5;
    for at in 1..=operations(STEPS) {
        for torn in [0, 1, 100, 254, 255] {
            for (reached, scramble) in [(0, false), (90, false), (255, false), (255, true)] {
                let medium = Arc::new(Faulty::new(Fault::PowerAt(at), torn));
                let acknowledged = run(&medium, STEPS);
                check(medium.after_power_cut(|| reached, scramble), acknowledged);
            }
        }
    }
}

#[test]
fn the_disk_is_full_at_every_operation() {
    const STEPS: u64 = 5;
    for at in 1..=operations(STEPS) {
        for torn in [0, 100, 255] {
            let medium = Arc::new(Faulty::new(Fault::FullAt(at), torn));
            let acknowledged = run(&medium, STEPS);
            check(medium.after_power_cut(|| 255, false), acknowledged);
        }
    }
}

/// Whoever could not write marks down may have others, and finishes in the end.
#[test]
fn a_hand_without_room_says_so_as_often_as_it_is_asked() {
    let empty = Faulty::new(Fault::None, 0);
    let with_hand = |fault: Fault, act: &dyn Fn(Box<dyn Hand + '_>)| {
        let medium = Arc::new(empty.failing(fault, 100));
        let shelf = Store::on(Arc::clone(&medium) as _).unwrap().shelf(0).unwrap();
        act(shelf.hand().unwrap());
        medium.operations()
    };
    let begun = with_hand(Fault::None, &|hand| drop(hand));
    let placed = |(at, mark)| Placed { at, mark };
    // More than fit two blocks of every bucket.
    let marks: Vec<Placed> = (0..).zip(marks(1, 400_000)).map(placed).collect();
    let is_full = |done: std::io::Result<()>| done.unwrap_err().kind() == ErrorKind::StorageFull;
    for at in 1..=2 {
        with_hand(Fault::FullAt(begun + at), &|mut hand| {
            assert!(is_full(hand.put(&marks)));
            assert!(is_full(hand.put(&marks)));
            assert!(is_full(hand.finish()));
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Two power cuts in a row, the second perhaps while the first is being put right.
    #[test]
    fn power_cuts_at_random(
        steps in 1_u64..9,
        first in 0.0_f64..1.0,
        second in 1_u64..12,
        torn in any::<u8>(),
        chances in prop::collection::vec(any::<u8>(), 64),
        scramble in any::<bool>(),
    ) {
        let at = (operations(steps) as f64 * first) as u64 + 1;
        let mut chances = chances.into_iter().cycle();
        let medium = Arc::new(Faulty::new(Fault::PowerAt(at), torn));
        let acknowledged = run(&medium, steps);
        let left = medium.after_power_cut(|| chances.next().unwrap(), scramble);

        let medium = Arc::new(left.failing(Fault::PowerAt(second), torn));
        let again = run(&medium, steps).max(acknowledged);
        check(medium.after_power_cut(|| chances.next().unwrap(), scramble), again);
    }
}

/// Says to a child process of this test where its store is.
const VICTIM: &str = "REVSHARE_CRASH_STORE";

/// The process that is killed: imports and closes for ever, and says each that is acknowledged.
/// Without a store to work on it does nothing.
#[test]
fn victim() {
    let Some(dir) = std::env::var_os(VICTIM) else { return };
    let mut store = Store::create_or_open(Path::new(&dir)).unwrap();
    println!("opened {}", records(&store));
    for step in records(&store).. {
        commit(&mut store, step).unwrap();
        println!("kept {}", step + 1);
    }
}

#[test]
fn killed_and_killed_again() {
    kill(20);
}

/// The same for longer: `cargo test --release --test crash -- --ignored --nocapture many`.
#[test]
#[ignore = "takes a minute"]
fn killed_many_times() {
    println!("{} commits acknowledged and kept", kill(100));
}

/// Lets victims work on one store and kills them; gives back how many commits were kept.
fn kill(cycles: u64) -> u64 {
    let (_book, dir) = kept::dir();
    let mut kept = 0;
    for cycle in 0..cycles {
        let last = kill_after(&dir, cycle);
        assert!(last.is_none_or(|last| last >= kept), "went back from {kept} to {last:?}");
        kept = last.unwrap_or(kept);
        if !dir.join("journal").exists() {
            assert_eq!(kept, 0);
            continue;
        }
        let report = verify(&dir).unwrap();
        assert!(report.is_sound(), "cycle {cycle}: {:?}", report.findings);
        assert!((kept..=kept + 1).contains(&report.records), "{kept} kept, {report:?}");
    }
    assert!(kept > 20, "only {kept} commits in all cycles");
    drop(Store::open(&dir).unwrap());
    assert_eq!(verify(&dir).unwrap().findings, []);
    kept
}

/// Lets a victim work for a while, every fourth time counted from its start and not from the moment
/// when it had opened the store; gives back the last number that it said.
fn kill_after(dir: &Path, cycle: u64) -> Option<u64> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(VICTIM, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said = lines.filter_map(|line| {
        let (_, number) = line.split_once("kept ").or_else(|| line.split_once("opened "))?;
        number.parse().ok()
    });
    let opened = if cycle % 4 == 3 { None } else { said.next() };
    std::thread::sleep(Duration::from_micros(cycle * 7919 % 60_000));
    victim.kill().unwrap();
    let last = said.last().or(opened);
    victim.wait().unwrap();
    last
}
