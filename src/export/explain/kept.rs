//! Balances that clauses over the whole contract keep: what moved them.

use super::Node;
use super::balances::is_layer;
use super::debts::Pair;
use super::teller::Teller;
use crate::contract::{AtLeast, Earnings, PartyId, Span};
use crate::money::{Minor, Ratio};
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
                if self.accumulates(&it.span, restarts) {
                    nodes.push(self.earned(it.party, (it.on, it.from), &it.schedules, None));
                }
                if it.per_period.is_some() && self.accumulates(&it.span, restarts) {
                    let least =
                        self.moved(pair(it.from, it.party), false, by(ClauseKind::Guarantee));
                    nodes.extend(least.into_iter().take(1));
                }
                self.with_the_end(balance, nodes)
            }
            BalanceKind::Advance
            | BalanceKind::AdvanceInterest
            | BalanceKind::AdvancePaid
            | BalanceKind::AdvanceLapsed => self.advance_moves(balance),
            BalanceKind::Reserve => self.reserve_moves(balance),
            BalanceKind::Cap => self.cap_moves(balance),
            BalanceKind::TierPeriod
            | BalanceKind::RateQuantity
            | BalanceKind::Loss
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

    /// In its last period a guarantee is settled, and what it has counted is counted no more.
    fn with_the_end(&self, balance: &Balance, mut nodes: Vec<Node>) -> Vec<Node> {
        let movement = (balance.movement - balance.restated).to_ratio(self.settlement.currency);
        let rest = movement - Node::sum(&nodes);
        if balance.closing.is_zero() && !rest.is_zero() {
            let mut node =
                Node::exactly("settled for the last time: counted no more", rest.clone());
            node.amount = Some(self.major(&rest));
            nodes.push(node);
        }
        nodes
    }

    /// What was due, less what was cut; in another currency, what that counts there.
    fn cap_moves(&self, balance: &Balance) -> Vec<Node> {
        let mut caps = self.contract.caps.iter();
        let Some(cap) = caps.find(|cap| cap.counts_in() == balance.name.of) else {
            return Vec::new();
        };
        let mut nodes = self.since(balance, &cap.span, true);
        if !self.accumulates(&cap.span, true) {
            return nodes;
        }
        let name_of = |party| self.contract.party_name(party);
        let pair = Pair { from: name_of(cap.from), to: name_of(cap.to) };
        let own = |each: &&Adjustment| each.clause == ClauseKind::Cap && each.name == cap.name;
        let due = self.due_to_cap(&cap.name).into_iter().chain(self.moved(pair, false, own));
        let Some(currency) = balance.currency else {
            nodes.extend(due);
            return nodes;
        };
        let movement = (balance.movement - balance.restated).to_ratio(currency);
        let counted = movement - Node::sum(&nodes);
        let title = "paid, at the rate of the period";
        nodes.push(Node::exactly(title, counted).from(due));
        nodes
    }

    /// Is something counted in the period that later ones need? A window of one period is over
    /// with it.
    fn accumulates(&self, span: &Span, restarts: bool) -> bool {
        let period = self.settlement.period;
        let one = restarts && span.begins_in(period) && span.ends_in(period);
        span.is_open(period) && !one
    }

    /// What begins anew with a window, or ends with its clause.
    fn since(&self, balance: &Balance, span: &Span, restarts: bool) -> Vec<Node> {
        let period = self.settlement.period;
        let before = balance.opening + balance.restated;
        if before.is_zero() {
            return Vec::new();
        }
        if !span.is_open(period) {
            return vec![self.counted_in(balance, "the clause holds no more", -before)];
        }
        if restarts && span.begins_in(period) { vec![self.restarted(balance)] } else { Vec::new() }
    }

    fn floor_moves(&self, balance: &Balance) -> Vec<Node> {
        if balance.name.kind == BalanceKind::Floor && is_layer(&balance.name) {
            return self.layer_moves(balance);
        }
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
            let borne = floor.unused.carry().is_some_and(|carry| carry.interest.is_some());
            let movement = balance.movement - balance.restated;
            let rest = movement.to_ratio(self.settlement.currency) - Node::sum(&nodes);
            if borne && rest.is_positive() {
                nodes.push(Node::exactly("interest", rest));
            }
            return self.with_what_lapsed(balance, nodes);
        }
        let mut nodes = self.since(balance, &floor.span, true);
        if !self.accumulates(&floor.span, true) {
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
        let found = |kind: BalanceKind| {
            let own = |it: &&Balance| it.name.kind == kind && it.name.of == *name;
            self.settlement.balances.iter().find(own)
        };
        let of = |kind| found(kind).map_or(Minor::ZERO, |it| it.movement - it.restated);
        let (new, lapsed) = (of(BalanceKind::AdvancePaid), of(BalanceKind::AdvanceLapsed));
        let name_of = |party| self.contract.party_name(party);
        let pair = Pair { from: name_of(advance.by), to: name_of(advance.to) };
        let by = |kind: ClauseKind| {
            self.moved(pair, true, |each| each.clause == kind && each.name == *name)
        };
        let (recouped, repaid) = (by(ClauseKind::Advance), by(ClauseKind::AdvanceRepaid));
        let place = format!("{}:{} advance.{name}", self.contract.file, advance.line);
        let mut nodes = Vec::new();
        let mut put = |title: &str, exact: Ratio, basis: &[Node]| {
            if !exact.is_zero() {
                let mut node = Node::exactly(title, exact.clone()).noting(place.clone());
                node.amount = Some(self.major(&exact));
                nodes.push(node.from(basis.iter().cloned()));
            }
        };
        let major = |amount: Minor| amount.to_ratio(self.settlement.currency);
        // Interest is paid back before what bears it.
        let both = major(of(BalanceKind::Advance) + of(BalanceKind::AdvanceInterest));
        let taken = Node::sum(&recouped);
        let borne = both - major(new) + major(lapsed) - taken.clone() - Node::sum(&repaid);
        let before =
            found(BalanceKind::AdvanceInterest).map_or(Minor::ZERO, |it| it.opening + it.restated);
        let due = major(before) + borne.clone();
        let to_interest = -(-taken.clone()).min(due.clone());
        match balance.name.kind {
            BalanceKind::AdvancePaid => put("advanced", major(new), &[]),
            BalanceKind::AdvanceLapsed => put("written off", major(lapsed), &[]),
            BalanceKind::AdvanceInterest => {
                put("interest", borne, &[]);
                put("paid back first", to_interest.clone(), &recouped);
                if balance.closing.is_zero() {
                    put("written off, or owed", -(due + to_interest), &repaid);
                }
            }
            _ if advance.interest.is_some() => {
                put("advanced", major(new), &[]);
                put("paid back after its interest", taken - to_interest, &recouped);
                let own = major(of(BalanceKind::Advance));
                if balance.closing.is_zero() {
                    let rest = own - Node::sum(&nodes);
                    let mut node = Node::exactly("written off, or owed", rest.clone());
                    node.amount = Some(self.major(&rest));
                    nodes.extend((!rest.is_zero()).then(|| node.from(repaid)));
                }
            }
            _ => {
                put("advanced", major(new), &[]);
                put("written off", -major(lapsed), &[]);
                nodes.extend(recouped);
                nodes.extend(repaid);
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
