//! Single lines of a file put together, to be read again many at once.
//!
//! The law: each ends where it did.

use std::borrow::Cow;

/// Some rows as text, each on a line of its own.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) text: Vec<u8>,
    /// Where each begins, and where it ends without what ends its line.
    bounds: Vec<(usize, usize)>,
    /// What each is known by.
    pub(super) checks: Vec<u64>,
}

impl Lines {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.bounds.clear();
        self.checks.clear();
    }

    pub(super) fn push(&mut self, row: &[u8], check: u64) {
        let from = self.text.len();
        self.text.extend_from_slice(&ended(row));
        self.text.push(b'\n');
        self.bounds.push((from, from + row.len()));
        self.checks.push(check);
    }

    pub(super) fn row(&self, number: usize) -> &[u8] {
        let (from, to) = self.bounds[number];
        &self.text[from..to]
    }
}

/// A line without its end as text that ends where it does: of two signs that may end a line, one is
/// taken away once more.
pub(super) fn ended(line: &[u8]) -> Cow<'_, [u8]> {
    match line.last() {
        Some(b'\r') => Cow::Owned([line, b"\r"].concat()),
        Some(_) | None => Cow::Borrowed(line),
    }
}
