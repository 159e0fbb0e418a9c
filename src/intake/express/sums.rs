//! What rows add up to, by shape and span of time.
//!
//! Nearly all numbers are added as machine words in one flat table. Whatever does not fit there is
//! added to wide cells, and so is what the words hold before they overflow.

use std::collections::BTreeMap;

use super::days::Days;
use super::parse::{SCALE, Short};
use super::poured::{Counts, Poured, Sum};
use super::shapes::Shape;
use crate::fact::bulk::near;
use crate::fact::{self, Count};
use crate::money::Exact;

/// Numbers in units of 10^-12: integers are added exactly and in any order.
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

/// The same in machine words, in units of 10^-6. Two of them share a line of the caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(align(32))]
pub(super) struct Small {
    rows: i64,
    quantity: i64,
    amount: i64,
}

/// Digits behind the point of small numbers.
const SMALL: u8 = 6;
/// What makes a small number of a mantissa.
static POWERS: [i64; SMALL as usize + 1] = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
/// The largest mantissa of a small number: a row is far from filling a word.
const LARGEST: u64 = 1 << 40;

/// A number as millionths; none if it is large or has more digits behind the point.
#[inline(always)]
pub(super) fn millionths(number: Short) -> Option<i64> {
    let power = POWERS.get(usize::from(number.scale))?;
    (number.mantissa.unsigned_abs() <= LARGEST).then(|| number.mantissa.wrapping_mul(*power))
}

/// The same of a number in a column, and whether it is that: made of three powers of ten, for what is looked up
/// in a table is looked up for one row after the other.
#[inline(always)]
pub(super) fn small(mantissa: i64, scale: u64) -> (i64, bool) {
    let more = u64::from(SMALL).wrapping_sub(scale);
    let power = |bit: u64, power: i64| if more & bit == 0 { 1 } else { power };
    let power = power(1, 10).wrapping_mul(power(2, 100)).wrapping_mul(power(4, 10_000));
    let fits = (scale <= SMALL.into()) & (mantissa.unsigned_abs() <= LARGEST);
    (mantissa.wrapping_mul(power), fits)
}

impl Small {
    /// A row; none if a number is large or has more digits behind the point.
    #[inline(always)]
    pub(super) fn of(quantity: Option<Short>, amount: Option<Short>) -> Option<Self> {
        let of = |number: Option<Short>| number.map_or(Some(0), millionths);
        Some(Self::row([of(quantity)?, of(amount)?]))
    }

    /// A row of a quantity and an amount in millionths.
    #[inline(always)]
    pub(super) fn row([quantity, amount]: [i64; 2]) -> Self {
        Self { rows: 1, quantity, amount }
    }

    pub(super) fn negated(self) -> Self {
        Self { rows: -self.rows, quantity: -self.quantity, amount: -self.amount }
    }

    /// The sum of both, if it can be told.
    #[inline(always)]
    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            rows: self.rows.checked_add(other.rows)?,
            quantity: self.quantity.checked_add(other.quantity)?,
            amount: self.amount.checked_add(other.amount)?,
        })
    }
}

impl From<Small> for Cell {
    fn from(small: Small) -> Self {
        let wide = |units: i64| i128::from(units) * 10_i128.pow((SCALE - SMALL).into());
        Self { rows: small.rows, quantity: wide(small.quantity), amount: wide(small.amount) }
    }
}

/// Small cells that stand side by side at most: 16 MiB of them.
const SIDE_BY_SIDE: usize = 1 << 19;
/// Spans for which there is room at first.
const SPANS: usize = 64;

/// Sums of one thread.
pub(super) struct Sums {
    shapes: Vec<Of>,
    /// For each shape a cell for each of so many spans.
    small: Vec<Small>,
    spans: usize,
}

/// What is known of a shape.
struct Of {
    shape: Shape,
    /// By span.
    wide: BTreeMap<u32, Cell>,
    /// Rows that repeat others: counted, and no part of the sums.
    repeats: Cell,
}

impl Default for Sums {
    fn default() -> Self {
        Self { shapes: Vec::new(), small: Vec::new(), spans: SPANS }
    }
}

impl Sums {
    /// Opens sums for the next shape.
    pub(super) fn open(&mut self, shape: Shape) {
        self.shapes.push(Of { shape, wide: BTreeMap::new(), repeats: Cell::default() });
        let cells = self.shapes.len() * self.spans;
        if cells <= SIDE_BY_SIDE {
            self.small.resize(cells, Small::default());
        }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, shape: u32, span: u32, cell: Cell) {
        *self.shapes[shape as usize].wide.entry(span).or_default() += cell;
    }

    /// Asks for the small cells of rows, which will be added to.
    pub(super) fn fetch(&self, shapes: &[u32], spans: &[u32]) {
        let at = |(shape, span): (&u32, &u32)| *shape as usize * self.spans + *span as usize;
        let cells = shapes.iter().zip(spans).filter_map(|row| self.small.get(at(row)));
        cells.for_each(near::fetch);
    }

    /// The same of a row with small numbers.
    #[inline(always)]
    pub(super) fn add_small(&mut self, shape: u32, span: u32, row: Small) {
        let at = shape as usize * self.spans + span as usize;
        if (span as usize) < self.spans
            && let Some(cell) = self.small.get_mut(at)
            && let Some(sum) = cell.plus(row)
        {
            *cell = sum;
        } else {
            self.add_seldom(shape, span, row);
        }
    }

