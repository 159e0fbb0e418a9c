//! One delivery in the making: rows go in one by one, in any order, and what comes out says of
//! each whether it counts.
//!
//! Memory holds a few hashes for each id, where each row of an id that came before stands, facts that
//! refer to others, and the tallies; never the rows. So when two rows of one id contradict each other, the files are read once more, and only
//! then is it decided which of them stands.
//!
//! The law: the facts that come out are the same for any order of the rows and any partition over
//! files. Over several deliveries too, as long as no two of them contradict each other.

#[cfg(test)]
mod book;
mod bulk;
mod contest;
mod found;
mod heap;
mod ids;
#[cfg(test)]
mod laws;
mod products;
mod refs;
mod seen;
mod sheet;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

pub use bulk::{NumberedPlace, Place as BulkPlace};
pub use contest::Loser;

use self::contest::Contest;
use self::ids::Repeat;
use self::products::Products;
use self::refs::{Place, Referring};
use self::seen::AllSeen;
use self::sheet::{Group, Sheet};
use super::{
    Archive, Content, Delivery, Entry, Hash, Horizon, IdEntry, Kind, Known, Lens, Pending, Slice,
    Standing, Table,
};
use crate::money::{Currency, Exact};

/// What is known of a file before its rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHeader {
    /// The path, relative to the book if it lies inside.
    pub path: String,
    /// Which table its rows belong to.
    pub table: Table,
    /// The format it is read as.
    pub format: String,
    /// The feed; ids are unique within it.
    pub source: String,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// It counts, unless a later row of this delivery contradicts it, or it is a rate of exchange
    /// that turns out to be listed already.
    Accepted,
    /// It says what an earlier row said.
    Duplicate,
    /// An earlier delivery said otherwise, and that stands: the row is rejected.
    Conflict,
    /// Another row of this delivery says otherwise: decided at the end.
    Contested,
    /// It happened before what is certain to be remembered, and is not remembered: nobody can say
    /// whether it is new. The row is rejected.
    Forgotten,
}

/// A delivery as it came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// The record for the journal.
    pub delivery: Delivery,
    /// What is to be remembered of its facts, sorted by id.
    pub ids: Vec<IdEntry>,
    /// Contested rows that lost, by file and row. They are counted.
    pub losers: Vec<Loser>,
    /// What marks say of their facts, in the order of the places that were given.
    pub places: Vec<NumberedPlace>,
}

/// Gathers the rows of one delivery.
///
/// ```
/// use revshare::fact::{Archive, Disposition, Entry, Fact, FileHeader, Gather, Kind, Lens, Table};
/// let lens = Lens { zones: vec!["UTC".parse().unwrap()], ..Lens::default() };
/// let mut archive = Archive::default();
/// let mut gather = Gather::new(&lens, &archive, &());
/// let file = gather.open(FileHeader {
///     path: "sales.csv".into(),
///     table: Table::Sales,
///     format: "own".into(),
///     source: "own".into(),
/// });
/// let sale = Entry::Fact(Fact {
///     amount: Some("120.00".parse().unwrap()),
///     currency: Some("USD".parse().unwrap()),
///     ..Fact::new(Kind::Charge, "s-1", "2026-10-05".parse().unwrap())
/// });
/// assert_eq!(gather.push(file, 2, None, &sale).unwrap(), Disposition::Accepted);
/// assert_eq!(gather.push(file, 3, None, &sale).unwrap(), Disposition::Duplicate);
/// gather.close(file, "the digest".into(), 4711);
/// assert!(!gather.contested(), "else every row would be fed to `contest`");
/// let gathered = gather.finish();
/// archive.apply(&gathered.delivery);
/// assert_eq!(archive.evidence(&lens.zones[0]).unwrap().tally.len(), 1);
/// ```
pub struct Gather<'a> {
    lens: Lens,
    archive: &'a Archive,
    known: &'a dyn Known,
    sheets: Vec<Sheet>,
    seen: AllSeen,
    /// Rows of ids that were seen before.
    repeats: Vec<Repeat>,
    contests: BTreeMap<Hash, Contest>,
    /// Rows that lost one, in order.
    losers: Vec<Loser>,
    /// Accepted facts that refer to others, by id.
    referring: BTreeMap<Hash, Referring>,
    /// The same of feeds without ids.
    referring_unnamed: Vec<Referring>,
    /// Originals that earlier deliveries brought.
    originals: BTreeMap<Hash, Standing>,
    /// Originals that earlier deliveries did not bring.
    missing: BTreeSet<Hash>,
    /// Facts of earlier deliveries whose original was unknown, by id.
    waiting: BTreeMap<Hash, &'a Pending>,
    products: Products,
}

