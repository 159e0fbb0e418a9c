//! What parties have: shares, priority and catch-up, positions.

use super::Node;
use super::steps::{At, segments};
use super::teller::Teller;
use crate::contract::{Basis, Mode, Scale};
use crate::money::{Minor, Ratio};
use crate::posting::{self, CATCH_UP, components};
use crate::settlement::{BalanceKind, ScheduleResult, SegmentResult, Slice, Step, StepName};
use crate::statement::grouped;

/// What parties have of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Share,
    Priority,
    CatchUp,
    Position,
}

impl Part {
    pub(super) const ALL: [Self; 4] = [Self::Share, Self::Priority, Self::CatchUp, Self::Position];

    /// Its name in a path.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Priority => "priority",
            Self::CatchUp => "catch-up",
            Self::Position => "position",
        }
    }

    pub(super) fn of(self, segment: &SegmentResult) -> &[(String, Minor)] {
        match self {
            Self::Share => &segment.shares,
            Self::Priority => &segment.priority,
            Self::CatchUp => &segment.catch_up,
            Self::Position => &segment.positions,
        }
    }
}

/// What a party has in a list; none if it is not in it.
fn given(list: &[(String, Minor)], party: &str) -> Option<Minor> {
    list.iter().find(|(name, _)| name == party).map(|(_, amount)| *amount)
}

