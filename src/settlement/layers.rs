//! What is carried from period to period until it is used, expires, or grows by interest: one
//! balance, or a layer for each period where it expires.
//!
//! The law: opened + borne + own = used + lapsed + handed on, and what is oldest is used first.

use super::balances::{BalanceKind, BalanceName, Balances};
use super::cash::rounded;
use crate::calendar::{Day, Period};
use crate::contract::{Carry, Contract};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

/// The layers of one thing that is carried.
pub(super) struct Layers<'b> {
    balances: &'b mut Balances,
    kind: BalanceKind,
    of: String,
    period: Period,
}

/// What can be used now, and what it bore since it was carried last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Opened {
    /// With what it bore.
    pub(super) before: Minor,
    pub(super) borne: Minor,
}

impl<'b> Layers<'b> {
    pub(super) fn of(balances: &'b mut Balances, name: BalanceName, period: Period) -> Self {
        Self { balances, kind: name.kind, of: name.of, period }
    }

    /// Strikes off what has expired; `lives` says for how many periods a layer lives. What is left
    /// bears interest from the evening of one day to that of another.
    pub(super) fn open(
        &mut self,
        contract: &Contract,
        lives: impl Fn(Period) -> Option<u32>,
        carry: Option<&Carry>,
        (from, to): (Day, Day),
    ) -> Result<Opened, Finding> {
        for (arose, name) in self.list() {
            let lives = arose.and_then(|arose| Some((arose, lives(arose)?)));
            if lives.is_some_and(|(arose, lives)| self.period.since(arose) > i32_of(lives)) {
                self.balances.set(name, Minor::ZERO);
            }
        }
        let borne = self.bear(contract, carry, from, to)?;
        Ok(Opened { before: self.total(), borne })
    }

    /// Lets every layer bear interest; the sum is rounded once.
    fn bear(
        &mut self,
        contract: &Contract,
        carry: Option<&Carry>,
        from: Day,
        to: Day,
    ) -> Result<Minor, Finding> {
        let Some(rate) = carry.and_then(|carry| carry.interest.as_ref()) else {
            return Ok(Minor::ZERO);
        };
        let (mut exact, mut borne) = (Ratio::zero(), Minor::ZERO);
        for (_, name) in self.list() {
            let amount = self.balances.get(&name);
            exact += &rate.on(&amount.to_ratio(contract.currency), from, to);
            let sum = rounded(contract, &exact)?;
            self.balances.set(name, amount + (sum - borne));
            borne = sum;
        }
        Ok(borne)
    }

    /// Hands on what is left, of which at most `own` is new. What is oldest has been used first, so
    /// what is left is the newest; what a cap leaves out is newer still.
    pub(super) fn hand_on(&mut self, carry: Option<&Carry>, own: Minor, left: Minor) {
        let layers = self.list();
        let Some(carry) = carry else {
            return layers.into_iter().for_each(|(_, name)| self.balances.set(name, Minor::ZERO));
        };
        let over = carry.cap.map_or(Minor::ZERO, |cap| (left - cap).positive());
        let new = own.positive().min(left);
        let mut rest = left - new - (over - new).positive();
        let fresh = (new - over).positive();
        for (_, name) in layers.into_iter().rev() {
            let kept = self.balances.get(&name).min(rest);
            rest -= kept;
            self.balances.set(name, kept);
        }
        let mut of = self.of.clone();
        if carry.periods.is_some() {
            of = format!("{of}/{}", self.period);
        }
        let name = BalanceName { kind: self.kind, of };
        let before = self.balances.get(&name);
        self.balances.set(name, before + fresh + rest);
    }

    /// All layers together.
    pub(super) fn total(&self) -> Minor {
        self.list().iter().map(|(_, name)| self.balances.get(name)).sum()
    }

    /// The balances, the oldest first; what never expires comes first.
    fn list(&self) -> Vec<(Option<Period>, BalanceName)> {
        let all = self.balances.iter().filter(|(name, _)| name.kind == self.kind);
        let layer = |(name, _): (&BalanceName, Minor)| {
            if name.of == self.of {
                return Some((None, name.clone()));
            }
            let period = name.of.strip_prefix(&self.of)?.strip_prefix('/')?.parse().ok()?;
            Some((Some(period), name.clone()))
        };
        let mut layers: Vec<_> = all.filter_map(layer).collect();
        layers.sort();
        layers
    }
}

fn i32_of(periods: u32) -> i32 {
    i32::try_from(periods).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "all";

    fn carried(balances: &Balances) -> Vec<(String, i128)> {
        balances.iter().map(|(name, amount)| (name.of.clone(), amount.0)).collect()
    }

    fn layers<'b>(balances: &'b mut Balances, period: &str) -> Layers<'b> {
        let name = BalanceName { kind: BalanceKind::Loss, of: NAME.to_owned() };
        Layers::of(balances, name, period.parse().unwrap())
    }

    #[test]
    fn the_oldest_is_used_first_and_the_newest_lapses() {
        let carry = Carry { periods: Some(3), cap: Some(Minor(100)), interest: None };
        let mut balances = Balances::default();
        for (period, own, left, due) in [
            ("2026-10", 60, 60, &[("all/2026-10", 60)][..]),
            ("2026-11", 70, 130, &[("all/2026-10", 60), ("all/2026-11", 40)]),
            ("2026-12", 0, 55, &[("all/2026-10", 15), ("all/2026-11", 40)]),
            ("2026-12", 200, 255, &[("all/2026-10", 15), ("all/2026-11", 40), ("all/2026-12", 45)]),
            ("2027-01", -5, 50, &[("all/2026-11", 5), ("all/2026-12", 45)]),
        ] {
            layers(&mut balances, period).hand_on(Some(&carry), Minor(own), Minor(left));
            let due: Vec<_> = due.iter().map(|(of, amount)| ((*of).to_owned(), *amount)).collect();
            assert_eq!(carried(&balances), due, "{period}: {own} of {left}");
        }
        layers(&mut balances, "2027-02").hand_on(None, Minor(7), Minor(57));
        assert_eq!(carried(&balances), []);
    }

    #[test]
    fn a_lowered_cap_cuts_what_was_carried() {
        let mut balances = Balances::default();
        let whole = Carry::default();
        layers(&mut balances, "2026-10").hand_on(Some(&whole), Minor(90), Minor(90));
        let capped = Carry { cap: Some(Minor(50)), ..whole };
        layers(&mut balances, "2026-11").hand_on(Some(&capped), Minor(10), Minor(100));
        assert_eq!(carried(&balances), [("all".to_owned(), 50)]);
    }
}
