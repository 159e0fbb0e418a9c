//! The laws that every settlement keeps, checked on the user's own contract. A breach is never the
//! contract's fault: it is a mistake of this program, and the example is what to report.

use std::collections::BTreeMap;

use super::Plan;
use super::chain::{Chain, chain, known, periods};
use crate::calendar::Period;
use crate::contract::{Basis, Contract, Late, Take};
use crate::fact::{Entry, Evidence};
use crate::money::Minor;
use crate::settlement::{
    Balances, Payable, Restatement, SegmentResult, Settlement, StepName, View, first_period,
    restate, settle_restating,
};

/// What was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Law {
    /// Lines add up to their totals, totals to the next.
    Footing,
    /// What the parties have adds up to what was sold, and what is paid is what is owed.
    Conservation,
    /// A balance opens where it closed, and moves by what it says.
    RollForward,
    /// Renewing a deal unchanged changes nothing.
    Renewal,
    /// What comes late is settled in the end as if it had come in time.
    InTime,
}

impl Law {
    pub(super) const ALL: [Self; 5] =
        [Self::Footing, Self::Conservation, Self::RollForward, Self::Renewal, Self::InTime];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Footing => "lines do not add up to their totals",
            Self::Conservation => "what the parties have is not what was sold",
            Self::RollForward => "a balance does not open where it closed",
            Self::Renewal => "renewing the terms unchanged changes what is settled",
            Self::InTime => "facts that come late are settled in total otherwise than in time",
        }
    }

    /// Is it broken by a stretch of months?
    pub(super) fn is_broken(
        self,
        contract: &Contract,
        entries: &[Entry],
        run: &[Settlement],
        plan: &Plan,
    ) -> bool {
        match self {
            Self::Footing => !run.iter().flat_map(segments).all(foots),
            Self::Conservation => !run.iter().all(|settlement| conserves(contract, settlement)),
            Self::RollForward => !rolls(run),
            Self::Renewal => !renews(contract, entries, run, plan),
            Self::InTime => in_time(contract, entries, run, plan) == Some(false),
        }
    }
}

fn segments(settlement: &Settlement) -> impl Iterator<Item = &SegmentResult> {
    settlement.schedules.iter().flat_map(|schedule| &schedule.segments)
}

fn sum(list: &[(String, Minor)]) -> Minor {
    list.iter().map(|(_, amount)| *amount).sum()
}

fn foots(segment: &SegmentResult) -> bool {
    use StepName::{
        CarriedIn, Cost, Deductions, Excess, GrossProfit, GrossSales, LossCarry, NetSales,
        Priority, Refunds, ShareBase, Uplift, UsageFee,
    };
    let of = |step| segment.amount(step);
    let lines = segment
        .steps
        .iter()
        .all(|step| step.lines.iter().map(|line| line.amount).sum::<Minor>() == step.total);
    if segment.steps.is_empty() || segment.total(UsageFee).is_some() {
        return lines;
    }
    let net = of(GrossSales) + of(Refunds) + of(Deductions);
    let profit = net - (of(Cost) + of(Uplift) + of(CarriedIn) - of(Excess));
    let shown = segment.total(GrossProfit).unwrap_or(profit);
    let base = profit + of(LossCarry) - of(Priority);
    let shared = sum(&segment.shares) == base && sum(&segment.priority) == of(Priority);
    lines && net == of(NetSales) && profit == shown && base == of(ShareBase) && shared
}

/// Positions add up to net sales; and each party is paid its position and what clauses moved, less
/// the sales whose cash it holds.
fn conserves(contract: &Contract, settlement: &Settlement) -> bool {
    let sold = |segment: &SegmentResult| segment.amount(StepName::NetSales);
    let held = segments(settlement).all(|segment| sum(&segment.positions) == sold(segment));
    let mut due: BTreeMap<&str, Minor> = BTreeMap::new();
    for (party, amount) in &settlement.positions {
        *due.entry(party).or_default() += *amount;
    }
    for (schedule, result) in contract.schedules.iter().zip(&settlement.schedules) {
        if let Some(seller) = schedule.seller {
            let cash: Minor = result.segments.iter().map(sold).sum();
            *due.entry(contract.party_name(seller)).or_default() -= cash;
        }
    }
    for moved in &settlement.adjustments {
        *due.entry(&moved.to).or_default() += moved.amount;
        *due.entry(&moved.from).or_default() -= moved.amount;
    }
    for payable in &settlement.payables {
        *due.entry(&payable.to).or_default() -= payable.amount;
        *due.entry(&payable.from).or_default() += payable.amount;
    }
    held && due.values().all(|left| left.is_zero())
}

fn rolls(run: &[Settlement]) -> bool {
    let mut before = Balances::default();
    run.iter().all(|settlement| {
        let shown = settlement.balances.iter().all(|balance| {
            balance.opening == before.get(&balance.name)
                && balance.opening + balance.movement == balance.closing
        });
        let kept = before
            .iter()
            .all(|(name, _)| settlement.balances.iter().any(|balance| balance.name == *name));
        before = settlement.closing();
        shown && kept
    })
}

