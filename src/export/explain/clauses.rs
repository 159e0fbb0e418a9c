//! What contract-wide clauses moved, and what they looked at.

use super::Node;
use super::debts::Pair;
use super::steps::segments;
use super::teller::Teller;
use crate::contract::{AtLeast, Basis, Contract, Earnings, FloorBase, PartyId};
use crate::money::{Minor, Ratio};
use crate::settlement::{Adjustment, BalanceKind, ClauseKind, ScheduleResult, StepName};
use crate::statement::grouped_within;

impl<'a> Teller<'a> {
    /// All that a clause of a name moved; none if it moved nothing. A name may be followed by the
    /// period, or by who owes whom, as in a true-up's line.
    pub(super) fn adjustment(&self, clause: &str, name: &str) -> Option<Node> {
        let own = |each: &&Adjustment| {
            let named = |rest: String| format!("{}{rest}", each.name) == name;
            each.clause.as_str() == clause
                && (each.name == name
                    || named(format!(": {} to {}", each.from, each.to))
                    || each.period.is_some_and(|period| named(format!("/{period}"))))
        };
        let adjustments: Vec<&Adjustment> =
            self.settlement.adjustments.iter().filter(own).collect();
        let first = adjustments.first()?;
        let pair = Pair { from: &first.from, to: &first.to };
        let between_others = |each: &&&Adjustment| pair.way(&each.from, &each.to).is_none();
        if adjustments.len() == 1 {
            return Some(self.adjusted(first, 1));
        }
        if adjustments.iter().any(|each| between_others(&each)) {
            let nodes = adjustments.iter().map(|each| self.adjusted(each, 1));
            return Some(Node::titled(format!("{clause} {name}")).over(nodes));
        }
        let way = |each: &Adjustment| pair.way(&each.from, &each.to).unwrap_or(1);
        let sum = adjustments.iter().map(|each| Minor(way(each) * each.amount.0)).sum();
        let nodes = adjustments.iter().map(|each| self.adjusted(each, way(each)));
        Some(self.money(format!("{clause} {name}"), sum).over(nodes))
    }

    /// An adjustment as the statement has it.
    pub(super) fn stated(&self, adjustment: &Adjustment, sign: i128) -> Node {
        let period = adjustment.period.map_or(String::new(), |period| format!(" for {period}"));
        let title = format!("{} {}{period}", adjustment.clause.as_str(), adjustment.name);
        let mut node = self.money(title, Minor(sign * adjustment.amount.0));
        node = node
            .noting(format!("{} owes {}", adjustment.from, adjustment.to))
            .noting(grouped_within(&adjustment.note, self.settlement.currency))
            .resting_on(&adjustment.facts);
        match &adjustment.trace.clause {
            Some(clause) => node.noting(format!("{}:{} {}", clause.file, clause.line, clause.key)),
            None => node,
        }
    }

    /// An adjustment with what it was computed from.
    pub(super) fn adjusted(&self, adjustment: &'a Adjustment, sign: i128) -> Node {
        let mut node = self.stated(adjustment, sign);
        if adjustment.clause == ClauseKind::TrueUp {
            return node.over(self.true_up_of(adjustment, sign));
        }
        let Adjustment { from, to, schedule, period, .. } = adjustment;
        node.name = Some(format!("{} {from} {to} {schedule:?} {period:?}", node.title));
        node.from(self.looked_at(adjustment))
    }

    /// What a clause looked at.
    fn looked_at(&self, adjustment: &'a Adjustment) -> Vec<Node> {
        let name = &adjustment.name;
        match adjustment.clause {
            ClauseKind::ShareFloor => self.under_floor(name),
            ClauseKind::MostFavoured => self.favoured(name, adjustment.schedule.as_deref()),
            ClauseKind::Guarantee
            | ClauseKind::Advance
            | ClauseKind::AdvanceRepaid
            | ClauseKind::Reserve
            | ClauseKind::ReserveRelease => self.by_earnings(adjustment).unwrap_or_default(),
            ClauseKind::Cap => {
                let cap = self.contract.caps.iter().find(|it| it.name == *name);
                let before = cap.and_then(|it| self.opening(BalanceKind::Cap, &it.counts_in()));
                self.due_to_cap(name).into_iter().chain(before).collect()
            }
            ClauseKind::GrossUp
            | ClauseKind::WithholdingTax
            | ClauseKind::MinimumPayment
            | ClauseKind::LateInterest
            | ClauseKind::OnAccount
            | ClauseKind::OverpaymentCredit => self.between_owing_and_paying(adjustment),
            ClauseKind::TrueUp | ClauseKind::Audit => Vec::new(),
        }
    }

