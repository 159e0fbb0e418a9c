//! The marks of a large delivery: a file `ids/NNNNNNNN.marks`, written once while the rows are read,
//! and from then on the memory of their ids.
//!
//! ```text
//! head   4096   mark 8 | format 4 | bits of an id that tell its bucket 4 | zeros
//! blocks        up to 16 KiB each, of marks of one bucket, in the order in which they were full, two of
//!                 a bucket side by side; all but the last of a hand are whole pages
//! sections      for each bucket, in the order in which they were judged: its blocks, 652 each
//!                 (offset 6 | bytes 2 | CRC-32 4 | filter of ids 640), and its void ids, 12 each
//! rows          for each bucket, 24: where its section is 8 | blocks 4 | void ids 4
//!                 | CRC-32 of the section 4 | CRC-32 of the bucket's number and this row 4
//! places        for each place, 5: kind 1 | number of the product, or 0 4
//! foot     96   see [`Foot`](directory::Foot)
//! ```
//!
//! A question reads one row, one section, and those blocks whose filters do not deny the id: of a
//! hundred million marks a few kilobytes, and nothing is kept in memory but the foot and the places.
//! Every byte is checked before it is believed; the journal record of the import names the BLAKE3 of
//! the foot, which names that of the directory, which names the checksum of each block.

mod block;
mod directory;
mod file;
mod filter;
mod hand;
mod shelf;
mod verify;
mod writing;

use serde::{Deserialize, Serialize};

pub(super) use file::MarksFile;
pub use shelf::{Marked, MarksShelf};
pub(super) use verify::wrong;

use super::ids::FOLDER;

/// What a journal record says of the marks of its import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NamedMarks {
    /// The import whose marks they are; it names the file.
    pub(super) import: u64,
    /// Facts that they stand for.
    pub(super) facts: u64,
    /// Bytes of the file.
    pub(super) size: u64,
    /// BLAKE3 of the foot, in hex.
    pub(super) digest: String,
}

/// The file of the marks of an import.
pub(super) fn file(import: u64) -> String {
    format!("{FOLDER}/{import:08}.marks")
}

/// The import whose marks a file name says it holds.
pub(super) fn import_of(file: &str) -> Option<u64> {
    file.strip_suffix(".marks")?.parse().ok()
}

/// The fewest bits: the first byte of an id is then told by its bucket.
const FEWEST_BITS: u32 = 8;
/// The most: with more the blocks of a thread no longer fit its caches, and putting a mark down costs
/// up to twice as much; these are 34 MB for each thread. With fewer, one that is looked up has more blocks beside it, of which one in
/// twenty-five is read for nothing.
const MOST_BITS: u32 = 10;
/// A bucket is to hold about so many marks, or up to twice as many.
const BUCKET: u64 = 30_000;

/// The bits that tell the bucket, when so many marks are expected.
fn bits_for(marks: u64) -> u32 {
    (marks / BUCKET).max(1).ilog2().clamp(FEWEST_BITS, MOST_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_neither_full_nor_many() {
        let due = [(0, 8), (10_000_000, 8), (20_000_000, 9), (100_000_000, 10), (u64::MAX, 10)];
        for (marks, bits) in due {
            assert_eq!(bits_for(marks), bits, "{marks}");
        }
    }
}
