//! A lane's way through many rows at once, a field after the other.
//!
//! The law: what is taken here is taken as [`Lane::take`] takes it; every row of which anything is not
//! certain goes that way.

use super::batch::{Batch, Frame, ROWS};
use super::lane::{Lane, moment};
use super::parse;
use super::sums::Small;
use super::words;
use crate::fact::bulk::moment_of;
use crate::fact::fingerprint::{Number, Rest, time_code};
use crate::fact::{Content, Table};
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
        let Batch { tails, sure, .. } = batch;
        match columns.at(Target::Id) {
            Some(column) => frame.each(column, |row, from, to| sure[row] = from != to),
            None => sure.fill(false),
        }
        if let Some(column) = columns.at(Target::Ref) {
            frame.each(column, |row, from, to| sure[row] &= from == to);
        }
        batch.quantities.read(frame, columns.at(Target::Quantity), tails, sure);
        batch.amounts.read(frame, columns.at(Target::Amount), tails, sure);
        self.times(frame, batch);
        self.keys.find_many(frame, &mut batch.sure[..frame.rows], &mut batch.shapes);
        self.sums.fetch(&batch.shapes[..frame.rows], &batch.spans[..frame.rows]);
        self.check(frame, batch);
        self.fingerprints(frame, batch);
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

    /// Are the numbers such as their shapes want them?
    fn check(&self, frame: &Frame<'_>, batch: &mut Batch) {
        if self.columns.table == Table::Usage {
            // A reading has no amount.
            batch.amounts.clear();
        }
        let signs = batch.quantities.signs.iter().zip(&batch.amounts.signs);
        let rows = batch.sure[..frame.rows].iter_mut().zip(&batch.shapes);
        for ((sure, shape), (quantity, amount)) in rows.zip(signs) {
            let unwanted = self.unwanted.get(*shape as usize);
            *sure &= unwanted.is_some_and(|it| it.spares(*quantity, *amount));
        }
    }

    fn fingerprints(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let id = self.columns.at(Target::Id);
        // Rows before and behind are much like the first one; what is longer goes the slow way.
        match words_of(frame, id) {
            ..=2 => self.ids::<2>(frame, batch),
            3..=4 => self.ids::<4>(frame, batch),
            _ => self.ids::<6>(frame, batch),
        }
        if [Target::Deal, Target::Resource].iter().all(|it| self.columns.at(*it).is_none()) {
            match words_of(frame, self.columns.at(Target::Customer)) {
                ..=2 => self.contents::<2>(frame, batch),
                _ => self.contents::<4>(frame, batch),
            }
        } else {
            for row in 0..frame.rows {
                if batch.sure[row] {
                    batch.contents[row] = self.content(frame, batch, row);
                }
            }
        }
    }

    fn ids<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let Some(column) = self.columns.at(Target::Id) else { return };
        for (row, id) in (0..frame.rows).zip(&mut batch.ids) {
            let (from, to) = frame.field(row, column);
            *id = match words::ended::<W>(frame.text, from, to) {
                Some(words) => self.ids.of_words(&words),
                None => self.ids.of(&frame.text[from..to]),
            };
        }
    }

    fn contents<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let column = self.columns.at(Target::Customer);
        for row in 0..frame.rows {
            if batch.sure[row] {
                let (from, to) = column.map_or((0, 0), |column| frame.field(row, column));
                batch.contents[row] = match words::ended::<W>(frame.text, from, to) {
                    Some(words) => {
                        let time = batch.times[row];
                        let known = &self.shapes[batch.shapes[row] as usize];
                        let (quantity, amount) = batch.units(row);
                        known.contents.of_words(time, quantity, amount, &words)
                    }
                    None => self.content(frame, batch, row),
                };
            }
        }
    }

    /// The fingerprint of a content with whatever there may be in it.
    fn content(&self, frame: &Frame<'_>, batch: &Batch, row: usize) -> Content {
        let text = |target| frame.text(row, self.columns.at(target));
        let (quantity, amount) = batch.units(row);
        let rest = Rest {
            time: moment_of(batch.times[row]),
            customer: text(Target::Customer),
            deal: text(Target::Deal),
            resource: text(Target::Resource),
            quantity: quantity.map(Number::Units),
            amount: amount.map(Number::Units),
            reference: None,
        };
        self.shapes[batch.shapes[row] as usize].contents.of(&rest)
    }

    fn add_many(&mut self, frame: &Frame<'_>, batch: &Batch) {
        for row in 0..frame.rows {
            if batch.sure[row] {
                let (shape, span) = (batch.shapes[row], batch.spans[row]);
                let (quantity, amount) = (batch.quantities.get(row), batch.amounts.get(row));
                match Small::of(quantity, amount) {
                    Some(small) => self.sums.add_small(shape, span, small),
                    None => self.sums.add(shape, span, batch.cell(row)),
                }
            }
        }
    }
}

/// Words of the first row's field, with its end.
fn words_of(frame: &Frame<'_>, column: Option<usize>) -> usize {
    frame.text(0, column).len() / 8 + 1
}
