//! Forgetting ids, seen from outside: what goes and what stays, what becomes of rows that come again,
//! and what is told.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::revshare;

const HEAD: &str = "id,time,product,channel,kind,amount,currency,ref\n";

const CONTRACT: &str = r#"
    id = "deal"
    currency = "USD"
    finality = 1
    [parties]
    vendor = "V"
    platform = "P"
    [[schedule]]
    id = "all"
    seller = "platform"
    [[schedule.terms]]
    effective = 2020-01-01
    basis = "net-sales"
    split = { vendor = "50%", platform = "50%" }
"#;

fn put(dir: &Path, name: &str, rows: &[impl AsRef<str>]) {
    let rows: Vec<&str> = rows.iter().map(AsRef::as_ref).collect();
    fs::write(dir.join(name), format!("{HEAD}{}\n", rows.join("\n"))).unwrap();
}

fn said(dir: &Path, args: &[&str]) -> (String, String) {
    let output = revshare(dir, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

/// A book with January and February in files of their own, closed up to March.
fn three_months() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("contract.toml"), CONTRACT).unwrap();
    for (month, name) in [(1, "sales-1.csv"), (2, "sales-2.csv"), (3, "sales-3.csv")] {
        let row = |number: u32| {
            format!("s-{month}-{number},2026-0{month}-05,aria,shop,charge,{month}0{number}.50,USD,")
        };
        put(dir.path(), name, &[0, 1, 2, 3].map(row));
        said(dir.path(), &["import", "."]);
    }
    said(dir.path(), &["run", "."]);
    dir
}

#[test]
fn ids_of_final_periods_go_and_the_others_stay() {
    let dir = three_months();
    let ids = || -> BTreeSet<String> {
        let files = fs::read_dir(dir.path().join(".revshare/ids")).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    let name = |import: u32| format!("{import:08}.ids");
    assert_eq!(ids(), [name(1), name(2), name(3)].into());
    let (would, _) = said(dir.path(), &["forget", ".", "--dry-run"]);
    assert!(would.starts_with("would forget 8 ids, "), "{would}");
    assert_eq!(ids().len(), 3);
    let (kept, _) = said(dir.path(), &["forget", ".", "--before", "2026-02"]);
    assert!(
        kept.ends_with("of what happened before 2026-02-01 (UTC)\n  import 1: sales-1.csv\n"),
        "{kept}"
    );
    assert_eq!(ids(), [name(2), name(3)].into());
    // With March closed, April is open: March can still be corrected, and February no more.
    let (rest, _) = said(dir.path(), &["forget", "."]);
    assert!(rest.ends_with("before 2026-03-01 (UTC)\n  import 2: sales-2.csv\n"), "{rest}");
    assert_eq!(said(dir.path(), &["forget", "."]).0, "nothing to forget\n");
    assert_eq!(ids(), [name(3)].into());
    let (sound, _) = said(dir.path(), &["verify", "."]);
    assert!(sound.starts_with("sound: 8 records (3 imports, 3 closings), 4 ids"), "{sound}");
}

#[test]
fn what_comes_again_is_refused_and_what_refers_to_it_is_told() {
    let dir = three_months();
    said(dir.path(), &["forget", "."]);
    // The same file is known by its bytes; the same rows in another file are not known any more.
    let (unchanged, _) = said(dir.path(), &["import", ".", "sales-1.csv"]);
    assert!(unchanged.contains("sales-1.csv was imported before"), "{unchanged}");
    let rows = [
        "s-1-0,2026-01-05,aria,shop,charge,100.50,USD,",
        "s-2-9,2026-02-03,aria,shop,charge,5.00,USD,",
        "s-3-0,2026-03-05,aria,shop,charge,300.50,USD,",
        "r-1,2026-04-02,aria,shop,refund,-10.00,USD,s-3-0",
        "r-2,2026-04-02,aria,shop,refund,-20.00,USD,s-1-0",
    ];
    put(dir.path(), "sales-4.csv", &rows);
    let (answer, told) = said(dir.path(), &["import", ".", "sales-4.csv", "--format", "json"]);
    assert_eq!((told.matches("I040").count(), told.matches("I041").count()), (2, 1), "{told}");
    assert!(told.contains(r#"\"r-2\" to \"s-1-0\""#) && !told.contains("r-1"), "{told}");
    let control = &serde_json::from_str::<serde_json::Value>(&answer).unwrap()["controls"][0];
    let rows = ["read", "accepted", "duplicate", "rejected"].map(|group| &control["rows"][group]);
    assert_eq!(rows.map(|rows| rows.as_u64().unwrap()), [5, 2, 1, 2]);
    let rejects = fs::read_to_string(dir.path().join(".revshare/rejects/000004.jsonl")).unwrap();
    assert_eq!(rejects.lines().count(), 2);
    // The refund of a forgotten sale counts in April, the other one in March.
    let (statement, _) = said(dir.path(), &["close", ".", "2026-04"]);
    assert!(statement.contains("True-ups") && statement.contains("2026-03"), "{statement}");
    assert!(!statement.contains("2026-01"), "{statement}");
}

#[test]
fn rows_of_forgotten_files_cannot_be_shown() {
    let dir = three_months();
    let explain = ["explain", ".", "2026-01", "all/gross-sales", "--rows"];
    assert!(said(dir.path(), &explain).0.contains("sales-1.csv:2: s-1-0,"));
    said(dir.path(), &["forget", "."]);
    let (shown, told) = said(dir.path(), &explain);
    assert!(!shown.contains("sales-1.csv"), "{shown}");
    assert!(told.contains("the ids of sales-1.csv are forgotten"), "{told}");
}

/// The engine would count them: nothing is final any more. But they may be those it counted before.
#[test]
fn what_was_forgotten_stays_so_when_the_contract_is_changed() {
    let paid = |again: bool| {
        let dir = three_months();
        said(dir.path(), &["forget", "."]);
        let endless = CONTRACT.replace("finality = 1", "");
        fs::write(dir.path().join("contract.toml"), endless).unwrap();
        let rows = ["s-4-0,2026-04-05,aria,shop,charge,400.50,USD,"];
        put(dir.path(), "sales-4.csv", &rows);
        if again {
            let old = fs::read_to_string(dir.path().join("sales-1.csv")).unwrap();
            fs::write(dir.path().join("sales-5.csv"), format!("{old}\n")).unwrap();
        }
        said(dir.path(), &["import", "."]);
        let (statement, _) = said(dir.path(), &["close", ".", "2026-04", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&statement).unwrap();
        document["statements"][0]["payables"].clone()
    };
    assert_eq!(paid(true), paid(false));
}
