//! One file of the archive, and what became of it since it was delivered.
//!
//! The law: its control totals count as accepted just the rows that stand in its tallies, and as
//! superseded those that a later delivery replaced.

use std::collections::{BTreeMap, BTreeSet};

use super::{Count, FileTally, Move, Pending, Slice, Tally};
use crate::calendar::{Day, Zone};
use crate::money::Currency;

/// A file and what became of it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Which delivery brought it, counted from 0.
    pub delivery: u64,
    /// As delivered, but without the parts that were replaced since; their rows stand in
    /// `superseded`.
    pub tally: FileTally,
    /// Facts that still wait for their original, and how many of each.
    pub(super) pending: BTreeMap<Pending, u64>,
    /// Facts that found it later.
    pub(super) moved: Vec<Move>,
}

impl ArchivedFile {
    /// Would a delivery of these slices replace anything of it?
    pub(super) fn holds_any(&self, slices: &BTreeSet<&Slice>) -> bool {
        let held = |slice: &Option<Slice>| slice.as_ref().is_some_and(|it| slices.contains(it));
        self.tally.parts.iter().any(|part| held(&part.slice))
            || self.pending.keys().any(|pending| held(&pending.slice))
            || self.moved.iter().any(|moved| held(&moved.pending.slice))
    }

    /// Drops the parts that a later delivery replaces.
    pub(super) fn supersede(&mut self, slices: &BTreeSet<&Slice>) {
        let replaced = |slice: &Option<Slice>| slice.as_ref().is_some_and(|it| slices.contains(it));
        let parts = std::mem::take(&mut self.tally.parts);
        let (gone, kept) = parts.into_iter().partition(|part| replaced(&part.slice));
        self.tally.parts = kept;
        let gone: Vec<super::Part> = gone;
        for (currency, rows) in gone.iter().flat_map(super::Part::counts) {
            self.recount(currency, rows);
        }
        self.pending.retain(|pending, _| !replaced(&pending.slice));
        self.moved.retain(|moved| !replaced(&moved.pending.slice));
    }

    pub(super) fn recount(&mut self, currency: Option<Currency>, rows: Count) {
        let mut controls = self.tally.controls.iter_mut();
        let control = controls.find(|control| control.currency == currency);
        control.expect("what was accepted was counted").supersede(rows);
    }

    /// A pending fact found its original. Says whether it was still there.
    pub(super) fn settle(&mut self, moved: &Move) -> bool {
        let Some(rows) = self.pending.get_mut(&moved.pending) else { return false };
        *rows -= 1;
        if *rows == 0 {
            self.pending.remove(&moved.pending);
        }
        if let Some(waiting) = moved.waiting() {
            *self.pending.entry(waiting).or_default() += 1;
        }
        self.moved.push(moved.clone());
        true
    }

    /// Does it hold anything of these days, both included?
    pub fn speaks_of(&self, zone: &Zone, from: Day, to: Day) -> bool {
        let holds = |day: Day| from <= day && day <= to;
        let mut tallies = self.tally.parts.iter().filter_map(|part| part.tallies.get(zone.name()));
        tallies.any(|tally| tally.next_day(from).is_some_and(holds))
            || self.moved.iter().any(|moved| holds(moved.time.day_in(zone)))
            || self.tally.rates.iter().any(|rate| holds(rate.date))
            || self.tally.payments.iter().any(|payment| holds(payment.time.day_in(zone)))
            || self.tally.grants.iter().any(|grant| grant.speaks_of(zone, from, to))
            || self.tally.audits.iter().any(|audit| holds(audit.time.day_in(zone)))
    }

    pub(super) fn tally_in(&self, zone: &Zone) -> Tally {
        let parts = self.tally.parts.iter();
        let tallies = parts.filter_map(|part| part.tallies.get(zone.name()));
        let mut moves = Tally::new();
        for moved in &self.moved {
            let Some((from, to)) = moved.keys(zone) else { continue };
            let cell = super::Cell::from(moved.pending.cell);
            moves.add(from, cell.negated());
            moves.add(to, cell);
        }
        Tally::sum_of(tallies.chain([&moves]))
    }
}
