//! TOML as a plain tree in which every node knows its place. The only file that names the TOML
//! library.
//!
//! Refuses nothing but text that is not TOML; inline tables and tables under a header, arrays and
//! `[[...]]` blocks come out alike.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use crate::calendar::Day;

/// A value under its key.
pub(super) struct Node {
    /// The key; an element of a list has the key of the list.
    pub(super) name: String,
    /// Where the key stands; for an element of a list, where the element stands.
    pub(super) key_at: Range<usize>,
    /// Where the value stands; of a table under a header, the header.
    pub(super) at: Range<usize>,
    /// What it is.
    pub(super) value: Value,
}

impl Node {
    /// What is in it, if it is a table.
    pub(super) fn fields(&self) -> &[Self] {
        if let Value::Table(fields) = &self.value { fields } else { &[] }
    }

    /// What is under a key, if it is a table that has it.
    pub(super) fn field(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|field| field.name == key)
    }

    /// How a message speaks of it.
    pub(super) fn title(&self) -> String {
        let element = self.key_at == self.at;
        if element { format!("an entry of `{}`", self.name) } else { format!("`{}`", self.name) }
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }
}

/// What a node can be.
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Float,
    Truth(bool),
    Day(Day),
    /// A time of day, an instant, or a day outside the years 1 to 9999.
    Time,
    List(Vec<Node>),
    Table(Vec<Node>),
}

impl Value {
    /// What a person calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Whole(_) => "a whole number",
            Self::Float => "a number with a point",
            Self::Truth(_) => "true or false",
            Self::Day(_) => "a day",
            Self::Time => "a time or an impossible day",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Text that is not TOML: why, and where.
pub(super) struct NotToml {
    pub(super) message: String,
    pub(super) at: Range<usize>,
}

/// Reads a whole text as one table.
pub(super) fn grow(text: &str) -> Result<Node, NotToml> {
    let refuse = |error: toml_edit::TomlError| NotToml {
        message: error.message().lines().collect::<Vec<_>>().join(", "),
        at: error.span().unwrap_or(0..0),
    };
    let document = Document::parse(text).map_err(refuse)?;
    let root = branch(document.as_table());
    Ok(Node { name: String::new(), key_at: 0..0, at: 0..0, value: Value::Table(root) })
}

fn branch(table: &dyn TableLike) -> Vec<Node> {
    let grown = table.iter().filter_map(|(name, _)| {
        let (key, item) = table.get_key_value(name)?;
        let key_at = key.span().or_else(|| item.span()).unwrap_or(0..0);
        twig(name, key_at, item)
    });
    grown.collect()
}

fn twig(name: &str, key_at: Range<usize>, item: &Item) -> Option<Node> {
    let at = item.span().unwrap_or_else(|| key_at.clone());
    let value = match item {
        Item::None => return None,
        Item::Value(value) => leaf(name, value),
        Item::Table(table) => Value::Table(branch(table)),
        Item::ArrayOfTables(tables) => {
            let element = |table: &toml_edit::Table| {
                let at = table.span().unwrap_or_else(|| key_at.clone());
                Node {
                    name: name.to_owned(),
                    key_at: at.clone(),
                    at,
                    value: Value::Table(branch(table)),
                }
            };
            Value::List(tables.iter().map(element).collect())
        }
    };
    Some(Node { name: name.to_owned(), key_at, at, value })
}

fn leaf(name: &str, value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone()),
        toml_edit::Value::Integer(number) => Value::Whole(*number.value()),
        toml_edit::Value::Float(_) => Value::Float,
        toml_edit::Value::Boolean(truth) => Value::Truth(*truth.value()),
        toml_edit::Value::Datetime(time) => day(time.value()).map_or(Value::Time, Value::Day),
        toml_edit::Value::Array(array) => {
            let element = |value: &toml_edit::Value| {
                let at = value.span().unwrap_or(0..0);
                Node { name: name.to_owned(), key_at: at.clone(), at, value: leaf(name, value) }
            };
            Value::List(array.iter().map(element).collect())
        }
        toml_edit::Value::InlineTable(table) => Value::Table(branch(table)),
    }
}

fn day(time: &toml_edit::Datetime) -> Option<Day> {
    let date = time.date.filter(|_| time.time.is_none() && time.offset.is_none())?;
    Day::new(i32::from(date.year), date.month, date.day)
}
