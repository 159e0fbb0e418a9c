//! The catalogue of what can be wrong with files and mappings: a folder each, with the input and
//! what is said of it. `UPDATE_EXPECTED=1` writes what is said now.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use revshare::calendar::{PeriodLength, Zone};
use revshare::contract::{Contract, Late, RemainderRule};
use revshare::fact::Archive;
use revshare::intake::{Import, Mapping, Request, codes, discover_with, import, silent};
use revshare::money::Rounding;

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("fixtures/errors").unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with('I') || name.starts_with('M')
    });
    folders.sort();
    folders
}

fn dollars() -> Contract {
    Contract {
        id: "deal".into(),
        currency: "USD".parse().unwrap(),
        zone: Zone::utc(),
        period: PeriodLength::Month,
        rounding: Rounding::HalfEven,
        remainder: RemainderRule::LargestRemainder,
        late: Late::Restate,
        finality: None,
        netting: true,
        parties: Vec::new(),
        schedules: Vec::new(),
        shared_costs: Vec::new(),
        availability: Vec::new(),
        bundles: Vec::new(),
        exchange: None,
        file: Arc::from("contract.toml"),
        source: Arc::from(""),
    }
}

/// What is said of a folder.
fn said(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("revshare.toml")).unwrap_or_default();
    let mut out = String::new();
    let mapping = match Mapping::parse("revshare.toml", &text) {
        Ok(mapping) => mapping,
        Err(findings) => {
            findings.iter().for_each(|finding| writeln!(out, "{finding}").unwrap());
            return out;
        }
    };
    let (archive, mut rejects) = (Archive::default(), Vec::new());
    let import = import(Request {
        files: &discover_with(folder, &mapping).unwrap(),
        mapping: &mapping,
        contracts: &[dollars()],
        archive: &archive,
        known: &(),
        rejects: Some(&mut rejects),
        progress: &mut silent,
    })
    .unwrap();
    import.findings.iter().for_each(|finding| writeln!(out, "{finding}").unwrap());
    counts(&import, &mut out);
    let refused: u64 = import
        .gathered
        .delivery
        .files
        .iter()
        .flat_map(|file| &file.controls)
        .map(|control| control.rejected.rows)
        .sum();
    let rejects = String::from_utf8(rejects).unwrap();
    let mut rows: Vec<(u64, String)> = Vec::new();
    for line in rejects.lines() {
        let reject: serde_json::Value = serde_json::from_str(line).unwrap();
        rows.push((reject["line"].as_u64().unwrap(), reject["row"].as_str().unwrap().to_owned()));
    }
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len() as u64, refused, "{}: every refused row is kept", folder.display());
    out
}

fn counts(import: &Import, out: &mut String) {
    for file in &import.gathered.delivery.files {
        for control in &file.controls {
            writeln!(
                out,
                "{} {}: read {}, accepted {}, duplicate {}, rejected {} of {}",
                file.path,
                control.currency.map_or_else(|| "---".to_owned(), |code| code.to_string()),
                control.read.rows,
                control.accepted.rows,
                control.duplicate.rows,
                control.rejected.rows,
                control.rejected.amount,
            )
            .unwrap();
        }
    }
}

#[test]
fn every_folder_says_what_is_expected() {
    for folder in folders() {
        let (said, path) = (said(&folder), folder.join("expected.txt"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&path, &said).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(said, expected, "{}", folder.display());
    }
}

#[test]
fn every_code_has_a_folder_that_shows_it() {
    for code in codes::ALL {
        let shown = folders().iter().any(|folder| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(code.id) && said(folder).contains(&format!("[{}]", code.id))
        });
        assert!(shown, "{} has no folder", code.id);
    }
}
