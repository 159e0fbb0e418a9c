//! The texts of shapes, looked up by what a row says: a row's own text is neither copied nor compared byte
//! by byte.
//!
//! The law: two rows have the same number if and only if all fields of their shapes are the same, as their
//! [joined texts](super::joined) are then; all of a key is compared.

use fearless_simd::{Level, Simd, dispatch};
use hashbrown::HashTable;

use super::batch::{Frame, ROWS};
use super::joined::{self, Cuts, LINE, LONGEST, Run, lines, lines_mut, quick, same};

/// Runs of most files; of columns that make a shape there can be no more than the second.
const FEW: usize = 4;
const MANY: usize = 7;
/// Keys that are looked for first, by the highest bits of their hash.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 15;

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

    /// Looks up the key of a row, with further words before it: as many for each row. None if it is too long.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[usize],
        further: &[u64],
    ) -> Option<Found> {
        self.key.clear();
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

    /// Rows, and what stands behind them.
    fn text_of(rows: &[Vec<String>], end: &str, behind: &str) -> String {
        rows.iter().map(|row| row.join(",") + end).chain([behind.to_owned()]).collect()
    }

    /// Looks up rows many at once, on all levels: the numbers due are found of all rows behind which there is room.
    fn many_are_right(keys: &mut Keys, text: &str, dues: &[u32]) {
        let mut signs = Signs::default();
        signs.restart();
        signs.find(text.as_bytes(), 0, b',');
        let mut places = vec![u32::MAX];
        signs.each(text.as_bytes(), |_, line| places.extend(line));
        let fields = text.split('\n').next().unwrap_or_default().split(',').count();
        places.truncate(1 + fields * dues.len());
        let frame = Frame::of(text.as_bytes(), &places, fields);
        for level in levels() {
            keys.level = level;
            let (mut sure, mut found) = (vec![true; dues.len()], vec![0; dues.len()]);
            keys.find_many(&frame, &mut sure, &mut found);
            for (row, due) in dues.iter().enumerate() {
                assert!(!sure[row] || found[row] == *due, "{level:?}: row {row} of {text:?}");
                let room = frame.field(row, fields - 1).1 + keys.width <= text.len();
                assert!(sure[row] || keys.runs.is_empty() || !room, "{level:?}: {row} of {text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn keys_are_alike_when_their_fields_are(
            rows in proptest::collection::vec(
                proptest::collection::vec("[ab]{0,2}|a{7,9}|(ab){7,9}|\0|b?\0{1,3}|a{0,70}|a{60,110}", 5), 1..30),
            columns in proptest::collection::vec(0_usize..5, 0..5),
            further in any::<bool>(),
            returns in any::<bool>(),
            behind in ".{0,600}",
        ) {
            let (mut keys, mut numbers) = (Keys::new(columns.iter().copied()), BTreeMap::new());
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
                let end = if returns { "\r\n" } else { "\n" };
                many_are_right(&mut keys, &text_of(&rows, end, &behind), &dues);
            }
        }
    }

    proptest! {
        /// Of up to seven runs, as long as some lines are, or nearly.
        #[test]
        fn keys_that_just_fit_are_told_apart(
            rows in proptest::collection::vec(proptest::collection::vec("[ab]{1,2}|[ab]?", 14), 2..20),
            columns in proptest::sample::subsequence((0..14).collect::<Vec<usize>>(), 1..=7),
            (padded, lines, less) in (0_usize..7, 1_usize..=LONGEST, 0_usize..4),
            returns in any::<bool>(),
        ) {
            let (mut keys, mut numbers) = (Keys::new(columns.iter().copied()), BTreeMap::new());
            let (mut rows, mut dues) = (rows, Vec::new());
            let padded = columns[padded % columns.len()];
            let runs = Run::all(columns.iter().copied()).len();
            let between = columns.len() - 1;
            for (at, row) in rows.iter_mut().enumerate() {
                // With what ends a line, and the delimiters between and before.
                let length: usize = columns.iter().map(|at| row[*at].len()).sum();
                let due = lines * LINE - 1 - less * (at % 2);
                row[padded] += &"z".repeat(due.saturating_sub(length + between));
                let text = row.join(",");
                let ends: Vec<usize> = row.iter()
                    .scan(0, |at, field| { *at += field.len() + 1; Some(*at - 1) }).collect();
                let found = keys.find(text.as_bytes(), 0, &ends, &[]).unwrap();
                let fields: Vec<String> = columns.iter().map(|at| row[*at].clone()).collect();
                let next = numbers.len() as u32;
                let due = *numbers.entry(fields).or_insert(next);
                prop_assert_eq!(number(&mut keys, found), due);
                dues.push(due);
            }
            prop_assert!(runs <= MANY);
            let end = if returns { "\r\n" } else { "\n" };
            many_are_right(&mut keys, &text_of(&rows, end, &"y".repeat(LONGEST * LINE)), &dues);
        }
    }

    #[test]
    fn numbers_stay_when_keys_grow() {
        let row =
            |length: usize| ["", "a", "b", "", "c"].map(|field| field.repeat(length)).to_vec();
        let (rows, mut keys): (Vec<_>, _) =
            ((0..150).map(row).collect(), Keys::new([1, 2, 4].into_iter()));
        let mut widths = Vec::new();
        for (due, row) in rows.iter().enumerate() {
            let text = row.join(",");
            let ends: Vec<usize> = row
                .iter()
                .scan(0, |at, field| {
                    *at += field.len() + 1;
                    Some(*at - 1)
                })
                .collect();
            let found = keys.find(text.as_bytes(), 0, &ends, &[]).unwrap();
            assert_eq!((found, keys.keep()), (Found::New, Some(due as u32)));
            widths.push(keys.width);
            let known = 0..=due as u32;
            if due % 10 == 0 {
                let text = text_of(&rows[..=due], "\n", &"z".repeat(8 * LINE));
                let dues: Vec<u32> = known.collect();
                dues.chunks(ROWS).take(1).for_each(|dues| {
                    let lines: usize =
                        text.split_inclusive('\n').take(dues.len()).map(str::len).sum();
                    many_are_right(
                        &mut keys,
                        &(text[..lines].to_owned() + &"z".repeat(8 * LINE)),
                        dues,
                    );
                });
            }
        }
        widths.dedup();
        assert_eq!(widths, [1, 2, 4, 8].map(|lines| lines * LINE));
    }

    #[test]
    fn fields_that_hold_the_ends_of_others_differ() {
        let rows = [
            ["", "", "", "", ""],
            ["", "", "a", "", ""],
            ["", "a", "", "", ""],
            ["a", "", "", "", ""],
            ["a\0", "", "", "", ""],
            ["", "", "", "", "\0"],
            ["", "", "", "", "\0\0"],
            ["b", "", "a", "", ""],
            ["", "", "a", "", "b"],
            ["", "", "ab", "", ""],
            ["", "", "a", "", "b\0"],
            ["ÿ", "", "", "", ""],
        ];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let mut keys = Keys::new([0, 2, 4].into_iter());
        let mut numbers = Vec::new();
        for row in &rows {
            let text = row.join(",");
            let ends: Vec<usize> = row
                .iter()
                .scan(0, |at, field| {
                    *at += field.len() + 1;
                    Some(*at - 1)
                })
                .collect();
            let found = keys.find(text.as_bytes(), 0, &ends, &[]).unwrap();
            numbers.push(number(&mut keys, found));
        }
        // The second and the fourth column are not looked at.
        assert_eq!(numbers, [0, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        for behind in 0..2 * LINE {
            many_are_right(&mut keys, &text_of(&rows, "\r\n", &"z".repeat(behind)), &numbers);
        }
    }

    #[test]
    fn what_ends_a_line_is_no_part_of_a_key_that_just_fits() {
        for length in LINE - 8..=LINE {
            let last = "z".repeat(length);
            let rows = [["AA", "", "", "BB", &last], ["BB", "", "", "AA", &last]];
            let rows = rows.map(|row| row.map(str::to_owned).to_vec());
            let mut keys = Keys::new([0, 4].into_iter());
            let mut numbers = Vec::new();
            for row in &rows {
                let text = row.join(",");
                let ends = [2, 3, 4, 7, text.len()];
                let found = keys.find(text.as_bytes(), 0, &ends, &[]).unwrap();
                numbers.push(number(&mut keys, found));
            }
            assert_eq!(numbers, [0, 1]);
            many_are_right(&mut keys, &text_of(&rows, "\r\n", &"y".repeat(3 * LINE)), &numbers);
        }
    }

    #[test]
    fn a_key_that_is_too_long_is_none() {
        let mut keys = Keys::new([0].into_iter());
        let most = LONGEST * LINE - 1;
        let text = vec![b'a'; 2 * most];
        assert_eq!(keys.find(&text, 0, &[most], &[]), Some(Found::New));
        assert!(keys.find(&text, 0, &[most + 1], &[]).is_none());
        assert!(keys.find(&text, 0, &[most], &[1]).is_none());
        let mut keys = Keys::new([0, 2].into_iter());
        assert!(keys.find(&text, 0, &[most / 2, most / 2 + 1, most + 2], &[]).is_none());
    }
}
