//! What changed explains itself too: between a period as settled and as known now, and between two
//! statements, every change is the sum of the changes below it, down to the rows.

mod common;

use std::fs;
use std::path::Path;

use common::{cases, copy_book, revshare};
use revshare::book::{Book, SourceRow};
use revshare::calendar::Period;
use revshare::export::explain::Node;
use revshare::money::Ratio;
use revshare::statement::Statement;

fn ran(dir: &Path) -> Book {
    let run = revshare(dir, &["run", "."]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Book::open(dir, None).unwrap()
}

/// Every change is the sum of those below it, and what it comes to is what the statements say.
fn founded(node: &Node, at: &str) {
    if let Some(breaks) = node.unfounded() {
        let tree = revshare::export::explain::render_tree(breaks);
        panic!("{at}: {} is not the sum of its parts:\n{tree}", breaks.title);
    }
}

/// What one party pays another, less what it is paid.
fn paid(statement: &Statement, from: &str, to: &str) -> Ratio {
    let each = statement.payables.iter().map(|payable| {
        let amount: Ratio = payable.amount.as_str().parse().unwrap();
        match (payable.from.as_str(), payable.to.as_str()) {
            forth if forth == (from, to) => amount,
            back if back == (to, from) => -amount,
            _ => Ratio::zero(),
        }
    });
    each.sum()
}

#[test]
fn every_difference_is_the_sum_of_its_parts() {
    let mut differences = 0;
    for case in cases() {
        let dir = copy_book(&case);
        let book = ran(dir.path());
        for contract in book.contracts() {
            let heads = book.store().closings().filter(|head| head.contract == contract.id);
            let periods: Vec<Period> = heads.map(|head| head.period).collect();
            for period in &periods {
                let node = book.diff_now(contract, *period).unwrap();
                let at = format!("{} {period}", case.display());
                founded(&node, &at);
                differences += node.children.len();
            }
            for two in periods.windows(2).take(3) {
                let node = book.diff(contract, two[0], two[1]).unwrap();
                let at = format!("{} {} {}", case.display(), two[0], two[1]);
                founded(&node, &at);
                let [was, is] =
                    [two[0], two[1]].map(|period| book.closed(contract, period).unwrap().unwrap());
                for change in node.children.iter().filter(|change| change.title.contains(" pays "))
                {
                    let (from, to) = change.title.split_once(" pays ").unwrap();
                    let due = paid(&is, from, to) - paid(&was, from, to);
                    assert_eq!(change.exact(), Some(&due), "{at} {}", change.title);
                }
            }
        }
    }
    assert!(differences > 5, "{differences}");
}

/// The name of a row's file, whatever folder brought it.
fn file_of(row: &SourceRow) -> &str {
    row.file.rsplit_once('/').map_or(&row.file, |(_, name)| name)
}

/// The rows behind what changed since a month was settled, as `file:line`, those replaced with a
/// minus.
fn rows(case: &str, change: impl Fn(&Path)) -> Vec<String> {
    let case = common::root().join("fixtures/cases").join(case);
    let dir = copy_book(&case);
    drop(ran(dir.path()));
    change(dir.path());
    let book = ran(dir.path());
    let contract = &book.contracts()[0];
    let period = "2026-10".parse().unwrap();
    let node = book.diff_now(contract, period).unwrap();
    founded(&node, &case.display().to_string());
    let (rows, findings) = book.rows_of_change(contract, &node, Some(period)).unwrap();
    assert!(findings.is_empty());
    let name = |row: &SourceRow| {
        let (file, replaced) = (file_of(row), if row.replaced { "-" } else { "" });
        format!("{replaced}{file}:{}", row.line)
    };
    rows.iter().map(name).collect()
}

#[test]
fn the_rows_that_caused_a_change_are_those_that_came_or_went() {
    let nothing = |_: &Path| ();
    assert_eq!(rows("late-refund", nothing), ["sales-12.csv:3"]);
    assert_eq!(
        rows("late-cost-redelivered", nothing),
        ["-costs-october.csv:2", "costs-october-again.csv:2", "costs-october-again.csv:3"]
    );
    // What came late for a month that stays as it was changes nothing of that month.
    assert!(rows("next-period", nothing).is_empty());
}

#[test]
fn a_corrected_rate_and_an_amendment_are_causes_too() {
    let found = rows("fx-daily", |dir| {
        let listed = fs::read_to_string(dir.join("fx.csv")).unwrap();
        let mut lines = listed.lines();
        let (head, first) = (lines.next().unwrap(), lines.next().unwrap());
        let (pair, _) = first.rsplit_once(',').unwrap();
        fs::write(dir.join("fx-corrected.csv"), format!("{head}\n{pair},1.25\n")).unwrap();
    });
    assert!(found.contains(&"fx-corrected.csv:2".to_owned()), "{found:?}");
    assert!(found.contains(&"-fx.csv:2".to_owned()), "{found:?}");
    let amended = rows("late-refund", |dir| {
        let path = dir.join("contract.toml");
        let terms = fs::read_to_string(&path).unwrap();
        fs::write(&path, terms.replace("60%", "70%").replace("40%", "30%")).unwrap();
    });
    assert_eq!(amended, ["sales-12.csv:3"], "an amendment has no rows of its own");
}

#[test]
fn rows_that_came_late_are_behind_the_month_that_settles_them() {
    for (case, line, due) in [
        ("next-period", "marketplace/refunds", "sales-12.csv:4"),
        ("late-refund", "true-up/2026-10", "sales-12.csv:3"),
        ("late-refund", "adjustment/true-up/marketplace", "sales-12.csv:3"),
    ] {
        let case = common::root().join("fixtures/cases").join(case);
        let dir = copy_book(&case);
        let book = ran(dir.path());
        let contract = &book.contracts()[0];
        let period = "2026-12".parse().unwrap();
        let node = book.explain(contract, period, line).unwrap();
        let (rows, _) = book.rows_of(contract, period, &node).unwrap();
        let rows: Vec<String> =
            rows.iter().map(|row| format!("{}:{}", file_of(row), row.line)).collect();
        assert_eq!(rows, [due], "{} {line}", case.display());
    }
}
