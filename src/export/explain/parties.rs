//! What parties hold and owe: shares, positions, payables, and the balances that are carried.

use super::Node;
use super::steps::Teller;
use crate::contract::Basis;
use crate::money::{Minor, Ratio};
use crate::posting::{self, CATCH_UP, components};
use crate::settlement::{
    Balance, BalanceKind, Payable, ScheduleResult, SegmentResult, Slice, Step, StepName,
};
use crate::statement::grouped;

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
        let mut node = Node::titled(title).amounting(self.show(amount));
        for slice in &segment.slices {
            let agreed = slice.shares.iter().find(|(id, _)| id == party);
            if let Some((_, share)) = agreed {
                node = node.noting(self.slice_in_words(slice, share));
            }
        }
        let node = node.over(self.tier_of(segment));
        node.over(self.steps(&result.id, segment, &[(StepName::ShareBase, 1)]))
    }

    /// `93% of 200,000,000.00 (from 50000000)`.
    fn slice_in_words(&self, slice: &Slice, share: &Ratio) -> String {
        let base = grouped(&plain(&slice.base, self.settlement.currency.digits()));
        let tier = slice.tier.as_ref().map_or(String::new(), |tier| format!(" ({tier})"));
        format!("{share} of {base}{tier}")
    }

    /// What moved through the tiers, where there are any.
    fn tier_of(&self, segment: &SegmentResult) -> Vec<Node> {
        let node = |slice: &Slice| {
            let measure = slice.measure.as_ref()?;
            let title = format!("measure in the tier {}", slice.tier.as_ref()?);
            let digits = self.settlement.currency.digits();
            Some(Node::titled(title).amounting(grouped(&plain(measure, digits))))
        };
        segment.slices.iter().filter_map(node).collect()
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
        for (account, amount) in components(segment, schedule, terms, (id, party), position) {
            let (title, steps) = in_words(account);
            if account == CATCH_UP {
                let node = Node::titled(title).amounting(self.show(amount));
                nodes.push(node.noting("the tier reached holds for the whole window"));
                continue;
            }
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
        let Payable { from, to, amount, schedule, due: _ } = payable;
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
        node.over(self.adjustments_between(payable))
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
            BalanceKind::TierMeasure
            | BalanceKind::TierPeriod
            | BalanceKind::TierShared
            | BalanceKind::RateQuantity => &[],
            BalanceKind::Owed
            | BalanceKind::PartPaid
            | BalanceKind::Paid
            | BalanceKind::LateInterest
            | BalanceKind::Credit
            | BalanceKind::OnAccount
            | BalanceKind::PaidOnAccount
            | BalanceKind::CarriedPayable => return Some(self.clause_balance(balance)),
            BalanceKind::Floor
            | BalanceKind::FloorMeasure
            | BalanceKind::FloorEarned
            | BalanceKind::Guarantee
            | BalanceKind::Advance
            | BalanceKind::AdvanceInterest
            | BalanceKind::AdvancePaid
            | BalanceKind::AdvanceLapsed
            | BalanceKind::Reserve
            | BalanceKind::Cap => return Some(self.clause_balance(balance)),
        };
        let settlement = self.settlement;
        let of_schedule = |id: &str| {
            name.of.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let own = settlement.schedules.iter().filter(|result| of_schedule(&result.id));
        let mut moves = Vec::new();
        for (result, segment) in own.flat_map(|r| r.segments.iter().map(move |s| (r, s))) {
            moves.extend(self.steps(&result.id, segment, names));
        }
        moves.extend(self.periods_of(balance));
        let opening = Node::titled("opening").amounting(self.show(balance.opening));
        let movement = Node::titled("movement").amounting(self.show(balance.movement)).over(moves);
        let node = Node::titled(format!("balance {name}")).amounting(self.show(balance.closing));
        Some(node.over([opening.noting("as the period before closed"), movement]))
    }
}

impl Teller<'_> {
    /// What trailing periods add to a measure, and what drops out of it.
    fn periods_of(&self, balance: &Balance) -> Vec<Node> {
        if balance.name.kind != BalanceKind::TierMeasure {
            return Vec::new();
        }
        let all = self.settlement.balances.iter();
        let moved =
            all.filter(|it| it.name.kind == BalanceKind::TierPeriod && !it.movement.is_zero());
        let node = |it: &Balance| {
            let period = it.name.of.strip_prefix(&balance.name.of)?.strip_prefix('/')?;
            let old = it.closing.is_zero() && period != self.settlement.period.to_string();
            let what = if old { "has become too old" } else { "adds" };
            let node = Node::titled(format!("{period} {what}"));
            Some(node.amounting(self.show(it.movement)))
        };
        moved.filter_map(node).collect()
    }
}

enum Side {
    Payer,
    Payee,
}

/// An account of a position in words, and the steps that it comes from; none for the share.
fn in_words(account: &str) -> (&'static str, &'static [(StepName, i128)]) {
    use StepName::{CarriedIn, Cost, Excess, LossCarry, Priority, Uplift};
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
        "income:priority" => ("off the top, before the split", &[(Priority, 1)]),
        CATCH_UP => ("catch-up of the tier reached", &[]),
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

/// A plain decimal with at least the digits of the currency.
fn plain(exact: &Ratio, digits: u32) -> String {
    let text = exact.to_plain();
    let have = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let missing = (digits as usize).saturating_sub(have);
    match text.contains('/') || missing == 0 {
        true => text,
        false if have == 0 => format!("{text}.{}", "0".repeat(missing)),
        false => text + &"0".repeat(missing),
    }
}
