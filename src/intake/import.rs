//! One delivery: every row of every file ends as an entry, a finding, or a count.
//!
//! The law: nothing disappears. A refused row is counted, reported, and stands in the rejects
//! file; findings shown are few per code and file, the rest is counted.

use std::io::{self, Write};
use std::sync::Arc;

use super::codes;
use super::complaints::Complaints;
use super::express::Express;
use super::feed::Feeds;
use super::forgotten;
use super::format::Format;
use super::large::Large;
use super::read::{Reader, Rows};
use super::reject::{self, Refusal};
use super::request::{Bulk, Progress, Request, Step};
use super::row::{Reading, Row};
use super::second::Passes;
use super::{IntakeError, SourceFile};
use crate::fact::{Disposition, Entry, FileHeader, Gather, Gathered, Hash, Slice};
use crate::finding::Finding;

/// What an import brought.
#[derive(Debug, Default)]
pub struct Import {
    /// The delivery, for the journal and the archive.
    pub gathered: Gathered,
    /// What is wrong; few of each code and file, the last of them says how many more there are.
    pub findings: Vec<Finding>,
    /// What the marketplaces' feeds add up to for their seller.
    pub feeds: Feeds,
    /// What is to be known of the marks on the shelf.
    pub marked: MarkedFacts,
}

/// The marks on the shelf once all rows are judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedFacts {
    /// How many facts they stand for.
    pub facts: u64,
    /// Ids whose marks are void: their facts are among those gathered. Sorted.
    pub void: Vec<Hash>,
}

/// Rows between two calls of progress.
const STEP: u64 = 4096;

/// Reads the files and gathers what they say. Nothing is stored: the caller decides what becomes
/// of the delivery.
///
/// # Errors
/// If a file or the memory of earlier deliveries cannot be read, a packed file is damaged, a file
/// changes while it is read, or the rejects cannot be written. What is wrong with the rows is no
/// error but a finding.
pub fn import<'a>(request: Request<'a>) -> Result<Import, IntakeError> {
    let mut reader = Reader::new(request.mapping, request.contracts);
    reader.interrupt = request.interrupt.cloned().unwrap_or_default();
    reader.survey(request.files)?;
    let mut run = Run {
        gather: Gather::new(request.lens, request.archive, request.known),
        rejects: request.rejects,
        progress: request.progress,
        total_bytes: size(request.files),
        read: (0, 0),
        complaints: Complaints::default(),
        feeds: Feeds::default(),
        digests: Vec::new(),
    };
    let way = |bulk: Bulk<'a>| {
        let Bulk { shelf, threads, chunk } = bulk;
        let horizon = request.archive.horizon();
        Express::new(request.lens, horizon, request.archive.key().clone(), shelf, threads, chunk)
    };
    let express = request.bulk.map(way).transpose().map_err(IntakeError::Shelf)?;
    let mut large = express.map(|express| Large::new(express, request.known));
    match &mut large {
        Some(large) => {
            large.read(&mut run, &reader, request.files, request.lens)?;
            large.judge(&mut run, &reader, request.files)?;
        }
        None => {
            for file in request.files {
                run.file(reader.open(file)?, file)?;
            }
            run.decide(None, &reader, request.files)?;
        }
    }
    let places = large.as_ref().map_or_else(Vec::new, |large| large.places(&run.gather));
    let Run { gather, mut complaints, feeds, .. } = run;
    let gathered = gather.finish_with(&places);
    let lost = forgotten::references(&gathered.delivery, request.archive);
    lost.into_iter().for_each(|finding| complaints.add(finding));
    let marked = large.map_or_else(MarkedFacts::default, Large::marked);
    Ok(Import { gathered, findings: complaints.finish(), feeds, marked })
}

fn size(files: &[SourceFile]) -> u64 {
    files.iter().filter_map(|file| Some(file.path.metadata().ok()?.len())).sum()
}

pub(super) struct Run<'a> {
    pub(super) gather: Gather<'a>,
    rejects: Option<&'a mut dyn Write>,
    progress: &'a mut dyn FnMut(Progress<'_>),
    total_bytes: u64,
    /// Rows and bytes of the files that are done.
    read: (u64, u64),
    complaints: Complaints,
    feeds: Feeds,
    digests: Vec<String>,
}

