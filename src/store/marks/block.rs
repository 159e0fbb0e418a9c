//! Some marks of one bucket as bytes. Pure.
//!
//! ```text
//! head   20   least time 8 | where the first row begins 8 | marks 2 | width of times 1
//!               | width of places 1
//! marks       id without its first byte 15 | content 8 | time after the least (3, 4 or 8)
//!               | place (1, 2 or 4) | bytes from where the first row begins to its own 4
//! ```
//!
//! Times are counted in half seconds, so that instants are even and plain dates odd.

use std::io;

use crate::calendar::{Day, Moment};
use crate::fact::bulk::{Mark, Placed};

/// The most bytes of a block.
pub(super) const BLOCK: usize = 8192;
/// So many bytes behind a block may be written and read, and mean nothing.
pub(super) const SLACK: usize = 16;
const HEAD: usize = 20;
const ID: usize = 15;
/// Id and content.
const FIXED: usize = ID + 8;
/// Bytes that tell how far behind the first a row begins.
const FURTHER: usize = 4;
/// Half seconds of a day.
const DAY: i64 = 2 * 86_400;

/// A time as a number.
///
/// # Errors
/// If it is no whole second, or one that no calendar has.
#[inline]
pub(super) fn code(time: Moment) -> io::Result<i64> {
    let code = match time {
        Moment::On(day) => Some(day.days_since(Day::EPOCH) * DAY + 1),
        Moment::At { seconds, nanos: 0 } => seconds.checked_mul(2),
        Moment::At { .. } => None,
    };
    code.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a mark has whole seconds"))
}

fn time(code: i64) -> Moment {
    if code % 2 == 0 {
        return Moment::At { seconds: code / 2, nanos: 0 };
    }
    Moment::On(Day::EPOCH.plus(code.div_euclid(DAY)))
}

/// How wide the parts of a mark are in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Widths {
    least: i64,
    time: u32,
    place: u32,
}

impl Widths {
    /// The least there are, for times around one.
    pub(super) fn around(code: i64) -> Self {
        Self { least: code.wrapping_sub(1 << 23), time: 3, place: 1 }
    }

    /// Can a time and a place be written?
    #[inline]
    pub(super) fn fit(&self, code: i64, place: u32) -> bool {
        (self.time == 8 || code.wrapping_sub(self.least).cast_unsigned() >> (8 * self.time) == 0)
            && (self.place == 4 || place >> (8 * self.place) == 0)
    }

    /// The next width in which they can.
    pub(super) fn widened(mut self, code: i64, place: u32) -> Self {
        while !self.fit(code, 0) {
            let middle = self.least.wrapping_add(1 << (8 * self.time - 1));
            self.time = if self.time == 3 { 4 } else { 8 };
            self.least = middle.wrapping_sub(1_i64.wrapping_shl(8 * self.time - 1));
        }
        while !self.fit(code, place) {
            self.place *= 2;
        }
        self
    }

    /// Bytes of a mark.
    #[inline]
    pub(super) fn size(&self) -> usize {
        FIXED + self.time as usize + self.place as usize + FURTHER
    }
}

/// Begins a block whose first row begins at a place; gives back its bytes so far.
pub(super) fn begin(bytes: &mut [u8], widths: &Widths, at: u64) -> usize {
    bytes[..8].copy_from_slice(&widths.least.to_le_bytes());
    bytes[8..16].copy_from_slice(&at.to_le_bytes());
    bytes[18] = widths.time as u8;
    bytes[19] = widths.place as u8;
    HEAD
}

/// Writes a mark at a place of the block; its row begins so much `further` than the first.
#[inline]
pub(super) fn put(bytes: &mut [u8], widths: &Widths, mark: &Mark, code: i64, further: u32) {
    let after = code.wrapping_sub(widths.least).cast_unsigned();
    let shift = 8 * widths.time;
    let rest = u128::from(after)
        | u128::from(mark.place) << shift
        | u128::from(further) << (shift + 8 * widths.place);
    let bytes: &mut [u8; FIXED + SLACK] = bytes.first_chunk_mut().expect("there is slack");
    bytes[..ID].copy_from_slice(&mark.id[1..]);
    bytes[ID..FIXED].copy_from_slice(&mark.content);
    bytes[FIXED..].copy_from_slice(&rest.to_le_bytes());
}

/// Ends a block of so many marks.
pub(super) fn end(bytes: &mut [u8], marks: u16) {
    bytes[16..18].copy_from_slice(&marks.to_le_bytes());
}

