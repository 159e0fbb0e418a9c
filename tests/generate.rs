//! Generated months: the same bytes for the same seed, and the engine comes to the totals that
//! the generator made without it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use revshare::book::Book;
use revshare::calendar::{Period, Zone};
use revshare::fact::{Cell, Table};
use revshare::generate::{Plan, Share, Shares, Written, generate};
use serde_json::{Value, json};

fn october() -> Period {
    "2026-10".parse().unwrap()
}

fn share(text: &str) -> Share {
    text.parse().unwrap()
}

fn made(plan: &Plan) -> (tempfile::TempDir, Vec<Written>) {
    let dir = tempfile::tempdir().unwrap();
    let written = generate(plan, dir.path(), &mut |_| ()).unwrap();
    (dir, written)
}

/// Shares so large that every case stands in a small month many times.
fn rough(lines: u64) -> Plan {
    let shares = Shares {
        refunds: share("6%"),
        duplicates: share("8%"),
        conflicts: share("2%"),
        late: share("5%"),
        bad: share("3%"),
    };
    Plan { lines, shares, ..Plan::new(october()) }
}

fn expected(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("expected.json")).unwrap()).unwrap()
}

/// The sale files of a report in the form of `expected.json`.
fn files(report: &revshare::book::ImportReport) -> Value {
    let rows = |count: &revshare::fact::Count| json!({"rows": count.rows, "amount": count.amount.to_string()});
    let sales = report.files.iter().filter(|file| file.table == Table::Sales);
    let file = |file: &revshare::fact::FileTally| {
        let control = |control: &revshare::fact::Control| {
            assert_eq!(control.superseded.rows, 0);
            json!({
                "currency": control.currency.map(|currency| currency.code().to_owned()),
                "read": rows(&control.read),
                "accepted": rows(&control.accepted),
                "duplicate": rows(&control.duplicate),
                "rejected": rows(&control.rejected),
            })
        };
        let controls: Vec<Value> = file.controls.iter().map(control).collect();
        json!({"path": file.path, "bytes": file.bytes, "blake3": file.digest, "controls": controls})
    };
    sales.map(file).collect()
}

/// How many rows the rejects file has of each code.
fn rejected(report: &revshare::book::ImportReport) -> BTreeMap<String, u64> {
    let mut codes = BTreeMap::new();
    let Some(path) = &report.rejects else { return codes };
    let mut rows = std::collections::BTreeSet::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let reject: Value = serde_json::from_str(line).unwrap();
        *codes.entry(reject["code"].as_str().unwrap().to_owned()).or_default() += 1;
        let row = (reject["file"].to_string(), reject["line"].as_u64());
        assert!(rows.insert(row), "a second reason: {line}");
    }
    codes
}

/// The engine's own tally of sales in the form of `expected-tally.csv`.
fn tally(book: &Book) -> String {
    let evidence = book.store().archive().evidence(&Zone::utc()).unwrap();
    let mut sums: BTreeMap<String, Cell> = BTreeMap::new();
    for (key, cell) in evidence.tally.iter().filter(|(key, _)| key.kind.table() == Table::Sales) {
        let key = format!(
            "{},{},{},{},{},{}",
            key.day,
            key.product,
            key.channel,
            key.kind,
            key.unit,
            key.currency.unwrap().code(),
        );
        let sum = sums.entry(key).or_default();
        sum.rows += cell.rows;
        sum.quantity += cell.quantity;
        sum.amount += cell.amount;
    }
    let mut lines: Vec<String> = sums
        .iter()
        .map(|(key, cell)| format!("{key},{},{},{}\n", cell.rows, cell.quantity, cell.amount))
        .collect();
    lines.sort();
    "day,product,channel,kind,unit,currency,rows,quantity,amount\n".to_owned() + &lines.concat()
}

fn agrees(plan: &Plan) {
    let (dir, _) = made(plan);
    let mut book = Book::open(dir.path(), None).unwrap();
    let report = book.import(&mut |_| ()).unwrap();
    let due = expected(dir.path());

    assert_eq!(files(&report), due["files"]);
    let found = rejected(&report);
    let codes: BTreeMap<String, u64> = serde_json::from_value(due["rejected"].clone()).unwrap();
    assert_eq!(found, codes.into_iter().filter(|(_, rows)| *rows > 0).collect());
    let text = fs::read_to_string(dir.path().join("expected-tally.csv")).unwrap();
    assert_eq!(tally(&book), text);
    let outcomes = due["rows"].as_object().unwrap().values();
    assert_eq!(outcomes.map(|rows| rows.as_u64().unwrap()).sum::<u64>(), plan.lines);

    // The deal settles every line of it.
    let closed = book.close_through(None).unwrap();
    let last = &closed.last().unwrap().statement;
    assert_eq!(last.period, plan.month);
    assert!(last.exceptions.is_empty(), "{:?}", last.exceptions);
    assert!(last.payables.iter().any(|payable| payable.from == "platform"));
}

