//! The ends of fields and lines in plain text: text without a quote.
//!
//! Line ends are only counted: where each of so many lines has as many fields as it should, they are at
//! every so-manieth place, which is quickly seen.

use fearless_simd::Level;

use super::signs::{self, BLOCK, Count};

/// The places of delimiters and line ends of text that is looked at piece by piece.
pub(super) struct Signs {
    /// What the machine can do.
    level: Level,
    /// First the place before the first line that is not taken yet, then those of its signs and of
    /// all behind; then what may be overwritten.
    places: Vec<u32>,
    /// Signs.
    count: usize,
    /// Line ends among them.
    lines: usize,
}

impl Default for Signs {
    fn default() -> Self {
        Self { level: Level::new(), places: Vec::new(), count: 0, lines: 0 }
    }
}

impl Signs {
    /// Goes back to the beginning of a text.
    pub(super) fn restart(&mut self) {
        self.places.resize(self.places.len().max(1), 0);
        // One less than the first place: the field behind it begins there.
        self.places[0] = u32::MAX;
        (self.count, self.lines) = (0, 0);
    }

    /// Adds those of a text that begins at `at`, and follows the one before.
    pub(super) fn find(&mut self, text: &[u8], at: u32, delimiter: u8) {
        let room = 1 + self.count + text.len() + BLOCK;
        if self.places.len() < room {
            self.places.resize(room, 0);
        }
        let places = &mut self.places[1 + self.count..];
        let Count { signs, lines } = signs::find(self.level, (text, at), delimiter, false, places);
        self.count += signs;
        self.lines += lines;
    }

    /// The place before the first line and those of all signs of the whole lines, if each of them has so
    /// many fields.
    pub(super) fn even(&self, text: &[u8], fields: usize) -> Option<&[u32]> {
        let places = &self.places[..=(self.lines * fields).min(self.count)];
        let mut ends = places[1..].chunks_exact(fields).map(|line| line[fields - 1]);
        let even = ends.len() == self.lines && ends.all(|end| text[end as usize] == b'\n');
        even.then_some(places)
    }

    /// Calls `each` with the place before every whole line and the places of its signs, of which the
    /// last is its end.
    pub(super) fn each(&self, text: &[u8], mut each: impl FnMut(u32, &[u32])) {
        let mut from = 0;
        for at in 1..=self.count {
            if text[self.places[at] as usize] == b'\n' {
                each(self.places[from], &self.places[from + 1..=at]);
                from = at;
            }
        }
    }

    /// The same for what stands behind the whole lines, which ends at `end`.
    pub(super) fn last(&mut self, end: u32) -> (u32, &[u32]) {
        self.places.truncate(1 + self.count);
        self.places.push(end);
        (self.places[0], &self.places[1..])
    }

    /// Where the first line begins that is not taken yet.
    pub(super) fn begun(&self) -> usize {
        self.places[0].wrapping_add(1) as usize
    }

    /// Takes the whole lines away.
    pub(super) fn take(&mut self, text: &[u8]) {
        let signs = &self.places[1..=self.count];
        let end = signs.iter().rposition(|place| text[*place as usize] == b'\n');
        if let Some(end) = end {
            self.places.copy_within(1 + end..=self.count, 0);
            self.count -= 1 + end;
        }
        self.lines = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The places of each line's signs; what stands behind the last line ends at the end of the text.
    fn slowly(text: &str, delimiter: u8) -> Vec<Vec<u32>> {
        let mut due = vec![Vec::new()];
        for (place, byte) in (0..).zip(text.bytes()) {
            if byte == delimiter || byte == b'\n' {
                due.last_mut().unwrap().push(place);
            }
            if byte == b'\n' {
                due.push(Vec::new());
            }
        }
        due.last_mut().unwrap().push(text.len() as u32);
        due
    }

    proptest! {
        #[test]
        fn every_sign_is_found_once(
            texts in proptest::collection::vec("[a,\n ]{0,200}|[a,]{0,200}|(a{0,9},a{0,30}\n){0,20}", 1..5),
            delimiter in prop_oneof![Just(b','), Just(b' ')],
            fields in 1_usize..4,
        ) {
            let all = texts.concat();
            let (mut signs, mut found, mut at) = (Signs::default(), Vec::new(), 0);
            signs.restart();
            let mut before = u32::MAX;
            for text in &texts {
                signs.find(text.as_bytes(), at, delimiter);
                let mut lines = Vec::new();
                signs.each(all.as_bytes(), |start, places| {
                    assert_eq!(start, before);
                    before = *places.last().unwrap();
                    lines.push(places.to_vec());
                });
                prop_assert_eq!(signs.lines, lines.len());
                let even = signs.even(all.as_bytes(), fields).map(|places| places[1..].to_vec());
                let due = lines.iter().all(|line| line.len() == fields).then(|| lines.concat());
                prop_assert_eq!(even, due);
                signs.take(all.as_bytes());
                prop_assert_eq!(signs.begun(), before.wrapping_add(1) as usize);
                found.extend(lines);
                at += text.len() as u32;
            }
            let (start, last) = signs.last(at);
            prop_assert_eq!(start, before);
            found.push(last.to_vec());
            prop_assert_eq!(found, slowly(&all, delimiter));
        }
    }
}
