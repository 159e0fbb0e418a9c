//! The marks of rows that were read at once, in columns, as the shelf takes them.
//!
//! The law: a row has a mark if it was taken, and the one that [`Lane::take`](super::lane::Lane::take)
//! finds.

use super::batch::{Batch, Frame};
use super::lane::Lane;
use crate::fact::bulk;

impl Lane<'_> {
    /// The marks of the rows that were taken. `place` tells where a row begins in the delivery, which begins there in
    /// the text. What was known of rows makes room for that of others.
    #[inline(always)]
    pub(super) fn marks<'b>(
        &self,
        frame: &Frame<'_>,
        batch: &'b mut Batch,
        place: impl Fn(usize, usize) -> u64,
    ) -> bulk::Batch<'b> {
        frame.each(0, |row, from, _| batch.at[row] = place(row, from));
        let all = batch.sure[..frame.rows].iter().fold(true, |all, sure| all & sure);
        let taken = if all { frame.rows } else { together(batch, frame.rows) };
        bulk::Batch {
            at: &batch.at[..taken],
            ids: &batch.ids[..taken],
            contents: &batch.contents[..taken],
            times: &batch.times[..taken],
            places: &batch.places[..taken],
        }
    }
}

/// Moves the rows that were taken together, and says how many they are.
#[cold]
fn together(batch: &mut Batch, rows: usize) -> usize {
    let mut taken = 0;
    for row in 0..rows {
        if batch.sure[row] {
            batch.at[taken] = batch.at[row];
            batch.ids[taken] = batch.ids[row];
            batch.contents[taken] = batch.contents[row];
            batch.times[taken] = batch.times[row];
            batch.places[taken] = batch.places[row];
            taken += 1;
        }
    }
    taken
}
