//! The text of `revshare.toml` into maps.

use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Item, TableLike};

use super::{Emit, Map, Mapping, fields};
use crate::contract::Pattern;
use crate::fact::Table;
use crate::finding::{Code, Finding};
use crate::intake::codes;
use crate::intake::discover::table_of_name;
use crate::intake::field::Field;
use crate::intake::format::Format;
use crate::intake::target::{Target, fields as fields_of, nearest, required, table_name};
use crate::origin::Origin;

/// The text, and what has been found wrong with it.
pub(super) struct Complaints<'a> {
    file: Arc<str>,
    text: &'a str,
    pub(super) findings: Vec<Finding>,
}

/// A place in the text.
pub(super) type Span = Option<Range<usize>>;

impl Complaints<'_> {
    pub(super) fn add(
        &mut self,
        code: &'static Code,
        at: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let origin = Origin::in_text(&self.file, self.text, at.unwrap_or(0..0));
        self.findings.push(Finding::new(code, message).at(origin).help(help));
    }

    /// Complains of every key that is not among the known ones.
    pub(super) fn unknown_keys(&mut self, table: &dyn TableLike, known: &[&str], what: &str) {
        for (key, item) in table.iter().filter(|(key, _)| !known.contains(key)) {
            let at = key_span(table, key).or_else(|| item.span());
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("{what} has {}", known.join(", ")),
            };
            self.add(&codes::KEY_UNKNOWN, at, format!("{what} has no key {key:?}"), help);
        }
    }

    /// The text of a key, if it is one.
    pub(super) fn text(&mut self, table: &dyn TableLike, key: &str) -> Option<(String, Span)> {
        let item = table.get(key)?;
        match item.as_str() {
            Some(text) => Some((text.to_owned(), item.span())),
            None => {
                let message = format!("{key} is not a text");
                self.add(&codes::VALUE_TYPE, item.span(), message, "write it in quotes");
                None
            }
        }
    }

    /// A text read into something, or a finding.
    fn word<T>(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        read: impl Fn(&str) -> Option<T>,
        help: &str,
    ) -> Option<T> {
        let (text, at) = self.text(table, key)?;
        let value = read(&text);
        if value.is_none() {
            self.add(&codes::WORD, at, format!("{text:?} is not a possible {key}"), help);
        }
        value
    }
}

pub(super) fn key_span(table: &dyn TableLike, key: &str) -> Span {
    table.get_key_value(key).and_then(|(key, _)| key.span())
}

pub(super) fn parse(file: &str, text: &str) -> Result<Mapping, Vec<Finding>> {
    let mut complaints = Complaints { file: Arc::from(file), text, findings: Vec::new() };
    let document = match toml_edit::Document::parse(text) {
        Ok(document) => document,
        Err(fault) => {
            let help = "revshare.toml is TOML: key = \"value\" in lines, [[map]] for each map";
            complaints.add(&codes::SYNTAX, fault.span(), fault.message(), help);
            return Err(complaints.findings);
        }
    };
    complaints.unknown_keys(document.as_table(), &["map"], "the file");
    let mut maps = Vec::new();
    match document.as_table().get("map") {
        None => {}
        Some(item) => match item.as_array_of_tables() {
            Some(list) => maps.extend(list.iter().filter_map(|map| read_map(&mut complaints, map))),
            None => {
                let message = "map is not a list of tables";
                complaints.add(&codes::VALUE_TYPE, item.span(), message, "write [[map]]");
            }
        },
    }
    if complaints.findings.is_empty() { Ok(Mapping { maps }) } else { Err(complaints.findings) }
}

const KEYS: [&str; 9] =
    ["files", "table", "format", "source", "zone", "delimiter", "fields", "emit", "slice"];

fn read_map(complaints: &mut Complaints<'_>, map: &toml_edit::Table) -> Option<Map> {
    complaints.unknown_keys(map, &KEYS, "a map");
    let Some((files, files_at)) = complaints.text(map, "files") else {
        if !map.contains_key("files") {
            let help = "say which files it is for: files = \"sales-export*.csv\"";
            complaints.add(&codes::KEY_MISSING, map.span(), "this map has no files", help);
        }
        return None;
    };
    let named = complaints.word(
        map,
        "table",
        |text| Table::ALL.into_iter().find(|table| table_name(*table) == text),
        "write sales, costs, usage, fx, payments, grants or audits",
    );
    let Some(table) = named.or_else(|| table_of_name(&files)) else {
        if !map.contains_key("table") {
            let message = format!("the name {files:?} does not say what the files hold");
            let help = "add table = \"sales\", or costs, usage, fx, payments, grants, audits";
            complaints.add(&codes::TABLE_UNKNOWN, files_at, message, help);
        }
        return None;
    };
    let read = Map {
        files: Pattern::new(files),
        table: named,
        format: complaints.word(
            map,
            "format",
            format_of,
            "write one of own, focus, \
            aws-billing-event, cloudevents; leave it out if every field is mapped",
        ),
        source: complaints.text(map, "source").map(|(text, _)| text),
        zone: complaints.word(
            map,
            "zone",
            |text| text.parse().ok(),
            "write an IANA name, \
            such as \"UTC\" or \"America/Los_Angeles\"",
        ),
        delimiter: complaints
            .word(map, "delimiter", one_byte, "write one character, such as \";\" or \"\\t\"")
            .unwrap_or(b','),
        fields: read_fields(complaints, map.get("fields"), table, "fields"),
        emits: read_emits(complaints, map.get("emit"), table),
        slice: read_slice(complaints, map.get("slice"), table),
    };
    check(complaints, map, &read, table);
    Some(read)
}

