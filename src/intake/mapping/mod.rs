//! `revshare.toml`: how files that are not in a known format become facts.
//!
//! Strict: an unknown key, a field from nowhere or a constant that cannot be read is a finding with
//! its place and remedy, and all of them come at once. The law: a mapping that parses names, for
//! every file that it matches, a table, a feed, and what tells the rows apart.

mod fields;
mod parse;

use crate::calendar::Zone;
use crate::contract::Pattern;
use crate::fact::Table;
use crate::finding::Finding;

use super::field::Field;
use super::format::Format;
use super::target::Target;

/// What `revshare.toml` says; nothing, if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(super) maps: Vec<Map>,
}

/// How the rows of some files become entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Map {
    /// The names of the files.
    pub(super) files: Pattern,
    pub(super) table: Option<Table>,
    /// A known format whose fields are replaced; none if every field is given here.
    pub(super) format: Option<Format>,
    pub(super) source: Option<String>,
    /// Of times that do not say theirs.
    pub(super) zone: Option<Zone>,
    pub(super) delimiter: u8,
    pub(super) fields: Vec<(Target, Field)>,
    /// Several entries from one row.
    pub(super) emits: Vec<Emit>,
    /// Account and period, for rows without an id.
    pub(super) slice: Option<(Field, Field)>,
}

/// One of several entries of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Emit {
    /// What its ids end with.
    pub(super) name: String,
    /// Fields that replace the map's.
    pub(super) fields: Vec<(Target, Field)>,
}

impl Map {
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &Field> {
        let emitted = self.emits.iter().flat_map(|emit| &emit.fields);
        let slice = self.slice.iter().flat_map(|(account, period)| [account, period]);
        self.fields.iter().chain(emitted).map(|(_, field)| field).chain(slice)
    }
}

impl Mapping {
    /// Reads `revshare.toml`. `file` is the name that findings show.
    ///
    /// # Errors
    /// Every finding of the text at once, each with its place and remedy.
    ///
    /// ```
    /// use revshare::intake::Mapping;
    /// let text = r#"
    /// [[map]]
    /// files  = "sales-export*.csv"
    /// source = "shop"
    /// fields.id       = { column = "Order" }
    /// fields.time     = { column = "Ordered at" }
    /// fields.kind     = { constant = "charge" }
    /// fields.amount   = { column = "Net" }
    /// fields.currency = { constant = "EUR" }
    /// "#;
    /// assert!(Mapping::parse("revshare.toml", text).is_ok());
    /// let findings = Mapping::parse("revshare.toml", "[[map]]\nfile = \"x\"").unwrap_err();
    /// assert!(findings[0].help.as_ref().unwrap().contains("files"));
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        parse::parse(file, text)
    }

    /// The first map that speaks of a file.
    pub(super) fn for_file(&self, name: &str) -> Option<&Map> {
        // The folder does not say what a file holds.
        let name = name.rsplit('/').next().unwrap_or(name);
        self.maps.iter().find(|map| map.files.matches(name))
    }
}
