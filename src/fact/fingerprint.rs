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

use super::number::Halves;
pub(crate) use super::number::{LARGEST, Number, SCALE};
pub(crate) use super::universal::word;
use super::universal::{END, Fold, Pair, Region, Source, Sums};
use super::{Entry, Fact, FxRate, Payment, Table};
use crate::calendar::{Day, Moment};
use crate::money::Currency;

/// The fingerprint of an id within its table and source.
pub type Hash = [u8; 12];
/// The fingerprint of what a row says.
pub type Content = [u8; 6];

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
/// two pairs of numbers and the texts, a region each.
struct Words {
    table: Region<2>,
    source: Region<2>,
    id: Region<2>,
    id_folds: [Fold; 2],
    numbers: [Pair<1>; 2],
    shape: Region<1>,
    customer: Region<1>,
    deal: Region<1>,
    resource: Region<1>,
    reference: Region<1>,
    /// What only few facts have: long numbers, parts of a second.
    seldom: Region<1>,
    /// All that an entry says, if it is no fact.
    plain: Region<1>,
    fold: Fold,
}

impl Words {
    fn new(bytes: [u8; 16]) -> Self {
        let source = &mut Source::of(&bytes);
        Self {
            table: Region::new(source),
            source: Region::new(source),
            id: Region::new(source),
            id_folds: [Fold::new(source), Fold::new(source)],
            numbers: [Pair::new(source), Pair::new(source)],
            shape: Region::new(source),
            customer: Region::new(source),
            deal: Region::new(source),
            resource: Region::new(source),
            reference: Region::new(source),
            seldom: Region::new(source),
            plain: Region::new(source),
            fold: Fold::new(source),
        }
    }

    /// What ids of one feed have in common.
    fn feed(&self, table: Table, source: &str) -> Sums<2> {
        let mut sums = [0; 2];
        self.table.add(&mut sums, table.as_str().as_bytes());
        self.source.add(&mut sums, source.as_bytes());
        sums
    }

    #[inline(always)]
    fn id(&self, [first, last]: Sums<2>) -> Hash {
        let [one, other] = &self.id_folds;
        let mut id = [0; size_of::<Hash>()];
        let (head, tail) = id.split_at_mut(8);
        head.copy_from_slice(&one.of(first).to_le_bytes());
        tail.copy_from_slice(&(other.of(last) as u32).to_le_bytes());
        id
    }

    #[inline(always)]
    fn content(&self, [sum]: Sums<1>) -> Content {
        let [a, b, c, d, e, f, ..] = self.fold.of(sum).to_le_bytes();
        [a, b, c, d, e, f]
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
    fn sum_of(&self, shape: &Shape<'_>) -> Sums<1> {
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        let mut text = Vec::with_capacity(128);
        for part in [kind, product, channel, region, category, unit, currency] {
            text.extend_from_slice(part.as_bytes());
            text.push(END);
        }
        let mut sums = [0];
        self.words.shape.add(&mut sums, &text);
        sums
    }

    fn plain(&self, canonical: &[u8]) -> Content {
        let mut sums = [0];
        self.words.plain.add(&mut sums, canonical);
        self.words.content(sums)
    }
}

/// Fingerprints of the ids of one feed.
#[derive(Clone)]
pub(crate) struct IdHasher {
    feed: Sums<2>,
    words: Arc<Words>,
}

impl IdHasher {
    #[inline(always)]
    pub(crate) fn of(&self, id: &[u8]) -> Hash {
        let mut sums = self.feed;
        self.words.id.add(&mut sums, id);
        self.words.id(sums)
    }

    /// The same of an id that stands as words: little-endian, the byte [`END`] right behind its last,
    /// then zeros. How many words of zeros follow does not matter.
    #[inline(always)]
    pub(crate) fn of_words(&self, id: &[u64]) -> Hash {
        let mut sums = self.feed;
        self.words.id.add_words(&mut sums, id);
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
    shape: Sums<1>,
    words: Arc<Words>,
}

impl ContentHasher {
    #[inline(always)]
    pub(crate) fn of(&self, rest: &Rest<'_>) -> Content {
        self.words.rest(self.shape, rest)
    }

    /// The same of a fact that has no deal, resource or reference: its time as a [`time_code`], short
    /// numbers in their units, and its customer as [`IdHasher::of_words`] takes an id; without a
    /// customer there may be no word at all.
    #[inline(always)]
    pub(crate) fn of_words(
        &self,
        time: i64,
        quantity: Option<i128>,
        amount: Option<i128>,
        customer: &[u64],
    ) -> Content {
        let (words, mut sums) = (&*self.words, self.shape);
        words.numbers(&mut sums, time, &Halves::short(quantity), &Halves::short(amount));
        if customer.first().is_some_and(|word| *word != NO_TEXT) {
            words.customer.add_words(&mut sums, customer);
        }
        words.content(sums)
    }
}

/// The words of the text that is empty.
const NO_TEXT: u64 = END as u64;

impl Words {
    /// The content of a fact. What a fact does not have adds nothing; a reference may be there and
    /// empty.
    #[inline(always)]
    fn rest(&self, mut sums: Sums<1>, rest: &Rest<'_>) -> Content {
        let (time, nanos) = time_code(rest.time);
        self.numbers(&mut sums, time, &Halves::of(rest.quantity), &Halves::of(rest.amount));
        let regions = [&self.customer, &self.deal, &self.resource];
        for (region, text) in regions.into_iter().zip([rest.customer, rest.deal, rest.resource]) {
            if !text.is_empty() {
                region.add(&mut sums, text);
            }
        }
        if let Some(reference) = rest.reference {
            self.reference.add(&mut sums, reference.as_bytes());
        }
        let is_long = |number| matches!(number, Some(Number::Long(_)));
        if nanos != 0 || is_long(rest.quantity) || is_long(rest.amount) {
            self.seldom.add(&mut sums, &seldom([rest.quantity, rest.amount], nanos));
        }
        self.content(sums)
    }

    #[inline(always)]
    fn numbers(&self, sums: &mut Sums<1>, time: i64, quantity: &Halves, amount: &Halves) {
        let high = u64::from(quantity.high) | u64::from(amount.high) << 32;
        let [one, other] = &self.numbers;
        one.add(sums, [time.cast_unsigned(), quantity.low]);
        other.add(sums, [amount.low, high]);
    }
}

/// The long numbers, each with an end, and what is below a second. Which numbers are long is told by
/// their upper halves.
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
#[cfg(test)]
mod slow;
