//! One record of the journal as bytes. Pure: no file is touched here.
//!
//! ```text
//! head  40   mark 2 | kind 1 | zero 1 | length 4 | sequence 8 | checksum 16 | check 8
//! payload    `length` bytes of JSON
//! chain 32   BLAKE3(chain of the record before, head, payload)
//! ```
//!
//! Numbers are little-endian. `checksum` is BLAKE3 of the payload, `check` BLAKE3 of the head before
//! it, each cut to its size: so a length is believed only where the head is whole, and a damaged
//! length can neither ask for memory nor make the records behind it look unwritten. No JSON text
//! contains the mark, so that whole heads can be found again behind a damaged one.

/// The chain before the first record is the digest of the journal's first bytes.
pub(super) type Chain = [u8; 32];

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordKind {
    /// One delivery.
    Import,
    /// One closed period of one contract.
    Close,
    /// Ids of earlier imports, let go.
    Forget,
}

impl RecordKind {
    fn byte(self) -> u8 {
        match self {
            Self::Import => 1,
            Self::Close => 2,
            Self::Forget => 3,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Import),
            2 => Some(Self::Close),
            3 => Some(Self::Forget),
            _ => None,
        }
    }
}

pub(super) const HEAD: usize = 40;
pub(super) const CHAIN: usize = 32;
/// The first byte occurs in no UTF-8 text.
const MARK: [u8; 2] = [0xF5, b'R'];

/// The fixed part before the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: RecordKind,
    pub(super) length: u32,
    pub(super) sequence: u64,
    checksum: [u8; 16],
}

impl Head {
    fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..2].copy_from_slice(&MARK);
        bytes[2] = self.kind.byte();
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.checksum);
        let check = cut::<8>(&bytes[..32]);
        bytes[32..].copy_from_slice(&check);
        bytes
    }

    /// Reads a head; none if it is not whole.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEAD] = bytes.first_chunk()?;
        if bytes[..2] != MARK || bytes[3] != 0 || bytes[32..] != cut::<8>(&bytes[..32]) {
            return None;
        }
        Some(Self {
            kind: RecordKind::of(bytes[2])?,
            length: u32::from_le_bytes(*bytes[4..].first_chunk()?),
            sequence: u64::from_le_bytes(*bytes[8..].first_chunk()?),
            checksum: *bytes[16..].first_chunk()?,
        })
    }

    /// The size of the whole record.
    pub(super) fn size(&self) -> u64 {
        (HEAD + CHAIN) as u64 + u64::from(self.length)
    }

    /// Is this the payload that was written?
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        self.checksum == cut::<16>(payload)
    }

    /// The chain after this record.
    pub(super) fn chain(&self, before: &Chain, payload: &[u8]) -> Chain {
        let mut hasher = blake3::Hasher::new();
        hasher.update(before).update(&self.bytes()).update(payload);
        *hasher.finalize().as_bytes()
    }
}

/// A whole record, and the chain after it. None if the payload is 4 GiB or more.
pub(super) fn encode(
    kind: RecordKind,
    sequence: u64,
    payload: &[u8],
    before: &Chain,
) -> Option<(Vec<u8>, Chain)> {
    let length = u32::try_from(payload.len()).ok()?;
    let head = Head { kind, length, sequence, checksum: cut(payload) };
    let chain = head.chain(before, payload);
    let mut bytes = Vec::with_capacity(HEAD + payload.len() + CHAIN);
    bytes.extend_from_slice(&head.bytes());
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&chain);
    Some((bytes, chain))
}

/// The offset of the first whole head in some bytes whose sequence is later than `after`.
pub(super) fn find_head(bytes: &[u8], after: u64) -> Option<usize> {
    let starts = bytes.windows(HEAD).enumerate();
    let mut whole = starts.filter(|(_, window)| window[..2] == MARK);
    whole.find_map(|(at, window)| {
        Head::read(window).filter(|head| head.sequence > after).map(|_| at)
    })
}

/// The first bytes of BLAKE3.
pub(super) fn cut<const N: usize>(bytes: &[u8]) -> [u8; N] {
    *blake3::hash(bytes).as_bytes().first_chunk().expect("a digest has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_record_is_noticed() {
        let before = [7; 32];
        let (bytes, chain) = encode(RecordKind::Close, 3, b"{\"a\":1}", &before).unwrap();
        let whole = |bytes: &[u8]| {
            let head = Head::read(bytes)?;
            let payload = bytes.get(HEAD..HEAD + head.length as usize)?;
            let kept = bytes.get(HEAD + payload.len()..)?;
            (head.fits(payload) && head.chain(&before, payload) == *kept).then_some(head)
        };
        assert_eq!(whole(&bytes).unwrap().sequence, 3);
        assert_eq!(bytes[bytes.len() - CHAIN..], chain);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(whole(&damaged), None, "bit {bit}");
        }
    }

    #[test]
    fn a_whole_head_is_found_behind_garbage() {
        let (record, _) = encode(RecordKind::Import, 2, b"{}", &[0; 32]).unwrap();
        let mut bytes = vec![0xF5; 100];
        bytes.extend_from_slice(&record);
        assert_eq!(find_head(&bytes, 1), Some(100));
        assert_eq!(find_head(&bytes, 2), None, "an older record is no sign of a later one");
    }
}
