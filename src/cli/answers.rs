//! What commands print under `--format json`, beside statements.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::book::SourceRow;
use crate::calendar::Period;
use crate::export::explain::Node;
use crate::store::Report;

/// What `explain` prints.
#[derive(Serialize, JsonSchema)]
pub(super) struct Explain {
    /// The version of this document's shape: `1`.
    pub(super) version: String,
    /// One for each contract.
    pub(super) explained: Vec<Explained>,
}

/// What is told of one contract's statement.
#[derive(Serialize, JsonSchema)]
pub(super) struct Explained {
    /// The contract's id.
    pub(super) contract: String,
    /// The period.
    #[schemars(with = "String")]
    pub(super) period: Period,
    /// What can be asked for, if no line was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lines: Option<Vec<String>>,
    /// The line that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tree: Option<Node>,
    /// The input rows behind it, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<Vec<SourceRow>>,
}

/// What `diff` prints.
#[derive(Serialize, JsonSchema)]
pub(super) struct Diff {
    /// The version of this document's shape: `1`.
    pub(super) version: String,
    /// One for each contract.
    pub(super) differences: Vec<Difference>,
}

/// What changed for one contract.
#[derive(Serialize, JsonSchema)]
pub(super) struct Difference {
    /// The contract's id.
    pub(super) contract: String,
    /// The changes, from the payables down.
    pub(super) tree: Node,
    /// The input rows behind them, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<Vec<SourceRow>>,
}

/// What `check` prints.
#[derive(Serialize, JsonSchema)]
pub(super) struct Check {
    /// The version of this document's shape: `1`.
    pub(super) version: String,
    /// The ids of the contracts that are in order.
    pub(super) contracts: Vec<String>,
}

/// What `verify` and `rebuild` print.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verify {
    /// The version of this document's shape: `1`.
    version: String,
    /// Is every record as it was written?
    sound: bool,
    /// Records of the journal.
    records: u64,
    /// Of these, imports.
    imports: u64,
    /// Of these, closings.
    closings: u64,
    /// Ids that are known.
    ids: u64,
    /// The size of the journal.
    bytes: u64,
}

impl Verify {
    pub(super) fn of(report: &Report, sound: bool) -> Self {
        let Report { records, imports, closings, ids, bytes, .. } = *report;
        Self { version: version(), sound, records, imports, closings, ids, bytes }
    }
}

/// What `forget` prints.
#[derive(Serialize, JsonSchema)]
pub(super) struct Forget {
    /// The version of this document's shape: `1`.
    pub(super) version: String,
    /// Were they forgotten, or was only asked?
    pub(super) done: bool,
    /// By time zone the day before which all is final.
    pub(super) before: BTreeMap<String, String>,
    /// The imports whose ids are forgotten, in order.
    pub(super) imports: Vec<ForgottenImport>,
}

/// An import whose ids are forgotten.
#[derive(Serialize, JsonSchema)]
pub(super) struct ForgottenImport {
    /// Its number.
    pub(super) import: u64,
    /// Its files.
    pub(super) files: Vec<String>,
    /// How many ids.
    pub(super) ids: u64,
    /// The bytes that they took up.
    pub(super) bytes: u64,
}

/// What is said on standard error when the machine fails: exit codes 3 and 4, and requests that the
/// store refuses.
#[derive(Serialize, JsonSchema)]
pub(super) struct Failed {
    /// The version of this document's shape: `1`.
    pub(super) version: String,
    /// What happened, and what to do.
    pub(super) error: String,
    /// The exit code of the process.
    pub(super) exit: u8,
}

/// The version of every document of this file.
pub(super) fn version() -> String {
    crate::statement::VERSION.to_owned()
}
