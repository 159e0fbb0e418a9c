//! What the parties owe each other so far, as the contract-wide clauses find and change it.

use super::adjustment::{Adjustment, ClauseKind};
use super::balances::{Balance, BalanceName, Balances};
use super::positions::{Debts, owe, payables};
use super::settle::TrueUp;
use super::settled::{Payable, ScheduleResult};
use super::sheet::trace;
use super::trace::{Rule, Trace};
use crate::calendar::Period;
use crate::contract::{Contract, PartyId};
use crate::fact::Evidence;
use crate::money::Minor;

/// The working state that each clause reads and writes, one after the other.
pub(super) struct Dues<'a> {
    pub(super) contract: &'a Contract,
    pub(super) period: Period,
    /// All that is known, for clauses that look at facts (payments).
    pub(super) evidence: &'a Evidence,
    /// The schedules as settled; their shares and fees are what parties have earned.
    pub(super) schedules: &'a [ScheduleResult],
    /// Working balances; a clause moves its own.
    pub(super) balances: Balances,
    /// Balances to show even when they are zero.
    pub(super) kept: Vec<BalanceName>,
    /// Debts per schedule, in the contract's order; those of clauses stand under none.
    pub(super) debts: Vec<(Option<String>, Debts)>,
    pub(super) adjustments: Vec<Adjustment>,
}

/// What a clause says of an amount that it moves.
pub(super) struct Reason {
    pub(super) clause: ClauseKind,
    pub(super) name: String,
    pub(super) schedule: Option<String>,
    pub(super) period: Option<Period>,
    pub(super) note: String,
    pub(super) trace: Trace,
}

impl Dues<'_> {
    /// Lets `from` owe `to` an amount; a negative one is owed the other way, nothing is not said.
    pub(super) fn adjust(&mut self, from: PartyId, to: PartyId, amount: Minor, reason: Reason) {
        if amount.is_zero() {
            return;
        }
        let mut debts = Debts::new();
        owe(&mut debts, from, to, amount);
        self.debts.push((reason.schedule.clone(), debts));
        let (from, to) = if amount > Minor::ZERO { (from, to) } else { (to, from) };
        self.adjustments.push(Adjustment {
            clause: reason.clause,
            name: reason.name,
            from: self.contract.party_name(from).to_owned(),
            to: self.contract.party_name(to).to_owned(),
            amount: Minor(amount.0.abs()),
            schedule: reason.schedule,
            period: reason.period,
            note: reason.note,
            trace: reason.trace,
        });
    }

    /// What `from` owes `to` so far over all schedules and clauses; negative if the other way.
    pub(super) fn owed(&self, from: PartyId, to: PartyId) -> Minor {
        let pair = if from < to { (from, to) } else { (to, from) };
        let each = self.debts.iter().filter_map(|(_, debts)| debts.get(&pair).copied());
        let sum: Minor = each.sum();
        if from < to { sum } else { -sum }
    }

    /// What a party has earned in this period: its shares, and what usage fees gave or took.
    /// An empty list of schedules means all.
    pub(super) fn earned(&self, party: PartyId, schedules: &[String]) -> Minor {
        let name = self.contract.party_name(party);
        let asked = |id: &String| schedules.is_empty() || schedules.contains(id);
        let of = |list: &[(String, Minor)]| -> Minor {
            list.iter().filter(|(party, _)| party == name).map(|(_, amount)| *amount).sum()
        };
        let results = self.schedules.iter().filter(|result| asked(&result.id));
        let segments = results.flat_map(|result| &result.segments);
        let earned = |segment: &super::SegmentResult| match segment.basis {
            "usage-fee" => of(&segment.positions),
            _ => of(&segment.shares),
        };
        segments.map(earned).sum()
    }

    /// A difference that a closed period's restatement makes.
    pub(super) fn true_up(&mut self, true_up: &TrueUp) {
        let reason = Reason {
            clause: ClauseKind::TrueUp,
            name: true_up.line.clone(),
            schedule: true_up.schedule.clone(),
            period: Some(true_up.period),
            note: true_up.note.clone(),
            trace: trace(Rule::Nothing, Vec::new()),
        };
        self.adjust(true_up.from, true_up.to, true_up.amount, reason);
    }

    /// Every debt so far by the parties' names, in order; those of nothing are left out.
    pub(super) fn listed(&self) -> Vec<Payable> {
        let each = self.debts.iter().map(|(id, debts)| (id.as_deref(), debts));
        each.flat_map(|(id, debts)| payables(self.contract, debts, id)).collect()
    }

    /// Who pays whom in the end: one payable per pair, or per schedule and pair without netting.
    pub(super) fn payables(&self) -> Vec<Payable> {
        if self.contract.netting {
            let all = self.debts.iter().flat_map(|(_, debts)| debts);
            return payables(self.contract, &netted(all), None);
        }
        let mut ids: Vec<Option<&String>> = Vec::new();
        for (id, _) in &self.debts {
            if !ids.contains(&id.as_ref()) {
                ids.push(id.as_ref());
            }
        }
        let of = |id: Option<&String>| {
            let own = self.debts.iter().filter(|(other, _)| other.as_ref() == id);
            let net = netted(own.flat_map(|(_, debts)| debts));
            payables(self.contract, &net, id.map(String::as_str))
        };
        ids.into_iter().flat_map(of).collect()
    }

    /// Every balance that is not zero, or that a clause in force keeps.
    pub(super) fn shown(&self, closed: &Balances, restated: &Balances) -> Vec<Balance> {
        let all = closed.iter().chain(restated.iter()).chain(self.balances.iter());
        let mut names: Vec<&BalanceName> = all.map(|(name, _)| name).chain(&self.kept).collect();
        names.sort();
        names.dedup();
        let balance = |name: &BalanceName| {
            let (opening, closing) = (closed.get(name), self.balances.get(name));
            Balance {
                name: name.clone(),
                opening,
                movement: closing - opening,
                restated: restated.get(name) - opening,
                closing,
            }
        };
        names.into_iter().map(balance).collect()
    }
}

fn netted<'d>(debts: impl Iterator<Item = (&'d (PartyId, PartyId), &'d Minor)>) -> Debts {
    let mut net = Debts::new();
    debts.for_each(|((from, to), amount)| owe(&mut net, *from, *to, *amount));
    net
}
