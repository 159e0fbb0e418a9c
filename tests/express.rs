//! The express way through large files is no second meaning: whatever the files hold, however they are
//! cut, on any number of threads, what comes out is what the ordinary way brings.

mod common;
mod many_rows;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use revshare::calendar::{Day, Zone};
use revshare::contract::Contract;
use revshare::fact::bulk::{MemoryShelf, Shelf};
use revshare::fact::{Archive, Delivery, Forgotten, Gathered, Hash, IdEntry, Lens};
use revshare::intake::{Bulk, IntakeError, Mapping, Request, Step, discover, import, silent};

/// What an import brought, in a form that both ways share.
#[derive(Debug, PartialEq)]
struct Brought {
    delivery: Delivery,
    ids: BTreeMap<Hash, IdEntry>,
    findings: Vec<String>,
    rejects: Vec<String>,
}

struct Before {
    archive: Archive,
    ids: BTreeMap<Hash, IdEntry>,
}

fn contract() -> Contract {
    let text = r#"
        id = "deal"
        currency = "USD"
        timezone = "America/Los_Angeles"
        [parties]
        vendor = "V"
        platform = "P"
        [[schedule]]
        id = "acme"
        scope = { customer = "acme-*" }
        seller = "platform"
        [[schedule.terms]]
        effective = 2020-01-01
        basis = "net-sales"
        split = { vendor = "50%", platform = "50%" }
    "#;
    Contract::parse("contract.toml", text).unwrap()
}

/// The entries of the marks that are not void, one for each id.
fn marked(shelf: &MemoryShelf, gathered: &Gathered, void: &[Hash]) -> BTreeMap<Hash, IdEntry> {
    let mut placed = Vec::new();
    for first in 0..=u8::MAX {
        let (bucket, mut keys) = (shelf.bucket(first).unwrap(), Vec::new());
        bucket.keys(&mut keys);
        placed.extend((0..keys.len()).map(|number| bucket.mark(number)));
    }
    let standing = placed.iter().filter(|placed| void.binary_search(&placed.mark.id).is_err());
    let entry = |mark: &revshare::fact::bulk::Mark| {
        let (kind, product) = gathered.places[mark.place as usize];
        let (id, content, time) = (mark.id, mark.content, mark.time);
        (id, IdEntry { id, content, time, kind, charged: None, product })
    };
    standing.map(|placed| entry(&placed.mark)).collect()
}

/// How files are read: our own columns; some of them replaced; columns that a map names.
const MAPS: [&str; 3] = [
    "",
    r#"
    [[map]]
    files = "sales*"
    format = "own"
    zone = "Europe/Berlin"
    fields.channel = { constant = "direct" }
    fields.product = { column = "product", lookup = { "aria-1" = "aria-one" }, otherwise = "" }
    fields.kind = { column = "kind", lookup = { charge = "charge", refund = "refund", gift = "charge" } }
    "#,
    r#"
    [[map]]
    files = "sales*"
    source = "shop"
    fields.id = { column = "id" }
    fields.time = { column = "time" }
    fields.product = { column = "product" }
    fields.customer = { column = "customer", lookup = { "acme-1" = "acme-7", "NULL" = "b" }, otherwise = "c" }
    fields.region = { column = "channel", lookup = { "marketplace" = "EU" } }
    fields.kind = { column = "kind" }
    fields.quantity = { column = "quantity" }
    fields.unit = { constant = "token" }
    fields.amount = { column = "amount" }
    fields.currency = { constant = "EUR" }
    "#,
];

fn brought(dir: &Path, map: &str, before: &Before, express: Option<(usize, usize)>) -> Brought {
    brought_for(&contract(), dir, map, before, express)
}

