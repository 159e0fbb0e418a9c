//! Rows that are read again many at once, to be taken out of the sums.
//!
//! The law: a row is taken out as it was added. What is not the row that was read at first, or not certain
//! when many are read at once, is left to whoever reads row by row.

use super::batch::{Batch, Frame, ROWS};
use super::lane::Lane;
use super::split::Signs;
use super::sums::Small;
use crate::fact::bulk::check_of;

/// Rows that are read again at once, at most.
pub(in crate::intake) const AT_ONCE: usize = ROWS;

impl Lane<'_> {
    /// Takes rows out that repeat others, and counts them as such. The text has each on a line that ends, and
    /// `checks` says what it is known by; those that are left are told by their numbers.
    pub(in crate::intake) fn repeat_many(&mut self, text: &[u8], checks: &[u64]) -> Vec<usize> {
        let quoted = memchr::memchr(b'"', text).is_some();
        let plain = self.takes_many() && !self.columns.are_made() && !quoted;
        if !plain || std::str::from_utf8(text).is_err() {
            return (0..checks.len()).collect();
        }
        let (mut signs, mut batch) = self.tools();
        signs.restart();
        let left = self.repeat_lines(&mut signs, &mut batch, text, checks);
        self.keep((signs, batch));
        left
    }

    fn repeat_lines(
        &mut self,
        signs: &mut Signs,
        batch: &mut Batch,
        text: &[u8],
        checks: &[u64],
    ) -> Vec<usize> {
        let fields = self.fields();
        signs.find(text, 0, self.columns.delimiter);
        let even = signs.even(text, fields);
        let Some(places) = even.filter(|places| places.len() == checks.len() * fields + 1) else {
            return (0..checks.len()).collect();
        };
        let frame = Frame::of(text, places, fields);
        self.understand(&frame, batch);
        let mut left = Vec::new();
        for (row, check) in checks.iter().enumerate() {
            if batch.sure[row] && check_of(&batch.ids[row], &batch.contents[row]) == *check {
                self.repeat_row(batch, row);
            } else {
                left.push(row);
            }
        }
        left
    }

    fn repeat_row(&mut self, batch: &Batch, row: usize) {
        let (shape, span, cell) = (batch.shapes[row], batch.spans[row], batch.cell(row));
        match Small::of(batch.quantities.get(row), batch.amounts.get(row)) {
            Some(small) => self.sums.add_small(shape, span, small.negated()),
            None => self.sums.add(shape, span, cell.negated()),
        }
        self.sums.repeat(shape, cell);
    }
}
