//! One thread's way through the plain rows of one file: each becomes a sum and a mark, or is left to
//! the ordinary reader.
//!
//! The law: a row that is taken is one that the ordinary reader accepts, and it is understood in the
//! same way. Whatever is not certain at first sight is left.

use hashbrown::HashTable;

use super::super::target::Target;
use super::columns::Columns;
use super::days::Days;
use super::parse::{self, Short, Time, number};
use super::pass::{Common, Poured};
use super::shapes::{Places, Shape};
use super::sums::{Cell, Sums};
use crate::calendar::{Day, Moment};
use crate::fact::bulk::Mark;
use crate::fact::fingerprint::{ContentHasher, IdHasher, Number, Rest, Shape as Fields};
use crate::fact::{HashKey, Horizon, Kind, Lens, Table};
use crate::money::Currency;

/// One thread's way through a file.
pub(in crate::intake) struct Lane<'a> {
    columns: &'a Columns,
    lens: &'a Lens,
    horizon: &'a Horizon,
    places: &'a Places,
    key: HashKey,
    ids: IdHasher,
    zones: Vec<Days>,
    known: HashTable<u32>,
    shapes: Vec<Known>,
    sums: Sums,
    scratch: Vec<u8>,
}

/// A shape that came by, and what it says of rows that have it.
struct Known {
    text: Vec<u8>,
    contents: ContentHasher,
    place: u32,
    rules: Rules,
}

/// What a row of a kind needs.
#[derive(Clone, Copy)]
struct Rules {
    kind: Kind,
    has_currency: bool,
    /// The sign of amounts that are certainly right: -1, 0 for any, 1.
    amounts: i8,
}

/// A row as it was understood.
#[derive(Clone, Copy)]
pub(in crate::intake) struct Taken {
    shape: u32,
    time: Time,
    cell: Cell,
    pub(in crate::intake) mark: Mark,
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
        let Common { lens, horizon, key, ref places, .. } = *common;
        Self {
            columns,
            lens,
            horizon,
            places,
            key,
            ids: key.ids_of(columns.table, source),
            zones: lens.zones.iter().map(Days::new).collect(),
            known: HashTable::new(),
            shapes: Vec::new(),
            sums: Sums::new(lens.zones.len()),
            scratch: Vec::new(),
        }
    }

    /// Reads a row of plain text, if it is certain what it says. `ends` are the places of its
    /// delimiters and of its end; it begins at `start`.
    pub(in crate::intake) fn take(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[usize],
    ) -> Option<Taken> {
        let columns = self.columns;
        if ends.len() != columns.count {
            return None;
        }
        let field = |target: Target| -> &[u8] {
            match columns.at(target) {
                Some(0) => &text[start..ends[0]],
                Some(at) => &text[ends[at - 1] + 1..ends[at]],
                None => &[],
            }
        };
        let id = field(Target::Id);
        if id.is_empty() || !field(Target::Ref).is_empty() {
            return None;
        }
        if columns.nulls
            && fields(text, start, ends).any(|field| field == b"NULL" || field == b"(null)")
        {
            return None;
        }
        let time = parse::time(field(Target::Time))?;
        let (quantity, amount) = (some(field(Target::Quantity))?, some(field(Target::Amount))?);
        let (customer, deal) = (field(Target::Customer), field(Target::Deal));
        let shape = self.shape(SHAPE.map(field), customer, deal)?;
        let known = &self.shapes[shape as usize];
        let (quantity, amount) = known.rules.check(quantity, amount)?;
        let cell = Cell { rows: 1, quantity: units(quantity)?, amount: units(amount)? };
        let time_of_day = moment(time);
        if self.horizon.is_before(time_of_day) {
            return None;
        }
        let rest = Rest {
            time: time_of_day,
            customer,
            deal,
            resource: field(Target::Resource),
            quantity: quantity.map(|_| Number::Units(cell.quantity)),
            amount: amount.map(|_| Number::Units(cell.amount)),
            reference: None,
        };
        let content = known.contents.of(&rest);
        let id = self.ids.of(id);
        let mark = Mark { id, content, time: time_of_day, place: known.place };
        Some(Taken { shape, time, cell, mark })
    }

    /// Adds a row.
    pub(super) fn add(&mut self, taken: &Taken) {
        self.enter(taken, taken.cell);
    }

    /// Takes a row out again.
    pub(in crate::intake) fn remove(&mut self, taken: &Taken) {
        self.enter(taken, taken.cell.negated());
    }

    /// Takes a row out again and counts it as one that repeats another.
    pub(in crate::intake) fn repeat(&mut self, taken: &Taken) {
        self.remove(taken);
        self.sums.repeat(taken.shape, taken.cell);
    }

    /// Adds what it added up to other sums of its file.
    pub(in crate::intake) fn pour(&self, into: &mut Poured) {
        self.sums.pour(&mut into.tallies, &mut into.repeats);
    }

    fn enter(&mut self, taken: &Taken, cell: Cell) {
        for (zone, days) in self.zones.iter_mut().enumerate() {
            self.sums.add(taken.shape, zone, days.day(taken.time), cell);
        }
    }

    /// The number of the shape of a row; none if it is not certain that rows of it are right.
    fn shape(&mut self, parts: [&[u8]; 7], customer: &[u8], deal: &[u8]) -> Option<u32> {
        self.scratch.clear();
        for part in parts {
            self.scratch.extend_from_slice(part);
            self.scratch.push(0xFF);
        }
        if !self.lens.customers.is_empty() {
            self.scratch.extend_from_slice(self.lens.customer(text(customer)?).as_bytes());
        }
        self.scratch.push(0xFF);
        if !self.lens.deals.is_empty() {
            self.scratch.extend_from_slice(self.lens.deal(text(deal)?).as_bytes());
        }
        let hash = hash(&self.scratch);
        let same = |at: &u32| self.shapes[*at as usize].text == self.scratch;
        if let Some(at) = self.known.find(hash, same) {
            return Some(*at);
        }
        self.learn(hash)
    }

    #[cold]
    fn learn(&mut self, hash: u64) -> Option<u32> {
        let mut parts = Vec::new();
        for part in self.scratch.split(|byte| *byte == 0xFF) {
            parts.push(text(part)?);
        }
        let [kind, product, channel, region, category, unit, currency, customer, deal] =
            parts.try_into().ok()?;
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
        let number = u32::try_from(self.shapes.len()).ok()?;
        self.sums.open(shape);
        let known = Known { text: self.scratch.clone(), contents, place, rules };
        self.shapes.push(known);
        let shapes = &self.shapes;
        self.known.insert_unique(hash, number, |at| self::hash(&shapes[*at as usize].text));
        Some(number)
    }
}

