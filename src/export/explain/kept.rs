//! Balances that clauses over the whole contract keep: what moved them.

use super::Node;
use super::debts::Pair;
use super::teller::Teller;
use crate::contract::{AtLeast, Earnings, PartyId, Span};
use crate::money::Minor;
use crate::settlement::{Adjustment, Balance, BalanceKind, ClauseKind};

impl Teller<'_> {
    /// The moves of a balance of a clause that entitles.
    pub(super) fn clause_moves(&self, balance: &Balance) -> Vec<Node> {
        let name = &balance.name;
        let contract = self.contract;
        let pair = |from: PartyId, to: PartyId| Pair {
            from: contract.party_name(from),
            to: contract.party_name(to),
        };
        let by = |kind: ClauseKind| {
            move |each: &&Adjustment| each.clause == kind && each.name == name.of
        };
        match name.kind {
            BalanceKind::Floor | BalanceKind::FloorMeasure | BalanceKind::FloorEarned => {
                self.floor_moves(balance)
            }
            BalanceKind::Guarantee => {
                let Some(it) = contract.guarantees.iter().find(|it| it.name == name.of) else {
                    return Vec::new();
                };
                let restarts = !it.cumulative;
                let mut nodes = self.since(balance, &it.span, restarts);
                if it.span.is_open(self.settlement.period) {
                    nodes.push(self.earned(it.party, (it.on, it.from), &it.schedules, None));
                }
                if it.per_period.is_some() {
                    let least =
                        self.moved(pair(it.from, it.party), false, by(ClauseKind::Guarantee));
                    nodes.extend(least.into_iter().take(1));
                }
                nodes
            }
            BalanceKind::Advance | BalanceKind::AdvancePaid | BalanceKind::AdvanceLapsed => {
                self.advance_moves(balance)
            }
            BalanceKind::Reserve => self.reserve_moves(balance),
            BalanceKind::Cap => {
                let Some(it) = contract.caps.iter().find(|it| it.name == name.of) else {
                    return Vec::new();
                };
                let mut nodes = self.since(balance, &it.span, true);
                if it.span.is_open(self.settlement.period) {
                    nodes.extend(self.due_to_cap(&name.of));
                    nodes.extend(self.moved(pair(it.from, it.to), false, by(ClauseKind::Cap)));
                }
                nodes
            }
            BalanceKind::Loss
            | BalanceKind::ExcessCost
            | BalanceKind::Deduction
            | BalanceKind::Uncollected
            | BalanceKind::TierMeasure
            | BalanceKind::TierShared
            | BalanceKind::Owed
            | BalanceKind::PartPaid
            | BalanceKind::Paid
            | BalanceKind::LateInterest
            | BalanceKind::Credit
            | BalanceKind::OnAccount
            | BalanceKind::PaidOnAccount
            | BalanceKind::CarriedPayable => Vec::new(),
        }
    }

    /// What begins anew with a window, or ends with its clause.
    fn since(&self, balance: &Balance, span: &Span, restarts: bool) -> Vec<Node> {
        let period = self.settlement.period;
        let before = balance.opening + balance.restated;
        if before.is_zero() {
            return Vec::new();
        }
        if !span.is_open(period) {
            return vec![self.money("the clause holds no more", -before)];
        }
        if restarts && span.begins_in(period) { vec![self.restarted(balance)] } else { Vec::new() }
    }

    fn floor_moves(&self, balance: &Balance) -> Vec<Node> {
        let floors = &self.contract.floors;
        let Some(at) = floors.iter().position(|it| it.name == balance.name.of) else {
            return Vec::new();
        };
        let floor = &floors[at];
        let open = floor.span.is_open(self.settlement.period);
        if balance.name.kind == BalanceKind::Floor {
            let mut nodes = self.since(balance, &floor.span, false);
            if open {
                let name = |party| self.contract.party_name(party);
                let pair = Pair { from: name(floor.from), to: name(floor.party) };
                let own = |each: &&Adjustment| {
                    each.clause == ClauseKind::ShareFloor && each.name == floor.name
                };
                nodes.extend(self.moved(pair, true, own));
            }
            return nodes;
        }
        let mut nodes = self.since(balance, &floor.span, true);
        if !open {
            return nodes;
        }
        match (&floor.at_least, balance.name.kind) {
            (AtLeast::Rate(_, measure), BalanceKind::FloorMeasure) => {
                nodes.extend(self.measured_by(*measure, &floor.schedules));
            }
            (AtLeast::Rate(..) | AtLeast::Amount(_), _) => {
                let on = (Earnings::Shares, floor.from);
                nodes.push(self.earned(floor.party, on, &floor.schedules, Some(at)));
            }
        }
        nodes
    }

    fn advance_moves(&self, balance: &Balance) -> Vec<Node> {
        let name = &balance.name.of;
        let Some(advance) = self.contract.advances.iter().find(|it| it.name == *name) else {
            return Vec::new();
        };
        let of = |kind: BalanceKind| {
            let own = |it: &&Balance| it.name.kind == kind && it.name.of == *name;
            let found = self.settlement.balances.iter().find(own);
            found.map_or(Minor::ZERO, |it| it.movement - it.restated)
        };
        let place = format!("{}:{} advance.{name}", self.contract.file, advance.line);
        let mut nodes = Vec::new();
        let mut put = |title: &str, amount: Minor| {
            if !amount.is_zero() {
                nodes.push(self.money(title, amount).noting(place.clone()));
            }
        };
        match balance.name.kind {
            BalanceKind::AdvancePaid => put("advanced", of(BalanceKind::AdvancePaid)),
            BalanceKind::AdvanceLapsed => put("written off", of(BalanceKind::AdvanceLapsed)),
            _ => {
                put("advanced", of(BalanceKind::AdvancePaid));
                put("written off", -of(BalanceKind::AdvanceLapsed));
                let name_of = |party| self.contract.party_name(party);
                let pair = Pair { from: name_of(advance.by), to: name_of(advance.to) };
                let own =
                    |each: &&Adjustment| each.clause == ClauseKind::Advance && each.name == *name;
                nodes.extend(self.moved(pair, true, own));
            }
        }
        nodes
    }

    /// What was withheld into a layer of a reserve, and what was released from it.
    fn reserve_moves(&self, balance: &Balance) -> Vec<Node> {
        let Some((name, layer)) = balance.name.of.rsplit_once('/') else { return Vec::new() };
        let Some(reserve) = self.contract.reserves.iter().find(|it| it.name == name) else {
            return Vec::new();
        };
        let name_of = |party| self.contract.party_name(party);
        let pair = Pair { from: name_of(reserve.party), to: name_of(reserve.by) };
        let own = |each: &&Adjustment| {
            let period = each.period.unwrap_or(self.settlement.period);
            let kinds = [ClauseKind::Reserve, ClauseKind::ReserveRelease];
            kinds.contains(&each.clause) && each.name == name && period.to_string() == layer
        };
        self.moved(pair, true, own)
    }
}
