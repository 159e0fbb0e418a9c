//! What a segment takes over from the one before and hands on to the next.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::cards::Meters;
use super::layers::{Layers, Opened};
use super::sales::Used;
use crate::calendar::{Day, Period};
use crate::contract::{Basis, Carry, Contract, Schedule, Segment, SharedTerms};
use crate::finding::Finding;
use crate::money::Ratio;

/// The state of one schedule while its segments are settled one after the other.
pub(super) struct Carried<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) period: Period,
    /// Which part of the period's days the segment has.
    pub(super) days: Ratio,
    /// From the evening before the segment to that of its last day.
    held: (Day, Day),
    pub(super) balances: &'a mut Balances,
    /// How much of absolute caps is used since the period began.
    pub(super) used: Used,
    /// How much of rate cards is used since the period began.
    pub(super) meters: Meters,
}

impl<'a> Carried<'a> {
    pub(super) fn new(schedule: &'a Schedule, period: Period, balances: &'a mut Balances) -> Self {
        let (used, meters) = (Used::new(), Meters::new());
        let held = (period.first_day().previous(), period.last_day());
        Self { schedule, period, days: Ratio::one(), held, balances, used, meters }
    }

    /// Turns to a segment.
    pub(super) fn enter(&mut self, segment: &Segment<'_>) {
        self.held = (segment.from.previous(), segment.to);
        self.days = Ratio::new(segment.to.days_since(segment.from) + 1, self.period.days());
    }

    /// A balance of the schedule, or of a clause or layer of it.
    pub(super) fn name(&self, kind: BalanceKind, of: &str) -> BalanceName {
        let id = &self.schedule.id;
        let of = if of.is_empty() { id.clone() } else { format!("{id}/{of}") };
        BalanceName { kind, of }
    }

    /// What is carried of a kind.
    pub(super) fn layers(&mut self, kind: BalanceKind, of: &str) -> Layers<'_> {
        let name = self.name(kind, of);
        Layers::of(self.balances, name, self.period)
    }

    /// What is carried of a kind and can be used now, with what it bears on the days of the
    /// segment. The terms under which it arose, where `agreed` finds how it was to be carried,
    /// decide how long it lives.
    pub(super) fn open(
        &mut self,
        contract: &Contract,
        (kind, of): (BalanceKind, &str),
        agreed: impl Fn(&SharedTerms) -> Option<&Carry>,
        now: Option<&Carry>,
    ) -> Result<Opened, Finding> {
        let (schedule, held) = (self.schedule, self.held);
        let lives = |layer: Period| {
            schedule.segments(layer).iter().rev().find_map(|segment| match &segment.terms.basis {
                Basis::Shared(terms) => agreed(terms)?.periods,
                Basis::UsageFee(_) | Basis::Excluded => None,
            })
        };
        self.layers(kind, of).open(contract, lives, now, held)
    }
}
