//! Random months thrown at a contract: the laws, and some lints, for the people who write it.
//!
//! Everything is a function of the contract and a seed: each stretch of months has its own luck, so
//! that they may be looked at in any order, on any number of threads. What is reported is not
//! always a mistake; it is what the parties should have seen before they signed.

mod activity;
mod chain;
mod chance;
mod clauses;
mod example;
mod laws;
mod lints;
mod month;
mod orders;
mod report;
mod shrink;
mod verdict;
mod vocabulary;

use std::collections::BTreeSet;

use crate::calendar::{Day, Period};
use crate::contract::{Contract, Window};
use crate::fact::Entry;

pub use example::{Earned, Example, File, Paid};
pub use report::{Concern, ConcernKind, Report};

use activity::Activity;
use chain::Chain;
use chance::Chance;
use clauses::Clauses;
use lints::{Judge, Sign};
use month::World;
use vocabulary::Vocabulary;

/// How much to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The same seed gives the same report.
    pub seed: u64,
    /// How many random stretches of months.
    pub worlds: u32,
    /// How many periods in each.
    pub months: u32,
    /// The most that a period's sales may come to, in major units.
    pub volume: u64,
    /// The most that a period's quantities may come to, of units that the contract does not price.
    pub quantity: u64,
}

impl Plan {
    /// What is tried unless asked otherwise: as many periods as it takes until every clause holds
    /// and every window of a year has ended once, four at least and thirty-six at most.
    pub fn of(contract: &Contract) -> Self {
        let year = if has_yearly(contract) { 12 / contract.period.months() } else { 4 };
        let first = start(contract);
        let until =
            last_turn(contract).map_or(0, |day| Period::of(day, contract.period).since(first) + 1);
        let months = until.max(0) + if until > 0 { 3 } else { 0 };
        let months = u32::try_from(months.max(year).clamp(4, 36)).unwrap_or(4);
        Self { seed: 1, worlds: 200, months, volume: 1_000_000, quantity: 1_000_000_000 }
    }
}

/// Does the contract measure by the year?
fn has_yearly(contract: &Contract) -> bool {
    let yearly = |window: Window| match window {
        Window::CalendarYear | Window::ContractYear(_) => true,
        Window::Period | Window::Lifetime => false,
    };
    let spans = contract.guarantees.iter().map(|each| each.span);
    let spans = spans.chain(contract.floors.iter().map(|each| each.span));
    let accounts = contract.cash.on_account.iter().map(|each| each.window);
    spans.map(|span| span.window).chain(accounts).any(yearly)
}

/// The last day on which a clause begins, or is tested once and for all.
fn last_turn(contract: &Contract) -> Option<Day> {
    let guarantees = contract.guarantees.iter();
    let tested = guarantees.filter(|each| each.cumulative || each.span.window == Window::Lifetime);
    let tested = tested.filter_map(|each| each.span.ends);
    let starts = clauses::spans(contract).into_iter().filter_map(|span| span.starts);
    let cash = &contract.cash;
    let interest = cash.late_interest.iter().map(|each| each.effective);
    let credits = cash.overpayment.iter().map(|each| each.effective);
    tested.chain(starts).chain(interest).chain(credits).max()
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
/// let plan = Plan { worlds: 20, ..Plan::of(&contract) };
/// let report = stress(&contract, &plan);
/// // The vendor bears the cost, so in a bad month it owes the platform.
/// assert!(report.concerns.iter().any(|concern| concern.kind == ConcernKind::TurnsRound));
/// assert_eq!(report, stress(&contract, &plan));
/// ```
pub fn stress(contract: &Contract, plan: &Plan) -> Report {
    let stress = Stress::new(contract, plan);
    stress.report(&(0..plan.worlds).map(|world| stress.look(world)).collect::<Vec<_>>())
}

/// The same in two steps, the first of which may be divided over threads.
pub struct Stress<'a> {
    judge: Judge<'a>,
    words: Vocabulary,
}

