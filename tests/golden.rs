//! Golden cases: every folder of `fixtures/cases` is settled by the program itself and compared
//! with what stands in its `expected/`; every contract of `fixtures/readings` is read out and compared
//! with its `reading.txt`. `UPDATE_EXPECTED=1 cargo test --test golden` writes that
//! anew; read the difference before you commit it.

mod common;

use std::fs;
use std::path::Path;

use common::{cases, copy_book, folders, revshare};
use revshare::contract::{Contract, reading};

#[test]
fn every_case_settles_as_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let book = copy_book(&case);
        let first = revshare(book.path(), &["run", "."]);
        if !first.status.success() {
            wrong.push(format!("{}: {}", case.display(), String::from_utf8_lossy(&first.stderr)));
            continue;
        }
        let json = revshare(book.path(), &["run", ".", "--format", "json", "--quiet"]);
        let expected = case.join("expected");
        compare(&expected.join("statements.txt"), &first.stdout, &mut wrong);
        compare(&expected.join("import.txt"), &first.stderr, &mut wrong);
        compare(&expected.join("statements.json"), &json.stdout, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_contract_reads_as_expected() {
    let mut wrong = Vec::new();
    for folder in folders("fixtures/readings") {
        let text = fs::read_to_string(folder.join("contract.toml")).unwrap();
        let contract = Contract::parse("contract.toml", &text).unwrap();
        compare(&folder.join("reading.txt"), reading(&contract).as_bytes(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(path: &Path, actual: &[u8], wrong: &mut Vec<String>) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, actual).unwrap();
        return;
    }
    let expected = fs::read(path).unwrap_or_default();
    if expected != actual {
        let at = first_difference(&expected, actual);
        wrong.push(format!("{} differs at line {at}", path.display()));
    }
}

fn first_difference(expected: &[u8], actual: &[u8]) -> usize {
    let (expected, actual) = (expected.split(|b| *b == b'\n'), actual.split(|b| *b == b'\n'));
    expected.zip(actual).take_while(|(a, b)| a == b).count() + 1
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    for case in cases() {
        let book = copy_book(&case);
        let first = revshare(book.path(), &["run", "."]);
        let journal = fs::read(book.path().join(".revshare/journal")).unwrap();
        let second = revshare(book.path(), &["run", "."]);
        assert_eq!(first.stdout, second.stdout, "{}", case.display());
        let said = String::from_utf8_lossy(&second.stderr).into_owned();
        assert!(said.contains("nothing new to import"), "{said}");
        assert!(said.contains("nothing changed"), "{said}");
        let after = fs::read(book.path().join(".revshare/journal")).unwrap();
        assert_eq!(journal, after, "{}", case.display());
    }
}
