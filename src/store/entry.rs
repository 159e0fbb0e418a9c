//! One remembered id as bytes of a fixed size. Pure.

use std::num::NonZeroU32;

use crate::calendar::{Day, Moment};
use crate::fact::{IdEntry, Kind};

/// id 12, content 6, kind 1, time 13, charged 13, product 4 (0 for none).
pub(super) const ENTRY: usize = 49;
const MOMENT: usize = 13;

/// What stands for "no moment".
const NONE: u8 = 2;

fn first_day() -> Day {
    Day::new(1, 1, 1).expect("the first day there is")
}

fn moment_bytes(moment: Option<Moment>) -> [u8; MOMENT] {
    let (tag, number, nanos) = match moment {
        Some(Moment::On(day)) => (0, day.days_since(first_day()), 0),
        Some(Moment::At { seconds, nanos }) => (1, seconds, nanos),
        None => (NONE, 0, 0),
    };
    let mut bytes = [0; MOMENT];
    bytes[0] = tag;
    bytes[1..9].copy_from_slice(&number.to_le_bytes());
    bytes[9..].copy_from_slice(&nanos.to_le_bytes());
    bytes
}

fn moment(bytes: &[u8]) -> Option<Option<Moment>> {
    let number = i64::from_le_bytes(*bytes[1..].first_chunk()?);
    let nanos = u32::from_le_bytes(*bytes[9..].first_chunk()?);
    match bytes[0] {
        0 => Some(Some(Moment::On(first_day().plus(number)))),
        1 => Some(Some(Moment::At { seconds: number, nanos })),
        NONE => Some(None),
        _ => None,
    }
}

/// The bytes of an entry; they begin with its id.
pub(super) fn encode(entry: &IdEntry) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    let kind = Kind::ALL.iter().position(|kind| *kind == entry.kind);
    bytes[..12].copy_from_slice(&entry.id);
    bytes[12..18].copy_from_slice(&entry.content);
    bytes[18] = kind.and_then(|at| u8::try_from(at).ok()).expect("every kind is in the list");
    bytes[19..32].copy_from_slice(&moment_bytes(Some(entry.time)));
    bytes[32..45].copy_from_slice(&moment_bytes(entry.charged));
    bytes[45..].copy_from_slice(&entry.product.map_or(0, NonZeroU32::get).to_le_bytes());
    bytes
}

/// The entry of some bytes; none if they are not those of an entry.
pub(super) fn decode(bytes: &[u8; ENTRY]) -> Option<IdEntry> {
    Some(IdEntry {
        id: *bytes.first_chunk()?,
        content: *bytes[12..].first_chunk()?,
        kind: *Kind::ALL.get(usize::from(bytes[18]))?,
        time: moment(&bytes[19..32])??,
        charged: moment(&bytes[32..45])?,
        product: NonZeroU32::new(u32::from_le_bytes(*bytes[45..].first_chunk()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back() {
        let moments = ["0001-01-01", "9999-12-31", "2026-10-05", "1969-12-31T23:59:59.25Z"];
        for (at, text) in moments.iter().enumerate() {
            let time: Moment = text.parse().unwrap();
            let charged = (at % 2 == 0).then_some(time);
            let kind = Kind::ALL[at * 2];
            let product = charged.and(NonZeroU32::new(7));
            let entry = IdEntry { id: [1; 12], content: [2; 6], time, kind, charged, product };
            assert_eq!(decode(&encode(&entry)), Some(entry));
        }
        assert_eq!(decode(&[0xFF; ENTRY]), None);
    }
}
