//! Every kind of fault in a contract, with the findings that a person gets to read.
//!
//! A case is a folder `fixtures/errors/C012-slug` with a `contract.toml` and the findings in
//! `expected.txt`, one a line. `UPDATE_EXPECTED=1 cargo test --test errors` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use revshare::contract::{Contract, codes};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/errors");
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| name(path).starts_with('C')).collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn each_contract_gets_the_findings_it_deserves() {
    for case in cases() {
        let text = fs::read_to_string(case.join("contract.toml")).unwrap();
        let findings = Contract::parse("contract.toml", &text).expect_err(name(&case));
        let code = name(&case).split('-').next().unwrap();
        assert!(findings.iter().any(|finding| finding.code.id == code), "{}", name(&case));
        let mut shown = String::new();
        for finding in &findings {
            assert!(finding.origin.is_some(), "no place: {finding}");
            assert!(finding.help.is_some(), "no remedy: {finding}");
            writeln!(shown, "{finding}").unwrap();
        }
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &shown).unwrap();
        }
        assert_eq!(shown, fs::read_to_string(&expected).unwrap_or_default(), "{}", name(&case));
    }
}

#[test]
fn each_code_has_a_case() {
    let cases = cases();
    for code in codes::ALL {
        let prefix = format!("{}-", code.id);
        assert!(cases.iter().any(|case| name(case).starts_with(&prefix)), "{}", code.id);
    }
}
