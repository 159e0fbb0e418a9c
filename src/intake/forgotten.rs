//! Rows of a time whose ids are forgotten, and rows that refer to such a time.
//!
//! The law: a row that might count twice does not count, and says why; one whose original is forgotten
//! counts on its own day, and says so.

use std::collections::BTreeMap;

use super::codes;
use super::reject::Refusal;
use crate::calendar::Day;
use crate::fact::{Archive, Chain, Delivery, Horizon, Pending};
use crate::finding::Finding;

/// Why the row of an id cannot be taken.
pub(super) fn refusal(id: &str, horizon: &Horizon) -> Refusal {
    let upto = upto(horizon);
    let message = format!(
        "{id:?} may have been counted already: ids {upto} are forgotten, and this one is not remembered"
    );
    let help = "that time is settled for good; what is still owed needs a fact of its own, dated when \
                it was agreed";
    Refusal::new(&codes::FORGOTTEN, message).help(help)
}

fn upto(horizon: &Horizon) -> String {
    horizon.last_day().map_or_else(String::new, |day: Day| format!("up to {day}"))
}

/// A finding for each file of which facts refer to nothing that is known, once something is forgotten.
pub(super) fn references(delivery: &Delivery, archive: &Archive) -> Vec<Finding> {
    let horizon = archive.horizon();
    if horizon.is_empty() {
        return Vec::new();
    }
    let mut by_file: BTreeMap<u64, Vec<&Pending>> = BTreeMap::new();
    for pending in delivery.pending.iter().filter(|pending| pending.chain == Chain::Adrift) {
        by_file.entry(pending.file).or_default().push(pending);
    }
    let first = archive.files().len() as u64;
    let path = |file: u64| &delivery.files[(file - first) as usize].path;
    by_file.iter().map(|(file, pending)| unknown(path(*file), pending, horizon)).collect()
}

fn unknown(path: &str, pending: &[&Pending], horizon: &Horizon) -> Finding {
    const SHOWN: usize = 3;
    let name = |it: &&Pending| format!("{:?} to {:?}", it.id, it.reference);
    let mut names: Vec<String> = pending.iter().take(SHOWN).map(name).collect();
    names.extend((pending.len() > SHOWN).then(|| format!("{} more", pending.len() - SHOWN)));
    let message = format!(
        "{path}: facts refer to others that are not known, and ids {} are forgotten: {}",
        upto(horizon),
        names.join(", ")
    );
    Finding::new(&codes::FORGOTTEN_REF, message)
        .help("each counts on its own day, under the terms of that day, and the statement lists it")
}
