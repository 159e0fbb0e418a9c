//! The texts of shapes, looked up by what a row says: a row's own text is neither copied nor compared byte
//! by byte.
//!
//! The law: two rows have the same number if and only if all fields of their shapes are the same, as their
//! [joined texts](super::joined) are then; all of a key is compared.

use fearless_simd::{Level, Simd, dispatch};
use hashbrown::HashTable;

use super::batch::{Frame, ROWS};
use super::joined::{self, Cuts, LINE, LONGEST, Run, lines, lines_mut, quick, same};

#[cfg(test)]
mod laws;

/// Runs of most files; of columns that make a shape there can be no more than the second.
const FEW: usize = 4;
const MANY: usize = 7;
/// Keys that are looked for first, by the highest bits of their hash.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 15;

/// What stands before further words. No key begins so that has none, as no text does.
const FURTHER: u8 = 0xFE;

/// The keys that are known, and one that is being put together.
pub(super) struct Keys {
    level: Level,
    runs: Vec<Run>,
    /// Bytes of a key, with its end: all have as many lines as the longest that was met.
    width: usize,
    key: Vec<u8>,
    /// Key by key. The first is none.
    known: Vec<u8>,
    table: HashTable<u32>,
    /// By the highest bits of a hash, the number of the key that last had them, or 0.
    recent: Box<[u32; RECENT]>,
    /// The keys of many rows, and those bits of their hashes.
    rows: Vec<u8>,
    slots: [u32; ROWS],
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Its number.
    Known(u32),
    /// Nothing: it can be [kept](Keys::keep).
    New,
}

impl Keys {
    /// Keys of these columns.
    pub(super) fn new(columns: impl Iterator<Item = usize>) -> Self {
        let recent = vec![0; RECENT].into_boxed_slice();
        Self {
            level: Level::new(),
            runs: Run::all(columns),
            width: LINE,
            key: Vec::new(),
            // Bytes that no key is made of.
            known: vec![u8::MAX; LINE],
            table: HashTable::new(),
            recent: recent.try_into().expect("there are as many"),
            rows: vec![0; ROWS * LINE],
            slots: [0; ROWS],
        }
    }

