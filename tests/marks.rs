//! Marks on disk: what many hands put down comes back by bucket, by id and by range.

mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kept::{PLACES, close_bucket, delivery, dir, entry_of, import_marked, marks};
use proptest::prelude::*;
use revshare::calendar::Moment;
use revshare::fact::bulk::{Crowd, Mark, Placed, Room, Shelf, key_of};
use revshare::fact::{Content, Hash, IdEntry, Kind, Known};
use revshare::store::{Marked, MarksShelf, Store, verify};

/// Where the rows of a chunk begin, one after the other.
fn placed(chunks: &[Vec<Mark>]) -> Vec<Vec<Placed>> {
    let of = |(chunk, marks): (u64, &Vec<Mark>)| {
        let at = |row: u64| chunk * CHUNK + row * 100;
        (0..).zip(marks).map(|(row, mark)| Placed { at: at(row), mark: *mark }).collect()
    };
    (0..).zip(chunks).map(of).collect()
}

/// Bytes of a chunk: so many that the rows of a block may lie further apart than it can say.
const CHUNK: u64 = 3 << 30;

/// Puts chunks down with so many hands at once, each taking every so manieth chunk.
fn put(shelf: &MarksShelf, chunks: &[Vec<Mark>], hands: usize) {
    let chunks = &placed(chunks);
    std::thread::scope(|scope| {
        for first in 0..hands {
            scope.spawn(move || {
                let mut hand = shelf.hand().unwrap();
                for chunk in chunks.iter().skip(first).step_by(hands) {
                    hand.put(chunk).unwrap();
                }
                hand.finish().unwrap();
            });
        }
    });
}

/// Every bucket holds its marks.
fn check_buckets(shelf: &MarksShelf, chunks: &[Vec<Mark>]) {
    let mut due: BTreeMap<u64, Placed> = BTreeMap::new();
    due.extend(placed(chunks).into_iter().flatten().map(|placed| (placed.at, placed)));
    let mut found: BTreeMap<u64, Placed> = BTreeMap::new();
    for first in 0..=u8::MAX {
        let (bucket, mut keys) = (shelf.bucket(first).unwrap(), Vec::new());
        bucket.keys(&mut keys);
        for (number, key) in keys.into_iter().enumerate() {
            let placed = bucket.mark(number);
            assert_eq!((placed.mark.id[0], key_of(&placed.mark.id)), (first, key));
            assert_eq!(found.insert(placed.at, placed), None);
        }
    }
    assert_eq!(found, due);
}

fn within(known: &dyn Known, first: &Hash, last: &Hash) -> BTreeSet<(Hash, Content)> {
    let mut found = BTreeSet::new();
    known.between(first, last, &mut |id, content| found.extend([(*id, *content)])).unwrap();
    found
}

/// Those of a crowd that are known are found, whether it is large or small, and nothing else than facts.
fn check_among(known: &dyn Known, facts: &BTreeMap<Hash, IdEntry>, first: u8, every: usize) {
    let time = "2026-10-05".parse().unwrap();
    let asked = (0..2100).map(|number| kept::id(number, 1)).chain(facts.keys().copied());
    let asked = asked.filter(|id| id[0] == first).step_by(every);
    let placed = |id| Placed { at: 0, mark: Mark { id, content: [0; 6], time, place: 0 } };
    let crowd: Vec<Placed> = asked.map(placed).collect();
    let mut found = BTreeSet::new();
    let take = &mut |id: &Hash, content: &Content| found.extend([(*id, *content)]);
    known.among(first, &Crowd::of(&crowd, &mut Room::default()), take).unwrap();
    for Placed { mark, .. } in crowd {
        let due = facts.get(&mark.id).map(|entry| (mark.id, entry.content));
        assert!(due.is_none_or(|due| found.contains(&due)));
    }
    let is_fact = |(id, content): &(Hash, Content)| facts[id].content == *content && id[0] == first;
    assert!(found.iter().all(is_fact));
}

fn place(place: u32) -> (Kind, Option<NonZeroU32>) {
    (Kind::ALL[(place % 9) as usize], NonZeroU32::new(place / 9))
}

fn time() -> impl Strategy<Value = Moment> {
    prop_oneof![
        8 => (1_790_000_000_i64..1_793_000_000).prop_map(|seconds| Moment::At { seconds, nanos: 0 }),
        4 => Just("2026-10-05".parse().unwrap()),
        1 => Just("0001-01-01".parse().unwrap()),
        1 => (-60_000_000_000_i64..250_000_000_000).prop_map(|seconds| Moment::At { seconds, nanos: 0 }),
    ]
}

