//! What a segment takes over from the one before and hands on to the next.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::cards::Meters;
use super::sales::Used;
use crate::calendar::Period;
use crate::contract::{Basis, Excess, Schedule, Segment};
use crate::money::{Minor, Ratio};

/// The state of one schedule while its segments are settled one after the other.
pub(super) struct Carried<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) period: Period,
    /// Which part of the period's days the segment has.
    pub(super) days: Ratio,
    pub(super) balances: &'a mut Balances,
    /// How much of absolute caps is used since the period began.
    pub(super) used: Used,
    /// How much of rate cards is used since the period began.
    pub(super) meters: Meters,
}

impl<'a> Carried<'a> {
    pub(super) fn new(schedule: &'a Schedule, period: Period, balances: &'a mut Balances) -> Self {
        let (used, meters) = (Used::new(), Meters::new());
        Self { schedule, period, days: Ratio::one(), balances, used, meters }
    }

    /// Turns to a segment.
    pub(super) fn enter(&mut self, segment: &Segment<'_>) {
        self.days = Ratio::new(segment.to.days_since(segment.from) + 1, self.period.days());
    }

    /// A balance of the schedule, or of a clause or layer of it.
    pub(super) fn name(&self, kind: BalanceKind, of: &str) -> BalanceName {
        let id = &self.schedule.id;
        let of = if of.is_empty() { id.clone() } else { format!("{id}/{of}") };
        BalanceName { kind, of }
    }

    /// Excess cost that may still be carried in; what has expired is struck off.
    pub(super) fn excess(&mut self) -> Minor {
        for (period, name) in self.layers() {
            if period.is_some_and(|period| self.has_expired(period)) {
                self.balances.set(name, Minor::ZERO);
            }
        }
        self.layers().iter().map(|(_, name)| self.balances.get(name)).sum()
    }

    /// Hands on an excess. What is oldest has been deducted first, so what is left is the newest:
    /// of this segment's own cost, then layer by layer back.
    pub(super) fn hand_on(&mut self, excess: Excess, own: Minor, left: Minor) {
        let layers = self.layers();
        if excess == Excess::Lapse {
            return layers.into_iter().for_each(|(_, name)| self.balances.set(name, Minor::ZERO));
        }
        let fresh = own.positive().min(left);
        let mut rest = left - fresh;
        for (_, name) in layers.into_iter().rev() {
            let kept = self.balances.get(&name).min(rest);
            rest -= kept;
            self.balances.set(name, kept);
        }
        let layer = match excess {
            Excess::CarryFor(_) => self.period.to_string(),
            Excess::Carry | Excess::Lapse => String::new(),
        };
        let name = self.name(BalanceKind::ExcessCost, &layer);
        let before = self.balances.get(&name);
        self.balances.set(name, before + fresh + rest);
    }

    /// The schedule's balances of excess cost, the oldest first; what never expires comes first.
    fn layers(&self) -> Vec<(Option<Period>, BalanceName)> {
        let id = &self.schedule.id;
        let all = self.balances.iter().filter(|(name, _)| name.kind == BalanceKind::ExcessCost);
        let layer = |(name, _): (&BalanceName, Minor)| {
            if name.of == *id {
                return Some((None, name.clone()));
            }
            let period = name.of.strip_prefix(id)?.strip_prefix('/')?.parse().ok()?;
            Some((Some(period), name.clone()))
        };
        let mut layers: Vec<_> = all.filter_map(layer).collect();
        layers.sort();
        layers
    }

    /// The terms under which an excess arose decide how long it lives.
    fn has_expired(&self, layer: Period) -> bool {
        let segments = self.schedule.segments(layer);
        let lives = segments.iter().rev().find_map(|segment| match &segment.terms.basis {
            Basis::Shared(terms) => match terms.cost.excess {
                Excess::CarryFor(periods) => Some(periods),
                Excess::Carry | Excess::Lapse => None,
            },
            Basis::UsageFee(_) | Basis::Excluded => None,
        });
        lives.is_some_and(|periods| i64::from(self.period.since(layer)) > i64::from(periods))
    }
}
