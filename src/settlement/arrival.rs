//! What a contract makes of the order in which facts arrived: `late = "next-period"` moves late
//! facts to the period that was open when they came, `finality` refuses those that came too late.
//!
//! The law: what comes out depends on the contract and on the order of imports and closes in the
//! journal alone, so that every later view of a period says the same.

use std::collections::BTreeMap;

use crate::calendar::{Day, Moment, Period};
use crate::contract::{Contract, Late};
use crate::fact::{
    AuditFinding, Evidence, FxRate, GrantedRate, Key, Lens, Refused, RefusedRate, Tally, Unresolved,
};
use crate::money::Currency;

/// All that was known at one moment, and the period that was open when the last of it came.
#[derive(Clone, Debug)]
pub struct Stage {
    /// None as long as nothing was closed.
    pub open: Option<Period>,
    /// Everything, not only what is new.
    pub evidence: Evidence,
}

/// What the contract is settled from: all that is known, seen as this contract alone needs it. Each stage knows what the one before it knew, and more.
pub fn as_arrived(contract: &Contract, stages: Vec<Stage>) -> Evidence {
    let lens = Lens::of([contract]);
    let mut stages =
        stages.into_iter().map(|stage| Stage { evidence: seen(&lens, stage.evidence), ..stage });
    let order_matters = contract.late == Late::NextPeriod || contract.finality.is_some();
    if !order_matters {
        return stages.next_back().map(|stage| stage.evidence).unwrap_or_default();
    }
    let Some(first) = stages.next() else { return Evidence::default() };
    let mut before = first.evidence;
    let mut arrived = before.clone();
    for Stage { open, evidence: after } in stages {
        let door = Door { contract, open };
        door.tally(&before, &after, &mut arrived);
        door.unresolved(&before, &after, &mut arrived);
        door.rates(&before, &after, &mut arrived);
        door.grants(&before, &after, &mut arrived);
        door.audits(&before, &after, &mut arrived);
        arrived.payments = after.payments.clone();
        before = after;
    }
    arrived
}

/// What other contracts keep apart makes no difference to this one.
fn seen(lens: &Lens, evidence: Evidence) -> Evidence {
    let mut seen = evidence.seen_through(lens);
    seen.unresolved.sort();
    seen
}

/// The rates of exchange into or out of the contract's currency that came too late, in the statement
/// of the period that was open then.
pub(super) fn refused_rates(
    contract: &Contract,
    period: Period,
    evidence: &Evidence,
) -> Vec<FxRate> {
    let converts = |rate: &FxRate| {
        contract.exchange.is_some() && [rate.base, rate.quote].contains(&contract.currency)
    };
    let own = evidence.refused_rates.iter().filter(|refused| refused.listed == period);
    own.map(|refused| refused.rate.clone()).filter(converts).collect()
}

/// The first day that corrections may still concern while a period is open; none if the contract sets
/// no `finality`, so that they may come for ever.
pub fn first_not_final(contract: &Contract, open: Period) -> Option<Day> {
    let months = contract.period.months().unsigned_abs();
    Some(open.back(contract.finality? / months).first_day())
}

/// What one list has more often than another.
fn new<'a, T: PartialEq>(before: &[T], after: &'a [T]) -> Vec<&'a T> {
    let mut known: Vec<&T> = before.iter().collect();
    let mut new = Vec::new();
    for each in after {
        match known.iter().position(|it| *it == each) {
            Some(at) => drop(known.swap_remove(at)),
            None => new.push(each),
        }
    }
    new
}

/// What facts had to pass that came while a period was open.
struct Door<'a> {
    contract: &'a Contract,
    open: Option<Period>,
}

