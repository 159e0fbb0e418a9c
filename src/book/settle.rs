//! Settling and closing: drafts write nothing, a close is one record chained to the one before.

use std::panic::resume_unwind;

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::fact::{Archive, Evidence};
use crate::finding::Finding;
use crate::posting;
use crate::settlement::{
    Balances, Ends, Restatement, Settlement, first_period, settle, settle_restating,
};
use crate::statement::{FileControl, Provenance, Statement};
use crate::store::{Closing, ClosingHead};

/// Is a statement closed, and since when?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Computed from what is known now; nothing was written.
    Draft,
    /// Closed by this call.
    ClosedNow,
    /// Closed before; nothing changed.
    ClosedBefore,
}

/// A statement and how it stands.
#[derive(Clone, Debug)]
pub struct Closed {
    /// What the parties are shown.
    pub statement: Statement,
    /// Draft or closed.
    pub standing: Standing,
}

/// One contract with all that is known of it.
pub(super) struct Desk<'a> {
    pub(super) contract: &'a Contract,
    pub(super) archive: &'a Archive,
    pub(super) evidence: Evidence,
    /// The closed periods, and how many imports each close knew.
    closed: Vec<(Period, u64)>,
    /// What the first open period opens with, as it was closed and as it is now.
    opening: Balances,
    restatement: Restatement,
}

impl<'a> Desk<'a> {
    /// A desk that opens with nothing.
    pub(super) fn fresh(
        contract: &'a Contract,
        archive: &'a Archive,
        evidence: Evidence,
        closed: &[&ClosingHead],
    ) -> Self {
        let (opening, restatement) = Default::default();
        Self { contract, archive, evidence, closed: watermarks(closed), opening, restatement }
    }

    /// Settles every period from the first open one to `last`, and gives back the last.
    pub(super) fn settle_through(
        &self,
        first: Period,
        last: Period,
    ) -> Result<Settlement, BookError> {
        let (contract, evidence) = (self.contract, &self.evidence);
        let mut settlement =
            settle_restating(contract, first, evidence, &self.opening, &self.restatement)?;
        let mut period = first;
        while period < last {
            period = period.next();
            settlement = settle(contract, period, evidence, &settlement.closing())?;
        }
        Ok(settlement)
    }

    pub(super) fn statement(&self, settlement: &Settlement) -> Result<Statement, BookError> {
        Ok(self.statement_with(settlement, self.controls(settlement.period)?))
    }

    fn statement_with(&self, settlement: &Settlement, controls: Vec<FileControl>) -> Statement {
        let provenance = Provenance::of(self.contract)
            .with_files(self.archive.files().iter().map(|file| &file.tally));
        Statement::of(settlement, self.contract, controls, provenance)
    }

    fn controls(&self, period: Period) -> Result<Vec<FileControl>, BookError> {
        let before = self.closed.iter().rev().find(|(closed, _)| *closed < period);
        let since = before.map_or(0, |(_, imports)| *imports);
        Book::controls(self.contract, period, since, self.archive, &self.evidence)
    }

    /// A period and its control totals, of which none needs the other.
    fn settle_and_count(
        &self,
        period: Period,
    ) -> Result<(Settlement, Vec<FileControl>), BookError> {
        std::thread::scope(|scope| {
            let controls = scope.spawn(|| self.controls(period));
            let settlement = self.settle_through(period, period)?;
            let controls = controls.join().unwrap_or_else(|it| resume_unwind(it))?;
            Ok((settlement, controls))
        })
    }
}

impl Book {
    pub(super) fn desk<'a>(&'a self, contract: &'a Contract) -> Result<Desk<'a>, BookError> {
        self.desk_after(contract, self.store.archive(), self.store.imports(), &self.heads(contract))
    }

