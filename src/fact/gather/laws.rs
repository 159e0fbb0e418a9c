//! The laws of a delivery, over random heaps of rows: order, partition and repetition do not show.

use proptest::prelude::*;
use proptest::sample::select;

use super::book::{Book, Row, adds_up, entry, file, lens, slice};
use crate::fact::{Archive, HashKey};

const KINDS: &[&str] =
    &["charge", "refund", "credit", "chargeback", "fee", "tax", "collected", "cost"];
/// The second and the third are one instant.
const TIMES: &[&str] =
    &["2026-10-05", "2026-10-31T23:30:00-07:00", "2026-11-01T06:30:00Z", "2026-11-02"];

/// A row of a small world, in which ids meet and contradict each other, and refer to each other
/// in chains and circles.
fn line() -> impl Strategy<Value = String> {
    let refs = prop_oneof![2 => Just("-".to_owned()), 3 => (0..9_u8).prop_map(|id| id.to_string())];
    let fact = (select(KINDS), 0..9_u8, select(TIMES), 1..3_u8, refs)
        .prop_map(|(kind, id, time, amount, to)| format!("{kind} {id} {time} {amount} {to}"));
    let unnamed = (select(TIMES), 1..3_u8, 0..9_u8)
        .prop_map(|(time, amount, to)| format!("refund - {time} {amount} {to}"));
    let rate = (1..3_u8).prop_map(|rate| format!("fx 2026-10-05 EUR USD {rate}"));
    let paid =
        (0..2_u8, 1..3_u8).prop_map(|(id, sum)| format!("payment {id} 2026-11-10 a b {sum}"));
    prop_oneof![8 => fact, 1 => unnamed, 1 => rate, 1 => paid]
}

/// Rows of which no two contradict each other, though some repeat each other.
fn agreeing() -> impl Strategy<Value = Vec<String>> {
    let rows = prop::collection::vec(line(), 0..30);
    rows.prop_map(|lines| {
        let mut named = std::collections::BTreeMap::new();
        let keep = |line: &String| {
            let (entry, content) = (entry(line), entry(line).canonical());
            let known = entry
                .id_hash(&HashKey::default(), "own")
                .map(|id| named.entry(id).or_insert(content.clone()));
            known.is_none_or(|known| *known == content)
        };
        let mut lines: Vec<String> = lines.into_iter().filter(keep).collect();
        lines.extend_from_within(..lines.len() / 3);
        lines
    })
}

/// The rows in another order and in so many heaps, by lot; empty heaps too.
fn dealt(rows: Vec<Row>) -> impl Strategy<Value = (Vec<Row>, Vec<Vec<Row>>)> {
    let lots = prop::collection::vec(0..4_usize, rows.len());
    (Just(rows.clone()), Just(rows).prop_shuffle(), lots).prop_map(|(rows, shuffled, lots)| {
        let mut heaps = vec![Vec::new(); 4];
        shuffled.into_iter().zip(lots).for_each(|(row, lot)| heaps[lot].push(row));
        (rows, heaps)
    })
}

/// Any rows; those without an id belong to one of two slices.
fn any_rows() -> impl Strategy<Value = (Vec<Row>, Vec<Vec<Row>>)> {
    let sliced = |line: &String| match entry(line).id_hash(&HashKey::default(), "own") {
        Some(_) => file(&[line]),
        None => slice(if line.contains("2026-11") { "2026-11" } else { "2026-10" }, &[line]),
    };
    let rows = prop::collection::vec(line(), 0..30);
    rows.prop_flat_map(move |lines| dealt(lines.iter().flat_map(sliced).collect()))
}

/// Rows of which no two contradict each other, and none replaces another.
fn agreeing_rows() -> impl Strategy<Value = (Vec<Row>, Vec<Vec<Row>>)> {
    agreeing().prop_flat_map(|lines| dealt(lines.iter().flat_map(|line| file(&[line])).collect()))
}

fn count_rows(book: &Book) -> u64 {
    let controls = || book.archive.files().iter().flat_map(|file| &file.tally.controls);
    controls().for_each(adds_up);
    controls().map(|control| control.read.rows).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_partition_over_files_do_not_show((rows, heaps) in any_rows()) {
        let (mut whole, mut parts) = (Book::default(), Book::default());
        let due = whole.import(std::slice::from_ref(&rows));
        let got = parts.import(&heaps);
        prop_assert_eq!(whole.everything(), parts.everything());
        prop_assert_eq!(due.ids, got.ids);
        prop_assert_eq!(due.losers.len(), got.losers.len());
        prop_assert_eq!(count_rows(&parts), rows.len() as u64);
    }

    #[test]
    fn partition_over_deliveries_does_not_show(
        (rows, heaps) in agreeing_rows(),
    ) {
        let (mut whole, mut parts) = (Book::default(), Book::default());
        whole.import(std::slice::from_ref(&rows));
        heaps.into_iter().for_each(|heap| drop(parts.import(&[heap])));
        prop_assert_eq!(whole.everything(), parts.everything());
        prop_assert_eq!(count_rows(&parts), rows.len() as u64);
    }

    #[test]
    fn to_import_all_again_changes_nothing((rows, heaps) in any_rows()) {
        let mut book = Book::default();
        book.import(&[rows]);
        let (before, ids) = (book.everything(), book.ids.clone());
        let gathered = book.import(&heaps);
        prop_assert_eq!(before, book.everything());
        prop_assert_eq!(ids, book.ids.clone());
        prop_assert_eq!(gathered.delivery.moves, []);
        let mut parts = book.archive.files()[1..].iter().flat_map(|file| &file.tally.parts);
        prop_assert!(parts.all(|part| part.slice.is_some()), "all else is known");
    }

    #[test]
    fn the_archive_is_a_fold((_, heaps) in any_rows()) {
        let (mut book, mut replayed) = (Book::default(), Archive::default());
        for heap in heaps {
            let delivery = book.import(&[heap]).delivery;
            let json = serde_json::to_string(&delivery).unwrap();
            replayed.apply(&serde_json::from_str(&json).unwrap());
        }
        prop_assert_eq!(book.archive, replayed);
    }

    /// A copy shares what it can, and yet stays what it was; what has come since is the difference of
    /// the sums, also where slices were replaced and facts found their original.
    #[test]
    fn a_copy_stays_as_it_was((_, heaps) in any_rows()) {
        let (mut book, mut deliveries, mut copies) = (Book::default(), Vec::new(), Vec::new());
        for heap in heaps {
            copies.push(book.archive.clone());
            // So that there are sums to be forgotten.
            book.everything();
            deliveries.push(book.import(&[heap]).delivery);
        }
        let mut folded = Archive::keyed(book.archive.key().clone());
        for (copy, delivery) in copies.iter().zip(&deliveries) {
            prop_assert_eq!(copy, &folded);
            for zone in &lens().zones {
                let then = folded.evidence(zone).unwrap().tally;
                prop_assert_eq!(&copy.evidence(zone).unwrap().tally, &then);
                let mut now = then;
                now.merge(&book.archive.change_since(copy, zone).unwrap());
                prop_assert_eq!(now, book.archive.evidence(zone).unwrap().tally);
            }
            folded.apply(delivery);
        }
    }

    /// Written from the rules and not from the code: each heap is one list, and every row looks
    /// for its original in it.
    #[test]
    fn a_slow_reading_of_the_rules_agrees(lines in agreeing()) {
        let rows: Vec<Row> = lines.iter().map(|line| (None, entry(line))).collect();
        let mut book = Book::default();
        book.import(&[rows]);
        prop_assert_eq!(book.cells(), super::slow::cells(&lines));
    }
}
