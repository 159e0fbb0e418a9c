//! One chunk of a file: whole lines without a quote, read on the express way.

use std::io;

use super::batch::{Batch, Frame, ROWS};
use super::lane::Lane;
use super::split::Signs;
use crate::fact::bulk::{Columns, Hand, Mark};

/// What became of the rows of a chunk.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Line ends, and one more if the last line has none.
    pub(super) lines: u64,
    /// Rows: lines that are not blank.
    pub(super) rows: u64,
    /// Marks of those that were taken one by one.
    pub(super) marks: Columns,
    /// Rows that the ordinary reader has to read.
    pub(super) left: Vec<Left>,
    /// Where some lines begin in the chunk, and which they are, from 0.
    pub(super) begun: Vec<(usize, u64)>,
}

impl Read {
    /// Takes in the mark of a row that begins at a place.
    #[inline(always)]
    pub(super) fn mark(&mut self, at: u64, mark: &Mark) {
        self.marks.push(at, mark).expect("no row with parts of a second is taken");
    }
}

/// Where the rows of a chunk are in the delivery.
#[derive(Clone, Copy, Debug)]
pub(in crate::intake) enum Places {
    /// By the bytes before each, and so many before the chunk.
    Bytes(u64),
    /// By the rows before each: rows that were never lines.
    Rows(u64),
}

impl Places {
    /// Of a row that begins somewhere in the chunk, and is on some line of it, from 0.
    #[inline(always)]
    pub(in crate::intake) fn of(self, from: usize, line: u64) -> u64 {
        match self {
            Self::Bytes(at) => at + from as u64,
            Self::Rows(at) => at + line,
        }
    }
}

/// A row that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) struct Left {
    /// Which line of the chunk, from 0.
    pub(in crate::intake) line: u64,
    /// Where it begins in the chunk, and where it ends.
    pub(in crate::intake) from: usize,
    pub(in crate::intake) to: usize,
}

/// So much of a chunk is split before its rows are read: it stays in the nearest cache.
const PIECE: usize = 14 << 10;
/// After so many pieces it is noted which line begins: whoever looks for a row again counts on from there.
const NOTED: u32 = 2;

/// A line without a quote.
struct Line<'t> {
    /// Which line of the text, from 0.
    number: u64,
    /// Where it begins.
    start: usize,
    /// The places of its delimiters and of its end, which is before the signs of the line's end.
    ends: &'t [usize],
}

/// Reads the lines of a text one by one.
#[derive(Default)]
struct Lines {
    number: u64,
    ends: Vec<usize>,
}

impl Lines {
    /// The line behind a place, unless it is blank.
    fn next<'l>(&'l mut self, text: &[u8], before: u32, signs: &[u32]) -> Option<Line<'l>> {
        let (number, start) = (self.number, before.wrapping_add(1) as usize);
        self.number += 1;
        self.ends.clear();
        self.ends.extend(signs.iter().map(|place| *place as usize));
        let last = self.ends.last_mut()?;
        *last -= usize::from(*last > start && text[*last - 1] == b'\r');
        let blank = is_blank(&text[start..*last]);
        (!blank).then_some(Line { number, start, ends: &self.ends })
    }
}

/// Calls `each` with every line that is not blank: its number, where it begins, the places of its
/// delimiters and of its end. Says how many lines there are.
pub(in crate::intake) fn each_line(
    text: &[u8],
    delimiter: u8,
    mut each: impl FnMut(u64, usize, &[usize]),
) -> u64 {
    let (mut signs, mut lines) = (Signs::default(), Lines::default());
    let mut line = |before: u32, places: &[u32]| {
        if let Some(line) = lines.next(text, before, places) {
            each(line.number, line.start, line.ends);
        }
    };
    signs.restart();
    signs.find(text, 0, delimiter);
    signs.each(text, &mut line);
    signs.take(text);
    if text.last().is_some_and(|byte| *byte != b'\n') {
        let (before, places) = signs.last(length(text));
        line(before, places);
    }
    lines.number
}

fn length(text: &[u8]) -> u32 {
    u32::try_from(text.len()).expect("a chunk is far smaller")
}

