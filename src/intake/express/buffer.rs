//! Memory for the text of a chunk, used for one chunk after the other.
//!
//! The law: memory that was needed once stays, so that it need not be cleared again before a file is read
//! into it; what stands in it behind the text is nobody's.

/// Text, and the room behind it.
#[derive(Debug, Default)]
pub(in crate::intake) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

impl Buffer {
    /// Begins anew; what stood there is written over.
    pub(in crate::intake) fn begin(&mut self, text: &[u8]) {
        self.length = 0;
        self.room(text.len()).copy_from_slice(text);
        self.grow(text.len());
    }

    /// Room for so many bytes behind the text.
    pub(in crate::intake) fn room(&mut self, bytes: usize) -> &mut [u8] {
        let (from, to) = (self.length, self.length + bytes);
        if self.bytes.len() < to {
            self.bytes.resize(to, 0);
        }
        &mut self.bytes[from..to]
    }

    /// So many bytes of the room are text now.
    pub(in crate::intake) fn grow(&mut self, bytes: usize) {
        self.length += bytes;
    }

    /// The text ends here.
    pub(in crate::intake) fn end_at(&mut self, length: usize) {
        self.length = length;
    }

    /// The text.
    pub(in crate::intake) fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_was_put_there_last() {
        let mut buffer = Buffer::default();
        for (carry, more, end) in [(0, 0, 0), (10, 500, 505), (5, 700, 705), (100, 0, 7), (0, 3, 3)]
        {
            buffer.begin(&vec![1; carry]);
            buffer.room(more).fill(2);
            buffer.grow(more);
            buffer.end_at(end);
            let text = [vec![1; carry], vec![2; more]].concat();
            assert_eq!(buffer.text(), &text[..end]);
        }
    }
}
