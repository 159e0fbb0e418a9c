//! Finds the ends of fields and lines in plain text: text without a quote.
//!
//! Sixty-four bytes at a time are compared with the two signs and become the bits of two words. The
//! places of signs are written eight at a time, whether there are as many or not: neither costs a
//! branch that cannot be foreseen.

use wide::u8x16;

/// Bytes compared at once.
const BLOCK: usize = 64;
/// Places written at once.
const EIGHT: usize = 8;

/// The places of signs that were found and not yet let go.
#[derive(Default)]
pub(super) struct Signs {
    /// With more room than there are places.
    places: Vec<usize>,
    count: usize,
    /// Which of the places are line ends, in order.
    lines: Vec<usize>,
}

impl Signs {
    /// Finds every delimiter and line end of a text that begins at a place.
    pub(super) fn find(&mut self, text: &[u8], at: usize, delimiter: u8) {
        let room = self.count + text.len() + 2 * BLOCK;
        if self.places.len() < room {
            self.places.resize(room, 0);
        }
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            self.block(block, at + number * BLOCK, delimiter);
        }
        if !rest.is_empty() {
            let mut last = [b' '; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            // A delimiter may be a space: what is behind the end is cut off.
            let within = u64::MAX >> (BLOCK - rest.len());
            let (signs, lines) = masks(&last, delimiter);
            self.put(signs & within, lines & within, at + blocks.len() * BLOCK);
        }
    }

    #[inline]
    fn block(&mut self, block: &[u8; BLOCK], at: usize, delimiter: u8) {
        let (signs, lines) = masks(block, delimiter);
        self.put(signs, lines, at);
    }

    #[inline]
    fn put(&mut self, mut signs: u64, mut lines: u64, at: usize) {
        while lines != 0 {
            let below = signs & (lines ^ (lines - 1)) >> 1;
            self.lines.push(self.count + below.count_ones() as usize);
            lines &= lines - 1;
        }
        let next = self.count + signs.count_ones() as usize;
        let mut from = self.count;
        loop {
            let eight = self.places[from..].first_chunk_mut::<EIGHT>().expect("there is room");
            for place in eight {
                *place = at + signs.trailing_zeros() as usize;
                signs &= signs.wrapping_sub(1);
            }
            from += EIGHT;
            if from >= next {
                break;
            }
        }
        self.count = next;
    }

    /// Calls `each` with the places of every whole line, the last of which is its end, and lets them
    /// go.
    #[inline]
    pub(super) fn whole_lines(&mut self, mut each: impl FnMut(&mut [usize])) {
        let mut from = 0;
        for &end in &self.lines {
            each(&mut self.places[from..=end]);
            from = end + 1;
        }
        self.lines.clear();
        self.places.copy_within(from..self.count, 0);
        self.count -= from;
    }

    /// The places of a line that goes on to the end of the text.
    pub(super) fn last_line(&mut self, end: usize) -> &mut [usize] {
        self.places.truncate(self.count);
        self.places.push(end);
        &mut self.places
    }
}

/// Where a sign stands, and where a line end.
#[inline]
fn masks(block: &[u8; BLOCK], delimiter: u8) -> (u64, u64) {
    let (delimiter, end) = (u8x16::splat(delimiter), u8x16::splat(b'\n'));
    let (quarters, _) = block.as_chunks::<16>();
    (0..).step_by(16).zip(quarters).fold((0, 0), |(signs, lines), (shift, quarter)| {
        let bytes = u8x16::new(*quarter);
        let ends = bytes.simd_eq(end);
        let both = bytes.simd_eq(delimiter) | ends;
        let bits = |mask: u8x16| u64::from(mask.to_bitmask()) << shift;
        (signs | bits(both), lines | bits(ends))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_sign_is_found_once(
            texts in proptest::collection::vec("[a,\n ]{0,200}|[a,]{0,200}", 1..5),
            delimiter in prop_oneof![Just(b','), Just(b' ')],
        ) {
            let (mut signs, mut found, mut at) = (Signs::default(), Vec::new(), 0);
            for text in &texts {
                signs.find(text.as_bytes(), at, delimiter);
                signs.whole_lines(|places| found.push(places.to_vec()));
                at += text.len();
            }
            found.push(signs.last_line(at).to_vec());
            let all = texts.concat();
            let mut due = vec![Vec::new()];
            for (place, byte) in all.bytes().enumerate() {
                if byte == delimiter || byte == b'\n' {
                    due.last_mut().unwrap().push(place);
                }
                if byte == b'\n' {
                    due.push(Vec::new());
                }
            }
            due.last_mut().unwrap().push(at);
            prop_assert_eq!(found, due);
        }
    }
}
