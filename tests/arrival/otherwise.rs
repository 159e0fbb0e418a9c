//! Late facts where a contract does not restate for them: they are settled in the next period, or
//! refused once their period is final.

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::settlement::{Exception, ExceptionKind, Rule, Settlement, Trace};

use super::book::{Closes, close_all, in_time};
use super::config;
use super::deals::{SUSPENDED, deal, written};
use super::history::{History, MONTHS, Rate, Rough, facts, month, rates};

/// A contract without suspensions, which look at the day of a charge whatever day it counts on.
fn read(text: &str, late: &str) -> Result<Contract, TestCaseError> {
    let text = written(text, "", late).replace(SUSPENDED, "");
    Contract::parse("deal.toml", &text).map_err(|list| TestCaseError::fail(format!("{list:#?}")))
}

/// Closes of one contract.
fn closed(history: &History, contract: &Contract) -> Result<Closes, TestCaseError> {
    close_all(history, &[contract; MONTHS], |_, _| Ok(()))
}

/// Settlements without what they say of single facts: which these were, and on which day of
/// their own.
fn numbers(settlements: &[Settlement]) -> Vec<Settlement> {
    let nothing = || Trace { clause: None, rule: Rule::Nothing, exact: None, inputs: Vec::new() };
    let plain = |one: &Settlement| {
        let mut one = Settlement { exceptions: Vec::new(), ..one.clone() };
        let segments = one.schedules.iter_mut().flat_map(|schedule| &mut schedule.segments);
        segments.flat_map(|one| &mut one.steps).for_each(|step| step.trace = nothing());
        one
    };
    settlements.iter().map(plain).collect()
}

/// Facts whose charge, if they name one, has come before them or with them: what waits for its
/// charge moves when it comes, and is a correction of its own then.
fn resolved(mut facts: Vec<Rough>) -> Vec<Rough> {
    for at in 0..facts.len() {
        let to =
            facts[at].to.filter(|to| facts[*to].is_charge() && facts[*to].comes <= facts[at].comes);
        facts[at].to = to;
    }
    facts
}

/// What happened, with facts and rates alone.
fn happened() -> impl Strategy<Value = History> {
    (facts(), rates()).prop_map(|(facts, rates)| History {
        facts: resolved(facts),
        rates,
        exports: Vec::new(),
        payments: Vec::new(),
    })
}

/// The same facts on the days that count under `late = "next-period"`: that of the charge, and the
/// first day of the month that is open when a fact comes for a closed one.
fn moved(history: &History) -> History {
    let day = |rough: &Rough| -> (i64, i64) {
        let charge = rough.counted_with(&history.facts);
        let open = rough.comes as i64;
        let late = rough.comes > 0 && charge.month < open;
        if late { (open, 1) } else { (charge.month, charge.day) }
    };
    let on = |rough: &Rough| {
        let (month, day) = day(rough);
        Rough { month, day, to: None, ..rough.clone() }
    };
    History { facts: history.facts.iter().map(on).collect(), ..history.clone() }
}

/// Has a day's month become final when something comes?
fn is_final(comes: usize, month: i64, months: i64) -> bool {
    comes > 0 && comes as i64 - month > months
}

/// What counts under `finality`, and how many facts do not, by the month that was open. A refund
/// takes the day of its charge also where the charge itself came too late to count.
fn in_force(history: &History, months: i64) -> (History, Vec<i64>) {
    let refused = |rough: &Rough| is_final(rough.comes, rough.month, months);
    let mut listed = vec![0; MONTHS];
    history.facts.iter().filter(|rough| refused(rough)).for_each(|rough| listed[rough.comes] += 1);
    let counts = |rough: &Rough| {
        let charge = rough.counted_with(&history.facts);
        let comes = if refused(rough) { MONTHS } else { rough.comes };
        Rough { month: charge.month, day: charge.day, to: None, comes, ..rough.clone() }
    };
    let facts = history.facts.iter().map(counts).collect();
    let stands = |rate: &&Rate| !is_final(rate.comes, rate.month, months);
    let rates = history.rates.iter().filter(stands).cloned().collect();
    (History { facts, rates, ..history.clone() }, listed)
}

/// How many facts a settlement lists as refused.
fn refused(settlement: &Settlement) -> i64 {
    let refused = |exception: &&Exception| exception.kind == ExceptionKind::RefusedAsFinal;
    settlement.exceptions.iter().filter(refused).map(|exception| exception.cell.rows).sum()
}

const NEXT_PERIOD: &str = "late = \"next-period\"";

proptest! {
    #![proptest_config(config(48))]

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
        let due = in_time(&moved(&history), &contract, MONTHS - 1, is[0].period);
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
