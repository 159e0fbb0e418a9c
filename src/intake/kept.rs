//! Rows of large files that went the ordinary way: where they are, and the texts of the first of them. To
//! ask for a row again is a call of the system, and of a packed file to unpack it up to there once more.
//!
//! The law: what is kept is bounded, and what is not kept is read again.

use std::collections::BTreeMap;

use super::again::Noted;
use super::row::{Reading, Row};
use crate::fact::{Gather, Hash};

/// Rows with an id that went the ordinary way.
#[derive(Default)]
pub(super) struct Ordinary {
    /// Where they are; in order once all files are judged.
    pub(super) noted: Vec<Noted>,
    pub(super) kept: Kept,
}

/// Texts of rows by the place where each begins in the delivery.
#[derive(Default)]
pub(super) struct Kept {
    texts: BTreeMap<u64, Box<[u8]>>,
    /// What all would weigh that came so far.
    weight: usize,
}

/// What the texts may weigh, and what one does besides its bytes.
const MOST: usize = 16 << 20;
const OVERHEAD: usize = 48;

impl Ordinary {
    /// Notes where the ids of a row are, and keeps its text if it is one line.
    pub(super) fn note(
        &mut self,
        gather: &Gather<'_>,
        number: usize,
        row: &Row,
        line: Option<&[u8]>,
        noted: impl Fn(Hash, &Row) -> Noted,
    ) {
        let Reading::Entries(entries) = &row.result else { return };
        for id in entries.iter().filter_map(|(_, entry)| gather.id(number, entry)) {
            let noted = noted(id, row);
            if let Some(text) = line {
                self.kept.keep(noted.at, text);
            }
            self.noted.push(noted);
        }
    }
}

impl Kept {
    fn keep(&mut self, at: u64, text: &[u8]) {
        self.weight = self.weight.saturating_add(text.len() + OVERHEAD);
        if self.weight <= MOST {
            self.texts.insert(at, text.into());
        }
    }

    /// The texts of these rows, if all of them were kept.
    pub(super) fn all(&self, places: impl Iterator<Item = u64>) -> Option<Vec<&[u8]>> {
        places.map(|at| self.texts.get(&at).map(|text| &**text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let (mut kept, text) = (Kept::default(), [b'x'; 1000]);
        (0..20_000).for_each(|at| kept.keep(at * 2, &text));
        // A small one that would still fit: but then some later ones were kept, and some earlier ones not.
        kept.keep(1, b"");
        let first = MOST as u64 / (1000 + OVERHEAD as u64);
        assert!(kept.all((0..first).map(|at| at * 2)).is_some());
        assert!(kept.all([first * 2].into_iter()).is_none());
        assert!(kept.all([0, 1].into_iter()).is_none());
        assert_eq!(kept.texts.len() as u64, first);
    }
}
