//! Small whole numbers as Parquet packs them: runs of one number, and runs of numbers of so many bits.
//!
//! The law: numbers come only from the bytes that are theirs; where those end, there are none.

use std::ops::Range;

/// Numbers that are counted at once.
const PIECE: usize = 64;

/// Reads such numbers, some at a time.
#[derive(Clone, Debug)]
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

    /// The next numbers, as many as there is room for; none if there are fewer.
    pub(super) fn fill(&mut self, page: &[u8], numbers: &mut [u32]) -> Option<()> {
        let mut rest = numbers;
        while !rest.is_empty() {
            let (same, bit, count) = self.take(page, rest.len())?;
            let (now, later) = rest.split_at_mut(count);
            match same {
                Some(same) => now.fill(same),
                None => self.unpack(page, bit, now)?,
            }
            rest = later;
        }
        Some(())
    }

    /// Passes by so many numbers.
    pub(super) fn pass(&mut self, page: &[u8], numbers: usize) -> Option<()> {
        let mut left = numbers;
        while left > 0 {
            left -= self.take(page, left)?.2;
        }
        Some(())
    }

    /// Passes by so many numbers and says how many of them are not 0.
    pub(super) fn pass_counting(&mut self, page: &[u8], numbers: usize) -> Option<usize> {
        let (mut left, mut found) = (numbers, 0);
        while left > 0 {
            if self.left == 0 {
                self.begin(page)?;
            }
            // Of packed ones no more at once than there is room for.
            let most = if self.same.is_some() { left } else { left.min(PIECE) };
            let (same, bit, count) = self.take(page, most)?;
            found += match same {
                Some(0) => 0,
                Some(_) => count,
                None => {
                    let mut some = [0; PIECE];
                    self.unpack(page, bit, &mut some[..count])?;
                    some.iter().filter(|number| **number != 0).count()
                }
            };
            left -= count;
        }
        Some(found)
    }

    /// Are all of the next numbers this one, as far as one run tells? Then they are passed by.
    pub(super) fn are_all(&mut self, page: &[u8], number: u32, count: usize) -> Option<bool> {
        if self.left == 0 {
            self.begin(page)?;
        }
        let all = self.same == Some(number) && self.left >= count;
        if all {
            self.left -= count;
        }
        Some(all)
    }

    /// Takes at most so many numbers of one run: what all of them are, or at which bit the first begins; and how
    /// many they are.
    fn take(&mut self, page: &[u8], most: usize) -> Option<(Option<u32>, usize, usize)> {
        if self.left == 0 {
            self.begin(page)?;
        }
        let (bit, count) = (self.bit, most.min(self.left));
        if self.same.is_none() {
            let end = bit.checked_add(count.checked_mul(self.width as usize)?)?;
            if end > self.bytes.start * 8 {
                return None;
            }
            self.bit = end;
        }
        self.left -= count;
        Some((self.same, bit, count))
    }

    /// Packed numbers from a bit on.
    fn unpack(&self, page: &[u8], from: usize, numbers: &mut [u32]) -> Option<()> {
        let (mut bit, mask) = (from, (1_u64 << self.width) - 1);
        for number in numbers {
            *number = ((word(page.get(bit / 8..)?) >> (bit % 8)) & mask) as u32;
            bit += self.width as usize;
        }
        Some(())
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

    fn next(runs: &mut Runs, page: &[u8]) -> Option<u32> {
        let mut number = [0];
        runs.fill(page, &mut number).map(|()| number[0])
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
            piece in 1_usize..200,
        ) {
            let (numbers, bytes) = packed(&runs, width);
            let page = [vec![0xAA; before], bytes.clone(), vec![0xAA; behind]].concat();
            let all = Runs::new(width, before..before + bytes.len()).unwrap();
            let mut read = all.clone();
            for (number, rest) in numbers.iter().zip((0..numbers.len()).rev()) {
                prop_assert_eq!(next(&mut read, &page), Some(*number));
                prop_assert_eq!(read.clone().fill(&page, &mut vec![0; rest]), Some(()));
            }
            prop_assert_eq!(next(&mut read, &page), None);
            // In pieces, passed by, counted, or all the same.
            let (mut read, mut passed, mut counted) = (all.clone(), all.clone(), all.clone());
            for due in numbers.chunks(piece) {
                let (mut same, mut found) = (read.clone(), vec![0; due.len()]);
                read.fill(&page, &mut found).unwrap();
                prop_assert_eq!(&found, due);
                passed.pass(&page, due.len()).unwrap();
                let some = due.iter().filter(|number| **number > 0).count();
                prop_assert_eq!(counted.pass_counting(&page, due.len()), Some(some));
                prop_assert_eq!(next(&mut passed.clone(), &page), next(&mut read.clone(), &page));
                prop_assert_eq!(next(&mut counted.clone(), &page), next(&mut read.clone(), &page));
                if same.are_all(&page, due[0], due.len()).unwrap() {
                    prop_assert!(due.iter().all(|number| *number == due[0]));
                    prop_assert_eq!(next(&mut same, &page), next(&mut read.clone(), &page));
                }
            }
            // Cut off: the same, and none from some place on.
            let end = before + bytes.len().saturating_sub(lost);
            let mut read = Runs::new(width, before..end).unwrap();
            let kept = numbers.iter().take_while(|number| next(&mut read, &page) == Some(**number)).count();
            prop_assert!(kept == numbers.len() || next(&mut read, &page).is_none());
            let mut read = Runs::new(width, before..end).unwrap();
            prop_assert!(kept == numbers.len() || read.pass(&page, numbers.len()).is_none());
        }
    }

    #[test]
    fn numbers_wider_than_any_are_none() {
        assert!(Runs::new(33, 0..9).is_none());
        let mut read = Runs::new(3, 0..12).unwrap();
        assert_eq!(next(&mut read, &[0xFF; 12]), None);
    }
}
