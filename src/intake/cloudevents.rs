//! Usage as CloudEvents in JSON, one event a line: who (`subject`), when (`time`), and in `data`
//! what and how much.
//!
//! An event's id is unique within its `source`, so both together are the fact's id.

use super::codes;
use super::draft::Draft;
use super::field::{Column, Field, Row};
use super::reject::Refusal;
use super::target::{Target, fields};
use crate::fact::Table;

/// Is this object an event?
pub(super) fn recognises(names: &[String]) -> bool {
    let has = |name: &str| names.iter().any(|key| key == name);
    has("specversion") && has("id") && has("source")
}

/// Where the fields come from unless a mapping says otherwise.
pub(super) fn defaults(table: Table) -> Vec<(Target, Field)> {
    let field = |target: Target| match target {
        Target::Id => Field::column("id"),
        Target::Time => Field::column("time"),
        Target::Customer => Field::column("subject"),
        Target::Product => Field::keys("data", &["product", "model"]),
        Target::Quantity => Field::keys("data", &["quantity", "value", "tokens"]),
        Target::Kind
        | Target::Channel
        | Target::Region
        | Target::Deal
        | Target::Category
        | Target::Resource
        | Target::Unit
        | Target::Amount
        | Target::Currency
        | Target::Ref
        | Target::Date
        | Target::Base
        | Target::Quote
        | Target::Rate
        | Target::Period
        | Target::From
        | Target::To
        | Target::Contract
        | Target::Clause
        | Target::Share
        | Target::Until
        | Target::Due
        | Target::Paid
        | Target::Cost
        | Target::Since => Field::keys("data", &[target.name()]),
    };
    fields(table).iter().map(|&target| (target, field(target))).collect()
}

/// Completes a draft: the id with its source.
pub(super) fn complete(row: &Row<'_>, draft: &mut Draft<'_>) {
    match row.text(&Column::new("source")) {
        Ok(Some(source)) => {
            if let Some(id) = draft.text(Target::Id) {
                let id = format!("{source}/{id}");
                draft.set(Target::Id, id);
            }
        }
        Ok(None) => draft.refusals.push(
            Refusal::new(&codes::VALUE_MISSING, "this event has no source")
                .help("an event's id is unique only within its source"),
        ),
        Err(refusal) => draft.refusals.push(refusal),
    }
}
