//! What contract-wide clauses look at: earnings, steps summed over schedules, debts of some
//! schedules; and how they say where they stand in the contract.

use super::adjustment::{Adjustment, ClauseKind};
use super::balances::BalanceKind;
use super::cash::{self, rounded};
use super::dues::{Dues, Reason};
use super::settled::{SegmentResult, StepName};
use super::sheet::trace;
use super::trace::{Clause, Rule, Trace};
use crate::contract::{Basis, Earnings, FloorBase, PartyId, Schedule};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// Do the schedules that a clause names (none: all) hold this one?
pub(super) fn counts(schedules: &[String], id: &str) -> bool {
    schedules.is_empty() || schedules.iter().any(|schedule| schedule == id)
}

/// Do two lists of schedules (none: all) have one in common?
pub(super) fn overlap(one: &[String], other: &[String]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|id| other.contains(id))
}

/// A clause of the contract as its stage knows it.
#[derive(Clone, Copy)]
pub(super) struct Standing<'c> {
    pub(super) kind: ClauseKind,
    /// The key of its blocks: `guarantee`.
    pub(super) key: &'static str,
    pub(super) name: &'c str,
    pub(super) line: u64,
    pub(super) schedules: &'c [String],
}

impl Dues<'_> {
    /// What a clause says of an amount that it moves.
    pub(super) fn reason(&self, of: Standing<'_>, rule: Rule, note: String) -> Reason {
        let clause = Clause {
            file: self.contract.file.to_string(),
            line: of.line,
            key: format!("{}.{}", of.key, of.name),
        };
        let schedule = match of.schedules {
            [only] => Some(only.clone()),
            [] | [_, _, ..] => None,
        };
        Reason {
            clause: of.kind,
            name: of.name.to_owned(),
            schedule,
            period: None,
            note,
            trace: Trace { clause: Some(clause), ..trace(rule, Vec::new()) },
            facts: Vec::new(),
        }
    }

    /// Rounds an exact amount in major units by the contract's rule.
    pub(super) fn round(&self, exact: &Ratio) -> Result<Minor, Finding> {
        rounded(self.contract, exact)
    }

    /// A rate of an amount as shown, rounded.
    pub(super) fn rate_of(&self, rate: &Ratio, base: Minor) -> Result<Minor, Finding> {
        self.round(&(rate * &base.to_ratio(self.contract.currency)))
    }

    /// An amount for a note.
    pub(super) fn show(&self, amount: Minor) -> String {
        cash::amount(self.contract, amount)
    }

    /// Sets a balance and shows it even while it is zero.
    pub(super) fn keep(&mut self, kind: BalanceKind, of: &str, amount: Minor) {
        self.keep_balance(kind, of);
        self.set_balance(kind, of, amount);
    }

    /// Sets a balance to nothing, without a word if it was nothing.
    pub(super) fn drop_balance(&mut self, kind: BalanceKind, of: &str) {
        self.set_balance(kind, of, Minor::ZERO);
    }

    /// Every segment of the schedules that count, with its schedule.
    pub(super) fn segments<'s>(
        &'s self,
        schedules: &'s [String],
    ) -> impl Iterator<Item = (&'s Schedule, &'s SegmentResult)> {
        let results = self.schedules.iter().filter(|result| counts(schedules, &result.id));
        results.flat_map(|result| {
            let mut known = self.contract.schedules.iter();
            let schedule = known.find(|schedule| schedule.id == result.id);
            let schedule = schedule.expect("a result is of a schedule of the contract");
            result.segments.iter().map(move |segment| (schedule, segment))
        })
    }

    /// What `party` has earned in this period, with what floors and most-favoured rates added;
    /// usage fees alone are those that `from` owes it.
    pub(super) fn counted(
        &self,
        party: PartyId,
        from: PartyId,
        on: Earnings,
        schedules: &[String],
    ) -> Minor {
        match on {
            Earnings::All => self.earned(party, schedules) + self.raised(party, schedules),
            Earnings::Shares => {
                let shares = self.earned(party, schedules) - self.fees(party, None, schedules);
                shares + self.raised(party, schedules)
            }
            Earnings::UsageFees => self.fees(party, Some(from), schedules),
        }
    }

    /// Usage fees of a party: what it is owed less what it owes, by one other party or by all.
    fn fees(&self, party: PartyId, by: Option<PartyId>, schedules: &[String]) -> Minor {
        let fee = |(schedule, segment): (&Schedule, &SegmentResult)| {
            let terms = schedule.terms_on(segment.effective)?;
            let Basis::UsageFee(fee) = &terms.basis else { return None };
            let amount = segment.amount(StepName::UsageFee);
            let among = |other: PartyId| by.is_none_or(|by| by == other);
            if fee.payee == party && among(fee.payer) {
                return Some(amount);
            }
            (fee.payer == party && among(fee.payee)).then_some(-amount)
        };
        self.segments(schedules).filter_map(fee).sum()
    }

    /// What floors and most-favoured rates have moved to a party so far, where all the schedules
    /// that they speak of count.
    fn raised(&self, party: PartyId, schedules: &[String]) -> Minor {
        let name = self.contract.party_name(party);
        let raises = self.adjustments.iter().filter(|adjustment| {
            let raise =
                [ClauseKind::ShareFloor, ClauseKind::MostFavoured].contains(&adjustment.clause);
            let of = |id: &String| counts(schedules, id);
            raise && (schedules.is_empty() || self.raises(adjustment).all(of))
        });
        let moved = raises.map(|adjustment| match name {
            to if adjustment.to == to => adjustment.amount,
            from if adjustment.from == from => -adjustment.amount,
            _ => Minor::ZERO,
        });
        moved.sum()
    }

    /// The schedules that a floor or a most-favoured rate has raised a share of.
    fn raises<'s>(&'s self, adjustment: &'s Adjustment) -> impl Iterator<Item = &'s String> {
        let named: &[String] = match &adjustment.schedule {
            Some(id) => std::slice::from_ref(id),
            None => {
                let mut floors = self.contract.floors.iter();
                let floor = floors.find(|floor| floor.name == adjustment.name);
                floor.map_or(&[], |floor| floor.schedules.as_slice())
            }
        };
        let all = self.contract.schedules.iter().map(|schedule| &schedule.id);
        let all = all.filter(|_| named.is_empty());
        named.iter().chain(all)
    }

    /// A step summed over the schedules that count.
    pub(super) fn measured(&self, measure: FloorBase, schedules: &[String]) -> Minor {
        let step = match measure {
            FloorBase::GrossSales => StepName::GrossSales,
            FloorBase::NetSales => StepName::NetSales,
            FloorBase::GrossProfit => StepName::GrossProfit,
            FloorBase::ShareBase => StepName::ShareBase,
        };
        self.segments(schedules).map(|(_, segment)| segment.amount(step)).sum()
    }

    /// What `from` owes `to` so far in the schedules that count; all, with every clause, if none
    /// is named.
    pub(super) fn owed_in(&self, from: PartyId, to: PartyId, schedules: &[String]) -> Minor {
        if schedules.is_empty() {
            return self.owed(from, to);
        }
        let pair = if from < to { (from, to) } else { (to, from) };
        let of = |id: &Option<String>| id.as_ref().is_some_and(|id| counts(schedules, id));
        let own = self.debts.iter().filter(|(id, _)| of(id));
        let sum: Minor = own.filter_map(|(_, debts)| debts.get(&pair).copied()).sum();
        if from < to { sum } else { -sum }
    }
}