fn brought_for(
    contract: &Contract,
    dir: &Path,
    map: &str,
    before: &Before,
    express: Option<(usize, usize)>,
) -> Brought {
    let contracts = [contract.clone()];
    let mapping = Mapping::parse("revshare.toml", map).unwrap();
    let (lens, shelf) = (Lens::of(&contracts), MemoryShelf::default());
    let files = discover(dir).unwrap();
    let mut rejects = Vec::new();
    let import = import(Request {
        files: &files,
        mapping: &mapping,
        contracts: &contracts,
        lens: &lens,
        archive: &before.archive,
        known: &before.ids,
        rejects: Some(&mut rejects),
        progress: &mut silent,
        bulk: express.map(|(threads, chunk)| Bulk { shelf: &shelf, threads, chunk }),
        interrupt: None,
    })
    .unwrap();
    let mut ids: BTreeMap<Hash, IdEntry> =
        import.gathered.ids.iter().map(|entry| (entry.id, *entry)).collect();
    for (id, entry) in marked(&shelf, &import.gathered, &import.marked.void) {
        // A fact that an earlier delivery brought is marked again, and known from there.
        if !before.ids.contains_key(&id) {
            assert_eq!(ids.insert(id, entry), None, "a fact went both ways");
        }
    }
    let mut findings: Vec<String> =
        import.findings.iter().map(|finding| format!("{finding:?}")).collect();
    findings.sort();
    let text = String::from_utf8(rejects).unwrap();
    let mut rejects: Vec<String> = text.lines().map(str::to_owned).collect();
    rejects.sort();
    Brought { delivery: import.gathered.delivery, ids, findings, rejects }
}

fn nothing() -> Before {
    Before { archive: Archive::default(), ids: BTreeMap::new() }
}

/// Both ways through one folder after the other; before the last, what happened before a day is
/// forgotten, if one is given.
fn compare(
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    compare_by(MAPS[0], folders, express, forgotten)
}

fn compare_by(
    map: &str,
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    compare_for(&contract(), map, folders, express, forgotten)
}

fn compare_for(
    contract: &Contract,
    map: &str,
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    let mut before = nothing();
    for (at, folder) in folders.iter().enumerate() {
        if let Some(day) = forgotten.filter(|_| at + 1 == folders.len()) {
            forget(&mut before, day.parse().unwrap());
        }
        let ordinary = brought_for(contract, folder, map, &before, None);
        let fast = brought_for(contract, folder, map, &before, Some(express));
        prop_assert_eq!(&fast, &ordinary);
        before.archive.apply(&ordinary.delivery);
        before.ids.extend(ordinary.ids);
    }
    Ok(())
}

fn forget(before: &mut Before, day: Day) {
    let zone: Zone = "America/Los_Angeles".parse().unwrap();
    let days = [(zone.name().to_owned(), day)].into();
    before.archive.forget(&Forgotten { imports: vec![1], before: days }).unwrap();
    before.ids.retain(|_, entry| entry.time.day_in(&zone) >= day);
}

const HEAD: &str = "id,time,product,channel,customer,kind,quantity,unit,amount,currency,ref";

