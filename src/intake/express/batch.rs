//! Many rows at once, column by column: what a row's fields say is worked out in one short loop for
//! each field, so that a processor has several rows in hand at a time.
//!
//! The law: what is found of a row here is what [`Lane::take`](super::lane::Lane::take) finds of it, or
//! nothing. Rows of which nothing is found go that way.

use super::marks::Marks;
use super::parse::{self, Short, Time};
use super::prints::Prints;
use super::sums::Cell;
use crate::fact::{Content, Hash};

/// The most rows at once: what is known of them stays in the nearest cache.
pub(super) const ROWS: usize = 128;

/// What is known of rows.
pub(super) struct Batch {
    /// Is it certain so far what the row says?
    pub(super) sure: [bool; ROWS],
    pub(super) quantities: Numbers,
    pub(super) amounts: Numbers,
    pub(super) times: [Time; ROWS],
    /// Numbers of the spans that the times lie in.
    pub(super) spans: [u32; ROWS],
    /// Numbers of shapes.
    pub(super) shapes: [u32; ROWS],
    /// Fingerprints.
    pub(super) ids: [Hash; ROWS],
    pub(super) contents: [Content; ROWS],
    pub(super) prints: Prints,
    pub(super) marks: Marks,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            sure: [false; ROWS],
            quantities: Numbers::default(),
            amounts: Numbers::default(),
            times: [Time::At(0); ROWS],
            spans: [0; ROWS],
            shapes: [0; ROWS],
            ids: [Hash::default(); ROWS],
            contents: [Content::default(); ROWS],
            prints: Prints::default(),
            marks: Marks::default(),
        }
    }
}

impl Batch {
    /// The numbers of a row that is certain, in units of 10^-12.
    #[inline(always)]
    pub(super) fn units(&self, row: usize) -> (Option<i128>, Option<i128>) {
        (self.quantities.units(row), self.amounts.units(row))
    }

    /// What the row adds.
    pub(super) fn cell(&self, row: usize) -> Cell {
        let (quantity, amount) = self.units(row);
        Cell { rows: 1, quantity: quantity.unwrap_or(0), amount: amount.unwrap_or(0) }
    }
}

/// A number of each row.
pub(super) struct Numbers {
    mantissas: [i64; ROWS],
    /// Digits behind the point.
    scales: [u8; ROWS],
}

/// Stands for the scale of a number that is not there.
const NOTHING: u8 = u8::MAX;

impl Default for Numbers {
    fn default() -> Self {
        Self { mantissas: [0; ROWS], scales: [NOTHING; ROWS] }
    }
}

impl Numbers {
    /// The number of a row.
    #[inline(always)]
    pub(super) fn get(&self, row: usize) -> Option<Short> {
        let (mantissa, scale) = (self.mantissas[row], self.scales[row]);
        (scale != NOTHING).then_some(Short { mantissa, scale })
    }

    /// The same in units of 10^-12: it has at most fifteen digits.
    #[inline(always)]
    fn units(&self, row: usize) -> Option<i128> {
        self.get(row).map(Short::scaled)
    }

    /// Takes the number of a row away.
    pub(super) fn remove(&mut self, row: usize) {
        (self.mantissas[row], self.scales[row]) = (0, NOTHING);
    }

    /// Reads a column.
    pub(super) fn read(&mut self, frame: &Frame<'_>, column: Option<usize>, sure: &mut [bool]) {
        let Some(column) = column else {
            self.scales.fill(NOTHING);
            return;
        };
        let found = self.mantissas.iter_mut().zip(&mut self.scales);
        for ((row, sure), (mantissa, scale)) in (0..).zip(sure).zip(found) {
            let (from, to) = frame.field(row, column);
            if from == to {
                (*mantissa, *scale) = (0, NOTHING);
                continue;
            }
            match parse::number_before(frame.text, from, to) {
                Some(short) => (*mantissa, *scale) = (short.mantissa, short.scale),
                None => *sure = false,
            }
        }
    }
}

/// Rows with so many fields each, and where these are.
pub(super) struct Frame<'t> {
    pub(super) text: &'t [u8],
    /// The place before the first row, then those of all signs.
    places: &'t [u32],
    fields: usize,
    pub(super) rows: usize,
    /// Where the last fields end.
    ends: [u32; ROWS],
}

impl<'t> Frame<'t> {
    /// Of at most [`ROWS`] rows.
    pub(super) fn of(text: &'t [u8], places: &'t [u32], fields: usize) -> Self {
        let mut ends = [0; ROWS];
        let rows = (places.len() - 1) / fields;
        let signs = places[1..].chunks_exact(fields);
        for (end, signs) in ends.iter_mut().zip(signs) {
            let place = signs[fields - 1];
            *end = place - u32::from(place > 0 && text[place as usize - 1] == b'\r');
        }
        Self { text, places, fields, rows, ends }
    }

    /// Where a row begins.
    #[inline(always)]
    pub(super) fn start(&self, row: usize) -> usize {
        self.places[row * self.fields].wrapping_add(1) as usize
    }

    /// Where a field begins and ends.
    #[inline(always)]
    pub(super) fn field(&self, row: usize, column: usize) -> (usize, usize) {
        self.run(row, column, column)
    }

    /// Where neighbouring fields begin and end.
    #[inline(always)]
    pub(super) fn run(&self, row: usize, first: usize, last: usize) -> (usize, usize) {
        let at = row * self.fields;
        let from = self.places[at + first].wrapping_add(1);
        let to = if last + 1 == self.fields { self.ends[row] } else { self.places[at + last + 1] };
        (from as usize, to as usize)
    }

    /// Where neighbouring fields begin and end, row by row.
    #[inline(always)]
    pub(super) fn runs(&self, first: usize, last: usize) -> Runs<'_> {
        let (ends, to_next) = if last + 1 == self.fields {
            (&self.ends[..self.rows], 1)
        } else {
            (&self.places[last + 1..], self.fields)
        };
        Runs { starts: &self.places[first..], ends, at: (0, 0), to_next: (self.fields, to_next) }
    }

    /// The text of a field; empty if there is no such column.
    #[inline(always)]
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> &'t [u8] {
        let (from, to) = column.map_or((0, 0), |column| self.field(row, column));
        &self.text[from..to]
    }
}

/// Goes through the places of neighbouring fields.
pub(super) struct Runs<'f> {
    starts: &'f [u32],
    ends: &'f [u32],
    at: (usize, usize),
    to_next: (usize, usize),
}

impl Iterator for Runs<'_> {
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (from, to) = (self.starts.get(self.at.0)?, self.ends.get(self.at.1)?);
        // Behind the last row nothing is found.
        self.at.0 = self.at.0.wrapping_add(self.to_next.0);
        self.at.1 = self.at.1.wrapping_add(self.to_next.1);
        Some((from.wrapping_add(1) as usize, *to as usize))
    }
}
