//! What was known and agreed at a close, and what the open period makes of it.
//!
//! The law: a view of a period depends on the journal up to one place, and on the contract of that
//! place, and so comes out the same whenever it is asked for.

use super::explain::not_closed;
use super::settle::Desk;
use super::{Book, BookError};
use crate::calendar::Period;
use crate::contract::{Contract, Late};
use crate::export::explain::Changed;
use crate::fact::{Archive, Evidence};
use crate::settlement::{
    Balances, Closed, Restatement, Settlement, Stage, Start, View, as_arrived, each_closed,
    first_period, restate,
};
use crate::statement::Statement;
use crate::store::{Closing, ClosingHead};

/// What periods of one stretch were settled from, so far.
struct Settled {
    through: Period,
    contract: Contract,
    evidence: Evidence,
    first: Period,
}

impl Book {
    /// The closings of a contract, in order.
    pub(super) fn heads(&self, contract: &Contract) -> Vec<&ClosingHead> {
        self.store.closings().filter(|head| head.contract == contract.id).collect()
    }

    /// What a contract is settled from after `closed` periods, with the deliveries of an archive.
    pub(super) fn evidence(
        &self,
        contract: &Contract,
        closed: &[&ClosingHead],
        archive: &Archive,
    ) -> Result<Evidence, BookError> {
        let now = archive.evidence(&contract.zone)?;
        let mut stages = Vec::new();
        let mut open = None;
        // The facts that came between two closes; several closes may have known the same.
        for (at, head) in closed.iter().enumerate() {
            let next = closed.get(at + 1);
            if next.is_some_and(|next| next.watermark == head.watermark) {
                continue;
            }
            if contract.late == Late::NextPeriod || contract.finality.is_some() {
                let evidence = self.store.archive_at(head.watermark)?.evidence(&contract.zone)?;
                stages.push(Stage { open, evidence });
            }
            open = Some(head.period.next());
        }
        stages.push(Stage { open, evidence: now });
        Ok(as_arrived(contract, stages))
    }

