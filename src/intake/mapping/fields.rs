//! One field of a map: where its value comes from, and what is done to it.

use toml_edit::{Item, TableLike};

use super::parse::{Complaints, Span, key_span};
use crate::fact::{Kind, Table};
use crate::intake::codes;
use crate::intake::field::{Column, Field, Lookup, Place};
use crate::intake::target::Target;
use crate::intake::value;
use crate::money::Ratio;

const KEYS: [&str; 9] =
    ["column", "json", "constant", "row", "lookup", "otherwise", "negate", "scale", "per"];

/// Reads a field; `target` is none for the parts of a slice, which are texts.
pub(super) fn read(
    complaints: &mut Complaints<'_>,
    item: &Item,
    at: Span,
    name: &str,
    target: Option<Target>,
) -> Option<Field> {
    let Some(list) = item.as_table_like() else {
        let help = format!("write {name} = {{ column = \"...\" }} or {{ constant = \"...\" }}");
        let message = format!("{name} does not say whether it is a column or a constant");
        complaints.add(&codes::VALUE_TYPE, item.span(), message, help);
        return None;
    };
    complaints.unknown_keys(list, &KEYS, "a field");
    let places = places(complaints, list, at, name)?;
    if let (Some(target), [Place::Constant(text)]) = (target, &places[..]) {
        check_constant(complaints, list, target, text);
    }
    let lookup = lookup(complaints, list);
    let factor = factor(complaints, list, target);
    Some(Field { places, lookup, factor })
}

fn places(
    complaints: &mut Complaints<'_>,
    list: &dyn TableLike,
    at: Span,
    name: &str,
) -> Option<Vec<Place>> {
    let given: Vec<&str> =
        ["column", "constant", "row"].into_iter().filter(|key| list.contains_key(key)).collect();
    match given[..] {
        ["column"] => columns(complaints, list),
        ["constant"] => {
            complaints.text(list, "constant").map(|(text, _)| vec![Place::Constant(text)])
        }
        ["row"] if list.get("row").and_then(Item::as_bool) == Some(true) => Some(vec![Place::Row]),
        ["row"] => {
            let at = list.get("row").and_then(Item::span);
            let help = "write row = true: the file's name and the line are the value";
            complaints.add(&codes::VALUE_TYPE, at, "row is not true", help);
            None
        }
        _ => {
            let message = match given.len() {
                0 => format!("{name} comes from nowhere"),
                _ => format!("{name} comes from {}", given.join(" and from ")),
            };
            let help = "give one of column, constant, row";
            complaints.add(&codes::FIELD_SOURCE, at, message, help);
            None
        }
    }
}

/// The columns that are tried in turn, each with the path of keys within.
fn columns(complaints: &mut Complaints<'_>, list: &dyn TableLike) -> Option<Vec<Place>> {
    let names = texts(complaints, list, "column")?;
    let keys = match list.get("json") {
        Some(_) => texts(complaints, list, "json")?,
        None => Vec::new(),
    };
    let place = |name: &String| Place::Column(Column::new(name), keys.clone());
    Some(names.iter().map(place).collect())
}

/// A text, or a list of texts.
fn texts(complaints: &mut Complaints<'_>, list: &dyn TableLike, key: &str) -> Option<Vec<String>> {
    let item = list.get(key)?;
    if let Some(array) = item.as_array() {
        let texts: Option<Vec<String>> =
            array.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        if texts.as_ref().is_some_and(|texts| !texts.is_empty()) {
            return texts;
        }
        let message = format!("{key} is not a list of texts");
        complaints.add(&codes::VALUE_TYPE, item.span(), message, "write [\"first\", \"second\"]");
        return None;
    }
    complaints.text(list, key).map(|(text, _)| vec![text])
}

