//! The texts of shapes, looked up by what a row says: as words, so that a row's own text is neither
//! copied nor compared byte by byte.
//!
//! The law: two rows have the same key if and only if all fields of their shapes are the same. A field
//! has no delimiter within, a run of fields ends with a byte that no text has, and all of a key is
//! compared.

use hashbrown::HashTable;

use super::parse::head;
use crate::fact::fingerprint::word;

/// Words of the longest key: rows with a longer one are left.
const WORDS: usize = 48;
/// Keys that are looked for first, by the highest bits of their hash.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 12;
/// Ends a run: a byte that no text has.
const END: u64 = 0xFF;

/// The keys that are known, and one that is being put together.
pub(super) struct Keys {
    /// Neighbouring columns as one: the first and the last of each run.
    runs: Vec<(usize, usize)>,
    words: [u64; WORDS],
    count: usize,
    hash: u64,
    table: HashTable<u32>,
    /// By the highest bits of a hash, the key that last had them: its number and one, or 0.
    recent: Box<[u32]>,
    known: Known,
}

/// The words of all known keys, one key behind the other.
#[derive(Default)]
struct Known {
    words: Vec<u64>,
    /// Where each key begins and ends.
    places: Vec<(u32, u32)>,
}

impl Known {
    #[inline(always)]
    fn of(&self, number: u32) -> &[u64] {
        let (from, to) = self.places[number as usize];
        &self.words[from as usize..to as usize]
    }

    /// None if there are more words than can be counted.
    fn push(&mut self, words: &[u64]) -> Option<()> {
        let from = u32::try_from(self.words.len()).ok()?;
        let to = u32::try_from(self.words.len() + words.len()).ok()?;
        self.words.extend_from_slice(words);
        self.places.push((from, to));
        Some(())
    }
}

/// What is known of a key.
pub(super) enum Found {
    /// Its number.
    Known(u32),
    /// Nothing; its hash.
    New(u64),
}

impl Keys {
    /// Keys of these columns.
    pub(super) fn new(columns: impl Iterator<Item = usize>) -> Self {
        let mut columns: Vec<usize> = columns.collect();
        columns.sort_unstable();
        columns.dedup();
        let runs = columns.chunk_by(|a, b| a + 1 == *b).map(|run| (run[0], run[run.len() - 1]));
        Self {
            runs: runs.collect(),
            words: [0; WORDS],
            count: 0,
            hash: 0,
            table: HashTable::new(),
            recent: vec![0; RECENT].into(),
            known: Known::default(),
        }
    }

    #[inline(always)]
    pub(super) fn begin(&mut self) {
        (self.count, self.hash) = (0, 0);
    }

    /// Adds the columns of a row; none if they are too long.
    #[inline(always)]
    pub(super) fn push_columns(&mut self, text: &[u8], start: usize, ends: &[usize]) -> Option<()> {
        let (mut count, mut hash) = (self.count, self.hash);
        for &(first, last) in &self.runs {
            let from = if first == 0 { start } else { ends[first - 1] + 1 };
            let (run, behind) = text[from..].split_at(ends[last] - from);
            let (whole, rest) = run.as_chunks();
            let words = self.words.get_mut(count..=count + whole.len())?;
            let factors = FACTORS.get(count..=count + whole.len())?;
            for ((word, bytes), factor) in words.iter_mut().zip(whole).zip(factors) {
                *word = u64::from_le_bytes(*bytes);
                hash = mixed(hash, *word, *factor);
            }
            let bits = 8 * rest.len() as u32;
            // Where the text goes on, one whole word is read and cut: the usual case has no branch.
            let last = if behind.len() >= 8 {
                head(&text[from + 8 * whole.len()..]) & !(u64::MAX << bits)
            } else {
                word(rest)
            };
            let last = last | END << bits;
            words[whole.len()] = last;
            hash = mixed(hash, last, factors[whole.len()]);
            count += whole.len() + 1;
        }
        (self.count, self.hash) = (count, hash);
        Some(())
    }