/// What the ids of a block that was just made are told by.
pub(super) fn keys<'a>(bytes: &'a [u8], widths: &Widths) -> impl Iterator<Item = u64> + use<'a> {
    keys_of(&bytes[HEAD..], widths)
}

fn keys_of<'a>(marks: &'a [u8], widths: &Widths) -> impl Iterator<Item = u64> + use<'a> {
    let key = |mark: &[u8]| *mark.first_chunk().expect("an id is longer");
    marks.chunks_exact(widths.size()).map(move |mark| u64::from_be_bytes(key(mark)))
}

/// The marks of a block that was read.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    /// With the slack behind them.
    bytes: &'a [u8],
    widths: Widths,
    /// Where the first row begins.
    at: u64,
    count: u16,
    /// The first byte of every id.
    first: u8,
}

impl<'a> Marks<'a> {
    /// Of a block's bytes with their slack; `first` is the first byte of every id. None if they are no
    /// block.
    pub(super) fn of(bytes: &'a [u8], first: u8) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let least = i64::from_le_bytes(*head.first_chunk()?);
        let at = u64::from_le_bytes(*head[8..].first_chunk()?);
        let count = u16::from_le_bytes(*head[16..].first_chunk()?);
        let widths = Widths { least, time: head[18].into(), place: head[19].into() };
        let known = [3, 4, 8].contains(&widths.time) && [1, 2, 4].contains(&widths.place);
        let whole = known && widths.size() * usize::from(count) + SLACK == rest.len();
        whole.then_some(Self { bytes: rest, widths, at, count, first })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count.into()
    }

    /// What each id is told by.
    pub(super) fn keys(&self) -> impl Iterator<Item = u64> + use<'a> {
        keys_of(&self.bytes[..self.bytes.len() - SLACK], &self.widths)
    }

    /// Those whose keys fit.
    pub(super) fn those(self, fit: impl Fn(u64) -> bool) -> impl Iterator<Item = Placed> {
        let numbers = (0..).zip(self.keys()).filter(move |(_, key)| fit(*key));
        numbers.map(move |(number, _)| self.get(number))
    }

    /// A mark by its number.
    pub(super) fn get(&self, number: usize) -> Placed {
        let from = number * self.widths.size();
        let bytes: &[u8; FIXED + SLACK] =
            self.bytes[from..].first_chunk().expect("the last one has slack behind it");
        let mut id = [self.first; 16];
        id[1..].copy_from_slice(&bytes[..ID]);
        let content = *bytes[ID..].first_chunk().expect("id and content are fixed");
        let rest = u128::from_le_bytes(*bytes.last_chunk().expect("so is what follows"));
        let shift = 8 * self.widths.time;
        let after = (rest & ((1 << shift) - 1)) as u64;
        let place = ((rest >> shift) & ((1 << (8 * self.widths.place)) - 1)) as u32;
        let further = (rest >> (shift + 8 * self.widths.place)) as u32;
        let time = time(self.widths.least.wrapping_add(after.cast_signed()));
        let at = self.at.wrapping_add(further.into());
        Placed { at, mark: Mark { id, content, time, place } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_in_every_width() {
        let times = ["2026-10-05", "2026-10-05T08:00:01Z", "1969-12-31", "1969-12-31T23:59:59Z"];
        let far = ["0002-01-01", "9998-12-31T23:59:59Z", "9999-12-31", "2105-01-01"];
        for text in times.iter().chain(&far) {
            for place in [0, 255, 256, 65_535, 65_536, u32::MAX] {
                let moment: Moment = text.parse().unwrap();
                let number = code(moment).unwrap();
                let widths = Widths::around(code("2026-10-20".parse().unwrap()).unwrap())
                    .widened(number, place);
                let mark = Mark { id: [9; 16], content: [7; 8], time: moment, place };
                let mut bytes = vec![0; 200];
                let at = begin(&mut bytes, &widths, 4_000_000_000);
                put(&mut bytes[at..], &widths, &mark, number, u32::MAX);
                put(&mut bytes[at + widths.size()..], &widths, &mark, number, 0);
                end(&mut bytes, 2);
                bytes.truncate(at + 2 * widths.size() + SLACK);
                let read: Vec<_> = Marks::of(&bytes, 9).unwrap().those(|_| true).collect();
                let due = [4_000_000_000 + u64::from(u32::MAX), 4_000_000_000];
                assert_eq!(read, due.map(|at| Placed { at, mark }), "{text} {place}");
                assert!(Marks::of(&bytes[1..], 9).is_none());
            }
        }
        assert!(code("2026-10-05T08:00:01.5Z".parse().unwrap()).is_err());
    }
}
