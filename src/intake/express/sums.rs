//! What rows add up to, by shape and span of time.

use std::collections::BTreeMap;

use super::days::Days;
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
    #[inline(always)]
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

/// The spans that are kept side by side.
const SIDE_BY_SIDE: usize = 8192;

/// The sums of one shape.
struct Of {
    shape: Shape,
    /// By span.
    cells: Vec<Cell>,
    /// Spans beyond those.
    rest: BTreeMap<u32, Cell>,
    /// Rows that repeat others.
    repeats: Cell,
}

/// What the rows of a file add up to.
#[derive(Default)]
pub(super) struct Sums(Vec<Of>);

impl Sums {
    /// Makes room for the next shape.
    pub(super) fn open(&mut self, shape: Shape) {
        let (cells, rest) = (Vec::new(), BTreeMap::new());
        self.0.push(Of { shape, cells, rest, repeats: Cell::default() });
    }

    #[inline(always)]
    pub(super) fn add(&mut self, shape: u32, span: u32, cell: Cell) {
        let of = &mut self.0[shape as usize];
        match of.cells.get_mut(span as usize) {
            Some(sum) => *sum += cell,
            None => of.add_further(span, cell),
        }
    }

    pub(super) fn repeat(&mut self, shape: u32, cell: Cell) {
        self.0[shape as usize].repeats += cell;
    }

    /// Adds these sums to the tallies of a file, one for each zone, and to its count of repeats.
    pub(super) fn pour(
        &self,
        days: &Days,
        tallies: &mut [Tally],
        repeats: &mut BTreeMap<Option<Currency>, Count>,
    ) {
        for of in &self.0 {
            let rest = of.rest.iter().map(|(span, cell)| (*span, *cell));
            for (span, cell) in (0..).zip(of.cells.iter().copied()).chain(rest) {
                if cell != Cell::default() {
                    for (tally, day) in tallies.iter_mut().zip(days.of(span)) {
                        tally.add(of.shape.key(Day::EPOCH.plus((*day).into())), cell.into());
                    }
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

impl Of {
    #[cold]
    fn add_further(&mut self, span: u32, cell: Cell) {
        let at = span as usize;
        if at < SIDE_BY_SIDE {
            self.cells.resize(at + 1, Cell::default());
            self.cells[at] = cell;
        } else {
            *self.rest.entry(span).or_default() += cell;
        }
    }
}
