//! Everything delivered so far: a fold over deliveries, in their order.
//!
//! The law: what stands in the archive depends on the deliveries alone, and nothing disappears. A
//! slice that a later delivery replaced leaves the evidence, and its rows leave `accepted` for
//! `superseded`; a fact that found its original leaves one day for another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use super::{
    AuditFinding, Chain, Charged, Count, Delivery, Evidence, FileTally, Forgotten, FxRate,
    GrantedRate, Hash, HashKey, Horizon, IdEntry, Key, Kind, Lens, LensNames, Move, Own, Payment,
    Pending, Slice, Standing, Table, Tally, Unresolved,
};
use crate::calendar::{Day, UnknownZone, Zone};
use crate::money::Currency;

/// The state of everything delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    key: HashKey,
    files: Vec<ArchivedFile>,
    deliveries: u64,
    lens: Option<LensNames>,
    digests: BTreeSet<(Table, String)>,
    /// Products of charges; the first has the number 1.
    products: Vec<String>,
    numbers: BTreeMap<String, NonZeroU32>,
    /// For each day and pair the file that listed it last, and how.
    rates: BTreeMap<(Day, Currency, Currency), (usize, FxRate)>,
    payments: BTreeMap<(String, String), Payment>,
    grants: BTreeMap<(String, String), GrantedRate>,
    audits: BTreeMap<(String, String), AuditFinding>,
    /// Where facts stand that found their original after they came.
    moved: BTreeMap<Hash, Standing>,
    horizon: Horizon,
}

/// A file and what became of it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Which delivery brought it, counted from 0.
    pub delivery: u64,
    /// As delivered, but without the parts that were replaced since; their rows stand in
    /// `superseded`.
    pub tally: FileTally,
    /// Facts that still wait for their original, and how many of each.
    pending: BTreeMap<Pending, u64>,
    /// Facts that found it later.
    moved: Vec<Move>,
}

/// Something was asked for that was not kept apart when the facts were imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("earlier imports did not keep {} apart: import their files anew", .0)]
pub struct NotTallied(pub LensNames);

impl fmt::Display for LensNames {
    /// `time zone "Asia/Tokyo", customer "acme"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zones = self.zones.iter().map(|name| format!("time zone {name:?}"));
        let customers = self.customers.iter().map(|name| format!("customer {name:?}"));
        let deals = self.deals.iter().map(|name| format!("deal {name:?}"));
        let sales = self.singly.iter().map(|scope| format!("the single sales of {scope}"));
        let all = zones.chain(customers).chain(deals).chain(sales);
        f.write_str(&all.collect::<Vec<_>>().join(", "))
    }
}

impl LensNames {
    /// Both keep the names apart for which `keep` says whether the other has them.
    fn filtered(&self, other: &Self, keep: bool) -> Self {
        let pick = |mine: &[String], theirs: &[String]| -> Vec<String> {
            mine.iter().filter(|name| theirs.contains(name) == keep).cloned().collect()
        };
        Self {
            zones: pick(&self.zones, &other.zones),
            customers: pick(&self.customers, &other.customers),
            deals: pick(&self.deals, &other.deals),
            singly: pick(&self.singly, &other.singly),
        }
    }
}

impl Archive {
    /// Nothing delivered yet; facts will be known by fingerprints of this key.
    pub fn keyed(key: HashKey) -> Self {
        Self { key, ..Self::default() }
    }

    /// What the fingerprints of its facts are made with.
    pub fn key(&self) -> &HashKey {
        &self.key
    }

