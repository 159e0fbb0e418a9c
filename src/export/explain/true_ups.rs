//! What closed periods were restated by: what they are now, less what they were settled as.

use super::Node;
use super::debts::Pair;
use super::difference::difference;
use super::select;
use super::teller::{Changed, Teller};
use crate::calendar::Period;
use crate::settlement::{Adjustment, BalanceName};

impl<'a> Teller<'a> {
    fn closed(&self, period: Period) -> Option<&'a Changed> {
        self.changed.iter().find(|changed| changed.period == period)
    }

    /// The parts of a true-up that was moved between two parties.
    pub(super) fn true_up_of(&self, adjustment: &Adjustment, sign: i128) -> Vec<Node> {
        let Adjustment { from, to, schedule, period, .. } = adjustment;
        let closed = period.and_then(|period| self.closed(period));
        let pair = if sign < 0 { Pair { from: to, to: from } } else { Pair { from, to } };
        let ground = Some(schedule.as_deref());
        let owed =
            closed.and_then(|changed| changed.compared(|teller| Some(teller.debt(ground, pair))));
        owed.map_or_else(Vec::new, |node| node.children)
    }

    /// A path of a true-up: a closed period, and in it any line, a schedule, or nothing more.
    pub(super) fn true_up(&self, period: Period, words: &[&str]) -> Option<Node> {
        let changed = self.closed(period)?;
        let restated = self.settlement.true_ups.iter().filter(|it| it.period == period);
        let grounds: Vec<Option<&str>> = match words {
            [] => restated.map(|it| it.schedule.as_deref()).collect(),
            ["clauses"] => restated
                .filter(|it| it.schedule.is_none())
                .map(|it| it.schedule.as_deref())
                .collect(),
            [id] => restated
                .filter(|it| it.schedule.as_deref() == Some(id))
                .map(|it| it.schedule.as_deref())
                .collect(),
            [_, _, ..] => Vec::new(),
        };
        if grounds.is_empty() {
            let path = words.join("/");
            return changed.compared(|teller| select::find(teller, &path)).map(|node| {
                let title = format!("{} of {period}", node.title);
                Node { title, ..node }
            });
        }
        let nodes: Vec<Node> =
            grounds.into_iter().flat_map(|ground| self.owed_more(changed, ground)).collect();
        Some(
            Node::titled(format!("true-up of {period} {}", words.join("/")).trim_end()).over(nodes),
        )
    }

    /// Who owes whom more for a closed period and schedule.
    fn owed_more(&self, changed: &Changed, ground: Option<&str>) -> Vec<Node> {
        let of = |each: &&crate::settlement::Restated| {
            each.period == changed.period && each.schedule.as_deref() == ground
        };
        let debts = self.settlement.true_ups.iter().filter(of).flat_map(|it| &it.debts);
        let node = |(from, to, _): &(String, String, crate::money::Minor)| {
            let pair = Pair { from, to };
            let node = changed.compared(|teller| Some(teller.debt(Some(ground), pair)))?;
            let for_what = ground.unwrap_or("clauses beside all schedules");
            Some(Node { title: format!("{from} owes {to} for {for_what}"), ..node })
        };
        debts.filter_map(node).collect()
    }

    /// What restatements moved in a balance, closed period by closed period.
    pub(super) fn restated(&self, name: &BalanceName) -> Vec<Node> {
        let moved = |changed: &Changed| {
            let node = changed.compared(|teller| {
                let mut all = teller.settlement.balances.iter();
                let balance = all.find(|balance| balance.name == *name)?;
                Some(teller.movement(balance))
            })?;
            Some(Node { title: format!("movement of {}", changed.period), ..node })
        };
        self.changed.iter().filter_map(moved).collect()
    }
}

/// The path of a restated line within its period.
pub(super) fn path_of(ground: Option<&str>, line: &crate::settlement::RestatedLine) -> String {
    let name = line.name.as_deref();
    let Some(segment) = line.segment else {
        return format!("adjustment/{}/{}", line.step, name.unwrap_or_default());
    };
    let id = ground.unwrap_or_default();
    let party = ["share", "catch-up", "priority"].contains(&line.step.as_str());
    match name {
        Some(name) if party && line.product.is_empty() && line.step != "priority" => {
            format!("{id}/{segment}/{}/{name}", line.step)
        }
        Some(name) => format!("{id}/{segment}/{}:{name}/{}", line.step, line.product),
        None => format!("{id}/{segment}/{}/{}", line.step, line.product),
    }
}

impl Changed {
    /// What the same question answers differently now.
    fn compared(&self, ask: impl Fn(&Teller<'_>) -> Option<Node>) -> Option<Node> {
        let was = Teller::of_closed(self.was.as_ref()).and_then(|teller| ask(&teller));
        let is = Teller::of_closed(self.is.as_ref()).and_then(|teller| ask(&teller));
        difference(was.as_ref(), is.as_ref())
    }
}
