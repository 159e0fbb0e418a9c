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
//! | `marketplace/share/vendor` | a party's part of the share base; so `priority`, `catch-up`, `position` |
//! | `marketplace/tiers` | how tiers cut the share base |
//! | `share/marketplace/vendor` | all that a party has of the profit: share, priority, catch-up |
//! | `position/vendor`, `position/marketplace/vendor` | a position, in all or in one schedule |
//! | `payable/platform/vendor` | what one party pays another |
//! | `owed/platform/vendor` | what it owes for this period alone, before anything is netted or held back |
//! | `balance/loss/marketplace` | a balance |
//! | `adjustment/advance/signing advance` | what a contract-wide clause moved |
//! | `true-up/2026-10` | what a closed period was restated by |
//! | `true-up/2026-10/marketplace` | … in one schedule; `clauses` for those beside all |
//! | `true-up/2026-10/marketplace/2026-10-01/refunds` | … of any line of it |
//! | `withheld/treaty tax` | tax that was kept back |
//! | `exception/unmatched`, `exception/unmatched/2026-10-03` | facts that were not settled |

mod balances;
mod cash;
mod clauses;
mod debts;
mod diff;
mod difference;
mod facts;
mod kept;
mod measures;
mod node;
mod parties;
mod select;
mod steps;
mod teller;
mod tree;
mod true_ups;

pub use diff::{diff, facts};
pub use node::{Listed, Node};
pub use select::selectors;
pub use teller::{Changed, Subject};
pub use tree::{json, render_tree};

use super::codes;
use crate::finding::Finding;
use crate::settlement::Settlement;

/// The tree of a line of the statement.
///
/// # Errors
/// A finding that lists what can be asked for, if there is no such line.
pub fn explain(subject: &Subject<'_>, selector: &str) -> Result<Node, Vec<Finding>> {
    let found = select::find(&teller::Teller::new(subject), selector);
    let node = found.ok_or_else(|| vec![no_such_line(subject.settlement, selector)])?;
    Ok(node.finished())
}

fn no_such_line(settlement: &Settlement, selector: &str) -> Finding {
    let message = format!("{} {} has no line {selector:?}", settlement.contract, settlement.period);
    let paths = selectors(settlement);
    let near = select::nearest(selector, &paths);
    let all = format!("ask for one of: {}", paths.join(", "));
    let help = match near.as_slice() {
        [] => all,
        near => format!("nearest to it: {}; {all}", near.join(", ")),
    };
    Finding::new(&codes::NO_SUCH_LINE, message).help(help)
}

#[cfg(test)]
mod tests;
