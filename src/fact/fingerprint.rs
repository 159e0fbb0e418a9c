//! Fingerprints: what a fact is known by without being kept.
//!
//! They are keyed: whoever writes the files does not know a store's key, and so cannot make two ids
//! or two contents that look alike. Sixteen bytes for an id keep a billion of them apart; eight are
//! enough for a content, which is only ever compared with another of the same id.
//!
//! The law: equal facts have equal fingerprints however they are written: 17 is 17.00, and
//! 23:30-05:00 is 04:30Z of the next day.

use std::fmt;

use super::sip::Sip;
pub(crate) use super::sip::word;
use super::{Entry, Fact, FxRate, Payment, Table};
use crate::calendar::{Day, Moment};
use crate::money::{Currency, Exact};

/// The fingerprint of an id within its table and source.
pub type Hash = [u8; 16];
/// The fingerprint of what a row says.
pub type Content = [u8; 8];

/// Ends a text: a byte that no text has.
const END: u8 = 0xFF;
/// Stands for a text or number that is not there.
const NONE: u8 = 0xFE;

/// What fingerprints are made with. A store has its own; in memory the default will do.
///
/// ```
/// use revshare::fact::{HashKey, Table};
/// let key = HashKey::default();
/// assert_ne!(key.id(Table::Sales, "own", "1"), key.id(Table::Costs, "own", "1"));
/// assert_ne!(key.id(Table::Sales, "own", "1"), HashKey::new([7; 16]).id(Table::Sales, "own", "1"));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

impl fmt::Debug for HashKey {
    /// Without the key: it is a secret of its store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

impl HashKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for its store to keep.
    pub fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The fingerprint of an id; ids are unique within a table and source.
    pub fn id(&self, table: Table, source: &str, id: &str) -> Hash {
        self.ids_of(table, source).of(id.as_bytes())
    }

    /// The same for many ids of one feed.
    pub(crate) fn ids_of(&self, table: Table, source: &str) -> IdHasher {
        let mut prefix = self.state();
        prefix.text(table.as_str().as_bytes(), END);
        prefix.text(source.as_bytes(), END);
        IdHasher(derived(prefix))
    }

