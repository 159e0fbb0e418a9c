//! Closes month after month with what has come by then, as a book does.

use std::collections::BTreeMap;
use std::convert::Infallible;

use revshare::calendar::Period;
use revshare::contract::{Contract, Late};
use revshare::fact::Evidence;
use revshare::settlement::{
    BalanceKind, BalanceName, Balances, Ends, Restatement, Settlement, Stage, Start, View,
    as_arrived, first_period, restate, settle, settle_restating,
};

use super::history::{History, Imports, MONTHS, month};

/// What everybody owes everybody in the end, with a sign for each pair, and what is carried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    owed: BTreeMap<(String, String), i128>,
    carried: BTreeMap<BalanceName, i128>,
}

impl Total {
    fn owe(&mut self, from: &str, to: &str, amount: i128) {
        let turned = from > to;
        let (pair, amount) = if turned { ((to, from), -amount) } else { ((from, to), amount) };
        *self.owed.entry((pair.0.to_owned(), pair.1.to_owned())).or_default() += amount;
    }

    /// What was called by some statements, together with what the last of them keeps instead of
    /// calling it: what was paid on account, or is too small.
    pub(crate) fn of(settlements: &[Settlement]) -> Self {
        let mut total = Self::default();
        for payable in settlements.iter().flat_map(|settlement| &settlement.payables) {
            total.owe(&payable.from, &payable.to, payable.amount.0);
        }
        let closing = settlements.last().map(Settlement::closing).unwrap_or_default();
        for (name, amount) in closing.iter() {
            let kept = matches!(name.kind, BalanceKind::OnAccount | BalanceKind::CarriedPayable);
            if kept {
                let (from, to) = name.of.split_once('>').expect("a pair");
                let from = from.rsplit_once('/').map_or(from, |(_, from)| from);
                total.owe(from, to, amount.0);
            }
            if !name.kind.is_cash() {
                total.carried.insert(name.clone(), amount.0);
            }
        }
        total.owed.retain(|_, amount| *amount != 0);
        total
    }
}

/// A close: the statement's settlement, and what it was settled from.
pub(crate) struct Close {
    pub(crate) settlement: Settlement,
    contract: Contract,
    evidence: Evidence,
    ends: Ends,
}

/// The closes of a contract, in order.
#[derive(Default)]
pub(crate) struct Closes(pub(crate) Vec<Close>);

impl Closes {
    fn first(&self, contract: &Contract, evidence: &Evidence) -> Option<Period> {
        let closed = self.0.first().map(|close| close.settlement.period);
        closed.into_iter().chain(first_period(contract, evidence)).min()
    }

    fn close(&mut self, period: Period, contract: &Contract, evidence: &Evidence) {
        let opening: Balances =
            self.0.last().map(|last| last.settlement.closing()).unwrap_or_default();
        let view = |contract, evidence| {
            let first = self.first(contract, evidence).expect("something is closed");
            View { contract, evidence, first }
        };
        let restatement = match self.0.last().filter(|_| contract.late == Late::Restate) {
            None => Restatement { balances: opening.clone(), ..Restatement::default() },
            Some(last) => {
                let (now, then) = (view(contract, evidence), view(&last.contract, &last.evidence));
                let through = last.settlement.period;
                let then = [(through, then)];
                let periods: Vec<Period> =
                    self.0.iter().map(|close| close.settlement.period).collect();
                let ends = self.0.iter().rev().map(|close| Ok::<_, Infallible>(close.ends.clone()));
                let Ok(start) = Start::find(&periods, now.differs_from(&then[0].1), ends);
                let whole = restate(now, &then, &opening, (None, through)).expect("it restates");
                let later = restate(now, &then, &opening, (start.as_ref(), through));
                let mut later = later.expect("it restates");
                assert!(whole.ends.ends_with(&later.ends));
                // What is kept is what was settled anew: the books go on with it.
                let ends = std::mem::replace(&mut later.ends, whole.ends.clone());
                assert_eq!(later, whole, "from {start:?}");
                Restatement { ends, ..whole }
            }
        };
        let settlement = settle_restating(contract, period, evidence, &opening, &restatement)
            .expect("it settles");
        for balance in &settlement.balances {
            assert_eq!(balance.opening, opening.get(&balance.name), "{period} {}", balance.name);
        }
        let (contract, evidence) = (contract.clone(), evidence.clone());
        let mut ends = restatement.ends;
        ends.push((period, settlement.closing().without_cash()));
        self.0.push(Close { settlement, contract, evidence, ends });
    }

    /// All statements so far.
    pub(crate) fn settlements(&self) -> Vec<Settlement> {
        self.0.iter().map(|close| close.settlement.clone()).collect()
    }
}

/// Closes every month in turn. `agreed` is the contract at each close; `look` sees the closes after
/// each.
pub(crate) fn close_all<E>(
    history: &History,
    agreed: &[&Contract; MONTHS],
    mut look: impl FnMut(usize, &Closes) -> Result<(), E>,
) -> Result<Closes, E> {
    let mut imports = Imports::of(agreed);
    let mut closes = Closes::default();
    let mut stages: Vec<Stage> = Vec::new();
    for (at, contract) in agreed.iter().enumerate() {
        imports.import(history.delivery(at));
        let open = (at > 0).then(|| month(at as i64));
        let known = imports.archive.evidence(&contract.zone).expect("the lens is that of all");
        stages.push(Stage { open, evidence: known });
        let evidence = as_arrived(contract, stages.clone());
        let period = month(at as i64);
        let mut next = match closes.0.last() {
            Some(last) => last.settlement.period.next(),
            None => closes.first(contract, &evidence).map_or(period, |first| first.min(period)),
        };
        while next <= period {
            closes.close(next, contract, &evidence);
            next = next.next();
        }
        look(at, &closes)?;
    }
    Ok(closes)
}

/// Settles every month through one, as if all that came by a delivery had come in time, beginning
/// no later than `begins`.
pub(crate) fn in_time(
    history: &History,
    contract: &Contract,
    by: usize,
    begins: Period,
) -> Vec<Settlement> {
    let mut imports = Imports::of(&[contract]);
    imports.import(history.by(by));
    let known = imports.archive.evidence(&contract.zone).expect("the lens is that of it");
    let evidence = as_arrived(contract, vec![Stage { open: None, evidence: known }]);
    let first = first_period(contract, &evidence).map_or(begins, |first| first.min(begins));
    let mut all: Vec<Settlement> = Vec::new();
    let mut period = first;
    while period <= month(by as i64) {
        let opening = all.last().map(Settlement::closing).unwrap_or_default();
        all.push(settle(contract, period, &evidence, &opening).expect("it settles"));
        period = period.next();
    }
    all
}
