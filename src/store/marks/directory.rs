//! What tells where the marks of a bucket lie: sections, rows, places and foot as bytes.

use std::io;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use super::block::{PAGE, SLACK};
use super::filter::{self, FILTER, Filter};
use super::{FEWEST_BITS, MOST_BITS};
use crate::fact::{Hash, Kind};
use crate::store::medium::Medium;

const MARK: [u8; 8] = *b"\xF5revmar\n";
const FOOT_MARK: [u8; 8] = *b"\xF5revend\n";
const FORMAT: u32 = 4;
/// A page, so that blocks can begin at one.
pub(super) const HEAD: usize = PAGE;
/// A block in a section.
const LISTED: usize = 12 + FILTER;
const ID: usize = size_of::<Hash>();
pub(super) const ROW: usize = 24;
const PLACE: usize = 5;
pub(super) const FOOT: usize = 96;

/// A place: kind and product.
pub(super) type Place = (Kind, Option<NonZeroU32>);

pub(super) fn damaged(name: &str, what: &str) -> io::Error {
    let message = format!(
        "{name} is damaged ({what}): restore the store's folder from a backup, or move it away \
         and import the files again"
    );
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The first byte of every id of a bucket.
pub(super) fn first_byte(bucket: u32, bits: u32) -> u8 {
    (bucket >> (bits - FEWEST_BITS)) as u8
}

/// The buckets of ids that begin with a byte.
pub(super) fn buckets_of(first: u8, bits: u32) -> RangeInclusive<u32> {
    let more = bits - FEWEST_BITS;
    let least = u32::from(first) << more;
    least..=least + (1 << more) - 1
}

/// The bucket of an id by its first byte and its key.
pub(super) fn bucket_of_key(first: u8, key: u64, bits: u32) -> u32 {
    let more = bits - FEWEST_BITS;
    u32::from(first) << more | key.checked_shr(64 - more).unwrap_or(0) as u32
}

pub(super) fn head(bits: u32) -> [u8; HEAD] {
    let mut bytes = [0; HEAD];
    bytes[..8].copy_from_slice(&MARK);
    bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    bytes[12..16].copy_from_slice(&bits.to_le_bytes());
    bytes
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().expect("a field of a fixed layout"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*bytes[at..].first_chunk().expect("a field of a fixed layout"))
}

/// Where a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) bucket: u32,
    pub(super) offset: u64,
    pub(super) length: u16,
    pub(super) check: u32,
}

/// The same, and which ids may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) block: Block,
    pub(super) filter: Filter,
}

impl Listed {
    pub(super) fn encode(&self) -> [u8; LISTED] {
        let Self { block, filter } = self;
        let mut bytes = [0; LISTED];
        bytes[..8].copy_from_slice(&block.offset.to_le_bytes());
        bytes[6..8].copy_from_slice(&block.length.to_le_bytes());
        bytes[8..12].copy_from_slice(&block.check.to_le_bytes());
        bytes[12..].copy_from_slice(&filter::encode(filter));
        bytes
    }

    fn decode(bucket: u32, bytes: &[u8; LISTED]) -> Self {
        let block = Block {
            bucket,
            offset: u64_at(bytes, 0) & ((1 << 48) - 1),
            length: u16::from_le_bytes([bytes[6], bytes[7]]),
            check: u32_at(bytes, 8),
        };
        let filter = filter::decode(bytes.last_chunk().expect("the filter is the end"));
        Self { block, filter }
    }
}

impl Block {
    /// Where it ends.
    pub(super) fn end(&self) -> u64 {
        self.offset + u64::from(self.length)
    }

    /// Reads it into the front of a buffer of its length and the slack.
    pub(super) fn read(&self, medium: &dyn Medium, name: &str, bytes: &mut [u8]) -> io::Result<()> {
        let front = bytes.len() - SLACK;
        medium.read(name, self.offset, &mut bytes[..front])?;
        self.check(name, &bytes[..front])
    }

    /// Are these its bytes?
    pub(super) fn check(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if crc32fast::hash(bytes) == self.check {
            return Ok(());
        }
        Err(damaged(name, "a block is not what was written"))
    }
}

/// Where the section of a bucket lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) offset: u64,
    pub(super) blocks: u32,
    pub(super) void: u32,
    check: u32,
}

/// The blocks of a bucket, and the ids in it whose marks do not count, in order.
pub(super) struct Section {
    pub(super) blocks: Vec<Listed>,
    pub(super) void: Vec<Hash>,
}

impl Row {
    /// Of so many blocks and void ids.
    pub(super) fn new(offset: u64, blocks: usize, void: usize, check: u32) -> Self {
        let small = |count: usize| u32::try_from(count).expect("a bucket holds fewer");
        Self { offset, blocks: small(blocks), void: small(void), check }
    }

    /// The same, so many bytes further on.
    pub(super) fn moved_by(&self, bytes: u64) -> Self {
        Self { offset: self.offset + bytes, ..*self }
    }

