//! Late facts where a contract does not restate for them: they are settled in the next period, or
//! refused once their period is final.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::settlement::{Exception, ExceptionKind, Rule, Settlement, Trace};

use super::book::{Closes, close_all, in_time};
use super::config;
use super::deals::{SUSPENDED, deal, one_deal, sale_by_sale, written};
use super::history::{Export, History, MONTHS, Rate, Rough, SHARED_COST, history, month};

/// A contract without suspensions, which look at the day of a charge whatever day it counts on.
fn read(text: &str, late: &str) -> Result<Contract, TestCaseError> {
    let text = written(text, "", late).replace(SUSPENDED, "");
    Contract::parse("deal.toml", &text).map_err(|list| TestCaseError::fail(format!("{list:#?}")))
}

/// Closes of one contract.
fn closed(history: &History, contract: &Contract) -> Result<Closes, TestCaseError> {
    close_all(history, &[contract; MONTHS], |_, _| Ok(()))
}

/// Settlements without what they say of single facts: which these were, and that some add up to
/// nothing.
fn numbers(settlements: &[Settlement]) -> Vec<Settlement> {
    let nothing = || Trace { clause: None, rule: Rule::Nothing, exact: None, inputs: Vec::new() };
    let plain = |one: &Settlement| {
        let mut one = Settlement { exceptions: Vec::new(), ..one.clone() };
        for segment in one.schedules.iter_mut().flat_map(|schedule| &mut schedule.segments) {
            segment.rates.clear();
            for step in &mut segment.steps {
                step.trace = nothing();
                step.lines.retain(|line| !line.amount.is_zero());
            }
        }
        one
    };
    settlements.iter().map(plain).collect()
}

/// What happened, without payments; what takes back a sale takes back a charge.
fn happened() -> impl Strategy<Value = History> {
    history().prop_map(|mut history| {
        let charges: Vec<bool> = history.facts.iter().map(Rough::is_charge).collect();
        history.facts.iter_mut().for_each(|rough| rough.to = rough.to.filter(|to| charges[*to]));
        History { payments: Vec::new(), outside: Vec::new(), ..history }
    })
}

/// What each delivery changed, one plain fact for each change: a fact on the day that it counts on;
/// one that found its charge later, taken from its own day to the charge's; an export, taken back
/// and put anew. With `next` each stands in the period that was open when it came.
fn changes(history: &History, next: bool) -> Vec<Change> {
    let placed = |change: Change| if next { change.in_the_next_period() } else { change };
    let mut changes = Vec::new();
    for (at, rough) in history.facts.iter().enumerate() {
        let own = |comes, sign| placed(Change::of(rough, rough, comes, sign));
        let Some(to) = rough.taken_back() else {
            changes.push(own(rough.comes, 1).called(format!("f-{at}"), None));
            continue;
        };
        let charge = &history.facts[to];
        let mut parts = Vec::new();
        if rough.comes < charge.comes {
            parts.extend([own(rough.comes, 1), own(charge.comes, -1)]);
        }
        parts.push(placed(Change::of(rough, charge, rough.comes.max(charge.comes), 1)));
        // It has the turn of the sale that it takes back, but not always its day.
        let sale = placed(Change::of(charge, charge, charge.comes, 1));
        changes.extend(parts.into_iter().enumerate().map(|(part, change)| {
            let elsewhere = if change.day() == sale.day() { "" } else { "-elsewhere" };
            change.called(format!("f-{at}-{part}"), Some(format!("f-{to}{elsewhere}")))
        }));
    }
    let mut forms: BTreeMap<(i64, u8), BTreeMap<usize, &Export>> = BTreeMap::new();
    for export in &history.exports {
        forms.entry((export.month, export.account)).or_default().insert(export.comes, export);
    }
    let mut lines = Vec::new();
    for forms in forms.values() {
        let mut before: Vec<Rough> = Vec::new();
        for (&comes, export) in forms {
            let gone = before.iter().map(|line| Change::of(line, line, comes, -1));
            lines.extend(gone);
            before = export.facts();
            lines.extend(before.iter().map(|line| Change::of(line, line, comes, 1)));
        }
    }
    let line = |(at, line)| placed(line).called(format!("e-{at}"), None);
    changes.extend(lines.into_iter().enumerate().map(line));
    changes
}

/// A fact that counts, or counts no longer.
struct Change {
    /// On the day that it counts on; what counts no longer is negative.
    rough: Rough,
    /// The month in which it happened itself.
    own: i64,
    sign: i64,
}

impl Change {
    fn of(rough: &Rough, on: &Rough, comes: usize, sign: i64) -> Self {
        let (month, day, cents) = (on.month, on.day, sign * rough.cents);
        let own = rough.month;
        Self { rough: Rough { month, day, cents, to: None, comes, ..rough.clone() }, own, sign }
    }

    fn day(&self) -> (i64, i64) {
        (self.rough.month, self.rough.day)
    }

    fn called(self, id: String, names: Option<String>) -> Self {
        Self { rough: Rough { called: Some((id, names)), ..self.rough }, ..self }
    }

    /// On the first day of the month that was open, if it came for a closed one.
    fn in_the_next_period(self) -> Self {
        let open = self.rough.comes as i64;
        let late = self.rough.comes > 0 && self.rough.month < open;
        let rough = if late { Rough { month: open, day: 1, ..self.rough } } else { self.rough };
        Self { rough, ..self }
    }
}