    /// What the period after the `closed` ones opens with.
    pub(super) fn restatement(
        &self,
        contract: &Contract,
        evidence: &Evidence,
        closed: &[&ClosingHead],
        imports: u64,
    ) -> Result<(Balances, Restatement), BookError> {
        let Some(last) = self.last_of(closed)? else { return Ok(Default::default()) };
        let opening = last.balances.clone();
        let as_closed = Restatement { balances: opening.clone(), ..Restatement::default() };
        let same = last.watermark == imports && *last.contract_source == *contract.source;
        if contract.late == Late::NextPeriod || same {
            return Ok((opening, as_closed));
        }
        let then = self.settled_from(closed)?;
        let views: Vec<(Period, View<'_>)> =
            then.iter().map(|settled| (settled.through, settled.view())).collect();
        let first = first(contract, evidence, closed);
        let now = View { contract, evidence, first };
        let start = self.start(now, &then, closed)?;
        let restatement = restate(now, &views, &opening, (start.as_ref(), last.period))?;
        Ok((opening, restatement))
    }

    /// The `closed` periods as they were settled so far and as they are now, where they differ.
    pub(super) fn changed(
        &self,
        contract: &Contract,
        evidence: &Evidence,
        closed: &[&ClosingHead],
    ) -> Result<Vec<Changed>, BookError> {
        let Some(last) = closed.last() else { return Ok(Vec::new()) };
        let then = self.settled_from(closed)?;
        let views: Vec<(Period, View<'_>)> =
            then.iter().map(|settled| (settled.through, settled.view())).collect();
        let now = View { contract, evidence, first: first(contract, evidence, closed) };
        let mut changed = Vec::new();
        each_closed(now, &views, (None, last.period), |Closed { period, was, is }| {
            let settled = then.iter().find(|settled| period <= settled.through);
            let was = settled.and_then(|settled| Some((settled.contract.clone(), was?)));
            let is = is.map(|is| (contract.clone(), is));
            changed.push(Changed { period, was, is });
            Ok(())
        })?;
        Ok(changed)
    }

    /// Where a restatement can begin: after the last closed period up to which neither contract nor facts
    /// differ from what the last close knew. None if it has to begin at the beginning.
    fn start(
        &self,
        now: View<'_>,
        then: &[Settled],
        closed: &[&ClosingHead],
    ) -> Result<Option<Start>, BookError> {
        // Several stretches were settled each by itself, and not as one view of all of them.
        let [settled] = then else { return Ok(None) };
        let periods: Vec<Period> = closed.iter().map(|head| head.period).collect();
        let ends = (1..=closed.len()).rev().map(|upto| {
            let closing = self.last_of(&closed[..upto])?.expect("a closing that is listed is kept");
            let own = (closing.period, closing.balances.without_cash());
            Ok::<_, BookError>(closing.restated.into_iter().chain([own]).collect())
        });
        Start::find(&periods, now.differs_from(&settled.view()), ends)
    }

    fn last_of(&self, closed: &[&ClosingHead]) -> Result<Option<Closing>, BookError> {
        let Some(head) = closed.last() else { return Ok(None) };
        Ok(self.store.closing(&head.contract, head.period)?)
    }

    /// What a period looks like with all that was known, under the contract as it was, when another
    /// one was closed. A period as known at its own close is its closed statement; any other stands
    /// alone, without the true-ups that a statement may hold.
    ///
    /// # Errors
    /// A finding if the other period is not closed.
    pub fn as_known_at(
        &self,
        contract: &Contract,
        period: Period,
        at: Period,
    ) -> Result<Statement, BookError> {
        if period == at {
            return self.closed_or_finding(contract, period);
        }
        let heads = self.heads(contract);
        let upto: Vec<_> = heads.into_iter().filter(|head| head.period <= at).collect();
        if upto.last().is_none_or(|head| head.period != at) {
            return Err(not_closed(contract, at).into());
        }
        let then = self.settled_at(&upto)?;
        let watermark = upto.last().expect("one was found").watermark;
        let archive = self.store.archive_at(watermark)?;
        let desk = Desk::fresh(&then.contract, &archive, then.evidence.clone(), &upto);
        desk.statement(&desk.settle_through(then.first.min(period), period)?)
    }

    /// What a period looks like with all that is known now, without true-ups.
    ///
    /// # Errors
    /// What keeps it from being settled.
    pub fn as_known_now(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Statement, BookError> {
        let (desk, first) = self.desk_now(contract, period)?;
        desk.statement(&desk.settle_through(first, period)?)
    }

    /// The same as a settlement.
    pub(super) fn settled_now(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Settlement, BookError> {
        let (desk, first) = self.desk_now(contract, period)?;
        desk.settle_through(first, period)
    }

    fn desk_now<'a>(
        &'a self,
        contract: &'a Contract,
        period: Period,
    ) -> Result<(Desk<'a>, Period), BookError> {
        let closed = self.heads(contract);
        let archive = self.store.archive();
        let evidence = self.evidence(contract, &closed, archive)?;
        let known = first_period(contract, &evidence).unwrap_or(period);
        let first = closed.first().map_or(known, |head| known.min(head.period));
        Ok((Desk::fresh(contract, archive, evidence, &closed), first.min(period)))
    }

    /// What closed periods were settled from so far: the last close that restated settled all up to
    /// it anew, those after it settled one period each.
    fn settled_from(&self, closed: &[&ClosingHead]) -> Result<Vec<Settled>, BookError> {
        let mut stretches = Vec::new();
        for count in (1..=closed.len()).rev() {
            let settled = self.settled_at(&closed[..count])?;
            let restates = settled.contract.late == Late::Restate;
            stretches.push(settled);
            if restates {
                break;
            }
        }
        stretches.reverse();
        Ok(stretches)
    }

    /// What the last of some closes was settled from.
    fn settled_at(&self, closed: &[&ClosingHead]) -> Result<Settled, BookError> {
        let closing = self.last_of(closed)?.expect("a closing that is listed is kept");
        let contract = Contract::parse(&closing.contract_file, &closing.contract_source)?;
        let before = &closed[..closed.len() - 1];
        let archive = self.store.archive_at(closing.watermark)?;
        let evidence = self.evidence(&contract, before, &archive)?;
        let mut first = first(&contract, &evidence, closed);
        if contract.late == Late::NextPeriod {
            first = closed[0].period;
        }
        Ok(Settled { through: closing.period, contract, evidence, first })
    }
}

impl Settled {
    fn view(&self) -> View<'_> {
        View { contract: &self.contract, evidence: &self.evidence, first: self.first }
    }
}

/// The first period that there is anything to settle for.
fn first(contract: &Contract, evidence: &Evidence, closed: &[&ClosingHead]) -> Period {
    let first = closed.first().expect("something is closed").period;
    let known = first_period(contract, evidence);
    // Another length of periods is refused before anything is compared.
    known.filter(|known| known.length() == first.length()).map_or(first, |known| known.min(first))
}
