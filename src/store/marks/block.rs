//! Some marks of one bucket as bytes. Pure.
//!
//! ```text
//! head   20   least time 8 | where the first row begins 8 | marks 2 | width of times 1
//!               | width of places 1
//! marks       id without its first byte 11 | content 6 | time after the least (3, 4 or 8)
//!               | place (1, 2 or 4) | bytes from where the first row begins to its own 4
//! zeros       so many that what follows can begin at a page
//! ```
//!
//! Times are counted in [`half_seconds`](crate::fact::bulk::half_seconds).

use crate::fact::bulk::{Batch, Mark, Placed, moment_of};
use crate::fact::{Content, Hash};

/// The most bytes of a block.
pub(super) const BLOCK: usize = 16 << 10;
/// What blocks begin at, as far as it can be: the system keeps files in pages.
pub(super) const PAGE: usize = 4 << 10;
/// So many bytes behind a block may be written and read, and mean nothing.
pub(super) const SLACK: usize = 16;
pub(super) const HEAD: usize = 20;
const ID: usize = size_of::<Hash>() - 1;
/// Id and content.
const FIXED: usize = ID + size_of::<Content>();
/// Bytes that tell how far behind the first a row begins.
const FURTHER: usize = 4;

/// From where the marks of a block are counted, and how wide their parts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    least: i64,
    /// Where the first row begins.
    at: u64,
    time: u32,
    place: u32,
}

/// What some marks lie between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    times: (i64, i64),
    at: (u64, u64),
    place: u32,
}

impl Span {
    /// That of a batch; none if it is empty.
    pub(super) fn of(batch: &Batch<'_>) -> Option<Self> {
        let (time, at) = (*batch.times.first()?, *batch.at.first()?);
        let times = batch.times.iter().fold((time, time), |(a, b), it| (a.min(*it), b.max(*it)));
        let at = batch.at.iter().fold((at, at), |(a, b), it| (a.min(*it), b.max(*it)));
        let place = batch.places.iter().fold(0, |most, it| most.max(*it));
        Some(Self { times, at, place })
    }
}

impl Frame {
    /// The narrowest for a span, and for what is likely to come.
    pub(super) fn around(span: &Span) -> Self {
        let least = span.times.0.wrapping_sub(1 << 23);
        Self { least, at: span.at.0, time: 3, place: 1 }.widened(span)
    }

    /// Can all of a batch be written? Whether all fit is told by all of their bits at once.
    #[inline]
    pub(super) fn holds(&self, batch: &Batch<'_>) -> bool {
        let times = batch.times.iter().map(|time| time.wrapping_sub(self.least));
        let times = times.fold(0, |all, it| all | it.cast_unsigned());
        let at = batch.at.iter().fold(0, |all, at| all | at.wrapping_sub(self.at));
        let places = batch.places.iter().fold(0, |all, place| all | place);
        (self.time == 8 || times >> (8 * self.time) == 0)
            && self.fits_place(places)
            && at >> (8 * FURTHER) == 0
    }

    /// Can all of a span be written?
    pub(super) fn fits(&self, span: &Span) -> bool {
        let near = |at: u64| u32::try_from(at.wrapping_sub(self.at)).is_ok();
        self.fits_times(span.times)
            && self.fits_place(span.place)
            && near(span.at.0)
            && near(span.at.1)
    }

    fn fits_times(&self, times: (i64, i64)) -> bool {
        let fits =
            |time: i64| time.wrapping_sub(self.least).cast_unsigned() >> (8 * self.time) == 0;
        self.time == 8 || fits(times.0) && fits(times.1)
    }

    fn fits_place(&self, place: u32) -> bool {
        self.place == 4 || place >> (8 * self.place) == 0
    }

    /// The next one in which a span can be written, if its rows are not too far apart.
    pub(super) fn widened(mut self, span: &Span) -> Self {
        while !self.fits_times(span.times) {
            let middle = self.least.wrapping_add(1 << (8 * self.time - 1));
            self.time = if self.time == 3 { 4 } else { 8 };
            self.least = middle.wrapping_sub(1_i64.wrapping_shl(8 * self.time - 1));
        }
        while !self.fits_place(span.place) {
            self.place *= 2;
        }
        self.at = span.at.0;
        self
    }

    /// Is it the narrowest there is?
    pub(super) fn is_narrow(&self) -> bool {
        (self.time, self.place) == (3, 1)
    }

    /// Bytes of a mark.
    #[inline]
    pub(super) fn size(&self) -> usize {
        FIXED + self.time as usize + self.place as usize + FURTHER
    }
}

