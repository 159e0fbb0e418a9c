//! The texts of shapes, looked up by what a row says: as words, so that a row's own text is neither
//! copied nor compared byte by byte.
//!
//! The law: two rows have the same key if and only if all fields of their shapes are the same. A field
//! has no delimiter within, each run of fields has an end that no text has, and all of a key is
//! compared.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u64x2};
use hashbrown::HashTable;

use super::batch::{Frame, ROWS};
use super::words;

/// Words of the longest key: rows with a longer one are left.
const WORDS: usize = 48;
/// Words of the longest run.
const LONGEST: usize = 32;
/// Keys that are looked for first, by the highest bits of their hash.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 15;

/// The keys that are known, and one that is being put together.
pub(super) struct Keys {
    level: Level,
    runs: Vec<Run>,
    /// Further words of a key.
    further: usize,
    /// All words of a key: those of its runs, the further ones, and perhaps a zero, for they are compared
    /// by twos.
    width: usize,
    words: Vec<u64>,
    /// Key by key. The first is none.
    known: Vec<u64>,
    table: HashTable<u32>,
    /// By the highest bits of a hash, the number of the key that last had them, or 0.
    recent: Box<[u32]>,
    /// The keys of many rows.
    rows: Vec<u64>,
}

/// Neighbouring columns as one.
#[derive(Clone, Copy)]
struct Run {
    first: usize,
    last: usize,
    /// Words of the longest that was met, with its end.
    words: usize,
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
    /// Keys of these columns and so many further words.
    pub(super) fn new(columns: impl Iterator<Item = usize>, further: usize) -> Self {
        let mut columns: Vec<usize> = columns.collect();
        columns.sort_unstable();
        columns.dedup();
        let runs = columns.chunk_by(|a, b| a + 1 == *b);
        let runs: Vec<Run> =
            runs.map(|run| Run { first: run[0], last: run[run.len() - 1], words: 1 }).collect();
        let mut keys = Self {
            level: Level::new(),
            runs,
            further,
            width: 0,
            words: Vec::new(),
            known: Vec::new(),
            table: HashTable::new(),
            recent: vec![0; RECENT].into(),
            rows: Vec::new(),
        };
        keys.measure();
        // Words that no text is made of.
        keys.known = vec![u64::MAX; keys.width];
        keys
    }

    /// Makes room for the words of a key.
    fn measure(&mut self) {
        let words: usize = self.runs.iter().map(|run| run.words).sum();
        self.width = (words + self.further).max(1).next_multiple_of(2);
        self.rows = vec![0; ROWS * self.width];
    }

