//! Memory for the text of a chunk, with room on both sides that may be read as well.
//!
//! The law: before the text and behind its end stand at least [`SLACK`] bytes of zero. So whoever looks at
//! many bytes at once need not look where the text begins or ends.

#[cfg(test)]
use std::ops::Range;

/// Bytes of zero on each side.
pub(super) const SLACK: usize = 64;

/// Text, and the room around it.
#[derive(Debug)]
pub(in crate::intake) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

impl Default for Buffer {
    fn default() -> Self {
        Self { bytes: vec![0; 2 * SLACK], length: 0 }
    }
}

impl Buffer {
    /// Begins anew; what stood there is written over.
    pub(super) fn begin(&mut self, text: &[u8]) {
        self.length = 0;
        self.room(text.len()).copy_from_slice(text);
        self.grow(text.len());
    }

    /// Room for so many bytes behind the text.
    pub(super) fn room(&mut self, bytes: usize) -> &mut [u8] {
        let from = SLACK + self.length;
        let needed = from + bytes + SLACK;
        if self.bytes.len() < needed {
            self.bytes.resize(needed, 0);
        }
        &mut self.bytes[from..from + bytes]
    }

    /// So many bytes of the room are text now.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.length += bytes;
    }

    /// The text ends here.
    pub(super) fn end_at(&mut self, length: usize) {
        self.length = length;
        self.room(0);
        self.bytes[SLACK + length..][..SLACK].fill(0);
    }

    /// The bytes with what stands around the text, and where the text is.
    #[cfg(test)]
    pub(super) fn around(&self) -> (&[u8], Range<usize>) {
        (&self.bytes, SLACK..SLACK + self.length)
    }

    /// The text.
    pub(in crate::intake) fn text(&self) -> &[u8] {
        &self.bytes[SLACK..SLACK + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stand_around_the_text() {
        let mut buffer = Buffer::default();
        for (carry, more, end) in [(0, 0, 0), (10, 500, 505), (5, 700, 705), (100, 0, 7), (0, 3, 3)]
        {
            buffer.begin(&vec![1; carry]);
            buffer.room(more).fill(2);
            buffer.grow(more);
            buffer.end_at(end);
            let text = [vec![1; carry], vec![2; more]].concat();
            assert_eq!(buffer.text(), &text[..end]);
            let (bytes, range) = buffer.around();
            assert_eq!(bytes[..range.start], [0; SLACK]);
            assert_eq!(bytes[range.end..][..SLACK], [0; SLACK]);
        }
    }
}
