//! Small whole numbers as Parquet packs them: runs of one number, and runs of numbers of so many bits.
//!
//! The law: numbers come only from the bytes that are theirs; where those end, there are none.

use std::ops::Range;

/// Reads such numbers, one after the other.
#[derive(Debug)]
pub(super) struct Runs {
    /// Bits of a number, at most 32.
    width: u32,
    /// The bytes of the runs that follow.
    bytes: Range<usize>,
    /// Numbers left in this run; the one that it repeats, if it does, else at which bit the next begins.
    left: usize,
    same: Option<u32>,
    bit: usize,
}

impl Runs {
    /// Numbers of so many bits in some bytes of a page; none if no number is as wide.
    pub(super) fn new(width: u32, bytes: Range<usize>) -> Option<Self> {
        (width <= u32::BITS).then_some(Self { width, bytes, left: 0, same: None, bit: 0 })
    }

    /// The next number; none if there is no more.
    #[inline(always)]
    pub(super) fn next(&mut self, page: &[u8]) -> Option<u32> {
        if self.left == 0 {
            self.begin(page)?;
        }
        self.left -= 1;
        if self.same.is_some() {
            return self.same;
        }
        let end = self.bit + self.width as usize;
        if end > self.bytes.start * 8 {
            return None;
        }
        let number = word(page.get(self.bit / 8..)?) >> (self.bit % 8);
        self.bit = end;
        Some((number & ((1 << self.width) - 1)) as u32)
    }

    /// Begins the next run.
    #[cold]
    #[inline(never)]
    fn begin(&mut self, page: &[u8]) -> Option<()> {
        while self.left == 0 {
            let head = self.head(page)?;
            let count = usize::try_from(head >> 1).ok()?;
            let length = if head & 1 == 1 {
                // A group of eight numbers is as many bytes as a number has bits.
                (self.same, self.left) = (None, count.checked_mul(8)?);
                self.bit = self.bytes.start.checked_mul(8)?;
                count.checked_mul(self.width as usize)?
            } else {
                let length = self.width.div_ceil(8) as usize;
                let value = page.get(self.bytes.clone())?.get(..length)?;
                (self.same, self.left) = (Some(word(value) as u32), count);
                length
            };
            // The last run may be cut off where no number is any more.
            self.bytes.start = self.bytes.start.saturating_add(length).min(self.bytes.end);
        }
        Some(())
    }

    /// What a run begins with: seven bits of a number in each byte, the lowest first.
    fn head(&mut self, page: &[u8]) -> Option<u64> {
        let (mut head, mut shift) = (0, 0);
        loop {
            let byte = *page.get(self.bytes.clone())?.first()?;
            self.bytes.start += 1;
            head |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return Some(head);
            }
            if shift > 56 {
                return None;
            }
        }
    }
}

/// The first eight bytes as a number, the lowest first; what is not there is nothing.
#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    let mut padded = [0; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(padded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers as a writer may pack them: some runs of one, the others in groups of eight.
    fn packed(runs: &[(u32, usize, bool)], width: u32) -> (Vec<u32>, Vec<u8>) {
        let (mut numbers, mut bytes) = (Vec::new(), Vec::new());
        for &(value, count, same) in runs {
            let value =
                |at: usize| (u64::from(value) + if same { 0 } else { at as u64 }) % (1 << width);
            let (count, begin) = if same { (count, count * 2) } else { (count * 8, count * 2 + 1) };
            head(begin, &mut bytes);
            numbers.extend((0..count).map(|at| value(at) as u32));
            if same {
                bytes.extend(&value(0).to_le_bytes()[..width.div_ceil(8) as usize]);
                continue;
            }
            let mut bits: Vec<bool> = Vec::new();
            (0..count).for_each(|at| bits.extend((0..width).map(|bit| value(at) >> bit & 1 == 1)));
            let byte = |of: &[bool]| of.iter().rev().fold(0, |all, bit| all << 1 | u8::from(*bit));
            bytes.extend(bits.chunks(8).map(byte));
        }
        (numbers, bytes)
    }

    fn head(mut number: usize, bytes: &mut Vec<u8>) {
        while number >= 128 {
            bytes.push((number & 127 | 128) as u8);
            number >>= 7;
        }
        bytes.push(number as u8);
    }

    proptest! {
        #[test]
        fn numbers_are_those_that_were_packed(
            runs in proptest::collection::vec((any::<u32>(), 1_usize..300, any::<bool>()), 0..6),
            width in 0_u32..33,
            before in 0_usize..9,
            behind in 0_usize..9,
            lost in 1_usize..9,
        ) {
            let (numbers, bytes) = packed(&runs, width);
            let page = [vec![0xAA; before], bytes.clone(), vec![0xAA; behind]].concat();
            let mut read = Runs::new(width, before..before + bytes.len()).unwrap();
            for number in &numbers {
                prop_assert_eq!(read.next(&page), Some(*number));
            }
            prop_assert_eq!(read.next(&page), None);
            // Cut off: the same, and none from some place on.
            let end = before + bytes.len().saturating_sub(lost);
            let mut read = Runs::new(width, before..end).unwrap();
            let kept = numbers.iter().take_while(|number| read.next(&page) == Some(**number)).count();
            prop_assert!(kept == numbers.len() || read.next(&page).is_none());
        }
    }

    #[test]
    fn numbers_wider_than_any_are_none() {
        assert!(Runs::new(33, 0..9).is_none());
        let mut read = Runs::new(3, 0..12).unwrap();
        assert_eq!(read.next(&[0xFF; 12]), None);
    }
}
