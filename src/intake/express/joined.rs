//! What a row says in some of its columns, joined to one text: a key, to be looked up.
//!
//! Neighbouring columns are one run. The runs stand one behind the other, each but the first with the
//! delimiter before it; then come [`END`] and zeros. The law: two rows have the same key if and only if
//! the columns say the same in both. For no field has a delimiter within, and no text has [`END`]; and
//! the way of one row and that of many make the same key. Rows without their quotes have [`END`] for a delimiter:
//! the key of several columns says by itself which of both it is, and of one column it is the same.
//!
//! For many rows nothing is copied piece by piece. As a run never stands further ahead in its key than
//! in its row, the text can be read from so far before the run that it lies where it belongs: then
//! whatever stands before it is kept from the key so far, and what is behind it is cut by the next.

use fearless_simd::{Simd, mask8x64, prelude::*, u8x64, u64x2, u64x4, u64x8};

use super::batch::Frame;
use super::texts::END;

/// Bytes that are read at once. Keys are so long, or twice, four or eight times.
pub(super) const LINE: usize = 64;
/// Lines of the longest key.
pub(super) const LONGEST: usize = 8;

/// Neighbouring columns: the first and the last.
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) last: usize,
}

impl Run {
    /// The runs of columns.
    pub(super) fn all(columns: impl Iterator<Item = usize>) -> Vec<Self> {
        let mut columns: Vec<usize> = columns.collect();
        columns.sort_unstable();
        columns.dedup();
        let runs = columns.chunk_by(|a, b| a + 1 == *b);
        runs.map(|run| Self { first: run[0], last: run[run.len() - 1] }).collect()
    }
}

/// Puts the key of a row behind what is there, as far as [`END`].
pub(super) fn put(into: &mut Vec<u8>, runs: &[Run], text: &[u8], start: usize, ends: &[usize]) {
    for (number, run) in runs.iter().enumerate() {
        let from =
            if run.first == 0 { start } else { ends[run.first - 1] + usize::from(number == 0) };
        into.extend_from_slice(&text[from..ends[run.last]]);
    }
    into.push(END);
}