    /// Adds the next delivery.
    pub fn apply(&mut self, delivery: &Delivery) {
        let first = self.files.len();
        let parts = || delivery.files.iter().flat_map(|file| &file.parts);
        let slices: BTreeSet<&Slice> = parts().filter_map(|part| part.slice.as_ref()).collect();
        self.files.iter_mut().for_each(|file| file.supersede(&slices));
        if parts().next().is_some() {
            let names = &delivery.lens;
            let both = |lens: &LensNames| lens.filtered(names, true);
            self.lens = Some(self.lens.as_ref().map_or_else(|| names.clone(), both));
        }
        delivery.products.iter().for_each(|product| self.name(product));
        delivery.files.iter().for_each(|file| self.keep(file));
        (first..self.files.len()).for_each(|at| self.list(at));
        for pending in &delivery.pending {
            *self.file_mut(pending).pending.entry(pending.clone()).or_default() += 1;
        }
        delivery.moves.iter().for_each(|moved| self.relocate(moved));
        self.deliveries += 1;
    }

    /// Ids of earlier deliveries are no longer remembered.
    ///
    /// # Errors
    /// If it names a time zone that is none; nothing has changed then.
    pub fn forget(&mut self, forgotten: &Forgotten) -> Result<(), UnknownZone> {
        self.horizon.add(forgotten)
    }

    /// What is no longer certain to be remembered.
    pub fn horizon(&self) -> &Horizon {
        &self.horizon
    }

    fn name(&mut self, product: &str) {
        self.products.push(product.to_owned());
        self.numbers.insert(product.to_owned(), number(self.products.len()));
    }

    fn keep(&mut self, file: &FileTally) {
        self.digests.insert((file.table, file.digest.clone()));
        let known = file.payments.iter().cloned();
        let named = known.map(|payment| ((file.source.clone(), payment.id.clone()), payment));
        self.payments.extend(named);
        let named = |id: &String| (file.source.clone(), id.clone());
        let grants = file.grants.iter();
        self.grants.extend(grants.map(|grant| (named(&grant.id), grant.clone())));
        let audits = file.audits.iter();
        self.audits.extend(audits.map(|audit| (named(&audit.id), audit.clone())));
        let (pending, moved) = (BTreeMap::new(), Vec::new());
        let (delivery, tally) = (self.deliveries, file.clone());
        self.files.push(ArchivedFile { delivery, tally, pending, moved });
    }

    /// Lists the rates of a file; one for the same day and pair in an earlier file is replaced.
    fn list(&mut self, at: usize) {
        for rate in self.files[at].tally.rates.clone() {
            let before = self.rates.insert((rate.date, rate.base, rate.quote), (at, rate));
            if let Some((file, _)) = before {
                self.files[file].recount(None, Count { rows: 1, ..Count::default() });
            }
        }
    }

    fn file_mut(&mut self, pending: &Pending) -> &mut ArchivedFile {
        let at = usize::try_from(pending.file).expect("a place in a list");
        &mut self.files[at]
    }

    fn relocate(&mut self, moved: &Move) {
        if self.file_mut(&moved.pending).settle(moved) {
            let Move { pending, time, charged, chain } = moved;
            let alone = Standing::alone(Own { kind: pending.kind, time: *time, product: None });
            // A charge that refers to none is the one that others will refer to.
            let own = pending.product().filter(|_| pending.kind == Kind::Charge);
            let product = charged.as_ref().map(|(_, product)| product.as_str()).or(own);
            let product = product.and_then(|product| self.numbers.get(product).copied());
            let charged = charged.as_ref().map(|(moment, _)| *moment);
            let stands = Standing { charged, product, chain: *chain, ..alone };
            self.moved.insert(pending.hash(&self.key), stands);
        }
    }

    /// What the tallies of all deliveries keep apart; none if nothing was tallied.
    pub fn lens(&self) -> Option<&LensNames> {
        self.lens.as_ref()
    }

    /// Do the tallies of all deliveries keep apart what this lens does?
    ///
    /// # Errors
    /// What they do not keep apart.
    pub fn covers(&self, lens: &Lens) -> Result<(), NotTallied> {
        let Some(kept) = &self.lens else { return Ok(()) };
        let missing = LensNames::from(lens).filtered(kept, false);
        if missing == LensNames::default() { Ok(()) } else { Err(NotTallied(missing)) }
    }

