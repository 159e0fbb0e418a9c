//! Control totals and provenance: the two parts of a statement that speak of files.
//!
//! The law: accepted, unmatched, duplicate, superseded and rejected add up to read, in rows and in
//! amounts, per file and currency.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Quantity;
use crate::contract::Contract;
use crate::fact::{Control, Count, FileTally, Table};
use crate::money::{Currency, Exact};

/// What became of the rows of one file in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileControl {
    /// The path, relative to the book if it lies inside.
    pub file: String,
    /// `sales`, `costs`, `usage`, `fx`, `payments`, `grants` or `audits`.
    pub table: String,
    /// The feed; ids are unique within it.
    pub source: String,
    /// The currency; absent for rows that have none, or none that can be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schemars(with = "Option<String>")]
    pub currency: Option<Currency>,
    /// How many rows.
    pub rows: Groups<u64>,
    /// What the rows of each group add up to, exactly.
    pub amounts: Groups<Quantity>,
}

/// The groups that every input row falls into; the last five add up to `read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Groups<T> {
    /// Every row.
    pub read: T,
    /// Rows that a schedule settles or counts.
    pub accepted: T,
    /// Rows that are in order but belong to no schedule.
    pub unmatched: T,
    /// Rows that say what an earlier row said.
    pub duplicate: T,
    /// Rows replaced by a later form of their slice.
    pub superseded: T,
    /// Rows refused, each with a finding.
    pub rejected: T,
}

impl<T> Groups<T> {
    /// The names of the groups, in order.
    pub const NAMES: [&'static str; 6] =
        ["read", "accepted", "unmatched", "duplicate", "superseded", "rejected"];

    /// Every group with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let groups = [
            &self.read,
            &self.accepted,
            &self.unmatched,
            &self.duplicate,
            &self.superseded,
            &self.rejected,
        ];
        Self::NAMES.into_iter().zip(groups)
    }

    fn map<U>(&self, each: impl Fn(&T) -> U) -> Groups<U> {
        Groups {
            read: each(&self.read),
            accepted: each(&self.accepted),
            unmatched: each(&self.unmatched),
            duplicate: each(&self.duplicate),
            superseded: each(&self.superseded),
            rejected: each(&self.rejected),
        }
    }
}

impl FileControl {
    /// The control of one file and currency. `unmatched` says which of the accepted rows no
    /// schedule takes.
    ///
    /// # Panics
    /// If the groups do not add up: a row was lost or counted twice.
    pub fn of(file: &FileTally, control: &Control, unmatched: Count) -> Self {
        let accepted = Count {
            rows: control.accepted.rows.checked_sub(unmatched.rows).expect("some of the accepted"),
            amount: control.accepted.amount - unmatched.amount,
        };
        let groups = Groups {
            read: control.read,
            accepted,
            unmatched,
            duplicate: control.duplicate,
            superseded: control.superseded,
            rejected: control.rejected,
        };
        assert_adds_up(&file.path, &groups);
        Self {
            file: file.path.clone(),
            table: table(file.table).to_owned(),
            source: file.source.clone(),
            currency: control.currency,
            rows: groups.map(|count| count.rows),
            amounts: groups.map(|count| Quantity::of(&count.amount.to_ratio())),
        }
    }
}

fn assert_adds_up(path: &str, groups: &Groups<Count>) {
    let parts = || groups.iter().skip(1).map(|(_, count)| count);
    assert_eq!(parts().map(|count| count.rows).sum::<u64>(), groups.read.rows, "rows of {path}");
    assert_eq!(
        parts().map(|count| count.amount).sum::<Exact>(),
        groups.read.amount,
        "amounts of {path}"
    );
}

fn table(table: Table) -> &'static str {
    table.as_str()
}

/// Which files a statement was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// The contract file as the user named it.
    pub contract_file: String,
    /// BLAKE3 of its text, in hex.
    pub contract_digest: String,
    /// The files of facts, in the order of their paths.
    pub files: Vec<FileDigest>,
    /// The parties as the contract file declares them; absent where that is the order of their ids.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parties: Vec<String>,
}

/// A file by what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FileDigest {
    /// The path, relative to the book if it lies inside.
    pub file: String,
    /// BLAKE3 of its bytes, in hex.
    pub digest: String,
}

impl Provenance {
    /// The contract that the statement rests on.
    pub fn of(contract: &Contract) -> Self {
        let parties: Vec<String> = contract.parties.iter().map(|party| party.id.clone()).collect();
        Self {
            contract_file: contract.file.to_string(),
            contract_digest: blake3::hash(contract.source.as_bytes()).to_hex().to_string(),
            files: Vec::new(),
            parties: if parties.is_sorted() { Vec::new() } else { parties },
        }
    }

    /// With the files of facts.
    #[must_use]
    pub fn with_files<'a>(mut self, files: impl IntoIterator<Item = &'a FileTally>) -> Self {
        let digest =
            |file: &FileTally| FileDigest { file: file.path.clone(), digest: file.digest.clone() };
        self.files.extend(files.into_iter().map(digest));
        self.files.sort();
        self.files.dedup();
        self
    }
}
