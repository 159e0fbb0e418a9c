//! Balances of what was really paid: down to the payments.

use super::Node;
use super::debts::Pair;
use super::teller::Teller;
use crate::calendar::Period;
use crate::fact::Payment;
use crate::money::{Minor, Ratio};
use crate::settlement::{Adjustment, Balance, BalanceKind, ClauseKind, Payable};

impl<'a> Teller<'a> {
    /// The moves of a balance of payments.
    pub(super) fn cash_moves(&self, balance: &Balance) -> Vec<Node> {
        let of = &balance.name.of;
        match balance.name.kind {
            BalanceKind::Owed => self.owed_moves(balance),
            BalanceKind::PartPaid => self.part_paid_moves(balance),
            BalanceKind::Paid => self.newly_known(balance, self.on_statements(of)),
            BalanceKind::PaidOnAccount => self.newly_known(balance, self.paid_on_account(of)),
            BalanceKind::LateInterest => {
                let mut nodes = self.of_statement(of, ClauseKind::LateInterest, 1);
                if balance.closing.is_zero() {
                    let before = balance.opening + balance.restated;
                    let charged = Node::sum(&nodes);
                    let all = -(before.to_ratio(self.settlement.currency) + charged);
                    nodes.push(self.struck("the statement is paid: struck off", &all));
                }
                nodes
            }
            BalanceKind::Credit => self.credit_moves(balance),
            BalanceKind::OnAccount => {
                let mut nodes = self.clause_of_pair(of, ClauseKind::OnAccount, -1);
                nodes.extend(self.on_account(of).into_iter().map(taken_off));
                nodes
            }
            BalanceKind::CarriedPayable => self.clause_of_pair(of, ClauseKind::MinimumPayment, -1),
            _ => Vec::new(),
        }
    }

    /// What is known of a late statement: what was owed, what was charged, and its payments.
    pub(super) fn late(&self, of: &str) -> Vec<Node> {
        let kinds = [BalanceKind::Owed, BalanceKind::PartPaid, BalanceKind::LateInterest];
        let mut nodes: Vec<Node> =
            kinds.into_iter().filter_map(|kind| self.opening(kind, of)).collect();
        nodes.extend(self.leaves(self.on_statement(of), 1));
        nodes
    }

    /// What was paid on account and not known before.
    pub(super) fn on_account(&self, of: &str) -> Vec<Node> {
        let own = |it: &&Balance| it.name.kind == BalanceKind::PaidOnAccount && it.name.of == of;
        let Some(balance) = self.settlement.balances.iter().find(own) else { return Vec::new() };
        if balance.movement.is_zero() {
            return Vec::new();
        }
        let node = self.money("paid on account since", balance.movement);
        vec![node.over(self.newly_known(balance, self.paid_on_account(of)))]
    }

    /// What a statement asks for, less what was paid on it.
    fn owed_moves(&self, balance: &Balance) -> Vec<Node> {
        let of = &balance.name.of;
        let Some((pair, statement)) = split(of) else { return Vec::new() };
        let currency = self.settlement.currency;
        let payments = self.on_statement(of);
        let mut nodes = Vec::new();
        if statement == self.settlement.period {
            let billed =
                |each: &&Payable| (each.from.as_str(), each.to.as_str()) == (pair.from, pair.to);
            let payables = self.settlement.payables.iter().filter(billed);
            nodes.extend(payables.map(|payable| self.payable(payable)));
        } else {
            let known = self.part_paid_before(of);
            if !known.is_zero() {
                nodes.push(self.money("set against it before", known));
            }
        }
        nodes.extend(self.leaves(payments, -1));
        let movement = (balance.movement - balance.restated).to_ratio(currency);
        let beyond = movement - Node::sum(&nodes);
        if beyond.is_positive() && balance.closing.is_zero() {
            nodes.push(self.struck("paid too much, or paid before: no debt", &beyond));
        } else if !beyond.is_zero() && balance.opening.is_zero() && !balance.closing.is_zero() {
            nodes.push(self.struck("paid before, and settled then", &beyond));
        }
        nodes
    }

    fn part_paid_before(&self, of: &str) -> Minor {
        let own = |it: &&Balance| it.name.kind == BalanceKind::PartPaid && it.name.of == of;
        let found = self.settlement.balances.iter().find(own);
        found.map_or(Minor::ZERO, |it| it.opening + it.restated)
    }

    fn part_paid_moves(&self, balance: &Balance) -> Vec<Node> {
        let before = balance.opening + balance.restated;
        if balance.closing.is_zero() {
            return vec![self.money("the statement is paid: nothing is part-paid", -before)];
        }
        self.newly_known(balance, self.on_statement(&balance.name.of))
    }

    /// Payments, less what was known of them before.
    fn newly_known(&self, balance: &Balance, payments: Vec<&Payment>) -> Vec<Node> {
        let before = balance.opening + balance.restated;
        let new = balance.movement - balance.restated;
        let in_period = |payment: &&&Payment| {
            let day = payment.time.day_in(&self.contract.zone);
            self.settlement.period.contains(day)
        };
        let fresh: Vec<&Payment> = payments.iter().filter(in_period).copied().collect();
        let fresh = self.leaves(fresh, 1);
        if Node::sum(&fresh) == new.to_ratio(self.settlement.currency) {
            return fresh;
        }
        let mut nodes = self.leaves(payments, 1);
        nodes.push(self.money("known before", -before));
        nodes
    }

