//! What happened under a contract so far, month by month, for clauses that look back on it.

use std::collections::BTreeMap;

use time::Date;

use super::calendar::Span;
use super::numbers::round;
use super::plain_clauses::{Held, On, Over};
use super::world::{PlainContract, Q};

/// What one segment gave to whom.
#[derive(Clone, Debug)]
pub(crate) enum Earned {
    /// Shares with priority by party; and what some clauses ask for.
    Shares {
        from: Date,
        to: Date,
        /// Of the share base alone, and with priority.
        parts: BTreeMap<usize, i128>,
        sharing: Vec<usize>,
        /// Gross sales, net sales, gross profit, share base.
        steps: BTreeMap<&'static str, i128>,
        /// What each party has borne of them: positive, in exact minor units.
        chargebacks: BTreeMap<usize, Q>,
    },
    Fee {
        payer: usize,
        payee: usize,
        amount: i128,
    },
}

/// An amount that a clause moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Which clause, by its place.
    pub(crate) clause: usize,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// Owes it; the amount may be negative.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) amount: i128,
    /// The schedule that it concerns, if it is one.
    pub(crate) ground: String,
    /// For what is released: the month in which it was withheld.
    pub(crate) lot: Option<usize>,
}

/// One settled period.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    pub(crate) span: Span,
    /// By schedule.
    pub(crate) earned: Vec<Vec<Earned>>,
    pub(crate) moved: Vec<Moved>,
    /// Everything owed, clauses included: ground, payer, payee, amount.
    pub(crate) debts: Vec<(String, usize, usize, i128)>,
    /// What caps let pass, and what minimum payments carry on by ground and direction.
    pub(crate) passed: BTreeMap<usize, i128>,
    pub(crate) carried: BTreeMap<(String, usize, usize), i128>,
}

/// All periods so far, the last being the open one.
pub(crate) struct History<'a> {
    pub(crate) contract: &'a PlainContract,
    pub(crate) months: Vec<Month>,
}

impl Held {
    /// A clause holds for whole periods.
    pub(crate) fn is_open(&self, span: Span) -> bool {
        self.starts.is_none_or(|day| day <= span.last)
            && self.ends.is_none_or(|day| day >= span.first)
    }

    /// The clause's last period?
    pub(crate) fn closes(&self, span: Span) -> bool {
        self.ends.is_some_and(|day| span.contains(day))
    }

    /// Does a window begin with this period?
    pub(crate) fn begins(&self, span: Span) -> bool {
        let month = |day: Date| day.year() * 12 + i32::from(u8::from(day.month())) - 1;
        let at = month(span.first);
        let starts = self.starts.is_some_and(|day| span.contains(day));
        starts
            || match self.over {
                Over::Period => true,
                Over::CalendarYear => at % 12 == 0,
                Over::ContractYear => {
                    let anchor = self.starts.expect("a contract year has a first day");
                    (at - month(Span::of(anchor, span.is_quarter()).first)) % 12 == 0
                }
                Over::Lifetime => false,
            }
    }

    /// Does a window end with this period?
    pub(crate) fn ends_with(&self, span: Span) -> bool {
        let over = self.over != Over::Lifetime && self.begins(span.next());
        over || self.closes(span)
    }

    pub(crate) fn counts(&self, schedule: usize) -> bool {
        self.schedules.is_empty() || self.schedules.contains(&schedule)
    }
}

impl<'a> History<'a> {
    pub(crate) fn now(&mut self) -> &mut Month {
        self.months.last_mut().expect("one is open")
    }

    /// The open period's place.
    pub(crate) fn last(&self) -> usize {
        self.months.len() - 1
    }

    /// The months of the window that the open one lies in, up to it, while the clause holds.
    pub(crate) fn window(&self, held: &Held) -> Vec<usize> {
        let mut list = Vec::new();
        for (at, month) in self.months.iter().enumerate() {
            if held.begins(month.span) {
                list.clear();
            }
            if held.is_open(month.span) {
                list.push(at);
            }
        }
        list
    }

    pub(crate) fn ground(&self, held: &Held) -> String {
        match held.schedules.as_slice() {
            [only] => self.contract.schedules[*only].id.clone(),
            _ => String::new(),
        }
    }

    pub(crate) fn round(&self, exact: &Q) -> i128 {
        round(exact, self.contract.rounding)
    }

    pub(crate) fn minor(&self, major: &Q) -> i128 {
        self.round(&(major * self.contract.currency.minor()))
    }

