//! What stands between what is owed and what is paid: audits, withholding tax, minimum payments.

use std::collections::BTreeMap;

use num_traits::{Signed, Zero};
use time::Date;

use super::history::{History, Moved};
use super::numbers::whole;
use super::plain_clauses::PlainClause;
use super::world::{Q, q};

impl History<'_> {
    pub(crate) fn audit(
        &mut self,
        at: usize,
        (due, paid): (&Q, &Q),
        threshold: Option<&(Q, Q)>,
        accord: Option<&Q>,
    ) {
        let (due, paid) = (self.minor(due), self.minor(paid));
        let short = due - paid;
        let part = |name: &str, amount: i128| (format!("c{at}: {name}"), amount);
        let mut parts = vec![part("shortfall", short)];
        if let Some(accord) = accord.filter(|_| short > 0) {
            parts.push(part("accord", self.round(&(whole(short) * accord))));
        }
        if let Some((threshold, cost)) = threshold
            && whole(short) > whole(due) * threshold
        {
            parts.push(part("cost", self.minor(cost)));
        }
        for (name, amount) in parts {
            let moved = Moved { name, ground: String::new(), ..self.by(at, "audit", amount) };
            self.moves(moved);
        }
    }

    pub(crate) fn withhold(&mut self, at: usize, clause: &PlainClause, rate: &Q, gross_up: bool) {
        let (payer, payee) = (clause.from, clause.party);
        for ((ground, from, to), amount) in self.owed() {
            let pays = match (from, to) {
                forth if forth == (payer, payee) => amount,
                back if back == (payee, payer) => -amount,
                _ => 0,
            };
            if pays <= 0 {
                continue;
            }
            let tax = if gross_up {
                let gross = self.round(&(whole(pays) / (q(1, 1) - rate)));
                let up = Moved { ground: ground.clone(), ..self.by(at, "gross-up", gross - pays) };
                self.moves(up);
                gross - pays
            } else {
                self.round(&(whole(pays) * rate))
            };
            let kept =
                Moved { from: payee, to: payer, ground, ..self.by(at, "withholding-tax", tax) };
            self.moves(kept);
        }
    }

    pub(crate) fn minimum(
        &mut self,
        at: usize,
        clause: &PlainClause,
        least: Option<&Q>,
        one_sided: bool,
        until: Option<Date>,
    ) {
        let now = self.last();
        let over = until.is_some_and(|day| day <= self.months[now].span.last);
        let mut carried: BTreeMap<(String, usize, usize), i128> = BTreeMap::new();
        if now > 0 {
            for ((ground, from, to), amount) in &self.months[now - 1].carried {
                let (key, amount) = if from < to {
                    ((ground.clone(), *from, *to), *amount)
                } else {
                    ((ground.clone(), *to, *from), -*amount)
                };
                *carried.entry(key).or_default() += amount;
            }
        }
        let owed = self.owed();
        let keys: std::collections::BTreeSet<_> =
            owed.keys().chain(carried.keys()).cloned().collect();
        for key in keys {
            let before = carried.get(&key).copied().unwrap_or(0);
            let now_owed = owed.get(&key).copied().unwrap_or(0);
            let total = whole(before + now_owed);
            let (ground, one, other) = key;
            let (from, to) = if total.is_negative() { (other, one) } else { (one, other) };
            let speaks = !one_sided || (from, to) == (clause.from, clause.party);
            let small = least.is_none_or(|least| total.abs() < whole(self.minor(least)));
            let carries = speaks && !over && small && !total.is_zero();
            let on = if carries { before + now_owed } else { 0 };
            if on != 0 {
                self.now().carried.insert((ground.clone(), from, to), on.abs());
            }
            let names = &self.contract.parties;
            let pair = |from: usize, to: usize| match ground.as_str() {
                "" => format!("{}>{}", names[from], names[to]),
                id => format!("{id}/{}>{}", names[from], names[to]),
            };
            let name = if before + on < 0 { pair(other, one) } else { pair(one, other) };
            let amount = before - on;
            let moved = Moved {
                name,
                from: one,
                to: other,
                ground,
                ..self.by(at, "minimum-payment", amount)
            };
            self.moves(moved);
        }
    }
}
