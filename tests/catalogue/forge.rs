//! Rewriting the journal from outside, as one who knows its format could: a record's text is
//! changed, and every checksum and chain from there on made to fit. `src/store/record.rs` has the
//! format.

use std::fs;
use std::path::Path;

const PREAMBLE: usize = 40;
const HEAD: usize = 40;
const CHAIN: usize = 32;

/// Replaces `old` by `new` in a record's payload.
pub(crate) fn forge(journal: &Path, record: u64, old: &str, new: &str) {
    let bytes = fs::read(journal).unwrap();
    let mut forged = bytes[..PREAMBLE].to_vec();
    let (mut at, mut number) = (PREAMBLE, 0);
    let mut chain = first_chain(&bytes);
    while at < bytes.len() {
        number += 1;
        let (payload, end) = payload(&bytes, at);
        let mut text = String::from_utf8(payload.to_vec()).unwrap();
        if number == record {
            assert!(text.contains(old), "record {record} has no {old:?}: {text}");
            text = text.replace(old, new);
        }
        chain = put(&mut forged, &bytes[at..at + HEAD], text.as_bytes(), &chain);
        at = end;
    }
    assert!(number >= record, "the journal has {number} records");
    fs::write(journal, forged).unwrap();
}

/// The chain before the first record is the digest of the journal's first bytes.
fn first_chain(bytes: &[u8]) -> [u8; CHAIN] {
    *blake3::hash(&bytes[..PREAMBLE]).as_bytes()
}

/// The payload of the record at `at`, and where the next begins.
fn payload(bytes: &[u8], at: usize) -> (&[u8], usize) {
    let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
    let from = at + HEAD;
    (&bytes[from..from + length], from + length + CHAIN)
}

/// Appends a record with the kind and number of `head`; gives back the chain after it.
fn put(out: &mut Vec<u8>, head: &[u8], payload: &[u8], before: &[u8; CHAIN]) -> [u8; CHAIN] {
    let mut head = head.to_vec();
    head[4..8].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
    head[16..32].copy_from_slice(&blake3::hash(payload).as_bytes()[..16]);
    let check = blake3::hash(&head[..32]);
    head[32..].copy_from_slice(&check.as_bytes()[..8]);
    let mut hasher = blake3::Hasher::new();
    let chain = *hasher.update(before).update(&head).update(payload).finalize().as_bytes();
    out.extend_from_slice(&head);
    out.extend_from_slice(payload);
    out.extend_from_slice(&chain);
    chain
}
