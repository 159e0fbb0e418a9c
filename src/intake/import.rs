//! One delivery: every row of every file ends as an entry, a finding, or a count.
//!
//! The law: nothing disappears. A refused row is counted, reported, and stands in the rejects
//! file; findings shown are few per code and file, the rest is counted.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::codes;
use super::feed::Feeds;
use super::format::Format;
use super::mapping::Mapping;
use super::read::{Reader, Reading, Row, Rows};
use super::reject::{self, Refusal};
use super::{IntakeError, SourceFile};
use crate::contract::Contract;
use crate::fact::{Archive, Disposition, Entry, FileHeader, Gather, Gathered, Known, Lens, Slice};
use crate::finding::Finding;

/// What to import, and where to tell of it.
pub struct Request<'a> {
    /// The files; each once.
    pub files: &'a [SourceFile],
    /// What `revshare.toml` says.
    pub mapping: &'a Mapping,
    /// The contracts of the book: what prices sales.
    pub contracts: &'a [Contract],
    /// What the tallies keep apart: enough for these contracts and any that is to come.
    pub lens: &'a Lens,
    /// Everything delivered before.
    pub archive: &'a Archive,
    /// The ids delivered before.
    pub known: &'a dyn Known,
    /// Where refused rows go, as JSON lines.
    pub rejects: Option<&'a mut dyn Write>,
    /// Told of every few thousand rows, and at the end of each file.
    pub progress: &'a mut dyn FnMut(Progress<'_>),
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file at hand.
    pub file: &'a str,
    /// Its rows so far.
    pub rows: u64,
    /// Its bytes read so far.
    pub bytes: u64,
    /// The bytes of all files of the delivery.
    pub total_bytes: u64,
}

/// What an import brought.
#[derive(Debug, Default)]
pub struct Import {
    /// The delivery, for the journal and the archive.
    pub gathered: Gathered,
    /// What is wrong; few of each code and file, the last of them says how many more there are.
    pub findings: Vec<Finding>,
    /// What the marketplaces' feeds add up to for their seller.
    pub feeds: Feeds,
}

/// Findings kept per code and file.
const KEPT: u64 = 10;
/// Rows between two calls of progress.
const STEP: u64 = 4096;

/// Reads the files and gathers what they say. Nothing is stored: the caller decides what becomes
/// of the delivery.
///
/// # Errors
/// If a file or the memory of earlier deliveries cannot be read, a packed file is damaged, a file
/// changes while it is read, or the rejects cannot be written. What is wrong with the rows is no
/// error but a finding.
pub fn import(request: Request<'_>) -> Result<Import, IntakeError> {
    let mut reader = Reader::new(request.mapping, request.contracts);
    reader.survey(request.files)?;
    let mut run = Run {
        gather: Gather::new(request.lens, request.archive, request.known),
        rejects: request.rejects,
        progress: request.progress,
        total_bytes: size(request.files),
        complaints: Complaints::default(),
        feeds: Feeds::default(),
        digests: Vec::new(),
    };
    for file in request.files {
        run.file(reader.open(file)?, file)?;
    }
    if run.gather.contested() {
        for (number, file) in request.files.iter().enumerate() {
            run.contest(number, reader.open(file)?)?;
        }
    }
    let Run { gather, mut complaints, feeds, mut rejects, .. } = run;
    let gathered = gather.finish();
    report_losers(request.files, &reader, &gathered, &mut complaints, &mut rejects)?;
    Ok(Import { gathered, findings: complaints.finish(), feeds })
}

fn size(files: &[SourceFile]) -> u64 {
    files.iter().filter_map(|file| Some(file.path.metadata().ok()?.len())).sum()
}

struct Run<'a> {
    gather: Gather<'a>,
    rejects: Option<&'a mut dyn Write>,
    progress: &'a mut dyn FnMut(Progress<'_>),
    total_bytes: u64,
    complaints: Complaints,
    feeds: Feeds,
    digests: Vec<String>,
}

