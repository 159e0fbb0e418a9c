//! What one import brought: the record that the journal keeps instead of the rows.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::bulk::{Crowd, key_of};
use super::{
    AuditFinding, Cell, Chain, Charged, Content, FxRate, GrantedRate, Hash, Key, Kind, Lens,
    Payment, Table, Tally,
};
use crate::calendar::{Moment, Zone};
use crate::contract::Pattern;
use crate::money::{Currency, Exact};

/// One import of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The names of the time zones that the tallies are kept in, and the customers and deals kept
    /// apart, as text.
    pub lens: LensNames,
    /// The files in the order of their paths.
    pub files: Vec<FileTally>,
    /// Products of charges that no earlier delivery named, in order; ids refer to them by number.
    pub products: Vec<String>,
    /// Facts whose `ref` was unknown when they came; tallied on their own day, or on that of what they
    /// name if that waits itself.
    pub pending: Vec<Pending>,
    /// Earlier pending facts that stand elsewhere since this delivery.
    pub moves: Vec<Move>,
}

/// A [`Lens`] as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LensNames {
    /// Time zones.
    pub zones: Vec<String>,
    /// Customer patterns.
    pub customers: Vec<String>,
    /// Deal patterns.
    pub deals: Vec<String>,
    /// Scopes whose sales are kept singly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub singly: Vec<String>,
}

impl From<&Lens> for LensNames {
    fn from(lens: &Lens) -> Self {
        let texts = |patterns: &[Pattern]| -> Vec<String> {
            patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect()
        };
        Self {
            zones: lens.zones.iter().map(|zone| zone.name().to_owned()).collect(),
            customers: texts(&lens.customers),
            deals: texts(&lens.deals),
            singly: lens.singly.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Delivery {
    /// Makes the keys of its sums, for whoever asks for them next.
    pub fn make_keys(&self) {
        let parts = self.files.iter().flat_map(|file| &file.parts);
        let _made: usize = parts.flat_map(|part| part.tallies.values()).map(Tally::len).sum();
    }
}

/// One file: where it came from, what became of its rows, what they add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTally {
    /// The path, relative to the book if it lies inside.
    pub path: String,
    /// BLAKE3 of its bytes, in hex.
    pub digest: String,
    /// Its size.
    pub bytes: u64,
    /// Which table its rows belong to.
    pub table: Table,
    /// The format it was read as: `own`, `focus`, `aws-billing-event`, `cloudevents`, `mapped`.
    pub format: String,
    /// The feed; ids are unique within it.
    pub source: String,
    /// What became of its rows, per currency, in order; none for rows without a currency.
    pub controls: Vec<Control>,
    /// Its facts: one part for all that only add, and one for each slice that a later delivery
    /// can replace.
    pub parts: Vec<Part>,
    /// Its rates of exchange, in order.
    pub rates: Vec<FxRate>,
    /// Its payments, in order.
    pub payments: Vec<Payment>,
    /// What comparable deals were granted, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantedRate>,
    /// What audits found, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<AuditFinding>,
}

/// What became of the rows of one file in one currency, when it was imported. The groups add up
/// to `read`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// None for rows that have no currency, or none that can be read.
    pub currency: Option<Currency>,
    /// Every row.
    pub read: Count,
    /// Rows that count.
    pub accepted: Count,
    /// Rows that say what an earlier row said.
    pub duplicate: Count,
    /// Rows replaced by the same delivery's own later form (superseding by a later delivery shows
    /// in the archive).
    pub superseded: Count,
    /// Rows refused, with a finding each.
    pub rejected: Count,
}

impl Control {
    /// Counts a later delivery's replacing of rows that were accepted.
    pub(super) fn supersede(&mut self, rows: Count) {
        self.accepted = self.accepted - rows;
        self.superseded += rows;
    }

    /// Reads the total off the groups.
    pub(super) fn add_up(&mut self) {
        self.read = self.accepted;
        self.read += self.duplicate;
        self.read += self.superseded;
        self.read += self.rejected;
    }
}

/// Rows and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Rows.
    pub rows: u64,
    /// Σ amount in major units, of the rows whose amount could be read.
    pub amount: Exact,
}

impl Count {
    /// One row.
    pub(super) fn one(amount: Exact) -> Self {
        Self { rows: 1, amount }
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.amount += other.amount;
    }
}

impl std::ops::Sub for Count {
    type Output = Self;

    /// Takes out rows that were counted before.
    fn sub(self, other: Self) -> Self {
        Self { rows: self.rows - other.rows, amount: self.amount - other.amount }
    }
}

/// A tally of some of a file's facts, per time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What a later delivery would replace; none for facts that only add.
    pub slice: Option<Slice>,
    /// Cells by the name of the time zone.
    pub tallies: BTreeMap<String, Tally>,
}

impl Part {
    /// Its rows by currency.
    pub(super) fn counts(&self) -> BTreeMap<Option<Currency>, Count> {
        let mut counts: BTreeMap<_, Count> = BTreeMap::new();
        // Every zone holds the same facts, on other days.
        for (key, cell) in self.tallies.values().next().into_iter().flat_map(Tally::iter) {
            let rows = u64::try_from(cell.rows).expect("a part holds facts, not corrections");
            *counts.entry(key.currency).or_default() += Count { rows, amount: cell.amount };
        }
        counts
    }
}

/// What is delivered whole and replaced whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slice {
    /// Which table.
    pub table: Table,
    /// Which feed.
    pub source: String,
    /// The billing account.
    pub account: String,
    /// The billing period as the feed writes it, canonically.
    pub period: String,
}

