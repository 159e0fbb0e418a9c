//! The store: what was delivered and what was closed, kept so that nothing acknowledged is lost.
//!
//! ```text
//! .revshare/
//!   journal           the truth: one record for each import and each close, checksummed and chained
//!   ids/NNNNNNNN.ids  the ids that import NNNNNNNN brought, to know a fact again
//!   ids/NNNNNNNN.marks  the same of its plain rows, if it was a large one
//!   acknowledged      how far the journal had reached; tells a loss from an interrupted write
//!   seen              files that were read before, to know them unread; never promised
//!   index/            where to find what; made anew from the journal whenever in doubt
//!   lock              one process at a time
//! ```
//!
//! A door: it touches the disk, and nothing else of the project touches that folder. It refuses
//! damage, periods out of order, a second process, and a second statement for a closed period. The
//! law: what [`Store::import`] or [`Store::close`] gave back survives any crash after it; what was
//! interrupted is there whole or not at all. `docs/reliability.md` says why.

mod acknowledged;
mod closing;
pub mod codes;
mod entry;
mod error;
mod filter;
mod fold;
mod forget;
mod ids;
mod import;
mod index;
mod journal;
mod lock;
mod marks;
mod medium;
mod open;
mod record;
mod seal;
mod seen;
mod segment;
mod trail;
mod verify;
mod writeback;

use std::path::Path;
use std::sync::Arc;

pub use closing::{Closing, ClosingHead, statement_digest};
pub use error::StoreError;
pub use marks::{Marked, MarksShelf};
pub use medium::{Disk, Medium};
pub use seen::{Stamp, changed_unseen};
pub use verify::{Report, rebuild, verify, verify_on};

use crate::calendar::Period;
use crate::fact::{Archive, Known};
use crate::finding::Finding;
use fold::{Import, State};
use ids::Ids;
use index::{Index, Lookup};
use journal::{Found, Journal, Scan};
use lock::Lock;
use open::{Loss, Opened};
use record::RecordKind;
use seen::Seen;

/// What closing a period did. Either way the period is closed, by the record of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It was closed now.
    Now(u64),
    /// It had been closed before with the same statement; nothing was written.
    Before(u64),
}

/// What to do when there is no store.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Refuse,
    Make,
}

/// An open store. One at a time for a folder.
///
/// ```
/// use revshare::fact::Delivery;
/// use revshare::store::Store;
/// let book = tempfile::tempdir().unwrap();
/// let dir = book.path().join(".revshare");
/// let mut store = Store::create_or_open(&dir).unwrap();
/// assert_eq!(store.import(&Delivery::default(), &[]).unwrap(), 1);
/// drop(store);
/// assert_eq!(Store::open(&dir).unwrap().imports(), 1);
/// ```
pub struct Store {
    // Fields are dropped in this order: the index is sealed before the lock is let go.
    index: Option<Lookup>,
    medium: Arc<dyn Medium>,
    journal: Journal,
    ids: Ids,
    state: State,
    seen: Option<Seen>,
    notes: Vec<Finding>,
    _lock: Option<Lock>,
}

