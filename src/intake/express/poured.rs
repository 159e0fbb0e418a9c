//! What rows of a file add up to: the sums of all lanes, poured together.
//!
//! The law: shapes are in the order of their keys, each once; sums in the order of their days and of the
//! places of their shapes, each once, none empty. So what is told apart by texts is told apart once for
//! each shape, and all else is numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::shapes::Shape;
use super::sums::Cell;
use crate::calendar::Day;
use crate::fact::{self, Count, Key, Kind, Tally};
use crate::money::Currency;

/// Rows and amounts by currency.
pub(in crate::intake) type Counts = BTreeMap<Option<Currency>, Count>;

/// What rows add up to: for each zone, and repeats.
#[derive(Clone, Debug, Default)]
pub(in crate::intake) struct Poured {
    shapes: Vec<Shape>,
    zones: Vec<Vec<Sum>>,
    pub(in crate::intake) repeats: Counts,
}

/// A cell, its day since 1970, and the place of its shape in the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    pub(super) day: i32,
    pub(super) shape: u32,
    pub(super) cell: Cell,
}

impl Poured {
    /// Nothing, for so many zones.
    pub(super) fn empty(zones: usize) -> Self {
        Self { zones: vec![Vec::new(); zones], ..Self::default() }
    }

    /// Sums in any order, for each zone; shapes in any order, some of them perhaps more than once.
    pub(super) fn of(shapes: &[&Shape], mut zones: Vec<Vec<Sum>>, repeats: Counts) -> Self {
        let (shapes, places) = ranked(shapes);
        zones.iter_mut().for_each(|sums| {
            move_to(&places, sums);
            put_in_order(sums);
        });
        Self { shapes, zones, repeats }
    }

    /// Adds what others add up to.
    pub(in crate::intake) fn add(&mut self, other: Self) {
        let Self { shapes, zones, repeats } = other;
        let both: Vec<&Shape> = self.shapes.iter().chain(&shapes).collect();
        let (all, places) = ranked(&both);
        let (mine, theirs) = places.split_at(self.shapes.len());
        for (sums, mut more) in self.zones.iter_mut().zip(zones) {
            move_to(mine, sums);
            move_to(theirs, &mut more);
            sums.append(&mut more);
            put_in_order(sums);
        }
        self.shapes = all;
        for (currency, count) in repeats {
            *self.repeats.entry(currency).or_default() += count;
        }
    }

    /// How many rows.
    pub(in crate::intake) fn rows(&self) -> i64 {
        self.first_zone().map(|(_, cell)| cell.rows).sum()
    }

    /// The products of charges.
    pub(in crate::intake) fn sold(&self) -> BTreeSet<&str> {
        let mut there = vec![false; self.shapes.len()];
        self.zones.iter().take(1).flatten().for_each(|sum| there[sum.shape as usize] = true);
        let shapes = self.shapes.iter().zip(there).filter(|(_, there)| *there);
        let charges = shapes.filter(|(shape, _)| shape.kind == Kind::Charge);
        charges.map(|(shape, _)| shape.product.as_str()).collect()
    }

    /// Rows and amounts by currency.
    pub(in crate::intake) fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for (shape, cell) in self.first_zone() {
            let rows = u64::try_from(cell.rows).expect("facts, and no corrections");
            let amount = fact::Cell::from(cell).amount;
            *counts.entry(shape.currency).or_default() += Count { rows, amount };
        }
        counts
    }

    /// Every zone has the same facts, on other days.
    fn first_zone(&self) -> impl Iterator<Item = (&Shape, Cell)> {
        let sums = self.zones.first().into_iter().flatten();
        sums.map(|sum| (&self.shapes[sum.shape as usize], sum.cell))
    }

    /// A tally for each zone.
    pub(in crate::intake) fn tallies(&self) -> Vec<Tally> {
        let keys: Vec<Key> = self.shapes.iter().map(|shape| shape.key(Day::EPOCH)).collect();
        let sum = |sum: &Sum| (Day::EPOCH.plus(sum.day.into()), sum.shape, sum.cell.into());
        let tally = |sums: &Vec<Sum>| Tally::of_keys(keys.clone(), sums.iter().map(sum));
        self.zones.iter().map(tally).collect()
    }
}

