//! The directory of a file of marks while it is written: the sections of buckets as soon as these are
//! judged, by several threads, and behind them all that tells where sections are.
//!
//! The law: sections stand in the order in which they came, and each bucket has one. What the foot names is
//! the digest of all as it stands.

use std::io;
use std::ops::RangeInclusive;

use super::directory::{Foot, Listed, Place, Row, encode_place, head};
use crate::fact::Hash;
use crate::fact::bulk::bucket_of;

/// Bytes written at once: enough to be hashed fast, and so few that nobody who judges another bucket waits long for
/// whoever writes.
const CHUNK: usize = 1 << 17;

/// Writes at the end of the file.
pub(super) type Write<'w> = &'w mut dyn FnMut(&[u8]) -> io::Result<()>;

/// Sections of neighbouring buckets, one behind the other.
pub(super) struct Sections {
    first: u32,
    bytes: Vec<u8>,
    /// Where they are, counted from the first.
    rows: Vec<Row>,
}

impl Sections {
    /// Of some buckets: their blocks, and of the ids in `void`, which are in order, those that are theirs.
    pub(super) fn of(
        buckets: RangeInclusive<u32>,
        bits: u32,
        listed: &[Listed],
        void: &[Hash],
    ) -> Self {
        let (first, mut bytes, mut rows) = (*buckets.start(), Vec::new(), Vec::new());
        for bucket in buckets {
            let (from, mut count) = (bytes.len(), 0);
            for listed in listed.iter().filter(|listed| listed.block.bucket == bucket) {
                bytes.extend_from_slice(&listed.encode());
                count += 1;
            }
            let void = void_of(void, bucket, bits);
            bytes.extend_from_slice(void.as_flattened());
            let check = crc32fast::hash(&bytes[from..]);
            rows.push(Row::new(from as u64, count, void.len(), check));
        }
        Self { first, bytes, rows }
    }
}

/// The ids of a bucket, of a list in order.
fn void_of(void: &[Hash], bucket: u32, bits: u32) -> &[Hash] {
    let from = void.partition_point(|id| bucket_of(id, bits) < bucket as usize);
    let to = void.partition_point(|id| bucket_of(id, bits) <= bucket as usize);
    &void[from..to]
}

/// The directory, as far as it is known.
pub(super) struct Directory {
    bits: u32,
    /// Where the sections begin.
    sections: u64,
    rows: Vec<Option<Row>>,
    void: u64,
    /// Where the next byte stands, and what is not written yet.
    at: u64,
    pending: Vec<u8>,
    digest: blake3::Hasher,
}

impl Directory {
    /// Nothing yet, behind blocks that end at an offset.
    pub(super) fn behind(sections: u64, bits: u32) -> Self {
        let mut digest = blake3::Hasher::new();
        digest.update(&head(bits));
        let rows = vec![None; 1 << bits];
        Self { bits, sections, rows, void: 0, at: sections, pending: Vec::new(), digest }
    }

    /// Is the section of a bucket there?
    pub(super) fn has(&self, bucket: u32) -> bool {
        self.rows[bucket as usize].is_some()
    }

    /// Are those of all buckets?
    pub(super) fn is_whole(&self) -> bool {
        self.rows.iter().all(Option::is_some)
    }

    /// Takes in the sections of some buckets.
    ///
    /// # Panics
    /// If one is there already.
    pub(super) fn put(&mut self, sections: &Sections, write: Write<'_>) -> io::Result<()> {
        for (own, row) in self.rows[sections.first as usize..].iter_mut().zip(&sections.rows) {
            assert!(own.is_none(), "each bucket has one section");
            self.void += u64::from(row.void);
            *own = Some(row.moved_by(self.at));
        }
        self.append(&sections.bytes, write)
    }

    /// Writes what is behind the sections; gives back how many ids are void, and the digest of the foot.
    ///
    /// # Panics
    /// If a section is missing.
    pub(super) fn end(
        mut self,
        places: &[Place],
        write: Write<'_>,
    ) -> io::Result<(u64, blake3::Hash)> {
        let rows_at = self.at;
        let rows = std::mem::take(&mut self.rows);
        let row = |row: Option<Row>| row.expect("each bucket has a section");
        let rows = (0..).zip(rows).flat_map(|(bucket, it)| row(it).encode(bucket));
        self.append(&rows.collect::<Vec<u8>>(), write)?;
        let places_at = self.at;
        let bytes: Vec<u8> = places.iter().flat_map(encode_place).collect();
        self.append(&bytes, write)?;
        self.flush(write)?;
        let foot = Foot {
            bits: self.bits,
            places: u32::try_from(places.len()).expect("places have numbers of 32 bits"),
            places_check: crc32fast::hash(&bytes),
            void: self.void,
            sections: self.sections,
            rows: rows_at,
            places_at,
            directory: *self.digest.finalize().as_bytes(),
        };
        let foot = foot.encode();
        write(&foot)?;
        Ok((self.void, blake3::hash(&foot)))
    }

    fn append(&mut self, bytes: &[u8], write: Write<'_>) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        self.at += bytes.len() as u64;
        if self.pending.len() < CHUNK { Ok(()) } else { self.flush(write) }
    }

    fn flush(&mut self, write: Write<'_>) -> io::Result<()> {
        // Much at once is hashed several times faster than little by little.
        self.digest.update(&self.pending);
        let written = write(&self.pending);
        self.pending.clear();
        written
    }
}
