//! One file of a delivery in the making: its control totals and its tallies.

use std::collections::{BTreeMap, BTreeSet};

use super::FileHeader;
use super::heap::Heap;
use super::refs::Place;
use crate::fact::dayless::Dayless;
use crate::fact::{
    Archive, AuditFinding, Cell, Control, Count, Entry, Fact, FileTally, FxRate, GrantedRate, Lens,
    Part, Payment, Slice, Tally,
};
use crate::money::{Currency, Exact};

/// The groups that rows end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Accepted,
    Duplicate,
    Superseded,
    Rejected,
}

/// What a row adds to a control total.
pub(super) type Money = (Option<Currency>, Exact);

/// A file while its rows come in.
pub(super) struct Sheet {
    header: FileHeader,
    digest: String,
    bytes: u64,
    controls: BTreeMap<Option<Currency>, Control>,
    /// A heap for each zone of the lens, of what only adds.
    adding: Vec<Heap>,
    /// What others added up of the same: rows that come one by one do not touch it.
    sums: Vec<Tally>,
    /// Heaps for each slice.
    slices: BTreeMap<Slice, Vec<Heap>>,
    pub(super) rates: BTreeSet<FxRate>,
    pub(super) payments: BTreeSet<Payment>,
    pub(super) grants: BTreeSet<GrantedRate>,
    pub(super) audits: BTreeSet<AuditFinding>,
}

impl Sheet {
    pub(super) fn new(header: FileHeader, zones: usize) -> Self {
        Self {
            header,
            digest: String::new(),
            bytes: 0,
            controls: BTreeMap::new(),
            adding: heaps(zones),
            sums: vec![Tally::new(); zones],
            slices: BTreeMap::new(),
            rates: BTreeSet::new(),
            payments: BTreeSet::new(),
            grants: BTreeSet::new(),
            audits: BTreeSet::new(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.header.path
    }

    pub(super) fn source(&self) -> &str {
        &self.header.source
    }

    pub(super) fn close(&mut self, digest: String, bytes: u64) {
        (self.digest, self.bytes) = (digest, bytes);
    }

    pub(super) fn count(&mut self, group: Group, (currency, amount): Money) {
        *self.group(group, currency) += Count::one(amount);
    }

    pub(super) fn count_many(&mut self, group: Group, currency: Option<Currency>, rows: Count) {
        *self.group(group, currency) += rows;
    }

    /// Adds to what only adds, zone by zone.
    pub(super) fn add_tallies(&mut self, tallies: Vec<Tally>) {
        let sums = self.sums.iter_mut().zip(tallies);
        sums.for_each(|(sum, more)| *sum = Tally::sum_of([&*sum, &more]));
    }

    /// Takes back what [`count`](Self::count) counted.
    pub(super) fn discount(&mut self, group: Group, (currency, amount): Money) {
        let count = self.group(group, currency);
        *count = *count - Count::one(amount);
    }

    fn group(&mut self, group: Group, currency: Option<Currency>) -> &mut Count {
        let fresh = || Control { currency, ..Control::default() };
        let control = self.controls.entry(currency).or_insert_with(fresh);
        match group {
            Group::Accepted => &mut control.accepted,
            Group::Duplicate => &mut control.duplicate,
            Group::Superseded => &mut control.superseded,
            Group::Rejected => &mut control.rejected,
        }
    }

    /// Adds a fact to the heaps of a slice, or to what only adds, where it stands.
    pub(super) fn add(&mut self, slice: Option<&Slice>, fact: &Fact, lens: &Lens, place: &Place) {
        self.put((slice, fact), lens, place, Cell::of(fact));
    }

    /// Takes a fact out that was added on its own day, outside of any slice.
    pub(super) fn remove(&mut self, fact: &Fact, lens: &Lens) {
        self.put((None, fact), lens, &Place::own(fact), Cell::of(fact).negated());
    }

    fn put(
        &mut self,
        (slice, fact): (Option<&Slice>, &Fact),
        lens: &Lens,
        place: &Place,
        cell: Cell,
    ) {
        let Self { header, adding, slices, .. } = self;
        // Most facts refer to nothing: no keys are made for theirs.
        let plain = place.is_own(fact) && !lens.keeps_singly(fact);
        let plain = plain.then(|| Dayless::of(fact, lens));
        for (zone, heap) in lens.zones.iter().zip(heaps_of(adding, slices, slice)) {
            match &plain {
                Some(shape) => heap.add((shape, fact.time.day_in(zone)), cell),
                None => {
                    let key = place.key((fact, &header.source), zone, lens);
                    heap.add((&Dayless::of_key(&key), key.day), cell);
                }
            }
        }
    }

    /// Rates that the archive lists already, as they are, say nothing new.
    fn drop_listed(&mut self, archive: &Archive) {
        let listed = |rate: &FxRate| archive.rate(rate) == Some(rate);
        let (known, new) = std::mem::take(&mut self.rates).into_iter().partition(listed);
        let known: BTreeSet<FxRate> = known;
        self.rates = new;
        for rate in known {
            let money = Entry::Fx(rate).money();
            self.discount(Group::Accepted, money);
            self.count(Group::Duplicate, money);
        }
    }

    pub(super) fn finish(mut self, lens: &Lens, archive: &Archive) -> FileTally {
        self.drop_listed(archive);
        self.controls.values_mut().for_each(Control::add_up);
        let adding = tallies(self.adding);
        let adding = adding.iter().zip(&self.sums);
        // What is taken back came before in the same list, so none of the two empties the other.
        let full = adding.map(|(one, other)| [one, other].into_iter().filter(|it| !it.is_empty()));
        let adding = full.map(Tally::sum_of).collect();
        let sliced = self.slices.into_iter().map(|(slice, heaps)| (Some(slice), tallies(heaps)));
        let parts = std::iter::once((None, adding)).chain(sliced);
        FileTally {
            path: self.header.path,
            digest: self.digest,
            bytes: self.bytes,
            table: self.header.table,
            format: self.header.format,
            source: self.header.source,
            controls: self.controls.into_values().filter(|control| control.read.rows > 0).collect(),
            parts: parts.filter_map(|(slice, tallies)| part(slice, tallies, lens)).collect(),
            rates: self.rates.into_iter().collect(),
            payments: self.payments.into_iter().collect(),
            grants: self.grants.into_iter().collect(),
            audits: self.audits.into_iter().collect(),
        }
    }
}

fn heaps(zones: usize) -> Vec<Heap> {
    std::iter::repeat_with(Heap::default).take(zones).collect()
}

fn tallies(heaps: Vec<Heap>) -> Vec<Tally> {
    heaps.into_iter().map(Heap::into_tally).collect()
}

/// Those of a slice, or of what only adds.
fn heaps_of<'h>(
    adding: &'h mut [Heap],
    slices: &'h mut BTreeMap<Slice, Vec<Heap>>,
    slice: Option<&Slice>,
) -> &'h mut [Heap] {
    let Some(slice) = slice else { return adding };
    if !slices.contains_key(slice) {
        slices.insert(slice.clone(), heaps(adding.len()));
    }
    slices.get_mut(slice).expect("it was put there if it was missing")
}

fn part(slice: Option<Slice>, tallies: Vec<Tally>, lens: &Lens) -> Option<Part> {
    let empty = tallies.iter().all(Tally::is_empty);
    let named = lens.zones.iter().zip(tallies);
    let tallies = named.map(|(zone, tally)| (zone.name().to_owned(), tally)).collect();
    (!empty).then_some(Part { slice, tallies })
}
