//! A tally in place of the lines: the settlement is the same, a second one of the same period
//! replaces the first, and nothing is counted twice.

mod common;

use std::fs;
use std::path::Path;

use common::{copy, revshare, root};

const TALLY: &str = "\
record,name,value,zone,day,kind,product,channel,unit,currency,unpriced,rows,quantity,amount,amount_e28
about,version,1,,,,,,,,,,,,
about,table,sales,,,,,,,,,,,,
about,source,own,,,,,,,,,,,,
about,period,PERIOD,,,,,,,,,,,,
about,zone,UTC,,,,,,,,,,,,
control,read,,,,,,,,USD,,3,,240,
control,accepted,,,,,,,,USD,,2,,200,
control,duplicate,,,,,,,,USD,,1,,40,
control,read,,,,,,,,,,1,,0,
control,accepted,,,,,,,,,,1,,0,
cell,,,UTC,2026-10-05,charge,aria-2,marketplace,,USD,,1,,119,10000000000000000000000000000
cell,,,UTC,2026-10-20,charge,aria-2,marketplace,token-pack,,true,1,5,0,
cell,,,UTC,2026-11-07,charge,aria-2,marketplace,,USD,,1,,80,
";

fn book(dir: &Path, tally: Option<&str>) {
    copy(&root().join("fixtures/errors/small-book"), dir);
    if let Some(text) = tally {
        fs::remove_file(dir.join("sales.csv")).unwrap();
        fs::write(dir.join("tally-sales.csv"), text).unwrap();
    }
}

fn json(dir: &Path, words: &[&str]) -> serde_json::Value {
    let output = revshare(dir, &[words, &["--format", "json", "--quiet"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn digests(dir: &Path) -> Vec<String> {
    let run = json(dir, &["run", "."]);
    let statements = run["statements"].as_array().unwrap();
    statements.iter().map(|it| it["digest"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_settlement_from_a_tally_is_that_from_the_lines() {
    let (lines, tally) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    book(lines.path(), None);
    book(tally.path(), Some(&TALLY.replace("PERIOD", "")));
    let due = digests(lines.path());
    assert_eq!(due.len(), 2);
    assert_eq!(digests(tally.path()), due);
    let shown = revshare(tally.path(), &["statement", ".", "2026-10"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let control = shown.lines().find(|line| line.contains("tally-sales.csv")).unwrap();
    assert!(control.contains("own"), "{control}");
    let again = json(tally.path(), &["import", "."]);
    assert_eq!(again["unchanged"][0], "tally-sales.csv");
}

#[test]
fn a_second_tally_of_a_period_replaces_the_first() {
    let (dir, straight) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = TALLY.replace("PERIOD", "2026-Q4");
    let second = first.replace(",2,,200,", ",2,,205,").replace(",3,,240,", ",3,,245,");
    let second = second.replace(",119,1", ",124,1");
    book(dir.path(), Some(&first));
    revshare(dir.path(), &["import", "."]);
    book(straight.path(), Some(&second));
    fs::write(dir.path().join("tally-sales.csv"), &second).unwrap();
    let settled = |dir: &Path| json(dir, &["settle", ".", "2026-10"])["statements"][0].clone();
    revshare(straight.path(), &["import", "."]);
    let report = json(dir.path(), &["import", "."]);
    assert_eq!(report["unchanged"].as_array().unwrap().len(), 0);
    let (replaced, due) = (settled(dir.path()), settled(straight.path()));
    assert_eq!(replaced["digest"], due["digest"]);
    let controls = replaced["controls"].as_array().unwrap();
    let superseded = |it: &serde_json::Value| it["rows"]["superseded"].as_u64().unwrap();
    assert_eq!(controls.iter().map(superseded).sum::<u64>(), 3, "nothing disappears");
}

#[test]
fn lines_of_a_feed_that_came_as_a_tally_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    book(dir.path(), Some(&TALLY.replace("PERIOD", "")));
    revshare(dir.path(), &["import", "."]);
    let lines = root().join("fixtures/errors/small-book/sales.csv");
    fs::copy(lines, dir.path().join("sales.csv")).unwrap();
    let refused = revshare(dir.path(), &["import", "."]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("I038"), "{said}");
}

#[test]
fn every_dialect_asks_for_integers_and_never_for_floats() {
    let book = root().join("fixtures/errors/small-book");
    for (dialect, whole) in [
        ("duckdb", "AS HUGEINT)"),
        ("spark", "AS DECIMAL(38,0))"),
        // Wider than the 128 bits whose sums wrap there.
        ("datafusion", "AS DECIMAL(50,0))"),
    ] {
        let output = revshare(&book, &["sql", ".", "--dialect", dialect, "--table", "shop.lines"]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains(whole) && script.contains("FROM shop.lines"), "{dialect}");
        let cast_to_float =
            ["AS DOUBLE", "AS FLOAT", "AS REAL"].iter().any(|it| script.contains(it));
        assert!(!cast_to_float, "{dialect}");
    }
    let refused = revshare(&book, &["sql", ".", "--dialect", "duckdb", "--columns", "id,amnt"]);
    assert_eq!(refused.status.code(), Some(2));
}