impl Teller<'_> {
    /// Every step of these names in a segment, with its sign.
    pub(super) fn steps(&self, at: At<'_>, names: &[(StepName, i128)]) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (name, sign) in names {
            let found = |step: &&Step| step.name == *name && !step.total.is_zero();
            for step in at.segment.steps.iter().filter(found) {
                nodes.push(self.step(at, step, None, *sign));
            }
        }
        nodes
    }

    /// One part of what a party has in a segment; none if it has none.
    pub(super) fn part(&self, at: At<'_>, part: Part, party: &str) -> Option<Node> {
        let amount = given(part.of(at.segment), party)?;
        let title =
            |what: &str| format!("{what} of {party} in {} from {}", at.result.id, at.segment.from);
        Some(match part {
            Part::Share => self.share(at, party, title("share"), 1),
            Part::Priority => {
                self.money(title("priority"), amount).over(self.priorities(at, party, 1))
            }
            Part::CatchUp => self.catch_up(at, party, title("catch-up"), 1),
            Part::Position => {
                let mut node = self.money(title("position"), amount);
                node.name = Some(position_name(at, party));
                node.over(self.position_parts(at, party, 1))
            }
        })
    }

    /// All that a party has of a schedule's profit: shares, priority, catch-up.
    pub(super) fn profit(&self, result: &ScheduleResult, party: &str) -> Option<Node> {
        let mut nodes = Vec::new();
        for at in segments(result) {
            let parts = [Part::Share, Part::Priority, Part::CatchUp];
            nodes.extend(parts.into_iter().filter_map(|part| self.part(at, part, party)));
        }
        match nodes.len() {
            0 => None,
            1 => nodes.pop(),
            _ => {
                let sum = result.segments.iter().map(|segment| segment.share_of(party)).sum();
                let title = format!("shares of {party} in {}", result.id);
                Some(self.money(title, sum).over(nodes))
            }
        }
    }

    /// A party's part of the share base.
    fn share(&self, at: At<'_>, party: &str, title: String, sign: i128) -> Node {
        let amount = given(&at.segment.shares, party).unwrap_or_default();
        let mut node = self.money(title, Minor(sign * amount.0));
        node.name = Some(format!("{} {} share {party}", at.result.id, at.segment.from));
        let slices = at.segment.slices.iter();
        let own = |slice: &Slice| {
            let (_, share) = slice.shares.iter().find(|(id, _)| id == party)?;
            let exact = &Ratio::whole(sign) * &(share * &slice.base);
            let tier = slice.tier.as_ref().map_or(String::new(), |tier| format!(" {tier}"));
            let part = Node::exactly(format!("{share}{tier}"), exact);
            Some(part.noting(self.slice_in_words(slice, share)).from(self.measured(slice)))
        };
        let mut parts: Vec<Node> = slices.filter_map(own).collect();
        let base = self.steps(at, &[(StepName::ShareBase, 1)]);
        let whole = parts.len() == 1 && parts[0].exact == node.exact;
        if whole {
            let only = parts.remove(0);
            return Node { notes: only.notes, ..node }.from(only.basis).from(base);
        }
        node.over(parts).closed_by("rounding, and the rule of remainders").from(base)
    }

    /// `93% of 200,000,000.00 (from 50000000)`.
    fn slice_in_words(&self, slice: &Slice, share: &Ratio) -> String {
        let base = grouped(&plain(&slice.base, self.settlement.currency.digits()));
        let tier = slice.tier.as_ref().map_or(String::new(), |tier| format!(" ({tier})"));
        format!("{share} of {base}{tier}")
    }

    /// What moved through a tier.
    fn measured(&self, slice: &Slice) -> Option<Node> {
        let measure = slice.measure.as_ref()?;
        let title = format!("measure in the tier {}", slice.tier.as_ref()?);
        let digits = self.settlement.currency.digits();
        let mut node = Node::exactly(title, measure.clone());
        node.amount = Some(plain(measure, digits));
        Some(node)
    }

    /// How tiers cut the share base.
    pub(super) fn tiers(&self, at: At<'_>) -> Option<Node> {
        let base = at.segment.total(StepName::ShareBase)?;
        let title = format!("share-base of {} from {} by tiers", at.result.id, at.segment.from);
        let slices = at.segment.slices.iter().filter(|slice| slice.tier.is_some());
        let slice = |slice: &Slice| {
            let node = Node::exactly(slice.tier.clone().unwrap_or_default(), slice.base.clone());
            node.from(self.measured(slice))
        };
        let parts: Vec<Node> = slices.map(slice).collect();
        let node = self.money(title, base);
        (!parts.is_empty()).then(|| node.over(parts))
    }

    /// The entries off the top that go to a party.
    fn priorities(&self, at: At<'_>, party: &str, sign: i128) -> Vec<Node> {
        let Basis::Shared(terms) = self.basis(at) else { return Vec::new() };
        let own = |step: &&Step| {
            let entry = terms.priority.iter().find(|it| Some(&it.name) == step.label.as_ref());
            step.name == StepName::Priority
                && !step.total.is_zero()
                && entry.is_some_and(|entry| self.contract.party_name(entry.to) == party)
        };
        let steps = at.segment.steps.iter().filter(own);
        steps.map(|step| self.step(at, step, None, sign)).collect()
    }

    /// What the tier now reached gives for the whole window, less what was given before and now.
    fn catch_up(&self, at: At<'_>, party: &str, title: String, sign: i128) -> Node {
        let amount = given(&at.segment.catch_up, party).unwrap_or_default();
        let node = self
            .money(title, Minor(sign * amount.0))
            .noting("the tier reached holds for the whole window");
        let (due, before) = self.in_window(at, party);
        let total: Minor =
            at.segment.shares.iter().map(|(other, _)| self.in_window(at, other).0).sum();
        let slice = at.segment.slices.first();
        let agreed = slice.and_then(|slice| slice.shares.iter().find(|(id, _)| id == party));
        let share = agreed.map_or(Ratio::zero(), |(_, share)| share.clone());
        let signed = |title: &str, amount: Minor| self.money(title, Minor(sign * amount.0));
        let reached = signed("in the window, by the tier reached", due)
            .noting(format!("{share} of {}", self.show(total)));
        let given_before = signed("given in the window before", -before)
            .noting(format!("balance tier-shared/{}/{party}", at.result.id));
        let name = format!("share of {party} now");
        let now = self.share(at, party, name, -sign);
        node.over([reached, given_before, now])
    }

    /// What a party has in the window of a retroactive table after a segment, and what it had before.
    fn in_window(&self, at: At<'_>, party: &str) -> (Minor, Minor) {
        let own = |segment: &SegmentResult| given(&segment.shares, party).unwrap_or_default();
        let moved = |segment: &SegmentResult| {
            own(segment) + given(&segment.catch_up, party).unwrap_or_default()
        };
        let name = format!("{}/{party}", at.result.id);
        let mut balances = self.settlement.balances.iter();
        let balance =
            balances.find(|it| it.name.kind == BalanceKind::TierShared && it.name.of == name);
        let after = segments(at.result)
            .filter(|later| later.segment.from > at.segment.from && self.is_retroactive(*later));
        let later: Minor = after.map(|later| moved(later.segment)).sum();
        let due = balance.map(|balance| balance.closing).unwrap_or_default() - later;
        (due, due - moved(at.segment))
    }

    /// Does a tier reached hold for the whole window?
    pub(super) fn is_retroactive(&self, at: At<'_>) -> bool {
        match self.basis(at) {
            Basis::Shared(terms) => match &terms.split.scale {
                Some(Scale::Measured(measured)) => measured.mode == Mode::Retroactive,
                Some(Scale::Deal { .. }) | None => false,
            },
            Basis::UsageFee(_) | Basis::Excluded => false,
        }
    }

    /// A party's position in a schedule; `sign` is −1 where it is owed the other way.
    pub(super) fn position(
        &self,
        result: &ScheduleResult,
        party: &str,
        sign: i128,
    ) -> Option<Node> {
        self.position_in(result, &segments(result).collect::<Vec<_>>(), party, sign)
    }

    /// The same in some segments of it.
    pub(super) fn position_in(
        &self,
        result: &ScheduleResult,
        segments: &[At<'_>],
        party: &str,
        sign: i128,
    ) -> Option<Node> {
        let held = |at: &&At<'_>| given(&at.segment.positions, party).is_some();
        let segments: Vec<&At<'_>> = segments.iter().filter(held).collect();
        let amount: Minor = segments.iter().map(|at| posting::position(at.segment, party)).sum();
        let title = format!("position of {party} in {}", result.id);
        let mut node = self.money(title, Minor(sign * amount.0));
        if sign < 0 {
            node = node.noting("owed the other way");
        }
        if let [only] = segments[..] {
            node.name = Some(position_name(*only, party));
        }
        for at in &segments {
            let parts = self.position_parts(**at, party, sign);
            node = if segments.len() > 1 {
                let amount = posting::position(at.segment, party);
                let title = format!("{} to {}", at.segment.from, at.segment.to);
                node.over([self.money(title, Minor(sign * amount.0)).over(parts)])
            } else {
                node.over(parts)
            };
        }
        (!segments.is_empty()).then_some(node)
    }

    fn position_parts(&self, at: At<'_>, party: &str, sign: i128) -> Vec<Node> {
        let schedule = posting::schedule(self.contract, at.result);
        let Some(id) = self.contract.party(party) else { return Vec::new() };
        let position = posting::position(at.segment, party);
        let terms = match self.basis(at) {
            Basis::UsageFee(terms) => {
                let own = if terms.payee == id { sign } else { -sign };
                return self.steps(at, &[(StepName::UsageFee, own)]);
            }
            Basis::Shared(terms) => terms,
            Basis::Excluded => return Vec::new(),
        };
        let parts = components(at.segment, schedule, terms, (id, party), position);
        let node = |(account, amount): (&'static str, Minor)| {
            let title = in_words(account).to_owned();
            match account {
                CATCH_UP => self.catch_up(at, party, title, sign),
                posting::SHARE => self.share(at, party, title, sign),
                posting::PRIORITY => {
                    self.money(title, Minor(sign * amount.0)).over(self.priorities(at, party, sign))
                }
                _ => {
                    let steps = moved_by(account);
                    let signed: Vec<_> =
                        steps.iter().map(|(name, own)| (*name, sign * own)).collect();
                    self.money(title, Minor(sign * amount.0)).over(self.steps(at, &signed))
                }
            }
        };
        parts.into_iter().map(node).collect()
    }

    /// A party's position over all schedules.
    pub(super) fn position_in_all(&self, party: &str) -> Option<Node> {
        let settlement = self.settlement;
        let amount = given(&settlement.positions, party)?;
        let node = self.money(format!("position of {party}"), amount);
        let parts: Vec<Node> =
            settlement.schedules.iter().filter_map(|each| self.position(each, party, 1)).collect();
        Some(node.over(parts))
    }
}

fn position_name(at: At<'_>, party: &str) -> String {
    format!("{} {} position {party}", at.result.id, at.segment.from)
}

/// An account of a position in words.
fn in_words(account: &str) -> &'static str {
    match account {
        "recovery:infrastructure-cost" => "infrastructure cost recovered",
        "recovery:invoiced-cost" => "cost, invoiced and paid outside",
        "cost:unrecovered-excess" => "cost above the ceiling, not deducted",
        "loss:carried" => "loss carried, or eaten by this profit",
        "loss:borne" => "loss borne",
        posting::PRIORITY => "off the top, before the split",
        CATCH_UP => "catch-up of the tier reached",
        _ => "share of the split",
    }
}

/// The steps that an account of a position comes from.
fn moved_by(account: &str) -> &'static [(StepName, i128)] {
    use StepName::{CarriedIn, Cost, Excess, LossCarry, Uplift};
    match account {
        "recovery:infrastructure-cost" | "recovery:invoiced-cost" => &[(Cost, 1), (Uplift, 1)],
        "cost:unrecovered-excess" => &[(CarriedIn, 1), (Excess, -1)],
        "loss:carried" | "loss:borne" => &[(LossCarry, -1)],
        _ => &[],
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