    /// Adds one more text; none if it is too long.
    pub(super) fn push(&mut self, text: &[u8]) -> Option<()> {
        let (whole, rest) = text.as_chunks();
        let last = word(rest) | END << (8 * rest.len());
        let all = whole.iter().map(|bytes| u64::from_le_bytes(*bytes)).chain([last]);
        for word in all {
            *self.words.get_mut(self.count)? = word;
            self.hash = mixed(self.hash, word, FACTORS[self.count]);
            self.count += 1;
        }
        Some(())
    }

    /// Looks the key up.
    #[inline(always)]
    pub(super) fn find(&mut self) -> Found {
        let words = &self.words[..self.count];
        let hash = self.hash ^ self.hash >> 32;
        let recent = self.recent[slot(hash)];
        if recent != 0 && same(self.known.of(recent - 1), words) {
            return Found::Known(recent - 1);
        }
        self.find_further(hash)
    }

    #[cold]
    fn find_further(&mut self, hash: u64) -> Found {
        let (known, words) = (&self.known, &self.words[..self.count]);
        match self.table.find(hash, |number| same(known.of(*number), words)) {
            Some(number) => {
                self.recent[slot(hash)] = number + 1;
                Found::Known(*number)
            }
            None => Found::New(hash),
        }
    }

    /// Remembers the key; gives back its number, which is that of the keys before.
    pub(super) fn keep(&mut self, hash: u64) -> Option<u32> {
        let number = u32::try_from(self.known.places.len()).ok().filter(|it| *it < u32::MAX)?;
        self.known.push(&self.words[..self.count])?;
        let known = &self.known;
        let again = |number: &u32| {
            let words = known.of(*number).iter().zip(&FACTORS);
            let hash = words.fold(0, |hash, (word, factor)| mixed(hash, *word, *factor));
            hash ^ hash >> 32
        };
        self.table.insert_unique(hash, number, again);
        self.recent[slot(hash)] = number + 1;
        Some(number)
    }
}

#[inline(always)]
fn slot(hash: u64) -> usize {
    (hash >> (64 - RECENT_BITS)) as usize
}

#[inline(always)]
fn same(a: &[u64], b: &[u64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A hash with one more word. Each has a factor of its own, so that none waits for another.
#[inline(always)]
fn mixed(hash: u64, word: u64, factor: u64) -> u64 {
    let product = u128::from(word ^ factor) * u128::from(factor);
    hash.wrapping_add(product as u64 ^ (product >> 64) as u64)
}

/// Odd numbers with nothing in common (the steps of SplitMix64).
static FACTORS: [u64; WORDS] = {
    let (mut factors, mut at, mut state) = ([0; WORDS], 0, 0_u64);
    while at < WORDS {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        factors[at] = (mixed ^ mixed >> 31) | 1;
        at += 1;
    }
    factors
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_are_alike_when_their_fields_are(
            rows in proptest::collection::vec(
                proptest::collection::vec("[ab]{0,2}|a{7,9}|(ab){7,9}|\0", 5), 1..30),
            columns in proptest::collection::vec(0_usize..5, 0..5),
            behind in "(\n.{0,20})?",
        ) {
            let (mut keys, mut numbers) = (Keys::new(columns.iter().copied()), BTreeMap::new());
            for row in &rows {
                let text = format!("x\n{}{behind}", row.join(","));
                let ends: Vec<usize> = row.iter()
                    .scan(1, |at, field| { *at += field.len() + 1; Some(*at) }).collect();
                keys.begin();
                keys.push_columns(text.as_bytes(), 2, &ends).unwrap();
                keys.push(row[0].as_bytes()).unwrap();
                let fields: Vec<&str> = columns.iter().map(|at| row[*at].as_str()).collect();
                let next = numbers.len() as u32;
                let due = *numbers.entry((fields, &row[0])).or_insert(next);
                let number = match keys.find() {
                    Found::Known(number) => number,
                    Found::New(hash) => keys.keep(hash).unwrap(),
                };
                prop_assert_eq!(number, due);
            }
        }
    }

    #[test]
    fn a_key_that_is_too_long_is_none() {
        let mut keys = Keys::new([0].into_iter());
        let text = vec![b'a'; 8 * WORDS];
        assert!(keys.push_columns(&text, 0, &[8 * WORDS - 1]).is_some());
        keys.begin();
        assert!(keys.push_columns(&text, 0, &[8 * WORDS]).is_none());
        assert!(keys.push(&text).is_none());
    }
}
