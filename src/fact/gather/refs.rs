//! Facts that refer to others: which day they take, once everything is in.
//!
//! The law: it does not matter where an original is, whether in this file, in another, or in an
//! earlier or later delivery, nor through how many facts the chain leads to it. A chain that leads
//! to nothing known, or in a circle, leaves its facts on their own days.

use std::collections::BTreeMap;

use super::Gather;
use crate::calendar::Moment;
use crate::fact::{
    Archive, Cell, Fact, Hash, Key, Kind, Lens, Move, Pending, Slice, Standing, Table, id_hash,
};

/// An accepted fact that refers to another, kept whole until all are in.
pub(super) struct Referring {
    pub(super) file: usize,
    pub(super) slice: Option<Slice>,
    pub(super) fact: Fact,
    /// Found at the end; none if its original is unknown.
    pub(super) stands: Option<Standing>,
}

impl Referring {
    fn reference(&self) -> &str {
        self.fact.reference.as_deref().expect("only facts that refer are kept")
    }

    fn pending(&self, source: &str, lens: &Lens) -> Pending {
        let fact = &self.fact;
        let key = |zone| Key::of(fact, zone, lens);
        Pending {
            source: source.to_owned(),
            id: fact.id.clone().unwrap_or_default(),
            reference: self.reference().to_owned(),
            kind: fact.kind,
            time: fact.time,
            file: self.file as u64,
            slice: self.slice.clone(),
            keys: lens.zones.iter().map(|zone| (zone.name().to_owned(), key(zone))).collect(),
            cell: Cell::of(fact).into(),
        }
    }
}

/// One step of a chain.
enum Link {
    /// It ends in a fact that stands.
    Stands(Standing),
    /// It goes on.
    Refers { kind: Kind, own: Moment, to: Hash },
    /// It leads nowhere.
    Unknown,
}

/// What each fact of a chain was found to be; none if its chain leads nowhere.
type Found = BTreeMap<Hash, Option<Standing>>;

/// The facts of earlier deliveries that wait for their original, by id.
pub(super) fn waiting(archive: &Archive) -> BTreeMap<Hash, &Pending> {
    let named = archive.pending().filter(|pending| !pending.id.is_empty());
    named.map(|pending| (pending.hash(), pending)).collect()
}

impl Gather<'_> {
    /// Tallies every referring fact. Returns those that stay on their own day because their
    /// original is unknown, and the earlier ones that found theirs.
    pub(super) fn place(&mut self) -> (Vec<Pending>, Vec<Move>) {
        let mut found = Found::new();
        let moves = self.moves(&mut found);
        let all = self.referring.values().chain(&self.referring_unnamed);
        let standing: Vec<_> = all.map(|referring| self.stands(referring, &mut found)).collect();
        let all = self.referring.values_mut().chain(&mut self.referring_unnamed);
        let mut pending = Vec::new();
        for (referring, stands) in all.zip(standing) {
            referring.stands = stands;
            let sheet = &mut self.sheets[referring.file];
            if stands.is_none() {
                pending.push(referring.pending(sheet.source(), &self.lens));
            }
            let fact = &referring.fact;
            let (time, charged) = stands.map_or((fact.time, None), |at| (at.time, at.charged));
            sheet.add(referring.slice.as_ref(), fact, &self.lens, time, charged);
        }
        (pending, moves)
    }

    fn stands(&self, referring: &Referring, found: &mut Found) -> Option<Standing> {
        let original = self.original(referring.file, referring.reference());
        let fact = &referring.fact;
        self.resolve(original, found).map(|stands| stands.referred_by(fact.kind, fact.time))
    }

    fn moves(&self, found: &mut Found) -> Vec<Move> {
        let settle = |pending: &Pending| {
            let original = self.resolve(pending.original(), found)?;
            let stands = original.referred_by(pending.kind, pending.time);
            let (time, charged) = (stands.time, stands.charged);
            Some(Move { pending: pending.clone(), time, charged })
        };
        self.archive.pending().filter_map(settle).collect()
    }

    /// Follows a chain to its end.
    fn resolve(&self, start: Hash, found: &mut Found) -> Option<Standing> {
        let (mut chain, mut at) = (Vec::new(), start);
        let mut stands = loop {
            if let Some(known) = found.get(&at) {
                break *known;
            }
            match self.link(&at) {
                Link::Stands(stands) => break Some(stands),
                Link::Unknown => break None,
                Link::Refers { kind, own, to } => {
                    // A circle comes back to here and finds that it leads nowhere.
                    found.insert(at, None);
                    chain.push((at, kind, own));
                    at = to;
                }
            }
        };
        for (id, kind, own) in chain.into_iter().rev() {
            stands = stands.map(|original| original.referred_by(kind, own));
            found.insert(id, stands);
        }
        stands
    }

    fn link(&self, id: &Hash) -> Link {
        if let Some(Referring { file, fact, .. }) = self.referring.get(id) {
            let to = self.original(*file, fact.reference.as_deref().unwrap_or_default());
            return Link::Refers { kind: fact.kind, own: fact.time, to };
        }
        if let Some((kind, time)) = self.seen.get(id).and_then(|seen| seen.fact) {
            return Link::Stands(Standing::alone(kind, time));
        }
        if let Some(pending) = self.waiting.get(id) {
            let to = pending.original();
            return Link::Refers { kind: pending.kind, own: pending.time, to };
        }
        self.originals.get(id).map_or(Link::Unknown, |stands| Link::Stands(*stands))
    }
}

impl Pending {
    /// What it is known by.
    pub(in crate::fact) fn hash(&self) -> Hash {
        id_hash(self.kind.table(), &self.source, &self.id)
    }

    /// What the fact that it names would be known by.
    fn original(&self) -> Hash {
        id_hash(Table::Sales, &self.source, &self.reference)
    }
}
