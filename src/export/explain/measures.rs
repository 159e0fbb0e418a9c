//! What tiers, hurdles and rates have counted in their windows: what moved it.

use std::collections::BTreeSet;

use super::steps::{At, segments};
use super::teller::Teller;
use super::{Node, facts};
use crate::contract::{Basis, Measure, Measured, Scale, Stretch, Take};
use crate::fact::{Key, Kind};
use crate::posting;
use crate::settlement::{Balance, BalanceKind, Input, StepName, counting};

impl Teller<'_> {
    /// What a measure gained in the period, and what it lost with its window.
    pub(super) fn measure_moves(&self, balance: &Balance) -> Vec<Node> {
        let mut nodes = self.measured_as(&balance.name.of);
        let period = self.settlement.period;
        match self.stretch_of(&balance.name.of) {
            Some(Stretch::Since(window)) if window.begins_with(period) => {
                nodes.insert(0, self.restarted(balance));
            }
            Some(Stretch::Trailing(periods)) => {
                let old = (0..periods).fold(period, |period, _| period.previous());
                let layer = format!("{}/{old}", balance.name.of);
                nodes.extend(self.opening(BalanceKind::TierPeriod, &layer).map(too_old));
            }
            Some(Stretch::Since(_)) | None => {}
        }
        nodes
    }

    /// What one of the trailing periods added to a measure, or that it has become too old.
    pub(super) fn layer_of_measure(&self, balance: &Balance) -> Vec<Node> {
        let Some((of, period)) = balance.name.of.rsplit_once('/') else { return Vec::new() };
        if period == self.settlement.period.to_string() {
            return self.measured_as(of);
        }
        self.opening(balance.name.kind, &balance.name.of).map(too_old).into_iter().collect()
    }

    /// What segments added to a measure in this period.
    fn measured_as(&self, of: &str) -> Vec<Node> {
        let all = self.settlement.schedules.iter().flat_map(segments);
        let measured = all.filter_map(|at| Some((at, self.measures(at, of)?.0)));
        measured.flat_map(|(at, measure)| self.measure_of(at, &measure)).collect()
    }

    /// Over which periods a measure adds up: as the latest version says that is known by then.
    fn stretch_of(&self, of: &str) -> Option<Stretch> {
        let all = self.settlement.schedules.iter().flat_map(segments);
        all.filter_map(|at| Some(self.measures(at, of)?.1)).last()
    }

    /// What a segment adds to a measure, and over which periods the measure adds up.
    fn measures(&self, at: At<'_>, of: &str) -> Option<(Measure, Stretch)> {
        if let Basis::Shared(terms) = self.basis(at) {
            let hurdle = terms.priority.iter().find_map(|entry| match &entry.take {
                Take::Rate { of: step, above: Some(hurdle), .. }
                    if of == format!("{}/{}", at.result.id, entry.name) =>
                {
                    Some((step.clone(), Stretch::Since(hurdle.window)))
                }
                Take::Rate { .. } | Take::Fee(_) => None,
            });
            if hurdle.is_some() {
                return hurdle;
            }
        }
        self.contract.schedules.iter().find_map(|owner| {
            let measured = measured(&owner.terms_on(at.segment.from)?.basis)?;
            let over = match &measured.over[..] {
                [] => owner.id.clone(),
                list => list.join("+"),
            };
            let counts = measured.over.contains(&at.result.id)
                || measured.over.is_empty() && owner.id == at.result.id;
            let same = of == format!("{over}/{}", measured.by.as_str());
            (counts && same).then(|| (measured.by.clone(), measured.window))
        })
    }

    /// Quantities that a rate counts over a window of its own.
    pub(super) fn counted_by_rate(&self, balance: &Balance) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut began = false;
        for at in self.schedule_of(&balance.name).into_iter().flat_map(segments) {
            let schedule = posting::schedule(self.contract, at.result);
            let Some(terms) = schedule.terms_on(at.segment.effective) else { continue };
            for (name, rate) in counting(schedule, terms) {
                if name != balance.name {
                    continue;
                }
                began |= rate.window.begins_with(self.settlement.period);
                let priced = |key: &Key| rate.prices(&key.unit, &key.product);
                nodes.extend(self.quantities(at, priced));
            }
        }
        if began {
            nodes.insert(0, self.restarted(balance));
        }
        let movement = (balance.movement - balance.restated).to_ratio(self.settlement.currency);
        let rest = movement - Node::sum(&nodes);
        if !nodes.is_empty() && !rest.is_zero() {
            nodes.push(Node::exactly("rounding", rest));
        }
        nodes
    }

    fn measure_of(&self, at: At<'_>, measure: &Measure) -> Vec<Node> {
        let step = match measure {
            Measure::GrossSales => StepName::GrossSales,
            Measure::NetSales => StepName::NetSales,
            Measure::GrossProfit => StepName::GrossProfit,
            Measure::ShareBase => StepName::ShareBase,
            Measure::Quantity(unit) => {
                return self.quantities(at, |key| key.unit == *unit);
            }
        };
        self.steps(at, &[(step, 1)])
    }

    /// Quantities that steps of a segment count.
    fn quantities(&self, at: At<'_>, wanted: impl Fn(&Key) -> bool) -> Vec<Node> {
        let mut told = BTreeSet::new();
        let inputs = at.segment.steps.iter().flat_map(|step| &step.trace.inputs);
        let leaf = |input: &Input| {
            let Input::Facts { key, cell, part, .. } = input else { return None };
            let counts = matches!(key.kind, Kind::Charge | Kind::Usage) && wanted(key);
            if !counts || !told.insert(key.clone()) {
                return None;
            }
            let title = format!("{} {} {}", key.day, key.product, facts::words(key));
            let quantity = &cell.quantity.to_ratio() * part;
            Some(Node { keys: vec![Key::clone(key)], ..Node::exactly(title, quantity) })
        };
        inputs.filter_map(leaf).collect()
    }

    /// What a party was given in the window of a retroactive table.
    pub(super) fn given_in_window(&self, balance: &Balance) -> Vec<Node> {
        let Some(result) = self.schedule_of(&balance.name) else { return Vec::new() };
        let party = balance.name.of.rsplit_once('/').map_or("", |(_, party)| party);
        let mut nodes = Vec::new();
        let mut began = false;
        for at in segments(result).filter(|at| self.is_retroactive(*at)) {
            if let Some(measured) = measured(self.basis(at)) {
                let period = self.settlement.period;
                began |= matches!(measured.window, Stretch::Since(it) if it.begins_with(period));
            }
            for part in [super::parties::Part::Share, super::parties::Part::CatchUp] {
                nodes.extend(self.part(at, part, party));
            }
        }
        if began {
            nodes.insert(0, self.restarted(balance));
        }
        nodes
    }
}

/// What drops out of a measure over trailing periods.
fn too_old(before: Node) -> Node {
    let exact = -before.exact.clone().unwrap_or_default();
    let amount = before.amount.map(|text| match text.strip_prefix('-') {
        Some(size) => size.to_owned(),
        None => format!("-{text}"),
    });
    let title = before.title.trim_end_matches(" before");
    Node { amount, exact: Some(exact), ..Node::titled(format!("{title} has become too old")) }
}

fn measured(basis: &Basis) -> Option<&Measured> {
    match basis {
        Basis::Shared(terms) => match &terms.split.scale {
            Some(Scale::Measured(measured)) => Some(measured),
            Some(Scale::Deal { .. }) | None => None,
        },
        Basis::UsageFee(_) | Basis::Excluded => None,
    }
}
