//! What the lines must add up to, in plain integers: a second opinion on the engine, and so
//! nothing of the engine is used here.

use std::collections::BTreeSet;

use super::fault::{Fault, Spoilt};
use super::line::{KINDS, Line};
use super::world::{self, CHANNELS, CURRENCIES, METERS, PRODUCTS, UNITS};

/// Rows and what they add up to, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) rows: u64,
    pub(super) amount: i128,
}

impl Count {
    fn add(&mut self, amount: i64) {
        self.rows += 1;
        self.amount += i128::from(amount);
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, amount: self.amount + other.amount }
    }
}

/// The groups of one file in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) accepted: Count,
    pub(super) duplicate: Count,
    pub(super) rejected: Count,
}

/// One cell of the tally. Quantities are in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) rows: u64,
    pub(super) quantity: i128,
    pub(super) amount: i128,
}

/// Everything, as far as it was generated.
pub(super) struct Totals {
    /// By file, then currency; the last is for lines without one.
    pub(super) controls: Vec<[Control; CURRENCIES.len() + 1]>,
    /// By the places of [`Fault::ALL`].
    pub(super) faults: [u64; Fault::ALL.len()],
    pub(super) conflicts: u64,
    pub(super) cells: Vec<Cell>,
    /// Places of charges that a contradicting line has thrown out.
    overruled: BTreeSet<u64>,
    /// Do refunds count on the day of what they name?
    refs: bool,
}

/// Meters, and one for each product's credits.
const METERS_AND_NONE: usize = METERS as usize + PRODUCTS.len();

/// Cells of one day.
pub(super) const A_DAY: usize = METERS_AND_NONE * CHANNELS.len() * KINDS.len() * CURRENCIES.len();

/// What the place of a cell says.
pub(super) struct Key {
    pub(super) day: usize,
    pub(super) product: usize,
    pub(super) unit: Option<usize>,
    pub(super) channel: usize,
    pub(super) kind: usize,
    pub(super) currency: usize,
}

impl Key {
    pub(super) fn of_place(place: usize) -> Self {
        let (rest, currency) = (place / CURRENCIES.len(), place % CURRENCIES.len());
        let (rest, kind) = (rest / KINDS.len(), rest % KINDS.len());
        let (rest, channel) = (rest / CHANNELS.len(), rest % CHANNELS.len());
        let (day, meter) = (rest / METERS_AND_NONE, rest % METERS_AND_NONE);
        let (product, unit) = (meter % PRODUCTS.len(), meter / PRODUCTS.len());
        let unit = (unit < UNITS.len()).then_some(unit);
        Self { day, product, unit, channel, kind, currency }
    }
}

impl Totals {
    pub(super) fn new(files: usize, days: usize, refs: bool) -> Self {
        Self {
            controls: vec![Default::default(); files],
            faults: [0; Fault::ALL.len()],
            conflicts: 0,
            cells: vec![Cell::default(); days * A_DAY],
            overruled: BTreeSet::new(),
            refs,
        }
    }

    pub(super) fn accept(&mut self, file: usize, line: &Line) {
        self.control(file, line).accepted.add(line.amount);
        let cell = self.cell(line);
        cell.rows += 1;
        cell.quantity += thousandths(line);
        cell.amount += i128::from(line.amount);
    }

    pub(super) fn duplicate(&mut self, file: usize, line: &Line) {
        self.control(file, line).duplicate.add(line.amount);
    }

    /// A charge stands against a later line of its id.
    pub(super) fn conflict(&mut self, file: usize, loser: &Line) {
        self.control(file, loser).rejected.add(loser.amount);
        self.conflicts += 1;
    }

    /// A line throws out the charge at a place, which stood in another file perhaps; the same line
    /// once more is a duplicate.
    pub(super) fn overrule(&mut self, file: usize, line: &Line, at: (u64, usize), charge: &Line) {
        if !self.overruled.insert(at.0) {
            return self.duplicate(file, line);
        }
        let cell = self.cell(charge);
        cell.rows -= 1;
        cell.quantity -= thousandths(charge);
        cell.amount -= i128::from(charge.amount);
        let accepted = &mut self.control(at.1, charge).accepted;
        accepted.rows -= 1;
        accepted.amount -= i128::from(charge.amount);
        self.conflict(at.1, charge);
        self.accept(file, line);
    }

    pub(super) fn reject(&mut self, file: usize, line: &Line, spoilt: &Spoilt) {
        self.faults[spoilt.fault as usize] += 1;
        let control = match spoilt.has_currency {
            true => self.control(file, line),
            false => &mut self.controls[file][CURRENCIES.len()],
        };
        control.rejected.add(spoilt.amount);
    }

    /// The sums of what counts, per currency: quantity and amount.
    pub(super) fn accepted(&self, currency: usize) -> Cell {
        let mut sum = Cell::default();
        for (place, cell) in self.cells.iter().enumerate() {
            if Key::of_place(place).currency == currency {
                sum.rows += cell.rows;
                sum.quantity += cell.quantity;
                sum.amount += cell.amount;
            }
        }
        sum
    }

    fn control(&mut self, file: usize, line: &Line) -> &mut Control {
        &mut self.controls[file][world::currency(line.customer) as usize]
    }

    fn cell(&mut self, line: &Line) -> &mut Cell {
        let day = match line.original {
            Some((_, day)) if self.refs => day,
            Some(_) | None => line.day,
        };
        let unit = line.unit.map_or(UNITS.len(), usize::from);
        let meter = unit * PRODUCTS.len() + line.product as usize;
        let place = usize::from(day) * METERS_AND_NONE + meter;
        let place = place * CHANNELS.len() + line.channel as usize;
        let place = place * KINDS.len() + line.kind as usize;
        let place = place * CURRENCIES.len() + world::currency(line.customer) as usize;
        &mut self.cells[place]
    }
}

fn thousandths(line: &Line) -> i128 {
    let counted = line.unit.is_some_and(|unit| UNITS[unit as usize].thousandths);
    i128::from(line.quantity) * if counted { 1 } else { 1000 }
}
