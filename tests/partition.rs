//! The order of rows, and how they are spread over files and deliveries, changes no digest.
//!
//! Each golden case is taken apart and put together again at random, by a fixed seed.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{cases, copy_book, revshare};

/// Small, fast, the same everywhere: the cases vary, the luck does not.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// A plain CSV file of a book: its table name, its header, its rows.
struct Sheet {
    table: String,
    header: String,
    rows: Vec<String>,
}

fn take_sheets(book: &Path) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(book).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".csv") else { continue };
        let text = fs::read_to_string(&path).unwrap();
        if text.contains('"') {
            continue;
        }
        let mut lines = text.lines().map(str::to_owned);
        let table = stem.split(['-', '.']).next().unwrap().to_owned();
        let header = lines.next().unwrap();
        sheets.push(Sheet { table, header, rows: lines.collect() });
        fs::remove_file(&path).unwrap();
    }
    sheets
}

/// Writes the rows in random order into random files, and gives back the files of each delivery.
fn scatter(
    book: &Path,
    sheets: Vec<Sheet>,
    deliveries: usize,
    dice: &mut Dice,
) -> Vec<Vec<String>> {
    let mut files: BTreeMap<(usize, String), String> = BTreeMap::new();
    for (number, mut sheet) in sheets.into_iter().enumerate() {
        dice.shuffle(&mut sheet.rows);
        for row in sheet.rows {
            let delivery = dice.below(deliveries);
            let part = dice.below(3);
            let name = format!("{}-{number}-{delivery}-{part}.csv", sheet.table);
            let text =
                files.entry((delivery, name)).or_insert_with(|| format!("{}\n", sheet.header));
            text.push_str(&row);
            text.push('\n');
        }
    }
    let mut names = vec![Vec::new(); deliveries];
    for ((delivery, name), text) in files {
        fs::write(book.join(&name), text).unwrap();
        names[delivery].push(name);
    }
    names
}

/// The book, and each folder of what comes later.
fn folders(book: &Path) -> Vec<PathBuf> {
    let later = fs::read_dir(book.join("deliveries")).into_iter().flatten();
    let later = later.map(|entry| entry.unwrap().path());
    std::iter::once(book.to_owned()).chain(later).collect()
}

/// The digest of every statement, as `contract period digest`.
fn digests(book: &Path) -> Vec<String> {
    let output = revshare(book, &["run", ".", "--format", "json", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let line = |statement: &serde_json::Value| {
        format!("{} {} {}", statement["contract"], statement["period"], statement["digest"])
    };
    document["statements"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn rows_in_any_order_and_any_files_give_the_same_digests() {
    let mut dice = Dice(7);
    for case in cases() {
        let whole = digests(copy_book(&case).path());
        for _ in 0..2 {
            let book = copy_book(&case);
            for folder in folders(book.path()) {
                let sheets = take_sheets(&folder);
                scatter(&folder, sheets, 1, &mut dice);
            }
            assert_eq!(digests(book.path()), whole, "{}", case.display());
        }
    }
}

#[test]
fn rows_in_any_deliveries_give_the_same_digests() {
    let mut dice = Dice(11);
    for case in cases().into_iter().filter(|case| !has_conflicts(case)) {
        let whole = digests(copy_book(&case).path());
        let book = copy_book(&case);
        let sheets = take_sheets(book.path());
        for delivery in scatter(book.path(), sheets, 3, &mut dice) {
            let mut arguments = vec!["import", "."];
            arguments.extend(delivery.iter().map(String::as_str));
            if !delivery.is_empty() {
                assert!(revshare(book.path(), &arguments).status.success());
            }
        }
        assert_eq!(digests(book.path()), whole, "{}", case.display());
    }
}

/// Which of two contradicting rows stands is settled by order of delivery, by nature.
fn has_conflicts(case: &Path) -> bool {
    let name = case.file_name().unwrap().to_str().unwrap();
    ["conflicts-and-rejects", "model-marketplace"].contains(&name)
}