/// Ids of so many values at most, so that some come again; all that an id says follows from it, as for rows that
/// repeat one another. Those of a crowd begin with one byte, so that their bucket has many blocks.
fn chunks(ids: u64, rows: usize, crowd: Option<u8>) -> impl Strategy<Value = Vec<Vec<Mark>>> {
    let mark = (0..ids, time(), prop_oneof![9 => 0..40_u32, 1 => 0..70_000_u32]);
    let mark = mark.prop_map(move |(number, time, place)| {
        let mut id = kept::id(number, 1);
        id[0] = crowd.unwrap_or(id[0]);
        Mark { id, content: *kept::id(number, 2).first_chunk().unwrap(), time, place }
    });
    prop::collection::vec(prop::collection::vec(mark, 0..rows), 1..8).prop_map(|mut chunks| {
        let mut first: BTreeMap<Hash, Mark> = BTreeMap::new();
        for mark in chunks.iter_mut().flatten() {
            *mark = *first.entry(mark.id).or_insert(*mark);
        }
        chunks
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_is_put_down_comes_back(
        chunks in prop_oneof![chunks(2000, 200, None), chunks(50_000, 2500, Some(7))],
        hands in 1..4_usize,
        expected in prop_oneof![Just(0_u64), Just(8_000_000)],
        void in 0..5_usize,
        closed in prop::option::of(1..5_usize),
        ranges in prop::collection::vec((any::<u16>(), any::<u16>()), 6),
    ) {
        let (_book, dir) = dir();
        let mut store = Store::create_or_open(&dir).unwrap();
        let shelf = store.shelf(expected).unwrap();
        put(&shelf, &chunks, hands);
        check_buckets(&shelf, &chunks);

        let mut facts: BTreeMap<Hash, IdEntry> = BTreeMap::new();
        for Mark { id, content, time, place: at } in chunks.iter().flatten().copied() {
            let (kind, product) = place(at);
            facts.insert(id, IdEntry { id, content, time, kind, charged: None, product });
        }
        let void: Vec<Hash> = facts.keys().copied().step_by(7).take(void * 5).collect();
        facts.retain(|id, _| !void.contains(id));
        // Some buckets are closed before all is known, in any order; all others in the end.
        for first in (0..=u8::MAX).rev().step_by(closed.unwrap_or(1000)) {
            let here: Vec<Hash> = void.iter().filter(|id| id[0] == first).copied().collect();
            close_bucket(&shelf, first, &here).unwrap();
        }
        let ordinary = kept::ids(5000, 40);
        let places: Vec<_> = (0..70_000).map(place).collect();
        let marked = Marked { shelf, facts: facts.len() as u64, places: &places, void: &void };
        store.import_with(&delivery(1), &ordinary, Some(marked)).unwrap();
        facts.extend(ordinary.iter().map(|entry| (entry.id, *entry)));

        for reopened in [false, true] {
            if reopened {
                drop(store);
                let report = verify(&dir).unwrap();
                prop_assert_eq!((report.findings, report.ids), (vec![], facts.len() as u64));
                store = Store::open(&dir).unwrap();
            }
            prop_assert_eq!(store.known_ids(), facts.len() as u64);
            for number in 0..2100 {
                let id = kept::id(number, 1);
                prop_assert_eq!(store.known().find(&id).unwrap(), facts.get(&id).copied());
            }
            for (first, last) in &ranges {
                let edge = |edge: &u16, rest: u8| -> Hash {
                    let mut id = [rest; 12];
                    id[..2].copy_from_slice(&edge.to_be_bytes());
                    id
                };
                let (first, last) = (edge(first, 0), edge(last, 0xFF));
                let found = within(store.known(), &first, &last);
                prop_assert_eq!(found, within(&facts, &first, &last));
            }
            for (every, first) in [(1, 7_u8), (9, 7), (1, 200), (40, 201)] {
                check_among(store.known(), &facts, first, every);
            }
            for id in facts.keys().step_by(50) {
                prop_assert_eq!(within(store.known(), id, id), within(&facts, id, id));
            }
        }
    }
}

#[test]
fn blocks_fill_and_chunks_lie_far_apart() {
    let (_book, dir) = dir();
    let store = Store::create_or_open(&dir).unwrap();
    let shelf = store.shelf(0).unwrap();
    // One bucket, so that its blocks fill; few chunks of many have a mark.
    let narrow = |mark: &Mark| Mark {
        id: {
            let mut id = mark.id;
            id[0] = 7;
            id
        },
        ..*mark
    };
    let mut chunks = vec![Vec::new(); 2000];
    chunks[0] = marks(1, 1000).iter().map(narrow).collect();
    chunks[300] = marks(2, 3).iter().map(narrow).collect();
    chunks[1999] = marks(3, 700).iter().map(narrow).collect();
    put(&shelf, &chunks, 1);
    check_buckets(&shelf, &chunks);
}

/// 654 marks as narrow as these fill a block, twice as many a pair, of which 32 are written at once.
#[test]
fn pairs_of_blocks_fill_to_the_last_mark() {
    for count in [653, 654, 655, 1307, 1308, 1309, 2617, 60_000] {
        let (_book, dir) = dir();
        let shelf = Store::create_or_open(&dir).unwrap().shelf(0).unwrap();
        let mut chunk = marks(1, count);
        chunk.iter_mut().for_each(|mark| mark.id[0] = 7);
        put(&shelf, &[chunk.clone()], 1);
        check_buckets(&shelf, &[chunk]);
    }
}

/// Blocks are read one behind the other, and each is checked by itself: a byte that changed between writing and judging
/// is found wherever it stands.
#[test]
fn a_block_that_changes_before_it_is_judged_is_not_believed() {
    let (_book, dir) = dir();
    let shelf = Store::create_or_open(&dir).unwrap().shelf(0).unwrap();
    let mut chunk = marks(1, 5000);
    chunk.iter_mut().for_each(|mark| mark.id[0] = 7);
    put(&shelf, &[chunk.clone()], 1);
    let file = dir.join("ids/00000001.marks.new");
    let whole = std::fs::read(&file).unwrap();
    // Behind the head of the file; each page is of some block.
    for page in (4096..whole.len()).step_by(4096) {
        let mut damaged = whole.clone();
        damaged[page] ^= 1;
        std::fs::write(&file, damaged).unwrap();
        let error = shelf.bucket(7).err().expect("a block was damaged").to_string();
        assert!(error.contains("ids/00000001.marks.new"), "page at {page}: {error}");
    }
    std::fs::write(&file, whole).unwrap();
    check_buckets(&shelf, &[chunk]);
}

/// Several threads close buckets whose lists are more than is written at once: all lists are there in the end.
#[test]
fn buckets_that_are_closed_side_by_side_are_all_listed() {
    let (_book, dir) = dir();
    let mut store = Store::create_or_open(&dir).unwrap();
    let shelf = store.shelf(0).unwrap();
    let facts = marks(1, 20_000);
    put(&shelf, &facts.chunks(5000).map(<[Mark]>::to_vec).collect::<Vec<_>>(), 4);
    // 12 MB of lists.
    let void_of = |first| kept::void(first, 4000);
    let void: Vec<Hash> = (0..=u8::MAX).flat_map(void_of).collect();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let shelf = &shelf;
            scope.spawn(move || {
                for first in (thread..=u8::MAX).step_by(4) {
                    close_bucket(shelf, first, &void_of(first)).unwrap();
                }
            });
        }
    });
    let marked = Marked { shelf, facts: 20_000, places: &PLACES, void: &void };
    store.import_with(&delivery(1), &[], Some(marked)).unwrap();
    drop(store);
    assert_eq!(verify(&dir).unwrap().findings, []);
    let store = Store::open(&dir).unwrap();
    for mark in facts.iter().step_by(97) {
        assert_eq!(store.known().find(&mark.id).unwrap(), Some(entry_of(mark)));
    }
}