impl<'a> Gather<'a> {
    /// Nothing gathered yet. `archive` and `known` are what earlier deliveries left.
    pub fn new(lens: &Lens, archive: &'a Archive, known: &'a dyn Known) -> Self {
        Self {
            lens: lens.clone(),
            archive,
            known,
            sheets: Vec::new(),
            seen: AllSeen::default(),
            repeats: Vec::new(),
            contests: BTreeMap::new(),
            losers: Vec::new(),
            referring: BTreeMap::new(),
            referring_unnamed: Vec::new(),
            originals: BTreeMap::new(),
            missing: BTreeSet::new(),
            waiting: refs::waiting(archive),
            products: Products::of(archive),
        }
    }

    /// What is no longer certain to be remembered of earlier deliveries.
    pub fn horizon(&self) -> &Horizon {
        self.archive.horizon()
    }

    /// Begins a file; its number is what the other methods take.
    pub fn open(&mut self, header: FileHeader) -> usize {
        self.sheets.push(Sheet::new(header, self.lens.zones.len()));
        self.sheets.len() - 1
    }

    /// Takes a row that could be read. Rows with an id are known by it; `slice` says what a later
    /// delivery would replace of rows without one (without id and slice a row just adds).
    ///
    /// # Errors
    /// What looking up earlier facts can fail with.
    pub fn push(
        &mut self,
        file: usize,
        row: u64,
        slice: Option<&Slice>,
        entry: &Entry,
    ) -> io::Result<Disposition> {
        let money = entry.money();
        let disposition = self.judge((file, row), slice, entry)?;
        match disposition {
            Disposition::Accepted => self.sheets[file].count(Group::Accepted, money),
            Disposition::Duplicate => self.sheets[file].count(Group::Duplicate, money),
            Disposition::Conflict | Disposition::Forgotten => {
                self.sheets[file].count(Group::Rejected, money);
            }
            Disposition::Contested => {}
        }
        Ok(disposition)
    }

    /// Counts a row that the reader refused, with what could be read of its amount.
    pub fn reject(&mut self, file: usize, currency: Option<Currency>, amount: Option<Exact>) {
        self.sheets[file].count(Group::Rejected, (currency, amount.unwrap_or_default()));
    }

    /// Counts a row that the reader found replaced by a later form of it in the same delivery.
    pub fn supersede(&mut self, file: usize, currency: Option<Currency>, amount: Option<Exact>) {
        self.sheets[file].count(Group::Superseded, (currency, amount.unwrap_or_default()));
    }

    /// Ends a file, with the BLAKE3 of its bytes in hex and its size.
    pub fn close(&mut self, file: usize, digest: String, bytes: u64) {
        self.sheets[file].close(digest, bytes);
    }

    /// Do rows of one id contradict each other? Then every row that was pushed, or those that
    /// [`contested_rows`](Self::contested_rows) names, has to be fed to [`contest`](Self::contest),
    /// once, before [`finish`](Self::finish). Whoever reads the files again makes sure that their
    /// bytes are still the same.
    pub fn contested(&self) -> bool {
        !self.contests.is_empty()
    }

