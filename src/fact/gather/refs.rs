//! Facts that refer to others: which day they take, once everything is in.
//!
//! The law: it does not matter where an original is, whether in this file, in another, or in an
//! earlier or later delivery, nor through how many facts the chain leads to it. A fact that names
//! something unknown, or stands in a circle, stays on its own day; what refers to it stands where
//! it does, and moves with it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::Gather;
use crate::calendar::{Moment, Zone};
use crate::fact::{
    Archive, Cell, Chain, Charged, Fact, Hash, HashKey, Key, Kind, Lens, Move, Own, Pending, Slice,
    Standing, Table,
};

/// An accepted fact that refers to another, kept whole until all are in.
pub(super) struct Referring {
    pub(super) file: usize,
    pub(super) slice: Option<Slice>,
    pub(super) fact: Fact,
    /// The number of a charge's product.
    pub(super) product: Option<NonZeroU32>,
    /// Found at the end.
    pub(super) stands: Option<Standing>,
}

impl Referring {
    fn reference(&self) -> &str {
        self.fact.reference.as_deref().expect("only facts that refer are kept")
    }

    fn own(&self) -> Own {
        Own { kind: self.fact.kind, time: self.fact.time, product: self.product }
    }

    fn pending(&self, source: &str, lens: &Lens, chain: Chain, place: &Place) -> Pending {
        let fact = &self.fact;
        let key = |zone| place.key((fact, source), zone, lens);
        Pending {
            source: source.to_owned(),
            id: fact.id.clone().unwrap_or_default(),
            reference: self.reference().to_owned(),
            kind: fact.kind,
            time: fact.time,
            file: self.file as u64,
            slice: self.slice.clone(),
            keys: lens.zones.iter().map(|zone| (zone.name().to_owned(), key(zone))).collect(),
            chain,
            cell: Cell::of(fact).into(),
        }
    }
}

/// When a fact counts as having happened, and the charge that it refers to in the end.
pub(super) struct Place {
    pub(super) time: Moment,
    pub(super) charged: Option<(Moment, String)>,
}

impl Place {
    /// That of a fact that refers to nothing.
    pub(super) fn own(fact: &Fact) -> Self {
        Self { time: fact.time, charged: None }
    }

    /// Does the fact stand where it happened, and refer to nothing?
    pub(super) fn is_own(&self, fact: &Fact) -> bool {
        self.time == fact.time && self.charged.is_none()
    }

    /// Where a fact is tallied in a zone.
    pub(super) fn key(&self, (fact, source): (&Fact, &str), zone: &Zone, lens: &Lens) -> Key {
        let charged = self.charged.as_ref().map(|(moment, product)| Charged {
            day: moment.day_in(zone),
            product: product.clone(),
        });
        Key::of(fact, source, zone, lens).standing(self.time, zone, charged)
    }
}

/// One step of a chain.
enum Link {
    /// It ends in a fact that stands.
    Stands(Standing),
    /// It goes on.
    Refers { own: Own, to: Hash },
    /// Nothing of this id is known.
    Unknown,
}

/// What is known of the facts of the chains that were followed.
#[derive(Default)]
pub(super) struct Found(BTreeMap<Hash, Step>);

#[derive(Clone, Copy)]
enum Step {
    /// It is at this place of the chain that is being followed.
    Walking(usize),
    Stands(Standing),
}

/// The facts of earlier deliveries that wait for their original, by id.
pub(super) fn waiting(archive: &Archive) -> BTreeMap<Hash, &Pending> {
    let named = archive.pending().filter(|pending| !pending.id.is_empty());
    named.map(|pending| (pending.hash(archive.key()), pending)).collect()
}