impl<'a> Run<'a> {
    /// Reads a file the ordinary way.
    pub(super) fn file(
        &mut self,
        mut rows: Rows<'_>,
        file: &SourceFile,
    ) -> Result<(), IntakeError> {
        let number = self.open(&rows, file);
        let mut count = 0;
        while let Some(row) = rows.next_row()? {
            count += 1;
            self.row(number, &rows, &file.name, &row)?;
            if count % STEP == 0 {
                self.tell(&file.name, count, rows.bytes());
            }
        }
        self.close(number, rows, file, count).map(drop)
    }

    /// Begins a file.
    pub(super) fn open(&mut self, rows: &Rows<'_>, file: &SourceFile) -> usize {
        rows.findings().iter().for_each(|finding| self.complaints.add(finding.clone()));
        self.gather.open(FileHeader {
            path: file.name.clone(),
            table: rows.table(),
            format: rows.format().to_owned(),
            source: rows.source().to_owned(),
        })
    }

    /// Ends a file of so many rows; says how many bytes it has.
    pub(super) fn close(
        &mut self,
        number: usize,
        rows: Rows<'_>,
        file: &SourceFile,
        count: u64,
    ) -> Result<u64, IntakeError> {
        let (digest, bytes) = rows.finish()?;
        self.tell(&file.name, count, bytes);
        self.read = (self.read.0 + count, self.read.1 + bytes);
        self.digests.push(digest.clone());
        self.gather.close(number, digest, bytes);
        Ok(bytes)
    }

    /// Tells how far a file is.
    pub(super) fn tell(&mut self, file: &str, rows: u64, bytes: u64) {
        let (rows, done) = (self.read.0 + rows, self.read.1 + bytes);
        let (step, total) = (Step::Reading, self.total_bytes);
        (self.progress)(Progress { step, file, rows, done, total });
    }

    /// What was gathered, and who is to be told meanwhile.
    pub(super) fn while_gathered(
        &mut self,
    ) -> (&Gather<'a>, impl FnMut(Step, usize, usize) + use<'_, 'a>) {
        let Self { gather, progress, read: (rows, _), .. } = self;
        let tell = |step, done: usize, total: usize| {
            let (done, total) = (done as u64, total as u64);
            progress(Progress { step, file: "", rows: *rows, done, total });
        };
        (gather, tell)
    }

    /// Tells how far a step is that comes after reading.
    pub(super) fn tell_of(&mut self, step: Step, file: &str, done: usize, total: usize) {
        let (rows, done, total) = (self.read.0, done as u64, total as u64);
        (self.progress)(Progress { step, file, rows, done, total });
    }

