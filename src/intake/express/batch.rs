//! Many rows at once, column by column: what a row's fields say is worked out in one short loop for
//! each field, so that a processor has several rows in hand at a time.
//!
//! The law: what is found of a row here is what [`Lane::take`](super::lane::Lane::take) finds of it, or
//! nothing. Rows of which nothing is found go that way.

use super::clocks::Clocks;
use super::numbers::{Numbers, Tails};
use super::prints::Prints;
use super::sums::{Cell, Small};
use super::texts::Odd;
use crate::fact::fingerprint::{AT_ONCE, NOTHING};
use crate::fact::{Content, Hash};

/// The most rows at once: what is known of them stays in the nearest cache.
pub(super) const ROWS: usize = AT_ONCE;

/// What is known of rows.
pub(super) struct Batch {
    /// Is it certain so far what the row says?
    pub(super) sure: [bool; ROWS],
    pub(super) quantities: Numbers,
    pub(super) amounts: Numbers,
    /// In half seconds: instants are even, plain dates odd.
    pub(super) times: [i64; ROWS],
    /// Numbers of the spans that the times lie in.
    pub(super) spans: [u32; ROWS],
    /// Numbers of shapes.
    pub(super) shapes: [u32; ROWS],
    /// Fingerprints.
    pub(super) ids: [Hash; ROWS],
    pub(super) contents: [Content; ROWS],
    pub(super) prints: Prints,
    /// The places of kinds and products in the list of the delivery.
    pub(super) places: [u32; ROWS],
    /// Where rows begin that were taken.
    pub(super) at: [u64; ROWS],
    /// What numbers and times are read from.
    pub(super) tails: Tails,
    pub(super) clocks: Clocks,
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            sure: [false; ROWS],
            quantities: Numbers::default(),
            amounts: Numbers::default(),
            times: [0; ROWS],
            spans: [0; ROWS],
            shapes: [0; ROWS],
            ids: [Hash::default(); ROWS],
            contents: [Content::default(); ROWS],
            prints: Prints::default(),
            places: [0; ROWS],
            at: [0; ROWS],
            tails: Tails::default(),
            clocks: Clocks::default(),
        }
    }
}

impl Batch {
    /// The numbers of a row that is certain, in units of 10^-12.
    #[inline(always)]
    pub(super) fn units(&self, row: usize) -> (Option<i128>, Option<i128>) {
        (self.quantities.units(row), self.amounts.units(row))
    }

    /// What the row adds, if that is small.
    #[inline(always)]
    pub(super) fn small(&self, row: usize) -> Option<Small> {
        let of = |word: u64| if word == NOTHING { 0 } else { word.cast_signed() };
        let numbers = [self.quantities.words[row], self.amounts.words[row]];
        let small = self.quantities.small[row] & self.amounts.small[row];
        small.then(|| Small::row(numbers.map(of)))
    }

    /// The rows of which a number is not small.
    pub(super) fn large(&self, rows: usize) -> Odd {
        let mut odd = Odd::default();
        let small = self.quantities.small[..rows].iter().zip(&self.amounts.small);
        if !small.clone().fold(true, |all, (quantity, amount)| all & quantity & amount) {
            let large = (0..).zip(small).filter(|(_, (quantity, amount))| !(**quantity & **amount));
            large.for_each(|(row, _)| odd.add(row));
        }
        odd
    }

    /// What the row adds.
    pub(super) fn cell(&self, row: usize) -> Cell {
        let (quantity, amount) = self.units(row);
        Cell { rows: 1, quantity: quantity.unwrap_or(0), amount: amount.unwrap_or(0) }
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
    /// Of at most [`ROWS`] lines.
    pub(super) fn of(text: &'t [u8], places: &'t [u32], fields: usize) -> Self {
        let end = |place: u32| place - u32::from(place > 0 && text[place as usize - 1] == b'\r');
        Self::ending(text, places, fields, end)
    }

    /// Of at most [`ROWS`] rows without their quotes, whose last fields end where their last signs stand.
    pub(super) fn bare(text: &'t [u8], places: &'t [u32], fields: usize) -> Self {
        Self::ending(text, places, fields, |place| place)
    }

    #[inline(always)]
    fn ending(
        text: &'t [u8],
        places: &'t [u32],
        fields: usize,
        end_of: impl Fn(u32) -> u32,
    ) -> Self {
        let mut ends = [0; ROWS];
        let rows = (places.len() - 1) / fields;
        let signs = places[1..].chunks_exact(fields);
        for (end, signs) in ends.iter_mut().zip(signs) {
            *end = end_of(signs[fields - 1]);
        }
        Self { text, places, fields, rows, ends }
    }

    /// Calls `each` with every row, and where a field of it begins and ends.
    #[inline(always)]
    pub(super) fn each(&self, column: usize, mut each: impl FnMut(usize, usize, usize)) {
        for (row, (from, to)) in (0..ROWS).zip(self.runs(column, column)) {
            each(row, from, to);
        }
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

    /// The places before a field of all rows, or behind the last: a row's stand so many behind those of the row
    /// before as it has [`fields`](Self::fields), all within a [span](Self::span).
    #[inline(always)]
    pub(super) fn before(&self, column: usize) -> &[u32] {
        &self.places[column..]
    }

    /// From the first row's place to the last row's, both counted.
    #[inline(always)]
    pub(super) fn span(&self) -> usize {
        self.rows.checked_sub(1).map_or(0, |rows| rows * self.fields + 1)
    }

    /// Fields of a row.
    #[inline(always)]
    pub(super) fn fields(&self) -> usize {
        self.fields
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

#[cfg(test)]
pub(super) mod tests {
    use super::super::split::Signs;

    /// Lines with so many fields, of which the one of a column is given; and the places of their signs.
    pub(in super::super) fn framed(
        texts: &[String],
        at: usize,
        fields: usize,
    ) -> (String, Vec<u32>) {
        let line = |text: &String| {
            let mut line = vec!["x1"; fields];
            line[at] = text;
            line.join(",") + "\r\n"
        };
        let text: String = texts.iter().map(line).collect();
        let mut signs = Signs::default();
        signs.restart();
        signs.find(text.as_bytes(), 0, b',');
        let places = signs.even(text.as_bytes(), fields).expect("no field has signs").to_vec();
        (text, places)
    }
}
