//! Why a number is what it is, as a tree: from a payable down to days and products.
//!
//! A line is asked for by its path:
//!
//! | path | line |
//! |---|---|
//! | `marketplace` | a schedule: all its steps |
//! | `marketplace/gross-profit` | a step; of every segment if there are several |
//! | `marketplace/deductions:listing` | one entry of the list of deductions |
//! | `marketplace/2026-10-01/cost/opus-4` | … of the segment from a day, of one product |
//! | `share/marketplace/vendor` | a party's part of the share base |
//! | `position/vendor`, `position/marketplace/vendor` | a position, in all or in one schedule |
//! | `payable/platform/vendor` | what one party pays another |
//! | `balance/loss/marketplace` | a balance |
//! | `adjustment/advance/signing advance` | what a contract-wide clause moved |

mod clauses;
mod diff;
mod facts;
mod parties;
mod select;
mod steps;
mod tree;

use serde::Serialize;

pub use diff::{diff, facts};
pub use select::selectors;
pub use tree::{json, render_tree};

use super::codes;
use crate::contract::Contract;
use crate::fact::{Key, Table};
use crate::finding::Finding;
use crate::settlement::Settlement;

/// A number and what it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What it is.
    pub title: String,
    /// The amount, with commas between thousands; none for a heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The rule, the clause's place, the exact value before rounding, prices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What it was made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
    /// The cells of the tally that it stands for, if it is a leaf of facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// The facts from outside that it rests on: their table and id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(Table, String)>,
}

impl Node {
    /// The cells of the tally below it, in order of the tree; the input rows are behind them.
    pub fn all_keys(&self) -> Vec<&Key> {
        let below = self.children.iter().flat_map(Self::all_keys);
        self.keys.iter().chain(below).collect()
    }

    /// The facts from outside below it, in order of the tree.
    pub fn all_facts(&self) -> Vec<&(Table, String)> {
        let below = self.children.iter().flat_map(Self::all_facts);
        self.facts.iter().chain(below).collect()
    }

    fn resting_on(mut self, facts: &[(Table, String)]) -> Self {
        self.facts.extend_from_slice(facts);
        self
    }

    fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    fn amounting(mut self, amount: impl Into<String>) -> Self {
        self.amount = Some(amount.into());
        self
    }

    fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn over(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }
}

/// The tree of a line of the statement.
///
/// # Errors
/// A finding that lists what can be asked for, if there is no such line.
pub fn explain(
    settlement: &Settlement,
    contract: &Contract,
    selector: &str,
) -> Result<Node, Vec<Finding>> {
    let mut teller = steps::Teller::new(settlement, contract);
    select::find(&mut teller, selector).ok_or_else(|| vec![no_such_line(settlement, selector)])
}

fn no_such_line(settlement: &Settlement, selector: &str) -> Finding {
    let message = format!("{} {} has no line {selector:?}", settlement.contract, settlement.period);
    let help = format!("ask for one of: {}", selectors(settlement).join(", "));
    Finding::new(&codes::NO_SUCH_LINE, message).help(help)
}

#[cfg(test)]
mod tests;
