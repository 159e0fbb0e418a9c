//! The marks of rows that were read at once, in columns, as the shelf takes them.
//!
//! The law: a row has a mark if it was taken, and the one that [`Lane::take`](super::lane::Lane::take)
//! finds.

use super::batch::{Batch, Frame, ROWS};
use super::lane::Lane;
use crate::fact::bulk;

/// What a mark has beside its fingerprints.
pub(super) struct Marks {
    at: [u64; ROWS],
    times: [i64; ROWS],
    places: [u32; ROWS],
}

impl Default for Marks {
    fn default() -> Self {
        Self { at: [0; ROWS], times: [0; ROWS], places: [0; ROWS] }
    }
}

impl Lane<'_> {
    /// The marks of the rows that were taken, of a text that begins at a place. Fingerprints that are not needed
    /// any more make room for others.
    pub(super) fn marks<'b>(
        &self,
        frame: &Frame<'_>,
        batch: &'b mut Batch,
        at: u64,
    ) -> bulk::Batch<'b> {
        let Marks { at: places_in_files, times, places } = &mut batch.marks;
        let mut taken = 0;
        for row in 0..frame.rows {
            if batch.sure[row] {
                let place = &mut places_in_files[taken];
                *place = at + frame.start(row) as u64;
                times[taken] = batch.times[row];
                places[taken] = self.shapes[batch.shapes[row] as usize].place;
                if taken < row {
                    batch.ids[taken] = batch.ids[row];
                    batch.contents[taken] = batch.contents[row];
                }
                taken += 1;
            }
        }
        bulk::Batch {
            at: &places_in_files[..taken],
            ids: &batch.ids[..taken],
            contents: &batch.contents[..taken],
            times: &times[..taken],
            places: &places[..taken],
        }
    }
}
