//! The reader's desk: collects findings with their places, opens blocks, knows the parties.
//!
//! The law: whoever returns `None` has written down why, so that one pass finds everything.

use std::ops::Range;
use std::sync::Arc;

use super::keys;
use super::spelling::{hint, nearest};
use super::tree::{Node, Value};
use crate::calendar::Day;
use crate::contract::{Party, PartyId, codes};
use crate::finding::{Code, Finding};
use crate::money::Currency;
use crate::origin::Origin;

/// One reading of one text.
pub(super) struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    findings: Vec<Finding>,
    /// The contract's currency, once it is read.
    pub(super) currency: Option<Currency>,
    /// The contract's parties, once they are read.
    pub(super) parties: Option<Vec<Party>>,
    /// The party that `remainder` names.
    pub(super) remainder: Option<PartyId>,
    /// The first day of the schedule that is read: where its contract years begin.
    pub(super) first_day: Option<Day>,
    /// Schedules that tiers add up over, each with its place; all must exist in the end.
    pub(super) added_up: Vec<(String, Range<usize>)>,
    /// The ids of the contract's schedules, once they are read.
    pub(super) schedules: Option<Vec<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: Arc<str>, text: &'a str) -> Self {
        Self {
            file,
            text,
            findings: Vec::new(),
            currency: None,
            parties: None,
            remainder: None,
            first_day: None,
            added_up: Vec::new(),
            schedules: None,
        }
    }

    /// Writes down a finding at a place, with its remedy.
    pub(super) fn complain(
        &mut self,
        code: &'static Code,
        at: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let origin = Origin::in_text(&self.file, self.text, at.clone());
        let finding = Finding::new(code, one_line(&message.into())).at(origin);
        self.findings.push(finding.help(one_line(&help.into())));
    }

    /// Every finding in the order of the file.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.sort_by_key(|finding| finding.origin.as_ref().map(|at| (at.line, at.column)));
        findings
    }

    /// The line of a place.
    pub(super) fn line(&self, at: &Range<usize>) -> u64 {
        let before = self.text.as_bytes().iter().take(at.start);
        before.filter(|byte| **byte == b'\n').count() as u64 + 1
    }

    /// The text of a place, as it was written.
    pub(super) fn written(&self, at: &Range<usize>) -> &'a str {
        self.text.get(at.clone()).unwrap_or("")
    }

    /// A value of another type than belongs here.
    pub(super) fn mistyped(&mut self, node: &Node, expected: &str, example: &str) {
        let message = format!("{} is {}, not {expected}", node.title(), node.value.kind());
        self.complain(&codes::WRONG_TYPE, &node.at, message, format!("write {example}"));
    }

    /// Opens a table, complaining about keys that do not belong in it.
    pub(super) fn block<'n>(
        &mut self,
        node: &'n Node,
        what: &'static str,
        allowed: &'static [&'static str],
    ) -> Option<Block<'n>> {
        let Value::Table(fields) = &node.value else {
            let example = format!("a table with the keys {}", allowed.join(", "));
            self.mistyped(node, "a table", &example);
            return None;
        };
        for field in fields.iter().filter(|field| !allowed.contains(&field.name.as_str())) {
            let message = format!("`{}` is not a key of {what}", field.name);
            let list = format!("the keys here are {}", allowed.join(", "));
            let elsewhere =
                keys::home(&field.name).filter(|_| nearest_key(field, allowed).is_none());
            let help = match elsewhere {
                Some(place) => format!("`{}` {place}; {list}", field.name),
                None => hint(&field.name, allowed.iter().copied()) + &list,
            };
            self.complain(&codes::UNKNOWN_KEY, &field.key_at, message, help);
        }
        Some(Block { at: node.at.clone(), what, fields })
    }

    /// The party of an id written at a place.
    pub(super) fn party(&mut self, id: &str, at: &Range<usize>) -> Option<PartyId> {
        let parties = self.parties.as_ref()?;
        if let Some(found) = parties.iter().position(|party| party.id == id) {
            return Some(PartyId(found));
        }
        let ids: Vec<&str> = parties.iter().map(|party| party.id.as_str()).collect();
        let help = format!(
            "{}the parties are {}; declare another in [parties]",
            hint(id, ids.iter().copied()),
            ids.join(", ")
        );
        let message = format!("{id:?} is not a party of this contract");
        self.complain(&codes::UNKNOWN_PARTY, at, message, help);
        None
    }

    /// The id of a party.
    pub(super) fn party_name(&self, party: PartyId) -> &str {
        let known = self.parties.as_ref().and_then(|parties| parties.get(party.0));
        known.map_or("", |party| party.id.as_str())
    }
}

/// A finding is one line, whatever a key or text of the contract holds.
fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

fn nearest_key(field: &Node, allowed: &[&'static str]) -> Option<&'static str> {
    nearest(&field.name, allowed.iter().copied())
}

/// A table whose keys have been checked.
pub(super) struct Block<'n> {
    /// Where it stands: its header, or the whole of an inline table.
    pub(super) at: Range<usize>,
    what: &'static str,
    /// What is in it, in the order of the file.
    pub(super) fields: &'n [Node],
}

impl<'n> Block<'n> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.fields.iter().find(|field| field.name == key)
    }

    /// The value of a key that must be there. `example` shows how to write it.
    pub(super) fn need(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        example: &str,
    ) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            let message = format!("{} has no `{key}`", self.what);
            let help = format!("add it, such as {example}");
            reader.complain(&codes::MISSING_KEY, &self.at, message, help);
        }
        found
    }
}
