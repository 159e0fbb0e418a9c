//! The key of a cell as numbers, of which those are written that differ from the cell before.

use super::letters::{Reader, Unreadable, Writer};
use super::numbered::Numbering;
use super::{Charged, Key, Kind, Sale};
use crate::calendar::{Day, Moment};
use crate::money::Currency;

/// The texts of a tally, by number.
pub(super) type Texts = Vec<String>;

/// Texts of a key, those that change most often first.
const TEXTS: usize = 7;

/// The number of a text in the list, from 1 on; 0 is the empty text. Lists are in order, so numbers are
/// ordered as the texts are.
type Text = u32;

/// A key, with texts by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedKey {
    day: Day,
    /// Unit, product, channel, region, category, customer, deal.
    texts: [Text; TEXTS],
    kind: Kind,
    currency: Option<Currency>,
    unpriced: bool,
    charged: Option<(Day, Text)>,
    own: Option<Day>,
    sale: Option<PackedSale>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PackedSale {
    time: Moment,
    id: Text,
    source: Text,
    of: Option<Text>,
}

/// Bits that say what differs, above those of the texts.
const KIND: usize = TEXTS;
const CURRENCY: usize = TEXTS + 1;
const UNPRICED: usize = TEXTS + 2;
const CHARGED: usize = TEXTS + 3;
const OWN: usize = TEXTS + 4;
const SALE: usize = TEXTS + 5;
const PARTS: usize = TEXTS + 6;

impl PackedKey {
    /// What the first key of a day differs from.
    pub(super) fn before(day: Day) -> Self {
        let (texts, kind) = ([0; TEXTS], Kind::ALL[0]);
        let (currency, charged, own, sale) = Default::default();
        Self { day, texts, kind, currency, unpriced: false, charged, own, sale }
    }

    /// The numbers of a key. It has most texts in common with the one before, so these need not be
    /// looked up.
    pub(super) fn of(key: &Key, numbers: &Numbering<'_>, before: Option<&(&Key, Self)>) -> Self {
        let number = |text: &String| numbers.of(text);
        let (own, mut texts) = (key.own_texts(), [0; TEXTS]);
        for (at, text) in texts.iter_mut().enumerate() {
            let same = before.filter(|(before, _)| before.own_texts()[at] == own[at]);
            *text = same.map_or_else(|| number(own[at]), |(_, packed)| packed.texts[at]);
        }
        let charged = key.charged.as_ref();
        let charged = charged.map(|charged| (charged.day, number(&charged.product)));
        let sale = key.sale.as_ref().map(|sale| PackedSale {
            time: sale.time,
            id: number(&sale.id),
            source: number(&sale.source),
            of: sale.of.as_ref().map(number),
        });
        let Key { day, kind, currency, unpriced, own, .. } = *key;
        Self { day, texts, kind, currency, unpriced, charged, own, sale }
    }

    /// The same on another day.
    pub(super) fn on(&self, day: Day) -> Self {
        Self { day, ..*self }
    }

    /// The same with other numbers for its texts.
    pub(super) fn map_texts(&self, mut to: impl FnMut(Text) -> Text) -> Self {
        let texts = self.texts.map(&mut to);
        let charged = self.charged.map(|(day, product)| (day, to(product)));
        let sale = self.sale.map(|PackedSale { time, id, source, of }| PackedSale {
            time,
            id: to(id),
            source: to(source),
            of: of.map(&mut to),
        });
        Self { texts, charged, sale, ..*self }
    }

    pub(super) fn key(&self, texts: &Texts) -> Key {
        let text = |number: Text| match number {
            0 => String::new(),
            number => texts[number as usize - 1].clone(),
        };
        let [unit, product, channel, region, category, customer, deal] = self.texts.map(text);
        let charged = self.charged;
        let sale = self.sale.as_ref().map(|sale| {
            let of = sale.of.map(text);
            Box::new(Sale { time: sale.time, id: text(sale.id), source: text(sale.source), of })
        });
        Key {
            day: self.day,
            kind: self.kind,
            product,
            channel,
            region,
            customer,
            deal,
            category,
            unit,
            currency: self.currency,
            unpriced: self.unpriced,
            charged: charged.map(|(day, product)| Charged { day, product: text(product) }),
            own: self.own,
            sale,
        }
    }

    pub(super) fn keeps_nothing_apart(&self) -> bool {
        self.texts[5] == 0 && self.texts[6] == 0 && self.sale.is_none()
    }