    /// What clauses looked at that speak of what a party has earned.
    fn by_earnings(&self, adjustment: &Adjustment) -> Option<Vec<Node>> {
        let Adjustment { clause, name, .. } = adjustment;
        let contract = self.contract;
        let kinds = match clause {
            ClauseKind::Guarantee => &[BalanceKind::Guarantee][..],
            _ => &[BalanceKind::Advance, BalanceKind::AdvanceInterest],
        };
        let before = kinds.iter().copied().filter_map(|kind| self.opening(kind, name));
        let earned = match clause {
            ClauseKind::Guarantee => {
                let it = contract.guarantees.iter().find(|it| it.name == *name)?;
                self.earned(it.party, (it.on, it.from), &it.schedules, None)
            }
            ClauseKind::Advance => {
                let it = contract.advances.iter().find(|it| it.name == *name)?;
                self.earned(it.to, (Earnings::All, it.by), &it.schedules, None)
            }
            ClauseKind::Reserve => {
                let it = contract.reserves.iter().find(|it| it.name == *name)?;
                let earned = self.earned(it.party, (Earnings::All, it.by), &it.schedules, None);
                let recouped = |each: &&Adjustment| each.clause == ClauseKind::Advance;
                let (from, to) = (contract.party_name(it.party), contract.party_name(it.by));
                let recouped = self.moved(Pair { from, to }, false, recouped);
                return Some([earned].into_iter().chain(recouped).collect());
            }
            ClauseKind::ReserveRelease => {
                let period = adjustment.period.unwrap_or(self.settlement.period);
                let held = self.opening(BalanceKind::Reserve, &format!("{name}/{period}"));
                return Some(held.into_iter().collect());
            }
            _ => return Some(before.collect()),
        };
        Some([earned].into_iter().chain(before).collect())
    }

    /// What clauses looked at that stand between what is owed and what is paid.
    fn between_owing_and_paying(&self, adjustment: &Adjustment) -> Vec<Node> {
        let name = &adjustment.name;
        let of = adjustment.period.map(|period| format!("{name}/{period}"));
        let mut nodes: Vec<Node> = match adjustment.clause {
            ClauseKind::LateInterest => {
                return of.map_or_else(Vec::new, |of| self.late(&of));
            }
            ClauseKind::OnAccount => {
                let before = self.opening(BalanceKind::OnAccount, name);
                before.into_iter().chain(self.on_account(name)).collect()
            }
            ClauseKind::OverpaymentCredit => {
                let before = of.and_then(|of| self.opening(BalanceKind::Credit, &of));
                before.into_iter().collect()
            }
            _ => self.opening(BalanceKind::CarriedPayable, name).into_iter().collect(),
        };
        nodes.push(self.so_far(adjustment));
        nodes
    }

    /// What the two parties owed each other when a clause looked.
    fn so_far(&self, adjustment: &Adjustment) -> Node {
        let all = &self.settlement.adjustments;
        let mine = all.iter().position(|each| std::ptr::eq(each, adjustment));
        let earlier = &all[..mine.unwrap_or(0)];
        let before = |each: &Adjustment| earlier.iter().any(|known| std::ptr::eq(known, each));
        let only: Vec<String> = match self.contract.netting {
            true => Vec::new(),
            false => adjustment.schedule.iter().cloned().collect(),
        };
        self.due(Pair { from: &adjustment.from, to: &adjustment.to }, &only, before)
    }

    /// What is due under a cap before it is cut.
    pub(super) fn due_to_cap(&self, name: &str) -> Option<Node> {
        let caps = &self.contract.caps;
        let at = caps.iter().position(|cap| cap.name == name)?;
        let cap = &caps[at];
        let earlier = |each: &Adjustment| match each.clause {
            ClauseKind::Cap => caps[..at].iter().any(|cap| cap.name == each.name),
            other => other < ClauseKind::Cap,
        };
        let name = |party| self.contract.party_name(party);
        let pair = Pair { from: name(cap.from), to: name(cap.to) };
        Some(self.due(pair, &cap.schedules, earlier))
    }

    fn under_floor(&self, name: &str) -> Vec<Node> {
        let floors = &self.contract.floors;
        let Some(at) = floors.iter().position(|floor| floor.name == name) else {
            return Vec::new();
        };
        let floor = &floors[at];
        let on = (Earnings::Shares, floor.from);
        let mut nodes = vec![self.earned(floor.party, on, &floor.schedules, Some(at))];
        if let AtLeast::Rate(_, measure) = &floor.at_least {
            nodes.extend(self.measured_by(*measure, &floor.schedules));
        }
        let kinds = [BalanceKind::Floor, BalanceKind::FloorMeasure, BalanceKind::FloorEarned];
        nodes.extend(kinds.into_iter().filter_map(|kind| self.opening(kind, name)));
        nodes
    }

