//! Contracts that cannot be read: `contract.toml`, and its findings one a line.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use revshare::contract::Contract;

use crate::said::{Said, shown};

pub(crate) fn said(folder: &Path) -> Said {
    let input = fs::read_to_string(folder.join("contract.toml")).unwrap();
    let findings = Contract::parse("contract.toml", &input).expect_err("a contract with a fault");
    let mut text = String::new();
    for finding in &findings {
        assert!(finding.origin.is_some(), "no place: {finding}");
        assert!(finding.help.is_some(), "no remedy: {finding}");
        writeln!(text, "{finding}").unwrap();
    }
    Said { text, examples: shown(folder, &findings) }
}