/// What one stretch of months shows.
pub struct Seen {
    world: u32,
    signs: BTreeSet<Sign>,
    activity: Activity,
}

impl<'a> Stress<'a> {
    /// Nothing tried yet.
    pub fn new(contract: &'a Contract, plan: &'a Plan) -> Self {
        let words = Vocabulary::of(contract);
        let orders = orders::orders(contract, &words);
        Self { judge: Judge { contract, plan, orders }, words }
    }

    /// Looks at the stretch of months of a number.
    pub fn look(&self, number: u32) -> Seen {
        let world = self.world(self.judge.plan, number);
        let (mut signs, mut activity) = (BTreeSet::new(), Activity::default());
        match self.judge.run(&world.entries) {
            Chain::Refused(_) => {
                signs.insert(Sign::Refused);
            }
            Chain::Settled(run) => {
                run.iter().for_each(|settlement| activity.see(self.judge.contract, settlement));
                signs = self.judge.signs(&world, &run, number.is_multiple_of(4));
            }
        }
        Seen { world: number, signs, activity }
    }

    /// What all stretches show together, with the smallest examples that are found. The order in
    /// which they were looked at makes no difference.
    pub fn report(&self, seen: &[Seen]) -> Report {
        let Plan { seed, worlds, months, volume, quantity } = *self.judge.plan;
        let contract = self.judge.contract;
        let mut seen: Vec<&Seen> = seen.iter().collect();
        seen.sort_by_key(|seen| seen.world);
        let mut concerns = verdict::concerns(self, &seen);
        let clauses = Clauses::of(contract, &self.words);
        let mut all = Activity::default();
        seen.iter().for_each(|seen| all.add(&seen.activity));
        let larger = if clauses.asleep(&all) { self.larger() } else { Vec::new() };
        let quiet = clauses.concerns(&all, &larger, self.judge.plan).into_iter();
        concerns.extend(quiet.map(|(kind, message)| Concern {
            kind,
            message,
            examples: Vec::new(),
        }));
        concerns.sort_by(|a, b| (a.kind, &a.message).cmp(&(b.kind, &b.message)));
        Report {
            version: "1",
            contract: contract.id.clone(),
            currency: contract.currency.to_string(),
            seed,
            worlds,
            months,
            from: start(contract).to_string(),
            volume,
            quantity,
            concerns,
        }
    }

    fn world(&self, plan: &Plan, number: u32) -> World {
        let mut chance = Chance::of(plan.seed, number);
        month::world(self.judge.contract, &self.words, plan, &mut chance)
    }

    /// What a few stretches with more and more sales do.
    fn larger(&self) -> Vec<(Plan, Activity)> {
        let tried = |power: u32| {
            let times = |most: u64| most.saturating_mul(10_u64.pow(power)).min(MOST);
            let plan = self.judge.plan;
            let (volume, quantity) = (times(plan.volume), times(plan.quantity));
            let plan = Plan { volume, quantity, ..*plan };
            let mut activity = Activity::default();
            for number in 0..plan.worlds.div_ceil(10).min(20) {
                let world = self.world(&plan, number);
                let run = chain::chain(self.judge.contract, &world.entries, &plan).settled();
                let settlements = run.into_iter().flatten();
                settlements.for_each(|each| activity.see(self.judge.contract, &each));
            }
            (plan, activity)
        };
        [1, 2, 3, 6].into_iter().map(tried).collect()
    }
}

/// No month is larger.
const MOST: u64 = 1_000_000_000_000_000;

/// The months start with the one in which the last version of any schedule takes effect, so that
/// the deal of today is what is tried.
fn start(contract: &Contract) -> Period {
    let terms = contract.schedules.iter().filter_map(|schedule| schedule.terms.last());
    let last = terms.map(|terms| terms.effective).max().expect("a contract has terms");
    Period::of(last, contract.period)
}

impl World {
    /// All facts with the sale on top.
    fn with(&self) -> Vec<Entry> {
        self.entries.iter().chain(&self.more).cloned().collect()
    }
}