    /// What was paid too much, less what was used of it or refunded.
    fn credit_moves(&self, balance: &Balance) -> Vec<Node> {
        let of = &balance.name.of;
        let Some((_, since)) = split(of) else { return Vec::new() };
        let mut nodes = self.of_statement(of, ClauseKind::OverpaymentCredit, 1);
        if since == self.settlement.period {
            let movement = balance.movement - balance.restated;
            let made = movement.to_ratio(self.settlement.currency) - Node::sum(&nodes);
            if !made.is_zero() {
                let (pair, _) = of.rsplit_once('/').unwrap_or((of, ""));
                let all = self
                    .on_statements(pair)
                    .into_iter()
                    .filter(|payment| since.contains(payment.time.day_in(&self.contract.zone)));
                let payments = self.leaves(all.collect(), 1);
                let node = self.struck("paid too much in this period", &made);
                nodes.insert(0, node.from(payments));
            }
        }
        nodes
    }

    /// What a clause moved for one statement of a pair.
    fn of_statement(&self, of: &str, clause: ClauseKind, sign: i128) -> Vec<Node> {
        let Some((pair, statement)) = split(of) else { return Vec::new() };
        let name = format!("{}>{}", pair.from, pair.to);
        let own = |each: &&'a Adjustment| {
            each.clause == clause && each.name == name && each.period == Some(statement)
        };
        self.signed(pair, sign, own)
    }

    /// What a clause moved for a pair.
    fn clause_of_pair(&self, of: &str, clause: ClauseKind, sign: i128) -> Vec<Node> {
        let pair = of.rsplit_once('/').map_or(of, |(_, pair)| pair);
        let Some((from, to)) = pair.split_once('>') else { return Vec::new() };
        let own = |each: &&'a Adjustment| each.clause == clause && each.name == of;
        self.signed(Pair { from, to }, sign, own)
    }

    fn signed(
        &self,
        pair: Pair<'_>,
        sign: i128,
        own: impl Fn(&&'a Adjustment) -> bool,
    ) -> Vec<Node> {
        let turned = Pair { from: pair.to, to: pair.from };
        self.moved(if sign < 0 { turned } else { pair }, true, own)
    }

    /// Every payment of a pair that was made by the period's end, on a statement that exists.
    fn of_pair(&self, of: &str) -> Vec<&'a Payment> {
        let Some((from, to)) = of.split_once('>') else { return Vec::new() };
        let own = |payment: &&Payment| {
            let day = payment.time.day_in(&self.contract.zone);
            (payment.from.as_str(), payment.to.as_str()) == (from, to)
                && payment.currency == self.contract.currency
                && payment.period.length() == self.contract.period
                && payment.period <= self.settlement.period
                && day <= self.settlement.period.last_day()
        };
        self.payments.iter().filter(own).collect()
    }

    fn is_on_account(&self, payment: &Payment) -> bool {
        let day = payment.time.day_in(&self.contract.zone);
        let name = |party| self.contract.party_name(party);
        let mut clauses = self.contract.cash.on_account.iter();
        let clause = clauses.find(|it| {
            (name(it.from), name(it.to)) == (payment.from.as_str(), payment.to.as_str())
        });
        clause.is_some_and(|clause| day <= clause.last(payment.period).last_day())
    }

    fn paid_on_account(&self, of: &str) -> Vec<&'a Payment> {
        self.of_pair(of).into_iter().filter(|payment| self.is_on_account(payment)).collect()
    }

    fn on_statements(&self, of: &str) -> Vec<&'a Payment> {
        let followed = |payment: &&Payment| {
            !self.is_on_account(payment) && self.contract.cash.follows(payment.period)
        };
        self.of_pair(of).into_iter().filter(followed).collect()
    }

    /// Payments on one statement: `platform>vendor/2026-10`.
    fn on_statement(&self, of: &str) -> Vec<&'a Payment> {
        let Some((pair, statement)) = of.rsplit_once('/') else { return Vec::new() };
        let own = |payment: &&Payment| payment.period.to_string() == statement;
        self.on_statements(pair).into_iter().filter(own).collect()
    }

    fn leaves(&self, payments: Vec<&Payment>, sign: i128) -> Vec<Node> {
        let leaf = |payment: &Payment| {
            let day = payment.time.day_in(&self.contract.zone);
            let title = format!("{day} payment {} on {}", payment.id, payment.period);
            let exact = &Ratio::whole(sign) * &payment.amount.to_ratio();
            let mut node = Node::exactly(title, exact);
            node.payments.push(payment.clone());
            node
        };
        payments.into_iter().map(leaf).collect()
    }

    fn struck(&self, title: &str, exact: &Ratio) -> Node {
        let mut node = Node::exactly(title, exact.clone());
        node.amount = Some(self.major(exact));
        node
    }
}

/// `platform>vendor/2026-10` in its parts.
fn split(of: &str) -> Option<(Pair<'_>, Period)> {
    let (pair, statement) = of.rsplit_once('/')?;
    let (from, to) = pair.split_once('>')?;
    Some((Pair { from, to }, statement.parse().ok()?))
}

fn taken_off(node: Node) -> Node {
    let exact = -node.exact.clone().unwrap_or_default();
    let children = node.children.into_iter().map(taken_off).collect();
    let amount = node.amount.map(|text| match text.strip_prefix('-') {
        Some(size) => size.to_owned(),
        None => format!("-{text}"),
    });
    Node { exact: Some(exact), amount, children, ..node }
}
