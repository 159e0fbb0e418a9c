//! What parties hold and owe: shares, positions, payables, and the balances that are carried.

use super::Node;
use super::steps::Teller;
use crate::contract::Basis;
use crate::money::Minor;
use crate::posting::{self, components};
use crate::settlement::{
    Balance, BalanceKind, Payable, ScheduleResult, SegmentResult, Step, StepName,
};

impl Teller<'_> {
    /// Every step of these names in a segment, with its sign.
    fn steps(
        &mut self,
        id: &str,
        segment: &SegmentResult,
        names: &[(StepName, i128)],
    ) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (name, sign) in names {
            let found = |step: &&Step| step.name == *name && !step.total.is_zero();
            for step in segment.steps.iter().filter(found) {
                nodes.push(self.step(id, segment, step, None, *sign));
            }
        }
        nodes
    }

    /// A party's part of the share base.
    pub(super) fn share(&mut self, result: &ScheduleResult, party: &str) -> Option<Node> {
        let mut nodes = Vec::new();
        for segment in &result.segments {
            let shares = segment.shares.iter();
            for (_, amount) in shares.filter(|(name, _)| name == party) {
                let title = format!("share of {party} in {} from {}", result.id, segment.from);
                nodes.push(self.share_of(result, segment, party, title, *amount));
            }
        }
        one_or_all(nodes, |nodes| {
            let sum = result.segments.iter().flat_map(|segment| &segment.shares);
            let sum = sum.filter(|(name, _)| name == party).map(|(_, amount)| *amount).sum();
            let title = format!("shares of {party} in {}", result.id);
            Node::titled(title).amounting(self.show(sum)).over(nodes)
        })
    }

    fn share_of(
        &mut self,
        result: &ScheduleResult,
        segment: &SegmentResult,
        party: &str,
        title: String,
        amount: Minor,
    ) -> Node {
        let schedule = posting::schedule(self.contract, result);
        let mut node = Node::titled(title).amounting(self.show(amount));
        if let Basis::Shared(terms) = posting::basis(schedule, segment) {
            let mut shares = terms.split.shares.iter();
            let agreed = shares.find(|(id, _)| self.contract.party_name(*id) == party);
            if let Some((_, share)) = agreed {
                let base = self.show(segment.amount(StepName::ShareBase));
                node = node.noting(format!("{share} of {base}"));
            }
        }
        let names = [(StepName::ShareBase, 1), (StepName::Priority, 1)];
        node.over(self.steps(&result.id, segment, &names))
    }

    /// A party's position in a schedule; `sign` is −1 where it is owed the other way.
    pub(super) fn position(
        &mut self,
        result: &ScheduleResult,
        party: &str,
        sign: i128,
    ) -> Option<Node> {
        let held =
            |segment: &&SegmentResult| segment.positions.iter().any(|(name, _)| name == party);
        let segments: Vec<&SegmentResult> = result.segments.iter().filter(held).collect();
        let amount: Minor = segments.iter().map(|each| posting::position(each, party)).sum();
        let title = format!("position of {party} in {}", result.id);
        let mut node = Node::titled(title).amounting(self.show(Minor(sign * amount.0)));
        if sign < 0 {
            node = node.noting("owed the other way");
        }
        let many = segments.len() > 1;
        for segment in &segments {
            let parts = self.position_parts(result, segment, party);
            let heading = || {
                let amount = self.show(posting::position(segment, party));
                let title = format!("{} to {}", segment.from, segment.to);
                Node::titled(title).amounting(amount)
            };
            node = if many {
                let heading = heading();
                node.over([heading.over(parts)])
            } else {
                node.over(parts)
            };
        }
        (!segments.is_empty()).then_some(node)
    }

    fn position_parts(
        &mut self,
        result: &ScheduleResult,
        segment: &SegmentResult,
        party: &str,
    ) -> Vec<Node> {
        let schedule = posting::schedule(self.contract, result);
        let Some(id) = self.contract.party(party) else { return Vec::new() };
        let position = posting::position(segment, party);
        let terms = match posting::basis(schedule, segment) {
            Basis::UsageFee(terms) => {
                let sign = if terms.payee == id { 1 } else { -1 };
                return self.steps(&result.id, segment, &[(StepName::UsageFee, sign)]);
            }
            Basis::Shared(terms) => terms,
            Basis::Excluded => return Vec::new(),
        };
        let mut nodes = Vec::new();
        for (account, amount) in components(segment, schedule, terms, id, position) {
            let (title, steps) = in_words(account);
            if steps.is_empty() {
                nodes.push(self.share_of(result, segment, party, title.to_owned(), amount));
                continue;
            }
            let node = Node::titled(title).amounting(self.show(amount));
            nodes.push(node.over(self.steps(&result.id, segment, steps)));
        }
        nodes
    }

    /// A party's position over all schedules.
    pub(super) fn position_in_all(&mut self, party: &str) -> Option<Node> {
        let settlement = self.settlement;
        let (_, amount) = settlement.positions.iter().find(|(name, _)| name == party)?;
        let node = Node::titled(format!("position of {party}")).amounting(self.show(*amount));
        let parts: Vec<Node> =
            settlement.schedules.iter().filter_map(|each| self.position(each, party, 1)).collect();
        Some(node.over(parts))
    }

    /// What one party pays another.
    pub(super) fn payable(&mut self, payable: &Payable) -> Node {
        let Payable { from, to, amount, schedule } = payable;
        let mut node = Node::titled(format!("{from} pays {to}")).amounting(self.show(*amount));
        let settlement = self.settlement;
        let on = |id: &str| schedule.as_ref().is_none_or(|only| only == id);
        for result in settlement.schedules.iter().filter(|result| on(&result.id)) {
            let part = match self.holder(result, from, to) {
                Some(Side::Payer) => self.position(result, to, 1),
                Some(Side::Payee) => self.position(result, from, -1),
                None => None,
            };
            node.children.extend(part);
        }
        node
    }

    /// Which of two parties holds the cash that the other's position is paid from.
    fn holder(&self, result: &ScheduleResult, from: &str, to: &str) -> Option<Side> {
        let schedule = posting::schedule(self.contract, result);
        let name = |party| self.contract.party_name(party);
        let segment = result.segments.first()?;
        match posting::basis(schedule, segment) {
            Basis::Shared(_) => match schedule.seller.map(name) {
                Some(seller) if seller == from => Some(Side::Payer),
                Some(seller) if seller == to => Some(Side::Payee),
                Some(_) | None => None,
            },
            Basis::UsageFee(terms) => {
                let both = [name(terms.payer), name(terms.payee)];
                (both.contains(&from) && both.contains(&to)).then_some(Side::Payer)
            }
            Basis::Excluded => None,
        }
    }

    /// A balance: how it opened and what moved it.
    pub(super) fn balance(&mut self, balance: &Balance) -> Option<Node> {
        let name = &balance.name;
        let names: &[(StepName, i128)] = match name.kind {
            BalanceKind::Loss => &[(StepName::LossCarry, 1)],
            BalanceKind::ExcessCost => &[(StepName::CarriedIn, -1), (StepName::Excess, 1)],
            BalanceKind::Deduction => &[(StepName::Deductions, 1)],
            BalanceKind::Uncollected => &[(StepName::Uncollected, 1)],
        };
        let settlement = self.settlement;
        let of_schedule = |id: &str| {
            name.of.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let result = settlement.schedules.iter().find(|result| of_schedule(&result.id))?;
        let mut moves = Vec::new();
        for segment in &result.segments {
            moves.extend(self.steps(&result.id, segment, names));
        }
        let opening = Node::titled("opening").amounting(self.show(balance.opening));
        let movement = Node::titled("movement").amounting(self.show(balance.movement)).over(moves);
        let node = Node::titled(format!("balance {name}")).amounting(self.show(balance.closing));
        Some(node.over([opening.noting("as the period before closed"), movement]))
    }
}

enum Side {
    Payer,
    Payee,
}

/// An account of a position in words, and the steps that it comes from; none for the share.
fn in_words(account: &str) -> (&'static str, &'static [(StepName, i128)]) {
    use StepName::{CarriedIn, Cost, Excess, LossCarry, Uplift};
    match account {
        "recovery:infrastructure-cost" => {
            ("infrastructure cost recovered", &[(Cost, 1), (Uplift, 1)])
        }
        "recovery:invoiced-cost" => ("cost, invoiced and paid outside", &[(Cost, 1), (Uplift, 1)]),
        "cost:unrecovered-excess" => {
            ("cost above the ceiling, not deducted", &[(CarriedIn, 1), (Excess, -1)])
        }
        "loss:carried" => ("loss carried, or eaten by this profit", &[(LossCarry, -1)]),
        "loss:borne" => ("loss borne", &[(LossCarry, -1)]),
        _ => ("share of the split", &[]),
    }
}

/// The node if there is one, a node over all if there are several.
fn one_or_all(mut nodes: Vec<Node>, over: impl FnOnce(Vec<Node>) -> Node) -> Option<Node> {
    match nodes.len() {
        0 => None,
        1 => nodes.pop(),
        _ => Some(over(nodes)),
    }
}