    /// The desk with the knowledge of some imports, after some closes.
    pub(super) fn desk_after<'a>(
        &self,
        contract: &'a Contract,
        archive: &'a Archive,
        imports: u64,
        closed: &[&ClosingHead],
    ) -> Result<Desk<'a>, BookError> {
        let evidence = self.evidence(contract, closed, archive)?;
        let (opening, restatement) = self.restatement(contract, &evidence, closed, imports)?;
        let closed = watermarks(closed);
        Ok(Desk { contract, archive, evidence, closed, opening, restatement })
    }

    /// The statement of a period: the closed one if it is closed, else a draft from what is known
    /// now. Nothing is written.
    ///
    /// # Errors
    /// What keeps the period from being settled.
    pub fn draft(&self, contract: &Contract, period: Period) -> Result<Closed, BookError> {
        if let Some(statement) = self.closed(contract, period)? {
            return Ok(Closed { statement, standing: Standing::ClosedBefore });
        }
        let desk = self.desk(contract)?;
        let first = self.next_open(&desk, period)?;
        let settlement = desk.settle_through(first, period)?;
        Ok(Closed { statement: desk.statement(&settlement)?, standing: Standing::Draft })
    }

    /// The closed statement of a period, as it was closed.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn closed(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Option<Statement>, BookError> {
        let Some(closing) = self.store.closing(&contract.id, period)? else { return Ok(None) };
        Ok(Some(serde_json::from_str(&closing.statement)?))
    }

    /// Closes a period: statement, postings, balances and watermark in one record, chained to the
    /// close before. Closing it again changes nothing.
    ///
    /// # Errors
    /// A finding if it is not the period's turn; what keeps it from being settled.
    pub fn close(&mut self, contract: &Contract, period: Period) -> Result<Closed, BookError> {
        if let Some(statement) = self.closed(contract, period)? {
            return Ok(Closed { statement, standing: Standing::ClosedBefore });
        }
        let desk = self.desk(contract)?;
        let first = self.next_open(&desk, period)?;
        if period != first {
            let message = format!("{period} cannot be closed before {first}");
            let help = format!("close {first} first, or all in order with `revshare run`");
            return Err(Finding::new(&codes::OUT_OF_ORDER, message).help(help).into());
        }
        let (settlement, controls) = desk.settle_and_count(period)?;
        let statement = desk.statement_with(&settlement, controls);
        let restated = desk.restatement.ends.clone();
        let closing = self.closing(contract, &settlement, &statement, restated)?;
        self.store.close(&closing)?;
        Ok(Closed { statement, standing: Standing::ClosedNow })
    }

    /// The next period to settle. Asking for a period before any fact settles that period alone.
    pub(super) fn next_open(&self, desk: &Desk<'_>, wanted: Period) -> Result<Period, BookError> {
        check_length(desk.contract, wanted)?;
        if let Some(last) = self.store.last_closing(&desk.contract.id).map(|head| head.period) {
            check_length(desk.contract, last)?;
            if wanted <= last {
                let id = &desk.contract.id;
                let first = self.first_close(desk.contract).unwrap_or(last);
                let message =
                    format!("{wanted} lies before {first}, the first closed period of {id}");
                let help = format!(
                    "what lies before the first close is closed and empty: ask for {first} or later"
                );
                return Err(Finding::new(&codes::OUT_OF_ORDER, message).help(help).into());
            }
            return Ok(last.next());
        }
        let first = first_period(desk.contract, &desk.evidence);
        Ok(first.map_or(wanted, |first| first.min(wanted)))
    }

    /// Closes every period of every contract in order, up to `through`, by default the last period
    /// with a fact of the contract before any long silence (see [`Book::silences`]); gives back all statements up to then, those closed before included.
    ///
    /// # Errors
    /// What keeps a period from being settled; the periods before it stay closed.
    pub fn close_through(&mut self, through: Option<Period>) -> Result<Vec<Closed>, BookError> {
        let mut all = Vec::new();
        for contract in self.contracts.clone() {
            let (known, due) = self.known_and_due(&contract)?;
            let first = self.first_close(&contract).or(known);
            let last = through.map(|through| through.last_complete(contract.period)).or(due);
            all.extend(self.close_all(&contract, first, last)?);
        }
        Ok(all)
    }

    /// Closes the periods that a fact has come for, up to `through`.
    pub(super) fn close_due(&mut self, through: Option<Period>) -> Result<(), BookError> {
        for contract in self.contracts.clone() {
            let (first, due) = self.open_and_due(&contract)?;
            let through = through.map(|through| through.last_complete(contract.period));
            let last = due.map(|due| through.map_or(due, |through| due.min(through)));
            self.close_all(&contract, first, last)?;
        }
        Ok(())
    }

    /// Has a fact come for a period that is open?
    pub(super) fn is_anything_due(&self) -> Result<bool, BookError> {
        for contract in &self.contracts {
            let (first, due) = self.open_and_due(contract)?;
            if first.zip(due).is_some_and(|(first, due)| first <= due) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first open period, and the last with a fact.
    fn open_and_due(
        &self,
        contract: &Contract,
    ) -> Result<(Option<Period>, Option<Period>), BookError> {
        let (known, due) = self.known_and_due(contract)?;
        let last = self.store.last_closing(&contract.id);
        Ok((last.map(|last| last.period.next()).or(known), due))
    }

    /// The first and the last period with a fact.
    fn known_and_due(
        &self,
        contract: &Contract,
    ) -> Result<(Option<Period>, Option<Period>), BookError> {
        let evidence = self.evidence(contract, &self.heads(contract), self.store.archive())?;
        let known = first_period(contract, &evidence);
        Ok((known, Self::last_period(contract, &evidence).0))
    }

    fn close_all(
        &mut self,
        contract: &Contract,
        first: Option<Period>,
        last: Option<Period>,
    ) -> Result<Vec<Closed>, BookError> {
        let mut all = Vec::new();
        let (Some(mut period), Some(last)) = (first, last) else { return Ok(all) };
        check_length(contract, period)?;
        while period <= last {
            self.interrupt.check().map_err(|_| BookError::InterruptedBetween)?;
            all.push(self.close(contract, period)?);
            period = period.next();
        }
        Ok(all)
    }

    fn first_close(&self, contract: &Contract) -> Option<Period> {
        let of = self.store.closings().filter(|head| head.contract == contract.id);
        of.map(|head| head.period).min()
    }

    /// The record that closes a period.
    fn closing(
        &self,
        contract: &Contract,
        settlement: &Settlement,
        statement: &Statement,
        restated: Ends,
    ) -> Result<Closing, BookError> {
        let last = self.store.last_closing(&contract.id);
        Ok(Closing {
            contract: contract.id.clone(),
            period: settlement.period,
            watermark: self.store.imports(),
            statement: serde_json::to_string(statement)?,
            digest: statement.digest.clone(),
            previous: last.map(|last| last.digest.clone()),
            chain: Closing::chain_after(last, &statement.digest),
            postings: serde_json::to_string(&posting::postings(settlement, contract))?,
            balances: settlement.closing(),
            restated,
            contract_source: contract.source.to_string(),
            contract_file: contract.file.to_string(),
        })
    }
}

fn watermarks(closed: &[&ClosingHead]) -> Vec<(Period, u64)> {
    closed.iter().map(|head| (head.period, head.watermark)).collect()
}

/// Periods of two lengths have no order between them, so none may meet the contract's own.
fn check_length(contract: &Contract, wanted: Period) -> Result<(), BookError> {
    if wanted.length() == contract.period {
        return Ok(());
    }
    let own = Period::of(wanted.first_day(), contract.period);
    let message = format!("{} has no period {wanted}: it settles {own}", contract.id);
    let help = format!("ask for {own}, in which {wanted} begins");
    Err(Finding::new(&codes::OTHER_LENGTH, message).help(help).into())
}