    /// Looks up the key of a row; none if it is too long.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[usize],
        further: &[u64],
    ) -> Option<Found> {
        let place = |run: &Run| {
            let from = if run.first == 0 { start } else { ends[run.first - 1] + 1 };
            (from, ends[run.last])
        };
        self.widen(|run| place(run))?;
        self.words.clear();
        for run in &self.runs {
            let (from, to) = place(run);
            words::put(&mut self.words, &text[from..to], run.words);
        }
        self.words.extend_from_slice(further);
        self.words.resize(self.width, 0);
        let number = find_further(&self.table, &self.known, &self.words);
        Some(if number == 0 { Found::New } else { Found::Known(number - 1) })
    }

    /// Sees to it that runs of such lengths have room; none if they are too long.
    fn widen(&mut self, place: impl Fn(&Run) -> (usize, usize)) -> Option<()> {
        let needed = |run: &Run| {
            let (from, to) = place(run);
            rounded(words::needed(to - from)).max(run.words)
        };
        if self.runs.iter().all(|run| needed(run) == run.words) {
            return Some(());
        }
        let words: usize = self.runs.iter().map(needed).sum();
        if self.runs.iter().any(|run| needed(run) > LONGEST) || words + self.further > WORDS {
            return None;
        }
        let before = self.runs.clone();
        self.runs.iter_mut().for_each(|run| run.words = needed(run));
        let width = self.width;
        self.measure();
        let mut known = Vec::with_capacity(self.known.len() / width * self.width);
        for mut key in self.known.chunks_exact(width) {
            for (old, new) in before.iter().zip(&self.runs) {
                let words = key.split_off(..old.words).expect("a key has all its words");
                known.extend_from_slice(words);
                known.extend(std::iter::repeat_n(0, new.words - old.words));
            }
            known.extend_from_slice(&key[..self.further]);
            known.resize(known.len().next_multiple_of(self.width), 0);
        }
        // Keys stand elsewhere now, and have other hashes.
        self.known = known;
        self.recent.fill(0);
        let (known, width) = (&self.known, self.width);
        self.table = HashTable::new();
        for number in 1..(known.len() / width) as u32 {
            let again = |number: &u32| strong(key(known, width, *number));
            self.table.insert_unique(again(&number), number, again);
        }
        Some(())
    }

    /// Remembers the key that was put together; gives back its number, which is that of the keys before.
    pub(super) fn keep(&mut self) -> Option<u32> {
        let number = u32::try_from(self.known.len() / self.width).ok()?;
        self.known.extend_from_slice(&self.words);
        let (known, width) = (&self.known, self.width);
        let again = |number: &u32| strong(key(known, width, *number));
        self.table.insert_unique(again(&number), number, again);
        Some(number - 1)
    }

    /// Looks up the keys of rows without further words: their numbers, for those that stay sure.
    pub(super) fn find_many(&mut self, frame: &Frame<'_>, sure: &mut [bool], numbers: &mut [u32]) {
        let mut at = 0;
        for run in &self.runs {
            let read = Column { frame, run, sure, rows: &mut self.rows, width: self.width, at };
            match run.words {
                1 => read.words::<1>(),
                2 => read.words::<2>(),
                3 => read.words::<3>(),
                4 => read.words::<4>(),
                5 => read.words::<5>(),
                6 => read.words::<6>(),
                7 => read.words::<7>(),
                8 => read.words::<8>(),
                12 => read.words::<12>(),
                16 => read.words::<16>(),
                _ => sure.fill(false),
            }
            at += run.words;
        }
        let (level, rows) = (self.level, sure.iter_mut().zip(numbers));
        // Of a width that it knows, the processor is told all steps in a row.
        match self.width {
            4 => dispatch!(level, simd => self.look_up(simd, 4, rows)),
            6 => dispatch!(level, simd => self.look_up(simd, 6, rows)),
            8 => dispatch!(level, simd => self.look_up(simd, 8, rows)),
            10 => dispatch!(level, simd => self.look_up(simd, 10, rows)),
            12 => dispatch!(level, simd => self.look_up(simd, 12, rows)),
            width => dispatch!(level, simd => self.look_up(simd, width, rows)),
        }
    }

    /// Looks up keys of so many words.
    #[inline(always)]
    fn look_up<'s, S: Simd>(
        &mut self,
        simd: S,
        width: usize,
        rows: impl Iterator<Item = (&'s mut bool, &'s mut u32)>,
    ) {
        for (words, (sure, number)) in self.rows.chunks_exact(width).zip(rows) {
            let slot = slot(simd, words);
            *number = self.recent[slot];
            if *sure && !same(simd, words, key(&self.known, width, *number)) {
                *number = find_further(&self.table, &self.known, words);
                self.recent[slot] = *number;
                *sure = *number != 0;
            }
            *number = number.wrapping_sub(1);
        }
    }
}

/// Words for a run that needs so many: there is a loop for each count that is likely, and few for long ones.
fn rounded(words: usize) -> usize {
    if (9..=16).contains(&words) { words.next_multiple_of(4) } else { words }
}

/// The number of a key and one, or 0.
#[cold]
#[inline(never)]
fn find_further(table: &HashTable<u32>, known: &[u64], words: &[u64]) -> u32 {
    let alike = |number: &u32| key(known, words.len(), *number) == words;
    table.find(strong(words), alike).copied().unwrap_or_default()
}

/// One run of many rows.
struct Column<'c, 't> {
    frame: &'c Frame<'t>,
    run: &'c Run,
    sure: &'c mut [bool],
    rows: &'c mut [u64],
    /// Words of a row, and which of them are this run's.
    width: usize,
    at: usize,
}

impl Column<'_, '_> {
    /// Reads its words. What is not all there is not sure.
    #[inline(never)]
    fn words<const W: usize>(self) {
        let (text, runs, mut at) =
            (self.frame.text, self.frame.runs(self.run.first, self.run.last), self.at);
        for (sure, (from, to)) in self.sure.iter_mut().zip(runs) {
            let room = self.rows.get_mut(at..at.wrapping_add(W));
            let Some(into) = room.and_then(|room| room.first_chunk_mut::<W>()) else { return };
            at = at.wrapping_add(self.width);
            match words::ended(text, from, to) {
                Some(words) => *into = words,
                None => *sure = false,
            }
        }
    }
}

/// Two words at a time.
#[inline(always)]
fn pairs<S: Simd>(simd: S, words: &[u64]) -> impl Iterator<Item = u64x2<S>> {
    words.as_chunks().0.iter().map(move |pair: &[u64; 2]| (*pair).simd_into(simd))
}

