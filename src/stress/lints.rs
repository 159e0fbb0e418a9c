//! What is looked for in a stretch of months, so that the same question can be asked of a smaller
//! one.

use std::collections::BTreeSet;

use super::Plan;
use super::chain::{Chain, chain, earned, paid};
use super::laws::Law;
use super::month::World;
use super::orders::Order;
use crate::contract::{Basis, Contract};
use crate::fact::{Entry, Kind};
use crate::money::Minor;
use crate::settlement::{SegmentResult, Settlement, StepName};

/// Something that a stretch of months shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// A law is broken.
    Broken(Law),
    /// A month cannot be settled.
    Refused,
    /// The party of this place has less with one more sale.
    EarnsLess(usize),
    /// The party of this place has more of a segment than its net sales.
    Beyond(usize),
    /// The order of this number gives another result.
    Order(usize),
    /// One party pays another.
    Pays(String, String),
}

/// Units that rounding may hand to somebody else; no more is a loss or a difference.
const ROUNDING: i128 = 10;

/// So few orders are tried on every stretch.
const FEW: usize = 4;

/// Looks at stretches of months.
pub(super) struct Judge<'a> {
    pub(super) contract: &'a Contract,
    pub(super) plan: &'a Plan,
    pub(super) orders: Vec<Order>,
}

impl Judge<'_> {
    pub(super) fn run(&self, entries: &[Entry]) -> Chain {
        chain(self.contract, entries, self.plan)
    }

    /// All that a world shows. Laws that take several runs are tried where `thorough`.
    pub(super) fn signs(
        &self,
        world: &World,
        run: &[Settlement],
        thorough: bool,
    ) -> BTreeSet<Sign> {
        let mut signs = BTreeSet::new();
        for law in Law::ALL {
            let cheap = match law {
                Law::Footing | Law::Conservation | Law::RollForward => true,
                Law::Renewal | Law::InTime => false,
            };
            let tried = cheap || thorough;
            if tried && law.is_broken(self.contract, &world.entries, run, self.plan) {
                signs.insert(Sign::Broken(law));
            }
        }
        signs.extend(self.beyond(run).into_iter().map(Sign::Beyond));
        signs.extend(pays(run).into_iter().map(|(from, to)| Sign::Pays(from, to)));
        signs.extend(self.losers(run, world).into_iter().map(Sign::EarnsLess));
        if thorough || self.orders.len() <= FEW {
            let orders = self.orders.iter().enumerate();
            let other = orders.filter(|(_, order)| self.differs(order, &world.entries, run));
            signs.extend(other.map(|(at, _)| Sign::Order(at)));
        }
        signs
    }

    /// Does a world show one thing?
    pub(super) fn shows(&self, sign: &Sign, world: &World) -> bool {
        let chain = self.run(&world.entries);
        if *sign == Sign::Refused {
            return matches!(chain, Chain::Refused(_));
        }
        let Some(run) = chain.settled() else { return false };
        match sign {
            Sign::Broken(law) => law.is_broken(self.contract, &world.entries, &run, self.plan),
            Sign::Refused => false,
            Sign::EarnsLess(party) => self.losers(&run, world).contains(party),
            Sign::Beyond(party) => self.beyond(&run).contains(party),
            Sign::Order(at) => self.differs(&self.orders[*at], &world.entries, &run),
            Sign::Pays(from, to) => pays(&run).contains(&(from.clone(), to.clone())),
        }
    }

    /// Who has less with one more sale, made when the months have begun.
    fn losers(&self, run: &[Settlement], world: &World) -> Vec<usize> {
        if world.more.is_empty() {
            return Vec::new();
        }
        let Some(after) = self.run(&world.with()).settled() else { return Vec::new() };
        let begin = |run: &[Settlement]| run.first().map(|settlement| settlement.period);
        if begin(&after) != begin(run) {
            return Vec::new();
        }
        // Whoever pays for usage has less by more of it.
        let usage = world.more.iter().any(|entry| match entry {
            Entry::Fact(fact) => fact.kind == Kind::Usage,
            Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => false,
        });
        let loses = |party: &usize| {
            if usage && !self.is_payee(*party) {
                return false;
            }
            let name = &self.contract.parties[*party].id;
            earned(&after, name) < earned(run, name) - Minor(ROUNDING)
        };
        (0..self.contract.parties.len()).filter(loses).collect()
    }

    /// Is it paid for usage, and pays for none?
    fn is_payee(&self, party: usize) -> bool {
        let fees = self.contract.schedules.iter().filter_map(|schedule| {
            match schedule.terms.last().map(|terms| &terms.basis) {
                Some(Basis::UsageFee(fee)) => Some(fee),
                Some(Basis::Shared(_) | Basis::Excluded) | None => None,
            }
        });
        let fees: Vec<_> = fees.collect();
        fees.iter().any(|fee| fee.payee.0 == party) && fees.iter().all(|fee| fee.payer.0 != party)
    }

    fn beyond(&self, run: &[Settlement]) -> BTreeSet<usize> {
        let segments = run.iter().flat_map(|s| &s.schedules).flat_map(|s| &s.segments);
        let segments: Vec<_> = segments.filter(|each| each.basis != "usage-fee").collect();
        let beyond = |party: &usize| {
            let name = &self.contract.parties[*party].id;
            segments.iter().any(|segment| has_beyond(segment, name))
        };
        (0..self.contract.parties.len()).filter(beyond).collect()
    }

    fn differs(&self, order: &Order, entries: &[Entry], run: &[Settlement]) -> bool {
        let Some(other) = chain(&order.contract, entries, self.plan).settled() else { return true };
        let (mut one, other) = (paid(run), paid(&other));
        for (pair, amount) in other {
            *one.entry(pair).or_insert(Minor::ZERO) -= amount;
        }
        one.values().any(|difference| difference.0.abs() > ROUNDING)
    }
}

/// A catch-up is left out: it comes from the sales of earlier months too.
fn has_beyond(segment: &SegmentResult, party: &str) -> bool {
    let net = segment.amount(StepName::NetSales);
    let all = segment.shares.iter().chain(&segment.priority);
    let own: Minor = all.filter(|(name, _)| name == party).map(|(_, amount)| *amount).sum();
    net > Minor::ZERO && own > net
}

fn pays(run: &[Settlement]) -> BTreeSet<(String, String)> {
    let payables = run.iter().flat_map(|settlement| &settlement.payables);
    payables.map(|payable| (payable.from.clone(), payable.to.clone())).collect()
}
