//! The flow of a settlement: place every fact, run each segment's waterfall, add up.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::carried::Carried;
use super::dues::Dues;
use super::exchange::UsedRate;
use super::placement::{Placed, Share, place};
use super::positions::{ByParty, Debts, give, owe, owed_by};
use super::restate::Restated;
use super::sales::Place;
use super::settled::{Exception, ExceptionKind, ScheduleResult, SegmentResult, Settlement, Slice};
use super::sheet::Sheet;
use super::tiers::Ground;
use super::{
    arrival, clauses, cost, exchange, losses, positions, priority, sales, usage_fee, windows,
};
use crate::calendar::Period;
use crate::contract::{
    Basis, Carry, Contract, Losses, PartyId, Recognition, Schedule, Segment, ShareKind,
    SharedTerms, UsageFeeTerms,
};
use crate::fact::{Evidence, Kind};
use crate::finding::Finding;
use crate::money::Minor;

/// Settles one period of a contract: a pure function of its arguments.
///
/// `opening` are the balances at the end of the period before; [`Settlement::closing`] gives those
/// that the next period opens with.
///
/// # Errors
/// Everything that keeps the period from being settled, at once: facts in another currency,
/// charges with neither amount nor price.
pub fn settle(
    contract: &Contract,
    period: Period,
    evidence: &Evidence,
    opening: &Balances,
) -> Result<Settlement, Vec<Finding>> {
    let nothing = Restatement { balances: opening.clone(), ..Restatement::default() };
    settle_restating(contract, period, evidence, opening, &nothing)
}

/// What the closed periods now are, as far as the open one is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restatement {
    /// The balances at the end of the last closed period as they are now.
    pub balances: Balances,
    /// What closed periods now give more or less than was settled for them.
    pub true_ups: Vec<TrueUp>,
    /// The lines behind the true-ups.
    pub restated: Vec<Restated>,
    /// Facts of closed periods that came late and cannot be settled there either.
    pub exceptions: Vec<Exception>,
    /// What the closed periods that were settled anew now end with.
    pub ends: super::Ends,
}

/// One difference between what a closed period now is and what was settled for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueUp {
    /// The closed period.
    pub period: Period,
    /// The schedule it concerns, if it is one.
    pub schedule: Option<String>,
    /// The line it concerns.
    pub line: String,
    /// Owes the difference.
    pub from: PartyId,
    /// Is owed it.
    pub to: PartyId,
    /// Negative if it is owed the other way.
    pub amount: Minor,
    /// What it says, for a reader.
    pub note: String,
}