fn lookup(complaints: &mut Complaints<'_>, list: &dyn TableLike) -> Option<Lookup> {
    let otherwise = complaints.text(list, "otherwise").map(|(text, _)| text);
    let Some(item) = list.get("lookup") else {
        if otherwise.is_some() {
            let at = key_span(list, "otherwise");
            let message = "otherwise has no lookup that it is the other case of";
            complaints.add(&codes::KEY_MISSING, at, message, "add lookup = { \"from\" = \"to\" }");
        }
        return None;
    };
    let Some(rows) = item.as_table_like() else {
        let help = "write lookup = { \"Their name\" = \"our-name\" }";
        complaints.add(&codes::VALUE_TYPE, item.span(), "lookup is not a table", help);
        return None;
    };
    let mut lookup = Lookup { otherwise, ..Lookup::default() };
    for (from, _) in rows.iter() {
        if let Some((to, _)) = complaints.text(rows, from) {
            lookup.table.insert(from.to_owned(), to);
        }
    }
    Some(lookup)
}

/// What a number is multiplied by: scale / per, turned by negate.
fn factor(
    complaints: &mut Complaints<'_>,
    list: &dyn TableLike,
    target: Option<Target>,
) -> Option<Ratio> {
    let given: Vec<&str> =
        ["negate", "scale", "per"].into_iter().filter(|key| list.contains_key(key)).collect();
    let first = given.first()?;
    if !target.is_some_and(Target::is_number) {
        let message = format!("{first} is for quantity, amount and rate only");
        complaints.add(&codes::CONSTANT, key_span(list, first), message, "remove it");
        return None;
    }
    let scale = number(complaints, list, "scale")?;
    let per = number(complaints, list, "per")?;
    let negate = match list.get("negate") {
        None => false,
        Some(item) => match item.as_bool() {
            Some(negate) => negate,
            None => {
                let help = "write negate = true";
                complaints.add(&codes::VALUE_TYPE, item.span(), "negate is not true", help);
                return None;
            }
        },
    };
    let factor = scale / per;
    Some(if negate { -factor } else { factor })
}

/// A positive factor, written as a whole number or as a text; one if it is not given.
fn number(complaints: &mut Complaints<'_>, list: &dyn TableLike, key: &str) -> Option<Ratio> {
    let Some(item) = list.get(key) else { return Some(Ratio::one()) };
    let read = match (item.as_integer(), item.as_str()) {
        (Some(whole), _) => Some(Ratio::whole(whole)),
        (None, Some(text)) => text.parse().ok(),
        (None, None) => None,
    };
    let read = read.filter(Ratio::is_positive);
    if read.is_none() {
        let message = format!("{key} is not a positive exact number");
        let help = format!("write {key} = 1000, {key} = \"0.001\" or {key} = \"1/1000\"");
        complaints.add(&codes::CONSTANT, item.span(), message, help);
    }
    read
}

/// A constant is read once here, so that not every row is refused for it.
fn check_constant(
    complaints: &mut Complaints<'_>,
    list: &dyn TableLike,
    target: Target,
    text: &str,
) {
    let known_kind = |text: &str| {
        Kind::ALL.iter().any(|kind| kind.table() == Table::Sales && kind.as_str() == text)
    };
    let readable = match target {
        Target::Quantity
        | Target::Amount
        | Target::Rate
        | Target::Due
        | Target::Paid
        | Target::Cost => value::exact(text).is_ok(),
        Target::Share => text.parse::<crate::money::Ratio>().is_ok(),
        Target::Currency | Target::Base | Target::Quote => value::currency(text).is_ok(),
        Target::Kind => known_kind(text),
        Target::Time => text.parse::<crate::calendar::Moment>().is_ok(),
        Target::Date | Target::Until | Target::Since => {
            text.parse::<crate::calendar::Day>().is_ok()
        }
        Target::Period => text.parse::<crate::calendar::Period>().is_ok(),
        Target::Id
        | Target::Product
        | Target::Channel
        | Target::Region
        | Target::Customer
        | Target::Deal
        | Target::Category
        | Target::Resource
        | Target::Unit
        | Target::Ref
        | Target::From
        | Target::To
        | Target::Contract
        | Target::Clause => true,
    };
    if !readable {
        let at = list.get("constant").and_then(Item::span);
        let message = format!("{text:?} cannot be read as {}", target.name());
        let help = "it would refuse every row: write it as a file would have it";
        complaints.add(&codes::CONSTANT, at, message, help);
    }
}
