//! The journal: the truth of a store, one append-only file.
//!
//! A commit is one [record](super::record), written at the end and fsynced before anything is
//! acknowledged. Reading tells two things apart that look alike. What an interrupted write leaves
//! (*torn*) is at the very end, with no later record behind it: it was never acknowledged and may
//! be cut off. Anything else that is not as written is *damage*, and is never cut off in silence.

use std::io;
use std::sync::Arc;

use super::error::StoreError;
use super::medium::Medium;
use super::record::{self, CHAIN, Chain, HEAD, Head, RecordKind};
use crate::fact::HashKey;

pub(super) const JOURNAL: &str = "journal";
const JOURNAL_NEW: &str = "journal.new";
/// The format that this program writes.
pub(super) const FORMAT: u32 = 7;

/// First a byte of no text, last the bytes that transfers of text change.
const MAGIC: [u8; 12] = *b"\xF5revshare\r\n\x1A";
/// mark 12 | format 4 | key 16 | check 8.
const PREAMBLE: usize = 40;

fn preamble(key: &HashKey) -> [u8; PREAMBLE] {
    let mut bytes = [0; PREAMBLE];
    bytes[..12].copy_from_slice(&MAGIC);
    bytes[12..16].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[16..32].copy_from_slice(&key.bytes());
    let check = record::cut::<8>(&bytes[..32]);
    bytes[32..].copy_from_slice(&check);
    bytes
}

/// A key that nobody knows: it keeps those who write the files from making fingerprints meet.
fn new_key() -> io::Result<HashKey> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(HashKey::new(bytes))
}

/// Checks the first bytes of a journal and gives back the chain that the first record continues,
/// and the key of the store.
fn check_preamble(bytes: &[u8; PREAMBLE]) -> Result<(Chain, HashKey), StoreError> {
    let format = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
    if bytes[..12] != MAGIC || bytes[32..] != record::cut::<8>(&bytes[..32]) {
        return Err(StoreError::NotAJournal { name: JOURNAL.to_owned() });
    }
    if format != FORMAT {
        return Err(StoreError::Format { found: format, known: FORMAT });
    }
    let key = *bytes[16..].first_chunk().expect("sixteen bytes before the check");
    Ok((*blake3::hash(bytes).as_bytes(), HashKey::new(key)))
}

/// One whole record as it was read.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) sequence: u64,
    pub(super) kind: RecordKind,
    pub(super) offset: u64,
    pub(super) payload: Vec<u8>,
    /// The chain after it.
    pub(super) chain: Chain,
}

/// What a scan meets next.
pub(super) enum Found {
    Record(Record),
    /// Nothing more.
    End,
    /// An interrupted write: so many bytes that belong to no record.
    Torn(u64),
    /// Not what was written; the scan goes on behind it.
    Damage(Damage),
}

/// Where and how the journal is not what was written.
pub(super) struct Damage {
    pub(super) record: u64,
    pub(super) offset: u64,
    pub(super) what: &'static str,
    /// The record is whole in itself, but does not continue the one before.
    pub(super) chain_only: bool,
}

impl Damage {
    pub(super) fn into_error(self) -> StoreError {
        let Self { record, offset, what, chain_only: _ } = self;
        StoreError::Damaged { record, offset, what: what.to_owned() }
    }
}

/// Where the journal stands: after so many records, at this byte, with this chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) records: u64,
    pub(super) end: u64,
    pub(super) chain: Chain,
}

/// Reads the records in order.
pub(super) struct Scan<'a> {
    medium: &'a dyn Medium,
    size: u64,
    at: Mark,
    key: HashKey,
    /// After a record whose chain does not fit: the chain that would have.
    other: Option<Chain>,
}

/// Bytes read at once when looking for a whole head behind damage.
const STRIDE: usize = 1 << 20;

impl<'a> Scan<'a> {
    /// From the first record on. None if there is no journal.
    pub(super) fn start(medium: &'a dyn Medium) -> Result<Option<Self>, StoreError> {
        let Some(size) = medium.size(JOURNAL).map_err(StoreError::disk("read", JOURNAL))? else {
            return Ok(None);
        };
        let mut bytes = [0; PREAMBLE];
        if size < PREAMBLE as u64 {
            return Err(StoreError::NotAJournal { name: JOURNAL.to_owned() });
        }
        medium.read(JOURNAL, 0, &mut bytes).map_err(StoreError::disk("read", JOURNAL))?;
        let (chain, key) = check_preamble(&bytes)?;
        let at = Mark { records: 0, end: PREAMBLE as u64, chain };
        Ok(Some(Self { medium, size, at, key, other: None }))
    }

    /// After the last whole record that was read.
    pub(super) fn mark(&self) -> Mark {
        self.at
    }

    /// What the fingerprints of the store's facts are made with.
    pub(super) fn key(&self) -> HashKey {
        self.key.clone()
    }

