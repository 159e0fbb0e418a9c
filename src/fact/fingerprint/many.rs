//! Fingerprints of many facts, column by column.
//!
//! The law: they are those of the facts one by one. All loops are compiled into whoever calls them, for as
//! many words at once as he knows that there may be.

use super::{CONTENT, Content, ContentHasher, Hash, HashKey, ID, IdHasher, Words, put};
pub(crate) use crate::fact::universal::{AT_ONCE, Column};
use crate::fact::universal::{Columns, fold_many};

impl IdHasher {
    /// Fingerprints of ids that stand as words: little-endian, the byte [`END`](super::END) right behind
    /// the last, then zeros. First the first words of all ids, then the second.
    #[inline(always)]
    pub(crate) fn of_many<const W: usize>(&self, words: [&Column; W], ids: &mut [Hash]) {
        let Words { id: region, id_folds, .. } = &*self.words;
        let (mut start, keys) = (self.feed, region.first::<W>());
        region.take_off(&mut start, W);
        let columns: Columns<'_, ID, W> = std::array::from_fn(|at| (keys[at], words[at]));
        let mut found = [[0; AT_ONCE]; ID];
        fold_many(id_folds, |at, _| start[at], ([], columns), &mut found, ids.len());
        put_all(&found, ids);
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
    pub(crate) shapes: [&'a Column; CONTENT],
    /// Their times as [`time_code`](super::time_code)s.
    pub(crate) times: &'a [i64; AT_ONCE],
    /// Their quantities and amounts as the words that [they are](super::number_word), but no more than
    /// millionths.
    pub(crate) numbers: [&'a Column; 2],
    /// Their customers as [`IdHasher::of_many`] takes ids.
    pub(crate) customers: [&'a Column; W],
}

impl HashKey {
    /// Fingerprints of what facts say.
    #[inline(always)]
    pub(crate) fn of_many<const W: usize>(&self, facts: &Facts<'_, W>, contents: &mut [Content]) {
        let Words { numbers, customer: region, folds, .. } = &*self.words;
        let (mut zeros, keys) = ([0; CONTENT], region.first::<W>());
        region.take_off(&mut zeros, W);
        let times = facts.times.map(i64::cast_unsigned);
        let [quantities, amounts] = facts.numbers;
        let [time, quantity, amount] = numbers;
        let plain = [(time, &times), (quantity, quantities), (amount, amounts)];
        let customers: Columns<'_, CONTENT, W> =
            std::array::from_fn(|at| (keys[at], facts.customers[at]));
        let start = |at: usize, row: usize| facts.shapes[at][row].wrapping_add(zeros[at]);
        let mut found = [[0; AT_ONCE]; CONTENT];
        fold_many(folds, start, (plain, customers), &mut found, contents.len());
        put_all(&found, contents);
    }
}

/// Puts fingerprints down, of which the parts stand side by side.
#[inline(always)]
fn put_all<const N: usize, const BYTES: usize>(
    found: &[[u32; AT_ONCE]; N],
    prints: &mut [[u8; BYTES]],
) {
    if BYTES == 4 * N {
        let (parts, _) = prints.as_flattened_mut().as_chunks_mut::<4>();
        for (row, parts) in parts.chunks_exact_mut(N).enumerate().take(AT_ONCE) {
            for (found, part) in found.iter().zip(parts) {
                *part = found[row].to_le_bytes();
            }
        }
        return;
    }
    for (row, print) in prints.iter_mut().enumerate().take(AT_ONCE) {
        for (at, found) in found.iter().enumerate() {
            put(print, at, found[row]);
        }
    }
}
