//! Fingerprints: what a fact is known by without being kept.
//!
//! They are keyed: whoever writes the files does not know a store's key, and so cannot make two ids
//! or two contents that look alike. Twelve bytes for an id keep a billion of them apart; six are
//! enough for a content, which is only ever compared with another of the same id.
//!
//! The law: equal facts have equal fingerprints however they are written: 17 is 17.00, and
//! 23:30-05:00 is 04:30Z of the next day.

use std::fmt;
use std::sync::Arc;

use super::number::number_word;
pub(crate) use super::number::{LARGEST, NOTHING, Number, SCALE};
pub(crate) use super::universal::word;
use super::universal::{END, Fold, Keys, Region, Source, Sums};
use super::{Entry, Fact, FxRate, Payment, Table};
use crate::calendar::{Day, Moment};
use crate::money::Currency;
pub(crate) use many::{AT_ONCE, Column, Facts};

/// The fingerprint of an id within its table and source.
pub type Hash = [u8; 12];
/// The fingerprint of what a row says.
pub type Content = [u8; 6];

/// Sums of an id: each makes four of its bytes.
const ID: usize = size_of::<Hash>() / 4;
/// Sums of a content: of the last one not all bytes are kept.
const CONTENT: usize = size_of::<Content>().div_ceil(4);

/// What fingerprints are made with. A store has its own; in memory the default will do. A copy costs
/// next to nothing, a new one some microseconds.
///
/// ```
/// use revshare::fact::{HashKey, Table};
/// let key = HashKey::default();
/// assert_ne!(key.id(Table::Sales, "own", "1"), key.id(Table::Costs, "own", "1"));
/// assert_ne!(key.id(Table::Sales, "own", "1"), HashKey::new([7; 16]).id(Table::Sales, "own", "1"));
/// ```
#[derive(Clone)]
pub struct HashKey {
    bytes: [u8; 16],
    words: Arc<Words>,
}

/// The random words that come of a key. An id is its table, source and text, a region each; a content
/// its time, its numbers and the texts, a region each.
struct Words {
    table: Region<ID>,
    source: Region<ID>,
    id: Region<ID>,
    id_folds: [Fold; ID],
    /// Of the time, the quantity and the amount.
    numbers: [Keys<CONTENT>; 3],
    /// Of a quantity and an amount with more digits: the lower word and the upper one.
    units: [[Keys<CONTENT>; 2]; 2],
    shape: Region<CONTENT>,
    customer: Region<CONTENT>,
    deal: Region<CONTENT>,
    resource: Region<CONTENT>,
    reference: Region<CONTENT>,
    /// What only few facts have: long numbers, parts of a second.
    seldom: Region<CONTENT>,
    /// All that an entry says, if it is no fact.
    plain: Region<CONTENT>,
    folds: [Fold; CONTENT],
}

impl Words {
    fn new(bytes: [u8; 16]) -> Self {
        let source = &mut Source::of(&bytes);
        Self {
            table: Region::new(source),
            source: Region::new(source),
            id: Region::new(source),
            id_folds: std::array::from_fn(|_| Fold::new(source)),
            numbers: std::array::from_fn(|_| Keys::new(source)),
            units: std::array::from_fn(|_| [Keys::new(source), Keys::new(source)]),
            shape: Region::new(source),
            customer: Region::new(source),
            deal: Region::new(source),
            resource: Region::new(source),
            reference: Region::new(source),
            seldom: Region::new(source),
            plain: Region::new(source),
            folds: std::array::from_fn(|_| Fold::new(source)),
        }
    }

    /// What ids of one feed have in common.
    fn feed(&self, table: Table, source: &str) -> Sums<ID> {
        let mut sums = [0; ID];
        self.table.add(&mut sums, table.as_str().as_bytes());
        self.source.add(&mut sums, source.as_bytes());
        sums
    }

    #[inline(always)]
    fn id(&self, sums: Sums<ID>) -> Hash {
        let mut id = Hash::default();
        for (at, (fold, sum)) in self.id_folds.iter().zip(sums).enumerate() {
            put(&mut id, at, fold.of(sum));
        }
        id
    }

    #[inline(always)]
    fn content(&self, sums: Sums<CONTENT>) -> Content {
        let mut content = Content::default();
        for (at, (fold, sum)) in self.folds.iter().zip(sums).enumerate() {
            put(&mut content, at, fold.of(sum));
        }
        content
    }
}

