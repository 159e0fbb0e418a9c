//! From a number back to the input rows: the source files are read again, after their digests
//! were checked.

use std::collections::BTreeSet;
use std::fmt;

use super::{Book, BookError, codes};
use crate::calendar::{Period, Zone};
use crate::contract::Contract;
use crate::export::explain::Node;
use crate::fact::{self, Entry, Fact, Key, Lens};
use crate::finding::Finding;
use crate::intake::{self, Reader, Reading, SourceFile};

/// An input row behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// The row itself.
    pub row: String,
}

impl fmt::Display for SourceRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.row)
    }
}

impl Book {
    /// The input rows behind an explained number, in the order of files and lines; with a finding
    /// for every source file that is gone or has changed.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn rows_of(
        &self,
        contract: &Contract,
        period: Period,
        node: &Node,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let keys: BTreeSet<&Key> = node.all_keys().into_iter().collect();
        let keys: BTreeSet<&Key> =
            keys.into_iter().filter(|key| Period::of(key.day, contract.period) == period).collect();
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        for archived in self.store.archive().files().iter().map(|file| &file.tally) {
            let file = SourceFile {
                path: self.dir.join(&archived.path),
                name: archived.path.clone(),
                table: archived.table,
            };
            match intake::digest_of(&file.path) {
                Ok(digest) if digest == archived.digest => {
                    self.rows_in(&file, &archived.source, &keys, &contract.zone, &mut rows)?;
                }
                Ok(_) => findings.push(source(&archived.path, "has changed since its import")),
                Err(error) => findings.push(source(&archived.path, &error.to_string())),
            }
        }
        Ok((rows, findings))
    }

    fn rows_in(
        &self,
        file: &SourceFile,
        source: &str,
        keys: &BTreeSet<&Key>,
        zone: &Zone,
        rows: &mut Vec<SourceRow>,
    ) -> Result<(), BookError> {
        let lens = Lens::of(&self.contracts);
        let mut reader = Reader::new(&self.mapping, &self.contracts);
        reader.survey(std::slice::from_ref(file))?;
        let mut lines = reader.open(file)?;
        while let Some(row) = lines.next()? {
            let Reading::Entries(entries) = &row.result else { continue };
            let mut behind = false;
            for (_, entry) in entries {
                let Entry::Fact(fact) = entry else { continue };
                behind |= keys.contains(&self.key_of(fact, source, zone, &lens)?);
            }
            if behind {
                let text = row.text.trim_end().to_owned();
                rows.push(SourceRow { file: file.name.clone(), line: row.line, row: text });
            }
        }
        Ok(())
    }

    /// Where a row was tallied: on its own day, or, if it refers to another fact, on that one's.
    fn key_of(
        &self,
        fact: &Fact,
        source: &str,
        zone: &Zone,
        lens: &Lens,
    ) -> Result<Key, BookError> {
        let own = Key::of(fact, zone, lens);
        let (Some(id), Some(_)) = (&fact.id, &fact.reference) else { return Ok(own) };
        let hash = fact::id_hash(fact.kind.table(), source, id);
        let fail = |source| BookError::File { path: self.store_dir.display().to_string(), source };
        let Some(entry) = self.store.known().find(&hash).map_err(fail)? else { return Ok(own) };
        let (day, charged) = self.store.archive().place_of(&entry, zone);
        Ok(own.placed(day, charged))
    }
}

fn source(path: &str, why: &str) -> Finding {
    let help = "put back the file as it was imported to see its rows";
    Finding::new(&codes::SOURCE, format!("{path} {why}; its rows cannot be shown")).help(help)
}
