//! What very many facts have in common: everything that a tally is kept by, but for the day.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::calendar::Day;
use crate::fact::{Key, Kind};
use crate::money::Currency;

/// A key without its day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) product: String,
    pub(super) channel: String,
    pub(super) region: String,
    pub(super) customer: String,
    pub(super) deal: String,
    pub(super) category: String,
    pub(super) unit: String,
    pub(super) currency: Option<Currency>,
}

impl Shape {
    /// The key of a fact of this shape that refers to nothing.
    pub(super) fn key(&self, day: Day) -> Key {
        Key {
            day,
            kind: self.kind,
            product: self.product.clone(),
            channel: self.channel.clone(),
            region: self.region.clone(),
            customer: self.customer.clone(),
            deal: self.deal.clone(),
            category: self.category.clone(),
            unit: self.unit.clone(),
            currency: self.currency,
            unpriced: false,
            charged: None,
            own: None,
            sale: None,
        }
    }
}

/// The kinds of facts of a delivery, and the products of its charges, by number: for marks.
#[derive(Default)]
pub(in crate::intake) struct Places(Mutex<BTreeMap<(Kind, String), u32>>);

impl Places {
    pub(super) fn of(&self, shape: &Shape) -> u32 {
        let charge = shape.kind == Kind::Charge;
        let product = if charge { shape.product.clone() } else { String::new() };
        let mut places = self.0.lock().expect("nobody panics while holding it");
        let next = u32::try_from(places.len()).expect("fewer products than that");
        *places.entry((shape.kind, product)).or_insert(next)
    }

    /// Kind and, for charges, product, in the order of their numbers.
    pub(in crate::intake) fn list(&self) -> Vec<(Kind, Option<String>)> {
        let places = self.0.lock().expect("nobody panics while holding it");
        let mut list: Vec<_> = places.iter().collect();
        list.sort_by_key(|(_, number)| **number);
        let named =
            |kind: &Kind, product: &String| (*kind == Kind::Charge).then(|| product.clone());
        list.into_iter().map(|((kind, product), _)| (*kind, named(kind, product))).collect()
    }
}
