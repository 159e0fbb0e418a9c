//! What would be counted twice: a tally has no ids, so nothing tells its facts from lines of the same
//! feed, or from those of a tally whose period overlaps. It refuses both, before anything is kept.

use std::sync::Arc;

use super::codes;
use super::reject::Refusal;
use super::tally::TALLY;
use crate::calendar::Period;
use crate::fact::{Archive, FileTally};
use crate::finding::Finding;

/// What would be counted twice: tallies whose periods overlap, and lines beside a tally of the same
/// feed, whose ids nobody knows. `files` are those of a delivery that is to come.
pub fn overlaps(archive: &Archive, files: &[FileTally]) -> Vec<Finding> {
    let new: Vec<&FileTally> = files.iter().collect();
    let old: Vec<&FileTally> = archive.files().iter().map(|file| &file.tally).collect();
    let mut findings = Vec::new();
    for (at, file) in new.iter().enumerate() {
        let earlier = old.iter().map(|other| (other, false));
        let beside = new[..at].iter().map(|other| (other, true));
        for (other, beside) in earlier.chain(beside) {
            if let Some(message) = overlap(file, other, beside) {
                let refusal = Refusal::new(&codes::TALLY_OVERLAP, message).help(
                    "deliver a feed either as lines or as tallies, by periods that do not overlap; \
                     a feed apart has a name of its own (--source)",
                );
                findings.push(refusal.finding(&Arc::from(file.path.as_str()), 1, "", &[]));
                break;
            }
        }
    }
    findings
}

fn overlap(file: &FileTally, other: &FileTally, beside: bool) -> Option<String> {
    if (file.table, &file.source) != (other.table, &other.source) {
        return None;
    }
    let (feed, path) = (&file.source, &other.path);
    match (period_of(file), period_of(other)) {
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) if other.parts.is_empty() || file.parts.is_empty() => {
            None
        }
        (Some(_), None) => Some(format!("{path} brought lines of the feed {feed:?}")),
        (None, Some(_)) => Some(format!("{path} brought a tally of the feed {feed:?}")),
        (Some(mine), Some(theirs)) => {
            let met = if mine == theirs { beside } else { meet(&mine, &theirs) };
            met.then(|| format!("{path} brought a tally of the feed {feed:?} that overlaps"))
        }
    }
}

/// The period of a tally that stands; none for lines.
fn period_of(file: &FileTally) -> Option<String> {
    let slices = file.parts.iter().filter_map(|part| part.slice.as_ref());
    let period = slices.map(|slice| slice.period.clone()).next();
    period.filter(|_| file.format == TALLY)
}

/// Do two periods share a day? The whole table shares one with all.
fn meet(a: &str, b: &str) -> bool {
    let days = |text: &str| {
        let period = text.parse::<Period>().ok()?;
        Some((period.first_day(), period.last_day()))
    };
    match (days(a), days(b)) {
        (Some(a), Some(b)) => a.0 <= b.1 && b.0 <= a.1,
        (None, _) | (_, None) => true,
    }
}