/// Puts down a part of a fingerprint, as far as there is room.
#[inline(always)]
fn put<const N: usize>(print: &mut [u8; N], at: usize, part: u32) {
    let bytes = part.to_le_bytes();
    let room = &mut print[4 * at..];
    match room.first_chunk_mut() {
        Some(room) => *room = bytes,
        None => room.copy_from_slice(&bytes[..room.len()]),
    }
}

impl Default for HashKey {
    /// The key of zeros, which is no secret.
    fn default() -> Self {
        Self::new([0; 16])
    }
}

impl PartialEq for HashKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for HashKey {}

impl fmt::Debug for HashKey {
    /// Without the key: it is a secret of its store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

impl HashKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self { bytes, words: Arc::new(Words::new(bytes)) }
    }

    /// Its bytes, for its store to keep.
    pub fn bytes(&self) -> [u8; 16] {
        self.bytes
    }

    /// The fingerprint of an id; ids are unique within a table and source.
    pub fn id(&self, table: Table, source: &str, id: &str) -> Hash {
        let mut sums = self.words.feed(table, source);
        self.words.id.add(&mut sums, id.as_bytes());
        self.words.id(sums)
    }

    /// The same for many ids of one feed.
    pub(crate) fn ids_of(&self, table: Table, source: &str) -> IdHasher {
        IdHasher { feed: self.words.feed(table, source), words: Arc::clone(&self.words) }
    }

    /// The fingerprint of what an entry says, beside its id.
    pub fn content(&self, entry: &Entry) -> Content {
        match entry {
            Entry::Fact(fact) => self.fact(fact),
            Entry::Fx(rate) => self.plain(&rate.canonical()),
            Entry::Payment(payment) => self.plain(&payment.canonical()),
            Entry::Grant(grant) => self.plain(&grant.canonical()),
            Entry::Audit(audit) => self.plain(&audit.canonical()),
        }
    }

    /// The fingerprint of what a fact says, beside its id.
    pub fn fact(&self, fact: &Fact) -> Content {
        let shape = self.sum_of(&Shape {
            kind: fact.kind.as_str(),
            product: &fact.product,
            channel: &fact.channel,
            region: &fact.region,
            category: &fact.category,
            unit: &fact.unit,
            currency: fact.currency.as_ref().map_or("", Currency::code),
        });
        let rest = Rest {
            time: fact.time,
            customer: fact.customer.as_bytes(),
            deal: fact.deal.as_bytes(),
            resource: fact.resource.as_bytes(),
            quantity: fact.quantity.map(Number::from),
            amount: fact.amount.map(Number::from),
            reference: fact.reference.as_deref(),
        };
        self.words.rest(shape, &rest)
    }

    /// For the contents of all facts that share a shape.
    pub(crate) fn shape(&self, shape: &Shape<'_>) -> ContentHasher {
        ContentHasher { shape: self.sum_of(shape), words: Arc::clone(&self.words) }
    }

    /// A shape is one text; each of its parts ends with a byte that no text has.
    fn sum_of(&self, shape: &Shape<'_>) -> Sums<CONTENT> {
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        let mut text = Vec::with_capacity(128);
        for part in [kind, product, channel, region, category, unit, currency] {
            text.extend_from_slice(part.as_bytes());
            text.push(END);
        }
        let mut sums = [0; CONTENT];
        self.words.shape.add(&mut sums, &text);
        sums
    }

    fn plain(&self, canonical: &[u8]) -> Content {
        let mut sums = [0; CONTENT];
        self.words.plain.add(&mut sums, canonical);
        self.words.content(sums)
    }
}

/// Fingerprints of the ids of one feed.
#[derive(Clone)]
pub(crate) struct IdHasher {
    feed: Sums<ID>,
    words: Arc<Words>,
}

impl IdHasher {
    #[inline(always)]
    pub(crate) fn of(&self, id: &[u8]) -> Hash {
        let mut sums = self.feed;
        self.words.id.add(&mut sums, id);
        self.words.id(sums)
    }
}

/// The texts that many facts have in common.
pub(crate) struct Shape<'a> {
    pub(crate) kind: &'a str,
    pub(crate) product: &'a str,
    pub(crate) channel: &'a str,
    pub(crate) region: &'a str,
    pub(crate) category: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) currency: &'a str,
}

/// What else a fact says.
pub(crate) struct Rest<'a> {
    pub(crate) time: Moment,
    pub(crate) customer: &'a [u8],
    pub(crate) deal: &'a [u8],
    pub(crate) resource: &'a [u8],
    pub(crate) quantity: Option<Number>,
    pub(crate) amount: Option<Number>,
    pub(crate) reference: Option<&'a str>,
}

