//! Deliveries, ids and closings of made-up content, numbered so that each can be told from every
//! other.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use revshare::calendar::Period;
use revshare::fact::bulk::{Mark, Placed, Shelf};
use revshare::fact::{
    Cell, Control, Count, Delivery, FileTally, Hash, IdEntry, Key, Kind, LensNames, Part, Table,
    Tally,
};
use revshare::settlement::{BalanceKind, BalanceName, Balances};
use revshare::store::{Closing, Marked, MarksShelf, Store, StoreError, statement_digest};

/// The first period that the tests close.
pub(crate) fn first_period() -> Period {
    "2026-10".parse().unwrap()
}

/// A delivery of one file with one cell.
pub(crate) fn delivery(number: u64) -> Delivery {
    let amount = (number as i64 + 100).into();
    let key = Key {
        day: first_period().first_day(),
        kind: Kind::Charge,
        product: "lyra-2".into(),
        channel: "marketplace".into(),
        region: String::new(),
        customer: String::new(),
        deal: String::new(),
        category: String::new(),
        unit: String::new(),
        currency: Some("USD".parse().unwrap()),
        unpriced: false,
        charged: None,
        own: None,
        sale: None,
    };
    let cell = Cell { rows: 1, quantity: 1.into(), amount };
    let part =
        Part { slice: None, tallies: [("UTC".to_owned(), Tally::from_iter([(key, cell)]))].into() };
    let count = Count { rows: 1, amount };
    let control = Control { read: count, accepted: count, ..Control::default() };
    let file = FileTally {
        path: format!("sales-{number}.csv"),
        digest: blake3::hash(&number.to_le_bytes()).to_hex().to_string(),
        bytes: 100 + number,
        table: Table::Sales,
        format: "own".into(),
        source: "shop".into(),
        controls: vec![Control { currency: Some("USD".parse().unwrap()), ..control }],
        parts: vec![part],
        rates: Vec::new(),
        payments: Vec::new(),
        grants: Vec::new(),
        audits: Vec::new(),
    };
    let lens = LensNames { zones: vec!["UTC".into()], ..LensNames::default() };
    Delivery { lens, files: vec![file], ..Delivery::default() }
}

/// The hash of a made-up id.
pub(crate) fn id(import: u64, row: u64) -> Hash {
    let bytes = [import.to_le_bytes(), row.to_le_bytes()].concat();
    *blake3::hash(&bytes).as_bytes().first_chunk().unwrap()
}

/// So many ids of an import.
pub(crate) fn ids(import: u64, count: u64) -> Vec<IdEntry> {
    let time = "2026-10-05T08:00:00Z".parse().unwrap();
    let entry = |row| IdEntry {
        id: id(import, row),
        content: *id(row, import).first_chunk().unwrap(),
        time,
        kind: Kind::ALL[(row % 9) as usize],
        charged: (row % 2 == 0).then_some(time),
        product: None,
    };
    (0..count).map(entry).collect()
}

