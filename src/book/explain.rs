//! Computing a statement again to show how its numbers came about.

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::export::explain::{self, Changed, Node, Subject};
use crate::fact::{Archive, Evidence, Payment};
use crate::finding::Finding;
use crate::money::Currency;
use crate::posting::Posting;
use crate::settlement::Settlement;
use crate::statement::Statement;
use crate::store::{Closing, ClosingHead};

/// A settlement made again, with the contract and the knowledge it rests on.
pub struct Replay {
    pub(super) contract: Contract,
    pub(super) settlement: Settlement,
    pub(super) payments: Vec<Payment>,
    pub(super) changed: Vec<Changed>,
}

impl Replay {
    /// Any line as a tree.
    ///
    /// # Errors
    /// A finding that lists what can be asked for, if there is no such line.
    pub fn explain(&self, line: &str) -> Result<Node, BookError> {
        Ok(explain::explain(&self.subject(), line)?)
    }

    /// The currency of its amounts.
    pub fn currency(&self) -> Currency {
        self.settlement.currency
    }

    /// What can be asked for.
    pub fn lines(&self) -> Vec<String> {
        explain::selectors(&self.settlement)
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        let Self { contract, settlement, payments, changed } = self;
        Subject { settlement, contract, payments, changed }
    }
}

impl Book {
    /// What can be asked of a period's statement.
    ///
    /// # Errors
    /// What keeps the period from being settled.
    pub fn explainable(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Vec<String>, BookError> {
        Ok(self.replay(contract, period)?.lines())
    }

    /// Any line of a period's statement as a tree: the closed one as it was closed, else a draft.
    ///
    /// # Errors
    /// A finding that lists what can be asked for, if there is no such line.
    pub fn explain(
        &self,
        contract: &Contract,
        period: Period,
        line: &str,
    ) -> Result<Node, BookError> {
        self.replay(contract, period)?.explain(line)
    }

    /// A period's statement made again: the closed one as it was closed, else a draft. Asking much of
    /// one statement is cheaper this way.
    ///
    /// # Errors
    /// What keeps the period from being settled; a closed statement that does not come out again.
    pub fn replay(&self, contract: &Contract, period: Period) -> Result<Replay, BookError> {
        if let Some(closing) = self.store.closing(&contract.id, period)? {
            return self.replay_closing(&closing);
        }
        let desk = self.desk(contract)?;
        let first = self.next_open(&desk, period)?;
        let settlement = desk.settle_through(first, period)?;
        self.replayed(contract.clone(), settlement, desk.evidence, &self.heads(contract))
    }

    /// A closed period again, from what was known and agreed when it was closed.
    fn replay_closing(&self, closing: &Closing) -> Result<Replay, BookError> {
        let contract = Contract::parse(&closing.contract_file, &closing.contract_source)?;
        let archive: Archive = self.store.archive_at(closing.watermark)?;
        let heads = self.heads(&contract);
        let before = heads.iter().take_while(|head| head.period < closing.period).copied();
        let before: Vec<_> = before.collect();
        let desk = self.desk_after(&contract, &archive, closing.watermark, &before)?;
        let settlement = desk.settle_through(closing.period, closing.period)?;
        let digest = desk.statement(&settlement)?.digest;
        if digest != closing.digest {
            let message = format!(
                "{} {} was closed as {}, and comes out as {digest}",
                contract.id, closing.period, closing.digest
            );
            let help = "the closed statement stands: `revshare statement` prints it; see with \
                        `revshare verify` if the store was changed, or explain it with the version \
                        of revshare that closed it";
            return Err(Finding::new(&codes::REPLAY, message).help(help).into());
        }
        self.replayed(contract.clone(), settlement, desk.evidence, &before)
    }

    /// With the closed periods that it was restated for, as they were and as they are.
    fn replayed(
        &self,
        contract: Contract,
        settlement: Settlement,
        evidence: Evidence,
        closed: &[&ClosingHead],
    ) -> Result<Replay, BookError> {
        let restated = settlement.balances.iter().any(|balance| !balance.restated.is_zero());
        let changed = match settlement.true_ups.is_empty() && !restated {
            true => Vec::new(),
            false => self.changed(&contract, &evidence, closed)?,
        };
        Ok(Replay { contract, settlement, payments: evidence.payments, changed })
    }

    /// The closed statement of a period.
    ///
    /// # Errors
    /// A finding if the period is not closed.
    pub fn closed_or_finding(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Statement, BookError> {
        self.closed(contract, period)?.ok_or_else(|| not_closed(contract, period).into())
    }

    /// The postings of a closed period.
    ///
    /// # Errors
    /// A finding if the period is not closed.
    pub fn closed_postings(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<Vec<Posting>, BookError> {
        let closing = self.store.closing(&contract.id, period)?;
        let closing = closing.ok_or_else(|| not_closed(contract, period))?;
        Ok(serde_json::from_str(&closing.postings)?)
    }
}

pub(super) fn not_closed(contract: &Contract, period: Period) -> Finding {
    let message = format!("{} {period} is not closed", contract.id);
    let help = format!("see a draft with `revshare settle DIR {period}`, or close it");
    Finding::new(&codes::NOT_CLOSED, message).help(help)
}