fn row() -> impl Strategy<Value = String> {
    let id = prop_oneof![12 => "s-[0-9]{2}", 4 => "s-[0-9]", 1 => Just(String::new())];
    let time = prop_oneof![
        12 => "2026-(10|11)-(0[1-9]|2[0-9]|3[01])(T0[0-9]:[0-5][0-9]:00Z)?",
        1 => "2026-10-05T0[0-9]:00:00(\\.5Z|-05:00)",
        1 => Just("5/1/25".to_owned()),
    ];
    let amount = prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        2 => "-[0-9]{1,2}\\.[05]0",
        1 => prop_oneof![Just(""), Just("1e5"), Just("0"), Just("0.12345678901234567")]
            .prop_map(str::to_owned),
    ];
    let kind =
        prop_oneof![6 => Just("charge"), 3 => Just("refund"), 1 => Just("fee"), 1 => Just("gift")];
    let customer = prop_oneof![
        9 => Just("acme-1"),
        9 => Just("b"),
        9 => Just("zürich"),
        2 => Just("NULL"),
        6 => Just("\"q, r\""),
        2 => Just("\"a \"\"b\"\"\""),
        2 => Just("5\" wide"),
        1 => Just("\"a\nb\""),
        1 => Just("\"a\" b"),
    ];
    let reference = prop_oneof![9 => Just(String::new()), 2 => "s-[0-9]{1,2}"];
    let product = prop_oneof![Just("aria-1"), Just("aria-2"), Just("")];
    let currency = prop_oneof![9 => Just("USD"), 2 => Just("EUR"), 1 => Just("usd"), 1 => Just("")];
    (id, time, product, customer, kind, amount, currency, reference).prop_map(
        |(id, time, product, customer, kind, amount, currency, reference)| {
            format!("{id},{time},{product},marketplace,{customer},{kind},7,request,{amount},{currency},{reference}")
        },
    )
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => row(),
        1 => Just("s-1,2026-10-05".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just("s-9,\"2026-10-05,open".to_owned()),
        1 => row().prop_map(|row| format!("{row}\r")),
    ]
}

/// Some rows; the lines of one file end in one way, or in many.
fn file() -> impl Strategy<Value = String> {
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let quotes = prop_oneof![2 => Just(0_usize), 1 => Just(1), 1 => Just(3)];
    (proptest::collection::vec(line(), 0..40), end, any::<bool>(), quotes).prop_map(
        |(lines, end, ended, quotes)| {
            let last = if ended { end } else { "" };
            let lines: Vec<String> = lines.into_iter().map(|line| quoted(line, quotes)).collect();
            format!("{HEAD}{end}{}{last}", lines.join(end))
        },
    )
}

/// A line with quotes around every so many fields, as warehouses write it, if it has none itself.
fn quoted(line: String, every: usize) -> String {
    if every == 0 || line.contains('"') {
        return line;
    }
    let quote = |(at, field): (usize, &str)| match at % every {
        0 => format!("\"{field}\""),
        _ => field.to_owned(),
    };
    line.split(',').enumerate().map(quote).collect::<Vec<_>>().join(",")
}

/// The files of a delivery, and which of them are packed.
fn delivery() -> impl Strategy<Value = Vec<(String, bool)>> {
    proptest::collection::vec((file(), proptest::bool::weighted(0.5)), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn both_ways_bring_the_same(
        deliveries in proptest::collection::vec(delivery(), 1..4),
        threads in 1_usize..6,
        chunk in prop_oneof![Just(40_usize), Just(300), Just(Bulk::CHUNK)],
        map in prop_oneof![2 => Just(MAPS[0]), 1 => Just(MAPS[1]), 1 => Just(MAPS[2])],
        forgotten in prop_oneof![Just(None), Just(Some("2026-10-29")), Just(Some("2026-11-01"))],
    ) {
        let folders: Vec<_> = deliveries.iter().map(|_| tempfile::tempdir().unwrap()).collect();
        for (folder, files) in folders.iter().zip(&deliveries) {
            for (number, (text, packed)) in files.iter().enumerate() {
                let (name, bytes) = match packed {
                    true => (format!("sales-{number}.csv.zst"), packed_of(text.as_bytes())),
                    false => (format!("sales-{number}.csv"), text.clone().into_bytes()),
                };
                fs::write(folder.path().join(name), bytes).unwrap();
            }
        }
        let paths: Vec<&Path> = folders.iter().map(|folder| folder.path()).collect();
        compare_by(map, &paths, (threads, chunk), forgotten)?;
    }
}

fn row_of(id: &str, amount: &str) -> String {
    format!("{id},2026-10-05,aria-1,marketplace,b,charge,7,request,{amount},USD,\n")
}

/// Plain rows of ids of their own.
fn many(from: u32, count: u32) -> String {
    (from..from + count).map(|number| row_of(&format!("n-{number:06}"), "1.25")).collect()
}

/// Rows that repeat others, far apart and side by side, over chunks, files and deliveries, on threads
/// that share them.
#[test]
fn many_repeats_in_many_chunks() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let put = |folder: usize, name: &str, rows: &str| {
        fs::write(folders[folder].path().join(name), format!("{HEAD}\n{rows}")).unwrap();
    };
    let spelled = many(100, 300).replace("1.25", "1.250");
    put(0, "sales-1.csv", &[many(0, 2000), many(0, 10), many(700, 1), spelled].concat());
    put(0, "sales-2.csv", many(1990, 300).replace('\n', "\r\n").trim_end());
    put(1, "sales-3.csv", &[many(1000, 2000), many(2500, 5), row_of("n-000003", "7")].concat());
    let packed = format!("{HEAD}\n{}{}", many(2990, 1000), many(5, 400));
    fs::write(folders[1].path().join("sales-4.csv.zst"), packed_of(packed.as_bytes())).unwrap();
    let paths = [folders[0].path(), folders[1].path()];
    for express in [(1, 4000), (3, 4000), (2, 777), (2, Bulk::CHUNK)] {
        compare(&paths, express, None).unwrap();
        compare(&paths, express, Some("2026-10-06")).unwrap();
    }
}