    /// Keys are ordered by these as they are themselves.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let [unit, product, channel, region, category, customer, deal] = self.texts;
        let texts = (product, channel, region, customer, deal, category, unit);
        let rest = (self.currency, self.unpriced, self.charged, self.own, self.sale);
        (self.day, self.kind, texts, rest)
    }

    pub(super) fn write(&self, before: &Self, out: &mut Writer) {
        let mut differs = [false; PARTS];
        for (at, differs) in differs[..TEXTS].iter_mut().enumerate() {
            *differs = self.texts[at] != before.texts[at];
        }
        differs[KIND] = self.kind != before.kind;
        differs[CURRENCY] = self.currency != before.currency;
        differs[UNPRICED] = self.unpriced != before.unpriced;
        differs[CHARGED] = self.charged != before.charged;
        differs[OWN] = self.own != before.own;
        differs[SALE] = self.sale != before.sale;
        out.number((0..PARTS).map(|at| u128::from(differs[at]) << at).sum());
        let texts = self.texts.iter().zip(differs).filter(|(_, differs)| *differs);
        texts.for_each(|(text, _)| out.number((*text).into()));
        if differs[KIND] {
            let kind = Kind::ALL.iter().position(|kind| *kind == self.kind);
            out.number(kind.expect("every kind is in the list") as u128);
        }
        if differs[CURRENCY] {
            put_currency(self.currency, out);
        }
        if differs[CHARGED] {
            out.number(self.charged.is_some().into());
            self.charged.iter().for_each(|(day, product)| {
                put_day(*day, self.day, out);
                out.number((*product).into());
            });
        }
        if differs[OWN] {
            out.number(self.own.is_some().into());
            self.own.iter().for_each(|own| put_day(*own, self.day, out));
        }
        if differs[SALE] {
            out.number(self.sale.is_some().into());
            self.sale.iter().for_each(|sale| sale.write(out));
        }
    }

    /// Becomes the next key.
    #[inline]
    pub(super) fn read(&mut self, from: &mut Reader<'_>, texts: &Texts) -> Result<(), Unreadable> {
        let mut differs = from.count()?;
        if differs >> PARTS != 0 {
            return Err(Unreadable);
        }
        let day = self.day;
        while differs != 0 {
            match differs.trailing_zeros() as usize {
                at @ 0..TEXTS => self.texts[at] = text(from, texts)?,
                KIND => self.kind = *Kind::ALL.get(from.count()?).ok_or(Unreadable)?,
                CURRENCY => self.currency = currency(from)?,
                UNPRICED => self.unpriced = !self.unpriced,
                CHARGED => {
                    let read = |from: &mut _| Ok((day_from(day, from)?, text(from, texts)?));
                    self.charged = if flag(from)? { Some(read(from)?) } else { None };
                }
                OWN => self.own = if flag(from)? { Some(day_from(day, from)?) } else { None },
                _ => {
                    let read = |from: &mut _| PackedSale::read(from, texts);
                    self.sale = if flag(from)? { Some(read(from)?) } else { None };
                }
            }
            differs &= differs - 1;
        }
        Ok(())
    }
}

impl PackedSale {
    fn write(&self, out: &mut Writer) {
        match self.time {
            Moment::On(day) => {
                out.number(0);
                put_day(day, Day::EPOCH, out);
            }
            Moment::At { seconds, nanos } => {
                out.number(1);
                out.signed(seconds.into());
                out.number(nanos.into());
            }
        }
        out.number(self.id.into());
        out.number(self.source.into());
        out.number(self.of.is_some().into());
        self.of.iter().for_each(|of| out.number((*of).into()));
    }

    fn read(from: &mut Reader<'_>, texts: &Texts) -> Result<Self, Unreadable> {
        let time = match flag(from)? {
            false => Moment::On(day_from(Day::EPOCH, from)?),
            true => {
                let seconds = i64::try_from(from.signed()?).map_err(|_| Unreadable)?;
                let nanos = u32::try_from(from.number()?).map_err(|_| Unreadable)?;
                later(Day::EPOCH, seconds.div_euclid(86_400))?;
                Moment::At { seconds, nanos }
            }
        };
        let (id, source) = (text(from, texts)?, text(from, texts)?);
        let of = if flag(from)? { Some(text(from, texts)?) } else { None };
        Ok(Self { time, id, source, of })
    }
}

#[inline]
fn text(from: &mut Reader<'_>, texts: &Texts) -> Result<Text, Unreadable> {
    let number = from.count()?;
    let there = number <= texts.len();
    Text::try_from(number).ok().filter(|_| there).ok_or(Unreadable)
}

/// A currency by the three letters of its code.
fn put_currency(currency: Option<Currency>, out: &mut Writer) {
    let code = currency.map(|currency| currency.to_string());
    let letters = code.iter().flat_map(|code| code.bytes());
    out.number(letters.fold(0, |number, letter| number << 8 | u128::from(letter)));
}

fn currency(from: &mut Reader<'_>) -> Result<Option<Currency>, Unreadable> {
    let number = u32::try_from(from.number()?).map_err(|_| Unreadable)?;
    if number == 0 {
        return Ok(None);
    }
    let [0, code @ ..] = number.to_be_bytes() else { return Err(Unreadable) };
    let code = std::str::from_utf8(&code).map_err(|_| Unreadable)?;
    code.parse().map(Some).map_err(|_| Unreadable)
}

fn put_day(day: Day, since: Day, out: &mut Writer) {
    out.signed(day.days_since(since).into());
}

fn day_from(since: Day, from: &mut Reader<'_>) -> Result<Day, Unreadable> {
    later(since, i64::try_from(from.signed()?).map_err(|_| Unreadable)?)
}

/// More days than there are.
const ALL_DAYS: u64 = 4_000_000;

fn later(day: Day, days: i64) -> Result<Day, Unreadable> {
    if days.unsigned_abs() > ALL_DAYS {
        return Err(Unreadable);
    }
    let found = day.plus(days);
    if found.days_since(day) == days { Ok(found) } else { Err(Unreadable) }
}

fn flag(from: &mut Reader<'_>) -> Result<bool, Unreadable> {
    match from.number()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Unreadable),
    }
}
