//! Rows without the quotes around their fields, side by side, so that they can be read as lines without quotes are.
//!
//! The law: each field is followed by a byte that no text has, so neighbouring fields that are looked up as one
//! keep their bounds.

use super::chunk::Left;
use super::joined;
use super::made::Made;
use super::texts::END;

/// Bytes that are copied at once: most fields have no more.
const WIDE: usize = 32;
/// So many bytes behind the last row may be read, and mean nothing.
const SLACK: usize = joined::LONGEST * joined::LINE;

/// Rows, one behind the other.
pub(super) struct Bare {
    text: Vec<u8>,
    used: usize,
    /// The place before the first row, then those of the signs behind all fields.
    places: Vec<u32>,
    /// Which lines of their text they are.
    rows: Vec<Left>,
}

impl Default for Bare {
    fn default() -> Self {
        Self { text: Vec::new(), used: 0, places: vec![u32::MAX], rows: Vec::new() }
    }
}

impl Bare {
    /// The same without its rows.
    pub(super) fn emptied(mut self) -> Self {
        self.used = 0;
        self.rows.clear();
        self.places.truncate(1);
        self
    }

    /// Puts a row behind the others, with the fields that are made of it; false if one cannot be made.
    pub(super) fn put(
        &mut self,
        text: &[u8],
        (line, from, to): (u64, usize, usize),
        ends: &[usize],
        made: &[Made],
    ) -> bool {
        let (used, places) = (self.used, self.places.len());
        self.make_room(to - from + ends.len());
        let mut start = from;
        for &end in ends {
            let (from, to) = without_quotes(text, start, end);
            self.push(text, from, to);
            start = end + 1;
        }
        for it in made {
            let field = |at: usize| {
                let from = if at == 0 { from } else { ends.get(at - 1)? + 1 };
                let (from, to) = without_quotes(text, from, *ends.get(at)?);
                Some(&text[from..to])
            };
            let Some(field) = it.text(field) else {
                self.used = used;
                self.places.truncate(places);
                return false;
            };
            self.make_room(field.len() + 1);
            self.push(field.as_bytes(), 0, field.len());
        }
        self.rows.push(Left { line, from, to });
        true
    }

    fn make_room(&mut self, bytes: usize) {
        let room = self.used + bytes + WIDE + SLACK;
        if self.text.len() < room {
            self.text.resize(room.next_power_of_two(), 0);
        }
    }

    #[inline(always)]
    fn push(&mut self, text: &[u8], from: usize, to: usize) {
        let (length, room) = (to - from, &mut self.text[self.used..]);
        match text[from..].first_chunk::<WIDE>() {
            Some(bytes) if length <= WIDE => room[..WIDE].copy_from_slice(bytes),
            _ => room[..length].copy_from_slice(&text[from..to]),
        }
        room[length] = END;
        self.places.push((self.used + length) as u32);
        self.used += length + 1;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Which lines of their text they are.
    pub(super) fn rows(&self) -> &[Left] {
        &self.rows
    }

    /// Where a row begins, and where its fields end.
    pub(super) fn row(&self, number: usize) -> (usize, Vec<usize>) {
        let fields = (self.places.len() - 1) / self.rows.len();
        let places = &self.places[number * fields..];
        let ends = places[1..=fields].iter().map(|place| *place as usize);
        (places[0].wrapping_add(1) as usize, ends.collect())
    }

    /// The text of all, and more behind it.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The place before the first row, then those of all signs.
    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }
}

/// A field without the quotes around it, if there are any.
#[inline(always)]
fn without_quotes(text: &[u8], from: usize, to: usize) -> (usize, usize) {
    match text[from..to] {
        [b'"', .., b'"'] => (from + 1, to - 1),
        _ => (from, to),
    }
}
