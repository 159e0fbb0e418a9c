//! A numbered complaint about the world: the contract, the facts, the mapping. Never about the
//! machine: that is an error of the door that met it.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::origin::Origin;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; nothing was refused.
    Note,
    /// Something was put aside, and is counted.
    Warning,
    /// Something was refused.
    Error,
}

/// What kind of complaint: one entry of the catalogue in `docs/errors.md`.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `C012`: a letter for the part (B book, C contract, I intake, M mapping,
    /// S settlement, T store).
    pub id: &'static str,
    /// One line for the catalogue.
    pub title: &'static str,
    /// How grave it is.
    pub severity: Severity,
}

/// One complaint, with its place and its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry of the catalogue.
    pub code: &'static Code,
    /// What is wrong, with the values that are.
    pub message: String,
    /// Where, if it has a place.
    pub origin: Option<Origin>,
    /// What would be right.
    pub help: Option<String>,
}

impl Finding {
    /// A finding without a place yet.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), origin: None, help: None }
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// With its remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Was something refused?
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    /// One line: `contract.toml:27:13: error[C012]: message; help`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(f, "{origin}: ")?;
        }
        write!(f, "{}[{}]: {}", self.code.severity, self.code.id, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}
