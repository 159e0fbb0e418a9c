//! What a row of a file says.

use std::borrow::Cow;

use super::feed::Movement;
use super::parquet::Told;
use crate::fact::{Entry, Slice};
use crate::finding::Finding;
use crate::money::{Currency, Exact};

/// What one row of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first line, from 1.
    pub line: u64,
    pub(super) told: Told,
    /// What became of it.
    pub result: Reading,
    pub(super) movement: Option<Movement>,
}

impl Row {
    /// Its text, without the line end; of Parquet the names and values of its columns.
    pub fn text(&self) -> Cow<'_, str> {
        self.told.shown()
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It says this: one entry, or several if a mapping emits several.
    Entries(Vec<(Option<Slice>, Entry)>),
    /// A later version of the same record stands in the same delivery.
    Superseded {
        /// Its currency, if it could be read.
        currency: Option<Currency>,
        /// Its amount, if it could be read.
        amount: Option<Exact>,
    },
    /// It is refused.
    Refused {
        /// Every reason; empty if the whole file is refused, whose findings say why.
        findings: Vec<Finding>,
        /// Its currency, if it could be read.
        currency: Option<Currency>,
        /// Its amount, if it could be read.
        amount: Option<Exact>,
    },
}
