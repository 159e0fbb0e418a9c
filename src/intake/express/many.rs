//! A lane's way through many rows at once, a field after the other.
//!
//! The law: what is taken here is taken as [`Lane::take`] takes it; every row of which anything is not
//! certain goes that way.

use super::batch::{Batch, Frame};
use super::lane::{Lane, moment};
use super::parse;
use crate::intake::target::Target;

impl Lane<'_> {
    /// Can it take many rows at once?
    pub(super) fn takes_many(&self) -> bool {
        !self.columns.nulls && !self.lens.keeps_names()
    }

    /// Finds out what rows say, as far as it is certain, and adds those up of which it is.
    pub(super) fn take_many(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        self.understand(frame, batch);
        self.add_many(frame, batch);
    }

    /// Finds out what rows say, as far as it is certain.
    pub(super) fn understand(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        let columns = self.columns;
        let sure = &mut batch.sure[..frame.rows];
        for (row, sure) in sure.iter_mut().enumerate() {
            *sure = !frame.text(row, columns.at(Target::Id)).is_empty();
        }
        if columns.at(Target::Ref).is_some() {
            for (row, sure) in sure.iter_mut().enumerate() {
                *sure &= frame.text(row, columns.at(Target::Ref)).is_empty();
            }
        }
        batch.quantities.read(frame, columns.at(Target::Quantity), sure);
        batch.amounts.read(frame, columns.at(Target::Amount), sure);
        self.times(frame, batch);
        self.keys.find_many(frame, &mut batch.sure[..frame.rows], &mut batch.shapes);
        self.sums.fetch(&batch.shapes[..frame.rows], &batch.spans[..frame.rows]);
        self.check(frame, batch);
        self.fingerprints(frame, batch);
    }

    fn times(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        let column = self.columns.at(Target::Time);
        for row in 0..frame.rows {
            match parse::time(frame.text(row, column)) {
                Some(time) => {
                    batch.times[row] = time;
                    batch.spans[row] = self.days.span(time);
                    batch.sure[row] &= !self.horizon.is_before(moment(time));
                }
                None => batch.sure[row] = false,
            }
        }
    }

    /// Are the numbers such as their shapes want them?
    fn check(&self, frame: &Frame<'_>, batch: &mut Batch) {
        for row in 0..frame.rows {
            if batch.sure[row] {
                let known = &self.shapes[batch.shapes[row] as usize];
                let (quantity, amount) = (batch.quantities.get(row), batch.amounts.get(row));
                match known.rules.check(quantity, amount) {
                    // A reading has no amount.
                    Some((_, None)) => batch.amounts.remove(row),
                    Some(_) => {}
                    None => batch.sure[row] = false,
                }
            }
        }
    }

    fn add_many(&mut self, frame: &Frame<'_>, batch: &Batch) {
        for row in 0..frame.rows {
            if batch.sure[row] {
                let (shape, span) = (batch.shapes[row], batch.spans[row]);
                match batch.prints.small(row) {
                    Some(small) => self.sums.add_small(shape, span, small),
                    None => self.sums.add(shape, span, batch.cell(row)),
                }
            }
        }
    }
}
