//! Products of charges by number: an id of fixed size remembers a number instead of a name.
//!
//! The law: the numbers that leave a delivery depend on its charges, not on the order of its rows.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::NumberedPlace;
use crate::fact::archive::number as last_of;
use crate::fact::{Archive, IdEntry};

/// The products of the archive, then those of this delivery in the order in which they came.
#[derive(Default)]
pub(super) struct Products {
    names: Vec<String>,
    numbers: BTreeMap<String, NonZeroU32>,
    known: usize,
}

impl Products {
    pub(super) fn of(archive: &Archive) -> Self {
        let mut products = Self::default();
        for product in archive.products() {
            products.add(product);
        }
        products.known = products.names.len();
        products
    }

    /// The number of a product, which may be new.
    pub(super) fn add(&mut self, product: &str) -> NonZeroU32 {
        if let Some(number) = self.numbers.get(product) {
            return *number;
        }
        self.names.push(product.to_owned());
        let number = last_of(self.names.len());
        self.numbers.insert(product.to_owned(), number);
        number
    }

    /// Is it one of the archive?
    pub(super) fn is_known(&self, product: &str) -> bool {
        self.number(product).is_some_and(|number| number.get() as usize <= self.known)
    }

    pub(super) fn number(&self, product: &str) -> Option<NonZeroU32> {
        self.numbers.get(product).copied()
    }

    pub(super) fn name(&self, number: NonZeroU32) -> &str {
        &self.names[place(number)]
    }

    /// Gives the new products that ids use their numbers for good; returns these products in order.
    pub(super) fn settle(&self, ids: &mut [IdEntry], places: &mut [NumberedPlace]) -> Vec<String> {
        let new = |number: &NonZeroU32| number.get() as usize > self.known;
        let marked = places.iter().filter_map(|(_, product)| *product);
        let used = ids.iter().filter_map(|entry| entry.product).chain(marked).filter(new);
        let mut is_used = vec![false; self.names.len()];
        used.for_each(|number| is_used[place(number)] = true);
        let mut fresh: Vec<usize> =
            (0..).zip(is_used).filter_map(|(at, used)| used.then_some(at)).collect();
        fresh.sort_unstable_by_key(|at| &self.names[*at]);
        // By the numbers of now; only those are asked for that are used.
        let mut settled: Vec<NonZeroU32> = (1..=self.names.len()).map(last_of).collect();
        for (after, at) in (1..).zip(&fresh) {
            settled[*at] = last_of(self.known + after);
        }
        let settled = |number: NonZeroU32| settled[place(number)];
        ids.iter_mut().for_each(|entry| entry.product = entry.product.map(settled));
        places.iter_mut().for_each(|(_, product)| *product = product.map(settled));
        fresh.into_iter().map(|at| self.names[at].clone()).collect()
    }
}

/// The place of a product by its number.
fn place(number: NonZeroU32) -> usize {
    number.get() as usize - 1
}