    fn covers_zone(&self, zone: &Zone) -> Result<(), NotTallied> {
        self.covers(&Lens { zones: vec![zone.clone()], ..Lens::default() })
    }

    /// Every file in the order of import.
    pub fn files(&self) -> &[ArchivedFile] {
        &self.files
    }

    /// Was a file of these bytes imported into this table?
    pub fn has_file(&self, table: Table, digest: &str) -> bool {
        self.digests.contains(&(table, digest.to_owned()))
    }

    /// Was a file of this size imported into this table?
    pub fn has_size(&self, table: Table, bytes: u64) -> bool {
        self.files.iter().any(|file| file.tally.table == table && file.tally.bytes == bytes)
    }

    /// The facts that stand of one file, by its place in [`files`](Self::files): of every row that
    /// its controls count as accepted.
    ///
    /// # Errors
    /// [`NotTallied`] if some delivery was not tallied in the time zone.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn file_tally(&self, file: usize, zone: &Zone) -> Result<Tally, NotTallied> {
        self.covers_zone(zone)?;
        Ok(self.files[file].tally_in(zone))
    }

    /// All that is known, in one time zone.
    ///
    /// # Errors
    /// [`NotTallied`] if some delivery was not tallied in the time zone.
    pub fn evidence(&self, zone: &Zone) -> Result<Evidence, NotTallied> {
        self.covers_zone(zone)?;
        let mut tally = Tally::new();
        self.files.iter().for_each(|file| tally.merge(&file.tally_in(zone)));
        let mut unresolved: Vec<_> =
            self.pending().filter_map(|pending| pending.unresolved(zone)).collect();
        unresolved.sort();
        let rates = self.rates.values().map(|(_, rate)| rate.clone()).collect();
        let mut payments: Vec<_> = self.payments.values().cloned().collect();
        payments.sort();
        let mut grants: Vec<_> = self.grants.values().cloned().collect();
        grants.sort();
        let mut audits: Vec<_> = self.audits.values().cloned().collect();
        audits.sort();
        Ok(Evidence { tally, unresolved, rates, payments, grants, audits, ..Evidence::default() })
    }

    /// Facts that wait for their original.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Pending> {
        let repeated = |(pending, rows): (_, &u64)| (0..*rows).map(move |_| pending);
        self.files.iter().flat_map(move |file| file.pending.iter().flat_map(repeated))
    }

    /// Where a fact stands that found its original after it came.
    pub(super) fn moved(&self, id: &Hash) -> Option<Standing> {
        self.moved.get(id).copied()
    }

    /// The ids of such facts.
    pub(super) fn moved_between(&self, ids: RangeInclusive<Hash>) -> impl Iterator<Item = &Hash> {
        self.moved.range(ids).map(|(id, _)| id)
    }

    /// When a fact with an id counts as having happened, and the charge that it refers to in the
    /// end, on its day in a zone.
    pub fn place_of(
        &self,
        entry: &IdEntry,
        zone: &Zone,
    ) -> (crate::calendar::Moment, Option<Charged>) {
        let stands = self.moved(&entry.id).unwrap_or_else(|| Standing::from(entry));
        let charged = stands.charge().map(|(moment, product)| Charged {
            day: moment.day_in(zone),
            product: self.products[product.get() as usize - 1].clone(),
        });
        (stands.time, charged)
    }

    /// The products that ids refer to, by number.
    pub(super) fn products(&self) -> &[String] {
        &self.products
    }

    /// The rate that stands for the same day and pair.
    pub fn rate(&self, rate: &FxRate) -> Option<&FxRate> {
        self.rates.get(&(rate.date, rate.base, rate.quote)).map(|(_, rate)| rate)
    }

    /// The payment of an id.
    pub(super) fn payment(&self, source: &str, id: &str) -> Option<&Payment> {
        self.payments.get(&(source.to_owned(), id.to_owned()))
    }

    /// The granted rate of an id.
    pub(crate) fn grant(&self, source: &str, id: &str) -> Option<&GrantedRate> {
        self.grants.get(&(source.to_owned(), id.to_owned()))
    }

    /// The audit's finding of an id.
    pub(crate) fn audit(&self, source: &str, id: &str) -> Option<&AuditFinding> {
        self.audits.get(&(source.to_owned(), id.to_owned()))
    }
}

