//! Clauses over the whole contract, from semantics §6 and the words of the contract page: each looks
//! at everything that happened since the beginning, month by month, and carries nothing.

use std::collections::BTreeMap;

use time::Date;

use super::calendar::Span;
use super::history::{Earned, History, Moved};
use super::numbers::whole;
use super::plain_clauses::{Held, Least, On, PlainClause, Wide};
use super::wide_guarantee;
use super::world::{Q, q, zero};

impl History<'_> {
    /// Every clause in its order; gives the balances that they keep.
    pub(crate) fn apply(&mut self) -> BTreeMap<String, i128> {
        let mut balances = BTreeMap::new();
        type Which = fn(&Wide) -> bool;
        let order: [Which; 9] = [
            |what| matches!(what, Wide::Floor { .. }),
            |what| matches!(what, Wide::MostFavoured { .. }),
            |what| matches!(what, Wide::Guarantee(_)),
            |what| matches!(what, Wide::Advance { .. }),
            |what| matches!(what, Wide::Reserve { .. }),
            |what| matches!(what, Wide::Cap { .. }),
            |what| matches!(what, Wide::Audit { .. }),
            |what| matches!(what, Wide::Withholding { .. }),
            |what| matches!(what, Wide::MinimumPayment { .. }),
        ];
        let contract = self.contract;
        for which in order {
            for (at, clause) in contract.clauses.iter().enumerate() {
                if which(&clause.what) {
                    self.apply_one(at, clause, &mut balances);
                }
            }
        }
        balances
    }

    pub(crate) fn apply_one(
        &mut self,
        at: usize,
        clause: &PlainClause,
        balances: &mut BTreeMap<String, i128>,
    ) {
        let open = clause.held.is_open(self.months[self.last()].span);
        let mut keep = |name: &str, amount: i128| {
            balances.insert(format!("{name}/c{at}"), amount);
        };
        match &clause.what {
            Wide::Floor { least, carry } if open => {
                self.floor(at, clause, least, *carry, &mut keep)
            }
            Wide::Guarantee(guarantee) if open => {
                let sum = wide_guarantee::apply(self, at, guarantee);
                keep("guarantee", sum);
            }
            Wide::Cap { amount, paid } if open => self.cap(at, clause, (amount, paid), &mut keep),
            Wide::Floor { .. } | Wide::Guarantee(_) | Wide::Cap { .. } => {}
            Wide::MostFavoured { grants } => self.most_favoured(at, clause, grants),
            Wide::Advance { amount, rate } => self.advance(at, clause, (amount, rate), &mut keep),
            Wide::Reserve { rates, release, net_of_chargebacks } => {
                self.reserve(at, clause, rates, *release, *net_of_chargebacks);
                for (lot, month) in self.months.iter().enumerate() {
                    let held = self.lot(at, lot);
                    balances.insert(format!("reserve/c{at}/{}", month.span.name()), held);
                }
            }
            Wide::Audit { effective, due, paid, threshold, accord } => {
                if self.months[self.last()].span.contains(*effective) {
                    self.audit(at, (due, paid), threshold.as_ref(), accord.as_ref());
                }
            }
            Wide::Withholding { rate, gross_up } => self.withhold(at, clause, rate, *gross_up),
            Wide::MinimumPayment { least, one_sided, until } => {
                self.minimum(at, clause, least.as_ref(), *one_sided, *until);
                let names = &self.contract.parties;
                for ((ground, from, to), amount) in &self.months[self.last()].carried {
                    let ground =
                        if ground.is_empty() { String::new() } else { format!("{ground}/") };
                    let pair = format!("{}>{}", names[*from], names[*to]);
                    balances.insert(format!("carried-payable/{ground}{pair}"), *amount);
                }
            }
        }
    }

    pub(crate) fn floor(
        &mut self,
        at: usize,
        clause: &PlainClause,
        least: &Least,
        carry: bool,
        keep: &mut impl FnMut(&str, i128),
    ) {
        let (held, party) = (&clause.held, clause.party);
        let months = self.window(held);
        let earned: i128 = months
            .iter()
            .map(|month| self.counted_until(*month, party, held, On::Shares, party, at))
            .sum();
        let measured: i128 = match least {
            Least::Amount(_) => 0,
            Least::Rate(_, of) => months.iter().map(|month| self.steps(*month, held, of)).sum(),
        };
        let before: i128 = if carry {
            (0..self.last())
                .filter(|month| held.is_open(self.months[*month].span))
                .map(|month| self.did(month, at, "share-floor"))
                .sum()
        } else {
            0
        };
        let span = self.months[self.last()].span;
        // What a window has added up stands until the next begins.
        if !(held.begins(span) && held.ends_with(span)) {
            keep("floor-measure", measured);
            keep("floor-earned", earned);
        }
        if !held.ends_with(span) {
            keep("floor", before);
            return;
        }
        let floor = match least {
            Least::Amount(amount) => self.minor(amount),
            Least::Rate(rate, _) => self.round(&(whole(measured) * rate)),
        };
        let due = floor.max(earned - before);
        let moved = self.by(at, "share-floor", due - earned);
        self.moves(moved);
        keep("floor", if carry { before + due - earned } else { 0 });
    }

    pub(crate) fn most_favoured(&mut self, at: usize, clause: &PlainClause, grants: &[(Date, Q)]) {
        let party = clause.party;
        let all = self.months[self.last()].earned.clone();
        for (schedule, list) in all.iter().enumerate() {
            if !clause.held.counts(schedule) {
                continue;
            }
            for segment in list {
                let Earned::Shares { from, to, parts, sharing, steps, .. } = segment else {
                    continue;
                };
                if !sharing.contains(&party) {
                    continue;
                }
                let base = whole(steps["share-base"]);
                let share = whole(parts.get(&party).copied().unwrap_or(0));
                let mut missing = zero();
                let mut days = 0;
                let mut day = *from;
                while day <= *to {
                    let known = grants.iter().filter(|(since, _)| *since <= day);
                    let best = known.map(|(_, rate)| rate.clone()).max();
                    let lacks = best.map_or(zero(), |rate| rate * &base - &share);
                    // More of a profit, or more of a loss; nothing of nothing.
                    if &lacks * &base > zero() {
                        missing += lacks;
                    }
                    days += 1;
                    day = day.next_day().expect("no end of time");
                }
                let amount = self.round(&(missing / q(days, 1)));
                let ground = self.contract.schedules[schedule].id.clone();
                let moved = Moved { ground, ..self.by(at, "most-favoured", amount) };
                self.moves(moved);
            }
        }
    }

    pub(crate) fn advance(
        &mut self,
        at: usize,
        clause: &PlainClause,
        (amount, rate): (&Q, &Q),
        keep: &mut impl FnMut(&str, i128),
    ) {
        let held = &clause.held;
        let spans: Vec<Span> = self.months.iter().map(|month| month.span).collect();
        let now = self.last();
        if !spans.iter().any(|span| held.is_open(*span)) {
            return;
        }
        let amount = self.minor(amount);
        let before = amount - (0..now).map(|month| self.did(month, at, "advance")).sum::<i128>();
        let recouped = if held.is_open(spans[now]) {
            let earned = self.counted(now, clause.from, held, On::Earnings, clause.party);
            let left = (earned - self.recouped(now, clause.from, held)).max(0);
            let wanted = self.round(&(whole(earned.max(0)) * rate));
            wanted.min(left).min(before)
        } else {
            0
        };
        let moved = self.by(at, "advance", recouped);
        self.moves(moved);
        let lapsed = spans.iter().any(|span| held.closes(*span));
        keep("advance-paid", amount);
        keep("advance", if lapsed { 0 } else { before - recouped });
        keep("advance-lapsed", if lapsed { before - recouped } else { 0 });
    }

    /// What advances have recouped in a month from what a party earns in any of these schedules.
    pub(crate) fn recouped(&self, month: usize, party: usize, held: &Held) -> i128 {
        let own = self.months[month].moved.iter().filter(|moved| moved.kind == "advance");
        let own = own.filter(|moved| {
            let other = &self.contract.clauses[moved.clause].held;
            let all = 0..self.contract.schedules.len();
            moved.from == party && all.into_iter().any(|id| held.counts(id) && other.counts(id))
        });
        own.map(|moved| moved.amount).sum()
    }

    /// What is still held of what a reserve withheld in a month.
    pub(crate) fn lot(&self, clause: usize, lot: usize) -> i128 {
        let all = self.months.iter().flat_map(|month| &month.moved);
        let back = all.filter(|moved| moved.clause == clause && moved.lot == Some(lot));
        self.did(lot, clause, "reserve") - back.map(|moved| moved.amount).sum::<i128>()
    }

    pub(crate) fn reserve(
        &mut self,
        at: usize,
        clause: &PlainClause,
        rates: &[Q],
        release: usize,
        net_of_chargebacks: bool,
    ) {
        // The clause's party holds, the other earns.
        let (now, earner, held) = (self.last(), clause.from, &clause.held);
        let mut left = 0;
        if net_of_chargebacks {
            let mut exact = zero();
            for (_, list) in
                self.months[now].earned.iter().enumerate().filter(|(id, _)| held.counts(*id))
            {
                for segment in list {
                    let Earned::Shares { chargebacks, .. } = segment else { continue };
                    exact += chargebacks.get(&earner).cloned().unwrap_or_else(zero);
                }
            }
            left = self.round(&exact).max(0);
        }
        for lot in 0..now {
            let drawn = left.min(self.lot(at, lot));
            left -= drawn;
            self.give_back(at, lot, drawn);
        }
        for lot in 0..now {
            if now - lot >= release {
                self.give_back(at, lot, self.lot(at, lot));
            }
        }
        if held.is_open(self.months[now].span) {
            let earned = self.counted(now, earner, held, On::Earnings, earner);
            let base = (earned - self.recouped(now, earner, held)).max(0);
            // Rates by period, counted from the first.
            let mut which = 0;
            if let Some(starts) = held.starts {
                let mut span = Span::of(starts, self.contract.quarters);
                while span.last < self.months[now].span.first {
                    span = span.next();
                    which += 1;
                }
            }
            let rate = &rates[which.min(rates.len() - 1)];
            let amount = self.round(&(whole(base) * rate));
            let moved = self.by(at, "reserve", amount);
            self.moves(moved);
        }
    }

    pub(crate) fn give_back(&mut self, at: usize, lot: usize, amount: i128) {
        let back = self.by(at, "reserve-release", amount);
        self.moves(Moved { from: back.to, to: back.from, lot: Some(lot), ..back });
    }

    pub(crate) fn cap(
        &mut self,
        at: usize,
        clause: &PlainClause,
        (amount, paid): (&Q, &Q),
        keep: &mut impl FnMut(&str, i128),
    ) {
        let held = &clause.held;
        let ids: Vec<&String> =
            held.schedules.iter().map(|id| &self.contract.schedules[*id].id).collect();
        let mut due = 0;
        for (ground, from, to, amount) in &self.months[self.last()].debts {
            if ids.is_empty() || ids.contains(&ground) {
                due += if (*from, *to) == (clause.from, clause.party) { *amount } else { 0 };
                due -= if (*to, *from) == (clause.from, clause.party) { *amount } else { 0 };
            }
        }
        let months = self.window(held);
        let before: i128 =
            months.iter().filter_map(|month| self.months[*month].passed.get(&at)).sum();
        let room = (self.minor(amount) - self.minor(paid) - before).max(0);
        let passed = due.min(room);
        self.now().passed.insert(at, passed);
        let moved = self.by(at, "aggregate-cap", passed - due);
        self.moves(moved);
        let span = self.months[self.last()].span;
        if !(held.begins(span) && held.ends_with(span)) {
            keep("cap", before + passed);
        }
    }
}