/// Where the runs of many rows begin and end: signs, a row's so many places behind those of the row before.
/// Where there are fewer runs, empty ones stand before the last: behind it, they would stand behind the first of two
/// signs that end a line, which is no part of the key and may not have room there. An only run has them behind it,
/// where they change nothing: it is the text from one place on.
pub(super) struct Cuts<'f, const RUNS: usize> {
    /// Places from the first row's to the last row's.
    span: usize,
    /// The places before each run.
    starts: [&'f [u32]; RUNS],
    /// The places behind it.
    stops: [&'f [u32]; RUNS],
}

impl<'f, const RUNS: usize> Cuts<'f, RUNS> {
    #[inline(always)]
    pub(super) fn of(frame: &'f Frame<'_>, runs: &[Run], last: &Run) -> Self {
        let (at, empty) = if runs.len() == 1 { (0, last.last + 1) } else { (RUNS - 1, last.first) };
        let (mut starts, mut stops) = ([empty; RUNS], [empty; RUNS]);
        for ((start, stop), run) in starts.iter_mut().zip(&mut stops).zip(runs) {
            (*start, *stop) = (run.first, run.last + 1);
        }
        if at > 0 {
            (starts[runs.len() - 1], stops[runs.len() - 1]) = (empty, empty);
        }
        (starts[at], stops[at]) = (last.first, last.last + 1);
        let span = frame.span();
        Self {
            span,
            starts: starts.map(|column| &frame.before(column)[..span]),
            stops: stops.map(|column| &frame.before(column)[..span]),
        }
    }

    /// The key of the row whose places stand at `row`, and whose last run ends at `end`. None if it is longer
    /// than so many lines, or if there is no room behind it to read as much.
    #[inline(always)]
    pub(super) fn key<S: Simd, const LINES: usize>(
        &self,
        simd: S,
        text: &[u8],
        row: usize,
        end: u32,
    ) -> Option<[u8x64<S>; LINES]> {
        if row >= self.span {
            return None;
        }
        // Where each run begins in the key, and where a key would begin in which it stands there.
        let (mut ats, mut bases) = ([0; RUNS], [0; RUNS]);
        bases[0] = self.starts[0][row].wrapping_add(1);
        for run in 1..RUNS {
            ats[run] = self.stops[run - 1][row].wrapping_sub(bases[run - 1]);
            bases[run] = self.starts[run][row].wrapping_sub(ats[run]);
        }
        let mut key = read(simd, text, bases[0])?;
        for run in 1..RUNS {
            let behind = read::<S, LINES>(simd, text, bases[run])?;
            for (line, key) in key.iter_mut().enumerate() {
                *key = from_on::<S, LINES>(simd, ats[run], line, *key, behind[line]);
            }
        }
        let at = end.wrapping_sub(bases[RUNS - 1]);
        if at >= (LINES * LINE) as u32 {
            return None;
        }
        for (line, key) in key.iter_mut().enumerate() {
            *key = from_on::<S, LINES>(
                simd,
                at,
                line,
                *key,
                slide::<S, LINES>(simd, &ENDED, at, line),
            );
        }
        Some(key)
    }
}

/// The lines of a text from a place on.
#[inline(always)]
fn read<S: Simd, const LINES: usize>(simd: S, text: &[u8], from: u32) -> Option<[u8x64<S>; LINES]> {
    let from = from as usize;
    let (lines, _) = text.get(from..from + LINES * LINE)?.as_chunks::<LINE>();
    let mut read = [u8x64::splat(simd, 0); LINES];
    for (line, bytes) in read.iter_mut().zip(lines) {
        *line = (*bytes).simd_into(simd);
    }
    Some(read)
}

/// A line, and what is behind a place of the key, of another. Of the only line it is not asked whether the place
/// lies in it: a longer key is none in the end.
#[inline(always)]
fn from_on<S: Simd, const LINES: usize>(
    simd: S,
    at: u32,
    line: usize,
    before: u8x64<S>,
    behind: u8x64<S>,
) -> u8x64<S> {
    if has_masks(simd) {
        let past = at.saturating_sub((line * LINE) as u32);
        let bits = if LINES == 1 {
            u64::MAX << (at % 64)
        } else {
            u64::MAX.checked_shl(past).unwrap_or(0)
        };
        mask8x64::from_bitmask(simd, bits).select(behind, before)
    } else {
        let ones = slide::<S, LINES>(simd, &ONES, at, line);
        (before & !ones) | (behind & ones)
    }
}

/// Are the bits of a word quickly made a mask of bytes?
#[inline(always)]
fn has_masks<S: Simd>(simd: S) -> bool {
    #[cfg(target_arch = "x86_64")]
    let quick = simd.level().as_avx2().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    let quick = {
        let _ = simd;
        false
    };
    quick
}

/// A line of zeros, then other lines.
type Slide = [u8; (1 + LONGEST) * LINE];

/// Zeros and then ones.
static ONES: Slide = {
    let (mut slide, mut at) = ([0; (1 + LONGEST) * LINE], LINE);
    while at < slide.len() {
        slide[at] = u8::MAX;
        at += 1;
    }
    slide
};

/// Zeros, one [`END`], and zeros again.
static ENDED: Slide = {
    let mut slide = [0; (1 + LONGEST) * LINE];
    slide[LINE] = END;
    slide
};

/// One of the lines in which what is behind the zeros begins at a place.
#[inline(always)]
fn slide<S: Simd, const LINES: usize>(simd: S, slide: &Slide, at: u32, line: usize) -> u8x64<S> {
    let from = if LINES == 1 {
        LINE - at as usize % LINE
    } else {
        ((1 + line) * LINE).saturating_sub(at as usize)
    };
    let bytes = slide[from..].first_chunk::<LINE>().expect("there is a line more than a key has");
    (*bytes).simd_into(simd)
}

/// A key of so many lines.
pub(super) type Lines<const LINES: usize> = [[u8; LINE]; LINES];

#[inline(always)]
pub(super) fn lines<const LINES: usize>(keys: &[u8]) -> &[Lines<LINES>] {
    keys.as_chunks().0.as_chunks().0
}

#[inline(always)]
pub(super) fn lines_mut<const LINES: usize>(keys: &mut [u8]) -> &mut [Lines<LINES>] {
    keys.as_chunks_mut().0.as_chunks_mut().0
}

#[inline(always)]
pub(super) fn same<S: Simd, const LINES: usize>(
    simd: S,
    a: &Lines<LINES>,
    b: &Lines<LINES>,
) -> bool {
    let mut all: u8x64<S> = u8x64::splat(simd, 0);
    for (a, b) in a.iter().zip(b) {
        let (a, b): (u8x64<S>, u8x64<S>) = ((*a).simd_into(simd), (*b).simd_into(simd));
        all |= a ^ b;
    }
    let all: u64x8<S> = all.bitcast();
    let (a, b): (u64x4<S>, u64x4<S>) = all.split();
    let (a, b): (u64x2<S>, u64x2<S>) = (a | b).split();
    let [first, last]: [u64; 2] = (a | b).into();
    first | last == 0
}

/// A hash whose highest bits are the best: keys that share them are only found more slowly.
#[inline(always)]
pub(super) fn quick<S: Simd, const LINES: usize>(simd: S, key: [u8x64<S>; LINES]) -> u64 {
    let mut hash: u64x8<S> = u64x8::splat(simd, 0);
    for line in key {
        hash = (hash + (hash << 21)) ^ line.bitcast::<u64x8<S>>();
    }
    let (a, b): (u64x4<S>, u64x4<S>) = hash.split();
    let (a, b): (u64x2<S>, u64x2<S>) = ((a + (a << 21)) ^ b).split();
    let [first, last]: [u64; 2] = ((a + (a << 21)) ^ b).into();
    let first = first.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let last = last.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    first.wrapping_add(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of some columns of a row.
    fn key(columns: &[usize], fields: &[&str], delimiter: u8) -> Vec<u8> {
        let (mut text, mut ends, mut key) = (Vec::new(), Vec::new(), Vec::new());
        for field in fields {
            text.extend_from_slice(field.as_bytes());
            ends.push(text.len());
            text.push(delimiter);
        }
        put(&mut key, &Run::all(columns.iter().copied()), &text, 0, &ends);
        key
    }

    #[test]
    fn runs_stand_one_behind_the_other() {
        let fields = ["one", "", "three", "4", "five"];
        assert_eq!(key(&[3, 0, 1, 3], &fields, b','), b"one,,4\xFF");
        assert_eq!(key(&[2, 4], &fields, b','), b"three,five\xFF");
        assert_eq!(key(&[1], &fields, b','), b"\xFF");
        assert_eq!(key(&[], &fields, b','), b"\xFF");
    }

    #[test]
    fn rows_without_their_quotes_are_not_taken_for_others() {
        let rows = [["a,b", "", "c"], ["a", "", "b,c"], ["a,", "", ",c"], ["a", "", "c"]];
        let mut keys: Vec<Vec<u8>> = rows.iter().map(|row| key(&[0, 2], row, END)).collect();
        keys.extend(
            [["a", "b", "c"], ["a", "", "b"], ["", "", "c"]].map(|row| key(&[0, 2], &row, b',')),
        );
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 7);
        let one = |delimiter| key(&[1], &["a", "b", "c"], delimiter);
        assert_eq!(one(END), one(b','));
    }
}
