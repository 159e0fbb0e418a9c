//! Text to contract: strict, all findings at once.
//!
//! One file a clause. [`tree`] turns TOML into nodes with places; [`reader`] collects findings;
//! [`value`] and [`number`] read what stands under a key; the others read a block each. The law:
//! a contract comes out if and only if there is no finding.

mod advance;
mod aggregate_cap;
mod audits;
mod bundles;
mod carry;
mod cash;
mod clauses;
mod cost;
mod deals;
mod deductions;
mod exchange;
mod floor;
mod guarantee;
mod head;
mod keys;
mod most_favoured;
mod number;
mod payment;
mod places;
mod priority;
mod rates;
mod reach;
mod reader;
mod reserve;
mod schedules;
mod scopes;
mod spelling;
mod split;
mod terms;
#[cfg(test)]
mod tests;
mod tiers;
mod tree;
mod value;
mod wide;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Contract, codes};
use crate::finding::Finding;
use crate::origin::Origin;

/// What some editors put before the text; no part of it.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn parse(file: &str, source: &str) -> Result<Contract, Vec<Finding>> {
    let file: Arc<str> = Arc::from(file);
    let text = source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(source);
    let root = tree::grow(text).map_err(|trouble| vec![not_toml(&file, text, trouble)])?;
    let mut reader = reader::Reader::new(Arc::clone(&file), text);
    let contract = head::read(&mut reader, &root, &file, source);
    let findings = reader.into_findings();
    if findings.is_empty() {
        let mut contract = contract.expect("a reader that gives nothing has complained");
        contract.sort_sets();
        return Ok(contract);
    }
    Err(findings)
}

/// The keys that a contract's text writes at its top and in its schedules, as `late` and
/// `marketplace.bearer`: all others were left to their defaults.
pub(super) fn written_keys(contract: &Contract) -> BTreeSet<String> {
    let text = contract.source.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&contract.source);
    tree::grow(text).map(|root| head::written(&root, contract)).unwrap_or_default()
}

fn not_toml(file: &Arc<str>, text: &str, trouble: tree::NotToml) -> Finding {
    Finding::new(&codes::SYNTAX, format!("this is not TOML: {}", trouble.message))
        .at(Origin::in_text(file, text, trouble.at))
        .help("mend it as TOML 1.0 wants it: key = value, texts in quotes, [[blocks]] in brackets")
}
