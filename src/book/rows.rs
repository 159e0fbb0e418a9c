//! From a number back to the input rows: the source files are read again, after their digests
//! were checked.

use std::collections::BTreeSet;
use std::{fmt, io};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Book, BookError, codes};
use crate::calendar::Period;
use crate::contract::{Contract, Late};
use crate::export::explain::{Listed, Node};
use crate::fact::{
    Archive, ArchivedFile, Entry, Fact, FileTally, FxRate, Hash, Key, Lens, Payment, Slice, Table,
};
use crate::finding::Finding;
use crate::intake::{self, Reader, Reading, SourceFile};
use crate::store::ClosingHead;

/// An input row behind a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceRow {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// The row itself.
    pub row: String,
    /// Did a later delivery replace it? Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replaced: bool,
}

impl fmt::Display for SourceRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replaced = if self.replaced { "  (replaced since)" } else { "" };
        write!(f, "{}:{}: {}{replaced}", self.file, self.line, self.row)
    }
}

impl Book {
    /// The input rows behind an explained number, in the order of files and lines; with a finding
    /// for every source file that is gone or has changed. Behind a true-up are the rows that came or
    /// went since its period was settled.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn rows_of(
        &self,
        contract: &Contract,
        period: Period,
        node: &Node,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let (then, now) = self.known_for(contract, period)?;
        let closed = self.heads(&then);
        let closed: Vec<_> = closed.into_iter().filter(|head| head.period < period).collect();
        let settled = closed.last().map(|head| head.watermark);
        let mut behind = Behind::of(then.clone(), &now, node, &closed);
        behind.since = settled.map(|imports| self.store.archive_at(imports)).transpose()?;
        behind.changed =
            |key, contract, period| Some(Period::of(key.day, contract.period)) != period;
        behind.period = Some(period);
        self.rows_behind(behind)
    }

    /// The input rows behind a difference, with all that is known now; between a period as settled
    /// and as known now, those that came or went since it was closed.
    ///
    /// # Errors
    /// What the machine refused.
    pub fn rows_of_change(
        &self,
        contract: &Contract,
        node: &Node,
        settled: Option<Period>,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let closed = self.heads(contract);
        let of = |period: Period| closed.iter().find(|head| head.period == period);
        let imports = settled.and_then(of).map(|head| head.watermark);
        let mut behind = Behind::of(contract.clone(), self.store.archive(), node, &closed);
        behind.since = imports.map(|imports| self.store.archive_at(imports)).transpose()?;
        behind.changed = |_, _, _| true;
        self.rows_behind(behind)
    }

    fn rows_behind(
        &self,
        mut behind: Behind<'_>,
    ) -> Result<(Vec<SourceRow>, Vec<Finding>), BookError> {
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        let archived = behind.archive.files();
        let mut at = 0;
        while at < archived.len() {
            // Some feeds can only be read together with the other files of their delivery.
            let same = |file: &&ArchivedFile| file.delivery == archived[at].delivery;
            let rest = archived[at..].iter().map(AsRef::as_ref);
            let delivery: Vec<&ArchivedFile> = rest.take_while(same).collect();
            let mut there = Vec::new();
            for (index, file) in delivery.iter().enumerate() {
                if self.has_rows(file, &mut findings) {
                    there.push((at + index, *file));
                }
            }
            at += delivery.len();
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
    fn has_rows(&self, archived: &ArchivedFile, findings: &mut Vec<Finding>) -> bool {
        let file = &archived.tally;
        if self.store.forgotten().any(|import| import == archived.delivery + 1) {
            let message = format!(
                "the ids of {} are forgotten: nobody can say which of its rows counted",
                file.path
            );
            let help = "its rows are left out; the sums stand as they were";
            findings.push(Finding::new(&codes::SOURCE, message).help(help));
            return false;
        }
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
        files: &[(usize, &ArchivedFile)],
        behind: &mut Behind<'_>,
        rows: &mut Vec<SourceRow>,
    ) -> Result<(), BookError> {
        let sources: Vec<SourceFile> =
            files.iter().map(|(_, file)| self.source_of(&file.tally)).collect();
        let mut reader = Reader::new(&self.mapping, &self.contracts);
        reader.survey(&sources)?;
        for (source, (at, file)) in sources.iter().zip(files) {
            let mut lines = reader.open(source)?;
            while let Some(row) = lines.next_row()? {
                let Reading::Entries(entries) = &row.result else { continue };
                let mut found = None;
                for (slice, entry) in entries {
                    let place = Place { at: *at, file, slice: slice.as_ref() };
                    let one = match entry {
                        Entry::Fact(fact) => self.is_behind(fact, place, behind)?,
                        Entry::Fx(rate) => behind.listed(rate),
                        Entry::Payment(payment) => behind.paid(payment),
                        Entry::Grant(_) | Entry::Audit(_) => {
                            behind.outside(entry, &file.tally.source)
                        }
                    };
                    found = found.or(one);
                }
                if let Some(standing) = found {
                    let text = row.text().trim_end().to_owned();
                    let (file, line) = (source.name.clone(), row.line);
                    let replaced = standing == Standing::Replaced;
                    rows.push(SourceRow { file, line, row: text, replaced });
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
        place: Place<'_>,
        behind: &mut Behind<'_>,
    ) -> Result<Option<Standing>, BookError> {
        let zone = behind.contract.zone.clone();
        let own = Key::of(fact, &place.file.tally.source, &zone, &behind.lens);
        let Some(id) = &fact.id else {
            return Ok(behind.standing(place, &own, &own));
        };
        let fingerprints = self.store.archive().key();
        let hash = fingerprints.id(fact.kind.table(), &place.file.tally.source, id);
        let fail = |source| BookError::File { path: self.store_dir.display().to_string(), source };
        let Some(entry) = self.store.known().find(&hash).map_err(fail)? else { return Ok(None) };
        if entry.content != fingerprints.fact(fact) || behind.shown.contains(&hash) {
            return Ok(None);
        }
        // A fact that refers to another was tallied where that one stands.
        let placed = |archive: &Archive| match &fact.reference {
            None => own.clone(),
            Some(_) => {
                let (time, charged) = archive.place_of(&entry, &zone);
                own.standing(time, &zone, charged)
            }
        };
        let now = placed(behind.archive);
        let then = behind.since.as_ref().map_or_else(|| now.clone(), placed);
        let standing = behind.standing(place, &then, &now);
        if standing.is_some() {
            behind.shown.insert(hash);
        }
        Ok(standing)
    }
}

/// A row's file and slice.
#[derive(Clone, Copy)]
struct Place<'p> {
    at: usize,
    file: &'p ArchivedFile,
    slice: Option<&'p Slice>,
}

/// Does a row count now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Counts,
    Replaced,
}

/// What is looked for, and the ids that were found.
struct Behind<'k> {
    keys: BTreeSet<&'k Key>,
    rates: Vec<&'k Listed>,
    payments: Vec<&'k Payment>,
    facts: BTreeSet<&'k (Table, String)>,
    lens: Lens,
    contract: Contract,
    archive: &'k Archive,
    /// What was known before, where only what came or went since is looked for.
    since: Option<Archive>,
    /// Is a key one of which only that is looked for?
    changed: fn(&Key, &Contract, Option<Period>) -> bool,
    period: Option<Period>,
    /// From which delivery on which period was open.
    doors: Vec<(u64, Period)>,
    shown: BTreeSet<Hash>,
}

impl<'k> Behind<'k> {
    fn of(
        contract: Contract,
        archive: &'k Archive,
        node: &'k Node,
        closed: &[&ClosingHead],
    ) -> Self {
        let all = node.all();
        let doors = match contract.late {
            Late::Restate => Vec::new(),
            Late::NextPeriod => {
                closed.iter().map(|head| (head.watermark, head.period.next())).collect()
            }
        };
        Self {
            keys: all.iter().flat_map(|node| &node.keys).collect(),
            rates: all.iter().flat_map(|node| &node.rates).collect(),
            payments: all.iter().flat_map(|node| &node.payments).collect(),
            facts: all.iter().flat_map(|node| &node.facts).collect(),
            lens: Lens::of([&contract]),
            archive,
            since: None,
            changed: |_, _, _| false,
            period: None,
            doors,
            shown: BTreeSet::new(),
            contract,
        }
    }

    /// Does a fact count that stands under a key now, and stood under another before?
    fn standing(&self, place: Place<'_>, then: &Key, now: &Key) -> Option<Standing> {
        let holds = |file: &ArchivedFile| {
            place.slice.is_none()
                || file.tally.parts.iter().any(|part| part.slice.as_ref() == place.slice)
        };
        let known = self.since.as_ref().and_then(|since| since.files().get(place.at));
        let counted = known.is_some_and(|file| holds(file));
        let counts = holds(place.file);
        let now = self.settled_under(now, place.file.delivery);
        let wanted = |key: &Key| self.keys.contains(key);
        let only_changed = |key: &Key| (self.changed)(key, &self.contract, self.period);
        if counts && wanted(&now) {
            let same = self.since.is_some() && counted && *then == now;
            return (!(only_changed(&now) && same)).then_some(Standing::Counts);
        }
        let left = counted && wanted(then) && only_changed(then);
        left.then_some(Standing::Replaced)
    }

    /// The key under which facts that came with a delivery are settled.
    fn settled_under(&self, key: &Key, delivery: u64) -> Key {
        let door = self.doors.iter().rev().find(|(imports, _)| *imports <= delivery);
        match door {
            Some((_, open)) if key.day < open.first_day() => {
                key.placed(open.first_day(), key.charged.clone())
            }
            Some(_) | None => key.clone(),
        }
    }

    fn listed(&self, rate: &FxRate) -> Option<Standing> {
        let own = self.contract.currency;
        let asked = |listed: &&&Listed| {
            let pair = [(rate.base, rate.quote), (rate.quote, rate.base)];
            pair.contains(&(listed.currency, own)) && (listed.from..=listed.to).contains(&rate.date)
        };
        self.rates.iter().find(asked)?;
        let stands = self.archive.rate(rate) == Some(rate);
        Some(if stands { Standing::Counts } else { Standing::Replaced })
    }

    /// Is it a granted rate or a finding that was asked for, and as it stands?
    fn outside(&mut self, entry: &Entry, source: &str) -> Option<Standing> {
        let (table, id, stands) = match entry {
            Entry::Grant(grant) => {
                (Table::Grants, &grant.id, self.archive.grant(source, &grant.id) == Some(grant))
            }
            Entry::Audit(audit) => {
                (Table::Audits, &audit.id, self.archive.audit(source, &audit.id) == Some(audit))
            }
            Entry::Fact(_) | Entry::Fx(_) | Entry::Payment(_) => return None,
        };
        let wanted = stands && self.facts.contains(&(table, id.clone()));
        // A row that repeats another is not shown again.
        let hash = self.archive.key().id(table, source, id);
        (wanted && self.shown.insert(hash)).then_some(Standing::Counts)
    }

    fn paid(&self, payment: &Payment) -> Option<Standing> {
        self.payments.contains(&payment).then_some(Standing::Counts)
    }
}

fn gone(path: &str, why: &str) -> Finding {
    let help = "put back the file as it was imported to see its rows";
    Finding::new(&codes::SOURCE, format!("{path} {why}; its rows cannot be shown")).help(help)
}
