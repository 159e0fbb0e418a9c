//! Files that the ordinary reader reads, piece by piece on several threads, bring what they bring as a whole.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use revshare::fact::bulk::MemoryShelf;
use revshare::intake::Bulk;

use super::brought::{Before, Way};
use super::rows::packed_of;
use super::ways::compare_by;

/// JSON lines: sales in our own fields, and what is no sale.
fn line() -> impl Strategy<Value = String> {
    let sale = |(id, day, customer, amount): (String, u32, &str, String)| {
        let (kind, time) = ("charge", format!("2026-10-{day:02}"));
        format!(
            "{{\"id\":\"{id}\",\"time\":\"{time}\",\"kind\":\"{kind}\",\"product\":\"aria-1\",\"customer\":\"{customer}\",\
             \"quantity\":\"7\",\"unit\":\"request\",\"amount\":\"{amount}\",\"currency\":\"USD\"}}"
        )
    };
    let customer = prop_oneof![Just("acme-1"), Just("b"), Just("zürich, \\\"q\\\""), Just("a\\nb")];
    let amount = prop_oneof![9 => "[0-9]{1,3}(\\.[0-9]{1,2})?", 1 => Just("1e5".to_owned())];
    prop_oneof![
        20 => ("s-[0-9]{1,2}", 1_u32..34, customer, amount).prop_map(sale),
        1 => Just("{\"id\":\"open".to_owned()),
        1 => Just("[1, 2]".to_owned()),
        1 => Just("  ".to_owned()),
        1 => Just("\r".to_owned()),
    ]
}

/// A file of them; what comes before the first object may be none.
fn file() -> impl Strategy<Value = String> {
    let before = prop_oneof![4 => Just(""), 1 => Just("\n\n"), 1 => Just("no object\n\n"), 1 => Just("\u{feff}")];
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    (before, proptest::collection::vec(line(), 0..40), end, any::<bool>()).prop_map(
        |(before, lines, end, ended)| {
            format!("{before}{}{}", lines.join(end), if ended { end } else { "" })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn json_lines_bring_the_same_in_pieces(
        deliveries in proptest::collection::vec(
            proptest::collection::vec((file(), any::<bool>()), 1..4), 1..3),
        threads in 2_usize..5,
        chunk in prop_oneof![Just(40_usize), Just(300), Just(2000)],
    ) {
        let folders: Vec<_> = deliveries.iter().map(|_| tempfile::tempdir().unwrap()).collect();
        for (folder, files) in folders.iter().zip(&deliveries) {
            for (number, (text, packed)) in files.iter().enumerate() {
                let (name, bytes) = match packed {
                    true => (format!("sales-{number}.jsonl.zst"), packed_of(text.as_bytes())),
                    false => (format!("sales-{number}.jsonl"), text.clone().into_bytes()),
                };
                fs::write(folder.path().join(name), bytes).unwrap();
            }
        }
        let paths: Vec<&Path> = folders.iter().map(|folder| folder.path()).collect();
        compare_by("", &paths, (threads, chunk), None)?;
    }
}

/// Feeds with rules of their own: slices, versions in other rows of the same file, ids made of two fields.
#[test]
fn feeds_bring_the_same_in_pieces() {
    let feeds = [
        ("costs-focus.csv", include_str!("../../fixtures/feeds/focus-costs.csv")),
        ("sales-billing.csv", include_str!("../../fixtures/feeds/billing-events.csv")),
        ("usage-events.ndjson", include_str!("../../fixtures/feeds/events.ndjson")),
    ];
    for chunk in [64, 500, 4000] {
        for threads in [2, 3] {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in feeds {
                let (head, rows) = match name.ends_with("csv") {
                    true => text.split_once('\n').unwrap(),
                    false => ("", text),
                };
                let head = if head.is_empty() { String::new() } else { format!("{head}\n") };
                fs::write(dir.path().join(name), head + &rows.repeat(30)).unwrap();
            }
            compare_by("", &[dir.path()], (threads, chunk), None).unwrap();
        }
    }
}

/// What is refused is told in the order of the file, to the byte; also where a piece has so many lines that they wait
/// as text.
#[test]
fn refused_rows_keep_their_order() {
    let sale = |id: u32| {
        let kind = if id.is_multiple_of(9) { "gift" } else { "charge" };
        format!(
            "{{\"id\":\"s-{id}\",\"time\":\"2026-10-05\",\"kind\":\"{kind}\",\"product\":\"a\",\"amount\":\"1\",\
             \"currency\":\"USD\"}}\n"
        )
    };
    let many = |ids: std::ops::Range<u32>| ids.map(sale).collect::<String>();
    let text = [many(0..3000), "{}\n".repeat(30_000), many(3000..5000)].concat();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("sales.jsonl"), text).unwrap();
    let told = |express| {
        let way = Way { contract: None, map: "", before: &Before::default(), express };
        let (shelf, mut rejects) = (MemoryShelf::default(), Vec::new());
        let files = way.files(dir.path());
        let import = way.import(&files, &shelf, Some(&mut rejects), &mut |_| {}).unwrap();
        (String::from_utf8(rejects).unwrap(), format!("{:?}", import.findings))
    };
    let due = told(None);
    // An object without members lacks an id, a time and a kind.
    assert_eq!(due.0.lines().count(), 3 * 30_000 + 5000_usize.div_ceil(9));
    for express in [(2, 5000), (2, 9000), (4, Bulk::CHUNK)] {
        assert!(told(Some(express)) == due, "{express:?}");
    }
}

/// Lines longer than a row may be, over several chunks, cost no other row and are counted.
#[test]
fn long_lines_bring_the_same_in_pieces() {
    let sale = |id: u32, customer: &str| {
        format!(
            "{{\"id\":\"s-{id}\",\"time\":\"2026-10-05\",\"kind\":\"charge\",\"product\":\"a\",\"amount\":\"1\",\
             \"currency\":\"USD\",\"customer\":\"{customer}\"}}\n"
        )
    };
    let far = "c".repeat(3 << 20);
    for long in [&far, &far[..(1 << 20) + 200], &far[..(1 << 20) - 200]] {
        let text =
            [sale(1, "b"), sale(2, long), sale(3, "b"), sale(3, long), sale(4, "b")].concat();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("sales.jsonl"), text).unwrap();
        for express in [(2, 1000), (3, Bulk::CHUNK)] {
            compare_by("", &[dir.path()], express, None).unwrap();
        }
    }
}