#[test]
fn the_engine_comes_to_the_same_totals() {
    agrees(&rough(20_000));
}

#[test]
fn the_engine_comes_to_the_same_totals_over_files_and_with_refs() {
    agrees(&Plan { files: 3, refs: true, seed: 5, ..rough(20_000) });
}

/// Large enough for the express way, whose marks lie on the disk.
#[test]
fn the_engine_comes_to_the_same_totals_of_large_files() {
    agrees(&rough(60_000));
    agrees(&Plan { files: 3, refs: true, seed: 5, ..rough(60_000) });
}

#[test]
fn a_usual_month_and_a_clean_one_agree_as_well() {
    agrees(&Plan { lines: 20_000, ..Plan::new(october()) });
    let clean = Plan { shares: Shares::clean(), ..rough(5_000) };
    agrees(&clean);
    let rows = expected(made(&clean).0.path())["rows"].clone();
    assert_eq!(rows, json!({"accepted": 5_000, "duplicate": 0, "conflict": 0, "rejected": 0}));
}

#[test]
fn every_case_is_there() {
    let (dir, _) = made(&Plan { files: 2, ..rough(20_000) });
    let due = expected(dir.path());
    let rejected = due["rejected"].as_object().unwrap();
    assert_eq!(rejected.len(), 9);
    assert!(rejected.values().all(|rows| rows.as_u64() > Some(20)), "{rejected:?}");
    let groups = |file: usize| due["files"][file]["controls"].as_array().unwrap().clone();
    for group in groups(0).iter().chain(&groups(1)).filter(|group| !group["currency"].is_null()) {
        assert!(group["duplicate"]["rows"].as_u64() > Some(10), "{group}");
    }
    let tally = fs::read_to_string(dir.path().join("expected-tally.csv")).unwrap();
    for part in ["2026-09-30,", ",refund,", ",credit,", ",EUR,", ",internal:coding-tool,"] {
        assert!(tally.contains(part), "no {part}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let digest = |plan: &Plan| made(plan).1[0].blake3.clone();
    let plan = Plan { lines: 20_000, ..Plan::new(october()) };
    assert_eq!(digest(&plan), "881688932f984321518ed5c035605bd7132dc58ebda77b4a971b2b899ff54adf");
    assert_eq!(
        digest(&Plan { refs: true, seed: 2, ..plan }),
        "693bf0199b02b151c28420fd026390304583ba02df177b8def8f4b459be16530"
    );
}

#[test]
fn a_longer_month_begins_with_a_shorter_one_whatever_the_files() {
    let text = |plan: &Plan| {
        let (dir, written) = made(plan);
        let read = |file: &Written| fs::read_to_string(dir.path().join(&file.path)).unwrap();
        let texts = written.iter().map(read).enumerate();
        texts.fold(String::new(), |all, (at, text)| match at {
            0 => text,
            _ => all + text.split_once('\n').unwrap().1,
        })
    };
    let (short, long) = (text(&rough(3_000)), text(&rough(5_000)));
    assert!(long.starts_with(&short) && long.len() > short.len());
    assert_eq!(text(&Plan { files: 7, ..rough(5_000) }), long);
    assert_ne!(text(&Plan { seed: 2, ..rough(5_000) }), long);
}

#[test]
fn a_plan_that_cannot_be_followed_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let shares = Shares { refunds: share("60%"), duplicates: share("60%"), ..Shares::clean() };
    let plan = Plan::new(october());
    for (plan, reason) in [
        (Plan { shares, ..plan.clone() }, "100%"),
        (Plan { files: 0, ..plan.clone() }, "file"),
        (Plan { month: "1969-12".parse().unwrap(), ..plan.clone() }, "2000-01"),
        (Plan { month: "2026-Q4".parse().unwrap(), ..plan }, "month"),
    ] {
        let error = generate(&plan, dir.path(), &mut |_| ()).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