    /// The rows that lost, as far as it is [decided](Self::decide): sorted.
    pub fn losers(&self) -> &[Loser] {
        &self.losers
    }

    /// Everything is in: decides what was contested, places what refers to other facts.
    ///
    /// # Panics
    /// If contested rows were not fed again as they were pushed.
    pub fn finish(self) -> Gathered {
        self.finish_with(&[])
    }

    /// The same, when there are marks: what stands at the places that they name.
    ///
    /// # Panics
    /// If contested rows were not fed again as they were pushed.
    pub fn finish_with(mut self, places: &[BulkPlace]) -> Gathered {
        self.decide();
        let (mut pending, moves) = self.place();
        let mut ids = self.ids();
        let mut marked = self.number_places(places);
        let products = self.products.settle(&mut ids, &mut marked);
        let mut sheets: Vec<(u64, Sheet)> = (0..).zip(self.sheets).collect();
        sheets.sort_by(|(_, a), (_, b)| a.path().cmp(b.path()));
        // From here on a file is known by its place in the archive.
        let places = self.archive.files().len() as u64..;
        let place: BTreeMap<u64, u64> = sheets.iter().map(|(file, _)| *file).zip(places).collect();
        pending.iter_mut().for_each(|it| it.file = place[&it.file]);
        pending.sort();
        let files = sheets.into_iter().map(|(_, sheet)| sheet.finish(&self.lens, self.archive));
        let delivery = Delivery {
            lens: (&self.lens).into(),
            files: files.collect(),
            products,
            pending,
            moves,
        };
        Gathered { delivery, ids, losers: self.losers, places: marked }
    }

    /// Puts an accepted row where it belongs.
    fn enter(&mut self, file: usize, slice: Option<&Slice>, id: Option<Hash>, entry: &Entry) {
        let sheet = &mut self.sheets[file];
        match entry {
            Entry::Fx(rate) => drop(sheet.rates.insert(rate.clone())),
            Entry::Payment(payment) => drop(sheet.payments.insert(payment.clone())),
            Entry::Grant(grant) => drop(sheet.grants.insert(grant.clone())),
            Entry::Audit(audit) => drop(sheet.audits.insert(audit.clone())),
            Entry::Fact(fact) if fact.reference.is_none() => {
                sheet.add(slice, fact, &self.lens, &Place::own(fact));
            }
            Entry::Fact(fact) => {
                let product = (fact.kind == Kind::Charge).then(|| self.products.add(&fact.product));
                let (slice, fact) = (slice.cloned(), fact.clone());
                let referring = Referring { file, slice, fact, product, stands: None };
                match id {
                    Some(id) => drop(self.referring.insert(id, referring)),
                    None => self.referring_unnamed.push(referring),
                }
            }
        }
    }

    /// Takes a row out again that turned out to be contested.
    fn withdraw(&mut self, file: usize, id: &Hash, entry: &Entry) {
        let sheet = &mut self.sheets[file];
        match entry {
            Entry::Fx(rate) => drop(sheet.rates.remove(rate)),
            Entry::Payment(payment) => drop(sheet.payments.remove(payment)),
            Entry::Grant(grant) => drop(sheet.grants.remove(grant)),
            Entry::Audit(audit) => drop(sheet.audits.remove(audit)),
            Entry::Fact(fact) if fact.reference.is_none() => sheet.remove(fact, &self.lens),
            Entry::Fact(_) => drop(self.referring.remove(id)),
        }
    }

    fn content(&self, entry: &Entry) -> Content {
        self.archive.key().content(entry)
    }

    /// What a row of this file is known by.
    pub fn id(&self, file: usize, entry: &Entry) -> Option<Hash> {
        entry.id_hash(self.archive.key(), self.sheets[file].source())
    }

    /// The id of the original that a fact of this file names.
    fn original(&self, file: usize, reference: &str) -> Hash {
        self.archive.key().id(Table::Sales, self.sheets[file].source(), reference)
    }
}
