//! The slow, obvious oracle: what a statement must say, from semantics §3 to §5, fact by fact.
//!
//! It adds nothing up beforehand, keeps every number a fraction until the step that rounds it,
//! and shares no line with the program.

use std::collections::BTreeMap;

use time::Date;

use super::calendar::Span;
use super::converting::converted;
use super::history::{Earned, History, Month, Moved};
use super::numbers::{split_exactly, whole};
use super::outcome::{Adjusted, Outcome, Segment, Step};
use super::placing::{Placed, in_force, place, reach, unsettled};
use super::sharing::parts;
use super::waterfall::{Carried, Fall, fee, shared};
use super::world::{
    Deal, OffTheTop, PlainContract, PlainPriority, PlainSchedule, PlainTerms, Q, Shared, What,
    World, zero,
};

/// Balances by the name they have in statements; what is not listed is zero.
pub(crate) type Balances = BTreeMap<String, i128>;

/// What tables of random worlds measure.
pub(crate) const TIERED_BY: [&str; 4] = ["gross-sales", "net-sales", "gross-profit", "share-base"];

/// What happened in a segment, and which part of the period it is.
struct Stretch<'f> {
    facts: &'f [&'f Placed<'f>],
    days: (Date, Date),
    part_of_period: Q,
}

/// The statement of one period, after those that the history tells of.
fn settle(world: &World, period: Span, opening: &Balances, history: &mut History<'_>) -> Outcome {
    let mut books = Books::default();
    let mut earned = Vec::new();
    let mut outcome = Outcome { period: period.name(), ..Outcome::default() };
    for (at, schedule) in world.contract.schedules.iter().enumerate() {
        let facts: Vec<Placed<'_>> =
            place(world, period).into_iter().filter(|placed| placed.schedule == at).collect();
        let loss = format!("loss/{}", schedule.id);
        let excess = format!("excess-cost/{}", schedule.id);
        let read = |name: &str| opening.get(name).copied().unwrap_or(0);
        let mut carried = Carried::opening(read(&loss), read(&excess));
        // Tables measure a lifetime, hurdles each period anew.
        let measure = |by: &str| format!("tier-measure/{}/{by}", schedule.id);
        for by in TIERED_BY {
            carried.measures.insert(by.to_owned(), read(&measure(by)));
        }
        let mut segments = Vec::new();
        books.earned.clear();
        for (from, to, terms) in segments_of(schedule, period) {
            let days = |from: Date, to: Date| whole(i128::from((to - from).whole_days() + 1));
            let part = days(from, to) / days(period.first, period.last);
            let of_segment: Vec<Placed<'_>> = if schedule.by_days {
                // Every version has its part of every fact, by its days of those that any has.
                let all = segments_of(schedule, period);
                let all: Q = all.iter().map(|(from, to, _)| days(*from, *to)).sum();
                let part = days(from, to) / all;
                let cut = |placed: &Placed<'_>| placed.part.clone() * &part;
                facts.iter().map(|one| Placed { part: cut(one), ..one.clone() }).collect()
            } else {
                let within = |placed: &&Placed<'_>| from <= placed.day && placed.day <= to;
                facts.iter().filter(within).cloned().collect()
            };
            let mine: Vec<&Placed<'_>> = of_segment.iter().collect();
            let on = Stretch { facts: &mine, days: (from, to), part_of_period: part };
            let (steps, shares) =
                books.segment(&world.contract, schedule, terms, &on, &mut carried);
            segments.push(Segment { from, to, effective: terms.effective, steps, shares });
        }
        outcome.schedules.push((schedule.id.clone(), segments));
        earned.push(std::mem::take(&mut books.earned));
        let mut closings = vec![(loss, carried.loss), (excess, carried.excess)];
        let hurdles = opening.keys().filter_map(|name| name.strip_prefix(&measure("")));
        for by in hurdles {
            carried.measures.entry(by.to_owned()).or_default();
        }
        closings.extend(carried.measures.iter().map(|(by, closing)| (measure(by), *closing)));
        for (name, closing) in closings {
            let opening = read(&name);
            if opening != 0 || closing != 0 {
                outcome.balances.insert(name, [opening, closing - opening, closing]);
            }
        }
    }
    let name = |party: usize| world.contract.parties[party].to_owned();
    let moved = books.positions.iter().filter(|(_, amount)| **amount != 0);
    outcome.positions = moved.map(|(party, amount)| (name(*party), *amount)).collect();
    history.months.push(Month {
        span: period,
        earned,
        moved: Vec::new(),
        debts: books.debts(),
        passed: BTreeMap::new(),
        carried: BTreeMap::new(),
    });
    let kept = history.apply();
    for name in opening.keys().chain(kept.keys()).filter(|name| is_of_a_clause(name)) {
        let (before, after) =
            (opening.get(name).copied().unwrap_or(0), kept.get(name).copied().unwrap_or(0));
        if before != 0 || after != 0 {
            outcome.balances.insert(name.clone(), [before, after - before, after]);
        }
    }
    outcome.adjustments = adjustments(history);
    outcome.payables = payables(history);
    outcome.unsettled = unsettled(world, period);
    outcome
}