/// Files of which more is left to the ordinary reader than may wait for it: threads wait, or go and help.
#[test]
fn threads_do_not_run_away_from_who_collects() {
    let dir = tempfile::tempdir().unwrap();
    let wide = "c".repeat(4000);
    for file in 0..4 {
        let row = |row: u32| {
            let row = row_of(&format!("n-{file}-{row}"), "1.25");
            // It refers to another, and is left.
            row.replace(",b,", &format!(",{wide},")).replace("USD,\n", "USD,n-000007\n")
        };
        let text: String = (0..3000).map(row).collect();
        let text = format!("{HEAD}\n{}{text}{}", many(0, 50), many(0, 2000));
        let packed = packed_of(text.as_bytes());
        match file {
            2 => fs::write(dir.path().join("sales-2.csv"), text).unwrap(),
            _ => fs::write(dir.path().join(format!("sales-{file}.csv.zst")), packed).unwrap(),
        }
    }
    for threads in [1, 2, 5] {
        compare(&[dir.path()], (threads, Bulk::CHUNK), None).unwrap();
    }
}

/// When a file is changed during an import.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// All rows were read once.
    Read,
    /// A row was refused for the first time.
    Refused,
}

/// Imports a file on the express way that is replaced by another on the way; `earlier` was delivered
/// before, and the rows of `beside` come with it in a file of their own.
fn replaced(
    (earlier, beside): (&str, &str),
    (before, after): (&str, &str),
    when: When,
    packed: bool,
) -> Result<(), IntakeError> {
    let bytes = |text: &str| {
        let head = if text.starts_with("id,") { String::new() } else { format!("{HEAD}\n") };
        let text = format!("{head}{text}").into_bytes();
        if packed { packed_of(&text) } else { text }
    };
    let (first, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(first.path().join("sales.csv"), format!("{HEAD}\n{earlier}")).unwrap();
    let mut known = nothing();
    let brought = brought(first.path(), MAPS[0], &known, None);
    known.archive.apply(&brought.delivery);
    known.ids.extend(brought.ids);
    let path = dir.path().join(if packed { "sales.csv.zst" } else { "sales.csv" });
    fs::write(&path, bytes(before)).unwrap();
    fs::write(dir.path().join("sales-0.csv"), format!("{HEAD}\n{beside}")).unwrap();
    let files = discover(dir.path()).unwrap();
    let (contracts, mapping, shelf) = ([contract()], Mapping::default(), MemoryShelf::default());
    // Whoever still reads the old one reads it to its end.
    let put = || {
        fs::write(dir.path().join("new"), bytes(after)).unwrap();
        fs::rename(dir.path().join("new"), &path).unwrap();
    };
    let mut rejects = Alters(|| {
        if when == When::Refused {
            put();
        }
    });
    import(Request {
        files: &files,
        mapping: &mapping,
        contracts: &contracts,
        lens: &Lens::of(&contracts),
        archive: &known.archive,
        known: &known.ids,
        rejects: Some(&mut rejects),
        progress: &mut |progress| {
            if when == When::Read && progress.file != "sales-0.csv" {
                put();
            }
        },
        bulk: Some(Bulk { shelf: &shelf, threads: 2, chunk: 300 }),
        interrupt: None,
    })
    .map(drop)
}

/// Does something whenever it is written to.
struct Alters<F>(F);

impl<F: FnMut()> std::io::Write for Alters<F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_changed_is_noticed_wherever_it_is_read_again() {
    let repeat = [many(0, 40), many(11, 1), many(40, 10)].concat();
    let contest = [many(0, 20), row_of("n-000011", "9.00"), many(20, 10)].concat();
    let earlier = row_of("n-000002", "9.00");
    let swapped = HEAD.replace("product,channel", "channel,product");
    let changes = [
        // Another amount, another id, another customer; one line more, fewer bytes, none at all.
        ("", &repeat, repeat.replacen("n-000040,", "n-000011,", 1), When::Read, false),
        ("", &repeat, repeat.replace("1.25", "1.26"), When::Read, true),
        ("", &repeat, repeat.replace("n-000011", "n-000911"), When::Read, true),
        ("", &repeat, repeat.replace(",b,", ",c,"), When::Read, true),
        ("", &repeat, format!("\n{repeat}"), When::Read, true),
        ("", &repeat, repeat[..700].to_owned(), When::Read, true),
        ("", &repeat, String::new(), When::Read, true),
        ("", &contest, format!("{swapped}\n{contest}"), When::Read, true),
        ("", &contest, contest.replace("9.00", "9.01"), When::Read, true),
        ("", &contest, contest.replace("1.25", "1.24"), When::Read, true),
        // After its rows were taken out: when they are compared.
        (&earlier, &contest, contest.replace("9.00", "9.01"), When::Refused, true),
        (&earlier, &contest, contest.replace("n-000011", "n-000012"), When::Refused, true),
        (&earlier, &contest, contest.replace("charge,7", "charge,8"), When::Refused, true),
        (&earlier, &contest, contest.clone(), When::Refused, false),
    ];
    for (earlier, before, after, when, noticed) in changes {
        for packed in [false, true] {
            let outcome = replaced((earlier, ""), (before, &after), when, packed);
            match outcome {
                Err(IntakeError::Changed { .. }) => assert!(noticed, "{after} {packed}"),
                other => assert!(!noticed && other.is_ok(), "{other:?} {after} {packed}"),
            }
        }
    }
}

/// Rows that come behind the end while the file is read are read with their digest, or the file has changed.
#[test]
fn a_file_that_grows_is_read_whole_or_noticed() {
    let (contracts, mapping) = ([contract()], Mapping::default());
    for round in 0..40 {
        let (dir, shelf) = (tempfile::tempdir().unwrap(), MemoryShelf::default());
        let path = dir.path().join("sales.csv");
        fs::write(&path, format!("{HEAD}\n{}", many(0, 2000 + 150 * round))).unwrap();
        let mut grown = 0;
        let outcome = import(Request {
            files: &discover(dir.path()).unwrap(),
            mapping: &mapping,
            contracts: &contracts,
            lens: &Lens::of(&contracts),
            archive: &Archive::default(),
            known: &(),
            rejects: None,
            progress: &mut |progress| {
                if progress.step == Step::Reading && grown < 3 {
                    let mut file = fs::File::options().append(true).open(&path).unwrap();
                    file.write_all(row_of(&format!("more-{grown}"), "1.25").as_bytes()).unwrap();
                    grown += 1;
                }
            },
            bulk: Some(Bulk { shelf: &shelf, threads: 2, chunk: 10_000 }),
            interrupt: None,
        });
        match outcome {
            Ok(import) => {
                let file = &import.gathered.delivery.files[0];
                let bytes = fs::read(&path).unwrap();
                let read = &bytes[..usize::try_from(file.bytes).unwrap()];
                assert_eq!(file.digest, blake3::hash(read).to_string());
                let lines = read.iter().filter(|byte| **byte == b'\n').count() - 1;
                let rows: u64 = file.controls.iter().map(|control| control.accepted.rows).sum();
                assert_eq!(rows, lines as u64);
            }
            Err(IntakeError::Changed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// So are chunks that only the ordinary reader knows, and rows that are told of at the end.
#[test]
fn a_change_of_quoted_rows_or_of_rows_that_lost_is_noticed() {
    let quoted = |amount: &str| row_of("q-1", amount).replace(",b,", ",\"b, c\",");
    let rows = [quoted("1"), many(0, 30), quoted("2"), many(30, 30)].concat();
    for packed in [false, true] {
        let changed = rows.replace("b, c", "b, d");
        let outcome = replaced(("", ""), (&rows, &changed), When::Read, packed);
        assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{outcome:?}");
        assert!(replaced(("", ""), (&rows, &rows), When::Read, packed).is_ok());
        // One row of each file loses; the first is told of, and then the second is not what it was.
        let lost = |id: &str| [row_of(id, "1"), row_of(id, "2")].concat();
        let (before, after) = (lost("b"), lost("c"));
        let outcome = replaced(("", &lost("a")), (&before, &after), When::Refused, packed);
        assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{outcome:?}");
    }
}

/// A file that is gone when its turn comes ends the import with its own error: threads that still open or read the
/// files behind it end in peace.
#[test]
fn a_file_that_is_gone_breaks_no_thread() {
    let dir = tempfile::tempdir().unwrap();
    let path = |file: u32| dir.path().join(format!("sales-{file}.csv"));
    // Tests have names, and threads that read do not.
    static BROKEN: AtomicUsize = AtomicUsize::new(0);
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |why| {
        BROKEN.fetch_add(usize::from(std::thread::current().name().is_none()), Ordering::Relaxed);
        told(why);
    }));
    let contracts = [contract()];
    for _ in 0..4 {
        for file in 0..4 {
            let rows = many(file * 20_000, if file == 0 { 20_000 } else { 10_000 });
            fs::write(path(file), format!("{HEAD}\n{rows}")).unwrap();
        }
        let shelf = MemoryShelf::default();
        let outcome = import(Request {
            files: &discover(dir.path()).unwrap(),
            mapping: &Mapping::default(),
            contracts: &contracts,
            lens: &Lens::of(&contracts),
            archive: &Archive::default(),
            known: &(),
            rejects: None,
            progress: &mut |_| {
                // It is opened once the first one was read.
                let _gone_already = fs::remove_file(path(1));
            },
            bulk: Some(Bulk { shelf: &shelf, threads: 3, chunk: 300 }),
            interrupt: None,
        });
        // Whoever opened it before it was gone reads it to its end.
        let read = outcome.is_ok() || matches!(outcome, Err(IntakeError::Read { .. }));
        assert!(read, "{:?}", outcome.err());
        assert_eq!(BROKEN.load(Ordering::Relaxed), 0);
    }
}

/// Else the law above would hold for a way that is never taken.
#[test]
fn plain_rows_do_take_the_express_way() {
    MAPS.iter().for_each(|map| takes(map));
}

fn takes(map: &str) {
    let (dir, contracts) = (tempfile::tempdir().unwrap(), [contract()]);
    let row = |id: &str, customer: &str| {
        format!("{id},2026-10-05,aria-1,marketplace,{customer},charge,7,request,5.00,USD,\n")
    };
    let text = [
        format!("{HEAD}\n"),
        row("s-1", "b"),
        row("s-2", "b"),
        row("s-3", "\"q, r\""),
        row("s-4", "\"a \"\"b\"\"\""),
    ];
    fs::write(dir.path().join("sales.csv"), text.concat()).unwrap();
    let (lens, shelf) = (Lens::of(&contracts), MemoryShelf::default());
    let import = import(Request {
        files: &discover(dir.path()).unwrap(),
        mapping: &Mapping::parse("revshare.toml", map).unwrap(),
        contracts: &contracts,
        lens: &lens,
        archive: &Archive::default(),
        known: &(),
        rejects: None,
        progress: &mut silent,
        bulk: Some(Bulk { shelf: &shelf, threads: 2, chunk: 40 }),
        interrupt: None,
    })
    .unwrap();
    // The last has a doubled quote, which only the ordinary reader takes.
    assert_eq!((import.marked.facts, import.gathered.ids.len()), (3, 1));
    assert_eq!(marked(&shelf, &import.gathered, &import.marked.void).len(), 3);
}

/// Texts may hold a byte that separates texts elsewhere.
#[test]
fn neighbouring_texts_keep_their_bounds() {
    let head = "id,time,product,channel,kind,quantity,unit,amount,currency,customer";
    for (map, quote) in [(MAPS[0], ""), (MAPS[0], "\""), (MAPS[1], ""), (MAPS[2], "\"")] {
        let dir = tempfile::tempdir().unwrap();
        let names = [("aria\0x", "marketplace"), ("aria", "x\0marketplace"), ("aria", "x")];
        let row = |(at, (product, channel)): (usize, (&str, &str))| {
            format!(
                "s-{at},2026-10-05,{quote}{product}{quote},{quote}{channel}{quote},charge,7,request,5.00,USD,b\n"
            )
        };
        let rows: String = names.into_iter().cycle().take(30).enumerate().map(row).collect();
        fs::write(dir.path().join("sales.csv"), format!("{head}\n{rows}")).unwrap();
        for express in [(1, 40), (2, 300)] {
            compare_by(map, &[dir.path()], express, None).unwrap();
        }
    }
}

/// Which rows are too long does not depend on the way that a file takes.
#[test]
fn rows_that_are_too_long_are_refused_on_both_ways() {
    let dir = tempfile::tempdir().unwrap();
    let head = "id,time,product,channel,kind,quantity,unit,amount,currency,customer";
    for length in [(1 << 20) - 100, 1 << 20, 1_150_000, 1_400_000] {
        for quote in ["", "\""] {
            let row = |id: &str, customer: &str| {
                format!(
                    "{id},2026-10-05,aria-1,marketplace,charge,7,request,5.00,USD,{quote}{customer}{quote}\n"
                )
            };
            let long = "c".repeat(length);
            let rows = [row("s-1", "b"), row("s-2", &long), row("s-3", "b"), row("s-2", &long)];
            fs::write(dir.path().join("sales.csv"), format!("{head}\n{}", rows.concat())).unwrap();
            for chunk in [300, Bulk::CHUNK, 4 << 20] {
                compare(&[dir.path()], (2, chunk), None).unwrap();
            }
        }
    }
}

/// A line may end with a sign that also ends lines; the second look takes no more of it than the first.
#[test]
fn a_field_that_ends_with_a_line_sign_is_the_same_at_the_second_look() {
    let dir = tempfile::tempdir().unwrap();
    let head = "id,time,product,kind,quantity,unit,amount,currency,customer";
    for customer in ["b\r", "\"b\"", "b", "\"b\"\r"] {
        let row = format!("s-1,2026-10-05,aria-1,charge,7,request,5.00,USD,{customer}\r\n");
        fs::write(dir.path().join("sales.csv"), format!("{head}\n{row}{row}")).unwrap();
        compare(&[dir.path()], (2, 40), None).unwrap();
    }
}

fn packed_of(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
