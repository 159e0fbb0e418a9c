//! Fingerprints of many rows, column by column: first the words of each row are put where those of
//! others stand, then all of them become fingerprints at once.
//!
//! The law: they are those of the rows one by one. What does not fit is made by itself.

use fearless_simd::dispatch;

use super::batch::{Batch, Frame, ROWS};
use super::lane::{Lane, by_value};
use super::parse::Short;
use super::texts::{self, LONGEST, Odd, Texts};
use crate::fact::Content;
use crate::fact::bulk::moment_of;
use crate::fact::fingerprint::{Column, Facts, Rest};
use crate::intake::target::Target;

/// Rows that a processor may hash at once: so many that none is left over.
const TOGETHER: usize = 8;

/// The words of many rows.
pub(super) struct Prints {
    texts: Texts,
    /// What the shapes of rows add.
    pub(super) shapes: [Column; 2],
}

impl Default for Prints {
    fn default() -> Self {
        Self { texts: Texts::default(), shapes: [[0; ROWS]; 2] }
    }
}

/// So many rows that a processor has none left over.
fn together(rows: usize) -> usize {
    rows.next_multiple_of(TOGETHER).min(ROWS)
}

impl Lane<'_> {
    /// Makes fingerprints of rows whose numbers and shapes are known.
    pub(super) fn fingerprints(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let (id, customer) = (self.columns.at(Target::Id), self.columns.at(Target::Customer));
        // Rows before and behind are much like the first one.
        match words_of(frame, id) {
            ..=2 => self.ids::<2>(frame, batch),
            3 => self.ids::<3>(frame, batch),
            4 => self.ids::<4>(frame, batch),
            _ => self.ids::<LONGEST>(frame, batch),
        }
        let odd = batch.large(frame.rows);
        if [Target::Deal, Target::Resource].iter().all(|it| self.columns.at(*it).is_none()) {
            match words_of(frame, customer) {
                ..=2 => self.contents::<2>(frame, batch, odd),
                3 => self.contents::<3>(frame, batch, odd),
                _ => self.contents::<LONGEST>(frame, batch, odd),
            }
        } else {
            for row in 0..frame.rows {
                if batch.sure[row] {
                    batch.contents[row] = self.content(frame, batch, row);
                }
            }
        }
    }

    /// Ids: a row without one is not sure any more.
    fn ids<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let Batch { prints: Prints { texts, .. }, sure, ids, .. } = batch;
        let column = self.columns.at(Target::Id);
        let odd = texts.read::<W>(self.level, frame, column);
        let rows = together(frame.rows);
        let words = texts.words::<W>();
        dispatch!(self.level, _simd => {
            texts::keep_filled(words[0], &mut sure[..rows]);
            self.ids.of_many(words, &mut ids[..rows]);
        });
        for row in odd.rows() {
            let id = frame.text(row, column);
            sure[row] &= !id.is_empty();
            ids[row] = self.ids.of(id);
        }
    }

    fn contents<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch, numbers: Odd) {
        let Batch { prints, contents, times, quantities, amounts, .. } = batch;
        let customers = self.columns.at(Target::Customer);
        let odd = prints.texts.read::<W>(self.level, frame, customers).and(&numbers);
        let facts = Facts {
            shapes: prints.shapes.each_ref(),
            times,
            numbers: [&quantities.words, &amounts.words],
            customers: prints.texts.words::<W>(),
        };
        let contents = &mut contents[..together(frame.rows)];
        dispatch!(self.level, _simd => self.key.of_many(&facts, contents));
        for row in odd.rows() {
            if batch.sure[row] {
                batch.contents[row] = self.content(frame, batch, row);
            }
        }
    }

    /// The fingerprint of a content with whatever there may be in it.
    fn content(&self, frame: &Frame<'_>, batch: &Batch, row: usize) -> Content {
        let text = |target| frame.text(row, self.columns.at(target));
        let (quantity, amount) = (batch.quantities.get(row), batch.amounts.get(row));
        let number = |number: Short| by_value(number, number.scaled());
        let rest = Rest {
            time: moment_of(batch.times[row]),
            customer: text(Target::Customer),
            deal: text(Target::Deal),
            resource: text(Target::Resource),
            quantity: quantity.map(number),
            amount: amount.map(number),
            reference: None,
        };
        self.shapes[batch.shapes[row] as usize].contents.of(&rest)
    }
}

/// Words of the first row's field, with its end.
fn words_of(frame: &Frame<'_>, column: Option<usize>) -> usize {
    texts::needed(frame.text(0, column).len())
}
