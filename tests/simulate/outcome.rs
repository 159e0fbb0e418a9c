//! What a statement says, as far as oracle and program are compared.

use std::collections::BTreeMap;

use time::Date;

use super::numbers::Lines;

/// One period of one contract, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) period: String,
    pub(crate) schedules: Vec<(String, Vec<Segment>)>,
    /// Parties without a position are left out.
    pub(crate) positions: BTreeMap<String, i128>,
    /// By schedule (empty once netted over all), who pays, who is paid.
    pub(crate) payables: BTreeMap<(String, String, String), i128>,
    /// Opening, movement, closing by name; balances that stay at zero are left out.
    pub(crate) balances: BTreeMap<String, [i128; 3]>,
    /// What clauses over the whole contract moved, sorted.
    pub(crate) adjustments: Vec<Adjusted>,
    /// Facts that were not settled, by why; see `placing::unsettled` for which.
    pub(crate) unsettled: BTreeMap<String, i64>,
}

/// What a clause moved: which, its name, who owes, who is owed, for which schedule, how much.
pub(crate) type Adjusted = (String, String, String, String, String, i128);

/// One waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) effective: Date,
    pub(crate) steps: Vec<Step>,
    /// Zero shares are left out.
    pub(crate) shares: BTreeMap<String, i128>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) step: String,
    /// The name of a deduction, else empty.
    pub(crate) name: String,
    pub(crate) total: i128,
    /// Zero lines are left out.
    pub(crate) lines: Lines,
}

impl Step {
    pub(crate) fn new(step: &str, name: &str, total: i128, lines: Lines) -> Self {
        let lines = lines.into_iter().filter(|(_, amount)| *amount != 0).collect();
        Self { step: step.to_owned(), name: name.to_owned(), total, lines }
    }
}

impl Segment {
    /// The total of a step, over all deductions if it is that.
    pub(crate) fn total(&self, step: &str) -> i128 {
        self.steps.iter().filter(|s| s.step == step).map(|s| s.total).sum()
    }
}

impl Outcome {
    /// The total of a step over all segments of a schedule.
    pub(crate) fn total(&self, schedule: &str, step: &str) -> i128 {
        let of = self.schedules.iter().filter(|(id, _)| id == schedule);
        of.flat_map(|(_, segments)| segments).map(|segment| segment.total(step)).sum()
    }

    /// The total of a step over everything.
    pub(crate) fn sum(&self, step: &str) -> i128 {
        self.schedules.iter().flat_map(|(_, list)| list).map(|segment| segment.total(step)).sum()
    }

    /// A party's position.
    pub(crate) fn position(&self, party: &str) -> i128 {
        self.positions.get(party).copied().unwrap_or(0)
    }

    /// The closing of a balance.
    pub(crate) fn closing(&self, name: &str) -> i128 {
        self.balances.get(name).map_or(0, |[_, _, closing]| *closing)
    }

    /// Everything netted that `from` pays to `to`, over all schedules.
    pub(crate) fn pays(&self, from: &str, to: &str) -> i128 {
        let of = self.payables.iter().filter(|((_, a, b), _)| a == from && b == to);
        of.map(|(_, amount)| amount).sum()
    }

    /// What another says differently, in words.
    pub(crate) fn differences(&self, due: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for ((id, is), (_, due)) in self.schedules.iter().zip(&due.schedules) {
            if is.len() != due.len() {
                found.push(format!("{id}: {} segments, not {}", is.len(), due.len()));
            }
            for (is, due) in is.iter().zip(due) {
                is.differences(due, &mut |what| {
                    found.push(format!("{id} from {}: {what}", is.from))
                });
            }
        }
        let mut differ = |what: &str, is: String, due: String| {
            if is != due {
                found.push(format!("{what}: {is}, not {due}"));
            }
        };
        differ("adjustments", format!("{:?}", self.adjustments), format!("{:?}", due.adjustments));
        differ("positions", format!("{:?}", self.positions), format!("{:?}", due.positions));
        differ("payables", format!("{:?}", self.payables), format!("{:?}", due.payables));
        differ("balances", format!("{:?}", self.balances), format!("{:?}", due.balances));
        differ("unsettled", format!("{:?}", self.unsettled), format!("{:?}", due.unsettled));
        found.into_iter().map(|what| format!("{}: {what}", self.period)).collect()
    }
}

impl Segment {
    fn differences(&self, due: &Self, found: &mut impl FnMut(String)) {
        let days = |one: &Self| (one.from, one.to, one.effective);
        if days(self) != days(due) {
            found(format!("days {:?}, not {:?}", days(self), days(due)));
        }
        let names = |one: &Self| -> Vec<String> {
            one.steps.iter().map(|step| format!("{} {}", step.step, step.name)).collect()
        };
        if names(self) != names(due) {
            found(format!("steps {:?}, not {:?}", names(self), names(due)));
        }
        for (is, due) in self.steps.iter().zip(&due.steps).filter(|(is, due)| is != due) {
            found(format!(
                "{} {}: {} {:?}, not {} {:?}",
                is.step, is.name, is.total, is.lines, due.total, due.lines
            ));
        }
        if self.shares != due.shares {
            found(format!("shares {:?}, not {:?}", self.shares, due.shares));
        }
    }
}