/// The number of the last of so many products.
pub(super) fn number(products: usize) -> NonZeroU32 {
    let number = u32::try_from(products).ok().and_then(NonZeroU32::new);
    number.expect("some products, and fewer than four billion")
}

impl ArchivedFile {
    /// Drops the parts that a later delivery replaces.
    fn supersede(&mut self, slices: &BTreeSet<&Slice>) {
        let replaced = |slice: &Option<Slice>| slice.as_ref().is_some_and(|it| slices.contains(it));
        let parts = std::mem::take(&mut self.tally.parts);
        let (gone, kept) = parts.into_iter().partition(|part| replaced(&part.slice));
        self.tally.parts = kept;
        let gone: Vec<super::Part> = gone;
        for (currency, rows) in gone.iter().flat_map(super::Part::counts) {
            self.recount(currency, rows);
        }
        self.pending.retain(|pending, _| !replaced(&pending.slice));
        self.moved.retain(|moved| !replaced(&moved.pending.slice));
    }

    fn recount(&mut self, currency: Option<Currency>, rows: Count) {
        let mut controls = self.tally.controls.iter_mut();
        let control = controls.find(|control| control.currency == currency);
        control.expect("what was accepted was counted").supersede(rows);
    }

    /// A pending fact found its original. Says whether it was still there.
    fn settle(&mut self, moved: &Move) -> bool {
        let Some(rows) = self.pending.get_mut(&moved.pending) else { return false };
        *rows -= 1;
        if *rows == 0 {
            self.pending.remove(&moved.pending);
        }
        if let Some(waiting) = moved.waiting() {
            *self.pending.entry(waiting).or_default() += 1;
        }
        self.moved.push(moved.clone());
        true
    }

    /// Does it hold anything of these days, both included?
    pub fn speaks_of(&self, zone: &Zone, from: Day, to: Day) -> bool {
        let holds = |day: Day| from <= day && day <= to;
        // The cells are in the order of their days.
        let cells = self.tally.parts.iter().filter_map(|part| part.tallies.get(zone.name()));
        let first = |cells: &Vec<(Key, super::Cell)>| {
            cells.get(cells.partition_point(|(key, _)| key.day < from)).map(|(key, _)| key.day)
        };
        cells.filter_map(first).any(holds)
            || self.moved.iter().any(|moved| holds(moved.time.day_in(zone)))
            || self.tally.rates.iter().any(|rate| holds(rate.date))
            || self.tally.payments.iter().any(|payment| holds(payment.time.day_in(zone)))
            || self.tally.grants.iter().any(|grant| grant.speaks_of(zone, from, to))
            || self.tally.audits.iter().any(|audit| holds(audit.time.day_in(zone)))
    }

    fn tally_in(&self, zone: &Zone) -> Tally {
        let cells = self.tally.parts.iter().filter_map(|part| part.tallies.get(zone.name()));
        let mut tally: Tally = cells.flatten().cloned().collect();
        for moved in &self.moved {
            let Some((from, to)) = moved.keys(zone) else { continue };
            let cell = super::Cell::from(moved.pending.cell);
            tally.add(from, cell.negated());
            tally.add(to, cell);
        }
        tally
    }
}

impl Pending {
    /// Its product.
    pub(super) fn product(&self) -> Option<&str> {
        self.keys.values().next().map(|key| key.product.as_str())
    }

    fn unresolved(&self, zone: &Zone) -> Option<Unresolved> {
        if self.chain == Chain::Follows {
            return None;
        }
        Some(Unresolved {
            source: self.source.clone(),
            id: self.id.clone(),
            reference: self.reference.clone(),
            key: self.keys.get(zone.name())?.clone(),
            amount: self.cell.amount,
        })
    }
}
