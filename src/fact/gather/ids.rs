//! Which rows are known: ids unique within table and source.

use std::io;

use super::seen::{Seen, few};
use super::{Disposition, Gather};
use crate::fact::{Content, Entry, Hash, IdEntry, Kind, Own, Slice, Standing};

/// A row whose id another one had before it.
pub(super) struct Repeat {
    pub(super) id: Hash,
    pub(super) file: u32,
    pub(super) row: u64,
}

impl Gather<'_> {
    /// Says what becomes of a row, and enters it if it counts.
    pub(super) fn judge(
        &mut self,
        (file, row): (usize, u64),
        slice: Option<&Slice>,
        entry: &Entry,
    ) -> io::Result<Disposition> {
        let Some(id) = self.id(file, entry) else {
            self.recall(file, entry)?;
            self.enter(file, slice, None, entry);
            return Ok(Disposition::Accepted);
        };
        let content = self.content(entry);
        if self.may_be_forgotten(&id, entry) {
            let known = self.known_earlier(file, &id, &content, entry)?;
            return Ok(known.unwrap_or(Disposition::Forgotten));
        }
        if let Some(seen) = self.seen.get(&id) {
            self.repeats.push(Repeat { id, file: few(file), row });
            if seen.content == content {
                return Ok(Disposition::Duplicate);
            }
            self.recall(file, entry)?;
            self.contests.entry(id).or_default();
            return Ok(Disposition::Contested);
        }
        if let Some(disposition) = self.known_earlier(file, &id, &content, entry)? {
            return Ok(disposition);
        }
        self.recall(file, entry)?;
        let own = self.own_of(entry);
        self.seen.add(id, Seen::of(content, (file, row), own));
        self.enter(file, None, Some(id), entry);
        Ok(Disposition::Accepted)
    }

    /// Is it a fact of a time whose ids are forgotten, or of the id of one that waited for its original
    /// then? Such a row is judged by itself, so that no order of rows matters.
    pub(super) fn may_be_forgotten(&self, id: &Hash, entry: &Entry) -> bool {
        let horizon = self.archive.horizon();
        let waited = || self.waiting.contains_key(id) || self.archive.moved(id).is_some();
        match entry {
            Entry::Fact(fact) => horizon.is_before(fact.time) || !horizon.is_empty() && waited(),
            Entry::Fx(_) | Entry::Payment(_) | Entry::Grant(_) | Entry::Audit(_) => false,
        }
    }

    /// A fact before anything it refers to is looked at; none for what is not added up.
    pub(super) fn own_of(&mut self, entry: &Entry) -> Option<Own> {
        let Entry::Fact(fact) = entry else { return None };
        let charge = fact.kind == Kind::Charge;
        let product = charge.then(|| self.products.add(&fact.product));
        Some(Own { kind: fact.kind, time: fact.time, product })
    }

    /// What an earlier delivery makes of a row. Rates are compared at the end: one of another
    /// value replaces the earlier one.
    fn known_earlier(
        &self,
        file: usize,
        id: &Hash,
        content: &Content,
        entry: &Entry,
    ) -> io::Result<Option<Disposition>> {
        let judge = |same: bool| if same { Disposition::Duplicate } else { Disposition::Conflict };
        Ok(match entry {
            Entry::Fact(_) => self.known.find(id)?.map(|known| judge(known.content == *content)),
            Entry::Fx(_) => None,
            Entry::Payment(payment) => {
                let known = self.archive.payment(self.sheets[file].source(), &payment.id);
                known.map(|known| judge(known == payment))
            }
            Entry::Grant(grant) => {
                let known = self.archive.grant(self.sheets[file].source(), &grant.id);
                known.map(|known| judge(known == grant))
            }
            Entry::Audit(audit) => {
                let known = self.archive.audit(self.sheets[file].source(), &audit.id);
                known.map(|known| judge(known == audit))
            }
        })
    }

    /// Looks up the original that a fact names among earlier deliveries, while looking up may fail.
    fn recall(&mut self, file: usize, entry: &Entry) -> io::Result<()> {
        let Entry::Fact(fact) = entry else { return Ok(()) };
        let Some(reference) = &fact.reference else { return Ok(()) };
        let original = self.original(file, reference);
        if self.originals.contains_key(&original) {
            return Ok(());
        }
        if let Some(known) = self.known.find(&original)? {
            let moved = self.archive.moved(&original);
            self.originals.insert(original, moved.unwrap_or_else(|| Standing::from(&known)));
        } else {
            self.missing.insert(original);
        }
        Ok(())
    }

    /// What is to be remembered of the facts of this delivery.
    pub(super) fn ids(&mut self) -> Vec<IdEntry> {
        let mut ids = Vec::with_capacity(self.seen.len());
        for (id, Seen { content, fact, .. }) in std::mem::take(&mut self.seen).into_order() {
            let Some(own) = fact else { continue };
            let stands = self.referring.get(&id).and_then(|referring| referring.stands);
            let stands = stands.unwrap_or_else(|| Standing::alone(own));
            let Standing { kind, time, charged, product, .. } = stands;
            ids.push(IdEntry { id, content, time, kind, charged, product });
        }
        ids
    }
}