#[test]
fn a_shelf_that_is_let_go_leaves_nothing() {
    let (_book, dir) = dir();
    let mut store = Store::create_or_open(&dir).unwrap();
    let shelf = store.shelf(100).unwrap();
    put(&shelf, &[marks(1, 100)], 1);
    drop(shelf);
    let shelf = store.shelf(100).unwrap();
    put(&shelf, &[marks(1, 100)], 1);
    let void: Vec<Hash> = marks(1, 100).iter().map(|mark| mark.id).collect();
    let marked = Marked { shelf, facts: 0, places: &PLACES, void: &void };
    assert_eq!(store.import_with(&delivery(1), &[], Some(marked)).unwrap(), 1);
    assert_eq!(std::fs::read_dir(dir.join("ids")).unwrap().count(), 0);
    assert_eq!(store.known_ids(), 0);
    assert!(marks(1, 100).iter().all(|mark| store.known().find(&mark.id).unwrap().is_none()));
}

#[test]
fn what_an_interruption_left_is_removed() {
    let (_book, dir) = dir();
    let mut store = Store::create_or_open(&dir).unwrap();
    import_marked(&mut store, 3, 20).unwrap();
    drop(store);
    let file = |name: &str| dir.join("ids").join(name);
    for name in ["00000002.marks", "00000002.marks.new"] {
        std::fs::copy(file("00000001.marks"), file(name)).unwrap();
        assert!(verify(&dir).unwrap().findings[0].to_string().contains(name));
        let store = Store::open(&dir).unwrap();
        assert_eq!(store.notes()[0].code.id, "T003");
        assert!(!file(name).exists());
        let mark = marks(1, 20)[7];
        assert_eq!(store.known().find(&mark.id).unwrap(), Some(entry_of(&mark)));
    }
    // An import after the next had a record, which is gone.
    std::fs::copy(file("00000001.marks"), file("00000003.marks")).unwrap();
    assert_eq!(verify(&dir).unwrap().findings[0].code.id, "T010");
    assert!(Store::open(&dir).is_err());
}
