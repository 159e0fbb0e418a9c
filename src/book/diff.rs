//! What changed between two statements, or between a period as settled and as known now.

use std::collections::BTreeSet;

use super::{Book, BookError};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::export::explain::{self, Node, Subject};
use crate::fact::Key;

impl Book {
    /// What differs between two statements, each closed or a draft.
    ///
    /// # Errors
    /// What keeps one of them from being settled.
    pub fn diff(&self, contract: &Contract, from: Period, to: Period) -> Result<Node, BookError> {
        let (was, is) = (self.replay(contract, from)?, self.replay(contract, to)?);
        let title = format!("{} from {from} to {to}", contract.id);
        let mut node = explain::diff(&title, &was.subject(), &is.subject(), false);
        let archive = self.store.archive();
        let tally = self.evidence(contract, &self.heads(contract), archive)?.tally;
        let of = |period: Period| tally.iter().filter(move |(key, _)| period.contains(key.day));
        let cells = |period| of(period).map(|(key, cell)| (key.clone(), *cell)).collect();
        let facts = explain::facts("other facts", &cells(from), &cells(to), untold(&node));
        node.children.extend(facts);
        Ok(node)
    }

    /// What differs between a closed period as it was closed and as it is known now.
    ///
    /// # Errors
    /// A finding if it is not closed; what keeps it from being settled now.
    pub fn diff_now(&self, contract: &Contract, period: Period) -> Result<Node, BookError> {
        self.closed_or_finding(contract, period)?;
        let was = self.replay(contract, period)?;
        let settlement = self.settled_now(contract, period)?;
        let heads = self.heads(contract);
        let now = self.evidence(contract, &heads, self.store.archive())?;
        let is = Subject { payments: &now.payments, ..Subject::new(&settlement, contract) };
        let title = format!("{} {period} from as settled to as known now", contract.id);
        let mut node = explain::diff(&title, &was.subject(), &is, true);
        let upto = heads.iter().position(|head| head.period == period).unwrap_or_default();
        let then = self.store.archive_at(heads[upto].watermark)?;
        let then = self.evidence(contract, &heads[..upto], &then)?.tally;
        let told = untold(&node);
        let within = |key: &Key| period.contains(key.day) && told(key);
        let title = "other facts that came or went since";
        let facts = explain::facts(title, &then, &now.tally, within);
        node.children.extend(facts);
        Ok(node)
    }
}

/// Facts that move no number of a tree.
fn untold(node: &Node) -> impl Fn(&Key) -> bool + use<> {
    let told: BTreeSet<Key> = node.all_keys().into_iter().cloned().collect();
    move |key| !told.contains(key)
}
