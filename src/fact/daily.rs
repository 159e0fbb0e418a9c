//! The cells of one day of a tally, made when somebody asks for them.
//!
//! The law: what a day holds follows from where it comes from, whenever it is asked. Days that two
//! tallies share are one in memory, and known to be equal without a look at their cells.

use std::sync::{Arc, OnceLock};

use super::listed::ListedDay;
use super::packed::PackedDay;
use super::{Cell, Key};
use crate::calendar::Day;

/// Full cells in the order of their keys, each key once.
pub(super) type Cells = Vec<(Arc<Key>, Cell)>;

/// One day.
#[derive(Debug)]
pub(super) struct Daily {
    day: Day,
    source: Source,
    cells: OnceLock<Cells>,
}

/// What its cells are made from.
#[derive(Debug)]
enum Source {
    /// They are there.
    Made,
    /// Keys that many days share.
    Listed(ListedDay),
    /// The text that the journal keeps.
    Packed(PackedDay),
    /// The same day of several tallies.
    Sum(Vec<Arc<Daily>>),
}

/// Cells in order, with their keys or the places of these in a list.
pub(super) enum Part<'a> {
    Made(&'a Cells),
    Listed(&'a ListedDay),
}

impl Daily {
    /// Cells of one day.
    fn made(day: Day, cells: Cells) -> Arc<Self> {
        Arc::new(Self { day, source: Source::Made, cells: OnceLock::from(cells) })
    }

    /// As the journal keeps it.
    pub(super) fn packed(packed: PackedDay) -> Arc<Self> {
        let (day, cells) = (packed.day(), OnceLock::new());
        Arc::new(Self { day, source: Source::Packed(packed), cells })
    }

    /// Of keys that many days share.
    pub(super) fn listed(listed: ListedDay) -> Arc<Self> {
        let (day, cells) = (listed.day(), OnceLock::new());
        Arc::new(Self { day, source: Source::Listed(listed), cells })
    }

    /// One day of several tallies, added up.
    pub(super) fn sum(parts: &[Arc<Self>]) -> Arc<Self> {
        if let [only] = parts {
            return Arc::clone(only);
        }
        let (day, cells) = (parts[0].day, OnceLock::new());
        Arc::new(Self { day, source: Source::Sum(parts.to_vec()), cells })
    }

    /// The same, without regard to who asks.
    pub(super) fn sum_at_once(parts: &[Arc<Self>]) -> Arc<Self> {
        match parts {
            [only] => Arc::clone(only),
            parts => Self::made(parts[0].day, sum(parts)),
        }
    }

    /// Which.
    pub(super) fn day(&self) -> Day {
        self.day
    }

    /// Its cells; none if all that came was taken back.
    pub(super) fn cells(&self) -> &Cells {
        self.cells.get_or_init(|| match &self.source {
            Source::Made => Cells::new(),
            Source::Listed(listed) => listed.cells(),
            Source::Packed(packed) => packed.cells(),
            Source::Sum(parts) => sum(parts),
        })
    }

    /// Has it no cells, because all that came was taken back?
    pub(super) fn is_empty(&self) -> bool {
        match &self.source {
            Source::Listed(listed) => listed.placed().is_empty(),
            Source::Made | Source::Packed(_) | Source::Sum(_) => self.cells().is_empty(),
        }
    }

    /// What it is added up from, each with cells in order. Keys are not made for that, and those that were are not
    /// looked at: numbers are quicker.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        match &self.source {
            Source::Listed(listed) => vec![Part::Listed(listed)],
            Source::Sum(parts) => parts.iter().flat_map(|part| part.parts()).collect(),
            Source::Made | Source::Packed(_) => vec![Part::Made(self.cells())],
        }
    }

    /// Would any lens have made the same keys of its facts?
    pub(super) fn keeps_nothing_apart(&self) -> bool {
        match &self.source {
            Source::Made => self.cells().iter().all(|(key, _)| key.keeps_nothing_apart()),
            Source::Listed(listed) => listed.keeps_nothing_apart(),
            Source::Packed(packed) => packed.keeps_nothing_apart(),
            Source::Sum(parts) => parts.iter().all(|part| part.keeps_nothing_apart()),
        }
    }

    /// Do they come from the same, so that they are equal?
    fn is_shared_with(&self, other: &Self) -> bool {
        let same = |(one, other): (&Arc<Self>, &Arc<Self>)| Arc::ptr_eq(one, other);
        match (&self.source, &other.source) {
            (Source::Sum(mine), Source::Sum(theirs)) => {
                mine.len() == theirs.len() && mine.iter().zip(theirs).all(same)
            }
            (Source::Sum(_) | Source::Made | Source::Listed(_) | Source::Packed(_), _) => {
                std::ptr::eq(self, other)
            }
        }
    }

    /// What one day has more than another; none if that is nothing.
    pub(super) fn difference(more: Option<&Self>, less: Option<&Self>) -> Option<Arc<Self>> {
        let day = more.or(less)?.day;
        if more.zip(less).is_some_and(|(more, less)| more.is_shared_with(less)) {
            return None;
        }
        let none = Cells::new();
        let less = less.map_or(&none, Self::cells).iter();
        let less: Cells = less.map(|(key, cell)| (Arc::clone(key), cell.negated())).collect();
        let cells = merged(&[more.map_or(&none, Self::cells), &less]);
        (!cells.is_empty()).then(|| Self::made(day, cells))
    }
}

