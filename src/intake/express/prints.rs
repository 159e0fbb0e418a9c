//! Fingerprints of many rows, column by column: first the words of each row are put where those of
//! others stand, then all of them become fingerprints at once.
//!
//! The law: they are those of the rows one by one. What does not fit is made by itself.

use fearless_simd::dispatch;

use super::batch::{Batch, Frame, ROWS};
use super::lane::{Lane, by_value};
use super::parse::Short;
use super::sums::{Small, millionths};
use super::words;
use crate::fact::Content;
use crate::fact::bulk::moment_of;
use crate::fact::fingerprint::{AT_ONCE, Column, Facts, NOTHING, Rest};
use crate::intake::target::Target;

/// Words of the longest id or customer that is read with others.
const LONGEST: usize = 6;
/// Rows that a processor may hash at once: so many that none is left over.
const TOGETHER: usize = 16;

/// The words of many rows.
pub(super) struct Prints {
    texts: [[u64; ROWS]; LONGEST],
    /// Times, quantities and amounts, as fingerprints take them.
    numbers: [[u64; ROWS]; 3],
    /// Are both numbers of a row such words?
    small: [bool; ROWS],
    /// What the shapes of rows add.
    shapes: [[u64; ROWS]; 2],
}

impl Default for Prints {
    fn default() -> Self {
        Self {
            texts: [[0; ROWS]; LONGEST],
            numbers: [[0; ROWS]; 3],
            small: [false; ROWS],
            shapes: [[0; ROWS]; 2],
        }
    }
}

impl Prints {
    /// What a row adds, if that is small.
    #[inline(always)]
    pub(super) fn small(&self, row: usize) -> Option<Small> {
        let [_, quantity, amount] = self.numbers.each_ref().map(|words| words[row]);
        let of = |word: u64| if word == NOTHING { 0 } else { word.cast_signed() };
        self.small[row].then(|| Small::row([of(quantity), of(amount)]))
    }

    /// Reads a column, and says which rows do not fit. Of those that are not sure anything may stand there.
    #[inline(always)]
    fn read<const W: usize>(&mut self, frame: &Frame<'_>, column: Option<usize>) -> Odd {
        let mut odd = Odd::default();
        let Some(column) = column else {
            let nobody = words::ended::<W>(&[0; 8 * LONGEST], 0, 0).unwrap_or([0; W]);
            self.texts.iter_mut().zip(nobody).for_each(|(words, word)| words.fill(word));
            return odd;
        };
        let Some(texts) = self.texts.first_chunk_mut::<W>() else { return odd };
        for (row, (from, to)) in (0..ROWS).zip(frame.runs(column, column)) {
            match words::ended::<W>(frame.text, from, to) {
                Some(words) => {
                    for (words, word) in texts.iter_mut().zip(words) {
                        words[row] = word;
                    }
                }
                None => odd.add(row),
            }
        }
        odd
    }

    /// The words of some rows.
    fn words<const W: usize>(&self, part: usize) -> [&Column; W] {
        std::array::from_fn(|at| column(&self.texts[at], part))
    }
}

/// Some of [`ROWS`] rows.
#[derive(Default)]
struct Odd(u128);

impl Odd {
    #[cold]
    fn add(&mut self, row: usize) {
        self.0 |= 1 << row;
    }

    fn and(&self, others: &Self) -> Self {
        Self(self.0 | others.0)
    }

    fn rows(mut self) -> impl Iterator<Item = usize> {
        std::iter::from_fn(move || {
            let row = (self.0 != 0).then(|| self.0.trailing_zeros() as usize)?;
            self.0 &= self.0 - 1;
            Some(row)
        })
    }
}

/// Some rows of all.
fn column(words: &[u64; ROWS], part: usize) -> &Column {
    &words.as_chunks().0[part]
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
        let odd = self.numbers(frame, batch);
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

    fn ids<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch) {
        let column = self.columns.at(Target::Id);
        let odd = batch.prints.read::<W>(frame, column);
        let ids = batch.ids[..together(frame.rows)].chunks_mut(AT_ONCE);
        for (part, ids) in ids.enumerate() {
            let words = batch.prints.words::<W>(part);
            dispatch!(self.level, _simd => self.ids.of_many(words, ids));
        }
        for row in odd.rows() {
            batch.ids[row] = self.ids.of(frame.text(row, column));
        }
    }

    /// Puts down what rows are made of beside their customers, and says of which that is not all.
    fn numbers(&self, frame: &Frame<'_>, batch: &mut Batch) -> Odd {
        let mut odd = Odd::default();
        let Batch { prints, quantities, amounts, times, shapes, .. } = batch;
        let word = |number: Option<Short>| {
            number.map_or(Some(NOTHING), |it| millionths(it).map(i64::cast_unsigned))
        };
        let [time_words, quantity_words, amount_words] = &mut prints.numbers;
        let [firsts, seconds] = &mut prints.shapes;
        for row in 0..frame.rows.min(ROWS) {
            let (quantity, amount) = (word(quantities.get(row)), word(amounts.get(row)));
            prints.small[row] = quantity.is_some() && amount.is_some();
            if !prints.small[row] {
                odd.add(row);
            }
            quantity_words[row] = quantity.unwrap_or_default();
            amount_words[row] = amount.unwrap_or_default();
            time_words[row] = times[row].cast_unsigned();
            // A row that is not sure may have no shape.
            if let Some(known) = self.shapes.get(shapes[row] as usize) {
                [firsts[row], seconds[row]] = known.contents.sums();
            }
        }
        odd
    }

    fn contents<const W: usize>(&self, frame: &Frame<'_>, batch: &mut Batch, numbers: Odd) {
        let odd = batch.prints.read::<W>(frame, self.columns.at(Target::Customer)).and(&numbers);
        let prints = &batch.prints;
        let contents = batch.contents[..together(frame.rows)].chunks_mut(AT_ONCE);
        for (part, contents) in contents.enumerate() {
            let facts = Facts {
                shapes: prints.shapes.each_ref().map(|words| column(words, part)),
                numbers: prints.numbers.each_ref().map(|words| column(words, part)),
                customers: prints.words::<W>(part),
            };
            dispatch!(self.level, _simd => self.key.of_many(&facts, contents));
        }
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
    words::needed(frame.text(0, column).len())
}
