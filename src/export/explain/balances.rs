//! Balances: how they opened, and what moved them, down to steps, clauses and payments.
//!
//! What moved a balance is told as parts where they add up to the movement, and else as its basis.

use super::Node;
use super::steps::{At, segments};
use super::teller::Teller;
use crate::calendar::Period;
use crate::contract::{Basis, Losses, SharedTerms};
use crate::money::Minor;
use crate::settlement::{Balance, BalanceKind, BalanceName, Rule, ScheduleResult, StepName};

impl<'a> Teller<'a> {
    /// A balance: how it opened, what closed periods were restated by, and what moved it.
    pub(super) fn balance(&self, balance: &Balance) -> Node {
        let Balance { name, opening, closing, .. } = balance;
        let opening = self.counted_in(balance, "opening", *opening);
        let opening = opening.noting("as the period before closed");
        let node = self.counted_in(balance, format!("balance {name}"), *closing);
        node.over([opening, self.movement(balance)])
    }

    /// What moved a balance in the period.
    pub(super) fn movement(&self, balance: &Balance) -> Node {
        let Balance { name, movement, restated, .. } = balance;
        let node = self.counted_in(balance, "movement", *movement);
        let mut parts = Vec::new();
        if !restated.is_zero() {
            let of_closed = self.restated(name);
            let note = "what closed periods now give differs from what was settled";
            let node = self.counted_in(balance, "restated", *restated).noting(note);
            parts.push(if_they_add_up(node, of_closed));
        }
        parts.extend(self.moves(balance));
        if_they_add_up(node, parts)
    }

    /// What a balance was before a clause looked: as closed, with what was restated.
    pub(super) fn opening(&self, kind: BalanceKind, of: &str) -> Option<Node> {
        let own = |it: &&Balance| it.name.kind == kind && it.name.of == of;
        let balance = self.settlement.balances.iter().find(own)?;
        let amount = balance.opening + balance.restated;
        let title = format!("balance {} before", balance.name);
        let node = self.counted_in(balance, title, amount);
        (!amount.is_zero()).then(|| node.noting("as the period before closed"))
    }

    /// An amount in the currency that a balance counts in, or a quantity.
    pub(super) fn counted_in(
        &self,
        balance: &Balance,
        title: impl Into<String>,
        amount: Minor,
    ) -> Node {
        let currency = balance.currency.unwrap_or(self.settlement.currency);
        if balance.is_quantity {
            return Node::exactly(title, amount.to_ratio(currency));
        }
        Node::money(title, amount, currency)
    }

    fn moves(&self, balance: &Balance) -> Vec<Node> {
        let name = &balance.name;
        match name.kind {
            BalanceKind::Loss | BalanceKind::ExcessCost if is_layer(name) => {
                self.layer_moves(balance)
            }
            BalanceKind::Loss => {
                let moves = [(StepName::LossCarry, 1)];
                let carries = |terms: &SharedTerms| matches!(terms.losses, Losses::CarryForward(_));
                self.carried_moves(balance, &moves, StepName::LossCarry, carries)
            }
            BalanceKind::ExcessCost => {
                let moves = [(StepName::CarriedIn, -1), (StepName::Excess, 1)];
                self.carried_moves(balance, &moves, StepName::CarriedIn, |_| true)
            }
            BalanceKind::Deduction if is_layer(name) => self.layer_moves(balance),
            BalanceKind::Deduction => self.left_by_caps(balance),
            BalanceKind::Uncollected => {
                self.steps_where(name, &[(StepName::Uncollected, 1)], |_| true)
            }
            BalanceKind::TierMeasure => self.measure_moves(balance),
            BalanceKind::TierPeriod => self.layer_of_measure(balance),
            BalanceKind::RateQuantity => self.counted_by_rate(balance),
            BalanceKind::TierShared => self.given_in_window(balance),
            BalanceKind::Owed
            | BalanceKind::PartPaid
            | BalanceKind::Paid
            | BalanceKind::LateInterest
            | BalanceKind::Credit
            | BalanceKind::OnAccount
            | BalanceKind::PaidOnAccount
            | BalanceKind::CarriedPayable => self.cash_moves(balance),
            BalanceKind::Floor
            | BalanceKind::FloorMeasure
            | BalanceKind::FloorEarned
            | BalanceKind::Guarantee
            | BalanceKind::Advance
            | BalanceKind::AdvanceInterest
            | BalanceKind::AdvancePaid
            | BalanceKind::AdvanceLapsed
            | BalanceKind::Reserve
            | BalanceKind::Cap => self.clause_moves(balance),
        }
    }

    /// The schedule that a balance belongs to.
    pub(super) fn schedule_of(&self, name: &BalanceName) -> Option<&'a ScheduleResult> {
        let own = |id: &str| {
            name.of.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let results = self.settlement.schedules.iter().filter(|result| own(&result.id));
        results.max_by_key(|result| result.id.len())
    }

