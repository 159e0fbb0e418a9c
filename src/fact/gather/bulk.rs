//! What the express way brings: sums instead of rows, and marks instead of ids.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::Gather;
use super::sheet::Group;
use crate::calendar::Moment;
use crate::fact::{Count, Hash, Kind, Own, Standing, Tally};
use crate::money::Currency;

/// Kind and, for charges, product of the facts behind marks.
pub type Place = (Kind, Option<String>);
/// The same, the product by its number in the archive.
pub type NumberedPlace = (Kind, Option<NonZeroU32>);

impl Gather<'_> {
    /// Adds facts of a file that were added up already, in one tally for each zone of the lens, and by
    /// currency; and counts rows that only repeat others.
    pub fn add_sums(
        &mut self,
        file: usize,
        tallies: Vec<Tally>,
        accepted: &BTreeMap<Option<Currency>, Count>,
        repeats: &BTreeMap<Option<Currency>, Count>,
    ) {
        let sheet = &mut self.sheets[file];
        for (group, counts) in [(Group::Accepted, accepted), (Group::Duplicate, repeats)] {
            for (currency, count) in counts {
                sheet.count_many(group, *currency, *count);
            }
        }
        sheet.add_tallies(tallies);
    }

    /// The ids, sorted, that facts refer to and that may be those of marks.
    pub fn wanted(&self) -> Vec<Hash> {
        let key = self.archive.key();
        let earlier = self.archive.pending().map(|pending| pending.original(key));
        let mut wanted: Vec<Hash> = self.missing.iter().copied().chain(earlier).collect();
        wanted.retain(|id| self.seen.get(id).is_none() && !self.originals.contains_key(id));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Says when a wanted fact happened that has no row here; and its product, if it is a charge.
    pub fn found(&mut self, id: Hash, kind: Kind, time: Moment, product: Option<&str>) {
        let product = product.map(|product| self.products.add(product));
        self.originals.insert(id, Standing::alone(Own { kind, time, product }));
    }

    /// The ids that only the rules here can judge, from the first up to the last, in no order: of rows
    /// that came here, and, once ids are forgotten, of facts that waited for their original.
    pub fn ids_between(&self, first: &Hash, last: &Hash) -> impl Iterator<Item = &Hash> {
        let between = *first..=*last;
        let remembered = self.archive.horizon().is_empty();
        let waiting = self.waiting.range(between.clone()).map(|(id, _)| id);
        let moved = self.archive.moved_between(between.clone());
        let waited = waiting.chain(moved).filter(move |_| !remembered);
        self.seen.between(between).chain(waited)
    }

    /// Did an earlier delivery name the product of a charge?
    pub fn knows_product(&self, product: &str) -> bool {
        self.products.is_known(product)
    }

    /// Has this id rows that contradict each other?
    pub fn is_contested(&self, id: &Hash) -> bool {
        self.contests.contains_key(id)
    }

    /// What marks are to say of their facts, once [`finish`](Self::finish) has numbered the products.
    pub(super) fn number_places(&mut self, places: &[Place]) -> Vec<NumberedPlace> {
        let mut number = |(kind, product): &Place| {
            (*kind, product.as_ref().map(|product| self.products.add(product)))
        };
        places.iter().map(&mut number).collect()
    }
}