impl Store {
    /// Opens the store of a folder.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none, [`StoreError::Locked`] if it is in use, and
    /// whatever does not let it be trusted.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        if !dir.is_dir() {
            return Err(StoreError::Absent(dir.to_owned()));
        }
        Self::locked(dir, Loss::Refuse, Missing::Refuse)
    }

    /// Opens the store of a folder, or makes an empty one.
    ///
    /// # Errors
    /// As [`Store::open`], but for [`StoreError::Absent`].
    pub fn create_or_open(dir: &Path) -> Result<Self, StoreError> {
        let name = dir.display().to_string();
        std::fs::create_dir_all(dir).map_err(StoreError::disk("make", &name))?;
        Self::locked(dir, Loss::Refuse, Missing::Make)
    }

    /// Opens or makes a store on any medium: without a lock and without an index.
    ///
    /// # Errors
    /// As [`Store::create_or_open`].
    pub fn on(medium: Arc<dyn Medium>) -> Result<Self, StoreError> {
        let opened = match open::open(&medium, Loss::Refuse)? {
            Some(opened) => opened,
            None => open::make(&medium)?,
        };
        Ok(Self::from(opened, medium, (None, None), None))
    }

    fn locked(dir: &Path, loss: Loss, missing: Missing) -> Result<Self, StoreError> {
        let lock = Lock::exclusive(dir)?;
        let medium: Arc<dyn Medium> = Arc::new(Disk::new(dir));
        let mut opened = match (open::open(&medium, loss)?, missing) {
            (Some(opened), _) => opened,
            (None, Missing::Make) => open::make(&medium)?,
            (None, Missing::Refuse) => return Err(StoreError::Absent(dir.to_owned())),
        };
        if loss == Loss::Accept {
            // An index that cannot be removed is not used either.
            let _removed = index::discard(dir);
            seen::discard(dir);
        }
        let index = find_index(dir, &mut opened);
        let seen = Lock::taken(dir).map(|taken| Seen::open(dir, taken));
        Ok(Self::from(opened, medium, (index, seen), Some(lock)))
    }

    fn from(
        opened: Opened,
        medium: Arc<dyn Medium>,
        (index, seen): (Option<Lookup>, Option<Seen>),
        lock: Option<Lock>,
    ) -> Self {
        let Opened { journal, ids, state, notes } = opened;
        Self { index, medium, journal, ids, state, seen, notes, _lock: lock }
    }

    /// All that was imported.
    pub fn archive(&self) -> &Archive {
        &self.state.archive
    }

    /// How many imports there are: the watermark of a closing made now.
    pub fn imports(&self) -> u64 {
        self.state.imports
    }

    /// The facts that earlier imports brought.
    pub fn known(&self) -> &dyn Known {
        &self.ids
    }

    /// How many ids of facts are remembered.
    pub fn known_ids(&self) -> u64 {
        self.ids.len()
    }

    /// The digest of a file outside of the store that lies as it lay when all of it was read; none if
    /// that is not certain.
    pub fn digest_seen(&self, path: &Path) -> Option<&str> {
        self.seen.as_ref()?.digest(path)
    }

    /// Remembers the digest of a file of which all was read, for the next commands. `before` is what
    /// was said of it when that began.
    pub fn saw(&mut self, path: &Path, before: Option<Stamp>, digest: &str) {
        self.seen.iter_mut().for_each(|seen| seen.saw(path, before, digest));
    }

    /// What was put right on opening, for people to know.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// Closes a period of a contract. Once this returns, it survives.
    ///
    /// # Errors
    /// [`StoreError::AlreadyClosed`], [`StoreError::OutOfOrder`] and [`StoreError::Stale`] if it
    /// does not follow what is closed; [`StoreError::Disk`] as for an import.
    pub fn close(&mut self, closing: &Closing) -> Result<Closed, StoreError> {
        self.journal.check()?;
        if let Some(before) = self.closed(&closing.contract, closing.period) {
            return again(before, closing);
        }
        self.follows(closing)?;
        let offset = self.append(RecordKind::Close, closing)?;
        let mark = self.journal.mark();
        self.state.close(ClosingHead::of(closing, mark.records), offset);
        self.state.trail.stop(mark);
        Ok(Closed::Now(mark.records))
    }

    fn append(
        &mut self,
        kind: RecordKind,
        content: &impl serde::Serialize,
    ) -> Result<u64, StoreError> {
        let payload = serde_json::to_vec(content).expect("texts, lists and maps by text are JSON");
        let offset = self.journal.append(kind, &payload)?;
        acknowledged::write(&*self.medium, &self.journal.mark());
        Ok(offset)
    }

    fn follows(&self, closing: &Closing) -> Result<(), StoreError> {
        let Closing { contract, period, watermark, .. } = closing;
        let (contract, period) = (contract.clone(), *period);
        let last = self.last_closing(&contract);
        if let Some(next) = last.map(|last| last.period.next()).filter(|next| *next != period) {
            return Err(StoreError::OutOfOrder { contract, period, next });
        }
        let unknown = (*watermark > self.imports()).then_some("it knows imports that are not here");
        unknown.or_else(|| closing.breaks(last)).map_or(Ok(()), |what| {
            Err(StoreError::Stale { contract, period, what: what.to_owned() })
        })
    }

    /// Every closing, in the order in which they were made.
    pub fn closings(&self) -> impl Iterator<Item = &ClosingHead> {
        self.state.closings.iter()
    }

    /// The last closing of a contract.
    pub fn last_closing(&self, contract: &str) -> Option<&ClosingHead> {
        self.state.last_closing(contract)
    }

    fn closed(&self, contract: &str, period: Period) -> Option<&ClosingHead> {
        self.closings().find(|head| head.contract == contract && head.period == period)
    }

    /// A closing in full, if that period of that contract is closed.
    ///
    /// # Errors
    /// If the journal cannot be read any more.
    pub fn closing(&self, contract: &str, period: Period) -> Result<Option<Closing>, StoreError> {
        let Some(head) = self.closed(contract, period) else { return Ok(None) };
        let fits = |found: &Closing| ClosingHead::of(found, head.sequence) == *head;
        let place = self.state.trail.closing(contract, period);
        let payload = place.and_then(|at| self.journal.payload_at(at, RecordKind::Close));
        let found = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
        if let Some(found) = found.filter(fits) {
            return Ok(Some(found));
        }
        let mut found = None;
        self.each_record(|record| {
            if record.sequence == head.sequence {
                found = Some(fold::read(record)?);
            }
            Ok(found.is_none())
        })?;
        Ok(found)
    }

    /// The last import that brought a file with that digest, if the index is there to say so. It is
    /// opened when it is first asked, and learns then what it does not know yet.
    pub fn import_of(&self, digest: &str) -> Option<u64> {
        self.index.as_ref()?.import_of(digest, &self.state.trail)
    }

    /// The archive as it was when so many imports had been made.
    ///
    /// # Errors
    /// [`StoreError::NoSuchImport`], or if the journal cannot be read any more.
    pub fn archive_at(&self, watermark: u64) -> Result<Archive, StoreError> {
        let imports = self.imports();
        if watermark > imports {
            return Err(StoreError::NoSuchImport { watermark, imports });
        }
        if watermark == imports {
            return Ok(self.archive().clone());
        }
        if let Some(archive) = self.state.known.get(&watermark) {
            return Ok(archive.clone());
        }
        let (mut archive, mut applied) = (Archive::keyed(self.archive().key().clone()), 0);
        self.each_record(|record| {
            if record.kind == RecordKind::Import && applied < watermark {
                archive.apply(&fold::read::<Import>(record)?.delivery);
                applied += 1;
            }
            Ok(applied < watermark)
        })?;
        Ok(archive)
    }

    /// Reads the journal through, as long as it is told to go on.
    fn each_record(
        &self,
        mut take: impl FnMut(&journal::Record) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let gone = || StoreError::Shortened {
            found: 0,
            acknowledged: format!("record {}", self.journal.mark().records),
        };
        let mut scan = Scan::start(&*self.medium)?.ok_or_else(gone)?;
        while scan.mark() != self.journal.mark() {
            match scan.next()? {
                Found::Record(record) if take(&record)? => {}
                Found::Record(_) => return Ok(()),
                Found::Damage(damage) => return Err(damage.into_error()),
                Found::End | Found::Torn(_) => return Err(gone()),
            }
        }
        Ok(())
    }
}

