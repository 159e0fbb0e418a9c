//! What is wrong with the rows of a delivery: a few findings of each kind and file, and how many more.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use crate::finding::Finding;

/// Findings kept per code and file.
const KEPT: u64 = 10;

/// Findings, few of each code and file.
#[derive(Default)]
pub(super) struct Complaints {
    kept: Vec<Finding>,
    counts: BTreeMap<(Option<Arc<str>>, &'static str), u64>,
}

impl Complaints {
    pub(super) fn add(&mut self, finding: Finding) {
        let file = finding.origin.as_ref().map(|origin| Arc::clone(&origin.file));
        let count = self.counts.entry((file, finding.code.id)).or_default();
        *count += 1;
        if *count <= KEPT {
            self.kept.push(finding);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        for ((file, code), count) in self.counts {
            if count > KEPT {
                let file = file.as_deref().unwrap_or("the files").to_owned();
                let message = format!("{} more {code} in {file}", count - KEPT);
                let more = Finding::new(&codes::MORE, message);
                self.kept.push(more.help("the rejects file has every refused row"));
            }
        }
        self.kept
    }
}
