//! Our own columns: the names of the fields themselves, in any order. Strict, because whoever
//! writes such a file writes it for us: an unknown column is an error and not a guess.

use super::codes;
use super::field::{Column, Field};
use super::reject::Refusal;
use super::target::{Target, fields, nearest, required, table_name};
use crate::fact::Table;

/// Every field from the column of its name.
pub(super) fn defaults(table: Table) -> Vec<(Target, Field)> {
    fields(table).iter().map(|&target| (target, Field::column(target.name()))).collect()
}

/// Could these be our own columns?
pub(super) fn recognises(table: Table, names: &[String]) -> bool {
    let named = |target: &&Target| names.iter().any(|name| name == target.name());
    required(table).iter().filter(named).count() * 2 >= required(table).len()
}

/// What is wrong with a header; the number is that of the column.
pub(super) fn check_header(table: Table, names: &[String]) -> Vec<Refusal> {
    let unknown = names.iter().enumerate().filter(|(_, name)| Target::of(table, name).is_none());
    let mut refusals: Vec<Refusal> =
        unknown.map(|(at, name)| unknown_column(table, name).field(Some(at))).collect();
    let missing =
        required(table).iter().filter(|target| !names.iter().any(|name| name == target.name()));
    refusals.extend(missing.map(|target| {
        let name = target.name();
        let message = format!("a file of {} needs the column {name}", table_name(table));
        Refusal::new(&codes::COLUMN_MISSING, message)
            .help("add it, or map another column to it in revshare.toml")
    }));
    refusals
}

/// What to say of a column that is none of ours.
pub(super) fn unknown_column(table: Table, name: &str) -> Refusal {
    let known = || fields(table).iter().map(|target| target.name());
    let message = format!("{name:?} is not a column of {}", table_name(table));
    Refusal::new(&codes::COLUMN_UNKNOWN, message).help(match nearest(name, known()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!(
            "the columns are {}; others are mapped in revshare.toml",
            known().collect::<Vec<_>>().join(", ")
        ),
    })
}

/// The same column twice: which of the two is meant?
pub(super) fn check_twice(names: &[String]) -> Vec<Refusal> {
    let twice = |(at, name): &(usize, &String)| names[..*at].contains(name) && !name.is_empty();
    let found = names.iter().enumerate().filter(twice);
    found
        .map(|(at, name)| {
            let refusal =
                Refusal::new(&codes::COLUMN_TWICE, format!("{name:?} stands there twice"));
            refusal.field(Some(at)).help("remove one of them")
        })
        .collect()
}

/// A column that a format cannot do without.
pub(super) fn check_present(names: &[String], column: &Column, why: &str) -> Option<Refusal> {
    if names.contains(&column.name) {
        return None;
    }
    let message = format!("the column {:?} is missing: {why}", column.name);
    let near = nearest(&column.name, names.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the columns of this file are {}", names.join(", ")),
    };
    Some(Refusal::new(&codes::COLUMN_MISSING, message).help(help))
}