    /// What parties have earned in a month by shares and fees.
    pub(crate) fn earned(&self, at: usize, party: usize, held: &Held, on: On, by: usize) -> i128 {
        let mut sum = 0;
        for (_, list) in
            self.months[at].earned.iter().enumerate().filter(|(id, _)| held.counts(*id))
        {
            for segment in list {
                sum += match segment {
                    Earned::Shares { parts, .. } if on != On::UsageFees => {
                        parts.get(&party).copied().unwrap_or(0)
                    }
                    Earned::Fee { payer, payee, amount } if on != On::Shares => {
                        let other = |one: usize| on == On::Earnings || one == by;
                        let got = if *payee == party && other(*payer) { *amount } else { 0 };
                        let gave = if *payer == party && other(*payee) { *amount } else { 0 };
                        got - gave
                    }
                    Earned::Shares { .. } | Earned::Fee { .. } => 0,
                };
            }
        }
        sum
    }

    /// The same with what floors and most-favoured rates added, where all that they speak of counts.
    pub(crate) fn counted(&self, at: usize, party: usize, held: &Held, on: On, by: usize) -> i128 {
        self.counted_until(at, party, held, on, by, usize::MAX)
    }

    /// The same as a floor finds it, to which only floors before it have added.
    pub(crate) fn counted_until(
        &self,
        at: usize,
        party: usize,
        held: &Held,
        on: On,
        by: usize,
        floor: usize,
    ) -> i128 {
        let mut sum = self.earned(at, party, held, on, by);
        if on == On::UsageFees {
            return sum;
        }
        for moved in &self.months[at].moved {
            let added = match moved.kind {
                "share-floor" => moved.clause < floor,
                "most-favoured" => floor == usize::MAX,
                _ => false,
            };
            if !added {
                continue;
            }
            let about: Vec<usize> = if moved.ground.is_empty() {
                let own = &self.contract.clauses[moved.clause].held.schedules;
                if own.is_empty() {
                    (0..self.contract.schedules.len()).collect()
                } else {
                    own.clone()
                }
            } else {
                let ids = self.contract.schedules.iter();
                ids.enumerate().filter(|(_, s)| s.id == moved.ground).map(|(id, _)| id).collect()
            };
            if about.iter().all(|id| held.counts(*id)) {
                sum += if moved.to == party { moved.amount } else { 0 };
                sum -= if moved.from == party { moved.amount } else { 0 };
            }
        }
        sum
    }

    pub(crate) fn steps(&self, at: usize, held: &Held, step: &str) -> i128 {
        let own = self.months[at].earned.iter().enumerate().filter(|(id, _)| held.counts(*id));
        let each = own.flat_map(|(_, list)| list).map(|segment| match segment {
            Earned::Shares { steps, .. } => steps[step],
            Earned::Fee { .. } => 0,
        });
        each.sum()
    }

    /// Lets one owe another an amount.
    pub(crate) fn moves(&mut self, moved: Moved) {
        if moved.amount != 0 {
            self.now().debts.push((moved.ground.clone(), moved.from, moved.to, moved.amount));
            self.now().moved.push(moved);
        }
    }

    pub(crate) fn by(&self, at: usize, kind: &'static str, amount: i128) -> Moved {
        let clause = &self.contract.clauses[at];
        Moved {
            clause: at,
            kind,
            name: format!("c{at}"),
            from: clause.from,
            to: clause.party,
            amount,
            ground: self.ground(&clause.held),
            lot: None,
        }
    }

    /// What a clause moved to its party in a month under a kind.
    pub(crate) fn did(&self, month: usize, clause: usize, kind: &str) -> i128 {
        let own = self.months[month].moved.iter().filter(|m| m.clause == clause && m.kind == kind);
        own.map(|moved| moved.amount).sum()
    }

    /// What is owed on balance by ground and pair; one ground if everything is netted.
    pub(crate) fn owed(&self) -> BTreeMap<(String, usize, usize), i128> {
        let mut owed: BTreeMap<(String, usize, usize), i128> = BTreeMap::new();
        for (ground, from, to, amount) in &self.months[self.last()].debts {
            let ground = if self.contract.netting { String::new() } else { ground.clone() };
            let (from, to, amount) =
                if from < to { (*from, *to, *amount) } else { (*to, *from, -*amount) };
            *owed.entry((ground, from, to)).or_default() += amount;
        }
        owed
    }
}
