//! What the parties owe each other so far, as the contract-wide clauses find and change it.

use super::adjustment::{Adjustment, ClauseKind, Withheld};
use super::balances::{Balance, BalanceKind, BalanceName, Balances};
use super::earnings::counts;
use super::positions::{Debts, owe};
use super::settle::TrueUp;
use super::settled::{Payable, ScheduleResult};
use super::sheet::trace;
use super::trace::{Rule, Trace};
use super::windows;
use crate::calendar::Period;
use crate::contract::{Contract, PartyId};
use crate::fact::{Evidence, Table};
use crate::money::{Currency, Minor};

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
    pub(super) withheld: Vec<Withheld>,
}

/// What one party is to pay another as things stand; positive.
pub(super) struct Net {
    /// The schedule it comes from; none once netted over all.
    pub(super) schedule: Option<String>,
    pub(super) from: PartyId,
    pub(super) to: PartyId,
    pub(super) amount: Minor,
}

impl Net {
    /// What of it one party owes the other on a ground; negative if the other way.
    pub(super) fn between(&self, ground: Option<&str>, one: PartyId, other: PartyId) -> Minor {
        match (self.from, self.to) {
            _ if self.schedule.as_deref() != ground => Minor::ZERO,
            forth if forth == (one, other) => self.amount,
            back if back == (other, one) => -self.amount,
            _ => Minor::ZERO,
        }
    }
}

/// What a clause says of an amount that it moves.
pub(super) struct Reason {
    pub(super) clause: ClauseKind,
    pub(super) name: String,
    pub(super) schedule: Option<String>,
    pub(super) period: Option<Period>,
    pub(super) note: String,
    pub(super) trace: Trace,
    /// The facts from outside behind it, by table and id.
    pub(super) facts: Vec<(Table, String)>,
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
            facts: reason.facts,
        });
    }

    /// What `from` owes `to` so far over all schedules and clauses; negative if the other way.
    pub(super) fn owed(&self, from: PartyId, to: PartyId) -> Minor {
        let pair = if from < to { (from, to) } else { (to, from) };
        let each = self.debts.iter().filter_map(|(_, debts)| debts.get(&pair).copied());
        let sum: Minor = each.sum();
        if from < to { sum } else { -sum }
    }

    /// What a party has earned in this period: its shares with priority and catch-up, and what usage fees gave or took.
    /// An empty list of schedules means all.
    pub(super) fn earned(&self, party: PartyId, schedules: &[String]) -> Minor {
        let name = self.contract.party_name(party);
        let of = |list: &[(String, Minor)]| -> Minor {
            list.iter().filter(|(party, _)| party == name).map(|(_, amount)| *amount).sum()
        };
        let results = self.schedules.iter().filter(|result| counts(schedules, &result.id));
        let segments = results.flat_map(|result| &result.segments);
        let earned = |segment: &super::SegmentResult| match segment.basis {
            "usage-fee" => of(&segment.positions),
            _ => segment.share_of(name),
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
            facts: Vec::new(),
        };
        self.adjust(true_up.from, true_up.to, true_up.amount, reason);
    }

    /// Every debt so far by the parties' names, in order; those of nothing are left out.
    pub(super) fn listed(&self) -> Vec<Payable> {
        let each = self.debts.iter().map(|(id, debts)| (id.as_ref(), debts));
        each.flat_map(|(id, debts)| self.named(nets(id, debts))).collect()
    }

    /// What is to be paid as things stand: one for a pair, or for a schedule and pair without
    /// netting.
    pub(super) fn nets(&self) -> Vec<Net> {
        if self.contract.netting {
            return nets(None, &netted(self.debts.iter().flat_map(|(_, debts)| debts)));
        }
        let mut ids: Vec<Option<&String>> = Vec::new();
        for (id, _) in &self.debts {
            if !ids.contains(&id.as_ref()) {
                ids.push(id.as_ref());
            }
        }
        let of = |id: Option<&String>| {
            let own = self.debts.iter().filter(|(other, _)| other.as_ref() == id);
            nets(id, &netted(own.flat_map(|(_, debts)| debts)))
        };
        ids.into_iter().flat_map(of).collect()
    }

    /// Who pays whom in the end, and when.
    pub(super) fn payables(&self) -> Vec<Payable> {
        self.named(self.nets())
    }

    fn named(&self, nets: Vec<Net>) -> Vec<Payable> {
        let terms = self.contract.cash.payment.as_ref();
        let payable = |net: Net| Payable {
            from: self.contract.party_name(net.from).to_owned(),
            to: self.contract.party_name(net.to).to_owned(),
            amount: net.amount,
            schedule: net.schedule,
            due: terms.map(|terms| terms.due(self.period)),
        };
        nets.into_iter().map(payable).collect()
    }

    /// Shows a balance even when it is zero.
    pub(super) fn keep_balance(&mut self, kind: BalanceKind, of: &str) {
        self.kept.push(BalanceName { kind, of: of.to_owned() });
    }

    /// The currency of a balance, if it is not the contract's.
    fn counts_in(&self, name: &BalanceName) -> Option<Currency> {
        let mut caps = self.contract.caps.iter();
        let cap = caps.find(|cap| name.kind == BalanceKind::Cap && cap.counts_in() == name.of);
        cap?.currency
    }

    /// Every balance that is not zero, or that a clause in force keeps.
    pub(super) fn shown(&self, closed: &Balances, restated: &Balances) -> Vec<Balance> {
        let all = closed.iter().chain(restated.iter()).chain(self.balances.iter());
        let mut names: Vec<&BalanceName> = all.map(|(name, _)| name).chain(&self.kept).collect();
        names.sort();
        names.dedup();
        let quantities = windows::quantities(self.contract, &names);
        let balance = |name: &BalanceName| {
            let (opening, closing) = (closed.get(name), self.balances.get(name));
            Balance {
                name: name.clone(),
                currency: self.counts_in(name),
                is_quantity: quantities.contains(name),
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

fn nets(schedule: Option<&String>, debts: &Debts) -> Vec<Net> {
    let owed = debts.iter().filter(|(_, amount)| !amount.is_zero());
    let net = |(&(one, other), &amount): (&(PartyId, PartyId), &Minor)| {
        let (from, to) = if amount > Minor::ZERO { (one, other) } else { (other, one) };
        Net { schedule: schedule.cloned(), from, to, amount: Minor(amount.0.abs()) }
    };
    owed.map(net).collect()
}
