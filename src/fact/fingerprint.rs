//! Fingerprints: what a fact is known by without being kept.
//!
//! They are keyed: whoever writes the files does not know a store's key, and so cannot make two ids
//! or two contents that look alike. Sixteen bytes for an id keep a billion of them apart; eight are
//! enough for a content, which is only ever compared with another of the same id.
//!
//! The law: equal facts have equal fingerprints however they are written: 17 is 17.00, and
//! 23:30-05:00 is 04:30Z of the next day.

use std::fmt;

use siphasher::sip128::{Hash128, SipHasher13};

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
        let mut prefix = Vec::new();
        text(&mut prefix, table.as_str());
        text(&mut prefix, source);
        IdHasher(self.derived(&prefix))
    }

    /// A key for all that begins in the same way: so that the beginning is hashed once.
    fn derived(&self, beginning: &[u8]) -> SipHasher13 {
        let Hash128 { h1, h2 } = self.state().hash(beginning);
        SipHasher13::new_with_keys(h1, h2)
    }

    fn state(&self) -> SipHasher13 {
        SipHasher13::new_with_key(&self.0)
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
        contents.of(&rest, &mut Vec::new())
    }

    /// For the contents of all facts that share a shape.
    pub(crate) fn shape(&self, shape: &Shape<'_>) -> ContentHasher {
        let mut bytes = Vec::new();
        let Shape { kind, product, channel, region, category, unit, currency } = *shape;
        for part in [kind, product, channel, region, category, unit, currency] {
            text(&mut bytes, part);
        }
        ContentHasher(self.derived(&bytes))
    }

    fn plain(&self, canonical: &[u8]) -> Content {
        short(&self.state(), canonical)
    }
}

/// Fingerprints of the ids of one feed.
#[derive(Clone, Copy)]
pub(crate) struct IdHasher(SipHasher13);

impl IdHasher {
    pub(crate) fn of(&self, id: &[u8]) -> Hash {
        self.0.hash(id).as_bytes()
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
pub(crate) struct ContentHasher(SipHasher13);

impl ContentHasher {
    /// The fingerprint; `scratch` lends its memory.
    pub(crate) fn of(&self, rest: &Rest<'_>, scratch: &mut Vec<u8>) -> Content {
        scratch.clear();
        match rest.time {
            Moment::On(day) => {
                scratch.push(0);
                scratch.extend_from_slice(&day.days_since(Day::EPOCH).to_le_bytes());
            }
            Moment::At { seconds, nanos } => {
                scratch.push(1);
                scratch.extend_from_slice(&seconds.to_le_bytes());
                scratch.extend_from_slice(&nanos.to_le_bytes());
            }
        }
        for part in [rest.customer, rest.deal, rest.resource] {
            bytes(scratch, part);
        }
        number(scratch, rest.quantity);
        number(scratch, rest.amount);
        match rest.reference {
            Some(reference) => text(scratch, reference),
            None => scratch.push(NONE),
        }
        short(&self.0, scratch)
    }
}

/// A number by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// `mantissa` × 10^-`scale`, with the smallest scale there is.
    Short { mantissa: i64, scale: u8 },
    /// Any other.
    Long(Exact),
}

impl Number {
    /// `mantissa` × 10^-`scale`.
    pub(crate) fn new(mut mantissa: i64, mut scale: u8) -> Self {
        while scale > 0 && mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        Self::Short { mantissa, scale }
    }
}

impl From<Exact> for Number {
    fn from(value: Exact) -> Self {
        match value.short() {
            Some((mantissa, scale)) => Self::new(mantissa, scale),
            None => Self::Long(value),
        }
    }
}

fn text(into: &mut Vec<u8>, text: &str) {
    bytes(into, text.as_bytes());
}

fn bytes(into: &mut Vec<u8>, text: &[u8]) {
    into.extend_from_slice(text);
    into.push(END);
}

fn number(into: &mut Vec<u8>, number: Option<Number>) {
    match number {
        None => into.push(NONE),
        Some(Number::Short { mantissa, scale }) => {
            into.push(scale);
            into.extend_from_slice(&mantissa.to_le_bytes());
        }
        Some(Number::Long(value)) => {
            into.push(END);
            text(into, &value.to_string());
        }
    }
}

fn short(state: &SipHasher13, text: &[u8]) -> Content {
    state.hash(text).h1.to_le_bytes()
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
