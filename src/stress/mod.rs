//! Random months thrown at a contract: the laws, and some lints, for the people who write it.
//!
//! Everything is a function of the contract and a seed. What is reported is not always a mistake;
//! it is what the parties should have seen before they signed.

mod chance;
mod clauses;
mod lints;
mod month;
mod report;
mod shrink;
mod vocabulary;

use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Entry, Fact, evidence_of};
use crate::settlement::{Balances, Settlement, settle};

pub use report::{Concern, ConcernKind, Report};

use chance::Chance;
use lints::Watch;
use vocabulary::Vocabulary;

/// How much to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The same seed gives the same report.
    pub seed: u64,
    /// How many random stretches of months.
    pub worlds: u32,
    /// How many months in each.
    pub months: u32,
    /// The most that a month's charges may come to, in major units.
    pub volume: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { seed: 1, worlds: 200, months: 4, volume: 1_000_000 }
    }
}

/// Throws random months at a contract.
///
/// ```
/// # use revshare::contract::Contract;
/// use revshare::stress::{ConcernKind, Plan, stress};
/// # let text = "id='d'\ncurrency='USD'\n[parties]\nv='V'\np='P'\n[[schedule]]\nid='s'\nseller='p'\n\
/// #   bearer='v'\nprovider='p'\n[[schedule.terms]]\neffective=2026-01-01\nbasis='gross-profit'\n\
/// #   split={v='50%',p='50%'}";
/// # let contract = Contract::parse("deal.toml", text).unwrap();
/// let report = stress(&contract, &Plan { worlds: 20, ..Plan::default() });
/// // The vendor bears the cost, so in a bad month it owes the platform.
/// assert!(report.concerns.iter().any(|concern| concern.kind == ConcernKind::TurnsRound));
/// assert_eq!(report, stress(&contract, &Plan { worlds: 20, ..Plan::default() }));
/// ```
pub fn stress(contract: &Contract, plan: &Plan) -> Report {
    let vocabulary = Vocabulary::of(contract);
    let mut chance = Chance::new(plan.seed);
    let mut watch = Watch::new(contract);
    for _ in 0..plan.worlds {
        let facts = month::months(contract, &vocabulary, plan, &mut chance);
        watch.see(&facts, plan, &mut chance);
    }
    watch.report(plan)
}

/// The settlements of a stretch of months, each opening where the one before closed; none if the
/// facts cannot be settled.
fn run(contract: &Contract, facts: &[Fact], months: u32) -> Option<Vec<Settlement>> {
    let (evidence, _) = evidence_of(contract, facts.iter().cloned().map(Entry::Fact));
    let mut period = first_period(contract);
    let mut balances = Balances::default();
    let mut settlements = Vec::new();
    for _ in 0..months {
        let settlement = settle(contract, period, &evidence, &balances).ok()?;
        balances = settlement.closing();
        settlements.push(settlement);
        period = period.next();
    }
    Some(settlements)
}

/// The months start with the one in which the last version of any schedule takes effect, so that
/// the deal of today is what is tried.
fn first_period(contract: &Contract) -> Period {
    let terms = contract.schedules.iter().filter_map(|schedule| schedule.terms.last());
    let last = terms.map(|terms| terms.effective).max().expect("a contract has terms");
    Period::of(last, contract.period)
}
