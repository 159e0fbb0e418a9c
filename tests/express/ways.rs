//! Both ways through the same folders, one beside the other.

use std::path::Path;

use proptest::prelude::*;
use revshare::calendar::{Day, Zone};
use revshare::contract::Contract;
use revshare::fact::Forgotten;

use super::brought::{Before, Brought, Way};

/// How files are read: our own columns; some of them replaced; columns that a map names; rows that only the ordinary
/// reader knows, and whose ids are their lines.
pub(crate) const MAPS: [&str; 4] = [
    "",
    r#"
    [[map]]
    files = "sales*"
    format = "own"
    zone = "Europe/Berlin"
    fields.channel = { constant = "direct" }
    fields.product = { column = "product", lookup = { "aria-1" = "aria-one" }, otherwise = "" }
    fields.kind = { column = "kind", lookup = { charge = "charge", refund = "refund", gift = "charge" } }
    "#,
    r#"
    [[map]]
    files = "sales*"
    source = "shop"
    fields.id = { column = "id" }
    fields.time = { column = "time" }
    fields.product = { column = "product" }
    fields.customer = { column = "customer", lookup = { "acme-1" = "acme-7", "NULL" = "b" }, otherwise = "c" }
    fields.region = { column = "channel", lookup = { "marketplace" = "EU" } }
    fields.kind = { column = "kind" }
    fields.quantity = { column = "quantity" }
    fields.unit = { constant = "token" }
    fields.amount = { column = "amount" }
    fields.currency = { constant = "EUR" }
    "#,
    r#"
    [[map]]
    files = "sales*"
    format = "own"
    fields.id = { row = true }
    fields.ref = { constant = "" }
    fields.quantity = { column = "quantity", scale = 1000 }
    "#,
];

pub(crate) fn all_of(way: &Way<'_>, dir: &Path) -> Brought {
    way.brought(dir, |finding| format!("{finding:?}"), str::to_owned)
}

/// Both ways through one folder after the other; before the last, what happened before a day is
/// forgotten, if one is given.
pub(crate) fn compare(
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    compare_by(MAPS[0], folders, express, forgotten)
}

pub(crate) fn compare_by(
    map: &str,
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    compare_for(None, map, folders, express, forgotten)
}

pub(crate) fn compare_for(
    contract: Option<&Contract>,
    map: &str,
    folders: &[&Path],
    express: (usize, usize),
    forgotten: Option<&str>,
) -> Result<(), TestCaseError> {
    let mut before = Before::default();
    for (at, folder) in folders.iter().enumerate() {
        if let Some(day) = forgotten.filter(|_| at + 1 == folders.len()) {
            forget(&mut before, day.parse().unwrap());
        }
        let by = |express| all_of(&Way { contract, map, before: &before, express }, folder);
        let (ordinary, fast) = (by(None), by(Some(express)));
        prop_assert_eq!(&fast, &ordinary);
        before.archive.apply(&ordinary.delivery);
        before.ids.extend(ordinary.ids);
    }
    Ok(())
}

fn forget(before: &mut Before, day: Day) {
    let zone: Zone = "America/Los_Angeles".parse().unwrap();
    let days = [(zone.name().to_owned(), day)].into();
    before.archive.forget(&Forgotten { imports: vec![1], before: days }).unwrap();
    before.ids.retain(|_, entry| entry.time.day_in(&zone) >= day);
}
