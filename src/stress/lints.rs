//! What is watched for while random months go by.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use super::clauses::Clauses;
use super::report::{Concern, ConcernKind, Report};
use super::shrink::{line, smallest};
use super::{Plan, run};
use crate::contract::{Basis, Contract};
use crate::fact::{Fact, Kind};
use crate::money::Minor;
use crate::settlement::{Settlement, StepName};

/// What was seen so far.
pub(super) struct Watch<'a> {
    contract: &'a Contract,
    /// One example for each thing found, by kind and what it is about.
    found: BTreeMap<(ConcernKind, String), Vec<Fact>>,
    /// For each direction of payment the first months that showed it.
    paid: BTreeMap<(String, String), Vec<Fact>>,
    clauses: Clauses,
}

impl<'a> Watch<'a> {
    pub(super) fn new(contract: &'a Contract) -> Self {
        Self {
            contract,
            found: BTreeMap::new(),
            paid: BTreeMap::new(),
            clauses: Clauses::of(contract),
        }
    }

    pub(super) fn see(&mut self, facts: &[Fact], plan: &Plan, chance: &mut Chance) {
        let Some(settlements) = run(self.contract, facts, plan.months) else {
            let what = "these facts cannot be settled".to_owned();
            self.found.entry((ConcernKind::Unsettled, what)).or_insert_with(|| facts.to_vec());
            return;
        };
        for settlement in &settlements {
            self.see_payables(settlement, facts);
            self.clauses.see(self.contract, settlement);
        }
        self.see_shares(&settlements, facts, plan);
        self.see_more_sold(facts, plan, chance);
        self.see_other_order(facts, plan);
    }

    fn see_shares(&mut self, settlements: &[Settlement], facts: &[Fact], plan: &Plan) {
        let contract = self.contract;
        for party in shares_beyond_sales(settlements) {
            let what = format!("{party}'s share can exceed the net sales it comes from");
            let shows = |facts: &[Fact]| {
                let run = run(contract, facts, plan.months).unwrap_or_default();
                shares_beyond_sales(&run).contains(&party)
            };
            let found = self.found.entry((ConcernKind::ShareBeyondSales, what));
            found.or_insert_with(|| smallest(facts, &shows));
        }
    }

    fn see_payables(&mut self, settlement: &Settlement, facts: &[Fact]) {
        for payable in &settlement.payables {
            let direction = (payable.from.clone(), payable.to.clone());
            self.paid.entry(direction).or_insert_with(|| facts.to_vec());
        }
    }

    /// One more charge must not cost anybody money.
    fn see_more_sold(&mut self, facts: &[Fact], plan: &Plan, chance: &mut Chance) {
        let charges: Vec<&Fact> = facts.iter().filter(|fact| fact.kind == Kind::Charge).collect();
        if charges.is_empty() {
            return;
        }
        let more = Fact { id: Some("more".to_owned()), ..(*chance.one_of(&charges)).clone() };
        for party in 0..self.contract.parties.len() {
            let name = &self.contract.parties[party].id;
            let what = format!("{name} can earn less by one more sale");
            if self.found.contains_key(&(ConcernKind::EarnsLess, what.clone())) {
                continue;
            }
            let shows = |facts: &[Fact]| self.loses_by(facts, &more, name, plan);
            if shows(facts) {
                let mut example = smallest(facts, &shows);
                example.push(more.clone());
                self.found.insert((ConcernKind::EarnsLess, what), example);
            }
        }
    }

    fn loses_by(&self, facts: &[Fact], more: &Fact, party: &str, plan: &Plan) -> bool {
        let mut with = facts.to_vec();
        with.push(more.clone());
        let before = run(self.contract, facts, plan.months);
        let after = run(self.contract, &with, plan.months);
        let (Some(before), Some(after)) = (before, after) else { return false };
        // A unit that rounding hands to somebody else is no loss.
        earned(&after, party) < earned(&before, party) - Minor(1)
    }

