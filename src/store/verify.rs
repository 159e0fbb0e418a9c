//! Looking at everything, and making anew what can be made anew.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::acknowledged::{self, Acknowledged};
use super::closing::{Closing, ClosingHead};
use super::codes;
use super::error::{self, StoreError};
use super::fold::{self, Import, State};
use super::ids::{self, Named};
use super::index;
use super::journal::{Damage, Found, Mark, Record, Scan};
use super::lock::Lock;
use super::marks;
use super::medium::{Disk, Medium};
use super::open::{self, Loss};
use super::record::RecordKind;
use super::segment::{self, Directory};
use super::{Missing, Store, journal};
use crate::finding::Finding;

/// What a store holds, and all that is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whole records.
    pub records: u64,
    /// Of these, imports.
    pub imports: u64,
    /// Of these, closings.
    pub closings: u64,
    /// Ids remembered.
    pub ids: u64,
    /// Bytes of the journal up to the last whole record.
    pub bytes: u64,
    /// All that is wrong: with the journal in its order, then with the files of ids.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Is everything that was acknowledged there as it was written? Notes do not count.
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(Finding::is_error)
    }
}

/// Checks everything in a store's folder and changes nothing: each record's checksum and place in
/// the chain, each file of ids, each statement's digest, each contract's chain of closings, the
/// index.
///
/// # Errors
/// If there is no store, if it is in use, or if the disk refuses; damage is not an error here.
pub fn verify(dir: &Path) -> Result<Report, StoreError> {
    let lock = Lock::shared(dir)?;
    let medium = Disk::new(dir);
    let mut look = Look::new(&medium);
    look.all()?.ok_or_else(|| StoreError::Absent(dir.to_owned()))?;
    if look.report.is_sound() && index::agrees(dir, &look.state.trail) == Some(false) {
        look.report.findings.push(disagrees());
    }
    drop(lock);
    Ok(look.report)
}

/// Checks everything on a medium; an empty report if there is nothing.
///
/// # Errors
/// If the medium refuses.
pub fn verify_on(medium: &dyn Medium) -> Result<Report, StoreError> {
    let mut look = Look::new(medium);
    look.all()?;
    Ok(look.report)
}

/// Throws the index away and makes it anew; cuts off what an interrupted write left; and accepts
/// that acknowledged records are gone from the end of the journal, if they are.
///
/// # Errors
/// As [`Store::open`]; damage before the end is not accepted.
pub fn rebuild(dir: &Path) -> Result<Report, StoreError> {
    if !dir.is_dir() {
        return Err(StoreError::Absent(dir.to_owned()));
    }
    let lost = acknowledged::read(&Disk::new(dir));
    let store = Store::locked(dir, Loss::Accept, Missing::Refuse)?;
    let mark = store.journal.mark();
    let notes = store.notes().iter();
    let mut report = Report {
        records: mark.records,
        imports: store.imports(),
        closings: store.closings().count() as u64,
        ids: store.known_ids(),
        bytes: mark.end,
        // That the index was made anew is what was asked for.
        findings: notes.filter(|note| note.code != &codes::INDEX_REBUILT).cloned().collect(),
    };
    let gone = lost.filter(|seen| seen.records > mark.records);
    if let Some(seen) = gone {
        // What is left of the lost records is no interrupted write, as the notes would have it.
        report.findings.retain(|note| ![&codes::TORN_TAIL, &codes::LEFTOVER].contains(&note.code));
        let accepted = "the loss is accepted now: import the files again, and close what is open";
        report.findings.insert(0, shortened(&mark, &seen).help(accepted));
    }
    Ok(report)
}

fn disagrees() -> Finding {
    let message = "the index does not agree with the journal";
    Finding::new(&codes::INDEX_DISAGREES, message)
        .help("nothing is lost: the next command makes it anew from the journal")
}

fn shortened(mark: &Mark, seen: &Acknowledged) -> Finding {
    let message = error::shortened(mark.records, &format!("record {}", seen.records));
    Finding::new(&codes::SHORTENED, message).help(error::SHORTENED_HELP)
}

/// One walk through a store.
struct Look<'a> {
    medium: &'a dyn Medium,
    state: State,
    /// Which record named the files of an import.
    named: BTreeMap<u64, u64>,
    mark: Mark,
    report: Report,
}

impl<'a> Look<'a> {
    fn new(medium: &'a dyn Medium) -> Self {
        let mark = Mark { records: 0, end: 0, chain: [0; 32] };
        let (state, named, report) = Default::default();
        Self { medium, state, named, mark, report }
    }

    fn all(&mut self) -> Result<Option<()>, StoreError> {
        let evidence = acknowledged::read(self.medium);
        let Some(mut scan) = Scan::start(self.medium)? else { return Ok(None) };
        self.state = State::keyed(scan.key(), scan.mark());
        loop {
            match scan.next()? {
                Found::Record(record) => {
                    self.record(&record, evidence.as_ref());
                    self.state.trail.stop(scan.mark());
                }
                Found::Damage(damage) => self.damage(&damage),
                Found::Torn(bytes) => {
                    let note = open::torn_tail(bytes, &scan.mark(), "the next command cuts it off");
                    self.report.findings.push(note);
                    break;
                }
                Found::End => break,
            }
        }
        self.mark = scan.mark();
        self.report.bytes = self.mark.end;
        let gone = evidence.filter(|seen| seen.records > self.mark.records);
        self.report.findings.extend(gone.map(|seen| shortened(&self.mark, &seen)));
        self.files()?;
        self.leftovers().map(Some)
    }