    pub(super) fn encode(&self, bucket: u32) -> [u8; ROW] {
        let mut bytes = [0; ROW];
        bytes[..8].copy_from_slice(&self.offset.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.blocks.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.void.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.check.to_le_bytes());
        let check = Self::own_check(bucket, &bytes);
        bytes[20..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    fn own_check(bucket: u32, bytes: &[u8; ROW]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&bucket.to_le_bytes());
        hasher.update(&bytes[..20]);
        hasher.finalize()
    }

    /// The row of a bucket; none if it is not what was written.
    pub(super) fn decode(bucket: u32, bytes: &[u8; ROW]) -> Option<Self> {
        let row = Self {
            offset: u64_at(bytes, 0),
            blocks: u32_at(bytes, 8),
            void: u32_at(bytes, 12),
            check: u32_at(bytes, 16),
        };
        (u32_at(bytes, 20) == Self::own_check(bucket, bytes)).then_some(row)
    }

    /// Reads its section.
    pub(super) fn section(
        &self,
        medium: &dyn Medium,
        name: &str,
        bucket: u32,
    ) -> io::Result<Section> {
        let listed = self.blocks as usize * LISTED;
        let mut bytes = vec![0; listed + self.void as usize * ID];
        medium.read(name, self.offset, &mut bytes)?;
        if crc32fast::hash(&bytes) != self.check {
            return Err(damaged(name, "the list of a bucket is not what was written"));
        }
        let (blocks, void) = bytes.split_at(listed);
        let blocks = blocks.as_chunks().0.iter().map(|bytes| Listed::decode(bucket, bytes));
        Ok(Section { blocks: blocks.collect(), void: void.as_chunks().0.to_vec() })
    }
}

/// The end of a file.
///
/// ```text
/// mark 8 | bits 4 | places 4 | CRC-32 of the places 4 | format 4 | void ids 8 | offset of the
/// sections 8 | of the rows 8 | of the places 8 | zero 8 | BLAKE3(head, sections, rows, places) 32
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Foot {
    pub(super) bits: u32,
    pub(super) places: u32,
    pub(super) places_check: u32,
    pub(super) void: u64,
    pub(super) sections: u64,
    pub(super) rows: u64,
    pub(super) places_at: u64,
    pub(super) directory: [u8; 32],
}

impl Foot {
    pub(super) fn encode(&self) -> [u8; FOOT] {
        let mut bytes = [0; FOOT];
        bytes[..8].copy_from_slice(&FOOT_MARK);
        let small = [self.bits, self.places, self.places_check, FORMAT];
        for (at, number) in (8..).step_by(4).zip(small) {
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        for (at, number) in
            (24..).step_by(8).zip([self.void, self.sections, self.rows, self.places_at])
        {
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes[64..].copy_from_slice(&self.directory);
        bytes
    }

    /// The foot of a file of that size; none if it is not what the digest says, or no such foot.
    pub(super) fn decode(bytes: &[u8; FOOT], size: u64, digest: &str) -> Option<Self> {
        let foot = Self {
            bits: u32_at(bytes, 8),
            places: u32_at(bytes, 12),
            places_check: u32_at(bytes, 16),
            void: u64_at(bytes, 24),
            sections: u64_at(bytes, 32),
            rows: u64_at(bytes, 40),
            places_at: u64_at(bytes, 48),
            directory: *bytes.last_chunk()?,
        };
        let known = bytes[..8] == FOOT_MARK && u32_at(bytes, 20) == FORMAT;
        let known = known && (FEWEST_BITS..=MOST_BITS).contains(&foot.bits);
        let fits = blake3::hash(bytes).to_hex().as_str() == digest;
        (known && fits && foot.end() == Some(size)).then_some(foot)
    }

    fn end(&self) -> Option<u64> {
        let places = u64::from(self.places) * PLACE as u64;
        self.places_at.checked_add(places)?.checked_add(FOOT as u64)
    }

    /// Reads the places.
    pub(super) fn places(&self, medium: &dyn Medium, name: &str) -> io::Result<Vec<Place>> {
        let mut bytes = vec![0; self.places as usize * PLACE];
        medium.read(name, self.places_at, &mut bytes)?;
        let whole = crc32fast::hash(&bytes) == self.places_check;
        let places: Option<Vec<Place>> = bytes.as_chunks().0.iter().map(decode_place).collect();
        places.filter(|_| whole).ok_or_else(|| damaged(name, "its places are not what was written"))
    }
}

pub(super) fn encode_place((kind, product): &Place) -> [u8; PLACE] {
    let kind = Kind::ALL.iter().position(|other| other == kind).expect("every kind is in the list");
    let [a, b, c, d] = product.map_or(0, NonZeroU32::get).to_le_bytes();
    [kind as u8, a, b, c, d]
}

fn decode_place(bytes: &[u8; PLACE]) -> Option<Place> {
    let kind = *Kind::ALL.get(usize::from(bytes[0]))?;
    Some((kind, NonZeroU32::new(u32_at(bytes, 1))))
}
