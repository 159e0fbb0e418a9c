//! What rows add up to, by shape, zone and day.

use std::collections::BTreeMap;

use super::parse::SCALE;
use super::shapes::Shape;
use crate::calendar::Day;
use crate::fact::{self, Count, Tally};
use crate::money::{Currency, Exact};

/// Rows, and their numbers in units of 10^-12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) rows: i64,
    pub(super) quantity: i128,
    pub(super) amount: i128,
}

impl Cell {
    pub(super) fn negated(self) -> Self {
        Self { rows: -self.rows, quantity: -self.quantity, amount: -self.amount }
    }
}

impl std::ops::AddAssign for Cell {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.quantity += other.quantity;
        self.amount += other.amount;
    }
}

impl From<Cell> for fact::Cell {
    fn from(cell: Cell) -> Self {
        let exact = |units| Exact::scaled(units, SCALE);
        Self { rows: cell.rows, quantity: exact(cell.quantity), amount: exact(cell.amount) }
    }
}

/// The cells of one zone: those of a run of days.
#[derive(Clone, Default)]
struct Days {
    first: i32,
    cells: Vec<Cell>,
}

/// The days that are kept side by side; with more, the run begins anew in `rest`.
const LONGEST: i32 = 4096;

impl Days {
    fn at(&mut self, day: i32) -> Option<&mut Cell> {
        if self.cells.is_empty() {
            self.first = day;
        }
        if day < self.first {
            let more = usize::try_from(self.first - day).ok()?;
            if more + self.cells.len() > LONGEST as usize {
                return None;
            }
            self.cells.splice(0..0, std::iter::repeat_n(Cell::default(), more));
            self.first = day;
        }
        let at = usize::try_from(day - self.first).ok()?;
        if at >= LONGEST as usize {
            return None;
        }
        if at >= self.cells.len() {
            self.cells.resize(at + 1, Cell::default());
        }
        Some(&mut self.cells[at])
    }
}

/// The sums of one shape.
struct Of {
    shape: Shape,
    zones: Vec<Days>,
    /// Days far from the others.
    rest: BTreeMap<(usize, i32), Cell>,
    /// Rows that repeat others.
    repeats: Cell,
}

/// What the rows of a file add up to.
pub(super) struct Sums {
    zones: usize,
    shapes: Vec<Of>,
}

impl Sums {
    pub(super) fn new(zones: usize) -> Self {
        Self { zones, shapes: Vec::new() }
    }

    /// Makes room for the next shape.
    pub(super) fn open(&mut self, shape: Shape) {
        let zones = vec![Days::default(); self.zones];
        self.shapes.push(Of { shape, zones, rest: BTreeMap::new(), repeats: Cell::default() });
    }

    pub(super) fn add(&mut self, shape: u32, zone: usize, day: i32, cell: Cell) {
        let of = &mut self.shapes[shape as usize];
        match of.zones[zone].at(day) {
            Some(sum) => *sum += cell,
            None => *of.rest.entry((zone, day)).or_default() += cell,
        }
    }

    pub(super) fn repeat(&mut self, shape: u32, cell: Cell) {
        self.shapes[shape as usize].repeats += cell;
    }

    /// Adds these sums to the tallies of a file, one for each zone, and to its count of repeats.
    pub(super) fn pour(
        &self,
        tallies: &mut [Tally],
        repeats: &mut BTreeMap<Option<Currency>, Count>,
    ) {
        for of in &self.shapes {
            let zones = of.zones.iter().enumerate();
            let near = zones.flat_map(|(zone, days)| {
                (days.first..).zip(&days.cells).map(move |(day, cell)| (zone, day, *cell))
            });
            let far = of.rest.iter().map(|((zone, day), cell)| (*zone, *day, *cell));
            for (zone, day, cell) in near.chain(far) {
                if cell != Cell::default() {
                    let key = of.shape.key(Day::EPOCH.plus(day.into()));
                    tallies[zone].add(key, cell.into());
                }
            }
            if of.repeats.rows > 0 {
                let repeated = fact::Cell::from(of.repeats);
                let rows = u64::try_from(of.repeats.rows).expect("just seen to be positive");
                *repeats.entry(of.shape.currency).or_default() +=
                    Count { rows, amount: repeated.amount };
            }
        }
    }
}
