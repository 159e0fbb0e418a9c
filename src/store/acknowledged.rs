//! Evidence of what had been acknowledged: a small file beside the journal that says how far it
//! reached after the last commit.
//!
//! The end of a file cannot tell a write that was interrupted from an acknowledged record that was
//! lost later. This can, in one direction: what it names was fsynced before it was written. It is
//! not fsynced itself, and may be missing, torn or behind; then nothing follows from it.
//!
//! Each commit adds a line, of which the last that is whole counts; unless it says less than the lines before, or
//! these cannot be read: then it begins anew. To move a new file over it each time gives
//! a block of the disk back each time, and some systems wait for the disk to have understood that: up to 20 ms.

use super::journal::Mark;
use super::medium::Medium;
use super::record::Chain;

const FILE: &str = "acknowledged";
const FILE_NEW: &str = "acknowledged.new";
/// Bytes at which it begins anew: what the system gives a file at once.
const MOST: u64 = 4 << 10;

/// How far the journal had reached, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acknowledged {
    pub(super) records: u64,
    pub(super) chain: Chain,
}

fn check(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..16].to_owned()
}

fn text(mark: &Mark) -> String {
    let body = format!("{} {}", mark.records, blake3::Hash::from_bytes(mark.chain).to_hex());
    format!("{body} {}\n", check(&body))
}

fn parse(text: &str) -> Option<Acknowledged> {
    let (body, sum) = text.trim_end().rsplit_once(' ')?;
    let (records, chain) = body.split_once(' ').filter(|_| check(body) == sum)?;
    let chain = *blake3::Hash::from_hex(chain).ok()?.as_bytes();
    Some(Acknowledged { records: records.parse().ok()?, chain })
}

/// The last line that is whole.
fn last(bytes: &[u8]) -> Option<Acknowledged> {
    let lines = bytes.rsplit(|byte| *byte == b'\n');
    lines.filter_map(|line| std::str::from_utf8(line).ok()).find_map(parse)
}

/// Reads the evidence, if there is any.
pub(super) fn read(medium: &dyn Medium) -> Option<Acknowledged> {
    let size = medium.size(FILE).ok()?.filter(|size| *size <= MOST)?;
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    medium.read(FILE, 0, &mut bytes).ok()?;
    last(&bytes)
}

/// Writes it. A failure changes nothing that was promised, so it is not reported.
pub(super) fn write(medium: &dyn Medium, mark: &Mark) {
    // What stands before it may have been torn.
    let (text, line) = (text(mark), format!("\n{}", text(mark)));
    let has_room = |size: u64| size + line.len() as u64 <= MOST;
    let goes_on = read(medium).is_some_and(|seen| seen.records <= mark.records)
        && medium.size(FILE).is_ok_and(|size| size.is_some_and(has_room));
    let _evidence_only = if goes_on {
        medium.append(FILE, line.as_bytes())
    } else {
        medium
            .remove(FILE_NEW)
            .and_then(|()| medium.append(FILE_NEW, text.as_bytes()))
            .and_then(|()| medium.rename(FILE_NEW, FILE))
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::medium::Disk;

    fn mark(records: u64) -> Mark {
        Mark { records, end: 9000, chain: [9; 32] }
    }

    fn known(records: u64) -> Option<Acknowledged> {
        Some(Acknowledged { records, chain: [9; 32] })
    }

    #[test]
    fn a_line_is_read_whole_or_not_at_all() {
        let before = text(&mark(16));
        let both = before.clone() + &text(&mark(17));
        assert_eq!(last(both.as_bytes()), known(17));
        for cut in 0..both.len() - 1 {
            let due = if cut < before.len() - 1 { None } else { known(16) };
            assert_eq!(last(&both.as_bytes()[..cut]), due, "cut at {cut}");
        }
    }

    #[test]
    fn it_does_not_grow_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let medium = Disk::new(dir.path());
        assert_eq!(read(&medium), None);
        for records in 1..200 {
            write(&medium, &mark(records));
            assert_eq!(read(&medium), known(records));
        }
        assert!(medium.size(FILE).unwrap().unwrap() <= MOST);
    }

    #[test]
    fn what_was_torn_or_said_more_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let medium = Disk::new(dir.path());
        for records in [7, 9, 5, 6] {
            medium.append(FILE, b"200 0909").unwrap();
            write(&medium, &mark(records));
            assert_eq!(read(&medium), known(records));
            medium.append(FILE, b"200 0909").unwrap();
            assert_eq!(read(&medium), known(records));
        }
    }
}
