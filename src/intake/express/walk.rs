//! The way from sign to sign through lines with quotes, for text of any kind.

use fearless_simd::Level;

use super::enclosed::PIECE;
use super::signs::{self, BLOCK, Count};

/// Calls `found` with the place of every delimiter, quote and line end, in order.
fn each_sign(text: &[u8], delimiter: u8, mut found: impl FnMut(usize)) {
    let (level, mut places) = (Level::new(), vec![0; text.len().min(PIECE) + BLOCK]);
    for (number, piece) in text.chunks(PIECE).enumerate() {
        let from = number * PIECE;
        let Count { signs, .. } = signs::find(level, (piece, 0), delimiter, true, &mut places);
        places[..signs].iter().for_each(|place| found(from + *place as usize));
    }
}

/// The way along the fields of a line.
#[derive(Default)]
struct Walk {
    /// Where the field begins.
    start: usize,
    /// The quotes of a field that begins with one, and where the last of them is.
    quotes: usize,
    last: usize,
    /// Only the ordinary reader reads this row.
    odd: bool,
    /// Only the ordinary reader knows where this row ends.
    knotty: bool,
}

impl Walk {
    fn quote(&mut self, at: usize) {
        if self.quotes == 0 && at != self.start {
            self.odd = true;
            return;
        }
        if self.quotes > 0 && !self.is_open() {
            self.odd = true;
            self.knotty |= at != self.last + 1;
        }
        (self.quotes, self.last) = (self.quotes + 1, at);
    }

    fn is_open(&self) -> bool {
        self.quotes % 2 == 1
    }

    /// A field ends before `at`; the next one begins at `next`.
    fn end(&mut self, at: usize, next: usize) {
        self.knotty |= self.is_open() || (self.quotes > 0 && self.last + 1 != at);
        (self.start, self.quotes) = (next, 0);
    }
}

/// Do all fields of all lines end within their line?
pub(super) fn is_closed(text: &[u8], delimiter: u8) -> bool {
    let mut walk = Walk::default();
    let mut from = 0;
    each_sign(text, delimiter, |at| match text[at] {
        b'"' => walk.quote(at),
        b'\n' => {
            walk.end(end_of(text, from, at), at + 1);
            from = at + 1;
        }
        _ if walk.is_open() => {}
        _ => walk.end(at, at + 1),
    });
    walk.end(end_of(text, from, text.len()), text.len());
    !walk.knotty
}

/// Where a line from `from` to its end sign ends.
fn end_of(text: &[u8], from: usize, at: usize) -> usize {
    if at > from && text[at - 1] == b'\r' { at - 1 } else { at }
}

/// A line that is not blank.
pub(super) struct Line<'l> {
    /// Which line of the text, from 0.
    pub(super) number: u64,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Where its fields end; none if only the ordinary reader knows them.
    pub(super) ends: Option<&'l [usize]>,
}

/// What is known of the line that is being looked through.
pub(super) struct Lines<'t, F> {
    text: &'t [u8],
    /// Where it begins, and how many were before.
    from: usize,
    number: u64,
    ends: Vec<usize>,
    odd: bool,
    each: F,
}

impl<'t, F: FnMut(&Line<'_>)> Lines<'t, F> {
    pub(super) fn of(text: &'t [u8], each: F) -> Self {
        Self { text, from: 0, number: 0, ends: Vec::new(), odd: false, each }
    }

    /// A field ends here, but not the line.
    #[inline(always)]
    pub(super) fn field(&mut self, at: usize) {
        self.ends.push(at);
    }

    /// Only the ordinary reader knows the fields of this line.
    pub(super) fn is_odd(&mut self) {
        self.odd = true;
    }

    /// Where the line would end, if the sign of its end stood here.
    fn end_at(&self, at: usize) -> usize {
        end_of(self.text, self.from, at)
    }

    /// The sign of its end stands here.
    #[inline(always)]
    pub(super) fn line(&mut self, at: usize) {
        let (from, to) = (self.from, self.end_at(at));
        if !self.text[from..to].iter().all(u8::is_ascii_whitespace) {
            self.ends.push(to);
            let ends = (!self.odd).then_some(&self.ends[..]);
            (self.each)(&Line { number: self.number, from, to, ends });
        }
        self.ends.clear();
        self.odd = false;
        (self.from, self.number) = (at + 1, self.number + 1);
    }

    /// The text ends; says how many lines it has.
    pub(super) fn finish(mut self) -> u64 {
        if self.from < self.text.len() {
            self.line(self.text.len());
        }
        self.number
    }
}

/// Calls `each` with every line of a text that [is closed](is_closed); says how many lines there are.
pub(super) fn each_line(text: &[u8], delimiter: u8, each: impl FnMut(&Line<'_>)) -> u64 {
    let (mut walk, mut lines) = (Walk::default(), Lines::of(text, each));
    let end = |walk: &mut Walk, lines: &mut Lines<'_, _>, at: usize| {
        walk.end(lines.end_at(at), at + 1);
        if walk.odd || walk.knotty {
            lines.is_odd();
        }
        (walk.odd, walk.knotty) = (false, false);
    };
    each_sign(text, delimiter, |at| match text[at] {
        b'"' => walk.quote(at),
        b'\n' => {
            end(&mut walk, &mut lines, at);
            lines.line(at);
        }
        _ if walk.is_open() => {}
        _ => {
            walk.end(at, at + 1);
            lines.field(at);
        }
    });
    end(&mut walk, &mut lines, text.len());
    lines.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_behind_the_end() {
        for text in ["", "a\0b", "\"a\"\0", "\"a"] {
            let mut found = Vec::new();
            each_sign(text.as_bytes(), 0, |at| found.push(at));
            let due = text.bytes().enumerate().filter(|(_, byte)| b"\0\"".contains(byte));
            assert_eq!(found, due.map(|(at, _)| at).collect::<Vec<_>>(), "{text:?}");
        }
    }
}
