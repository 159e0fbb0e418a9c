//! Evidence of what had been acknowledged: a small file beside the journal that says how far it
//! reached after the last commit.
//!
//! The end of a file cannot tell a write that was interrupted from an acknowledged record that was
//! lost later. This can, in one direction: what it names was fsynced before it was written. It is
//! not fsynced itself, and may be missing, torn or behind; then nothing follows from it.

use super::journal::Mark;
use super::medium::Medium;
use super::record::Chain;

const FILE: &str = "acknowledged";
const FILE_NEW: &str = "acknowledged.new";

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

/// Reads the evidence, if there is any.
pub(super) fn read(medium: &dyn Medium) -> Option<Acknowledged> {
    let size = medium.size(FILE).ok()??;
    let mut bytes = vec![0; usize::try_from(size).ok().filter(|size| *size < 1024)?];
    medium.read(FILE, 0, &mut bytes).ok()?;
    parse(std::str::from_utf8(&bytes).ok()?)
}

/// Writes it. A failure changes nothing that was promised, so it is not reported.
pub(super) fn write(medium: &dyn Medium, mark: &Mark) {
    let _evidence_only = medium
        .remove(FILE_NEW)
        .and_then(|()| medium.append(FILE_NEW, text(mark).as_bytes()))
        .and_then(|()| medium.rename(FILE_NEW, FILE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_whole_or_not_at_all() {
        let mark = Mark { records: 17, end: 9000, chain: [9; 32] };
        let whole = text(&mark);
        assert_eq!(parse(&whole), Some(Acknowledged { records: 17, chain: [9; 32] }));
        for cut in 0..whole.len() - 1 {
            assert_eq!(parse(&whole[..cut]), None, "cut at {cut}");
        }
    }
}