/// A fact whose `ref` is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pending {
    /// Its feed.
    pub source: String,
    /// Its own id; empty if its feed has none.
    pub id: String,
    /// The id that it names.
    pub reference: String,
    /// Its kind.
    pub kind: Kind,
    /// When it happened itself.
    pub time: Moment,
    /// The file it came in: its place in the archive's list of files.
    pub file: u64,
    /// What a later delivery would replace it with.
    pub slice: Option<Slice>,
    /// Where it is tallied, by the name of the time zone.
    pub keys: BTreeMap<String, Key>,
    /// Where its chain of references leads so far.
    pub chain: Chain,
    /// One fact.
    pub cell: CellRecord,
}

/// A [`Cell`] that can be ordered, for lists in canonical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellRecord {
    /// Facts.
    pub rows: i64,
    /// Σ quantity.
    pub quantity: Exact,
    /// Σ amount.
    pub amount: Exact,
}

impl From<CellRecord> for Cell {
    fn from(record: CellRecord) -> Self {
        Self { rows: record.rows, quantity: record.quantity, amount: record.amount }
    }
}

impl From<Cell> for CellRecord {
    fn from(cell: Cell) -> Self {
        Self { rows: cell.rows, quantity: cell.quantity, amount: cell.amount }
    }
}

/// A pending fact that stands elsewhere now: it leaves one key for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Which fact.
    pub pending: Pending,
    /// When it counts as having happened now.
    pub time: Moment,
    /// The charge that it refers to in the end: when it happened, for which product.
    pub charged: Option<(Moment, String)>,
    /// Where its chain leads now; unless to its end, it goes on waiting.
    pub chain: Chain,
}

impl Move {
    /// Where it was and where it is now, in a time zone; none if it was not tallied there.
    pub fn keys(&self, zone: &Zone) -> Option<(Key, Key)> {
        let from = self.pending.keys.get(zone.name())?;
        Some((from.clone(), self.key(from, zone)))
    }

    fn key(&self, from: &Key, zone: &Zone) -> Key {
        let charged = self.charged.as_ref().map(|(moment, product)| Charged {
            day: moment.day_in(zone),
            product: product.clone(),
        });
        from.standing(self.time, zone, charged)
    }

    /// The fact as it goes on waiting; none if it has found what it waited for.
    pub(super) fn waiting(&self) -> Option<Pending> {
        let keys = self.pending.keys.iter().map(|(name, from)| {
            let zone = name.parse().expect("the name of a zone that was tallied");
            (name.clone(), self.key(from, &zone))
        });
        let keys = keys.collect();
        match self.chain {
            Chain::Found => None,
            Chain::Follows | Chain::Adrift => {
                Some(Pending { keys, chain: self.chain, ..self.pending.clone() })
            }
        }
    }
}

/// What is remembered of every fact with an id: enough to know it again, and to place what refers
/// to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdEntry {
    /// Fingerprint of table, source and id.
    pub id: Hash,
    /// Fingerprint of what it says.
    pub content: Content,
    /// When it happened; for a fact that takes another back, when the other happened, if that was
    /// known when the fact came (what came to be known later stands in the archive).
    pub time: Moment,
    /// Its kind.
    pub kind: Kind,
    /// For a fact that refers (in the end) to a charge: when that charge happened.
    pub charged: Option<Moment>,
    /// The number of that charge's product in the archive's list, or of its own for a charge.
    pub product: Option<NonZeroU32>,
}

/// Facts that earlier deliveries brought.
pub trait Known: Sync {
    /// The fact of an id hash, if it is known.
    ///
    /// # Errors
    /// Whatever reading the memory of earlier deliveries can fail with.
    fn find(&self, id: &Hash) -> io::Result<Option<IdEntry>>;

    /// Gives every fact whose id lies between two, both included: in any order, and a fact that was
    /// delivered again perhaps more than once. What lies in files is read in buckets that no first byte
    /// shares with another: ranges of whole first bytes read nothing twice.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    fn between(
        &self,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()>;

    /// Gives the facts whose ids begin with a byte and are in a crowd, and perhaps others of that
    /// byte: in any order, and a fact that was delivered again perhaps more than once.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    fn among(
        &self,
        first: u8,
        crowd: &Crowd<'_>,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        let (mut least, mut most) = ([0; 12], [0xFF; 12]);
        (least[0], most[0]) = (first, first);
        self.between(&least, &most, &mut |id, content| {
            if crowd.may_hold(key_of(id)) {
                take(id, content);
            }
        })
    }
}

/// Nothing was delivered before.
impl Known for () {
    fn find(&self, _id: &Hash) -> io::Result<Option<IdEntry>> {
        Ok(None)
    }

    fn between(
        &self,
        _first: &Hash,
        _last: &Hash,
        _take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        Ok(())
    }
}

/// Earlier facts held in memory.
impl Known for BTreeMap<Hash, IdEntry> {
    fn find(&self, id: &Hash) -> io::Result<Option<IdEntry>> {
        Ok(self.get(id).copied())
    }

    fn between(
        &self,
        first: &Hash,
        last: &Hash,
        take: &mut dyn FnMut(&Hash, &Content),
    ) -> io::Result<()> {
        // A map does not take a range that ends before it begins.
        let after = self.range(*first..).take_while(|(id, _)| *id <= last);
        after.for_each(|(id, entry)| take(id, &entry.content));
        Ok(())
    }
}
