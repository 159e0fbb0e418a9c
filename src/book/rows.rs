//! From a number back to the input rows: the source files are read again, after their digests
//! were checked.

use std::collections::BTreeSet;
use std::fmt;

use super::{Book, BookError, codes};
use crate::calendar::{Period, Zone};
use crate::contract::Contract;
use crate::export::explain::Node;
use crate::fact::{self, ArchivedFile, Entry, Fact, FileTally, Key, Lens};
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
        let archived = self.store.archive().files();
        let mut at = 0;
        while at < archived.len() {
            // Some feeds can only be read together with the other files of their delivery.
            let same = |file: &&ArchivedFile| file.delivery == archived[at].delivery;
            let delivery: Vec<&ArchivedFile> = archived[at..].iter().take_while(same).collect();
            at += delivery.len();
            let there = delivery.into_iter().map(|file| &file.tally);
            let there: Vec<&FileTally> =
                there.filter(|file| self.is_unchanged(file, &mut findings)).collect();
            self.rows_in(&there, &keys, contract, &mut rows)?;
        }
        Ok((rows, findings))
    }

    fn source_of(&self, file: &FileTally) -> SourceFile {
        SourceFile { path: self.dir.join(&file.path), name: file.path.clone(), table: file.table }
    }

    /// Is the file there as it was imported?
    fn is_unchanged(&self, file: &FileTally, findings: &mut Vec<Finding>) -> bool {
        let why = match intake::digest_of(&self.source_of(file).path) {
            Ok(digest) if digest == file.digest => return true,
            Ok(_) => "has changed since its import".to_owned(),
            Err(error) => error.to_string(),
        };
        findings.push(gone(&file.path, &why));
        false
    }

    fn rows_in(
        &self,
        files: &[&FileTally],
        keys: &BTreeSet<&Key>,
        contract: &Contract,
        rows: &mut Vec<SourceRow>,
    ) -> Result<(), BookError> {
        let (lens, zone) = (Lens::of([contract]), &contract.zone);
        let sources: Vec<SourceFile> = files.iter().map(|file| self.source_of(file)).collect();
        let mut reader = Reader::new(&self.mapping, &self.contracts);
        reader.survey(&sources)?;
        for (source, file) in sources.iter().zip(files) {
            let mut lines = reader.open(source)?;
            while let Some(row) = lines.next_row()? {
                let Reading::Entries(entries) = &row.result else { continue };
                let mut behind = false;
                for (_, entry) in entries {
                    let Entry::Fact(fact) = entry else { continue };
                    behind |= keys.contains(&self.key_of(fact, &file.source, zone, &lens)?);
                }
                if behind {
                    let text = row.text.trim_end().to_owned();
                    rows.push(SourceRow { file: source.name.clone(), line: row.line, row: text });
                }
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

fn gone(path: &str, why: &str) -> Finding {
    let help = "put back the file as it was imported to see its rows";
    Finding::new(&codes::SOURCE, format!("{path} {why}; its rows cannot be shown")).help(help)
}