    fn state(&self) -> Sip {
        let (keys, _) = self.0.as_chunks();
        Sip::new([u64::from_le_bytes(keys[0]), u64::from_le_bytes(keys[1])])
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
        let contents = self.shape(&Shape {
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
        contents.of(&rest)
    }

    /// For the contents of all facts that share a shape.
    pub(crate) fn shape(&self, shape: &Shape<'_>) -> ContentHasher {
        let mut beginning = self.state();
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        for part in [kind, product, channel, region, category, unit, currency] {
            beginning.text(part.as_bytes(), END);
        }
        ContentHasher(derived(beginning))
    }

    fn plain(&self, canonical: &[u8]) -> Content {
        let mut state = self.state();
        state.bytes(canonical);
        state.short().to_le_bytes()
    }
}

/// A key for all that begins in the same way: so that the beginning is hashed once.
fn derived(beginning: Sip) -> Sip {
    Sip::new(beginning.long())
}

/// Fingerprints of the ids of one feed.
#[derive(Clone, Copy)]
pub(crate) struct IdHasher(Sip);

impl IdHasher {
    #[inline(always)]
    pub(crate) fn of(&self, id: &[u8]) -> Hash {
        let mut state = self.0;
        state.bytes(id);
        let [first, last] = state.long();
        (u128::from(first) | u128::from(last) << 64).to_le_bytes()
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

/// Fingerprints of facts that share a shape.
#[derive(Clone, Copy)]
pub(crate) struct ContentHasher(Sip);

impl ContentHasher {
    /// The fingerprint. Of what is hashed nothing can be read in two ways: what is there for some
    /// facts alone stands behind the rest, and the numbers tell whether it is there.
    #[inline(always)]
    pub(crate) fn of(&self, rest: &Rest<'_>) -> Content {
        let mut state = self.0;
        let (quantity, amount) = (Halves::of(rest.quantity), Halves::of(rest.amount));
        let (time, nanos) = halves_of_seconds(rest.time);
        state.put(time.cast_unsigned(), 8);
        state.put(quantity.low, 8);
        state.put(amount.low, 8);
        state.put(u64::from(quantity.high) | u64::from(amount.high) << 32, 8);
        for part in [rest.customer, rest.deal, rest.resource] {
            state.text(part, END);
        }
        match rest.reference {
            Some(reference) => state.text(reference.as_bytes(), END),
            None => state.put(NONE.into(), 1),
        }
        for number in [rest.quantity, rest.amount] {
            if let Some(Number::Long(value)) = number {
                state.text(value.to_string().as_bytes(), END);
            }
        }
        if nanos != 0 {
            state.put(nanos.into(), 4);
        }
        state.short().to_le_bytes()
    }
}

/// A time as a number, even for instants and odd for plain dates, and what is below a second.
#[inline(always)]
fn halves_of_seconds(time: Moment) -> (i64, u32) {
    match time {
        Moment::On(day) => (day.days_since(Day::EPOCH) * 2 * 86_400 + 1, 0),
        Moment::At { seconds, nanos } => (seconds.wrapping_mul(2), nanos),
    }
}

/// The digits behind the point of a short number.
pub(crate) const SCALE: u8 = 12;
/// The largest short number, in units of 10^-12: very many of them can be added up.
pub(crate) const LARGEST: i128 = 10_i128.pow(27);

/// A number by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// So many units of 10^-12, up to the largest.
    Units(i128),
    /// Any other.
    Long(Exact),
}

impl From<Exact> for Number {
    fn from(value: Exact) -> Self {
        let units = value.in_units(SCALE).filter(|units| (-LARGEST..=LARGEST).contains(units));
        units.map_or(Self::Long(value), Self::Units)
    }
}

/// A number as words. The upper one of a short number is far from those that stand for something else.
struct Halves {
    low: u64,
    high: u32,
}

impl Halves {
    #[inline(always)]
    fn of(number: Option<Number>) -> Self {
        const NOTHING: u32 = 1 << 31;
        match number {
            Some(Number::Units(units)) => Self { low: units as u64, high: (units >> 64) as u32 },
            Some(Number::Long(_)) => Self { low: 0, high: NOTHING + 1 },
            None => Self { low: 0, high: NOTHING },
        }
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
mod tests {
    use super::*;
    use crate::fact::Kind;

    fn fact(time: &str) -> Fact {
        Fact::new(Kind::Charge, "s-1", time.parse().unwrap())
    }

    fn content(fact: &Fact) -> Content {
        HashKey::default().fact(fact)
    }

    #[test]
    fn values_count_and_not_how_they_are_written() {
        let here = fact("2026-10-31T23:30:00-05:00");
        assert_eq!(content(&here), content(&fact("2026-11-01T04:30:00.000Z")));
        assert_ne!(content(&fact("2026-11-01")), content(&fact("2026-11-01T00:00:00Z")));
        let amount = |text: &str| {
            let amount = Some(text.parse().unwrap());
            content(&Fact { amount, ..fact("2026-10-05") })
        };
        assert_eq!(amount("17"), amount("17.00"));
        assert_eq!(amount("-0.0"), amount("0"));
        let long = "0.1234567890123456789012345678";
        assert_ne!(amount(long), amount(&long[..29]));
        let large = ["1000000000000000", "1000000000000001", "18446744073709551616.0"];
        assert_ne!(amount(large[0]), amount(large[1]));
        assert_eq!(amount(large[2]), amount(&large[2][..20]));
        let part = |nanos: &str| content(&fact(&format!("2026-10-05T08:00:00{nanos}Z")));
        assert_ne!(part(".5"), part(""));
        assert_ne!(part(".5"), part(".25"));
    }

    #[test]
    fn every_field_counts() {
        let base = fact("2026-10-05");
        let text = || "x".to_owned();
        let one: Exact = "1".parse().unwrap();
        let others = [
            Fact { kind: Kind::Refund, ..base.clone() },
            Fact { product: text(), ..base.clone() },
            Fact { channel: text(), ..base.clone() },
            Fact { region: text(), ..base.clone() },
            Fact { customer: text(), ..base.clone() },
            Fact { deal: text(), ..base.clone() },
            Fact { category: text(), ..base.clone() },
            Fact { resource: text(), ..base.clone() },
            Fact { unit: text(), ..base.clone() },
            Fact { quantity: Some(one), ..base.clone() },
            Fact { amount: Some(one), ..base.clone() },
            Fact { currency: Some("USD".parse().unwrap()), ..base.clone() },
            Fact { reference: Some(text()), ..base.clone() },
            Fact { reference: Some(String::new()), ..base.clone() },
            base,
        ];
        let all: std::collections::BTreeSet<_> = others.iter().map(content).collect();
        assert_eq!(all.len(), others.len());
    }
}
