//! From a number back to the input rows: the source files are read again, after their digests
//! were checked.

use std::collections::BTreeSet;
use std::{fmt, io};

use serde::Serialize;

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::Contract;
use crate::export::explain::Node;
use crate::fact::{self, Archive, ArchivedFile, Entry, Fact, FileTally, Hash, Key, Lens};
use crate::finding::Finding;
use crate::intake::{self, Reader, Reading, SourceFile};

/// An input row behind a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
        let (contract, archive) = self.known_for(contract, period)?;
        self.rows_behind(contract, &archive, keys)
    }

    /// The input rows behind a difference, with all that is known now: what came late counts.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn rows_of_change(
        &self,
        contract: &Contract,
        node: &Node,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let keys = node.all_keys().into_iter().collect();
        self.rows_behind(contract.clone(), self.store.archive(), keys)
    }

    fn rows_behind(
        &self,
        contract: Contract,
        archive: &Archive,
        keys: BTreeSet<&Key>,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let lens = Lens::of([&contract]);
        let mut behind = Behind { keys, lens, contract, archive, shown: BTreeSet::new() };
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        let archived = archive.files();
        let mut at = 0;
        while at < archived.len() {
            // Some feeds can only be read together with the other files of their delivery.
            let same = |file: &&ArchivedFile| file.delivery == archived[at].delivery;
            let delivery: Vec<&ArchivedFile> = archived[at..].iter().take_while(same).collect();
            at += delivery.len();
            let there = delivery.into_iter().map(|file| &file.tally);
            let there: Vec<&FileTally> =
                there.filter(|file| self.has_rows(file, &mut findings)).collect();
            self.rows_in(&there, &mut behind, &mut rows)?;
        }
        rows.sort_by(|a: &SourceRow, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Ok((rows, findings))
    }

    /// The contract and the files that a statement rests on: those of its close, else of today.
    fn known_for(
        &self,
        contract: &Contract,
        period: Period,
    ) -> Result<(Contract, Archive), BookError> {
        let Some(closing) = self.store.closing(&contract.id, period)? else {
            return Ok((contract.clone(), self.store.archive().clone()));
        };
        let then = Contract::parse(&closing.contract_file, &closing.contract_source)?;
        Ok((then, self.store.archive_at(closing.watermark)?))
    }

    fn source_of(&self, file: &FileTally) -> SourceFile {
        SourceFile { path: self.dir.join(&file.path), name: file.path.clone(), table: file.table }
    }

    /// Are its rows there as they were imported?
    fn has_rows(&self, file: &FileTally, findings: &mut Vec<Finding>) -> bool {
        if file.format != intake::TALLY {
            return self.is_unchanged(file, findings);
        }
        let message = format!("{} holds sums; its rows are where the tally was made", file.path);
        findings.push(Finding::new(&codes::SOURCE, message).help("ask the warehouse for them"));
        false
    }

    /// Is the file there as it was imported?
    fn is_unchanged(&self, file: &FileTally, findings: &mut Vec<Finding>) -> bool {
        let why = match intake::digest_of(&self.source_of(file).path) {
            Ok(digest) if digest == file.digest => return true,
            Ok(_) => "has changed since its import".to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => "is gone".to_owned(),
            Err(error) => format!("cannot be read ({error})"),
        };
        findings.push(gone(&file.path, &why));
        false
    }

    fn rows_in(
        &self,
        files: &[&FileTally],
        behind: &mut Behind<'_>,
        rows: &mut Vec<SourceRow>,
    ) -> Result<(), BookError> {
        let sources: Vec<SourceFile> = files.iter().map(|file| self.source_of(file)).collect();
        let mut reader = Reader::new(&self.mapping, &self.contracts);
        reader.survey(&sources)?;
        for (source, file) in sources.iter().zip(files) {
            let mut lines = reader.open(source)?;
            while let Some(row) = lines.next_row()? {
                let Reading::Entries(entries) = &row.result else { continue };
                let mut counts = false;
                for (slice, entry) in entries {
                    let Entry::Fact(fact) = entry else { continue };
                    let stands = slice.is_none() || file.parts.iter().any(|p| p.slice == *slice);
                    counts |= stands && self.is_behind(fact, &file.source, behind)?;
                }
                if counts {
                    let text = row.text.trim_end().to_owned();
                    rows.push(SourceRow { file: source.name.clone(), line: row.line, row: text });
                }
            }
        }
        Ok(())
    }

    /// Was the fact tallied under one of the keys? A row that repeats another, or that was refused
    /// because it contradicts one, was not.
    fn is_behind(
        &self,
        fact: &Fact,
        source: &str,
        behind: &mut Behind<'_>,
    ) -> Result<bool, BookError> {
        let zone = &behind.contract.zone;
        let own = Key::of(fact, source, zone, &behind.lens);
        let Some(id) = &fact.id else { return Ok(behind.keys.contains(&own)) };
        let hash = fact::id_hash(fact.kind.table(), source, id);
        let fail = |source| BookError::File { path: self.store_dir.display().to_string(), source };
        let Some(entry) = self.store.known().find(&hash).map_err(fail)? else { return Ok(false) };
        // A fact that refers to another was tallied where that one stands.
        let key = match &fact.reference {
            None => own,
            Some(_) => {
                let (time, charged) = behind.archive.place_of(&entry, zone);
                own.standing(time, zone, charged)
            }
        };
        let tallied = entry.content == fact.content_hash() && behind.keys.contains(&key);
        Ok(tallied && behind.shown.insert(hash))
    }
}

/// What is looked for, and the ids that were found.
struct Behind<'k> {
    keys: BTreeSet<&'k Key>,
    lens: Lens,
    contract: Contract,
    archive: &'k Archive,
    shown: BTreeSet<Hash>,
}

fn gone(path: &str, why: &str) -> Finding {
    let help = "put back the file as it was imported to see its rows";
    Finding::new(&codes::SOURCE, format!("{path} {why}; its rows cannot be shown")).help(help)
}