/// Fingerprints of facts that share a shape. There are many of them, so each is small.
#[derive(Clone)]
pub(crate) struct ContentHasher {
    shape: Sums<CONTENT>,
    words: Arc<Words>,
}

impl ContentHasher {
    #[inline(always)]
    pub(crate) fn of(&self, rest: &Rest<'_>) -> Content {
        self.words.rest(self.shape, rest)
    }
}

impl Words {
    /// The content of a fact. What a fact does not have adds nothing; a reference may be there and
    /// empty, and so may a customer, since nearly all facts have one.
    #[inline(always)]
    fn rest(&self, mut sums: Sums<CONTENT>, rest: &Rest<'_>) -> Content {
        let (time, nanos) = time_code(rest.time);
        let numbers = [rest.quantity, rest.amount];
        let [first, others @ ..] = &self.numbers;
        first.add(&mut sums, time.cast_unsigned());
        for ((keys, units), number) in others.iter().zip(&self.units).zip(numbers) {
            keys.add(&mut sums, number_word(number));
            if let Some(Number::Units(number)) = number {
                add_units(&mut sums, units, number);
            }
        }
        self.customer.add(&mut sums, rest.customer);
        for (region, text) in [(&self.deal, rest.deal), (&self.resource, rest.resource)] {
            if !text.is_empty() {
                region.add(&mut sums, text);
            }
        }
        if let Some(reference) = rest.reference {
            self.reference.add(&mut sums, reference.as_bytes());
        }
        let is_long = |number: &Option<Number>| matches!(number, Some(Number::Long(_)));
        if nanos != 0 || numbers.iter().any(is_long) {
            self.seldom.add(&mut sums, &seldom(numbers, nanos));
        }
        self.content(sums)
    }
}

/// Adds a number as two words, less what zeros would add.
fn add_units(sums: &mut Sums<CONTENT>, keys: &[Keys<CONTENT>; 2], units: i128) {
    let units = units.cast_unsigned();
    let mut zeros = [0; CONTENT];
    for (keys, word) in keys.iter().zip([units as u64, (units >> 64) as u64]) {
        keys.add(sums, word);
        keys.add(&mut zeros, 0);
    }
    for (sum, zero) in sums.iter_mut().zip(zeros) {
        *sum = sum.wrapping_sub(zero);
    }
}

/// The long numbers, each with an end, and what is below a second. Which numbers are long is told by
/// their words.
#[cold]
fn seldom(numbers: [Option<Number>; 2], nanos: u32) -> Vec<u8> {
    let mut text = Vec::new();
    for number in numbers {
        if let Some(Number::Long(value)) = number {
            text.extend_from_slice(value.to_string().as_bytes());
            text.push(END);
        }
    }
    text.extend_from_slice(&nanos.to_le_bytes());
    text
}

/// A time as a number, even for instants and odd for plain dates, and what is below a second.
#[inline(always)]
pub(crate) fn time_code(time: Moment) -> (i64, u32) {
    match time {
        Moment::On(day) => (day.days_since(Day::EPOCH) * 2 * 86_400 + 1, 0),
        Moment::At { seconds, nanos } => (seconds.wrapping_mul(2), nanos),
    }
}

impl FxRate {
    /// What a rate is known by: its day and pair, from whichever feed.
    fn id(&self, key: &HashKey) -> Hash {
        let pair = format!("{} {} {}", self.date, self.base, self.quote);
        key.id(Table::Fx, "", &pair)
    }
}

impl Payment {
    fn id(&self, key: &HashKey, source: &str) -> Hash {
        key.id(Table::Payments, source, &self.id)
    }
}

impl Entry {
    /// What it is known by within everything delivered; none for rows of feeds without ids.
    pub(super) fn id_hash(&self, key: &HashKey, source: &str) -> Option<Hash> {
        match self {
            Self::Fact(fact) => fact.id.as_ref().map(|id| key.id(fact.kind.table(), source, id)),
            Self::Fx(rate) => Some(rate.id(key)),
            Self::Payment(payment) => Some(payment.id(key, source)),
            Self::Grant(grant) => Some(key.id(Table::Grants, source, &grant.id)),
            Self::Audit(audit) => Some(key.id(Table::Audits, source, &audit.id)),
        }
    }
}

#[cfg(test)]
mod laws;
mod many;
#[cfg(test)]
mod slow;