impl Rules {
    /// What rows of a shape need; none if none of them is certainly right.
    fn of(table: Table, kind: &str, category: &str, unit: &str, currency: &str) -> Option<Self> {
        let (kind, complete) = match table {
            Table::Costs => (Kind::Cost, !category.is_empty() && !currency.is_empty()),
            Table::Usage => (Kind::Usage, !unit.is_empty()),
            Table::Sales => {
                let named = |it: &Kind| it.table() == Table::Sales && it.as_str() == kind;
                (Kind::ALL.into_iter().find(named)?, !currency.is_empty())
            }
            Table::Fx | Table::Payments | Table::Grants | Table::Audits => return None,
        };
        let amounts = match kind {
            Kind::Charge | Kind::Collected => 1,
            Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Fee => -1,
            Kind::Tax | Kind::Cost | Kind::Usage => 0,
        };
        complete.then_some(Self { kind, has_currency: !currency.is_empty(), amounts })
    }

    /// The numbers of a row, if they are right.
    fn check(self, quantity: Numbers, amount: Numbers) -> Option<(Numbers, Numbers)> {
        if self.kind == Kind::Usage {
            // A reading has no amount: what stands there is not even looked at.
            return quantity.is_some().then_some((quantity, None));
        }
        let size = amount?.mantissa;
        let sign = size == 0 || self.amounts == 0 || (size > 0) == (self.amounts > 0);
        let counted = self.kind != Kind::Charge || quantity.is_none_or(|it| it.mantissa >= 0);
        (sign && counted && self.has_currency).then_some((quantity, amount))
    }
}

type Numbers = Option<Short>;

/// A number or nothing; none at all if it is not certain what stands there.
fn some(text: &[u8]) -> Option<Numbers> {
    if text.is_empty() { Some(None) } else { number(text).map(Some) }
}

fn units(number: Numbers) -> Option<i128> {
    number.map_or(Some(0), Short::units)
}

fn moment(time: Time) -> Moment {
    match time {
        Time::On(days) => Moment::On(Day::EPOCH.plus(days.into())),
        Time::At(seconds) => Moment::At { seconds, nanos: 0 },
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn fields<'t>(text: &'t [u8], start: usize, ends: &'t [usize]) -> impl Iterator<Item = &'t [u8]> {
    let starts = std::iter::once(start).chain(ends.iter().map(|end| end + 1));
    starts.zip(ends).map(|(from, to)| &text[from..*to])
}

fn hash(text: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::with_seed(0).build_hasher();
    hasher.write(text);
    hasher.finish()
}