    /// Steps of the segments whose terms move the balance.
    fn steps_where(
        &self,
        name: &BalanceName,
        moves: &[(StepName, i128)],
        holds: impl Fn(&SharedTerms) -> bool,
    ) -> Vec<Node> {
        let shared = |at: &At<'_>| match self.basis(*at) {
            Basis::Shared(terms) => holds(terms),
            Basis::UsageFee(_) | Basis::Excluded => false,
        };
        let own = self.schedule_of(name).into_iter().flat_map(segments).filter(shared);
        own.flat_map(|at| self.steps(at, moves)).collect()
    }

    /// Steps that use or add to what is carried, the interest that it bore, and what lapsed of it.
    fn carried_moves(
        &self,
        balance: &Balance,
        moves: &[(StepName, i128)],
        opened_by: StepName,
        holds: impl Fn(&SharedTerms) -> bool,
    ) -> Vec<Node> {
        let mut borne = Minor::ZERO;
        for at in self.schedule_of(&balance.name).into_iter().flat_map(segments) {
            for step in at.segment.steps.iter().filter(|step| step.name == opened_by) {
                if let Rule::Carried { borne: more, .. } = step.trace.rule {
                    borne += more;
                }
            }
        }
        let mut nodes = self.steps_where(&balance.name, moves, holds);
        if !borne.is_zero() {
            nodes.insert(0, self.money("interest", borne));
        }
        self.with_what_lapsed(balance, nodes)
    }

    /// What is not handed on, because of a cap, of its age, or of terms that carry nothing, lapses.
    pub(super) fn with_what_lapsed(&self, balance: &Balance, mut nodes: Vec<Node>) -> Vec<Node> {
        let movement = (balance.movement - balance.restated).to_ratio(self.settlement.currency);
        let rest = movement - Node::sum(&nodes);
        if rest.is_negative() {
            let mut node = Node::exactly("lapsed", rest.clone());
            node.amount = Some(self.major(&rest));
            nodes.push(node);
        }
        nodes
    }

    /// A layer of its own, for what expires; the oldest is used first.
    pub(super) fn layer_moves(&self, balance: &Balance) -> Vec<Node> {
        let before = balance.opening + balance.restated;
        let taken = self.money("opened with, to be used, handed on or to expire", -before);
        let left = self.money("handed on", balance.closing);
        let names = match balance.name.kind {
            BalanceKind::Loss => &[(StepName::LossCarry, 1)][..],
            BalanceKind::ExcessCost => &[(StepName::CarriedIn, 1), (StepName::Excess, 1)][..],
            BalanceKind::Deduction => &[(StepName::Deductions, 1)][..],
            _ => &[],
        };
        let left = left.from(self.steps_where(&balance.name, names, |_| true));
        let some = |node: &Node| node.exact.as_ref().is_some_and(|exact| !exact.is_zero());
        [taken, left].into_iter().filter(some).collect()
    }

    /// What a deduction came to before its cap, less what was deducted of it, and less what was
    /// carried from before.
    fn left_by_caps(&self, balance: &Balance) -> Vec<Node> {
        let name = &balance.name;
        let mut nodes = Vec::new();
        for at in self.schedule_of(name).into_iter().flat_map(segments) {
            let own = |label: &String| name.of == format!("{}/{label}", at.result.id);
            for step in &at.segment.steps {
                if step.name != StepName::Deductions || !step.label.as_ref().is_some_and(own) {
                    continue;
                }
                let amount = match step.trace.rule {
                    Rule::Limit { amount, .. } => amount,
                    Rule::SumOfFacts
                    | Rule::Priced
                    | Rule::SumOfSteps
                    | Rule::RateOf { .. }
                    | Rule::Carried { .. }
                    | Rule::Nothing => -step.total,
                };
                nodes.push(self.money("to be deducted, before the cap", amount));
                nodes.push(self.step(at, step, None, 1));
            }
        }
        if !nodes.is_empty() {
            let before = balance.opening + balance.restated;
            nodes.push(self.money("of it carried from before", -before));
        }
        self.with_what_lapsed(balance, nodes)
    }

    /// What a window that began with the period took away.
    pub(super) fn restarted(&self, balance: &Balance) -> Node {
        let before = balance.opening + balance.restated;
        self.counted_in(balance, "a window began: counted anew", -before)
    }
}

/// The parts as such if they add up to the node, else what it was computed from.
fn if_they_add_up(node: Node, parts: Vec<Node>) -> Node {
    let adds_up = node.exact.as_ref() == Some(&Node::sum(&parts));
    if adds_up { node.over(parts) } else { node.from(parts) }
}

/// Is it a layer with a period of its own?
pub(super) fn is_layer(name: &BalanceName) -> bool {
    name.of.rsplit_once('/').is_some_and(|(_, last)| last.parse::<Period>().is_ok())
}