/// Every period from the first fact to the last, balances carried.
pub(crate) fn settle_all(world: &World) -> Vec<Outcome> {
    let (world, missing) = converted(world);
    assert!(missing.is_empty(), "rates are missing: {missing:?}");
    let world = &world;
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut history = History { contract: &world.contract, months: Vec::new() };
    for period in periods(world) {
        let opening = outcomes.last().map(closing).unwrap_or_default();
        outcomes.push(settle(world, period, &opening, &mut history));
    }
    outcomes
}

/// Is a balance one that a clause over the whole contract keeps?
fn is_of_a_clause(name: &str) -> bool {
    let of = ["loss/", "excess-cost/", "tier-measure/"];
    !of.iter().any(|waterfall| name.starts_with(waterfall))
}

/// What clauses moved in the open period.
fn adjustments(history: &History<'_>) -> Vec<Adjusted> {
    let names = &history.contract.parties;
    let each = history.months[history.last()].moved.iter().map(|moved| {
        let Moved { kind, name, from, to, amount, ground, .. } = moved;
        let (from, to) = if *amount < 0 { (to, from) } else { (from, to) };
        let (from, to) = (names[*from].to_owned(), names[*to].to_owned());
        ((*kind).to_owned(), name.clone(), from, to, ground.clone(), amount.abs())
    });
    let mut all: Vec<Adjusted> = each.collect();
    all.sort();
    all
}

/// Who pays whom in the end.
fn payables(history: &History<'_>) -> BTreeMap<(String, String, String), i128> {
    let name = |party: usize| history.contract.parties[party].to_owned();
    let mut payables = BTreeMap::new();
    for ((ground, from, to), amount) in history.owed() {
        let (from, to) = if amount < 0 { (to, from) } else { (from, to) };
        if amount != 0 {
            payables.insert((ground, name(from), name(to)), amount.abs());
        }
    }
    payables
}

/// The periods from the first fact to the last.
pub(crate) fn periods(world: &World) -> Vec<Span> {
    let Some((first, last)) = reach(world) else { return Vec::new() };
    let first = Span::of(first, world.contract.quarters);
    // Clauses over the whole contract have an end, or release what they held, after the last fact.
    let after = if world.contract.clauses.is_empty() { 0 } else { 3 };
    let last = (0..after).fold(Span::of(last, world.contract.quarters), |span, _| span.next()).last;
    std::iter::successors(Some(first), |span| Some(span.next()))
        .take_while(|span| span.first <= last)
        .collect()
}

/// What the next period opens with.
pub(crate) fn closing(outcome: &Outcome) -> Balances {
    outcome.balances.iter().map(|(name, [_, _, closing])| (name.clone(), *closing)).collect()
}

/// Runs of days with the same terms.
fn segments_of(schedule: &PlainSchedule, period: Span) -> Vec<(Date, Date, &PlainTerms)> {
    let mut segments: Vec<(Date, Date, &PlainTerms)> = Vec::new();
    for day in period.days() {
        let Some(terms) = in_force(schedule, day) else { continue };
        match segments.last_mut() {
            Some((_, to, before)) if before.effective == terms.effective => *to = day,
            _ => segments.push((day, day, terms)),
        }
    }
    segments
}

/// What clauses over the whole contract ask of a segment.
fn earned(
    contract: &PlainContract,
    deal: &Shared,
    on: &Stretch<'_>,
    fall: &Fall,
    shares: &BTreeMap<String, i128>,
) -> Earned {
    let mut parts: BTreeMap<usize, i128> = BTreeMap::new();
    for (party, name) in contract.parties.iter().enumerate() {
        parts.insert(party, shares.get(*name).copied().unwrap_or(0));
    }
    let rates = rates_at_source(deal, fall);
    let at_source = |of: &dyn Fn(usize) -> bool| -> Q {
        rates.iter().filter(|(party, _)| of(*party)).map(|(_, rate)| rate).sum()
    };
    let given = on.facts.iter().filter(|placed| placed.fact.what == What::Chargeback);
    let given = given.filter_map(|placed| Some(placed.fact.amount.clone()? * &placed.part));
    let given = -given.sum::<Q>() * contract.currency.minor();
    let all: i128 = parts.values().sum();
    let share = |own: i128| if all == 0 { zero() } else { whole(own) / whole(all) };
    // The shares bear what the rates at source leave of them.
    let left = whole(1) - at_source(&|_| true);
    let part = |party: usize, own: i128| at_source(&|one| one == party) + &left * share(own);
    let chargebacks =
        parts.iter().map(|(party, own)| (*party, &given * part(*party, *own))).collect();
    for (party, amount) in &fall.priority {
        *parts.entry(*party).or_default() += amount;
    }
    let total = |of: &str| fall.steps.iter().filter(|s| s.step == of).map(|s| s.total).sum();
    let asked = ["gross-sales", "net-sales", "gross-profit", "share-base"];
    Earned::Shares {
        from: on.days.0,
        to: on.days.1,
        parts,
        sharing: deal.split.iter().map(|(party, _)| *party).collect(),
        steps: asked.into_iter().map(|step| (step, total(step))).collect(),
        chargebacks,
    }
}