/// Settles the open period, with what closed periods were restated by.
///
/// # Errors
/// As [`settle`].
pub fn settle_restating(
    contract: &Contract,
    period: Period,
    evidence: &Evidence,
    opening: &Balances,
    restatement: &Restatement,
) -> Result<Settlement, Vec<Finding>> {
    let mut placed = place(contract, period, evidence);
    let mut findings = std::mem::take(&mut placed.findings);
    let restated = restatement.balances.with_cash_of(opening);
    let mut books = Books::new(contract, &restated);
    windows::begin(contract, period, &mut books.balances);
    let schedules = std::mem::take(&mut placed.schedules);
    let mut results = Vec::new();
    for (schedule, segments) in contract.schedules.iter().zip(schedules) {
        match books.schedule(&mut placed, (schedule, period), segments) {
            Ok(result) => results.push(result),
            Err(finding) => findings.push(finding),
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    placed.exceptions.extend(restatement.exceptions.iter().cloned());
    placed
        .exceptions
        .sort_by(|a, b| (a.kind, &a.schedule, &a.key).cmp(&(b.kind, &b.schedule, &b.key)));
    let positions = named(contract, &books.positions);
    let mut dues = books.dues(period, evidence, &results);
    clauses::entitle(&mut dues).map_err(|finding| vec![finding])?;
    let debts = dues.listed();
    restatement.true_ups.iter().for_each(|true_up| dues.true_up(true_up));
    clauses::pay(&mut dues).map_err(|finding| vec![finding])?;
    let payables = dues.payables();
    let balances = dues.shown(opening, &restated);
    let (adjustments, withheld) = (dues.adjustments, dues.withheld);
    Ok(Settlement {
        contract: contract.id.clone(),
        period,
        currency: contract.currency,
        schedules: results,
        positions,
        debts,
        adjustments,
        withheld,
        true_ups: restatement.restated.clone(),
        payables,
        balances,
        exceptions: placed.exceptions,
        refused_rates: arrival::refused_rates(contract, period, evidence),
    })
}

/// What is carried through the schedules and segments of one period.
struct Books<'a> {
    contract: &'a Contract,
    balances: Balances,
    /// Balances to show even when they are zero, because a clause in force keeps them.
    kept: Vec<BalanceName>,
    positions: ByParty,
    /// Debts per schedule, in the contract's order.
    debts: Vec<(String, Debts)>,
}

impl<'a> Books<'a> {
    fn new(contract: &'a Contract, opening: &Balances) -> Self {
        Self {
            contract,
            balances: opening.clone(),
            kept: Vec::new(),
            positions: ByParty::new(),
            debts: Vec::new(),
        }
    }

    fn schedule(
        &mut self,
        placed: &mut Placed<'a>,
        (schedule, period): (&'a Schedule, Period),
        segments: Vec<(Segment<'a>, Vec<Share<'a>>)>,
    ) -> Result<ScheduleResult, Finding> {
        let mut debts = Debts::new();
        let mut balances = std::mem::take(&mut self.balances);
        let mut carried = Carried::new(schedule, period, &mut balances);
        let mut total = ByParty::new();
        let mut results = Vec::new();
        for (segment, shares) in segments {
            let sheet = Sheet::new(self.contract, segment.terms);
            let rates = exchange::used(&shares);
            carried.enter(&segment);
            let done = match &segment.terms.basis {
                Basis::Shared(terms) => {
                    list_unused(placed, schedule, &shares, |share| enters(terms, share));
                    self.shared(sheet, &segment, terms, &shares, &mut carried, &mut debts)?
                }
                Basis::UsageFee(terms) => {
                    list_unused(placed, schedule, &shares, |share| {
                        usage_fee::is_priced(terms, share.key)
                    });
                    let balances = &mut *carried.balances;
                    windows::advance(&sheet, schedule, segment.from, &shares, balances)?;
                    self.kept.extend(windows::kept(self.contract, schedule, segment.terms));
                    usage(sheet, terms, &shares, &mut carried, &mut debts)?
                }
                Basis::Excluded => Done::excluded(),
            };
            done.positions.iter().for_each(|(&party, &amount)| give(&mut total, party, amount));
            results.push(done.result(self.contract, &segment, rates));
        }
        self.balances = balances;
        total.iter().for_each(|(&party, &amount)| give(&mut self.positions, party, amount));
        self.debts.push((schedule.id.clone(), debts));
        let positions = named(self.contract, &total);
        Ok(ScheduleResult { id: schedule.id.clone(), segments: results, positions })
    }

    fn shared(
        &mut self,
        mut sheet: Sheet<'a>,
        segment: &Segment<'_>,
        terms: &SharedTerms,
        shares: &[Share<'_>],
        carried: &mut Carried<'_>,
        debts: &mut Debts,
    ) -> Result<Done, Finding> {
        let schedule = carried.schedule;
        sales::write(&mut sheet, terms, shares, carried)?;
        cost::write(&mut sheet, terms, shares, carried)?;
        let balances = &mut *carried.balances;
        let taken = priority::taken(&sheet, terms, segment, &schedule.id, balances)?;
        let mut priority = ByParty::new();
        taken.iter().for_each(|taken| give(&mut priority, taken.to, taken.amount));
        losses::write(&mut sheet, &terms.losses, taken, carried)?;
        let balances = &mut *carried.balances;
        let split = &terms.split;
        let divided = Ground { sheet: &sheet, schedule, split, facts: shares }.divide(balances)?;
        windows::advance(&sheet, schedule, segment.from, shares, balances)?;
        self.keep(schedule, segment, terms);
        let mut all = priority.clone();
        let shares = divided.shares;
        shares.iter().chain(&divided.catch_up).for_each(|(&to, &part)| give(&mut all, to, part));
        let positions = positions::shared(&sheet, schedule, terms, &all);
        let seller = schedule.seller.expect("a checked shared basis has a seller");
        owed_by(debts, seller, &positions);
        let basis = match terms.kind {
            ShareKind::GrossProfit => "gross-profit",
            ShareKind::NetSales => "net-sales",
        };
        Ok(Done {
            basis,
            steps: sheet.into_steps(),
            slices: divided.slices,
            shares,
            priority,
            catch_up: divided.catch_up,
            positions,
        })
    }

    /// Balances that the clauses in force keep are shown even while they are zero.
    fn keep(&mut self, schedule: &Schedule, segment: &Segment<'_>, terms: &SharedTerms) {
        self.kept.extend(windows::kept(self.contract, schedule, segment.terms));
        let mut keep = |kind| {
            self.kept.push(BalanceName { kind, of: schedule.id.clone() });
        };
        let whole = |carry: &Carry| carry.periods.is_none();
        if let Losses::CarryForward(losses) = &terms.losses
            && whole(&losses.carry)
        {
            keep(BalanceKind::Loss);
        }
        if terms.cost.ceiling.is_some() && terms.cost.excess.carry().is_some_and(whole) {
            keep(BalanceKind::ExcessCost);
        }
        if terms.recognition == Recognition::Collected {
            keep(BalanceKind::Uncollected);
        }
    }

    /// Hands over to the contract-wide clauses.
    fn dues(
        self,
        period: Period,
        evidence: &'a Evidence,
        schedules: &'a [ScheduleResult],
    ) -> Dues<'a> {
        Dues {
            contract: self.contract,
            period,
            evidence,
            schedules,
            balances: self.balances,
            kept: self.kept,
            debts: self.debts.into_iter().map(|(id, debts)| (Some(id), debts)).collect(),
            adjustments: Vec::new(),
            withheld: Vec::new(),
        }
    }
}

/// A segment's result before parties have names.
struct Done {
    basis: &'static str,
    steps: Vec<super::Step>,
    slices: Vec<Slice>,
    shares: ByParty,
    priority: ByParty,
    catch_up: ByParty,
    positions: ByParty,
}

impl Done {
    /// Nothing is settled.
    fn excluded() -> Self {
        Self {
            basis: "excluded",
            steps: Vec::new(),
            slices: Vec::new(),
            shares: ByParty::new(),
            priority: ByParty::new(),
            catch_up: ByParty::new(),
            positions: ByParty::new(),
        }
    }

    fn result(
        self,
        contract: &Contract,
        segment: &Segment<'_>,
        rates: Vec<UsedRate>,
    ) -> SegmentResult {
        SegmentResult {
            from: segment.from,
            to: segment.to,
            effective: segment.terms.effective,
            basis: self.basis,
            steps: self.steps,
            rates,
            slices: self.slices,
            shares: named(contract, &self.shares),
            priority: named(contract, &self.priority),
            catch_up: named(contract, &self.catch_up),
            positions: named(contract, &self.positions),
        }
    }
}

fn usage(
    mut sheet: Sheet<'_>,
    terms: &UsageFeeTerms,
    shares: &[Share<'_>],
    carried: &mut Carried<'_>,
    debts: &mut Debts,
) -> Result<Done, Finding> {
    let fee = usage_fee::write(&mut sheet, terms, shares, carried)?;
    owe(debts, terms.payer, terms.payee, fee);
    let positions = positions::usage_fee(terms, fee);
    Ok(Done {
        basis: "usage-fee",
        steps: sheet.into_steps(),
        slices: Vec::new(),
        shares: ByParty::new(),
        priority: ByParty::new(),
        catch_up: ByParty::new(),
        positions,
    })
}

/// Does a step of the waterfall take the fact? Usage readings are there to be asked, not used up.
fn enters(terms: &SharedTerms, share: &Share<'_>) -> bool {
    share.key.kind == Kind::Usage
        || sales::place(terms, share.key) != Place::Nowhere
        || cost::cost_part(terms, share.key).is_some()
}

/// Lists what belongs to a segment but enters none of its steps.
fn list_unused<'a>(
    placed: &mut Placed<'a>,
    schedule: &Schedule,
    shares: &[Share<'a>],
    enters: impl Fn(&Share<'_>) -> bool,
) {
    for share in shares.iter().filter(|share| !enters(share)) {
        let (kind, note) = match share.key.kind {
            Kind::Usage | Kind::Charge => (
                ExceptionKind::Unrated,
                "no rate of the terms in force prices its unit and product",
            ),
            Kind::Cost => {
                (ExceptionKind::NotDeducted, "the terms in force do not deduct its category")
            }
            Kind::Refund
            | Kind::Credit
            | Kind::Chargeback
            | Kind::Tax
            | Kind::Fee
            | Kind::Collected => {
                (ExceptionKind::NotDeducted, "no step of the terms in force asks for it")
            }
        };
        placed.except(kind, Some(&schedule.id), share, note);
    }
}

fn named(contract: &Contract, by_party: &ByParty) -> Vec<(String, Minor)> {
    let name = |(party, amount): (&_, &Minor)| (contract.party_name(*party).to_owned(), *amount);
    by_party.iter().map(name).collect()
}

impl Settlement {
    /// The balances that the next period opens with.
    pub fn closing(&self) -> Balances {
        let mut balances = Balances::default();
        for balance in &self.balances {
            balances.set(balance.name.clone(), balance.closing);
        }
        balances
    }
}