    #[cold]
    fn add_seldom(&mut self, shape: u32, span: u32, row: Small) {
        if span as usize >= self.spans {
            self.widen(span as usize);
        }
        let of = &mut self.shapes[shape as usize];
        let wide = of.wide.entry(span).or_default();
        *wide += row.into();
        if (span as usize) < self.spans
            && let Some(cell) = self.small.get_mut(shape as usize * self.spans + span as usize)
        {
            *wide += std::mem::take(cell).into();
        }
    }

    /// Makes room for a span, unless that would be too much.
    fn widen(&mut self, span: usize) {
        let spans = (span + 1).next_power_of_two();
        if self.shapes.len().saturating_mul(spans) > SIDE_BY_SIDE {
            return;
        }
        let mut small = vec![Small::default(); self.shapes.len() * spans];
        let before = self.small.chunks_exact(self.spans);
        for (cells, before) in small.chunks_exact_mut(spans).zip(before) {
            cells[..self.spans].copy_from_slice(before);
        }
        (self.small, self.spans) = (small, spans);
    }

    /// Counts a row that repeats another.
    pub(super) fn repeat(&mut self, shape: u32, cell: Cell) {
        self.shapes[shape as usize].repeats += cell;
    }

    /// What shapes add up to: the shape, the span, and a cell; perhaps several for one span.
    fn cells(&self) -> impl Iterator<Item = (u32, u32, Cell)> {
        let wide = |of: &Of| of.wide.iter().map(|(span, cell)| (*span, *cell)).collect::<Vec<_>>();
        let wide = (0..).zip(&self.shapes).flat_map(move |(number, of)| {
            wide(of).into_iter().map(move |(span, cell)| (number, span, cell))
        });
        let small = (0..).zip(self.small.chunks_exact(self.spans)).flat_map(|(number, cells)| {
            let full = (0..).zip(cells).filter(|(_, cell)| **cell != Small::default());
            full.map(move |(span, cell)| (number, span, (*cell).into()))
        });
        wide.chain(small)
    }

    /// All of it, for so many zones.
    pub(super) fn poured(&self, days: &Days, zones: usize) -> Poured {
        let of_zone = |zone: usize| {
            let sum = |(shape, span, cell)| Sum { day: days.of(span)[zone], shape, cell };
            self.cells().map(sum).collect()
        };
        let shapes: Vec<&Shape> = self.shapes.iter().map(|of| &of.shape).collect();
        Poured::of(&shapes, (0..zones).map(of_zone).collect(), self.repeats())
    }

    fn repeats(&self) -> Counts {
        let mut repeats = Counts::new();
        for of in self.shapes.iter().filter(|of| of.repeats.rows > 0) {
            let repeated = fact::Cell::from(of.repeats);
            let rows = u64::try_from(of.repeats.rows).expect("just seen to be positive");
            *repeats.entry(of.shape.currency).or_default() +=
                Count { rows, amount: repeated.amount };
        }
        repeats
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::Kind;

    fn shape(product: usize) -> Shape {
        let text = String::new;
        Shape {
            kind: Kind::Charge,
            product: product.to_string(),
            channel: text(),
            region: text(),
            customer: text(),
            deal: text(),
            category: text(),
            unit: text(),
            currency: None,
        }
    }

    fn short() -> impl Strategy<Value = Option<Short>> {
        let mantissa =
            prop_oneof![-100_i64..100, Just(1 << 40), Just(-(1 << 40)), Just((1 << 40) + 1)];
        proptest::option::of(
            (mantissa, 0_u8..9).prop_map(|(mantissa, scale)| Short { mantissa, scale }),
        )
    }

    fn cell(quantity: Option<Short>, amount: Option<Short>) -> Cell {
        let units = |number: Option<Short>| number.map_or(0, |it| it.units().unwrap());
        Cell { rows: 1, quantity: units(quantity), amount: units(amount) }
    }

    proptest! {
        #[test]
        fn small_and_wide_numbers_add_up_alike(
            rows in proptest::collection::vec((0_u32..3, prop_oneof![0_u32..5, 60_u32..70, Just(1 << 20)], short(), short()), 0..60),
            near in any::<bool>(),
        ) {
            let (mut sums, mut due) = (Sums::default(), BTreeMap::<_, Cell>::new());
            for (shape_of, span, quantity, amount) in rows {
                while sums.shapes.len() <= shape_of as usize {
                    sums.open(shape(sums.shapes.len()));
                }
                if near && let Some(cell) = sums.small.get_mut(shape_of as usize * sums.spans) {
                    // As after very many rows: the next ones do not fit any more.
                    let all = Small { rows: 1, quantity: i64::MAX - 5, amount: i64::MIN + 5 };
                    if *cell == Small::default() && !due.contains_key(&(shape_of, 0)) {
                        *cell = all;
                        *due.entry((shape_of, 0)).or_default() += all.into();
                    }
                }
                match Small::of(quantity, amount) {
                    Some(small) => {
                        prop_assert_eq!(Cell::from(small), cell(quantity, amount));
                        sums.add_small(shape_of, span, small);
                    }
                    None => sums.add(shape_of, span, cell(quantity, amount)),
                }
                *due.entry((shape_of, span)).or_default() += cell(quantity, amount);
            }
            let mut found = BTreeMap::<_, Cell>::new();
            for (number, span, cell) in sums.cells() {
                *found.entry((number, span)).or_default() += cell;
            }
            found.retain(|_, cell| *cell != Cell::default());
            due.retain(|_, cell| *cell != Cell::default());
            prop_assert_eq!(found, due);
        }
    }
}
