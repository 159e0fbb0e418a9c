//! What contract-wide clauses moved, and the balances that they keep.

use super::Node;
use super::steps::Teller;
use crate::settlement::{Adjustment, Balance, BalanceKind, ClauseKind, Payable};
use crate::statement::grouped;

/// The balances that a clause moves when it moves money.
fn keeps(clause: ClauseKind) -> &'static [BalanceKind] {
    match clause {
        ClauseKind::ShareFloor => &[BalanceKind::Floor],
        ClauseKind::Guarantee => &[BalanceKind::Guarantee],
        ClauseKind::Advance | ClauseKind::AdvanceRepaid => {
            &[BalanceKind::Advance, BalanceKind::AdvanceInterest]
        }
        ClauseKind::Reserve | ClauseKind::ReserveRelease => &[BalanceKind::Reserve],
        ClauseKind::Cap => &[BalanceKind::Cap],
        ClauseKind::LateInterest => &[BalanceKind::LateInterest],
        ClauseKind::OnAccount => &[BalanceKind::OnAccount, BalanceKind::PaidOnAccount],
        ClauseKind::MinimumPayment => &[BalanceKind::CarriedPayable],
        ClauseKind::OverpaymentCredit => &[BalanceKind::Credit],
        ClauseKind::MostFavoured
        | ClauseKind::TrueUp
        | ClauseKind::Audit
        | ClauseKind::GrossUp
        | ClauseKind::WithholdingTax => &[],
    }
}

impl Teller<'_> {
    /// All that a clause of a name moved; none if it moved nothing.
    pub(super) fn adjustment(&mut self, clause: &str, name: &str) -> Option<Node> {
        let own = |each: &&Adjustment| each.clause.as_str() == clause && each.name == name;
        let adjustments = self.settlement.adjustments.iter().filter(own);
        let mut nodes: Vec<Node> = adjustments.map(|each| self.adjusted(each, 1)).collect();
        match nodes.len() {
            0 | 1 => nodes.pop(),
            _ => Some(Node::titled(format!("{clause} {name}")).over(nodes)),
        }
    }

    /// What clauses moved between the two parties of a payable, negative the other way.
    pub(super) fn adjustments_between(&self, payable: &Payable) -> Vec<Node> {
        let Payable { from, to, schedule, .. } = payable;
        let on = |each: &&Adjustment| schedule.is_none() || each.schedule == *schedule;
        let sign = |each: &Adjustment| match (&each.from, &each.to) {
            (one, other) if one == from && other == to => Some(1),
            (one, other) if one == to && other == from => Some(-1),
            _ => None,
        };
        let adjustments = self.settlement.adjustments.iter().filter(on);
        adjustments.filter_map(|each| Some(self.adjusted(each, sign(each)?))).collect()
    }

    fn adjusted(&self, adjustment: &Adjustment, sign: i128) -> Node {
        let period = adjustment.period.map_or(String::new(), |period| format!(" for {period}"));
        let title = format!("{} {}{period}", adjustment.clause.as_str(), adjustment.name);
        let amount = crate::money::Minor(sign * adjustment.amount.0);
        let node = Node::titled(title)
            .amounting(self.show(amount))
            .noting(format!("{} owes {}", adjustment.from, adjustment.to))
            .noting(&adjustment.note);
        match &adjustment.trace.clause {
            Some(clause) => node.noting(format!("{}:{} {}", clause.file, clause.line, clause.key)),
            None => node,
        }
    }

    /// A balance that a clause keeps: how it opened and what moved it.
    pub(super) fn clause_balance(&mut self, balance: &Balance) -> Node {
        let name = &balance.name;
        let period = self.settlement.period;
        let own = |each: &&Adjustment| {
            let of = match (name.kind, balance.currency) {
                (BalanceKind::Reserve, _) => {
                    format!("{}/{}", each.name, each.period.unwrap_or(period))
                }
                (_, Some(currency)) => format!("{}/{currency}", each.name),
                (_, None) => each.name.clone(),
            };
            of == name.of && keeps(each.clause).contains(&name.kind)
        };
        let moves = self.settlement.adjustments.iter().filter(own);
        let moves: Vec<Node> = moves.map(|each| self.adjusted(each, 1)).collect();
        let currency = balance.currency.unwrap_or(self.settlement.currency);
        let show = |amount: crate::money::Minor| grouped(&amount.display(currency));
        let opening = Node::titled("opening").amounting(show(balance.opening));
        let movement = Node::titled("movement").amounting(show(balance.movement)).over(moves);
        let node = Node::titled(format!("balance {name}")).amounting(show(balance.closing));
        node.over([opening.noting("as the period before closed"), movement])
    }
}