/// Shapes in order, each once; and for each that was given its place there.
fn ranked(shapes: &[&Shape]) -> (Vec<Shape>, Vec<u32>) {
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    // Runs in order are what a stable sort is quick with.
    order.sort_by_key(|number| shapes[*number]);
    let (mut all, mut places) = (Vec::<Shape>::new(), vec![0; shapes.len()]);
    for number in order {
        if all.last() != Some(shapes[number]) {
            all.push(shapes[number].clone());
        }
        places[number] = all.len() as u32 - 1;
    }
    (all, places)
}

fn move_to(places: &[u32], sums: &mut [Sum]) {
    sums.iter_mut().for_each(|sum| sum.shape = places[sum.shape as usize]);
}

fn put_in_order(sums: &mut Vec<Sum>) {
    sums.sort_by_key(|sum| (sum.day, sum.shape));
    sums.dedup_by(|more, sum| {
        let same = (more.day, more.shape) == (sum.day, sum.shape);
        if same {
            sum.cell += more.cell;
        }
        same
    });
    sums.retain(|sum| sum.cell != Cell::default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Exact;

    const SHAPES: usize = 7;

    /// Some that differ in kind, product or currency; and the last like the first.
    fn shape(number: usize) -> Shape {
        let number = number % (SHAPES - 1);
        Shape {
            kind: [Kind::Charge, Kind::Refund][number % 2],
            product: ["aria-2", "aria-1", "aria"][number / 2].to_owned(),
            channel: String::new(),
            region: String::new(),
            customer: String::new(),
            deal: String::new(),
            category: String::new(),
            unit: String::new(),
            currency: (number == 3).then(|| "EUR".parse().unwrap()),
        }
    }

    type Row = (usize, i32, i64, i64);

    /// As a lane would: its shapes in the order in which they came.
    fn poured(rows: &[Row]) -> Poured {
        let mut numbers: Vec<usize> = Vec::new();
        let mut sums = Vec::new();
        for (number, day, rows, amount) in rows {
            let at = numbers.iter().position(|it| it == number).unwrap_or_else(|| {
                numbers.push(*number);
                numbers.len() - 1
            });
            let cell = Cell { rows: *rows, quantity: 0, amount: (*amount).into() };
            sums.push(Sum { day: *day, shape: at as u32, cell });
        }
        let shapes: Vec<Shape> = numbers.into_iter().map(shape).collect();
        // In the second zone all is a day later.
        let later = sums.iter().map(|sum| Sum { day: sum.day + 1, ..*sum }).collect();
        let repeats = Counts::from([(None, Count { rows: 1, ..Count::default() })]);
        Poured::of(&shapes.iter().collect::<Vec<_>>(), vec![sums, later], repeats)
    }

    fn tally<'a>(rows: impl IntoIterator<Item = &'a Row>, later: i64) -> Tally {
        let cell = |(number, day, rows, amount): &Row| {
            let key = shape(*number).key(Day::EPOCH.plus(i64::from(*day) + later));
            let amount = Exact::scaled((*amount).into(), 12);
            (key, fact::Cell { rows: *rows, quantity: Exact::ZERO, amount })
        };
        rows.into_iter().map(cell).collect()
    }

    proptest! {
        #[test]
        fn lanes_add_up_to_what_their_rows_do(
            lanes in prop::collection::vec(
                prop::collection::vec((0..SHAPES, 0..3_i32, 0..3_i64, -2..3_i64), 0..30), 0..4),
        ) {
            let mut all = Poured::empty(2);
            lanes.iter().for_each(|rows| all.add(poured(rows)));
            let rows = || lanes.iter().flatten();
            let due = tally(rows(), 0);
            prop_assert_eq!(all.tallies(), vec![due.clone(), tally(rows(), 1)]);
            prop_assert_eq!(all.rows(), rows().map(|(_, _, rows, _)| rows).sum::<i64>());
            let mut counts = Counts::new();
            for (key, cell) in due.iter() {
                let rows = u64::try_from(cell.rows).unwrap();
                *counts.entry(key.currency).or_default() += Count { rows, amount: cell.amount };
            }
            prop_assert_eq!(all.counts(), counts);
            let charges = due.iter().filter(|(key, _)| key.kind == Kind::Charge);
            let sold: BTreeSet<&str> = charges.map(|(key, _)| key.product.as_str()).collect();
            prop_assert_eq!(all.sold(), sold);
            prop_assert_eq!(all.repeats.values().map(|it| it.rows).sum::<u64>(), lanes.len() as u64);
        }
    }
}
