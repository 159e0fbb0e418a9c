//! Late facts where a contract does not restate for them: they are settled in the next period, or
//! refused once their period is final.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::settlement::{Exception, ExceptionKind, Rule, Settlement, Trace};

use super::book::{Closes, close_all, in_time};
use super::config;
use super::deals::{SUSPENDED, deal, one_deal, written};
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
/// and put anew.
fn changes(history: &History) -> Vec<Change> {
    let mut changes = Vec::new();
    for rough in &history.facts {
        let charge = rough.counted_with(&history.facts);
        let own = |comes, sign| Change::of(rough, rough, comes, sign);
        if charge.comes <= rough.comes {
            changes.push(Change::of(rough, charge, rough.comes, 1));
        } else {
            changes.extend([own(rough.comes, 1), own(charge.comes, -1)]);
            changes.push(Change::of(rough, charge, charge.comes, 1));
        }
    }
    let mut forms: BTreeMap<(i64, u8), BTreeMap<usize, &Export>> = BTreeMap::new();
    for export in &history.exports {
        forms.entry((export.month, export.account)).or_default().insert(export.comes, export);
    }
    for forms in forms.values() {
        let mut before: Vec<Rough> = Vec::new();
        for (&comes, export) in forms {
            let gone = before.iter().map(|line| Change::of(line, line, comes, -1));
            changes.extend(gone);
            before = export.facts();
            changes.extend(before.iter().map(|line| Change::of(line, line, comes, 1)));
        }
    }
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

    /// On the first day of the month that was open, if it came for a closed one.
    fn in_the_next_period(self) -> Rough {
        let open = self.rough.comes as i64;
        let late = self.rough.comes > 0 && self.rough.month < open;
        if late { Rough { month: open, day: 1, ..self.rough } } else { self.rough }
    }
}

/// Had a month become final when something came?
fn is_final(comes: usize, month: i64, months: i64) -> bool {
    comes > 0 && comes as i64 - month > months
}

/// What counts under `finality`, and how many facts do not, by the month that was open.
fn in_force(history: &History, months: i64) -> (History, Vec<i64>) {
    let (mut facts, mut listed) = (Vec::new(), vec![0; MONTHS]);
    for change in changes(history) {
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

/// Cost that names no product belongs to no schedule by itself; it is listed all the same.
#[test]
fn shared_cost_that_comes_too_late_is_listed() {
    let text = one_deal();
    let contract = read(&text, "finality = 1").expect("it is a contract");
    let fact = |what, month, comes| Rough {
        what,
        month,
        day: 5,
        cents: 10_000,
        euros: false,
        to: None,
        comes,
    };
    let history = History {
        facts: vec![fact(0, 0, 0), fact(SHARED_COST, 0, 1), fact(SHARED_COST, 0, 3)],
        rates: Vec::new(),
        exports: Vec::new(),
        payments: Vec::new(),
        outside: Vec::new(),
    };
    let closes = closed(&history, &contract).expect("every month closes");
    let listed: Vec<i64> = closes.settlements().iter().map(refused).collect();
    assert_eq!(listed, [0, 0, 0, 1, 0, 0]);
}

const NEXT_PERIOD: &str = "late = \"next-period\"";

proptest! {
    #![proptest_config(config(24))]

    /// What a late fact yields is what it would have yielded on the first day of the month that is
    /// open when it comes; closed months are not settled again.
    #[test]
    fn in_the_next_period_a_late_fact_counts_from_its_first_day(
        text in deal(), history in happened(),
    ) {
        let contract = read(&text, NEXT_PERIOD)?;
        // A rate that is corrected late counts for what is settled after it.
        let history = History { rates: Vec::new(), ..history };
        let is = closed(&history, &contract)?.settlements();
        let facts = changes(&history).into_iter().map(Change::in_the_next_period).collect();
        let moved = History { facts, exports: Vec::new(), ..history };
        let due = in_time(&moved, &contract, MONTHS - 1, is[0].period);
        prop_assert!(is.iter().all(|one| one.true_ups.is_empty()));
        prop_assert_eq!(numbers(&is), numbers(&due));
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
        let (counts, due) = in_force(&history, months);
        let is = closed(&history, &contract)?.settlements();
        let without = closed(&counts, &open_ended)?.settlements();
        prop_assert_eq!(numbers(&is), numbers(&without));
        for settlement in &is {
            let at = (0..MONTHS).find(|at| month(*at as i64) == settlement.period);
            prop_assert_eq!(refused(settlement), at.map_or(0, |at| due[at]));
        }
    }
}