impl Door<'_> {
    /// The key under which facts count that came now; none if they are refused.
    fn enter(&self, key: &Key) -> Option<Key> {
        let Some(open) = self.open else { return Some(key.clone()) };
        if self.is_final(key.own_day()) {
            return None;
        }
        let first = open.first_day();
        if self.contract.late != Late::NextPeriod || key.day >= first {
            return Some(key.clone());
        }
        // It counts as a sale of that day, with no time of its own.
        Some(key.standing(Moment::On(first), &self.contract.zone, key.charged.clone()))
    }

    /// Is the day's period closed for good?
    fn is_final(&self, day: Day) -> bool {
        let first = self.open.and_then(|open| first_not_final(self.contract, open));
        first.is_some_and(|first| day < first)
    }

    fn tally(&self, before: &Evidence, after: &Evidence, arrived: &mut Evidence) {
        let mut change: Tally = before.tally.negated();
        change.merge(&after.tally);
        for (key, cell) in change.into_cells() {
            match (self.enter(&key), self.open) {
                (Some(key), _) => arrived.tally.add(key, cell),
                (None, Some(listed)) => arrived.refused.push(Refused { listed, key, cell }),
                (None, None) => unreachable!("nothing is refused while nothing is closed"),
            }
        }
    }

    /// What still waits for its original waits where it was put when it came.
    fn unresolved(&self, before: &Evidence, after: &Evidence, arrived: &mut Evidence) {
        let name = |it: &Unresolved| (it.source.clone(), it.id.clone(), it.reference.clone());
        let known: BTreeMap<_, &Unresolved> =
            before.unresolved.iter().map(|it| (name(it), it)).collect();
        let kept: BTreeMap<_, Unresolved> =
            arrived.unresolved.drain(..).map(|it| (name(&it), it)).collect();
        let place = |it: &Unresolved| match known.get(&name(it)) {
            Some(before) if *before == it => kept.get(&name(it)).cloned(),
            Some(_) | None => self.enter(&it.key).map(|key| Unresolved { key, ..it.clone() }),
        };
        arrived.unresolved = after.unresolved.iter().filter_map(place).collect();
        arrived.unresolved.sort();
    }

    /// A rate that was granted for days which cannot be settled anew counts from the first that can.
    fn grants(&self, before: &Evidence, after: &Evidence, arrived: &mut Evidence) {
        for grant in new(&before.grants, &after.grants) {
            let granted = grant.time.day_in(&self.contract.zone);
            let time = match self.reach(granted) {
                day if day == granted => grant.time,
                day => Moment::On(day),
            };
            arrived.grants.push(GrantedRate { time, ..grant.clone() });
        }
        arrived.grants.sort();
    }

    /// A finding is settled in the period that was open when it came, if its own cannot be settled
    /// anew: how old it may be is for `look-back` to say.
    fn audits(&self, before: &Evidence, after: &Evidence, arrived: &mut Evidence) {
        for audit in new(&before.audits, &after.audits) {
            let agreed = audit.time.day_in(&self.contract.zone);
            let open = self.open.filter(|_| self.reach(agreed) != agreed);
            let time = open.map_or(audit.time, |open| Moment::On(open.first_day()));
            arrived.audits.push(AuditFinding { time, ..audit.clone() });
        }
        arrived.audits.sort();
    }

    /// A day, or the first after it that can be settled anew.
    fn reach(&self, day: Day) -> Day {
        let Some(open) = self.open else { return day };
        if self.contract.late == Late::NextPeriod {
            return day.max(open.first_day());
        }
        let mut first = open;
        while day < first.first_day() && !self.is_final(first.previous().first_day()) {
            first = first.previous();
        }
        day.max(first.first_day())
    }

    /// A rate for a day that is final stays as it was.
    fn rates(&self, before: &Evidence, after: &Evidence, arrived: &mut Evidence) {
        type Pair = (Day, Currency, Currency);
        let by_pair = |rates: &[FxRate]| -> BTreeMap<Pair, FxRate> {
            let pair = |rate: &FxRate| ((rate.date, rate.base, rate.quote), rate.clone());
            rates.iter().map(pair).collect()
        };
        let (known, mut standing) = (by_pair(&before.rates), by_pair(&arrived.rates));
        let new = by_pair(&after.rates).into_iter();
        let new = new.filter(|(pair, rate)| known.get(pair) != Some(rate));
        for (pair, rate) in new {
            match self.open.filter(|_| self.is_final(rate.date)) {
                None => drop(standing.insert(pair, rate)),
                Some(_) if standing.get(&pair) == Some(&rate) => {}
                Some(listed) => arrived.refused_rates.push(RefusedRate { listed, rate }),
            }
        }
        arrived.refused_rates.sort();
        arrived.rates = standing.into_values().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_final_when_more_months_have_passed_than_the_contract_lets() {
        let contract = |top: &str| {
            let text = include_str!("../cli/starter/contract.toml");
            Contract::parse("contract.toml", &format!("{top}\n{text}")).unwrap()
        };
        let first = |top: &str, open: &str| {
            first_not_final(&contract(top), open.parse().unwrap()).map(|day| day.to_string())
        };
        let due = Some("2026-11-01".to_owned());
        assert_eq!(first("finality = 1", "2026-12"), due);
        assert_eq!(
            first("finality = 3\nperiod = \"quarter\"", "2026-Q4"),
            Some("2026-07-01".into())
        );
        assert_eq!(
            first("finality = 2\nperiod = \"quarter\"", "2026-Q4"),
            Some("2026-10-01".into())
        );
        assert_eq!(first("", "2026-12"), None);
        assert_eq!(first("finality = 4000000000", "2026-12"), Some("0001-01-01".into()));
    }
}