/// Writes a mark of a batch that fits the frame, which is [narrow](Frame::is_narrow) if `NARROW` says so.
#[inline(always)]
pub(super) fn put<const NARROW: bool>(
    bytes: &mut [u8],
    frame: &Frame,
    batch: &Batch<'_>,
    row: usize,
) {
    let after = batch.times[row].wrapping_sub(frame.least).cast_unsigned();
    let (place, further) = (batch.places[row], batch.at[row].wrapping_sub(frame.at));
    let bytes: &mut [u8; FIXED + SLACK] = bytes.first_chunk_mut().expect("there is slack");
    put_prints(bytes, batch, row);
    let rest = &mut bytes[FIXED..];
    if NARROW {
        let word = after | u64::from(place) << 24 | further << 32;
        rest[..8].copy_from_slice(&word.to_le_bytes());
    } else {
        let shift = 8 * frame.time;
        let word = u128::from(after)
            | u128::from(place) << shift
            | u128::from(further) << (shift + 8 * frame.place);
        rest.copy_from_slice(&word.to_le_bytes());
    }
}

/// Writes id and content in as few steps as can be, with what stands behind them in the batch, where anything does:
/// what is written next covers it. Lines that are far away take one step after the other.
#[inline(always)]
fn put_prints(bytes: &mut [u8; FIXED + SLACK], batch: &Batch<'_>, row: usize) {
    let (ids, contents) = (batch.ids.as_flattened(), batch.contents.as_flattened());
    let id = ids.get(size_of::<Hash>() * row + 1..).and_then(<[u8]>::first_chunk::<16>);
    let content = contents.get(size_of::<Content>() * row..).and_then(<[u8]>::first_chunk::<8>);
    if let (Some(id), Some(content)) = (id, content) {
        bytes[..16].copy_from_slice(id);
        bytes[ID..ID + 8].copy_from_slice(content);
    } else {
        bytes[..ID].copy_from_slice(&batch.ids[row][1..]);
        bytes[ID..FIXED].copy_from_slice(&batch.contents[row]);
    }
}

/// Writes the head of a block that has so many marks.
pub(super) fn end(bytes: &mut [u8], frame: &Frame, marks: usize) {
    let head = &mut bytes[..HEAD];
    head[..8].copy_from_slice(&frame.least.to_le_bytes());
    head[8..16].copy_from_slice(&frame.at.to_le_bytes());
    let marks_of = u16::try_from(marks).expect("a block is too small for more");
    head[16..18].copy_from_slice(&marks_of.to_le_bytes());
    (head[18], head[19]) = (frame.time as u8, frame.place as u8);
}

