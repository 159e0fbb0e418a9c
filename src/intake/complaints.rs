//! What is wrong with the rows of a delivery: a few findings of each kind and file, and how many more.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use crate::finding::Finding;

/// Findings kept per code and file.
const KEPT: usize = 10;

/// Findings, few of each code and file: those that stand first in it, in whichever order they come.
#[derive(Default)]
pub(super) struct Complaints {
    kept: BTreeMap<Group, Vec<(u64, Finding)>>,
    counts: BTreeMap<Group, u64>,
    /// Findings that came.
    came: u64,
}

/// A file and a code.
type Group = (Option<Arc<str>>, &'static str);

impl Complaints {
    pub(super) fn add(&mut self, finding: Finding) {
        let file = finding.origin.as_ref().map(|origin| Arc::clone(&origin.file));
        let group = (file, finding.code.id);
        *self.counts.entry(group.clone()).or_default() += 1;
        self.came += 1;
        let kept = self.kept.entry(group).or_default();
        let at = kept.partition_point(|(_, other)| place(other) <= place(&finding));
        if at < KEPT {
            kept.insert(at, (self.came, finding));
            kept.truncate(KEPT);
        }
    }

    /// Those that were kept, in the order in which they came, and how many more there are.
    pub(super) fn finish(self) -> Vec<Finding> {
        let mut kept: Vec<_> = self.kept.into_values().flatten().collect();
        kept.sort_by_key(|(number, _)| *number);
        let mut findings: Vec<Finding> = kept.into_iter().map(|(_, finding)| finding).collect();
        for ((file, code), count) in self.counts {
            if count > KEPT as u64 {
                let file = file.as_deref().unwrap_or("the files").to_owned();
                let message = format!("{} more {code} in {file}", count - KEPT as u64);
                let more = Finding::new(&codes::MORE, message);
                findings.push(more.help("the rejects file has every refused row"));
            }
        }
        findings
    }
}

/// Where in its file.
fn place(finding: &Finding) -> Option<(u64, u64)> {
    finding.origin.as_ref().map(|origin| (origin.line, origin.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Origin;

    #[test]
    fn the_first_of_a_file_are_kept_whenever_they_come() {
        let told = |lines: &[u64]| {
            let mut complaints = Complaints::default();
            for line in lines {
                let finding = Finding::new(&codes::MORE, format!("on {line}"));
                let (file, excerpt) = ("a.csv".into(), String::new());
                complaints.add(finding.at(Origin {
                    file,
                    line: *line,
                    column: 0,
                    width: 1,
                    excerpt,
                }));
            }
            let messages = complaints.finish().into_iter().map(|finding| finding.message);
            messages.collect::<std::collections::BTreeSet<_>>()
        };
        let all: Vec<u64> = (1..=14).collect();
        let odd_first: Vec<u64> = (1..=14).step_by(2).chain((2..=14).step_by(2)).collect();
        assert_eq!(told(&all), told(&odd_first));
        assert!(told(&all).contains("on 10") && !told(&all).contains("on 11"));
        assert!(told(&odd_first).iter().any(|message| message.starts_with("4 more")));
    }
}
