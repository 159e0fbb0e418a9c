//! Everything delivered so far: a fold over deliveries, in their order.
//!
//! The law: what stands in the archive depends on the deliveries alone, and nothing disappears. A
//! slice that a later delivery replaced leaves the evidence, and its rows leave `accepted` for
//! `superseded`; a fact that found its original leaves one day for another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::sums::Sums;
use super::{
    ArchivedFile, AuditFinding, Chain, Charged, Count, Delivery, Evidence, FileTally, Forgotten,
    FxRate, GrantedRate, Hash, HashKey, Horizon, IdEntry, Kind, Lens, LensNames, Move, Own,
    Payment, Pending, Slice, Standing, Table, Tally, Unresolved,
};
use crate::calendar::{Day, UnknownZone, Zone};
use crate::money::Currency;

/// What a rate is listed for.
type Pair = (Day, Currency, Currency);

/// The state of everything delivered. A copy shares what later deliveries do not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    key: HashKey,
    files: Vec<Arc<ArchivedFile>>,
    deliveries: u64,
    lens: Option<LensNames>,
    digests: Arc<BTreeSet<(Table, String)>>,
    /// Products of charges; the first has the number 1.
    products: Arc<Vec<String>>,
    numbers: Arc<BTreeMap<String, NonZeroU32>>,
    /// For each day and pair the file that listed it last, and how.
    rates: Arc<BTreeMap<Pair, (usize, FxRate)>>,
    payments: Arc<BTreeMap<(String, String), Payment>>,
    grants: Arc<BTreeMap<(String, String), GrantedRate>>,
    audits: Arc<BTreeMap<(String, String), AuditFinding>>,
    /// Where facts stand that found their original after they came.
    moved: Arc<BTreeMap<Hash, Standing>>,
    /// What the files add up to.
    sums: Sums,
    horizon: Horizon,
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
        self.sums.forget();
        let first = self.files.len();
        let parts = || delivery.files.iter().flat_map(|file| &file.parts);
        let slices: BTreeSet<&Slice> = parts().filter_map(|part| part.slice.as_ref()).collect();
        let touched = self.files.iter_mut().filter(|file| file.holds_any(&slices));
        touched.for_each(|file| Arc::make_mut(file).supersede(&slices));
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
        Arc::make_mut(&mut self.products).push(product.to_owned());
        Arc::make_mut(&mut self.numbers).insert(product.to_owned(), number(self.products.len()));
    }

    fn keep(&mut self, file: &FileTally) {
        Arc::make_mut(&mut self.digests).insert((file.table, file.digest.clone()));
        let named = |id: &String| (file.source.clone(), id.clone());
        let payments = file.payments.iter().map(|paid| (named(&paid.id), paid.clone()));
        extend(&mut self.payments, payments);
        let grants = file.grants.iter().map(|grant| (named(&grant.id), grant.clone()));
        extend(&mut self.grants, grants);
        let audits = file.audits.iter().map(|audit| (named(&audit.id), audit.clone()));
        extend(&mut self.audits, audits);
        let (pending, moved) = (BTreeMap::new(), Vec::new());
        let (delivery, tally) = (self.deliveries, file.clone());
        self.files.push(Arc::new(ArchivedFile { delivery, tally, pending, moved }));
    }

    /// Lists the rates of a file; one for the same day and pair in an earlier file is replaced.
    fn list(&mut self, at: usize) {
        for rate in self.files[at].tally.rates.clone() {
            let pair = (rate.date, rate.base, rate.quote);
            let before = Arc::make_mut(&mut self.rates).insert(pair, (at, rate));
            if let Some((file, _)) = before {
                let one = Count { rows: 1, ..Count::default() };
                Arc::make_mut(&mut self.files[file]).recount(None, one);
            }
        }
    }

    fn file_mut(&mut self, pending: &Pending) -> &mut ArchivedFile {
        let at = usize::try_from(pending.file).expect("a place in a list");
        Arc::make_mut(&mut self.files[at])
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
            Arc::make_mut(&mut self.moved).insert(pending.hash(&self.key), stands);
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
    pub fn files(&self) -> &[Arc<ArchivedFile>] {
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
        let tally = self.sums.of(zone, || self.add_up(zone));
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

    fn add_up(&self, zone: &Zone) -> Tally {
        let tallies: Vec<Tally> = self.files.iter().map(|file| file.tally_in(zone)).collect();
        Tally::sum_of(&tallies)
    }

    /// What later deliveries changed in the sum of all files since an earlier state of this archive.
    ///
    /// # Errors
    /// [`NotTallied`] if some delivery was not tallied in the time zone.
    pub fn change_since(&self, then: &Self, zone: &Zone) -> Result<Tally, NotTallied> {
        self.covers_zone(zone)?;
        let mut change = Tally::new();
        for (at, file) in self.files.iter().enumerate() {
            match then.files.get(at) {
                Some(before) if Arc::ptr_eq(file, before) => {}
                Some(before) => change.merge(&file.tally_in(zone).less(&before.tally_in(zone))),
                None => change.merge(&file.tally_in(zone)),
            }
        }
        Ok(change)
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

/// Copies a shared map only if there is something to put into it.
fn extend<K: Ord + Clone, V: Clone>(
    map: &mut Arc<BTreeMap<K, V>>,
    more: impl Iterator<Item = (K, V)>,
) {
    let mut more = more.peekable();
    if more.peek().is_some() {
        Arc::make_mut(map).extend(more);
    }
}

/// The number of the last of so many products.
pub(super) fn number(products: usize) -> NonZeroU32 {
    let number = u32::try_from(products).ok().and_then(NonZeroU32::new);
    number.expect("some products, and fewer than four billion")
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
