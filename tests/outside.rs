//! Facts from outside a deal, granted rates and findings of audits: in a file they mean what they
//! mean in the contract, whenever they come.

mod common;

use std::fs;
use std::path::Path;

use common::{copy_book, revshare, root};
use serde_json::Value;

fn put(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn case(name: &str) -> tempfile::TempDir {
    copy_book(&root().join("fixtures/cases").join(name))
}

/// A case with a line at the top of its contract.
fn with(name: &str, line: &str) -> tempfile::TempDir {
    let book = case(name);
    let contract = fs::read_to_string(book.path().join("contract.toml")).unwrap();
    put(book.path(), "contract.toml", &format!("{line}\n{contract}"));
    book
}

/// Takes a file of a book away, to be delivered later.
fn withhold(dir: &Path, name: &str, later: &str) {
    let text = fs::read_to_string(dir.join(name)).unwrap();
    fs::remove_file(dir.join(name)).unwrap();
    put(dir, &format!("deliveries/{later}/{name}"), &text);
}

fn statements(dir: &Path) -> Vec<Value> {
    let output = revshare(dir, &["run", ".", "--format", "json", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["statements"].as_array().unwrap().clone()
}

/// Each statement's period with what the platform pays the vendor.
fn paid(dir: &Path) -> Vec<(String, String)> {
    let of = |statement: &Value| {
        let payables = statement["payables"].as_array().unwrap();
        let amounts = payables.iter().map(|payable| {
            assert_eq!((&payable["from"], &payable["to"]), (&"platform".into(), &"vendor".into()));
            payable["amount"].as_str().unwrap().to_owned()
        });
        (statement["period"].as_str().unwrap().to_owned(), amounts.collect::<Vec<_>>().join(" "))
    };
    statements(dir).iter().map(of).collect()
}

fn lines(due: &[(&str, &str)]) -> Vec<(String, String)> {
    due.iter().map(|(period, amount)| ((*period).to_owned(), (*amount).to_owned())).collect()
}

/// The adjustments of the last statement: clause, period, amount.
fn last_adjustments(dir: &Path) -> Vec<String> {
    let statements = statements(dir);
    let adjustments = statements.last().unwrap()["adjustments"].as_array().unwrap().clone();
    let text = |each: &Value, key: &str| each[key].as_str().unwrap_or_default().to_owned();
    let line = |each: &Value| {
        let line =
            format!("{} {} {}", text(each, "clause"), text(each, "period"), text(each, "amount"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    adjustments.iter().map(line).collect()
}

#[test]
fn a_file_and_the_contract_say_the_same() {
    for name in ["clause-lim-3", "clause-set-6", "clause-set-6-accord"] {
        let written = paid(case(name).path());
        let filed = paid(case(&format!("{name}-files")).path());
        assert!(!written.is_empty());
        assert_eq!(written, filed, "{name}");
    }
}

const MAY: &str = "id,time,product,channel,kind,category,amount,currency\n\
                   s-9,2026-05-05,aria-1,marketplace,charge,,1000.00,USD\n";

fn late_grants(line: &str) -> tempfile::TempDir {
    let book = with("clause-lim-3-files", line);
    withhold(book.path(), "grants.csv", "01");
    put(book.path(), "deliveries/01/sales-5.csv", MAY);
    book
}

#[test]
fn a_late_grant_restates_what_may_be_restated() {
    let closed = [("2026-02", "200.00"), ("2026-03", "200.00"), ("2026-04", "200.00")];
    for (line, may, why) in [
        (
            "",
            "290.00",
            &["most-favoured 40.00", "true-up 2026-03 20.00", "true-up 2026-04 30.00"][..],
        ),
        ("late = \"next-period\"", "240.00", &["most-favoured 40.00"]),
        ("finality = 1", "270.00", &["most-favoured 40.00", "true-up 2026-04 30.00"]),
    ] {
        let book = late_grants(line);
        let due = [&closed[..], &[("2026-05", may)]].concat();
        assert_eq!(paid(book.path()), lines(&due), "{line}");
        assert_eq!(last_adjustments(book.path()), why, "{line}");
    }
}

#[test]
fn a_grant_ends_after_its_last_day() {
    let book = case("clause-lim-3-files");
    let grants = "id,time,contract,deal,rate,until\n\
                  g-1,2026-03-01,clause-lim-3-files,Cedar Models,22%,2026-04-15\n";
    put(book.path(), "grants.csv", grants);
    let due = [("2026-02", "200.00"), ("2026-03", "220.00"), ("2026-04", "210.00")];
    assert_eq!(paid(book.path()), lines(&due));

    let written = case("clause-lim-3");
    let contract = fs::read_to_string(written.path().join("contract.toml")).unwrap();
    let (head, _) = contract.split_once("grants = [").unwrap();
    let own = "grants = [ { from = 2026-03-01, until = 2026-04-15, rate = \"22%\" } ]\n";
    put(written.path(), "contract.toml", &format!("{head}{own}"));
    assert_eq!(paid(written.path()), lines(&due));
}

#[test]
fn the_same_grant_is_one_and_another_rate_is_a_conflict() {
    let book = case("clause-lim-3-files");
    let again = "id,time,contract,clause,deal,rate\n\
                 g-1,2026-03-01,clause-lim-3-files,best partner rate,Cedar Models,11/50\n\
                 g-2,2026-04-16,clause-lim-3-files,best partner rate,Birch Research,90%\n";
    put(book.path(), "deliveries/01/grants-again.csv", again);
    put(book.path(), "deliveries/01/sales-5.csv", MAY);
    assert_eq!(paid(book.path()).last().unwrap().1, "240.00");
    let statements = statements(book.path());
    let controls = statements.last().unwrap()["controls"].as_array().unwrap();
    let own = controls.iter().find(|each| each["file"].as_str().unwrap().ends_with("again.csv"));
    let rows = &own.unwrap()["rows"];
    let counts =
        ["read", "accepted", "duplicate", "rejected"].map(|key| rows[key].as_u64().unwrap());
    assert_eq!(counts, [2, 0, 1, 1]);
}

fn late_audit(line: &str) -> tempfile::TempDir {
    let book = with("clause-set-6-files", line);
    withhold(book.path(), "audits.csv", "01");
    let usage = |id: &str, day: &str| {
        format!(
            "id,time,product,channel,unit,quantity\n{id},{day},aria-1,internal:a,compute-hour,100\n"
        )
    };
    put(book.path(), "usage-11.csv", &usage("u-2", "2026-11-03"));
    put(book.path(), "deliveries/01/usage-12.csv", &usage("u-3", "2026-12-03"));
    book
}

#[test]
fn a_late_finding_is_settled_once_in_the_open_period() {
    let own = &["audit 2026-03 12000.00", "audit 2026-03 15000.00"][..];
    for (line, why) in [
        ("", &["true-up 2026-10 27000.00"][..]),
        ("late = \"next-period\"", own),
        ("finality = 1", own),
    ] {
        let book = late_audit(line);
        let due = [("2026-10", "1000.00"), ("2026-11", "1000.00"), ("2026-12", "28000.00")];
        assert_eq!(paid(book.path()), lines(&due), "{line}");
        assert_eq!(last_adjustments(book.path()), why, "{line}");
    }
}

#[test]
fn a_period_of_nothing_but_a_finding_is_settled() {
    let book = case("clause-set-6-files");
    let audits = fs::read_to_string(book.path().join("audits.csv")).unwrap();
    put(book.path(), "audits.csv", &audits.replace("2026-10-15", "2026-11-15"));
    assert_eq!(paid(book.path()), lines(&[("2026-10", "1000.00"), ("2026-11", "27000.00")]));

    // Agreed before anything was sold.
    put(book.path(), "audits.csv", &audits.replace("2026-10-15", "2026-08-15"));
    fs::remove_dir_all(book.path().join(".revshare")).unwrap();
    let due = [("2026-08", "27000.00"), ("2026-09", ""), ("2026-10", "1000.00")];
    assert_eq!(paid(book.path()), lines(&due));
}

#[test]
fn interest_runs_from_the_due_day_if_the_finding_names_none() {
    let book = case("clause-set-6-accord-files");
    let contract = fs::read_to_string(book.path().join("contract.toml")).unwrap();
    put(book.path(), "contract.toml", &format!("{contract}\n[payment]\ndays = 45\n"));
    // 45 days after the end of March is 15 May, as the case writes it.
    let due = paid(book.path());
    let audits = fs::read_to_string(book.path().join("audits.csv")).unwrap();
    put(book.path(), "audits.csv", &audits.replace(",since", "").replace(",2026-05-15", ""));
    fs::remove_dir_all(book.path().join(".revshare")).unwrap();
    assert_eq!(paid(book.path()), due);
    assert_eq!(due, lines(&[("2026-10", "29077.86")]));
}

#[test]
fn a_number_leads_back_to_the_row_of_the_file() {
    let explained = |book: &Path, period: &str, line: &str| {
        let output = revshare(book, &["explain", ".", period, line, "--rows", "--quiet"]);
        String::from_utf8(output.stdout).unwrap()
    };
    let book = case("clause-lim-3-files");
    let line = "adjustment/most-favoured/best partner rate";
    // A row that repeats another is not shown again.
    fs::copy(book.path().join("grants.csv"), book.path().join("grants-copy.csv")).unwrap();
    let text = fs::read_to_string(book.path().join("grants.csv")).unwrap();
    put(book.path(), "grants-copy.csv", &(text + "\n"));
    assert_eq!(paid(book.path()).len(), 3);
    let april = explained(book.path(), "2026-04", line);
    assert_eq!(april.matches("g-1,").count(), 1, "{april}");
    assert_eq!(april.matches("g-2,").count(), 1, "{april}");
    let march = explained(book.path(), "2026-03", line);
    assert!(march.contains("g-1,") && !march.contains("g-2,"), "{march}");

    let book = case("clause-set-6-files");
    assert_eq!(paid(book.path()).len(), 1);
    let cost = explained(book.path(), "2026-10", "adjustment/audit/spring audit: cost");
    assert!(cost.contains("audits.csv:2: spring audit,"), "{cost}");
}