/// The next closing of a contract in a store.
pub(crate) fn closing(store: &Store, contract: &str) -> Closing {
    let last = store.last_closing(contract);
    let period = last.map_or(first_period(), |last| last.period.next());
    let watermark = store.imports();
    let statement =
        format!(r#"{{"contract":"{contract}","period":"{period}","known":"{watermark}"}}"#);
    let digest = statement_digest(&statement).unwrap();
    let mut balances = Balances::default();
    let name = BalanceName { kind: BalanceKind::Loss, of: "marketplace".into() };
    balances.set(name, revshare::money::Minor(i128::from(watermark) + 1));
    Closing {
        contract: contract.to_owned(),
        period,
        watermark,
        statement,
        previous: last.map(|last| last.digest.clone()),
        chain: Closing::chain_after(last, &digest),
        digest,
        postings: "[]".to_owned(),
        balances,
        restated: Vec::new(),
        contract_source: format!("id = \"{contract}\"\n"),
        contract_file: "contract.toml".to_owned(),
    }
}

/// A store's folder with imports and closings in turn: imports 1 to `imports`, after each but the
/// first a closing.
pub(crate) fn fill(store: &mut Store, imports: u64, ids_each: u64) {
    for _ in 0..imports {
        let number = store.imports() + 1;
        store.import(&delivery(number), &ids(number, ids_each)).unwrap();
        if number > 1 {
            let closing = closing(store, "alpha");
            store.close(&closing).unwrap();
        }
    }
}

/// A folder for a store, in a folder for a book that goes with the first of the two.
pub(crate) fn dir() -> (tempfile::TempDir, PathBuf) {
    let book = tempfile::tempdir().unwrap();
    let dir = book.path().join(".revshare");
    (book, dir)
}

/// A store of so many imports, closed but for the first.
pub(crate) fn filled(imports: u64) -> (tempfile::TempDir, PathBuf) {
    let (book, dir) = dir();
    fill(&mut Store::create_or_open(&dir).unwrap(), imports, 10);
    (book, dir)
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
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

/// Kind and product of each place of the marks.
pub(crate) const PLACES: [(Kind, Option<NonZeroU32>); 2] =
    [(Kind::Charge, NonZeroU32::new(3)), (Kind::Usage, None)];

/// So many marks of an import. Their ids are none of [`ids`].
pub(crate) fn marks(import: u64, count: u64) -> Vec<Mark> {
    let times = ["2026-10-05", "2026-10-05T08:00:00Z", "2026-11-30T23:59:59Z"];
    let mark = |row| Mark {
        id: id(import + 1_000_000, row),
        content: *id(row, import).first_chunk().unwrap(),
        time: times[(row % 3) as usize].parse().unwrap(),
        place: (row % 2) as u32,
    };
    (0..count).map(mark).collect()
}

/// What a store knows by a mark.
pub(crate) fn entry_of(mark: &Mark) -> IdEntry {
    let Mark { id, content, time, place } = *mark;
    let (kind, product) = PLACES[place as usize];
    IdEntry { id, content, time, kind, charged: None, product }
}

/// Imports ids and marks together; none of the marks is void.
pub(crate) fn import_marked(store: &mut Store, ids: u64, marks: u64) -> Result<u64, StoreError> {
    let number = store.imports() + 1;
    let shelf = shelf_of(store, number, marks)?;
    let marked = Marked { shelf, facts: marks, places: &PLACES, void: &[] };
    store.import_with(&delivery(number), &self::ids(number, ids), Some(marked))
}

/// A shelf with the marks of an import.
pub(crate) fn shelf_of(store: &Store, import: u64, marks: u64) -> Result<MarksShelf, StoreError> {
    let shelf = store.shelf(marks)?;
    let mut hand = shelf.hand().map_err(failed)?;
    let placed = |(at, mark)| Placed { at, mark };
    let marks_of = (0..).step_by(100).zip(self::marks(import, marks));
    hand.put(&marks_of.map(placed).collect::<Vec<_>>()).map_err(failed)?;
    hand.finish().map_err(failed)?;
    Ok(shelf)
}

/// What could not be done with marks.
pub(crate) fn failed(source: io::Error) -> StoreError {
    StoreError::Disk { action: "write", name: "marks".into(), source }
}

/// Closes the buckets of ids that begin with a byte.
pub(crate) fn close_bucket(shelf: &MarksShelf, first: u8, void: &[Hash]) -> io::Result<()> {
    let (bucket, mut keys) = (shelf.bucket(first)?, Vec::new());
    bucket.keys(&mut keys);
    bucket.close(&keys, void)
}

/// So many ids that begin with a byte and that no mark has: they make the list of a bucket long.
pub(crate) fn void(first: u8, count: u64) -> Vec<Hash> {
    let id = |number| {
        Hash::from(std::array::from_fn(|at| if at == 0 { first } else { id(0, number)[at] }))
    };
    (0..count).map(id).collect()
}