/// Cells in order, day by day.
pub(super) fn by_day(cells: Cells) -> Vec<Arc<Daily>> {
    let mut days = Vec::new();
    let mut cells = cells.into_iter().peekable();
    while let Some(day) = cells.peek().map(|(key, _)| key.day) {
        let of_day = std::iter::from_fn(|| cells.next_if(|(key, _)| key.day == day)).collect();
        days.push(Daily::made(day, of_day));
    }
    days
}

/// Parts of less than one part in so many are put in between what is there.
pub(super) const FEW: usize = 8;

fn sum(parts: &[Arc<Daily>]) -> Cells {
    let mut parts: Vec<&Cells> = parts.iter().map(|part| part.cells()).collect();
    parts.sort_by_key(|part| part.len());
    let Some((largest, others)) = parts.split_last() else { return Cells::new() };
    if others.iter().map(|part| part.len()).sum::<usize>() < largest.len() / FEW {
        return with(largest, merged(others));
    }
    merged(&parts)
}

/// The cells of several lists, each key once.
fn merged(parts: &[&Cells]) -> Cells {
    let mut all: Vec<(&Arc<Key>, Cell)> =
        parts.iter().flat_map(|part| part.iter().map(|(key, cell)| (key, *cell))).collect();
    // Runs in order are what a stable sort is quick with.
    all.sort_by_key(|(key, _)| *key);
    all.dedup_by(|(key, more), (before, sum)| {
        let same = key == before;
        if same {
            *sum = sum.plus(*more);
        }
        same
    });
    let full = all.into_iter().filter(|(_, cell)| !cell.is_empty());
    full.map(|(key, cell)| (Arc::clone(key), cell)).collect()
}

/// Cells and a few more: what lies between these is copied without being compared.
fn with(cells: &Cells, few: Cells) -> Cells {
    let mut rest = &cells[..];
    let mut all = Vec::with_capacity(rest.len() + few.len());
    for (key, cell) in few {
        // The next of a few often follows the one before.
        let follows = rest.first().is_none_or(|(own, _)| *own >= key);
        let from = if follows { 0 } else { rest.partition_point(|(own, _)| *own < key) };
        let (before, after) = rest.split_at(from);
        all.extend_from_slice(before);
        let same = after.first().filter(|(own, _)| *own == key);
        rest = &after[usize::from(same.is_some())..];
        let sum = same.map_or(cell, |(_, own)| own.plus(cell));
        if !sum.is_empty() {
            all.push((key, sum));
        }
    }
    all.extend_from_slice(rest);
    all
}