    fn favoured(&self, name: &str, id: Option<&str>) -> Vec<Node> {
        let clause = self.contract.most_favoured.iter().find(|it| it.name == name);
        let Some(clause) = clause else { return Vec::new() };
        let party = self.contract.party_name(clause.party);
        let results = self.settlement.schedules.iter();
        let own = results.filter(|result| id.is_none_or(|id| id == result.id));
        let mut nodes = Vec::new();
        for result in own {
            nodes.extend(self.profit(result, party));
            for at in segments(result) {
                nodes.extend(self.steps(at, &[(StepName::ShareBase, 1)]));
            }
        }
        nodes
    }

    /// A step that a floor measures, in every schedule that counts.
    pub(super) fn measured_by(&self, measure: FloorBase, schedules: &[String]) -> Vec<Node> {
        let step = match measure {
            FloorBase::GrossSales => StepName::GrossSales,
            FloorBase::NetSales => StepName::NetSales,
            FloorBase::GrossProfit => StepName::GrossProfit,
            FloorBase::ShareBase => StepName::ShareBase,
        };
        let results = self.counted(schedules).into_iter();
        results.flat_map(segments).flat_map(|at| self.steps(at, &[(step, 1)])).collect()
    }

    /// The schedules that a clause counts.
    pub(super) fn counted(&self, schedules: &[String]) -> Vec<&'a ScheduleResult> {
        let counts = |id: &String| schedules.is_empty() || schedules.contains(id);
        self.settlement.schedules.iter().filter(|result| counts(&result.id)).collect()
    }

    /// What a party has earned in this period; for a floor, with what only those before it gave.
    pub(super) fn earned(
        &self,
        party: PartyId,
        (on, from): (Earnings, PartyId),
        schedules: &[String],
        floor: Option<usize>,
    ) -> Node {
        let name = self.contract.party_name(party);
        let mut parts = Vec::new();
        for result in self.counted(schedules) {
            let fee = |at| match self.basis(at) {
                Basis::UsageFee(terms) => Some((terms.payer, terms.payee)),
                Basis::Shared(_) | Basis::Excluded => None,
            };
            let others = [(party, from), (from, party)];
            let asked = |at| match (on, fee(at)) {
                (Earnings::All, Some(_)) => true,
                (Earnings::UsageFees, Some(pair)) => others.contains(&pair),
                (Earnings::Shares, Some(_)) | (_, None) => false,
            };
            let fees: Vec<_> = segments(result).filter(|at| asked(*at)).collect();
            parts.extend(self.position_in(result, &fees, name, 1));
            if on != Earnings::UsageFees {
                parts.extend(self.profit(result, name));
            }
        }
        if on != Earnings::UsageFees {
            parts.extend(self.raised(name, schedules, floor));
        }
        let sum = Node::sum(&parts);
        let mut node = Node::exactly(format!("earned by {name}"), sum.clone()).over(parts);
        node.amount = Some(self.major(&sum));
        node
    }

    /// What floors and most-favoured rates moved to a party.
    fn raised(&self, party: &str, schedules: &[String], floor: Option<usize>) -> Vec<Node> {
        let known: Option<Vec<&str>> = floor
            .map(|at| self.contract.floors[..at].iter().map(|floor| floor.name.as_str()).collect());
        let raises = |each: &&Adjustment| {
            let kind = match (&known, each.clause) {
                (Some(known), ClauseKind::ShareFloor) => known.contains(&each.name.as_str()),
                (None, clause) => {
                    [ClauseKind::ShareFloor, ClauseKind::MostFavoured].contains(&clause)
                }
                (Some(_), _) => false,
            };
            kind && self.raised_within(each, schedules)
        };
        let adjustments = self.settlement.adjustments.iter().filter(raises);
        let node = |each: &Adjustment| match party {
            to if each.to == to => Some(self.stated(each, 1)),
            from if each.from == from => Some(self.stated(each, -1)),
            _ => None,
        };
        adjustments.filter_map(node).collect()
    }

    /// Do all the schedules count whose shares an adjustment has raised?
    fn raised_within(&self, adjustment: &Adjustment, schedules: &[String]) -> bool {
        let counts = |id: &String| schedules.is_empty() || schedules.contains(id);
        if let Some(id) = &adjustment.schedule {
            return counts(id);
        }
        let floor = self.contract.floors.iter().find(|floor| floor.name == adjustment.name);
        let named = floor.map_or(&[][..], |floor| &floor.schedules);
        match named {
            [] => self.contract.schedules.iter().all(|schedule| counts(&schedule.id)),
            named => named.iter().all(counts),
        }
    }

    /// An exact sum of shown amounts with the digits of the currency.
    pub(super) fn major(&self, sum: &Ratio) -> String {
        let Contract { currency, rounding, .. } = self.contract;
        let whole = Minor::round(sum, *currency, *rounding);
        whole.map_or_else(|_| sum.to_plain(), |minor| minor.display(*currency))
    }
}
