//! A lane's way through many rows at once, a field after the other.
//!
//! The law: what is taken here is taken as [`Lane::take`] takes it; every row of which anything is not
//! certain goes that way.

use super::batch::{Batch, Frame, ROWS};
use super::lane::{Lane, moment};
use super::parse;
use crate::fact::Table;
use crate::fact::fingerprint::time_code;
use crate::intake::target::Target;

impl Lane<'_> {
    /// Can it take many rows at once?
    pub(super) fn takes_many(&self) -> bool {
        !self.columns.nulls
    }

    /// Finds out what rows say, as far as it is certain, and adds those up of which it is.
    pub(super) fn take_many(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        self.understand(frame, batch);
        self.add_many(frame, batch);
    }

    /// Finds out what rows say, as far as it is certain.
    pub(super) fn understand(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        let columns = self.columns;
        let Batch { tails, sure, .. } = batch;
        // Whether the id of a row is empty is seen when it is read.
        sure.fill(columns.at(Target::Id).is_some());
        if let Some(column) = columns.at(Target::Ref) {
            frame.each(column, |row, from, to| sure[row] &= from == to);
        }
        if self.lens.keeps_names() && !self.mostly_together(frame, sure) {
            sure.fill(false);
            return;
        }
        batch.quantities.read(frame, columns.at(Target::Quantity), tails, sure);
        batch.amounts.read(frame, columns.at(Target::Amount), tails, sure);
        self.times(frame, batch);
        self.keys.find_many(frame, &mut batch.sure[..frame.rows], &mut batch.shapes);
        self.sums.fetch(&batch.shapes[..frame.rows], &batch.spans[..frame.rows]);
        self.known(frame, batch);
        self.fingerprints(frame, batch);
    }

    /// Leaves rows whose customer or deal is kept apart: their shapes have names. Says whether most others remain.
    fn mostly_together(&self, frame: &Frame<'_>, sure: &mut [bool; ROWS]) -> bool {
        let [customer, deal] = [Target::Customer, Target::Deal].map(|field| self.columns.at(field));
        let mut left = 0;
        for (row, sure) in sure[..frame.rows.min(ROWS)].iter_mut().enumerate() {
            let kept = self.kept(frame.text(row, customer), frame.text(row, deal));
            let together = kept == Some(("", ""));
            *sure &= together;
            left += usize::from(!together);
        }
        left * 2 <= frame.rows
    }

    fn times(&mut self, frame: &Frame<'_>, batch: &mut Batch) {
        let Some(column) = self.columns.at(Target::Time) else {
            batch.sure.fill(false);
            return;
        };
        let Batch { clocks, times, spans, .. } = batch;
        clocks.find(frame, column, self.certain, times);
        for row in 0..frame.rows.min(ROWS) {
            if clocks.found[row] {
                spans[row] = self.days.span_at(clocks.days[row], clocks.seconds[row]);
            } else if let Some((time, span)) = self.time(frame.text(row, Some(column))) {
                (times[row], spans[row]) = (time, span);
            } else {
                batch.sure[row] = false;
            }
        }
    }

    /// A time that is not before the horizon, and its span.
    fn time(&mut self, text: &[u8]) -> Option<(i64, u32)> {
        let time = parse::time(text)?;
        let (code, _) = time_code(moment(time));
        (!self.horizon.is_before(moment(time))).then(|| (code, self.days.span(time)))
    }

    /// What is known of the shapes of rows: what they add to fingerprints, where marks say that they are, and
    /// whether the numbers are such as they want them.
    fn known(&self, frame: &Frame<'_>, batch: &mut Batch) {
        if self.columns.table == Table::Usage {
            // A reading has no amount.
            batch.amounts.clear();
        }
        let Batch { prints, quantities, amounts, shapes, places, sure, .. } = batch;
        let [firsts, seconds] = &mut prints.shapes;
        for row in 0..frame.rows.min(ROWS) {
            // A row that is not sure may have no shape.
            let Some(known) = self.shapes.get(shapes[row] as usize) else {
                sure[row] = false;
                continue;
            };
            [firsts[row], seconds[row]] = known.contents.sums();
            places[row] = known.place;
            sure[row] &= known.rules.unwanted.spares(quantities.signs[row], amounts.signs[row]);
        }
    }

    fn add_many(&mut self, frame: &Frame<'_>, batch: &Batch) {
        for row in 0..frame.rows {
            if batch.sure[row] {
                let (shape, span) = (batch.shapes[row], batch.spans[row]);
                match batch.small(row) {
                    Some(small) => self.sums.add_small(shape, span, small),
                    None => self.sums.add(shape, span, batch.cell(row)),
                }
            }
        }
    }
}
