//! Closed periods computed again with all that is known now, and what that changes.
//!
//! The law: what was settled in total up to a period is what would have been settled had every
//! fact arrived in time. What closed periods now are, less what was settled for them so far, is
//! paid as true-ups, for each pair of parties, each closed period and each schedule.

use std::collections::BTreeMap;

use super::balances::Balances;
use super::codes;
use super::settle::{Restatement, TrueUp, settle};
use super::settled::{Exception, ScheduleResult, SegmentResult, Settlement, StepName};
use super::start::Start;
use crate::calendar::{Day, Period};
use crate::contract::{Contract, PartyId};
use crate::fact::Evidence;
use crate::finding::Finding;
use crate::money::Minor;

/// What was agreed and what was known at one moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The contract as it was.
    pub contract: &'a Contract,
    /// All that was known.
    pub evidence: &'a Evidence,
    /// The first period that there is anything to settle for; those before it are empty.
    pub first: Period,
}

/// What a restatement changed in one closed period, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The closed period.
    pub period: Period,
    /// The schedule; none for what clauses beside all schedules moved.
    pub schedule: Option<String>,
    /// What one party owes another on this account: from, to, a positive amount.
    pub debts: Vec<(String, String, Minor)>,
    /// The lines that changed, in the order of the waterfall.
    pub lines: Vec<RestatedLine>,
}

/// A line of a closed period that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatedLine {
    /// The first day of its segment; none for a clause beside all schedules.
    pub segment: Option<Day>,
    /// The step of the waterfall, `share`, `catch-up`, or the name of a clause.
    pub step: String,
    /// The deduction's own name, the party of a share, or what a clause says of itself.
    pub name: Option<String>,
    /// The model, where the step has products.
    pub product: String,
    /// As settled so far.
    pub settled: Minor,
    /// As it is now.
    pub now: Minor,
}

impl RestatedLine {
    /// Now, less what was settled.
    pub fn difference(&self) -> Minor {
        self.now - self.settled
    }
}