/// Had a month become final when something came?
fn is_final(comes: usize, month: i64, months: i64) -> bool {
    comes > 0 && comes as i64 - month > months
}

/// What counts under `finality`, and how many facts do not, by the month that was open.
fn in_force(history: &History, months: i64, next: bool) -> (History, Vec<i64>) {
    let (mut facts, mut listed) = (Vec::new(), vec![0; MONTHS]);
    for change in changes(history, next) {
        if is_final(change.rough.comes, change.own, months) {
            listed[change.rough.comes] += change.sign;
        } else {
            facts.push(change.rough);
        }
    }
    let stands = |rate: &&Rate| !is_final(rate.comes, rate.month, months);
    let rates = history.rates.iter().filter(stands).cloned().collect();
    let history =
        History { facts, rates, exports: Vec::new(), payments: Vec::new(), outside: Vec::new() };
    (history, listed)
}

/// How many facts a settlement lists as refused.
fn refused(settlement: &Settlement) -> i64 {
    let refused = |exception: &&Exception| exception.kind == ExceptionKind::RefusedAsFinal;
    settlement.exceptions.iter().filter(refused).map(|exception| exception.cell.rows).sum()
}

/// A fact of a kind, a month and a day.
fn rough((what, month, day): (usize, i64, i64), cents: i64, comes: usize) -> Rough {
    Rough { what, month, day, cents, euros: false, to: None, comes, called: None }
}

fn of_facts(facts: Vec<Rough>) -> History {
    let (rates, exports, payments, outside) = Default::default();
    History { facts, rates, exports, payments, outside }
}

/// Cost that names no product belongs to no schedule by itself; it is listed all the same.
#[test]
fn shared_cost_that_comes_too_late_is_listed() {
    let text = one_deal();
    let contract = read(&text, "finality = 1").expect("it is a contract");
    let history = of_facts(vec![
        rough((0, 0, 5), 10_000, 0),
        rough((SHARED_COST, 0, 5), 10_000, 1),
        rough((SHARED_COST, 0, 5), 10_000, 3),
    ]);
    let closes = closed(&history, &contract).expect("every month closes");
    let listed: Vec<i64> = closes.settlements().iter().map(refused).collect();
    assert_eq!(listed, [0, 0, 0, 1, 0, 0]);
}

const NEXT_PERIOD: &str = "late = \"next-period\"";

fn counts_from_the_first_day(contract: &Contract, history: History) -> Result<(), TestCaseError> {
    // A rate that is corrected late counts for what is settled after it.
    let history = History { rates: Vec::new(), ..history };
    let is = closed(&history, contract)?.settlements();
    let facts = changes(&history, true).into_iter().map(|change| change.rough).collect();
    let moved = History { facts, exports: Vec::new(), ..history };
    let due = in_time(&moved, contract, MONTHS - 1, is[0].period);
    prop_assert!(is.iter().all(|one| one.true_ups.is_empty()));
    prop_assert_eq!(numbers(&is), numbers(&due));
    Ok(())
}

/// Two sales that come late together follow each other as sales of one day do, by id, and not as they
/// happened: the one of March crosses the line before the one of January has its turn.
#[test]
fn late_sales_follow_each_other_by_id() {
    let contract = read(&sale_by_sale(), NEXT_PERIOD).expect("it is a contract");
    let history = of_facts(vec![rough((0, 2, 2), 40_000, 4), rough((0, 0, 1), 10_000, 4)]);
    let closes = closed(&history, &contract).expect("every month closes");
    let may = &closes.settlements()[4].schedules[0].segments[0];
    assert_eq!(may.share_of("vendor").0, 8_000 + 3_500);
    counts_from_the_first_day(&contract, history).expect("they count from the first day");
}

proptest! {
    #![proptest_config(config(24))]

    /// What a late fact yields is what it would have yielded on the first day of the month that is
    /// open when it comes; closed months are not settled again.
    #[test]
    fn in_the_next_period_a_late_fact_counts_from_its_first_day(
        text in deal(), history in happened(),
    ) {
        counts_from_the_first_day(&read(&text, NEXT_PERIOD)?, history)?;
    }

    /// Above all where each sale has its turn among those of its day.
    #[test]
    fn in_the_next_period_a_late_sale_has_its_turn_on_the_first_day(history in happened()) {
        counts_from_the_first_day(&read(&sale_by_sale(), NEXT_PERIOD)?, history)?;
    }

    /// What comes more than so many months late changes nothing and is listed once, in the month
    /// that is open; what comes earlier counts as if there were no such clause.
    #[test]
    fn what_comes_after_finality_changes_nothing_and_is_listed(
        text in deal(), history in happened(), months in 1..6_i64, next in any::<bool>(),
    ) {
        let late = if next { NEXT_PERIOD } else { "" };
        let contract = read(&text, &format!("{late}\nfinality = {months}"))?;
        // As many lines, because traces name them.
        let open_ended = read(&text, &format!("{late}\n"))?;
        let (counts, due) = in_force(&history, months, next);
        let is = closed(&history, &contract)?.settlements();
        let without = closed(&counts, &open_ended)?.settlements();
        prop_assert_eq!(numbers(&is), numbers(&without));
        for settlement in &is {
            let at = (0..MONTHS).find(|at| month(*at as i64) == settlement.period);
            prop_assert_eq!(refused(settlement), at.map_or(0, |at| due[at]));
        }
    }
}
