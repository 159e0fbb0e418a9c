//! The catalogue of everything that can be wrong: every code has a fixture that shows it, the
//! program says of each fixture what `expected.txt` holds, and `docs/errors.md` is made from both.
//!
//! A fixture is a folder `fixtures/errors/ID-slug`: a contract (`C`), a file of facts or a mapping
//! (`I`, `M`), or, for what only a book and its store can show (`B`, `S`, `T`, tallies), changes to the
//! small book with the commands in `command.txt`.
//! `UPDATE_EXPECTED=1 cargo test --test catalogue` writes the expected texts and the page anew.

#[path = "../common/mod.rs"]
mod common;

mod command;
mod contract;
mod forge;
mod intake;
mod page;
mod said;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use revshare::finding::Code;
use said::Said;

/// Every code of the program, by part, in the order of the page.
fn parts() -> Vec<(&'static str, Vec<&'static Code>)> {
    let settlement = [revshare::settlement::codes::ALL, revshare::export::codes::ALL].concat();
    let (mapping, intake): (Vec<_>, Vec<_>) =
        revshare::intake::codes::ALL.iter().copied().partition(|code| code.id.starts_with('M'));
    vec![
        ("Contracts", revshare::contract::codes::ALL.to_vec()),
        ("Files and rows", intake),
        ("The mapping `revshare.toml`", mapping),
        ("Books and their periods", revshare::book::codes::ALL.to_vec()),
        ("Settling and asking", settlement),
        ("The store", revshare::store::codes::ALL.to_vec()),
    ]
}

fn codes() -> Vec<&'static Code> {
    parts().into_iter().flat_map(|(_, codes)| codes).collect()
}

/// The fixtures, sorted by code.
fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(common::root().join("fixtures/errors")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| name(path) != command::SMALL_BOOK);
    folders.sort();
    folders
}

fn name(folder: &Path) -> &str {
    folder.file_name().unwrap().to_str().unwrap()
}

/// The code that a fixture is there to show.
fn id(folder: &Path) -> &str {
    name(folder).split('-').next().unwrap()
}

fn said(folder: &Path) -> Said {
    match name(folder).chars().next() {
        Some('C') => contract::said(folder),
        // What only a book shows, such as a tally beside lines, is done by commands.
        Some('I' | 'M') if !folder.join("command.txt").exists() => intake::said(folder),
        _ => command::said(folder),
    }
}

fn update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

#[test]
fn the_codes_of_each_part_are_unique_and_in_order() {
    let mut titles = BTreeMap::new();
    for (part, codes) in parts() {
        assert!(codes.is_sorted_by(|a, b| a.id < b.id), "{part}: not in order");
        for code in codes {
            let letter = code.id.chars().next().unwrap();
            assert!(code.id.len() == 4 && letter.is_ascii_uppercase(), "{}", code.id);
            assert_eq!(titles.insert(code.title, code.id), None, "{}: {}", code.id, code.title);
        }
    }
}

#[test]
fn every_code_has_a_fixture_and_every_fixture_a_code() {
    let (codes, folders) = (codes(), folders());
    for code in &codes {
        assert!(folders.iter().any(|folder| id(folder) == code.id), "{} has no fixture", code.id);
    }
    for folder in &folders {
        assert!(codes.iter().any(|code| code.id == id(folder)), "{}: no such code", name(folder));
    }
}

/// One test for both: each fixture is tried once, and the page shows what came out.
#[test]
fn every_fixture_says_what_is_expected_and_so_does_the_page() {
    let (mut wrong, mut all) = (Vec::new(), Vec::new());
    for folder in folders() {
        let said = said(&folder);
        if !said.examples.iter().any(|example| example.code == id(&folder)) {
            wrong.push(format!("{} does not show its code:\n{}", name(&folder), said.text));
        }
        let path = folder.join("expected.txt");
        if update() {
            fs::write(&path, &said.text).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != said.text {
            wrong.push(format!("{} says:\n{}", name(&folder), said.text));
        }
        all.push((name(&folder).to_owned(), said));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (text, path) = (page::page(&parts(), &all), common::root().join("docs/errors.md"));
    if update() {
        fs::write(&path, &text).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default() == text;
    assert!(current, "docs/errors.md is not what the fixtures show: run with UPDATE_EXPECTED=1");
}
