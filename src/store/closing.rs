//! What closing a period writes, in one record: the statement and all that it rests on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::calendar::Period;
use crate::settlement::{Balances, Ends};

/// One closed period of one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The contract's id.
    pub contract: String,
    /// The period.
    pub period: Period,
    /// How many imports had been applied.
    pub watermark: u64,
    /// The statement as JSON.
    pub statement: String,
    /// The digest of the statement, in hex: see [`statement_digest`].
    pub digest: String,
    /// The digest of the closing before, of the same contract.
    pub previous: Option<String>,
    /// The digest of all closings of the contract up to this one: see [`Closing::chain_after`].
    pub chain: String,
    /// The postings as JSON.
    pub postings: String,
    /// What is carried into the next period.
    pub balances: Balances,
    /// What closed periods that were settled anew for it ended with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restated: Ends,
    /// The contract's text as it was settled by.
    pub contract_source: String,
    /// The file that it was read from, for people.
    pub contract_file: String,
}

/// What is kept in memory of a closing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClosingHead {
    /// The number of its record in the journal.
    #[serde(skip)]
    pub sequence: u64,
    /// The contract's id.
    pub contract: String,
    /// The period.
    pub period: Period,
    /// How many imports had been applied.
    pub watermark: u64,
    /// The digest of the statement.
    pub digest: String,
    /// The digest of the closing before.
    pub previous: Option<String>,
    /// The digest of all closings up to this one.
    pub chain: String,
}

impl Closing {
    /// The chain of a closing with that digest after another (or as a contract's first): BLAKE3 of
    /// the two texts, one after the other, in hex.
    ///
    /// ```
    /// use revshare::store::Closing;
    /// let digest = "a7".repeat(32);
    /// assert_eq!(Closing::chain_after(None, &digest), blake3::hash(digest.as_bytes()).to_string());
    /// ```
    pub fn chain_after(previous: Option<&ClosingHead>, digest: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(previous.map_or("", |head| &head.chain).as_bytes());
        hasher.update(digest.as_bytes()).finalize().to_hex().to_string()
    }

    /// What does not let it follow another closing of its contract, if anything.
    pub(super) fn breaks(&self, last: Option<&ClosingHead>) -> Option<&'static str> {
        if statement_digest(&self.statement).as_ref() != Some(&self.digest) {
            return Some("its digest is not that of its statement");
        }
        ClosingHead::of(self, 0).breaks(last)
    }
}

impl ClosingHead {
    pub(super) fn of(closing: &Closing, sequence: u64) -> Self {
        Self {
            sequence,
            contract: closing.contract.clone(),
            period: closing.period,
            watermark: closing.watermark,
            digest: closing.digest.clone(),
            previous: closing.previous.clone(),
            chain: closing.chain.clone(),
        }
    }

    fn breaks(&self, last: Option<&Self>) -> Option<&'static str> {
        if self.previous.as_ref() != last.map(|last| &last.digest) {
            return Some("it was computed after another closing than the last one");
        }
        if last.is_some_and(|last| last.watermark > self.watermark) {
            return Some("it knows fewer imports than the closing before it");
        }
        (self.chain != Closing::chain_after(last, &self.digest))
            .then_some("its chain does not continue that of the closing before it")
    }
}

/// The digest of a statement: BLAKE3, in hex, of its canonical form, which is the JSON without
/// blanks, keys sorted, without what is about files and not about the deal (`controls`,
/// `provenance`) and the `digest` itself. None if the text is no JSON object.
///
/// ```
/// use revshare::store::statement_digest;
/// let plain = statement_digest(r#"{"contract":"c","period":"2026-10"}"#);
/// assert!(plain.is_some());
/// assert_eq!(plain, statement_digest(r#"{ "period": "2026-10", "contract": "c", "digest": "" }"#));
/// ```
pub fn statement_digest(statement: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(statement).ok()?;
    let fields = document.as_object_mut()?;
    ["controls", "digest", "provenance"].iter().for_each(|key| drop(fields.remove(*key)));
    document.sort_all_objects();
    Some(blake3::hash(document.to_string().as_bytes()).to_hex().to_string())
}