/// What of each unit of net sales more or less the entries of priority take, in their order: a rate
/// below net sales does, beyond a hurdle once it is reached; a fee or a rate of gross sales does not.
fn rates_at_source(deal: &Shared, fall: &Fall) -> Vec<(usize, Q)> {
    let entries = deal.priority.iter().zip(&fall.priority);
    let rate = |(entry, (to, taken)): (&PlainPriority, &(usize, i128))| match &entry.take {
        OffTheTop::Rate { rate, of, above }
            if *of != "gross-sales" && (above.is_none() || *taken != 0) =>
        {
            (*to, rate.clone())
        }
        OffTheTop::Rate { .. } | OffTheTop::Fee(_) => (*to, zero()),
    };
    entries.map(rate).collect()
}

/// Who is owed what by whom.
#[derive(Default)]
struct Books {
    positions: BTreeMap<usize, i128>,
    /// By schedule, who pays, who is paid; may be negative.
    owed: BTreeMap<(String, usize, usize), i128>,
    /// What the segments of one schedule gave.
    earned: Vec<Earned>,
}

impl Books {
    fn segment(
        &mut self,
        contract: &PlainContract,
        schedule: &PlainSchedule,
        terms: &PlainTerms,
        on: &Stretch<'_>,
        carried: &mut Carried,
    ) -> (Vec<Step>, BTreeMap<String, i128>) {
        match &terms.deal {
            Deal::UsageFee { payer, payee, rates } => {
                let step = fee(contract, rates, on.facts);
                *self.positions.entry(*payer).or_default() -= step.total;
                *self.positions.entry(*payee).or_default() += step.total;
                self.owe(schedule, *payer, *payee, step.total);
                let (payer, payee) = (*payer, *payee);
                self.earned.push(Earned::Fee { payer, payee, amount: step.total });
                (vec![step], BTreeMap::new())
            }
            Deal::Shared(deal) => {
                let fall = shared(contract, deal, on.facts, &on.part_of_period, carried);
                let parts = parts(contract, deal, &fall, carried);
                let shares = self.positions_of(contract, schedule, (deal, &parts), &fall);
                self.earned.push(earned(contract, deal, on, &fall, &shares));
                (fall.steps, shares)
            }
        }
    }

    /// §5, positions and cash.
    fn positions_of(
        &mut self,
        contract: &PlainContract,
        schedule: &PlainSchedule,
        (deal, shares): (&Shared, &[(usize, Q)]),
        fall: &Fall,
    ) -> BTreeMap<String, i128> {
        let parts = split_exactly(fall.share_base, shares, contract.remainder, contract.rounding);
        let parties = shares.iter().map(|(party, _)| *party);
        let mut position: BTreeMap<usize, i128> = parties.clone().zip(parts.clone()).collect();
        let off_the_top: i128 = fall.priority.iter().map(|(_, amount)| amount).sum();
        for (party, amount) in &fall.priority {
            *position.entry(*party).or_default() += amount;
        }
        let nobody_shares = fall.gross_profit - fall.share_base - off_the_top;
        let cost = fall.cost + fall.uplift;
        let invoiced = deal.cost.as_ref().is_some_and(|cost| cost.invoiced);
        let bearer = position.entry(schedule.bearer).or_default();
        *bearer += nobody_shares - fall.excess + fall.carried_in;
        if invoiced {
            *bearer += cost;
        } else {
            *position.entry(schedule.provider).or_default() += cost;
        }
        for (party, amount) in position {
            *self.positions.entry(party).or_default() += amount;
            if party != schedule.seller {
                self.owe(schedule, schedule.seller, party, amount);
            }
        }
        let named = parties.zip(parts).filter(|(_, part)| *part != 0);
        named.map(|(party, part)| (contract.parties[party].to_owned(), part)).collect()
    }

    fn owe(&mut self, schedule: &PlainSchedule, from: usize, to: usize, amount: i128) {
        if to < from {
            return self.owe(schedule, to, from, -amount);
        }
        *self.owed.entry((schedule.id.clone(), from, to)).or_default() += amount;
    }

    /// Ground, payer, payee, amount.
    fn debts(&self) -> Vec<(String, usize, usize, i128)> {
        let each = self.owed.iter().filter(|((_, from, to), _)| from != to);
        each.map(|((id, from, to), amount)| (id.clone(), *from, *to, *amount)).collect()
    }
}
