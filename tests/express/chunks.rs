//! Many chunks on many threads: rows that repeat others far away, and files of which much is left.

use std::fs;

use revshare::intake::Bulk;

use super::many_rows::contract;
use super::rows::{HEAD, many, packed_of, row_of};
use super::ways::{MAPS, compare, compare_for};

/// Rows that repeat others, far apart and side by side, over chunks, files and deliveries, on threads
/// that share them.
#[test]
fn many_repeats_in_many_chunks() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let put = |folder: usize, name: &str, rows: &str| {
        fs::write(folders[folder].path().join(name), format!("{HEAD}\n{rows}")).unwrap();
    };
    let spelled = many(100, 300).replace("1.25", "1.250");
    put(0, "sales-1.csv", &[many(0, 2000), many(0, 10), many(700, 1), spelled].concat());
    put(0, "sales-2.csv", many(1990, 300).replace('\n', "\r\n").trim_end());
    put(1, "sales-3.csv", &[many(1000, 2000), many(2500, 5), row_of("n-000003", "7")].concat());
    let packed = format!("{HEAD}\n{}{}", many(2990, 1000), many(5, 400));
    fs::write(folders[1].path().join("sales-4.csv.zst"), packed_of(packed.as_bytes())).unwrap();
    let paths = [folders[0].path(), folders[1].path()];
    for express in [(1, 4000), (3, 4000), (2, 777), (2, Bulk::CHUNK)] {
        // The second contract keeps no customers apart: rows are read many at once.
        for contract in [None, Some(&contract("America/Los_Angeles"))] {
            compare_for(contract, MAPS[0], &paths, express, None).unwrap();
            compare_for(contract, MAPS[0], &paths, express, Some("2026-10-06")).unwrap();
        }
    }
}

/// Files of which more is left to the ordinary reader than may wait for it: threads wait, or go and help.
#[test]
fn threads_do_not_run_away_from_who_collects() {
    let dir = tempfile::tempdir().unwrap();
    let wide = "c".repeat(4000);
    for file in 0..4 {
        let row = |row: u32| {
            let row = row_of(&format!("n-{file}-{row}"), "1.25");
            // It refers to another, and is left.
            row.replace(",b,", &format!(",{wide},")).replace("USD,\n", "USD,n-000007\n")
        };
        let text: String = (0..3000).map(row).collect();
        let text = format!("{HEAD}\n{}{text}{}", many(0, 50), many(0, 2000));
        let packed = packed_of(text.as_bytes());
        match file {
            2 => fs::write(dir.path().join("sales-2.csv"), text).unwrap(),
            _ => fs::write(dir.path().join(format!("sales-{file}.csv.zst")), packed).unwrap(),
        }
    }
    for threads in [1, 2, 5] {
        compare(&[dir.path()], (threads, Bulk::CHUNK), None).unwrap();
    }
}

/// Rows that contradict others, all over large chunks with blank lines between: each is told with its line.
#[test]
fn contradictions_all_over_a_chunk_have_their_lines() {
    let dir = tempfile::tempdir().unwrap();
    let with_blanks = |from: u32| format!("{}\n\r\n", many(from, 60));
    let rows: String = (0..9000).step_by(60).map(with_blanks).collect();
    let against = |number: u32| row_of(&format!("n-{number:06}"), "7");
    let other: String = (0..9000).step_by(97).map(against).collect();
    let long = row_of("n-long", "1").replace(",b,", &format!(",{},", "c".repeat(70_000)));
    let text = format!("{HEAD}\n{rows}{long}{other}{}", many(9000, 3000));
    fs::write(dir.path().join("sales.csv"), text).unwrap();
    for express in [(1, Bulk::CHUNK), (2, Bulk::CHUNK), (2, 40_000)] {
        compare(&[dir.path()], express, None).unwrap();
        compare_for(Some(&contract("UTC")), MAPS[0], &[dir.path()], express, None).unwrap();
    }
}