impl Gather<'_> {
    /// Tallies every referring fact. Returns those that wait for their original, and the earlier
    /// ones that stand elsewhere now.
    pub(super) fn place(&mut self) -> (Vec<Pending>, Vec<Move>) {
        let mut found = Found::default();
        let moves = self.moves(&mut found);
        let named = self.referring.iter().map(|(id, referring)| (Some(*id), referring));
        let all = named.chain(self.referring_unnamed.iter().map(|referring| (None, referring)));
        let standing: Vec<_> =
            all.map(|(id, referring)| self.stands(id, referring, &mut found)).collect();
        let places: Vec<_> = standing.iter().map(|stands| self.place_of(stands)).collect();
        let all = self.referring.values_mut().chain(&mut self.referring_unnamed);
        let mut pending = Vec::new();
        for ((referring, stands), place) in all.zip(standing).zip(places) {
            referring.stands = Some(stands);
            let sheet = &mut self.sheets[referring.file];
            if stands.chain != Chain::Found {
                let source = sheet.source();
                pending.push(referring.pending(source, &self.lens, stands.chain, &place));
            }
            sheet.add(referring.slice.as_ref(), &referring.fact, &self.lens, &place);
        }
        (pending, moves)
    }

    fn place_of(&self, stands: &Standing) -> Place {
        let name = |(moment, product)| (moment, self.products.name(product).to_owned());
        Place { time: stands.time, charged: stands.charge().map(name) }
    }

    fn stands(&self, id: Option<Hash>, referring: &Referring, found: &mut Found) -> Standing {
        let original = self.original(referring.file, referring.reference());
        self.follow(id, referring.own(), original, found)
    }

    /// Where a fact stands that refers to another.
    fn follow(&self, id: Option<Hash>, own: Own, to: Hash, found: &mut Found) -> Standing {
        let stands = match id {
            Some(id) => self.resolve(id, found),
            None => self.resolve(to, found).map(|original| original.referred_by(own)),
        };
        stands.unwrap_or_else(|| Standing::adrift(own))
    }

    fn moves(&self, found: &mut Found) -> Vec<Move> {
        let settle = |pending: &Pending| {
            let id = (!pending.id.is_empty()).then(|| pending.hash(self.archive.key()));
            let stands =
                self.follow(id, self.own(pending), pending.original(self.archive.key()), found);
            let Place { time, charged } = self.place_of(&stands);
            let moved = Move { pending: pending.clone(), time, charged, chain: stands.chain };
            (moved.waiting().as_ref() != Some(pending)).then_some(moved)
        };
        self.archive.pending().filter_map(settle).collect()
    }

    /// Follows a chain to its end; none if nothing of that id is known.
    fn resolve(&self, start: Hash, found: &mut Found) -> Option<Standing> {
        let (mut chain, mut at) = (Vec::new(), start);
        let mut stands = loop {
            match found.0.get(&at) {
                Some(Step::Stands(stands)) => break *stands,
                Some(Step::Walking(place)) => {
                    let circle = chain.split_off(*place);
                    break found.strand(&circle, at);
                }
                None => {}
            }
            match self.link(&at) {
                Link::Stands(stands) => break stands,
                Link::Unknown => {
                    let last = chain.pop()?;
                    break found.strand(&[last], last.0);
                }
                Link::Refers { own, to } => {
                    found.0.insert(at, Step::Walking(chain.len()));
                    chain.push((at, own));
                    at = to;
                }
            }
        };
        for (id, own) in chain.into_iter().rev() {
            stands = stands.referred_by(own);
            found.0.insert(id, Step::Stands(stands));
        }
        Some(stands)
    }

    fn own(&self, pending: &Pending) -> Own {
        let product = pending.product().filter(|_| pending.kind == Kind::Charge);
        let product = product.and_then(|product| self.products.number(product));
        Own { kind: pending.kind, time: pending.time, product }
    }

    fn link(&self, id: &Hash) -> Link {
        if let Some(referring) = self.referring.get(id) {
            let to = self.original(referring.file, referring.reference());
            return Link::Refers { own: referring.own(), to };
        }
        if let Some(own) = self.seen.get(id).and_then(|seen| seen.fact) {
            return Link::Stands(Standing::alone(own));
        }
        if let Some(pending) = self.waiting.get(id) {
            return Link::Refers {
                own: self.own(pending),
                to: pending.original(self.archive.key()),
            };
        }
        self.originals.get(id).map_or(Link::Unknown, |stands| Link::Stands(*stands))
    }
}

impl Found {
    /// Leaves facts on their own days; returns where the one asked for stands.
    fn strand(&mut self, facts: &[(Hash, Own)], asked: Hash) -> Standing {
        let each = facts.iter().map(|(id, own)| (*id, Standing::adrift(*own)));
        self.0.extend(each.map(|(id, stands)| (id, Step::Stands(stands))));
        match self.0.get(&asked) {
            Some(Step::Stands(stands)) => *stands,
            Some(Step::Walking(_)) | None => unreachable!("it is one of the facts"),
        }
    }
}

impl Pending {
    /// What it is known by.
    pub(in crate::fact) fn hash(&self, key: &HashKey) -> Hash {
        key.id(self.kind.table(), &self.source, &self.id)
    }

    /// What the fact that it names would be known by.
    pub(super) fn original(&self, key: &HashKey) -> Hash {
        key.id(Table::Sales, &self.source, &self.reference)
    }
}