#[inline(always)]
fn same<S: Simd>(simd: S, a: &[u64], b: &[u64]) -> bool {
    let both = pairs(simd, a).zip(pairs(simd, b));
    let [first, last] = both.fold(u64x2::splat(simd, 0), |all, (a, b)| all | (a ^ b)).into();
    first | last == 0
}

#[inline(always)]
fn key(known: &[u64], width: usize, number: u32) -> &[u64] {
    &known[number as usize * width..][..width]
}

/// Where keys with the quick hash of these words stand: keys that share it are only found more slowly.
#[inline(always)]
fn slot<S: Simd>(simd: S, words: &[u64]) -> usize {
    let both = pairs(simd, words);
    let hash = both.fold(u64x2::splat(simd, 0), |hash, pair| (hash + (hash << 21)) ^ pair);
    let [first, last]: [u64; 2] = hash.into();
    let first = first.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let last = last.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (first.wrapping_add(last) >> (64 - RECENT_BITS)) as usize
}

/// The hash of a key in the table of all.
fn strong(words: &[u64]) -> u64 {
    words.iter().fold(0x9E37_79B9_7F4A_7C15, |hash, word| {
        let product = u128::from(hash ^ word) * 0xBF58_476D_1CE4_E5B9;
        product as u64 ^ (product >> 64) as u64
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::intake::express::signs::tests::levels;
    use crate::intake::express::split::Signs;

    fn number(keys: &mut Keys, found: Found) -> u32 {
        match found {
            Found::Known(number) => number,
            Found::New => keys.keep().unwrap(),
        }
    }

    proptest! {
        #[test]
        fn keys_are_alike_when_their_fields_are(
            rows in proptest::collection::vec(
                proptest::collection::vec("[ab]{0,2}|a{7,9}|(ab){7,9}|\0|a{0,70}", 5), 1..30),
            columns in proptest::collection::vec(0_usize..5, 0..5),
            further in any::<bool>(),
            behind in ".{0,70}",
        ) {
            let (mut keys, mut numbers) =
                (Keys::new(columns.iter().copied(), usize::from(further)), BTreeMap::new());
            let mut dues = Vec::new();
            let mut tell = |keys: &mut Keys| {
                dues.clear();
                for (at, row) in rows.iter().enumerate() {
                    let text = format!("x\n{}\n{behind}", row.join(","));
                    let ends: Vec<usize> = row.iter()
                        .scan(1, |at, field| { *at += field.len() + 1; Some(*at) }).collect();
                    let more = if further { at as u64 % 3 } else { 0 };
                    let words = if further { vec![more] } else { vec![] };
                    let found = keys.find(text.as_bytes(), 2, &ends, &words).unwrap();
                    let fields: Vec<String> =
                        columns.iter().map(|at| row[*at].clone()).collect();
                    let next = numbers.len() as u32;
                    let due = *numbers.entry((fields, more)).or_insert(next);
                    assert_eq!(number(keys, found), due);
                    dues.push(due);
                }
            };
            tell(&mut keys);
            tell(&mut keys);
            if !further {
                let text = format!("{}\n{behind}", rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n"));
                let mut signs = Signs::default();
                signs.restart();
                signs.find(text.as_bytes(), 0, b',');
                let mut places = vec![u32::MAX];
                signs.each(text.as_bytes(), |_, line| places.extend(line));
                places.truncate(1 + 5 * rows.len());
                let frame = Frame::of(text.as_bytes(), &places, 5);
                for level in levels() {
                    keys.level = level;
                    let (mut sure, mut found) = (vec![true; rows.len()], vec![0; rows.len()]);
                    keys.find_many(&frame, &mut sure, &mut found);
                    for (row, due) in dues.iter().enumerate() {
                        prop_assert!(!sure[row] || found[row] == *due);
                        let room = frame.start(row) + 400 < text.len();
                        let wide = keys.runs.iter().any(|run| run.words > 16);
                        prop_assert!(sure[row] || wide || !room);
                    }
                }
            }
        }
    }

    #[test]
    fn a_key_that_is_too_long_is_none() {
        let mut keys = Keys::new([0].into_iter(), 0);
        let text = vec![b'a'; 8 * WORDS];
        assert_eq!(keys.find(&text, 0, &[255], &[]), Some(Found::New));
        assert!(keys.find(&text, 0, &[256], &[]).is_none());
        let mut keys = Keys::new([0, 2].into_iter(), 0);
        assert!(keys.find(&text, 0, &[200, 201, 384], &[]).is_none());
    }
}