    fn say(&mut self, code: &'static crate::finding::Code, message: String) {
        let help = "restore the store's folder from a backup, or move it away and import the \
                    files again";
        self.report.findings.push(Finding::new(code, message).help(help));
    }

    fn damage(&mut self, damage: &Damage) {
        let Damage { record, offset, what, chain_only } = damage;
        let code = if *chain_only { &codes::BROKEN_CHAIN } else { &codes::DAMAGED_RECORD };
        self.say(code, format!("{}: record {record}, at byte {offset}: {what}", journal::JOURNAL));
    }

    fn record(&mut self, record: &Record, evidence: Option<&Acknowledged>) {
        self.report.records += 1;
        if open::replaced(record, evidence).is_err() {
            let damage = Damage {
                record: record.sequence,
                offset: record.offset,
                what: "another record had been acknowledged in its place",
                chain_only: true,
            };
            self.damage(&damage);
        }
        let read = match record.kind {
            RecordKind::Import => fold::read(record).map(|import| self.import(import, record)),
            RecordKind::Close => fold::read(record).map(|closing| self.close(&closing, record)),
            RecordKind::Forget => fold::read(record).and_then(|forgotten| {
                self.state.forget(&forgotten).map_err(|zone| fold::damaged(record, &zone))?;
                self.state.note(record.sequence, record.offset);
                Ok(())
            }),
        };
        if let Err(error) = read {
            self.say(&codes::DAMAGED_RECORD, error.to_string());
        }
    }

    fn import(&mut self, import: Import, record: &Record) {
        let Import { ids, marks, delivery } = import;
        self.state.import(&delivery, record.sequence, record.offset);
        self.report.imports += 1;
        let named = ids.iter().map(|named| named.import);
        let named = named.chain(marks.iter().map(|named| named.import));
        self.named.extend(named.map(|import| (import, record.sequence)));
        self.state.ids.extend(ids);
        self.state.marks.extend(marks);
    }

    /// Every file of ids that is not forgotten.
    fn files(&mut self) -> Result<(), StoreError> {
        let (ids, marks) = (self.state.ids.clone(), self.state.marks.clone());
        for named in ids {
            self.report.ids += named.count;
            let file = ids::file(named.import);
            let wrong = self.wrong_ids(&file, &named);
            self.say_of_ids(&file, named.import, wrong)?;
        }
        for named in marks {
            self.report.ids += named.facts;
            let file = marks::file(named.import);
            let wrong = marks::wrong(self.medium, &file, &named);
            self.say_of_ids(&file, named.import, wrong)?;
        }
        Ok(())
    }

    fn say_of_ids(
        &mut self,
        file: &str,
        import: u64,
        wrong: io::Result<Option<&'static str>>,
    ) -> Result<(), StoreError> {
        if let Some(what) = wrong.map_err(StoreError::disk("read", file))? {
            let record = self.named[&import];
            self.say(&codes::DAMAGED_IDS, format!("{file}, of record {record}: {what}"));
        }
        Ok(())
    }

    /// What is wrong with a file of ids, if anything.
    fn wrong_ids(&self, file: &str, named: &Named) -> io::Result<Option<&'static str>> {
        let Some(size) = self.medium.size(file)? else { return Ok(Some("it is missing")) };
        if segment::size(named.count) != Some(size) {
            return Ok(Some("it does not have the size of its ids"));
        }
        if segment::digest(self.medium, file, size)?.to_hex().as_str() != named.digest {
            return Ok(Some("its bytes are not those that were written"));
        }
        let directory = Directory::load(self.medium, file, named.count)?;
        let rising = directory.rising(self.medium, file)?;
        Ok((!rising).then_some("its ids are not in order"))
    }

    fn close(&mut self, closing: &Closing, record: &Record) {
        self.report.closings += 1;
        let Closing { contract, period, .. } = closing;
        let whose = format!("record {}, {contract} {period}", record.sequence);
        if super::statement_digest(&closing.statement).as_ref() != Some(&closing.digest) {
            let message = format!("{whose}: its digest is not that of its statement");
            self.say(&codes::STATEMENT_DIGEST, message);
        } else if let Some(what) = closing.breaks(self.state.last_closing(contract)) {
            self.say(&codes::CLOSING_CHAIN, format!("{whose}: {what}"));
        }
        self.state.close(ClosingHead::of(closing, record.sequence), record.offset);
    }

    fn leftovers(&mut self) -> Result<(), StoreError> {
        if !self.report.is_sound() {
            return Ok(());
        }
        match open::leftovers(self.medium, &self.state, &self.mark, Loss::Refuse) {
            Ok(files) => {
                let done = "the next command removes it";
                let notes = files.iter().map(|file| open::leftover(file, &self.state, done));
                self.report.findings.extend(notes);
                Ok(())
            }
            Err(StoreError::Shortened { found, acknowledged }) => {
                let message = error::shortened(found, &acknowledged);
                let finding = Finding::new(&codes::SHORTENED, message);
                self.report.findings.push(finding.help(error::SHORTENED_HELP));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
