//! Fingerprints of many facts, column by column.
//!
//! The law: they are those of the facts one by one. All loops are compiled into whoever calls them, for as
//! many words at once as he knows that there may be.

use super::{CONTENT, Content, ContentHasher, Hash, HashKey, IdHasher, Words, content_of, id_of};
use crate::fact::universal::{AT_ONCE, Columns, fold_many};

impl IdHasher {
    /// Fingerprints of ids that stand as words: little-endian, the byte [`END`](super::END) right behind
    /// the last, then zeros. First the first words of all ids, then the second.
    #[inline(always)]
    pub(crate) fn of_many<const W: usize>(&self, words: [&[u64]; W], ids: &mut [Hash]) {
        let Words { id: region, id_folds, .. } = &*self.words;
        let (mut start, keys) = (self.feed, region.first::<W>());
        region.take_off(&mut start, W);
        for (number, ids) in ids.chunks_mut(AT_ONCE).enumerate() {
            let from = number * AT_ONCE;
            let columns: Columns<'_, _, W> =
                std::array::from_fn(|at| (keys[at], &words[at][from..]));
            let found = fold_many(id_folds, |at, _| start[at], ([], columns), ids.len());
            for (row, id) in ids.iter_mut().enumerate() {
                *id = id_of(found.each_ref().map(|found| found[row]));
            }
        }
    }
}

impl ContentHasher {
    /// What the shape adds to the sums of a fact.
    pub(crate) fn sums(&self) -> [u64; CONTENT] {
        self.shape
    }
}

/// Many facts without deal, resource and reference.
pub(crate) struct Facts<'a, const W: usize> {
    /// What their shapes [add](ContentHasher::sums).
    pub(crate) shapes: [&'a [u64]; CONTENT],
    /// Their times as [`time_code`](super::time_code)s, and their quantities and amounts as the words
    /// that [they are](super::number_word), but no more than millionths.
    pub(crate) numbers: [&'a [u64]; 3],
    /// Their customers as [`IdHasher::of_many`] takes ids.
    pub(crate) customers: [&'a [u64]; W],
}

impl HashKey {
    /// Fingerprints of what facts say.
    #[inline(always)]
    pub(crate) fn of_many<const W: usize>(&self, facts: &Facts<'_, W>, contents: &mut [Content]) {
        let Words { numbers, customer: region, folds, .. } = &*self.words;
        let (mut zeros, keys) = ([0; CONTENT], region.first::<W>());
        region.take_off(&mut zeros, W);
        for (number, contents) in contents.chunks_mut(AT_ONCE).enumerate() {
            let from = number * AT_ONCE;
            let plain: Columns<'_, _, 3> =
                std::array::from_fn(|at| (&numbers[at], &facts.numbers[at][from..]));
            let customers: Columns<'_, _, W> =
                std::array::from_fn(|at| (keys[at], &facts.customers[at][from..]));
            let shapes = facts.shapes.map(|sums| &sums[from..][..contents.len()]);
            let start = |at: usize, row: usize| shapes[at][row].wrapping_add(zeros[at]);
            let found = fold_many(folds, start, (plain, customers), contents.len());
            for (row, content) in contents.iter_mut().enumerate() {
                *content = content_of(found.each_ref().map(|found| found[row]));
            }
        }
    }
}