    pub(super) fn row(
        &mut self,
        number: usize,
        rows: &Rows<'_>,
        file: &str,
        row: &Row,
    ) -> Result<(), IntakeError> {
        match &row.result {
            Reading::Entries(entries) => {
                let currency = entries.first().and_then(|(_, entry)| currency_of(entry));
                for (at, (slice, entry)) in entries.iter().enumerate() {
                    let movement = row.movement.filter(|_| at == 0);
                    let id = || id_of(entry);
                    match self.push(number, rows, row.line, slice.as_ref(), entry)? {
                        Disposition::Accepted => {
                            if let Some(movement) = movement {
                                self.feeds.add(rows.source(), currency, movement);
                            }
                        }
                        Disposition::Duplicate | Disposition::Contested => {}
                        Disposition::Conflict => {
                            let refusal = conflict_with_earlier(&id(), rows.format());
                            self.refuse(refusal, file, row.line, &row.text())?;
                        }
                        Disposition::Forgotten => {
                            let refusal = forgotten::refusal(&id(), self.gather.horizon());
                            self.refuse(refusal, file, row.line, &row.text())?;
                        }
                    }
                }
            }
            Reading::Superseded { currency, amount } => {
                self.gather.supersede(number, *currency, *amount);
            }
            Reading::Refused { findings, currency, amount } => {
                self.gather.reject(number, *currency, *amount);
                let reasons = if findings.is_empty() { rows.findings() } else { findings };
                self.reject(reasons, file, row.line, &row.text())?;
                findings.iter().for_each(|finding| self.complaints.add(finding.clone()));
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        number: usize,
        rows: &Rows<'_>,
        line: u64,
        slice: Option<&Slice>,
        entry: &Entry,
    ) -> Result<Disposition, IntakeError> {
        let fail = |source| IntakeError::Known { path: rows.path().to_owned(), source };
        self.gather.push(number, line, slice, entry).map_err(fail)
    }

    /// Refuses a row that could be read.
    pub(super) fn refuse(
        &mut self,
        refusal: Refusal,
        file: &str,
        line: u64,
        text: &str,
    ) -> Result<(), IntakeError> {
        let finding = refusal.finding(&Arc::from(file), line, text, &[]);
        self.reject(std::slice::from_ref(&finding), file, line, text)?;
        self.complaints.add(finding);
        Ok(())
    }

    /// Puts a refused row where such rows go, if there is such a place.
    fn reject(
        &mut self,
        findings: &[Finding],
        file: &str,
        line: u64,
        text: &str,
    ) -> Result<(), IntakeError> {
        let Some(out) = &mut self.rejects else { return Ok(()) };
        reject::write(&mut **out, findings, file, line, text).map_err(IntakeError::Rejects)
    }

    /// Decides between rows that contradict each other, once all rows came by: they are fed for the second time. Then
    /// tells of those that lost.
    pub(super) fn decide(
        &mut self,
        large: Option<Passes<'_>>,
        reader: &Reader<'_>,
        files: &[SourceFile],
    ) -> Result<(), IntakeError> {
        if !self.gather.contested() {
            return Ok(());
        }
        let contested = self.gather.contested_rows();
        for (number, file) in files.iter().enumerate() {
            self.tell_of(Step::ReadingAgain, &file.name, number, files.len());
            match large.filter(|passes| passes.has(number)) {
                Some(passes) => passes.contest(self, number, reader, file)?,
                None => {
                    let lines = contested.range((number, 0)..=(number, u64::MAX));
                    self.contest(number, reader.open(file)?, lines.map(|(_, line)| *line))?;
                }
            }
        }
        self.gather.decide();
        self.tell_losers(large, reader, files)
    }

    /// Feeds rows of a file that begin on some lines for the second time, to decide between those that contradict
    /// each other.
    fn contest(
        &mut self,
        number: usize,
        mut rows: Rows<'_>,
        lines: impl Iterator<Item = u64>,
    ) -> Result<(), IntakeError> {
        rows.each_on(lines.collect(), &mut |row| {
            if let Reading::Entries(entries) = row.result {
                for (slice, entry) in &entries {
                    self.gather.contest(number, row.line, slice.as_ref(), entry);
                }
            }
            Ok(())
        })?;
        // To its end as well, and so that it can be stopped.
        while rows.raw()?.is_some() {}
        let path = rows.path().to_owned();
        let (digest, _) = rows.finish()?;
        if digest == self.digests[number] { Ok(()) } else { Err(IntakeError::Changed { path }) }
    }
}

pub(super) const CORRECT: &str =
    "correct it by a further fact that refers to it, or give it its own id";

/// Rows of earlier deliveries are not kept, so a later version cannot take one of them back.
fn conflict_with_earlier(id: &str, format: &str) -> Refusal {
    let message = format!("{id:?} was delivered before with other content, and that stands");
    let versioned = "if this is a later version of the event, import every file of the feed as one \
                     delivery into a new store (--store): the latest version counts there";
    let help = if format == Format::BillingEvent.name() { versioned } else { CORRECT };
    Refusal::new(&codes::CONFLICT, message).help(help)
}

fn id_of(entry: &Entry) -> String {
    match entry {
        Entry::Fact(fact) => fact.id.clone().unwrap_or_default(),
        Entry::Fx(rate) => format!("{} {}/{}", rate.date, rate.base, rate.quote),
        Entry::Payment(payment) => payment.id.clone(),
        Entry::Grant(grant) => grant.id.clone(),
        Entry::Audit(audit) => audit.id.clone(),
    }
}

fn currency_of(entry: &Entry) -> Option<crate::money::Currency> {
    match entry {
        Entry::Fact(fact) => fact.currency,
        Entry::Fx(_) | Entry::Grant(_) => None,
        Entry::Payment(payment) => Some(payment.currency),
        Entry::Audit(audit) => Some(audit.currency),
    }
}

impl From<IntakeError> for io::Error {
    fn from(error: IntakeError) -> Self {
        Self::other(error)
    }
}