impl Run<'_> {
    fn file(&mut self, mut rows: Rows<'_>, file: &SourceFile) -> Result<(), IntakeError> {
        let number = self.gather.open(FileHeader {
            path: file.name.clone(),
            table: rows.table(),
            format: rows.format().to_owned(),
            source: rows.source().to_owned(),
        });
        rows.findings().iter().for_each(|finding| self.complaints.add(finding.clone()));
        let mut count = 0;
        while let Some(row) = rows.next_row()? {
            count += 1;
            self.row(number, &rows, &file.name, row)?;
            if count % STEP == 0 {
                self.tell(&file.name, count, rows.bytes());
            }
        }
        let (digest, bytes) = rows.finish()?;
        self.tell(&file.name, count, bytes);
        self.digests.push(digest.clone());
        self.gather.close(number, digest, bytes);
        Ok(())
    }

    fn tell(&mut self, file: &str, rows: u64, bytes: u64) {
        (self.progress)(Progress { file, rows, bytes, total_bytes: self.total_bytes });
    }

    fn row(
        &mut self,
        number: usize,
        rows: &Rows<'_>,
        file: &str,
        row: Row,
    ) -> Result<(), IntakeError> {
        match row.result {
            Reading::Entries(entries) => {
                let currency = entries.first().and_then(|(_, entry)| currency_of(entry));
                for (at, (slice, entry)) in entries.into_iter().enumerate() {
                    let movement = row.movement.filter(|_| at == 0);
                    let id = id_of(&entry);
                    match self.push(number, rows, row.line, slice.as_ref(), entry)? {
                        Disposition::Accepted => {
                            if let Some(movement) = movement {
                                self.feeds.add(rows.source(), currency, movement);
                            }
                        }
                        Disposition::Duplicate | Disposition::Contested => {}
                        Disposition::Conflict => {
                            let finding = conflict_with_earlier(&id, rows.format()).finding(
                                &Arc::from(file),
                                row.line,
                                &row.text,
                                &[],
                            );
                            self.reject(std::slice::from_ref(&finding), file, row.line, &row.text)?;
                            self.complaints.add(finding);
                        }
                    }
                }
            }
            Reading::Superseded { currency, amount } => {
                self.gather.supersede(number, currency, amount);
            }
            Reading::Refused { findings, currency, amount } => {
                self.gather.reject(number, currency, amount);
                let reasons = if findings.is_empty() { rows.findings() } else { &findings };
                self.reject(reasons, file, row.line, &row.text)?;
                findings.into_iter().for_each(|finding| self.complaints.add(finding));
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
        entry: Entry,
    ) -> Result<Disposition, IntakeError> {
        let fail = |source| IntakeError::Known { path: rows.path().to_owned(), source };
        self.gather.push(number, line, slice, entry).map_err(fail)
    }

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

    /// Feeds a file for the second time, to decide between rows that contradict each other.
    fn contest(&mut self, number: usize, mut rows: Rows<'_>) -> Result<(), IntakeError> {
        while let Some(row) = rows.next_row()? {
            if let Reading::Entries(entries) = row.result {
                for (slice, entry) in &entries {
                    self.gather.contest(number, row.line, slice.as_ref(), entry);
                }
            }
        }
        let path = rows.path().to_owned();
        let (digest, _) = rows.finish()?;
        if digest == self.digests[number] { Ok(()) } else { Err(IntakeError::Changed { path }) }
    }
}

/// Reports the rows that lost a contest, with their own text: the files are read once more.
fn report_losers(
    files: &[SourceFile],
    reader: &Reader<'_>,
    gathered: &Gathered,
    complaints: &mut Complaints,
    rejects: &mut Option<&mut dyn Write>,
) -> Result<(), IntakeError> {
    for (number, file) in files.iter().enumerate() {
        let losers: BTreeMap<u64, &str> = gathered
            .losers
            .iter()
            .filter(|loser| loser.file == number)
            .map(|loser| (loser.row, loser.id.as_str()))
            .collect();
        if losers.is_empty() {
            continue;
        }
        let (mut rows, name) = (reader.open(file)?, Arc::from(file.name.as_str()));
        while let Some(row) = rows.next_row()? {
            let Some(id) = losers.get(&row.line) else { continue };
            let finding = conflict(id).finding(&name, row.line, &row.text, &[]);
            if let Some(out) = rejects {
                let reasons = std::slice::from_ref(&finding);
                reject::write(&mut **out, reasons, &file.name, row.line, &row.text)
                    .map_err(IntakeError::Rejects)?;
            }
            complaints.add(finding);
        }
    }
    Ok(())
}

fn conflict(id: &str) -> Refusal {
    let message = format!(
        "{id:?} stands in this delivery with other content as well, and the other one counts"
    );
    Refusal::new(&codes::CONFLICT, message).help(CORRECT)
}

const CORRECT: &str = "correct it by a further fact that refers to it, or give it its own id";

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
    }
}

fn currency_of(entry: &Entry) -> Option<crate::money::Currency> {
    match entry {
        Entry::Fact(fact) => fact.currency,
        Entry::Fx(_) => None,
        Entry::Payment(payment) => Some(payment.currency),
    }
}

/// Findings, few of each code and file.
#[derive(Default)]
struct Complaints {
    kept: Vec<Finding>,
    counts: BTreeMap<(Option<Arc<str>>, &'static str), u64>,
}

impl Complaints {
    fn add(&mut self, finding: Finding) {
        let file = finding.origin.as_ref().map(|origin| Arc::clone(&origin.file));
        let count = self.counts.entry((file, finding.code.id)).or_default();
        *count += 1;
        if *count <= KEPT {
            self.kept.push(finding);
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        for ((file, code), count) in self.counts {
            if count > KEPT {
                let file = file.as_deref().unwrap_or("the files").to_owned();
                let message = format!("{} more {code} in {file}", count - KEPT);
                let more = Finding::new(&codes::MORE, message);
                self.kept.push(more.help("the rejects file has every refused row"));
            }
        }
        self.kept
    }
}

/// Nothing is told of progress.
pub fn silent(_: Progress<'_>) {}

impl From<IntakeError> for io::Error {
    fn from(error: IntakeError) -> Self {
        Self::other(error)
    }
}
