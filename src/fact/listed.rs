//! The cells of a day by the places of their keys in a list that many days share.
//!
//! The law: a list is in the order of keys and has each once, so cells are in the order of their keys
//! if their places rise. No key of a day is made before somebody asks for it.

use std::sync::Arc;

use super::daily::Cells;
use super::{Cell, Key};
use crate::calendar::Day;

/// Keys of one day, whichever: what facts of many days have in common.
#[derive(Debug)]
pub(super) struct KeyList(Vec<Key>);

impl KeyList {
    /// # Panics
    /// If they are not of one day, in order, each once.
    pub(super) fn new(keys: Vec<Key>) -> Self {
        assert!(keys.is_sorted_by(|before, after| before < after), "keys in order, each once");
        assert!(keys.windows(2).all(|pair| pair[0].day == pair[1].day), "keys of one day");
        Self(keys)
    }

    /// The keys, on a day that says nothing.
    pub(super) fn keys(&self) -> &[Key] {
        &self.0
    }
}

/// One day.
#[derive(Debug)]
pub(super) struct ListedDay {
    day: Day,
    list: Arc<KeyList>,
    cells: Vec<(u32, Cell)>,
}

impl ListedDay {
    /// # Panics
    /// If the places do not rise, or one is beyond the list.
    pub(super) fn new(day: Day, list: &Arc<KeyList>, cells: Vec<(u32, Cell)>) -> Self {
        let places = || cells.iter().map(|(place, _)| *place);
        assert!(places().is_sorted_by(|before, after| before < after), "cells in order, each once");
        assert!(places().all(|place| (place as usize) < list.0.len()), "keys of the list");
        Self { day, list: Arc::clone(list), cells }
    }

    pub(super) fn day(&self) -> Day {
        self.day
    }

    pub(super) fn list(&self) -> &Arc<KeyList> {
        &self.list
    }

    /// Its cells with the places of their keys, which rise.
    pub(super) fn placed(&self) -> &[(u32, Cell)] {
        &self.cells
    }

    pub(super) fn cells(&self) -> Cells {
        let key = |place: u32| Key { day: self.day, ..self.list.0[place as usize].clone() };
        self.cells.iter().map(|(place, cell)| (Arc::new(key(*place)), *cell)).collect()
    }

    pub(super) fn keeps_nothing_apart(&self) -> bool {
        let key = |(place, _): &(u32, Cell)| &self.list.0[*place as usize];
        self.cells.iter().all(|cell| key(cell).keeps_nothing_apart())
    }
}
