//! A book asked through the program in ways that once gave wrong or endless answers.

mod common;

use std::fs;
use std::path::Path;

use common::revshare;
use serde_json::Value;

/// A fresh small book.
fn book() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("book")).unwrap();
    assert!(revshare(dir.path(), &["init", "book"]).status.success());
    dir
}

fn text(dir: &Path, args: &[&str]) -> String {
    let output = revshare(dir, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(dir: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&text(dir, args)).unwrap()
}

fn change(dir: &Path, from: &str, to: &str) {
    let path = dir.join("book/contract.toml");
    let contract = fs::read_to_string(&path).unwrap();
    assert!(contract.contains(from));
    fs::write(&path, contract.replace(from, to)).unwrap();
}

#[test]
fn quarters_are_closed_through_the_last_that_is_over() {
    let dir = book();
    change(dir.path(), "currency =", "period = \"quarter\"\ncurrency =");
    let closed = |through: &str| -> Vec<String> {
        let run = json(dir.path(), &["run", "book", "--format", "json", "--through", through]);
        let statements = run["statements"].as_array().unwrap().iter();
        statements.map(|each| each["period"].as_str().unwrap().to_owned()).collect()
    };
    assert!(closed("2026-10").is_empty());
    assert_eq!(closed("2026-12"), ["2026-Q4"]);
    assert_eq!(closed("2027-02"), ["2026-Q4"]);
    for verb in ["settle", "close", "explain"] {
        let refused = revshare(dir.path(), &[verb, "book", "2026-10"]);
        assert_eq!(refused.status.code(), Some(1), "{verb}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("B012"), "{verb}");
    }
}

#[test]
fn periods_of_another_length_after_a_close_are_refused() {
    let dir = book();
    text(dir.path(), &["close", "book", "2026-10"]);
    change(dir.path(), "currency =", "period = \"quarter\"\ncurrency =");
    let refused = revshare(dir.path(), &["run", "book"]);
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn a_neighbour_in_the_book_changes_no_digest() {
    let dir = book();
    let here = dir.path();
    let more = "s-8,2026-10-04,other,elsewhere,acme,charge,1,x,9.00,USD,\n\
                s-9,2026-10-04,other,elsewhere,globex,charge,1,x,8.00,USD,\n";
    let sales = here.join("book/sales.csv");
    fs::write(&sales, fs::read_to_string(&sales).unwrap() + more).unwrap();
    let ask = |store: &str| {
        text(here, &["import", "book", "--store", store]);
        let settle = ["settle", "book", "2026-10", "--contract", "starter", "--format", "json"];
        json(here, &[&settle[..], &["--store", store]].concat())["statements"][0].clone()
    };
    let alone = ask("alone");
    let contract = fs::read_to_string(here.join("book/contract.toml")).unwrap();
    let neighbour = contract.replace("\"starter\"", "\"neighbour\"").replace(
        "scope    = { channel = \"marketplace\" }",
        "scope    = { channel = \"marketplace\", customer = \"acme\" }",
    );
    assert!(neighbour.contains("customer ="));
    fs::create_dir(here.join("book/contracts")).unwrap();
    fs::write(here.join("book/contracts/neighbour.toml"), neighbour).unwrap();
    let beside = ask("beside");
    for key in ["digest", "exceptions", "controls"] {
        assert_eq!(beside[key], alone[key], "{key}");
    }
}

#[test]
fn rows_behind_a_number_are_those_that_it_counts() {
    let dir = book();
    let header = "id,time,product,channel,customer,kind,quantity,unit,amount,currency,ref\n";
    let again =
        "s-1,2026-10-02T09:30:00Z,aria-1,marketplace,acme,charge,4000000,output-token,100,USD,\n";
    let against =
        "s-2,2026-10-09T14:05:00Z,aria-1,marketplace,globex,charge,9800000,output-token,999,USD,\n";
    let late = "s-9,2026-10-09T15:05:00Z,aria-1,marketplace,globex,charge,1,output-token,1,USD,\n";
    let write = |name: &str, rows: &str| {
        fs::write(dir.path().join("book").join(name), format!("{header}{rows}")).unwrap();
    };
    text(dir.path(), &["import", "book"]);
    write("sales-again.csv", &format!("{again}{against}"));
    text(dir.path(), &["import", "book"]);
    text(dir.path(), &["close", "book", "2026-10"]);
    write("sales-late.csv", late);
    text(dir.path(), &["import", "book"]);
    let ask = ["explain", "book", "2026-10", "marketplace/gross-sales", "--rows"];
    let shown = json(dir.path(), &[&ask[..], &["--format", "json"]].concat());
    assert_eq!(shown["version"], "1");
    let rows = shown["explained"][0]["rows"].as_array().unwrap();
    let place = |row: &Value| format!("{}:{}", row["file"].as_str().unwrap(), row["line"]);
    let places: Vec<String> = rows.iter().map(place).collect();
    assert_eq!(places, ["sales.csv:2", "sales.csv:3"]);
    assert!(text(dir.path(), &ask).contains("sales.csv:3: s-2"));
    let lines = json(dir.path(), &["explain", "book", "2026-10", "--format", "json"]);
    assert!(lines["explained"][0]["lines"].as_array().unwrap().len() > 10);
}

#[test]
fn what_comes_for_closed_days_is_told() {
    let dir = book();
    let here = dir.path();
    let rule = "[[shared-cost]]\ncategory = [\"pool\"]\ndriver = \"sales\"\nover = { product = [\"*\"] }\n";
    let path = here.join("book/contract.toml");
    fs::write(&path, fs::read_to_string(&path).unwrap() + rule).unwrap();
    text(here, &["run", "book", "--through", "2026-10"]);
    let write = |name: &str, rows: &str| fs::write(here.join("book").join(name), rows).unwrap();
    write(
        "sales-late.csv",
        "id,time,product,channel,kind,amount,currency\nz-1,2026-09-20,aria-1,marketplace,charge,5,USD\n",
    );
    write("costs-late.csv", "id,time,category,amount,currency\nz-2,2026-10-20,pool,5,USD\n");
    let output = revshare(here, &["run", "book", "--through", "2026-10"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 fact of starter has come for 2026-09, which is closed"), "{said}");
    assert!(said.contains("1 fact of starter has come for 2026-10, which is closed"), "{said}");
}

#[test]
fn a_copy_under_another_name_counts_once() {
    let dir = book();
    let rows = "BilledCost,BillingCurrency,BillingAccountId,BillingPeriodStart,ChargePeriodStart,ServiceCategory\n\
                7.50,USD,a-1,2026-10-01T00:00:00Z,2026-10-03T00:00:00Z,Compute\n";
    for name in ["costs-export.csv", "costs-export-copy.csv", "sales-export.csv"] {
        fs::write(dir.path().join("book").join(name), rows).unwrap();
    }
    let report = json(dir.path(), &["import", "book", "--format", "json"]);
    assert_eq!(report["unchanged"].as_array().unwrap().len(), 1, "{report}");
    let read = |control: &Value| control["file"].as_str().unwrap().contains("export");
    assert_eq!(report["controls"].as_array().unwrap().iter().filter(|c| read(c)).count(), 2);
}

#[test]
fn a_refund_that_came_before_its_charge_is_shown_behind_its_number() {
    let dir = book();
    let write = |name: &str, row: &str| {
        let header = "id,time,product,channel,kind,amount,currency,ref\n";
        fs::write(dir.path().join("book").join(name), format!("{header}{row}\n")).unwrap();
        text(dir.path(), &["import", "book"]);
    };
    write("sales-2.csv", "r-1,2026-11-05,aria-1,marketplace,refund,-5,USD,z-1");
    write("sales-3.csv", "z-1,2026-10-28,aria-1,marketplace,charge,5,USD,");
    let shown = text(dir.path(), &["explain", "book", "2026-10", "marketplace/refunds", "--rows"]);
    assert!(shown.contains("sales-2.csv:2: r-1"), "{shown}");
}

/// What `explain` says of a line of a case.
fn explained(case: &str, args: &[&str]) -> String {
    let book = common::copy_book(&common::root().join("fixtures/cases").join(case));
    text(book.path(), &["run", "."]);
    text(book.path(), &[&["explain", "."], args].concat())
}

#[test]
fn what_drops_out_of_trailing_months_is_told() {
    let line = "balance/tier-measure/marketplace/net-sales";
    let shown = explained("trailing-months", &["2026-04", line]);
    assert!(shown.contains("2026-01 has become too old  -300.00"), "{shown}");
    assert!(
        shown.contains("2026-04-10 charge marketplace                             200"),
        "{shown}"
    );
}

#[test]
fn single_sales_are_told_by_their_ids_and_found_in_their_files() {
    let shown = explained("forward-by-sale", &["2026-01", "marketplace/refunds", "--rows"]);
    assert!(shown.contains("w-2 of 2026-01-10T11:00:00Z"), "{shown}");
    assert!(shown.contains("sales.csv:8: w-2"), "{shown}");
}
