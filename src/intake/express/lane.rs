//! One thread's way through the plain rows of one file: each becomes a sum and a mark, or is left to
//! the ordinary reader.
//!
//! The law: a row that is taken is one that the ordinary reader accepts, and it is understood in the
//! same way. Whatever is not certain at first sight is left.

use std::collections::BTreeMap;

use fearless_simd::Level;

use super::batch::Batch;
use super::columns::Columns;
use super::days::Days;
use super::keys::{Found, Keys};
use super::parse::{self, Short, Time, number};
use super::pass::Common;
use super::poured::Poured;
use super::rules::{Numbers, Rules};
use super::shapes::{Places, Shape};
use super::split::Signs;
use super::sums::{Cell, Small, Sums, millionths};
use crate::calendar::{Day, Moment};
use crate::fact::bulk::Mark;
use crate::fact::fingerprint::{ContentHasher, IdHasher, Number, Rest, Shape as Fields};
use crate::fact::{HashKey, Horizon, Kind, Lens};
use crate::intake::target::Target;
use crate::money::Currency;

/// One thread's way through a file.
pub(in crate::intake) struct Lane<'a> {
    pub(super) columns: &'a Columns,
    pub(super) lens: &'a Lens,
    pub(super) horizon: &'a Horizon,
    /// From this half second on nothing is before it.
    pub(super) certain: i64,
    places: &'a Places,
    pub(super) key: HashKey,
    pub(super) level: Level,
    pub(super) ids: IdHasher,
    pub(super) days: Days,
    /// The texts of the shapes that came by, and for each what it says of its rows.
    pub(super) keys: Keys,
    pub(super) shapes: Vec<Known>,
    /// The customers and deals that are kept apart, by number.
    names: BTreeMap<String, u64>,
    pub(super) sums: Sums,
    /// What reading a chunk needs, kept from one to the next.
    spare: Option<(Signs, Box<Batch>)>,
}

/// What a shape says of rows that have it.
pub(super) struct Known {
    pub(super) contents: ContentHasher,
    pub(super) place: u32,
    pub(super) rules: Rules,
}

/// A row as it was understood.
#[derive(Clone, Copy)]
pub(in crate::intake) struct Taken {
    shape: u32,
    span: u32,
    small: Option<Small>,
    cell: Cell,
    pub(in crate::intake) mark: Mark,
}

#[cfg(test)]
impl Taken {
    /// What it adds, and to which sum.
    pub(super) fn sum(&self) -> (u32, u32, Option<Small>, Cell) {
        (self.shape, self.span, self.small, self.cell)
    }
}

/// The fields that a shape is made of.
const SHAPE: [Target; 7] = [
    Target::Kind,
    Target::Product,
    Target::Channel,
    Target::Region,
    Target::Category,
    Target::Unit,
    Target::Currency,
];

impl<'a> Lane<'a> {
    pub(super) fn new(columns: &'a Columns, source: &str, common: &'a Common<'a>) -> Self {
        let Common { lens, horizon, ref key, ref places, .. } = *common;
        Self {
            columns,
            lens,
            horizon,
            certain: horizon.surely_after().saturating_mul(2),
            places,
            key: key.clone(),
            level: Level::new(),
            ids: key.ids_of(columns.table, source),
            days: Days::new(&lens.zones),
            keys: Keys::new(SHAPE.iter().filter_map(|field| columns.at(*field))),
            shapes: Vec::new(),
            names: BTreeMap::new(),
            sums: Sums::default(),
            spare: None,
        }
    }

    /// What reading a chunk needs; to be given back.
    pub(super) fn tools(&mut self) -> (Signs, Box<Batch>) {
        self.spare.take().unwrap_or_default()
    }

    /// Takes it back.
    pub(super) fn keep(&mut self, tools: (Signs, Box<Batch>)) {
        self.spare = Some(tools);
    }

    /// Columns of a row.
    pub(super) fn fields(&self) -> usize {
        self.columns.count
    }

    /// Reads a row of plain text, if it is certain what it says. `ends` are the places of its
    /// delimiters and of its end; it begins at `start`.
    #[inline(always)]
    pub(in crate::intake) fn take(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[usize],
    ) -> Option<Taken> {
        if ends.len() != self.columns.count {
            return None;
        }
        let row = Row { text, start, ends, columns: self.columns };
        let id = row.field(Target::Id);
        if id.is_empty() || !row.field(Target::Ref).is_empty() {
            return None;
        }
        if self.columns.nulls && row.fields().any(|field| field == b"NULL" || field == b"(null)") {
            return None;
        }
        let time = parse::time(row.field(Target::Time))?;
        let (quantity, amount) = (row.number(Target::Quantity)?, row.number(Target::Amount)?);
        let (customer, deal) = (row.field(Target::Customer), row.field(Target::Deal));
        let shape = self.shape(&row, customer, deal)?;
        let known = &self.shapes[shape as usize];
        let (quantity, amount) = known.rules.check(quantity, amount)?;
        let cell = Cell { rows: 1, quantity: units(quantity)?, amount: units(amount)? };
        let moment = moment(time);
        if self.horizon.is_before(moment) {
            return None;
        }
        let rest = Rest {
            time: moment,
            customer,
            deal,
            resource: row.field(Target::Resource),
            quantity: quantity.map(|it| by_value(it, cell.quantity)),
            amount: amount.map(|it| by_value(it, cell.amount)),
            reference: None,
        };
        let (id, content) = (self.ids.of(id), known.contents.of(&rest));
        let mark = Mark { id, content, time: moment, place: known.place };
        let small = Small::of(quantity, amount);
        Some(Taken { shape, span: self.days.span(time), small, cell, mark })
    }

