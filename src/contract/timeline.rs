//! Terms in force over time, up to the end of a schedule.
//!
//! The law: renewing a deal unchanged changes nothing, so neighbours with equal bases are one
//! segment, named by the earliest effective day of their run.

use super::{Schedule, Terms};
use crate::calendar::{Day, Period};

/// The part of a period in which one version of the terms is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// The terms in force.
    pub terms: &'a Terms,
}

impl Schedule {
    /// The terms in force on a day: the latest `effective` not after it, and of a run of equal
    /// versions the first. None before the first version, and none after the schedule's end.
    pub fn terms_on(&self, day: Day) -> Option<&Terms> {
        if self.ends.is_some_and(|end| day > end) {
            return None;
        }
        let latest = self.terms.iter().rposition(|terms| terms.effective <= day)?;
        let first = (1..=latest)
            .rev()
            .find(|&at| self.terms[at].basis != self.terms[at - 1].basis)
            .unwrap_or(0);
        Some(&self.terms[first])
    }

    /// The segments of a period, in order; none before the first version or after the end.
    pub fn segments(&self, period: Period) -> Vec<Segment<'_>> {
        let (first, last) = (period.first_day(), period.last_day());
        let last = self.ends.map_or(last, |end| end.min(last));
        let inside = |day: &Day| *day > first && *day <= last;
        let starts = self.terms.iter().map(|terms| terms.effective).filter(inside);
        let mut segments: Vec<Segment<'_>> = Vec::new();
        for from in std::iter::once(first).chain(starts) {
            let Some(terms) = self.terms_on(from) else { continue };
            match segments.last_mut() {
                Some(before) if before.terms.effective == terms.effective => continue,
                Some(before) => before.to = from.previous(),
                None => {}
            }
            segments.push(Segment { from, to: last, terms });
        }
        segments
    }
}