    pub(super) fn next(&mut self) -> Result<Found, StoreError> {
        let Mark { records, end: offset, chain: before } = self.at;
        let left = self.size - offset;
        if left == 0 {
            return Ok(Found::End);
        }
        if left < HEAD as u64 {
            return Ok(Found::Torn(left));
        }
        let Some(head) = Head::read(&self.bytes(offset, HEAD)?) else {
            return self.torn_or_damaged("its head is not what was written");
        };
        if head.size() > left {
            return self.torn_or_damaged("it is shorter than its head says");
        }
        let mut payload = self.bytes(offset + HEAD as u64, head.length as usize + CHAIN)?;
        let kept = payload.split_off(head.length as usize);
        let kept: Chain = *kept.first_chunk().expect("the chain was read with the payload");
        let last = head.size() == left;
        let fits = head.fits(&payload);
        let mut chain = head.chain(&before, &payload);
        if let Some(other) = self.other.take().map(|other| head.chain(&other, &payload))
            && other == kept
        {
            chain = other;
        }
        if last && !(fits && chain == kept) {
            return self.torn_or_damaged("its content is not what was written");
        }
        self.at = Mark { records: head.sequence, end: offset + head.size(), chain: kept };
        let damage = |what, chain_only| {
            Ok(Found::Damage(Damage { record: records + 1, offset, what, chain_only }))
        };
        if !fits {
            return damage("its content is not what was written", false);
        }
        if head.sequence != records + 1 {
            return damage("it carries the number of another record", true);
        }
        if chain != kept {
            // Either its chain is damaged or what it continues was changed: the next will tell.
            self.other = Some(chain);
            return damage("it does not continue the record before it", true);
        }
        let Head { kind, sequence, .. } = head;
        Ok(Found::Record(Record { sequence, kind, offset, payload, chain }))
    }

    /// An interrupted write has no later record behind it.
    fn torn_or_damaged(&mut self, what: &'static str) -> Result<Found, StoreError> {
        let Mark { records, end: offset, .. } = self.at;
        let Some(next) = self.later_head(offset + 1, records)? else {
            return Ok(Found::Torn(self.size - offset));
        };
        // What lies before a whole head is the chain of the record before it.
        let kept = self.bytes(next.saturating_sub(CHAIN as u64), CHAIN)?;
        let head = Head::read(&self.bytes(next, HEAD)?).expect("a whole head was found there");
        let chain = *kept.first_chunk().expect("as many bytes were read");
        self.at = Mark { records: head.sequence - 1, end: next, chain };
        Ok(Found::Damage(Damage { record: records + 1, offset, what, chain_only: false }))
    }

    fn later_head(&self, mut from: u64, after: u64) -> Result<Option<u64>, StoreError> {
        while self.size.saturating_sub(from) >= HEAD as u64 {
            let length = usize::try_from(self.size - from).unwrap_or(usize::MAX).min(STRIDE + HEAD);
            if let Some(at) = record::find_head(&self.bytes(from, length)?, after) {
                return Ok(Some(from + at as u64));
            }
            from += (length - HEAD + 1) as u64;
        }
        Ok(None)
    }

    fn bytes(&self, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length];
        let read = self.medium.read(JOURNAL, offset, &mut bytes);
        read.map_err(StoreError::disk("read", JOURNAL)).map(|()| bytes)
    }
}

/// The journal, open for more.
pub(super) struct Journal {
    medium: Arc<dyn Medium>,
    at: Mark,
    broken: bool,
}

impl Journal {
    /// Makes an empty journal that appears whole or not at all.
    pub(super) fn create(medium: &dyn Medium) -> Result<(), StoreError> {
        let write = || {
            medium.remove(JOURNAL_NEW)?;
            medium.append(JOURNAL_NEW, &preamble(&new_key()?))?;
            medium.sync(JOURNAL_NEW)?;
            medium.rename(JOURNAL_NEW, JOURNAL)?;
            medium.sync_folder("")
        };
        write().map_err(StoreError::disk("write", JOURNAL))
    }

    /// Goes on after a mark; what lies behind it is cut off.
    pub(super) fn after(medium: Arc<dyn Medium>, at: Mark) -> Result<Self, StoreError> {
        let size = medium.size(JOURNAL).map_err(StoreError::disk("read", JOURNAL))?;
        if size.is_some_and(|size| size > at.end) {
            let cut = medium.truncate(JOURNAL, at.end).and_then(|()| medium.sync(JOURNAL));
            cut.map_err(StoreError::disk("write", JOURNAL))?;
        }
        Ok(Self { medium, at, broken: false })
    }

    pub(super) fn mark(&self) -> Mark {
        self.at
    }

    /// Refuses once a write has failed: what is on the disk is then only known after reading it
    /// again.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.broken { Err(StoreError::Broken) } else { Ok(()) }
    }

    /// Writes one record; once this returns, it survives. Gives back where it begins.
    pub(super) fn append(&mut self, kind: RecordKind, payload: &[u8]) -> Result<u64, StoreError> {
        self.check()?;
        let sequence = self.at.records + 1;
        let (bytes, chain) = record::encode(kind, sequence, payload, &self.at.chain)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))
            .map_err(StoreError::disk("write", JOURNAL))?;
        let written = self.medium.append(JOURNAL, &bytes).and_then(|()| self.medium.sync(JOURNAL));
        self.broken = written.is_err();
        written.map_err(StoreError::disk("write", JOURNAL))?;
        let offset = self.at.end;
        self.at = Mark { records: sequence, end: offset + bytes.len() as u64, chain };
        Ok(offset)
    }

    /// The payload of the record that begins at an offset, if a whole one of that kind does.
    pub(super) fn payload_at(&self, offset: u64, kind: RecordKind) -> Option<Vec<u8>> {
        if offset.checked_add(HEAD as u64)? > self.at.end {
            return None;
        }
        let mut head = [0; HEAD];
        self.medium.read(JOURNAL, offset, &mut head).ok()?;
        let head = Head::read(&head).filter(|head| head.kind == kind)?;
        if offset.checked_add(head.size())? > self.at.end {
            return None;
        }
        let mut payload = vec![0; head.length as usize];
        self.medium.read(JOURNAL, offset + HEAD as u64, &mut payload).ok()?;
        head.fits(&payload).then_some(payload)
    }
}
