//! The cells of a tally by numbers instead of texts: so they are written, and so cells of one key are
//! found in several sources.
//!
//! The law: numbers are ordered as the texts are, so cells come in the order of their keys, each key
//! once, and none is empty.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::daily::{Cells, Daily, Part};
use super::listed::{KeyList, ListedDay};
use super::packed_key::PackedKey;
use super::{Cell, Key};

/// The texts of a tally in order, with their numbers from 1 on; the empty text is 0.
#[derive(Default)]
pub(super) struct Numbering<'a> {
    texts: BTreeMap<&'a str, u32>,
    /// Lists of keys that days share: which of a list stand on some day, and all by number.
    lists: Vec<Numbered<'a>>,
}

struct Numbered<'a> {
    list: &'a Arc<KeyList>,
    used: Vec<bool>,
    keys: Vec<PackedKey>,
}

/// Cells with their keys by number.
pub(super) type NumberedCells = Vec<(PackedKey, Cell)>;

impl<'a> Numbering<'a> {
    /// Of every text that days have, in cells that others may take back too.
    pub(super) fn of_all(days: &'a [Arc<Daily>]) -> Self {
        let mut all = Self::default();
        for part in days.iter().flat_map(|daily| daily.parts()) {
            match part {
                Part::Made(cells) => all.note(cells),
                Part::Listed(listed) => all.note_list(listed),
            }
        }
        let Self { texts, lists } = &mut all;
        for of in lists.iter() {
            let used = of.list.keys().iter().zip(&of.used).filter(|(_, used)| **used);
            used.for_each(|(key, _)| {
                key.texts_unlike(None, |text| *texts.entry(text).or_default() = 0)
            });
        }
        texts.remove("");
        texts.values_mut().zip(1..).for_each(|(number, at)| *number = at);
        let mut lists = std::mem::take(lists);
        for of in &mut lists {
            of.keys = of.list.keys().iter().map(|key| PackedKey::of(key, &all, None)).collect();
        }
        all.lists = lists;
        all
    }

    fn note(&mut self, cells: &'a Cells) {
        let mut before = None;
        for (key, _) in cells {
            key.texts_unlike(before, |text| *self.texts.entry(text).or_default() = 0);
            before = Some(&**key);
        }
    }

    fn note_list(&mut self, listed: &'a ListedDay) {
        let (list, same) = (listed.list(), |of: &Numbered<'_>| Arc::ptr_eq(of.list, listed.list()));
        let at = self.lists.iter().position(same).unwrap_or_else(|| {
            let used = vec![false; list.keys().len()];
            self.lists.push(Numbered { list, used, keys: Vec::new() });
            self.lists.len() - 1
        });
        let used = &mut self.lists[at].used;
        listed.placed().iter().for_each(|(place, _)| used[*place as usize] = true);
    }

    /// The number of a text; 0 if nothing has it.
    pub(super) fn of(&self, text: &str) -> u32 {
        self.texts.get(text).copied().unwrap_or(0)
    }

    /// The texts in the order of their numbers.
    pub(super) fn texts(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.texts.keys().copied()
    }

    /// The cells of one of the days.
    pub(super) fn cells(&self, daily: &Daily) -> NumberedCells {
        let (mut cells, parts) = (NumberedCells::new(), daily.parts());
        for part in &parts {
            match part {
                Part::Made(made) => self.put_made(made, &mut cells),
                Part::Listed(listed) => self.put_listed(listed, &mut cells),
            }
        }
        if parts.len() > 1 {
            add_up(&mut cells);
        }
        cells
    }

    fn put_made(&self, made: &Cells, cells: &mut NumberedCells) {
        let mut before: Option<(&Key, PackedKey)> = None;
        for (key, cell) in made {
            let packed = PackedKey::of(key, self, before.as_ref());
            cells.push((packed, *cell));
            before = Some((key, packed));
        }
    }

    fn put_listed(&self, listed: &ListedDay, cells: &mut NumberedCells) {
        let same = |of: &&Numbered<'_>| Arc::ptr_eq(of.list, listed.list());
        let of = self.lists.iter().find(same).expect("the list of every day was noted");
        let placed = listed.placed().iter();
        cells
            .extend(placed.map(|(place, cell)| (of.keys[*place as usize].on(listed.day()), *cell)));
    }
}

/// Puts cells of several sources in order, each key once.
fn add_up(cells: &mut NumberedCells) {
    // Runs in order are what a stable sort is quick with.
    cells.sort_by_key(|(key, _)| key.rank());
    cells.dedup_by(|(key, more), (before, sum)| {
        let same = key.rank() == before.rank();
        if same {
            *sum = sum.plus(*more);
        }
        same
    });
    cells.retain(|(_, cell)| !cell.is_empty());
}
