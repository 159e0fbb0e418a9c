//! What one party owes another: by schedule and clause, in all, and what is paid in the end.

use super::Node;
use super::steps::{At, segments};
use super::teller::Teller;
use crate::contract::Basis;
use crate::money::Minor;
use crate::posting;
use crate::settlement::{Adjustment, ClauseKind, Payable, ScheduleResult};

/// Two parties in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'p> {
    pub(super) from: &'p str,
    pub(super) to: &'p str,
}

impl Pair<'_> {
    /// 1 or −1 for what goes this way or the other, none if it is between others.
    pub(super) fn way(self, from: &str, to: &str) -> Option<i128> {
        match (self.from, self.to) {
            forth if forth == (from, to) => Some(1),
            back if back == (to, from) => Some(-1),
            _ => None,
        }
    }
}

/// Is it part of what parties are entitled to, and so of what closed periods are restated through?
fn entitles(clause: ClauseKind) -> bool {
    match clause {
        ClauseKind::ShareFloor
        | ClauseKind::MostFavoured
        | ClauseKind::Guarantee
        | ClauseKind::Advance
        | ClauseKind::AdvanceRepaid
        | ClauseKind::Reserve
        | ClauseKind::ReserveRelease
        | ClauseKind::Cap
        | ClauseKind::Audit
        | ClauseKind::GrossUp
        | ClauseKind::WithholdingTax => true,
        ClauseKind::TrueUp
        | ClauseKind::LateInterest
        | ClauseKind::OnAccount
        | ClauseKind::MinimumPayment
        | ClauseKind::OverpaymentCredit => false,
    }
}

impl<'a> Teller<'a> {
    /// What one party pays another.
    pub(super) fn payable(&self, payable: &Payable) -> Node {
        self.payable_as(payable, Pair { from: &payable.from, to: &payable.to })
    }

    /// The same seen from the other side: negative.
    pub(super) fn payable_turned(&self, payable: &Payable) -> Node {
        self.payable_as(payable, Pair { from: &payable.to, to: &payable.from })
    }

    fn payable_as(&self, payable: &Payable, pair: Pair<'_>) -> Node {
        let Payable { from, to, amount, schedule, due: _ } = payable;
        let sign = pair.way(from, to).unwrap_or(1);
        let title = format!("{} pays {}", pair.from, pair.to);
        let node = self.money(title, Minor(sign * amount.0));
        let netted = self.contract.netting;
        let on = |id: &str| netted || schedule.as_deref() == Some(id);
        let results = self.settlement.schedules.iter().filter(|result| on(&result.id));
        let node = node.over(results.flat_map(|result| self.between(result, pair)));
        let of = |each: &&Adjustment| netted || each.schedule == *schedule;
        node.over(self.moved(pair, true, of))
    }

    /// What one party owes another for this period over all schedules and clauses, before anything
    /// that concerns other periods; or for one schedule, `Some(None)` for what stands beside all.
    pub(super) fn debt(&self, ground: Option<Option<&str>>, pair: Pair<'_>) -> Node {
        let Pair { from, to } = pair;
        let of = |schedule: Option<&str>| ground.is_none_or(|ground| ground == schedule);
        let mut amount = Minor::ZERO;
        for debt in self.settlement.debts.iter().filter(|debt| of(debt.schedule.as_deref())) {
            let way = pair.way(&debt.from, &debt.to).unwrap_or_default();
            amount += Minor(way * debt.amount.0);
        }
        let node = self.money(format!("{from} owes {to}"), amount);
        let results = self.settlement.schedules.iter().filter(|result| of(Some(&result.id)));
        let node = node.over(results.flat_map(|result| self.between(result, pair)));
        let own = |each: &&Adjustment| entitles(each.clause) && of(each.schedule.as_deref());
        node.over(self.moved(pair, true, own))
    }

    /// What a schedule lets one party owe another.
    pub(super) fn between(&self, result: &ScheduleResult, pair: Pair<'_>) -> Vec<Node> {
        let mut sides: Vec<(Side<'_>, Vec<At<'_>>)> = Vec::new();
        for at in segments(result) {
            let Some(side) = self.side(at, pair) else { continue };
            match sides.iter_mut().find(|(known, _)| *known == side) {
                Some((_, segments)) => segments.push(at),
                None => sides.push((side, vec![at])),
            }
        }
        let node = |(side, segments): (Side<'_>, Vec<At<'_>>)| {
            self.position_in(result, &segments, side.party, side.sign)
        };
        sides.into_iter().filter_map(node).collect()
    }

    /// Whose position one of two parties holds the cash of.
    fn side<'p>(&self, at: At<'_>, pair: Pair<'p>) -> Option<Side<'p>> {
        let name = |party| self.contract.party_name(party);
        let (holder, owed) = match self.basis(at) {
            Basis::Shared(_) => {
                (posting::schedule(self.contract, at.result).seller.map(name)?, None)
            }
            Basis::UsageFee(terms) => (name(terms.payer), Some(name(terms.payee))),
            Basis::Excluded => return None,
        };
        let owes = |from: &str, to: &str| holder == from && owed.is_none_or(|owed| owed == to);
        if owes(pair.from, pair.to) {
            return Some(Side { party: pair.to, sign: 1 });
        }
        owes(pair.to, pair.from).then_some(Side { party: pair.from, sign: -1 })
    }

    /// What some clauses moved between two parties, negative the other way; `deep` with what it was
    /// computed from.
    pub(super) fn moved(
        &self,
        pair: Pair<'_>,
        deep: bool,
        which: impl Fn(&&'a Adjustment) -> bool,
    ) -> Vec<Node> {
        let adjustments = self.settlement.adjustments.iter().filter(which);
        let each = |each: &'a Adjustment| {
            let sign = pair.way(&each.from, &each.to)?;
            Some(if deep { self.adjusted(each, sign) } else { self.stated(each, sign) })
        };
        adjustments.filter_map(each).collect()
    }

    /// What one party owed another when a clause looked: schedules that count, and the clauses before
    /// it.
    pub(super) fn due(
        &self,
        pair: Pair<'_>,
        schedules: &[String],
        before: impl Fn(&Adjustment) -> bool,
    ) -> Node {
        let counts = |id: &str| schedules.is_empty() || schedules.iter().any(|it| it == id);
        let results = self.settlement.schedules.iter().filter(|result| counts(&result.id));
        let mut parts: Vec<Node> = results.flat_map(|result| self.between(result, pair)).collect();
        let own = |each: &&Adjustment| {
            let ground = each.schedule.as_deref();
            before(each) && (schedules.is_empty() || ground.is_some_and(counts))
        };
        parts.extend(self.moved(pair, false, own));
        let title = format!("{} owes {} so far", pair.from, pair.to);
        let sum = Node::sum(&parts);
        let mut node = Node::exactly(title, sum.clone()).over(parts);
        node.amount = Some(self.major(&sum));
        node
    }
}

/// A party whose position is owed, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side<'p> {
    party: &'p str,
    sign: i128,
}
