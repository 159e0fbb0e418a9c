//! A slow, obvious reading of the rules for facts that refer to others, for the laws to compare
//! with. Takes lines of which no two contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use super::book::entry;
use crate::calendar::{Day, Zone};
use crate::fact::{Entry, Fact, Kind, Table};
use crate::money::Exact;

/// The day that a fact counts on, and the day of its charge; none if its chain leads nowhere.
fn place(fact: &Fact, facts: &[Fact], depth: usize) -> Option<(Day, Option<Day>)> {
    let own = fact.time.day_in(&Zone::utc());
    let Some(reference) = &fact.reference else { return Some((own, None)) };
    // A chain longer than the list goes in a circle.
    if depth > facts.len() {
        return None;
    }
    let named =
        |other: &&Fact| other.kind.table() == Table::Sales && other.id.as_ref() == Some(reference);
    let original = facts.iter().find(named)?;
    let (day, charged) = place(original, facts, depth + 1)?;
    let charged = charged.or((original.kind == Kind::Charge).then_some(day));
    let takes_back = matches!(fact.kind, Kind::Refund | Kind::Credit | Kind::Chargeback);
    Some((if takes_back { day } else { own }, charged))
}

/// As the test book shows its cells.
pub(super) fn cells(lines: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let once = |fact: &Fact| fact.id.is_none() || seen.insert((fact.kind.table(), fact.id.clone()));
    let facts: Vec<Fact> = lines.iter().filter_map(|line| fact(line)).filter(once).collect();
    let mut cells: BTreeMap<(Day, Kind, Option<Day>), (u64, Exact)> = BTreeMap::new();
    for fact in &facts {
        let own = || (fact.time.day_in(&Zone::utc()), None);
        let (day, charged) = place(fact, &facts, 0).unwrap_or_else(own);
        let (rows, amount) = cells.entry((day, fact.kind, charged)).or_default();
        *rows += 1;
        *amount += fact.amount.unwrap_or_default();
    }
    let shown = cells.into_iter().map(|((day, kind, charged), (rows, amount))| {
        let charged = charged.map(|day| format!(" of {day}")).unwrap_or_default();
        format!("{day} {kind} {rows} {amount}{charged}")
    });
    shown.collect()
}

fn fact(line: &str) -> Option<Fact> {
    match entry(line) {
        Entry::Fact(fact) => Some(fact),
        Entry::Fx(_) | Entry::Payment(_) => None,
    }
}