    /// Deductions in the other order.
    fn see_other_order(&mut self, facts: &[Fact], plan: &Plan) {
        let reversed = reversed(self.contract);
        let Some(reversed) = reversed else { return };
        let what = "the deductions give another result in the other order".to_owned();
        if self.found.contains_key(&(ConcernKind::OrderMatters, what.clone())) {
            return;
        }
        let shows = |facts: &[Fact]| {
            let one = run(self.contract, facts, plan.months);
            let other = run(&reversed, facts, plan.months);
            let payables = |run: &[Settlement]| -> Vec<_> {
                run.iter().map(|settlement| settlement.payables.clone()).collect()
            };
            matches!((one, other), (Some(a), Some(b)) if payables(&a) != payables(&b))
        };
        if shows(facts) {
            let example = smallest(facts, &shows);
            self.found.insert((ConcernKind::OrderMatters, what), example);
        }
    }

    /// Payables that went both ways.
    fn see_turns(&mut self, plan: &Plan) {
        let turned: Vec<(String, String)> = self
            .paid
            .keys()
            .filter(|(from, to)| from < to && self.paid.contains_key(&(to.clone(), from.clone())))
            .cloned()
            .collect();
        for (one, other) in turned {
            let what = format!("{one} pays {other} in some months, {other} pays {one} in others");
            let pays = |facts: &[Fact], from: &str, to: &str| {
                let run = run(self.contract, facts, plan.months).unwrap_or_default();
                run.iter().flat_map(|s| &s.payables).any(|p| p.from == from && p.to == to)
            };
            let facts = &self.paid[&(other.clone(), one.clone())];
            let example = smallest(facts, &|facts| pays(facts, &other, &one));
            self.found.insert((ConcernKind::TurnsRound, what), example);
        }
    }

    pub(super) fn report(mut self, plan: &Plan) -> Report {
        self.see_turns(plan);
        for concern in self.clauses.concerns(self.contract, plan) {
            self.found.insert(concern, Vec::new());
        }
        let concern = |((kind, message), facts): ((ConcernKind, String), Vec<Fact>)| Concern {
            kind,
            message,
            example: facts.iter().map(line).collect(),
        };
        Report {
            version: "1",
            contract: self.contract.id.clone(),
            seed: plan.seed,
            worlds: plan.worlds,
            concerns: self.found.into_iter().map(concern).collect(),
        }
    }
}

/// What a party holds in the end over all months: received less paid, plus what it keeps as seller.
fn earned(run: &[Settlement], party: &str) -> Minor {
    let of = |settlement: &Settlement| -> Minor {
        let own = settlement.positions.iter().filter(|(name, _)| name == party);
        let moved = settlement.adjustments.iter().map(|each| match party {
            name if name == each.to => each.amount,
            name if name == each.from => -each.amount,
            _ => Minor::ZERO,
        });
        own.map(|(_, amount)| *amount).chain(moved).sum()
    };
    run.iter().map(of).sum()
}

fn shares_beyond_sales(run: &[Settlement]) -> BTreeSet<String> {
    let segments = run.iter().flat_map(|s| &s.schedules).flat_map(|s| &s.segments);
    let mut parties = BTreeSet::new();
    for segment in segments.filter(|segment| segment.basis != "usage-fee") {
        let net = segment.amount(StepName::NetSales);
        // A catch-up is left out: it comes from the sales of earlier months too.
        let of = |party: &str, list: &[(String, Minor)]| -> Minor {
            list.iter().filter(|(name, _)| name == party).map(|(_, amount)| *amount).sum()
        };
        let all = segment.shares.iter().chain(&segment.priority);
        let beyond = all.filter(|(party, _)| {
            net > Minor::ZERO && of(party, &segment.shares) + of(party, &segment.priority) > net
        });
        parties.extend(beyond.map(|(party, _)| party.clone()));
    }
    parties
}

/// The contract with every list of deductions the other way round; none if there is nothing to turn.
fn reversed(contract: &Contract) -> Option<Contract> {
    let mut other = contract.clone();
    let mut turned = false;
    for terms in other.schedules.iter_mut().flat_map(|schedule| &mut schedule.terms) {
        if let Basis::Shared(shared) = &mut terms.basis {
            shared.deductions.reverse();
            turned |= shared.deductions.len() > 1;
        }
    }
    turned.then_some(other)
}