/// A period closed again: the same statement changes nothing, another is refused.
fn again(before: &ClosingHead, closing: &Closing) -> Result<Closed, StoreError> {
    if before.digest == closing.digest {
        return Ok(Closed::Before(before.sequence));
    }
    Err(StoreError::AlreadyClosed {
        contract: closing.contract.clone(),
        period: closing.period,
        closed: before.digest.clone(),
    })
}

/// An index that is whole is left as it is; any other is made anew, but in a new store only when it is asked.
fn find_index(dir: &Path, opened: &mut Opened) -> Option<Lookup> {
    let trail = &opened.state.trail;
    if index::stands(dir, trail) {
        return Some(Lookup::new(dir));
    }
    let new = trail.rows().is_empty();
    let made = if new { index::begin(dir, trail) } else { Index::make(dir, trail).is_some() };
    if !(new && made) {
        opened.notes.push(index_note(made, &dir.join("index")));
    }
    made.then(|| Lookup::new(dir))
}

fn index_note(made: bool, path: &Path) -> Finding {
    let path = path.display();
    if made {
        let why = "was missing, damaged or not up to date, and was made anew from the journal";
        return Finding::new(&codes::INDEX_REBUILT, format!("{path} {why}"))
            .help("nothing is lost; this is usual after a command that was interrupted");
    }
    Finding::new(&codes::NO_INDEX, format!("{path} cannot be used or made"))
        .help("everything works without it, more slowly; see that the folder can be written")
}
