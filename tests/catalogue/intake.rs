//! Files and mappings with faults: what is said of them and of their rows, one line each, and that
//! every refused row is kept.

use std::fmt::Write;
use std::path::Path;

use revshare::contract::Contract;
use revshare::fact::{Archive, Lens};
use revshare::intake::{Import, Mapping, Request, discover_with, import, silent};

use crate::said::{Said, shown};

/// A contract that asks for nothing but dollars, and lets audits reach back two years.
fn dollars() -> Contract {
    let text = "id = 'deal'\ncurrency = 'USD'\n[parties]\nvendor = 'V'\nplatform = 'P'\n\
                [[schedule]]\nid = 'elsewhere'\nscope = { channel = 'elsewhere' }\n\
                seller = 'platform'\n[[schedule.terms]]\neffective = 2015-01-01\n\
                basis = 'net-sales'\nsplit = { vendor = '50%', platform = 'rest' }\n\
                [[most-favoured]]\nname = 'best rate'\nparty = 'vendor'\nfrom = 'platform'\n\
                [audits]\nlook-back = 24\n\
                [[audit]]\nname = 'spring audit'\nperiod = '2026-03'\neffective = 2026-06-15\n\
                from = 'platform'\nto = 'vendor'\ndue = '2'\npaid = '1'\n";
    Contract::parse("contract.toml", text).unwrap()
}

/// What is said of a folder.
pub(crate) fn said(folder: &Path) -> Said {
    let text = std::fs::read_to_string(folder.join("revshare.toml")).unwrap_or_default();
    let mut out = String::new();
    let mapping = match Mapping::parse("revshare.toml", &text) {
        Ok(mapping) => mapping,
        Err(findings) => {
            findings.iter().for_each(|finding| writeln!(out, "{finding}").unwrap());
            return Said { text: out, examples: shown(folder, &findings) };
        }
    };
    let (archive, mut rejects) = (Archive::default(), Vec::new());
    let import = import(Request {
        files: &discover_with(folder, &mapping).unwrap(),
        mapping: &mapping,
        contracts: &[dollars()],
        lens: &Lens::of(&[dollars()]),
        archive: &archive,
        known: &(),
        rejects: Some(&mut rejects),
        progress: &mut silent,
        bulk: None,
        interrupt: None,
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
    Said { text: out, examples: shown(folder, &import.findings) }
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
