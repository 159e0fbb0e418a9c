//! Computing a statement again to show how its numbers came about.

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::export::explain::{self, Node};
use crate::fact::Archive;
use crate::finding::Finding;
use crate::posting::Posting;
use crate::settlement::Settlement;
use crate::statement::Statement;
use crate::store::Closing;

/// A settlement made again, with the contract and the knowledge it rests on.
pub(super) struct Replay {
    pub(super) contract: Contract,
    pub(super) settlement: Settlement,
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
        let replay = self.replay(contract, period)?;
        Ok(explain::selectors(&replay.settlement))
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
        let replay = self.replay(contract, period)?;
        Ok(explain::explain(&replay.settlement, &replay.contract, line)?)
    }

    pub(super) fn replay(&self, contract: &Contract, period: Period) -> Result<Replay, BookError> {
        if let Some(closing) = self.store.closing(&contract.id, period)? {
            return self.replay_closing(&closing);
        }
        let desk = self.desk(contract)?;
        let first = self.next_open(&desk, period)?;
        let settlement = desk.settle_through(first, period)?;
        Ok(Replay { contract: contract.clone(), settlement })
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
        Ok(Replay { contract, settlement })
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