/// The deal signed again, unchanged, in the middle of the second month.
fn renews(contract: &Contract, entries: &[Entry], run: &[Settlement], plan: &Plan) -> bool {
    let periods = periods(contract, plan);
    let Some(second) = periods.get(1).or(periods.first()) else { return true };
    let day = second.first_day().plus(9);
    let mut renewed = contract.clone();
    for schedule in &mut renewed.schedules {
        let last = schedule.terms.last().filter(|last| last.effective < day).cloned();
        if let Some(last) = last {
            schedule.terms.push(crate::contract::Terms { effective: day, ..last });
        }
    }
    // The renewed contract's months go on for longer.
    matches!(chain(&renewed, entries, plan), Chain::Settled(again) if again.starts_with(run))
}

/// What one party owes another in all, with a sign.
type Owed = BTreeMap<(String, String), Minor>;

fn owe(owed: &mut Owed, from: &str, to: &str, amount: Minor) {
    let (pair, amount) = if from < to { ((from, to), amount) } else { ((to, from), -amount) };
    let pair = (pair.0.to_owned(), pair.1.to_owned());
    *owed.entry(pair).or_insert(Minor::ZERO) += amount;
}

fn add(owed: &mut Owed, settlement: &Settlement) {
    let debt = |debt: &Payable| (debt.from.clone(), debt.to.clone(), debt.amount);
    let debts = settlement.debts.iter().map(debt);
    let true_ups = settlement.true_ups.iter().flat_map(|each| each.debts.iter().cloned());
    debts.chain(true_ups).for_each(|(from, to, amount)| owe(owed, &from, &to, amount));
}

/// Every second fact of the first half of the months comes after that half was closed. None where
/// the law does not speak: of contracts that do not restate, and of fees that a calendar makes due.
fn in_time(
    contract: &Contract,
    entries: &[Entry],
    run: &[Settlement],
    plan: &Plan,
) -> Option<bool> {
    if contract.late != Late::Restate || contract.finality.is_some() || has_fees(contract) {
        return None;
    }
    let periods = periods(contract, plan);
    let half = *periods.get(periods.len() / 2)?;
    let late = |(at, entry): &(usize, &Entry)| match entry {
        Entry::Fact(fact) => at % 2 == 1 && fact.time.day_in(&contract.zone) < half.first_day(),
        Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => false,
    };
    let early = entries.iter().enumerate().filter(|each| !late(each));
    let early: Vec<Entry> = early.map(|(_, entry)| entry.clone()).collect();
    let early = known(contract, &early);
    let all = known(contract, entries);
    let first = first_period(contract, &all)?;
    if first_period(contract, &early) != Some(first) {
        return None;
    }
    let mut as_it_came = Owed::new();
    let mut book = Closer { contract, first, last: None, closing: Balances::default() };
    for settlement in run {
        let evidence = if settlement.period < half { &early } else { &all };
        add(&mut as_it_came, &book.close(settlement.period, evidence)?);
    }
    let mut at_once = Owed::new();
    run.iter().for_each(|settlement| add(&mut at_once, settlement));
    as_it_came.retain(|_, amount| !amount.is_zero());
    at_once.retain(|_, amount| !amount.is_zero());
    Some(as_it_came == at_once)
}

/// A book that closes one period after the other.
struct Closer<'a> {
    contract: &'a Contract,
    first: Period,
    last: Option<(Period, &'a Evidence)>,
    closing: Balances,
}

impl<'a> Closer<'a> {
    fn close(&mut self, period: Period, evidence: &'a Evidence) -> Option<Settlement> {
        let (contract, first) = (self.contract, self.first);
        let restatement = match self.last {
            None => Restatement::default(),
            Some((last, known)) => {
                let now = View { contract, evidence, first };
                let then = View { contract, evidence: known, first };
                restate(now, &[(last, then)], &self.closing, (None, last)).ok()?
            }
        };
        let opening = &self.closing;
        let settlement =
            settle_restating(contract, period, evidence, opening, &restatement).ok()?;
        self.closing = settlement.closing();
        self.last = Some((period, evidence));
        Some(settlement)
    }
}

/// Is something due in every period, whether or not anything happens?
fn has_fees(contract: &Contract) -> bool {
    let bases = contract.schedules.iter().flat_map(|schedule| &schedule.terms);
    bases.into_iter().any(|terms| match &terms.basis {
        Basis::Shared(shared) => {
            let fee = |take: &Take| match take {
                Take::Fee(_) => true,
                Take::Rate { .. } => false,
            };
            shared.priority.iter().any(|each| fee(&each.take))
                || shared.cost.rates.iter().any(|rate| !rate.flat.is_zero())
        }
        Basis::UsageFee(fee) => fee.rates.iter().any(|rate| !rate.flat.is_zero()),
        Basis::Excluded => false,
    })
}
