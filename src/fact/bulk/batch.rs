//! Marks of some rows in columns: the form in which rows are read, and put down without a detour.

use std::io;
use std::ops::Range;

use super::{Mark, Placed};
use crate::calendar::{Day, Moment};
use crate::fact::{Content, Hash};

/// Half seconds of a day.
const DAY: i64 = 2 * 86_400;

/// A time of a mark as a number: it counts half seconds, so that instants are even and plain dates odd. None
/// for an instant that is no whole second, or one that no calendar has.
///
/// ```
/// use revshare::fact::bulk::{half_seconds, moment_of};
/// assert_eq!(half_seconds("1970-01-02".parse().unwrap()), Some(172_801));
/// assert_eq!(moment_of(172_802), "1970-01-02T00:00:01Z".parse().unwrap());
/// ```
#[inline]
pub fn half_seconds(time: Moment) -> Option<i64> {
    match time {
        Moment::On(day) => Some(day.days_since(Day::EPOCH) * DAY + 1),
        Moment::At { seconds, nanos: 0 } => seconds.checked_mul(2),
        Moment::At { .. } => None,
    }
}

/// The time of a number of half seconds; see [`half_seconds`].
pub fn moment_of(half_seconds: i64) -> Moment {
    if half_seconds % 2 == 0 {
        return Moment::At { seconds: half_seconds / 2, nanos: 0 };
    }
    Moment::On(Day::EPOCH.plus(half_seconds.div_euclid(DAY)))
}

/// Marks of some rows, column by column. All columns are equally long.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Where the rows begin.
    pub at: &'a [u64],
    /// Fingerprints of their ids.
    pub ids: &'a [Hash],
    /// Fingerprints of what they say.
    pub contents: &'a [Content],
    /// When they happened, in [`half_seconds`].
    pub times: &'a [i64],
    /// Their kinds and products, as places in the list of the delivery.
    pub places: &'a [u32],
}

impl Batch<'_> {
    /// How many marks there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Some of them.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        Self {
            at: &self.at[range.clone()],
            ids: &self.ids[range.clone()],
            contents: &self.contents[range.clone()],
            times: &self.times[range.clone()],
            places: &self.places[range],
        }
    }
}

/// Columns that marks are put into, one after the other.
#[derive(Debug, Default)]
pub struct Columns {
    at: Vec<u64>,
    ids: Vec<Hash>,
    contents: Vec<Content>,
    times: Vec<i64>,
    places: Vec<u32>,
}

impl Columns {
    /// Marks that are put side by side at once: their columns stay in the nearest cache.
    pub(super) const AT_ONCE: usize = 256;

    /// Empty ones, with room for so many marks.
    pub fn with_room(marks: usize) -> Self {
        Self {
            at: Vec::with_capacity(marks),
            ids: Vec::with_capacity(marks),
            contents: Vec::with_capacity(marks),
            times: Vec::with_capacity(marks),
            places: Vec::with_capacity(marks),
        }
    }

    /// Takes in the mark of a row that begins at a place.
    ///
    /// # Errors
    /// If its time is no whole second.
    #[inline]
    pub fn push(&mut self, at: u64, mark: &Mark) -> io::Result<()> {
        self.times.push(half_seconds(mark.time).ok_or_else(no_whole_second)?);
        self.at.push(at);
        self.ids.push(mark.id);
        self.contents.push(mark.content);
        self.places.push(mark.place);
        Ok(())
    }

    /// What was put into them.
    pub fn batch(&self) -> Batch<'_> {
        let Self { at, ids, contents, times, places } = self;
        Batch { at, ids, contents, times, places }
    }

    /// Takes in some marks in the place of those that are there.
    pub(super) fn fill(&mut self, marks: &[Placed]) -> io::Result<Batch<'_>> {
        self.at.clear();
        self.ids.clear();
        self.contents.clear();
        self.times.clear();
        self.places.clear();
        marks.iter().try_for_each(|Placed { at, mark }| self.push(*at, mark))?;
        Ok(self.batch())
    }
}

fn no_whole_second() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "a mark has whole seconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back() {
        let near = ["2026-10-05", "2026-10-05T08:00:01Z", "1969-12-31", "1969-12-31T23:59:59Z"];
        let far = ["0002-01-01", "9998-12-31T23:59:59Z", "9999-12-31", "0001-01-01"];
        for text in near.iter().chain(&far) {
            let time: Moment = text.parse().unwrap();
            assert_eq!(half_seconds(time).map(moment_of), Some(time), "{text}");
        }
        assert_eq!(half_seconds("2026-10-05T08:00:01.5Z".parse().unwrap()), None);
    }
}
