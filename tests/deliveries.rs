//! Books that come in deliveries: one mechanism for `run`, `import` and the library, and every file
//! in a control total.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{cases, copy_book, revshare, root};
use revshare::book::Book;
use serde_json::Value;

fn answer(dir: &Path, args: &[&str]) -> String {
    let output = revshare(dir, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn said(dir: &Path, args: &[&str]) -> String {
    String::from_utf8(revshare(dir, args).stderr).unwrap()
}

fn statements(dir: &Path, args: &[&str]) -> Vec<Value> {
    let text = answer(dir, &[args, &["--format", "json", "--quiet"]].concat());
    let document: Value = serde_json::from_str(&text).unwrap();
    document["statements"].as_array().unwrap().clone()
}

/// The starter book with a contract alone in one delivery, and December in the next.
fn amended() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    assert!(revshare(dir.path(), &["init", "."]).status.success());
    let contract = fs::read_to_string(dir.path().join("contract.toml")).unwrap();
    let other = contract
        .replace("vendor = \"50%\", platform = \"50%\"", "vendor = \"60%\", platform = \"40%\"");
    assert_ne!(contract, other);
    put(dir.path(), "deliveries/01/contract.toml", &other);
    put(dir.path(), "deliveries/02/sales-12.csv", &december("s-d1", "100.00"));
    dir
}

fn december(id: &str, amount: &str) -> String {
    format!(
        "id,time,product,channel,customer,kind,amount,currency\n\
         {id},2026-12-05,aria-1,marketplace,acme,charge,{amount},USD\n"
    )
}

fn put(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn bundled() -> tempfile::TempDir {
    copy_book(&root().join("fixtures/cases/model-marketplace"))
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let whole = answer(bundled().path(), &["run", "."]);

    let stopped = bundled();
    assert!(said(stopped.path(), &["run", ".", "--through", "2026-11"]).contains("waiting"));
    assert_eq!(answer(stopped.path(), &["run", "."]), whole);

    // Between an import and the closes, and in the middle of these.
    let killed = bundled();
    {
        let mut book = Book::open(killed.path(), None).unwrap();
        book.import(&mut |_| ()).unwrap();
    }
    {
        let mut book = Book::open(killed.path(), None).unwrap();
        let contract = book.contracts()[0].clone();
        book.close(&contract, "2026-10".parse().unwrap()).unwrap();
        assert_eq!(book.waiting().count(), 2);
    }
    {
        let mut book = Book::open(killed.path(), None).unwrap();
        let next = book.next_delivery(None, &mut |_| ()).unwrap().unwrap();
        assert_eq!((next.folder.as_str(), next.report.files.len()), ("deliveries/2027-02-01", 3));
    }
    assert_eq!(answer(killed.path(), &["run", "."]), whole);
    let again = said(killed.path(), &["run", "."]);
    assert!(
        again.contains("nothing new to import") && again.contains("nothing changed"),
        "{again}"
    );
}

#[test]
fn no_folder_comes_after_the_last_period_that_is_asked_for() {
    let book = bundled();
    for (through, waiting) in [("2026-12", 2), ("2027-01", 1), ("2027-02", 0)] {
        assert_eq!(statements(book.path(), &["run", ".", "--through", through]).len(), 5 - waiting);
        let open = Book::open(book.path(), None).unwrap();
        assert_eq!(open.waiting().count(), waiting, "{through}");
    }
}

#[test]
fn a_contract_alone_counts_from_its_folder_on() {
    let book = amended();
    let all = statements(book.path(), &["run", "."]);
    let contract_of = |at: usize| all[at]["provenance"]["contract_file"].as_str().unwrap();
    assert_eq!([contract_of(1), contract_of(2)], ["contract.toml", "deliveries/01/contract.toml"]);
    assert_eq!(all[2]["true_ups"][0]["period"], "2026-10");
    let draft = &statements(book.path(), &["settle", ".", "2027-01"])[0];
    assert_eq!(draft["provenance"]["contract_file"], "deliveries/01/contract.toml");

    // The last of all counts as well, as soon as nothing is due before it.
    let last = fs::read_to_string(book.path().join("contract.toml")).unwrap();
    put(book.path(), "deliveries/03/contract.toml", &last);
    let draft = &statements(book.path(), &["settle", ".", "2027-01"])[0];
    assert_eq!(draft["provenance"]["contract_file"], "deliveries/03/contract.toml");
    assert!(said(book.path(), &["run", "."]).contains("nothing changed"));
    put(book.path(), "deliveries/02/more-sales.txt", "no file of facts");
    put(book.path(), "sales-more.csv", &december("s-d2", "5.00"));
    answer(book.path(), &["run", "."]);
    let names = answer(book.path(), &["settle", ".", "2027-01"]);
    assert!(names.contains("sales-more.csv"), "{names}");
}

#[test]
fn import_takes_what_has_come_and_then_folder_by_folder() {
    let book = amended();
    assert!(answer(book.path(), &["import", "."]).contains("sales.csv"));
    put(book.path(), "sales-more.csv", &december("s-d2", "5.00"));
    let second = answer(book.path(), &["import", "."]);
    assert!(second.contains("sales-more.csv") && !second.contains("deliveries"), "{second}");
    assert!(answer(book.path(), &["import", "."]).contains("deliveries/02/sales-12.csv"));
    assert!(answer(book.path(), &["import", "."]).contains("nothing new"));
}

#[test]
fn a_file_named_by_hand_is_known_by_its_place_in_the_book() {
    let book = amended();
    let file = "deliveries/02/sales-12.csv";
    assert!(answer(book.path(), &["import", ".", file]).contains(file));
    assert!(answer(book.path(), &["import", "."]).contains("sales.csv"));
    let ask = ["explain", ".", "2026-12", "marketplace/gross-sales", "--rows"];
    assert!(answer(book.path(), &ask).contains("deliveries/02/sales-12.csv:2: s-d1"));
}

#[test]
fn what_a_later_contract_asks_for_is_kept_apart_from_the_beginning() {
    let book = amended();
    let path = "deliveries/01/contract.toml";
    let contract = fs::read_to_string(book.path().join(path)).unwrap();
    let narrow = "{ channel = \"marketplace\", customer = \"acme\" }";
    let other = contract.replace("{ channel = \"marketplace\" }", narrow);
    assert_ne!(contract, other);
    put(book.path(), path, &other);
    assert_eq!(statements(book.path(), &["run", "."]).len(), 3);
}

#[test]
fn a_mistake_in_a_later_contract_is_told_before_anything_is_done() {
    let book = amended();
    put(book.path(), "deliveries/02/contract.toml", "id = \"starter\"\n");
    for verb in ["run", "check"] {
        let output = revshare(book.path(), &[verb, "."]);
        assert_eq!(output.status.code(), Some(1), "{verb}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("deliveries/02/contract.toml"), "{said}");
    }
    assert!(!book.path().join(".revshare").exists());
}

/// What a file's rows come to: by group, and in each group by currency.
type Totals = BTreeMap<(String, String), Value>;

fn totals(statement: &Value) -> Totals {
    let name = |control: &Value| (control["file"].to_string(), control["currency"].to_string());
    let read =
        |control: &Value| serde_json::json!([control["rows"]["read"], control["amounts"]["read"]]);
    let controls = statement["controls"].as_array().unwrap().iter();
    controls.map(|control| (name(control), read(control))).collect()
}

#[test]
fn every_file_stands_in_a_control_total() {
    let mut shorter = 0;
    for case in cases() {
        let text = fs::read_to_string(case.join("expected/statements.json")).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let statements = document["statements"].as_array().unwrap();
        let (mut seen, mut files) = (Totals::new(), BTreeSet::new());
        for statement in statements {
            let listed = totals(statement);
            for (name, read) in &listed {
                assert_eq!(seen.get(name).unwrap_or(read), read, "{}", case.display());
            }
            seen.extend(listed);
            let of = |file: &Value| file["file"].to_string();
            let all: BTreeSet<_> =
                statement["provenance"]["files"].as_array().unwrap().iter().map(of).collect();
            let named: BTreeSet<_> = totals(statement).into_keys().map(|(file, _)| file).collect();
            shorter += usize::from(named.len() < all.len());
            files.extend(all);
        }
        let named: BTreeSet<_> = seen.into_keys().map(|(file, _)| file).collect();
        assert_eq!(named, files, "{}", case.display());
    }
    assert!(shorter > 0, "no statement leaves a file of another period out");
}

#[test]
fn a_later_version_of_an_event_needs_the_whole_feed_in_one_delivery() {
    let book = amended();
    let version = |update: &str, amount: &str| {
        format!(
            "billing_event_id,action,transaction_type,amount,currency,invoice_date,valid_from,\
             update_date,product_id,from_account_id,to_account_id,end_user_account_id\n\
             e-1,INVOICED,SELLER_REV_SHARE,{amount},USD,2026-10-05,2026-10-05T00:00:00Z,\
             {update}T00:00:00Z,aria-1,buyer,seller,buyer\n"
        )
    };
    put(book.path(), "sales-feed.csv", &version("2026-10-06", "100.00"));
    put(book.path(), "deliveries/02/sales-feed.csv", &version("2026-11-06", "80.00"));
    let said = said(book.path(), &["run", "."]);
    assert!(said.contains("I027") && said.contains("into a new store (--store)"), "{said}");
    let whole =
        ["import", ".", "--store", "fresh", "deliveries/02/sales-feed.csv", "sales-feed.csv"];
    answer(book.path(), &whole);
    let draft = &statements(book.path(), &["settle", ".", "2026-10", "--store", "fresh"])[0];
    let amounts: Vec<&Value> = draft["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|control| &control["amounts"]["accepted"])
        .collect();
    assert_eq!(amounts, ["80", "0"]);
}