/// Computes all periods up to `last` again. `then` is what they were settled from so far: one view
/// for each stretch of periods, with the last period of the stretch, in order. `closed` are the
/// balances that the last closed period ended with. Without a `start` all are computed; the result is the
/// same.
///
/// # Errors
/// What keeps a period from being settled now, or from being compared with what it was.
pub fn restate(
    now: View<'_>,
    then: &[(Period, View<'_>)],
    closed: &Balances,
    (start, last): (Option<&Start>, Period),
) -> Result<Restatement, Vec<Finding>> {
    let mut restatement = Restatement::default();
    restatement.balances = each_closed(now, then, (start, last), |closed| {
        let (was, is) = (closed.was.as_ref(), closed.is.as_ref());
        let end = is.map(|is| is.closing().without_cash()).unwrap_or_default();
        restatement.ends.push((closed.period, end));
        compare(now.contract, closed.period, was, is, &mut restatement)
    })?;
    for (name, amount) in closed.iter().filter(|(name, _)| name.kind.is_cash()) {
        restatement.balances.set(name.clone(), amount);
    }
    Ok(restatement)
}

/// A closed period as it was settled so far, and as it is now; none where there was nothing to
/// settle.
#[derive(Clone, Debug)]
pub struct Closed {
    /// Which.
    pub period: Period,
    /// As settled so far.
    pub was: Option<Settlement>,
    /// As it is now.
    pub is: Option<Settlement>,
}

/// Every closed period both ways, from the first or from `start` to `last`; gives back the balances that the last
/// one now ends with. The arguments are those of [`restate`].
///
/// # Errors
/// What keeps a period from being settled now, or from being compared with what it was; and the
/// errors of `each`.
pub fn each_closed(
    now: View<'_>,
    then: &[(Period, View<'_>)],
    (start, last): (Option<&Start>, Period),
    mut each: impl FnMut(Closed) -> Result<(), Vec<Finding>>,
) -> Result<Balances, Vec<Finding>> {
    then.iter().try_for_each(|(_, view)| comparable(now.contract, view.contract))?;
    let first = then.iter().map(|(_, view)| view.first).fold(now.first, Period::min);
    let mut period = start.map_or(first, |start| start.period);
    let mut is_now = Chain::default();
    start.iter().for_each(|start| is_now.end_with(&start.balances));
    let mut was_then = is_now.clone();
    while period <= last {
        let view = then.iter().find(|(through, _)| period <= *through);
        let is = is_now.settle(now, period)?;
        let was = view.map(|(_, view)| was_then.settle(*view, period)).transpose()?.flatten();
        each(Closed { period, was, is })?;
        period = period.next();
    }
    Ok(is_now.balances)
}

/// Periods settled one after the other.
#[derive(Clone, Default)]
struct Chain {
    balances: Balances,
}

impl Chain {
    fn settle(
        &mut self,
        view: View<'_>,
        period: Period,
    ) -> Result<Option<Settlement>, Vec<Finding>> {
        if period < view.first {
            return Ok(None);
        }
        let settlement = settle(view.contract, period, view.evidence, &self.balances)?;
        self.end_with(&settlement.closing());
        Ok(Some(settlement))
    }

    /// What was paid stays as it was, and is not settled anew.
    fn end_with(&mut self, balances: &Balances) {
        self.balances = balances.without_cash();
    }
}

/// An amendment that changes the currency or the length of periods is another contract.
fn comparable(now: &Contract, then: &Contract) -> Result<(), Vec<Finding>> {
    let mut findings = Vec::new();
    if now.currency != then.currency {
        let message = format!(
            "{} settles in {}, but its closed periods were settled in {}",
            now.id, now.currency, then.currency
        );
        let help = "keep the currency, and write what is agreed anew as a contract of its own";
        findings.push(Finding::new(&codes::OTHER_CURRENCY, message).help(help));
    }
    if now.period != then.period {
        let message = format!("{} has periods of another length than those it closed", now.id);
        let help = "keep `period`, and write what is agreed anew as a contract of its own";
        findings.push(Finding::new(&codes::OTHER_PERIODS, message).help(help));
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// A line's place in a statement, in the order in which statements have them.
type Place = (Option<Day>, usize, String, Option<String>, String);
/// What was, what is.
type Change = (Minor, Minor);
/// The lines of a schedule.
type Changes = BTreeMap<Place, Change>;
/// What a party owes another for a schedule.
type Owed = BTreeMap<(Option<String>, PartyId, PartyId), Change>;

fn compare(
    contract: &Contract,
    period: Period,
    was: Option<&Settlement>,
    is: Option<&Settlement>,
    restatement: &mut Restatement,
) -> Result<(), Vec<Finding>> {
    let mut owed = Owed::new();
    let mut lines: BTreeMap<Option<String>, Changes> = BTreeMap::new();
    for (settlement, now) in [(was, false), (is, true)] {
        let Some(settlement) = settlement else { continue };
        collect_debts(contract, settlement, now, &mut owed)?;
        collect_lines(settlement, now, &mut lines);
    }
    lines.values_mut().for_each(in_whole);
    for (schedule, changes) in &mut lines {
        let of = |result: &&ScheduleResult| Some(&result.id) == schedule.as_ref();
        let both = [was, is].into_iter().flatten().flat_map(|settlement| &settlement.schedules);
        let mut segments = both.filter(of).flat_map(|result| &result.segments);
        // Where no cost is deducted, gross profit is net sales once more.
        if !segments.any(|segment| segment.basis == "gross-profit") {
            changes.retain(|(_, order, ..), _| *order != StepName::GrossProfit as usize);
        }
    }
    owed.retain(|_, (was, is)| was != is);
    lines.retain(|_, changes| {
        changes.retain(|_, (was, is)| was != is);
        !changes.is_empty()
    });
    let ids = contract.schedules.iter().map(|schedule| Some(schedule.id.clone()));
    let mut ids: Vec<Option<String>> = ids.collect();
    let others = owed.keys().map(|(id, _, _)| id).chain(lines.keys());
    let mut others: Vec<_> = others.filter(|id| !ids.contains(id)).cloned().collect();
    others.sort();
    others.dedup();
    // What stands beside all schedules comes last.
    others.sort_by_key(Option::is_none);
    ids.append(&mut others);
    for schedule in ids {
        let debts = owed.iter().filter(|((id, _, _), _)| *id == schedule);
        let debts: Vec<_> = debts.map(|((_, from, to), change)| (*from, *to, *change)).collect();
        let lines = lines.remove(&schedule).unwrap_or_default();
        if debts.is_empty() && lines.is_empty() {
            continue;
        }
        let named = debts.iter().map(|(from, to, (was, is))| {
            let (from, to) = if is > was { (from, to) } else { (to, from) };
            let name = |party: &PartyId| contract.party_name(*party).to_owned();
            (name(from), name(to), Minor((*is - *was).0.abs()))
        });
        let debts_named = named.collect();
        let lines = lines.into_iter().map(line).collect();
        let true_ups = debts.into_iter().map(|debt| true_up(contract, period, &schedule, debt));
        restatement.true_ups.extend(true_ups);
        restatement.restated.push(Restated { period, schedule, debts: debts_named, lines });
    }
    let known = was.map(|was| was.exceptions.as_slice()).unwrap_or_default();
    let late = is.into_iter().flat_map(|is| &is.exceptions);
    let late = late.filter(|exception: &&Exception| !known.contains(exception));
    restatement.exceptions.extend(late.cloned());
    Ok(())
}

/// A step that mixes products with what has none is one line: a part without a name beside it would
/// read like the whole.
fn in_whole(changes: &mut Changes) {
    let mut steps: BTreeMap<_, Vec<(String, Change)>> = BTreeMap::new();
    for ((segment, order, step, name, product), change) in std::mem::take(changes) {
        steps.entry((segment, order, step, name)).or_default().push((product, change));
    }
    for ((segment, order, step, name), mut lines) in steps {
        if lines.len() > 1 && lines.iter().any(|(product, _)| product.is_empty()) {
            let was = lines.iter().map(|(_, (was, _))| *was).sum();
            let is = lines.iter().map(|(_, (_, is))| *is).sum();
            lines = vec![(String::new(), (was, is))];
        }
        let place = |product| (segment, order, step.clone(), name.clone(), product);
        changes.extend(lines.into_iter().map(|(product, change)| (place(product), change)));
    }
}

fn line(((segment, _, step, name, product), (settled, now)): (Place, Change)) -> RestatedLine {
    RestatedLine { segment, step, name, product, settled, now }
}

fn true_up(
    contract: &Contract,
    period: Period,
    schedule: &Option<String>,
    (from, to, (was, is)): (PartyId, PartyId, Change),
) -> TrueUp {
    let shown = |amount: Minor| {
        if amount.is_zero() {
            return "nothing".to_owned();
        }
        let (payer, payee) = if amount < Minor::ZERO { (to, from) } else { (from, to) };
        let amount = Minor(amount.0.abs()).display(contract.currency);
        let name = |party| contract.party_name(party);
        format!("{} owes {} {amount}", name(payer), name(payee))
    };
    TrueUp {
        period,
        schedule: schedule.clone(),
        line: schedule.clone().unwrap_or_else(|| contract.id.clone()),
        from,
        to,
        amount: is - was,
        note: format!("for {period} now {}; settled so far: {}", shown(is), shown(was)),
    }
}

fn collect_debts(
    contract: &Contract,
    settlement: &Settlement,
    now: bool,
    owed: &mut Owed,
) -> Result<(), Vec<Finding>> {
    for debt in &settlement.debts {
        let party = |name: &str| {
            contract.party(name).ok_or_else(|| {
                let message = format!(
                    "{name} has a part in {}, which is closed, but is no party of {} any more",
                    settlement.period, contract.id
                );
                let help = "keep it under [parties]; it need not have a share";
                vec![Finding::new(&codes::PARTY_GONE, message).help(help)]
            })
        };
        let (from, to) = (party(&debt.from)?, party(&debt.to)?);
        let (from, to, amount) =
            if from < to { (from, to, debt.amount) } else { (to, from, -debt.amount) };
        let change = owed.entry((debt.schedule.clone(), from, to)).or_default();
        if now { change.1 += amount } else { change.0 += amount }
    }
    Ok(())
}

fn collect_lines(
    settlement: &Settlement,
    now: bool,
    lines: &mut BTreeMap<Option<String>, Changes>,
) {
    let mut put = |schedule: Option<String>, place: Place, amount: Minor| {
        let change = lines.entry(schedule).or_default().entry(place).or_default();
        if now { change.1 += amount } else { change.0 += amount }
    };
    for schedule in &settlement.schedules {
        for segment in &schedule.segments {
            segment_lines(segment, &mut |place, amount| {
                put(Some(schedule.id.clone()), place, amount)
            });
        }
    }
    for adjustment in &settlement.adjustments {
        let parties = format!("{} to {}", adjustment.from, adjustment.to);
        let clause = adjustment.clause.as_str().to_owned();
        let name = Some(format!("{}: {parties}", adjustment.name));
        let place = (None, 0, clause, name, String::new());
        put(adjustment.schedule.clone(), place, adjustment.amount);
    }
}

fn segment_lines(segment: &SegmentResult, put: &mut impl FnMut(Place, Minor)) {
    let from = Some(segment.from);
    for step in &segment.steps {
        for line in &step.lines {
            let (order, name) = (step.name as usize, step.name.as_str().to_owned());
            put((from, order, name, step.label.clone(), line.product.clone()), line.amount);
        }
    }
    for (what, list) in [("share", &segment.shares), ("catch-up", &segment.catch_up)] {
        for (party, amount) in list {
            let name = Some(party.clone());
            put((from, usize::MAX, what.to_owned(), name, String::new()), *amount);
        }
    }
}