/// The marks of a block that was read.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    /// With the slack behind them.
    bytes: &'a [u8],
    frame: Frame,
    count: usize,
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
        let count = usize::from(u16::from_le_bytes(*head[16..].first_chunk()?));
        let frame = Frame { least, at, time: head[18].into(), place: head[19].into() };
        let known = [3, 4, 8].contains(&frame.time) && [1, 2, 4].contains(&frame.place);
        let zeros = rest.len().checked_sub(frame.size() * count + SLACK)?;
        (known && zeros < PAGE).then_some(Self { bytes: rest, frame, count, first })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// What each id is told by.
    pub(super) fn keys(&self) -> impl Iterator<Item = u64> + use<'a> {
        let key = |mark: &[u8]| *mark.first_chunk().expect("an id is longer");
        let marks = &self.bytes[..self.count * self.frame.size()];
        marks.chunks_exact(self.frame.size()).map(move |mark| u64::from_be_bytes(key(mark)))
    }

    /// Those whose keys fit.
    pub(super) fn those(self, fit: impl Fn(u64) -> bool) -> impl Iterator<Item = Placed> {
        let numbers = (0..).zip(self.keys()).filter(move |(_, key)| fit(*key));
        numbers.map(move |(number, _)| self.get(number))
    }

    /// A mark by its number.
    pub(super) fn get(&self, number: usize) -> Placed {
        let (frame, from) = (&self.frame, number * self.frame.size());
        let bytes: &[u8; FIXED + SLACK] =
            self.bytes[from..].first_chunk().expect("the last one has slack behind it");
        let mut id = [self.first; ID + 1];
        id[1..].copy_from_slice(&bytes[..ID]);
        let content = *bytes[ID..].first_chunk().expect("id and content are fixed");
        let rest = u128::from_le_bytes(*bytes.last_chunk().expect("so is what follows"));
        let shift = 8 * frame.time;
        let after = (rest & ((1 << shift) - 1)) as u64;
        let place = ((rest >> shift) & ((1 << (8 * frame.place)) - 1)) as u32;
        let further = (rest >> (shift + 8 * frame.place)) as u32;
        let time = moment_of(frame.least.wrapping_add(after.cast_signed()));
        let at = frame.at.wrapping_add(further.into());
        Placed { at, mark: Mark { id, content, time, place } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Moment;
    use crate::fact::bulk::half_seconds;

    fn number(text: &str) -> i64 {
        half_seconds(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn marks_come_back_in_every_width() {
        let times = ["2026-10-05", "2026-10-05T08:00:01Z", "1969-12-31", "1969-12-31T23:59:59Z"];
        let far = ["0002-01-01", "9998-12-31T23:59:59Z", "9999-12-31", "2105-01-01"];
        for text in times.iter().chain(&far) {
            for place in [0, 255, 256, 65_535, 65_536, u32::MAX] {
                let first = (number("2026-10-20"), number(text));
                let at = [4_000_000_000 + u64::from(u32::MAX), 4_000_000_000];
                let batch = Batch {
                    at: &at,
                    ids: &[[9; 12]; 2],
                    contents: &[[7; 6]; 2],
                    times: &[first.1, first.0],
                    places: &[place, 0],
                };
                let frame = Frame::around(&Span::of(&batch).unwrap());
                assert!(frame.fits(&Span::of(&batch).unwrap()));
                let mut bytes = vec![0; 200];
                for row in 0..2 {
                    let bytes = &mut bytes[HEAD + row * frame.size()..];
                    put::<false>(bytes, &frame, &batch, row);
                    let wide = bytes.to_vec();
                    if frame.is_narrow() {
                        put::<true>(bytes, &frame, &batch, row);
                        assert_eq!(bytes[..frame.size()], wide[..frame.size()]);
                    }
                }
                end(&mut bytes, &frame, 2);
                bytes.truncate(HEAD + 2 * frame.size() + SLACK);
                let keys: Vec<u64> = Marks::of(&bytes, 9).unwrap().keys().collect();
                assert_eq!(keys, [0x0909_0909_0909_0909; 2]);
                let read: Vec<_> = Marks::of(&bytes, 9).unwrap().those(|_| true).collect();
                let time: Moment = text.parse().unwrap();
                let mark = Mark { id: [9; 12], content: [7; 6], time, place };
                let other = Mark { time: "2026-10-20".parse().unwrap(), place: 0, ..mark };
                let due = [Placed { at: at[0], mark }, Placed { at: at[1], mark: other }];
                assert_eq!(read, due, "{text} {place}");
                bytes.resize(bytes.len() + PAGE - 1, 0);
                assert_eq!(Marks::of(&bytes, 9).unwrap().count(), 2);
                bytes.push(0);
                assert!(Marks::of(&bytes, 9).is_none() && Marks::of(&bytes[1..], 9).is_none());
            }
        }
    }

    /// Behind the last rows of a batch less can be read than behind others.
    #[test]
    fn no_mark_has_anything_of_its_neighbours() {
        for rows in 1..=5 {
            let each = || (0..rows).map(|row| 20 * row as u8);
            let ids: Vec<Hash> = each()
                .map(|row| std::array::from_fn(|at| if at == 0 { 9 } else { row + at as u8 }))
                .collect();
            let contents: Vec<Content> =
                each().map(|row| std::array::from_fn(|at| 0xFF - row - at as u8)).collect();
            let (at, times): (Vec<u64>, Vec<i64>) =
                (0..rows).map(|row| (1000 + 90 * row as u64, 40_000 + row as i64)).unzip();
            for least in [0, 300] {
                let places: Vec<u32> = (least..).take(rows).collect();
                let batch = Batch {
                    at: &at,
                    ids: &ids,
                    contents: &contents,
                    times: &times,
                    places: &places,
                };
                let frame = Frame::around(&Span::of(&batch).unwrap());
                let mut bytes = vec![0; HEAD + rows * frame.size() + SLACK];
                for row in 0..rows {
                    let bytes = &mut bytes[HEAD + row * frame.size()..];
                    if frame.is_narrow() {
                        put::<true>(bytes, &frame, &batch, row);
                    } else {
                        put::<false>(bytes, &frame, &batch, row);
                    }
                }
                end(&mut bytes, &frame, rows);
                let read: Vec<_> = Marks::of(&bytes, 9).unwrap().those(|_| true).collect();
                assert_eq!(read.len(), rows);
                for (row, read) in read.iter().enumerate() {
                    let mark = Mark {
                        id: ids[row],
                        content: contents[row],
                        time: moment_of(times[row]),
                        place: places[row],
                    };
                    assert_eq!(*read, Placed { at: at[row], mark }, "{row} of {rows}");
                }
            }
        }
    }

    #[test]
    fn a_frame_says_what_does_not_fit() {
        let span = |time, at, place| Span { times: (time, time), at: (0, at), place };
        let frame = Frame::around(&span(0, 0, 0));
        assert!(frame.fits(&span(1 << 22, u32::MAX.into(), 255)));
        assert!(!frame.fits(&span(1 << 23, 0, 0)) && !frame.fits(&span(-(1 << 23) - 1, 0, 0)));
        assert!(!frame.fits(&span(0, 1 << 32, 0)) && !frame.fits(&span(0, 0, 256)));
        let wider = frame.widened(&span(i64::MAX, 0, 70_000));
        assert!(wider.fits(&span(i64::MIN, 0, u32::MAX)));
    }
}