fn format_of(text: &str) -> Option<Format> {
    let known = Format::ALL.into_iter().filter(|format| *format != Format::Mapped);
    known.into_iter().find(|format| format.name() == text)
}

fn one_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Some(*byte),
        _ => None,
    }
}

/// The fields of a table of the text; `name` is what the table is called.
fn read_fields(
    complaints: &mut Complaints<'_>,
    item: Option<&Item>,
    table: Table,
    name: &str,
) -> Vec<(Target, Field)> {
    let Some(item) = item else { return Vec::new() };
    let Some(list) = item.as_table_like() else {
        let message = format!("{name} is not a table");
        let help = "write [map.fields] and below it a field a line";
        complaints.add(&codes::VALUE_TYPE, item.span(), message, help);
        return Vec::new();
    };
    named_fields(complaints, list, table, &[])
}

/// The fields in a table that may have other keys, too.
fn named_fields(
    complaints: &mut Complaints<'_>,
    list: &dyn TableLike,
    table: Table,
    others: &[&str],
) -> Vec<(Target, Field)> {
    let mut read = Vec::new();
    for (key, item) in list.iter().filter(|(key, _)| !others.contains(key)) {
        let at = key_span(list, key).or_else(|| item.span());
        match Target::of(table, key) {
            Some(target) => {
                let field = fields::read(complaints, item, at, key, Some(target));
                read.extend(field.map(|field| (target, field)));
            }
            None => {
                let known = || fields_of(table).iter().map(|target| target.name());
                let help = match nearest(key, known()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the fields are {}", known().collect::<Vec<_>>().join(", ")),
                };
                let message = format!("{} have no field {key:?}", table_name(table));
                complaints.add(&codes::FIELD_UNKNOWN, at, message, help);
            }
        }
    }
    read
}

fn read_emits(complaints: &mut Complaints<'_>, item: Option<&Item>, table: Table) -> Vec<Emit> {
    let Some(item) = item else { return Vec::new() };
    let Some(list) = item.as_array_of_tables() else {
        let help = "write [[map.emit]] for each entry of a row";
        complaints.add(&codes::VALUE_TYPE, item.span(), "emit is not a list of tables", help);
        return Vec::new();
    };
    let mut emits: Vec<Emit> = Vec::new();
    for emit in list {
        let fields = named_fields(complaints, emit, table, &["name"]);
        match complaints.text(emit, "name") {
            Some((name, at)) if emits.iter().any(|other| other.name == name) => {
                let message = format!("two entries of a row are named {name:?}");
                complaints.add(&codes::IDENTITY, at, message, "their ids end with it: rename one");
            }
            Some((name, _)) => emits.push(Emit { name, fields }),
            None if emit.contains_key("name") => {}
            None => {
                let help = "the ids of its entries end with it: name = \"input\"";
                complaints.add(&codes::KEY_MISSING, emit.span(), "this emit has no name", help);
            }
        }
    }
    emits
}

fn read_slice(
    complaints: &mut Complaints<'_>,
    item: Option<&Item>,
    table: Table,
) -> Option<(Field, Field)> {
    let item = item?;
    let list = item.as_table_like();
    let list = list.filter(|_| matches!(table, Table::Sales | Table::Costs | Table::Usage));
    let Some(list) = list else {
        let help = "slice = { account = { column = \"Account\" }, period = { column = \"Month\" } } \
                    on sales, costs or usage";
        complaints.add(&codes::VALUE_TYPE, item.span(), "this is not a slice", help);
        return None;
    };
    complaints.unknown_keys(list, &["account", "period"], "a slice");
    let mut part = |key: &str| match list.get(key) {
        Some(part) => fields::read(complaints, part, key_span(list, key), key, None),
        None => {
            let message = format!("this slice has no {key}");
            let help = "a later delivery replaces the rows of one account and period";
            complaints.add(&codes::KEY_MISSING, item.span(), message, help);
            None
        }
    };
    let (account, period) = (part("account"), part("period"));
    Some((account?, period?))
}

/// Does a map without a known format say all that its rows need?
fn check(complaints: &mut Complaints<'_>, map: &toml_edit::Table, read: &Map, table: Table) {
    if read.format.is_some() || map.contains_key("format") {
        return;
    }
    if !map.contains_key("source") {
        let help = "name the feed, not the file: ids are unique within it";
        complaints.add(&codes::KEY_MISSING, map.span(), "this map has no source", help);
    }
    let in_list = |key: &str, list: Option<&Item>| {
        list.and_then(Item::as_table_like).is_some_and(|list| list.contains_key(key))
    };
    let emits = map.get("emit").and_then(Item::as_array_of_tables);
    let given = |target: &Target| {
        let name = target.name();
        let each =
            |list: &toml_edit::ArrayOfTables| list.iter().all(|emit| emit.contains_key(name));
        in_list(name, map.get("fields")) || emits.is_some_and(each)
    };
    for target in required(table).iter().filter(|target| !given(target)) {
        let name = target.name();
        if *target != Target::Id {
            let message = format!("nothing gives the {name} of these {}", table_name(table));
            let help = format!("add {name} = {{ column = \"...\" }} or {{ constant = \"...\" }}");
            complaints.add(&codes::KEY_MISSING, map.span(), message, help);
        } else if !map.contains_key("slice") {
            let help = "map an id, or id = { row = true } if a row of a file is never delivered \
                        twice, or a slice that is delivered whole";
            complaints.add(&codes::IDENTITY, map.span(), "these rows have no id", help);
        }
    }
}
