//! A slow, obvious reading of the rules for facts that refer to others, for the laws to compare
//! with. Takes lines of which no two contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use super::book::entry;
use crate::calendar::{Day, Zone};
use crate::fact::{Entry, Fact, Kind, Table};
use crate::money::Exact;

/// The fact that another names.
fn original<'f>(fact: &Fact, facts: &'f [Fact]) -> Option<&'f Fact> {
    let sale = |other: &&Fact| other.kind.table() == Table::Sales && other.id.is_some();
    facts.iter().filter(sale).find(|other| other.id == fact.reference)
}

/// Does a chain of references that begins with the fact come back to it?
fn in_a_circle(fact: &Fact, facts: &[Fact]) -> bool {
    let mut at = fact;
    for _ in facts {
        let Some(next) = original(at, facts) else { return false };
        if next == fact {
            return true;
        }
        at = next;
    }
    false
}

/// The day that a fact counts on, and the day of its charge.
fn place(fact: &Fact, facts: &[Fact]) -> (Day, Option<Day>) {
    let own = fact.time.day_in(&Zone::utc());
    let Some(original) = original(fact, facts) else { return (own, None) };
    if in_a_circle(fact, facts) {
        return (own, None);
    }
    let (day, charged) = place(original, facts);
    let charged = charged.or((original.kind == Kind::Charge).then_some(day));
    let takes_back = matches!(fact.kind, Kind::Refund | Kind::Credit | Kind::Chargeback);
    (if takes_back { day } else { own }, charged)
}

/// As the test book shows its cells.
pub(super) fn cells(lines: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let once = |fact: &Fact| fact.id.is_none() || seen.insert((fact.kind.table(), fact.id.clone()));
    let facts: Vec<Fact> = lines.iter().filter_map(|line| fact(line)).filter(once).collect();
    let mut cells: BTreeMap<_, (u64, Exact)> = BTreeMap::new();
    for fact in &facts {
        let (day, charged) = place(fact, &facts);
        let own = Some(fact.time.day_in(&Zone::utc())).filter(|own| *own != day);
        let (rows, amount) = cells.entry((day, fact.kind, charged, own)).or_default();
        *rows += 1;
        *amount += fact.amount.unwrap_or_default();
    }
    let shown = cells.into_iter().map(|((day, kind, charged, _), (rows, amount))| {
        let charged = charged.map(|day| format!(" of {day}")).unwrap_or_default();
        format!("{day} {kind} {rows} {amount}{charged}")
    });
    shown.collect()
}

fn fact(line: &str) -> Option<Fact> {
    match entry(line) {
        Entry::Fact(fact) => Some(fact),
        Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => None,
    }
}