    /// Looks up the key of a row, with further words before it, if there are any. None if it is too long.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[usize],
        further: &[u64],
    ) -> Option<Found> {
        self.key.clear();
        if !further.is_empty() {
            self.key.push(FURTHER);
        }
        self.key.extend(further.iter().flat_map(|word| word.to_le_bytes()));
        joined::put(&mut self.key, &self.runs, text, start, ends);
        if self.key.len() > self.width {
            self.widen(self.key.len().next_power_of_two())?;
        }
        self.key.resize(self.width, 0);
        let number = find_further(&self.table, &self.known, &self.key);
        Some(if number == 0 { Found::New } else { Found::Known(number - 1) })
    }

    /// Sees to it that keys of so many bytes have room; none if they are too long.
    #[cold]
    fn widen(&mut self, width: usize) -> Option<()> {
        if width > LONGEST * LINE {
            return None;
        }
        let mut known = Vec::with_capacity(self.known.len() / self.width * width);
        for key in self.known.chunks_exact(self.width) {
            known.extend_from_slice(key);
            known.resize(known.len().next_multiple_of(width), 0);
        }
        // Keys stand elsewhere now, and have other hashes.
        (self.known, self.width) = (known, width);
        self.rows = vec![0; ROWS * width];
        self.recent.fill(0);
        self.table = HashTable::new();
        for number in 1..(self.known.len() / width) as u32 {
            self.enter(number);
        }
        Some(())
    }

    /// Remembers the key that was put together; gives back its number, which is that of the keys before.
    pub(super) fn keep(&mut self) -> Option<u32> {
        let number = u32::try_from(self.known.len() / self.width).ok()?;
        self.known.extend_from_slice(&self.key);
        self.enter(number);
        Some(number - 1)
    }

    /// Puts a known key into the table.
    fn enter(&mut self, number: u32) {
        let (known, width) = (&self.known, self.width);
        let again = |number: &u32| strong(key(known, width, *number));
        self.table.insert_unique(again(&number), number, again);
    }

    /// Looks up the keys of rows without further words: their numbers, for those that stay sure.
    pub(super) fn find_many(&mut self, frame: &Frame<'_>, sure: &mut [bool], numbers: &mut [u32]) {
        let level = self.level;
        // Of a width that it knows, the processor is told all steps in a row.
        match (self.width / LINE, self.runs.len()) {
            (_, 0 | 8..) => sure.fill(false),
            (1, ..=FEW) => {
                dispatch!(level, simd => self.all::<_, FEW, 1>(simd, frame, sure, numbers))
            }
            (1, _) => dispatch!(level, simd => self.all::<_, MANY, 1>(simd, frame, sure, numbers)),
            (2, _) => dispatch!(level, simd => self.all::<_, MANY, 2>(simd, frame, sure, numbers)),
            (4, _) => dispatch!(level, simd => self.all::<_, MANY, 4>(simd, frame, sure, numbers)),
            _ => dispatch!(level, simd => self.all::<_, MANY, LONGEST>(simd, frame, sure, numbers)),
        }
    }

    /// The same, for so many runs at most and keys of so many lines. First all keys are put down: to look one up
    /// takes long, but not of the processor's time, and so it has many in hand.
    #[inline(always)]
    fn all<S: Simd, const RUNS: usize, const LINES: usize>(
        &mut self,
        simd: S,
        frame: &Frame<'_>,
        sure: &mut [bool],
        numbers: &mut [u32],
    ) {
        self.join::<S, RUNS, LINES>(simd, frame, sure);
        self.look_up::<S, LINES>(simd, sure, numbers);
    }

    /// Puts down the keys of rows. What is not all there is not sure.
    #[inline(always)]
    fn join<S: Simd, const RUNS: usize, const LINES: usize>(
        &mut self,
        simd: S,
        frame: &Frame<'_>,
        sure: &mut [bool],
    ) {
        let Some(last) = self.runs.last() else { return };
        let cuts = Cuts::<RUNS>::of(frame, &self.runs, last);
        let keys = lines_mut::<LINES>(&mut self.rows).iter_mut().zip(&mut self.slots);
        let rows = sure.iter_mut().zip(frame.runs(last.first, last.last)).zip(keys);
        let mut row = 0;
        for ((sure, (_, end)), (into, slot)) in rows {
            match cuts.key::<S, LINES>(simd, frame.text, row, end as u32) {
                Some(key) => {
                    *slot = (quick(simd, key) >> (64 - RECENT_BITS)) as u32;
                    for (into, line) in into.iter_mut().zip(key) {
                        *into = line.into();
                    }
                }
                None => *sure = false,
            }
            row = row.wrapping_add(frame.fields());
        }
    }

    /// Looks up keys that were put down.
    #[inline(always)]
    fn look_up<S: Simd, const LINES: usize>(
        &mut self,
        simd: S,
        sure: &mut [bool],
        numbers: &mut [u32],
    ) {
        let keys = lines::<LINES>(&self.rows).iter().zip(&self.slots);
        for ((sure, number), (key, slot)) in sure.iter_mut().zip(numbers).zip(keys) {
            let slot = *slot as usize % RECENT;
            *number = self.recent[slot];
            if *sure && !same(simd, key, &lines::<LINES>(&self.known)[*number as usize]) {
                *number = find_further(&self.table, &self.known, key.as_flattened());
                self.recent[slot] = *number;
                *sure = *number != 0;
            }
            *number = number.wrapping_sub(1);
        }
    }
}

/// The number of a key and one, or 0.
#[cold]
#[inline(never)]
fn find_further(table: &HashTable<u32>, known: &[u8], text: &[u8]) -> u32 {
    let alike = |number: &u32| key(known, text.len(), *number) == text;
    table.find(strong(text), alike).copied().unwrap_or_default()
}

fn key(known: &[u8], width: usize, number: u32) -> &[u8] {
    &known[number as usize * width..][..width]
}

/// The hash of a key in the table of all.
fn strong(key: &[u8]) -> u64 {
    key.as_chunks().0.iter().fold(0x9E37_79B9_7F4A_7C15, |hash, word| {
        let product = u128::from(hash ^ u64::from_le_bytes(*word)) * 0xBF58_476D_1CE4_E5B9;
        product as u64 ^ (product >> 64) as u64
    })
}