    /// Adds a row.
    #[inline(always)]
    pub(super) fn add(&mut self, taken: &Taken) {
        match taken.small {
            Some(small) => self.sums.add_small(taken.shape, taken.span, small),
            None => self.sums.add(taken.shape, taken.span, taken.cell),
        }
    }

    /// Takes a row out again.
    pub(in crate::intake) fn remove(&mut self, taken: &Taken) {
        match taken.small {
            Some(small) => self.sums.add_small(taken.shape, taken.span, small.negated()),
            None => self.sums.add(taken.shape, taken.span, taken.cell.negated()),
        }
    }

    /// Takes a row out again and counts it as one that repeats another.
    pub(in crate::intake) fn repeat(&mut self, taken: &Taken) {
        self.remove(taken);
        self.sums.repeat(taken.shape, taken.cell);
    }

    /// What it added up.
    pub(in crate::intake) fn poured(&self) -> Poured {
        self.sums.poured(&self.days, self.lens.zones.len())
    }

    /// The number of the shape of a row; none if it is not certain that rows of it are right.
    #[inline(always)]
    fn shape(&mut self, row: &Row<'_>, customer: &[u8], deal: &[u8]) -> Option<u32> {
        let (customer_kept, deal_kept) = self.kept(customer, deal)?;
        let found = if customer_kept.is_empty() && deal_kept.is_empty() {
            self.keys.find(row.text, row.start, row.ends, &[])?
        } else {
            let names = [self.name(customer_kept), self.name(deal_kept)];
            self.keys.find(row.text, row.start, row.ends, &names)?
        };
        match found {
            Found::Known(number) => Some(number),
            Found::New => self.learn(row, customer_kept, deal_kept),
        }
    }

    /// Customer and deal as far as they are kept apart, else nothing; none if they are no text.
    #[inline(always)]
    pub(super) fn kept<'t>(
        &self,
        customer: &'t [u8],
        deal: &'t [u8],
    ) -> Option<(&'t str, &'t str)> {
        if !self.lens.keeps_names() {
            return Some(("", ""));
        }
        Some((self.lens.customer(text(customer)?), self.lens.deal(text(deal)?)))
    }

    /// The number of a customer or deal that is kept apart.
    fn name(&mut self, name: &str) -> u64 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.names.len() as u64;
        self.names.insert(name.to_owned(), number);
        number
    }

    #[cold]
    fn learn(&mut self, row: &Row<'_>, customer: &str, deal: &str) -> Option<u32> {
        let mut parts = [""; SHAPE.len()];
        for (part, field) in parts.iter_mut().zip(SHAPE) {
            *part = text(row.field(field))?;
        }
        let [kind, product, channel, region, category, unit, currency] = parts;
        let rules = Rules::of(self.columns.table, kind, category, unit, currency)?;
        let currency: Option<Currency> = match currency {
            "" => None,
            code => Some(code.parse().ok()?),
        };
        let currency = currency.filter(|_| rules.kind != Kind::Usage);
        let shape = Shape {
            kind: rules.kind,
            product: product.to_owned(),
            channel: channel.to_owned(),
            region: region.to_owned(),
            customer: customer.to_owned(),
            deal: deal.to_owned(),
            category: category.to_owned(),
            unit: unit.to_owned(),
            currency,
        };
        let contents = self.key.shape(&Fields {
            kind: rules.kind.as_str(),
            product,
            channel,
            region,
            category,
            unit,
            currency: currency.as_ref().map_or("", Currency::code),
        });
        let place = self.places.of(&shape);
        let number = self.keys.keep()?;
        self.sums.open(shape);
        self.shapes.push(Known { contents, place, rules });
        Some(number)
    }
}

/// A row whose fields were counted.
struct Row<'t> {
    text: &'t [u8],
    start: usize,
    ends: &'t [usize],
    columns: &'t Columns,
}

impl<'t> Row<'t> {
    /// Where a field begins and ends; nowhere if there is no such column.
    #[inline(always)]
    fn place(&self, target: Target) -> (usize, usize) {
        match self.columns.at(target) {
            Some(0) => (self.start, self.ends[0]),
            Some(at) => (self.ends[at - 1] + 1, self.ends[at]),
            None => (0, 0),
        }
    }

    #[inline(always)]
    fn field(&self, target: Target) -> &'t [u8] {
        let (from, to) = self.place(target);
        &self.text[from..to]
    }

    /// A number or nothing; none at all if it is not certain what stands there.
    #[inline(always)]
    fn number(&self, target: Target) -> Option<Numbers> {
        let (from, to) = self.place(target);
        if from == to { Some(None) } else { number(&self.text[from..], to - from).map(Some) }
    }

    fn fields(&self) -> impl Iterator<Item = &'t [u8]> {
        let starts = std::iter::once(self.start).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(self.ends).map(|(from, to)| &self.text[from..*to])
    }
}

#[inline(always)]
fn units(number: Numbers) -> Option<i128> {
    match number {
        Some(short) => short.units(),
        None => Some(0),
    }
}

/// A number of so many units of 10^-12. Nearly all are millionths at first sight.
#[inline(always)]
pub(super) fn by_value(number: Short, units: i128) -> Number {
    millionths(number).map_or_else(|| Number::units(units), Number::Millionths)
}

#[inline(always)]
pub(super) fn moment(time: Time) -> Moment {
    match time {
        Time::On(days) => Moment::On(Day::EPOCH.plus(days.into())),
        Time::At(seconds) => Moment::At { seconds, nanos: 0 },
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