#[inline]
fn is_blank(line: &[u8]) -> bool {
    // The first byte says it nearly always.
    line.first().is_none_or(u8::is_ascii_whitespace) && line.iter().all(u8::is_ascii_whitespace)
}

/// Reads a chunk that begins at `at` and may be known to be ASCII, and adds up what is taken of it. Marks of rows
/// that are read many at once go to the hand.
pub(super) fn read(
    lane: &mut Lane<'_>,
    hand: &mut dyn Hand,
    (text, ascii): (&[u8], bool),
    delimiter: u8,
    at: Places,
) -> io::Result<Read> {
    let (mut signs, mut batch) = lane.tools();
    let mut way = Way {
        lane,
        text,
        at,
        readable: ascii || std::str::from_utf8(text).is_ok(),
        lines: Lines::default(),
        read: Read::default(),
    };
    let fields = way.lane.fields();
    let many = way.readable && way.lane.takes_many();
    signs.restart();
    for (number, piece) in (0..).zip(text.chunks(PIECE)) {
        signs.find(piece, number * PIECE as u32, delimiter);
        match signs.even(text, fields).filter(|_| many) {
            Some(places) => way.many(hand, &mut batch, places, fields)?,
            None => signs.each(text, |before, places| way.one(before, places)),
        }
        signs.take(text);
        if (number + 1) % NOTED == 0 {
            way.read.begun.push((signs.begun(), way.lines.number));
        }
    }
    if text.last().is_some_and(|byte| *byte != b'\n') {
        let (before, places) = signs.last(length(text));
        way.one(before, places);
    }
    let Way { lane, lines, mut read, .. } = way;
    read.lines = lines.number;
    lane.keep((signs, batch));
    Ok(read)
}

/// The way through a chunk.
struct Way<'l, 'a, 't> {
    lane: &'l mut Lane<'a>,
    text: &'t [u8],
    /// Where rows of the chunk are.
    at: Places,
    /// Is all of it text?
    readable: bool,
    lines: Lines,
    read: Read,
}

impl Way<'_, '_, '_> {
    /// One line.
    fn one(&mut self, before: u32, places: &[u32]) {
        let Some(line) = self.lines.next(self.text, before, places) else { return };
        self.read.rows += 1;
        let (from, to) = (line.start, line.ends[line.ends.len() - 1]);
        let readable = self.readable || std::str::from_utf8(&self.text[from..to]).is_ok();
        match self.lane.take(self.text, from, line.ends).filter(|_| readable) {
            Some(taken) => {
                self.lane.add(&taken);
                let at = self.at.of(from, line.number);
                self.read.mark(at, &taken.mark);
            }
            None => self.read.left.push(Left { line: line.number, from, to }),
        }
    }

    /// Lines that all have so many fields: their signs, behind the place before the first.
    fn many(
        &mut self,
        hand: &mut dyn Hand,
        batch: &mut Batch,
        places: &[u32],
        fields: usize,
    ) -> io::Result<()> {
        let mut from = 0;
        while from + fields < places.len() {
            let to = (from + ROWS * fields).min(places.len() - 1);
            self.batch(hand, batch, &places[from..=to], fields)?;
            from = to;
        }
        Ok(())
    }

    fn batch(
        &mut self,
        hand: &mut dyn Hand,
        batch: &mut Batch,
        places: &[u32],
        fields: usize,
    ) -> io::Result<()> {
        let frame = Frame::of(self.text, places, fields);
        self.lane.take_many(&frame, batch);
        let (at, number) = (self.at, self.lines.number);
        let place = |row: usize, from: usize| at.of(from, number + row as u64);
        let marks = self.lane.marks(&frame, batch, place);
        hand.put_batch(&marks)?;
        let taken = marks.len();
        if taken == frame.rows {
            self.taken(taken);
            return Ok(());
        }
        for row in 0..frame.rows {
            if batch.sure[row] {
                self.taken(1);
            } else {
                let signs = &places[row * fields..=(row + 1) * fields];
                self.one(signs[0], &signs[1..]);
            }
        }
        Ok(())
    }

    /// Goes on behind rows that were taken.
    fn taken(&mut self, rows: usize) {
        self.lines.number += rows as u64;
        self.read.rows += rows as u64;
    }
}
