//! Where the value of a field comes from: a column, a JSON key inside of one, a constant, the
//! place of the row; and what is done to it: a lookup, a sign, a scale.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use super::codes;
use super::express::Made;
use super::json::Object;
use super::reject::Refusal;
use super::rows::{Body, Span};
use crate::money::Ratio;

/// The names of a CSV file's columns; none for JSON lines, whose rows name their own.
pub(super) type Header = Option<Vec<String>>;

/// Where one value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A column, and the path of keys within it if it holds JSON.
    Column(Column, Vec<String>),
    /// Always the same text.
    Constant(String),
    /// The file's name and the row's line.
    Row,
}

/// A column by name; in CSV files also by its place, once the header is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) at: Option<usize>,
}

impl Column {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), at: None }
    }

    pub(super) fn bound(name: &str, header: &Header) -> Self {
        let mut column = Self::new(name);
        column.bind(header);
        column
    }

    fn bind(&mut self, header: &Header) {
        let names = header.as_deref().unwrap_or_default();
        self.at = names.iter().position(|name| *name == self.name);
    }
}

/// A table from what a file says to what we call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lookup {
    pub(super) table: BTreeMap<String, String>,
    pub(super) otherwise: Option<String>,
}

/// A field without more to it.
pub(super) enum Straight {
    /// A column, if the file has it.
    Column(Option<usize>),
    Made(Made),
}

/// The rule for one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// The first place that has a value gives it.
    pub(super) places: Vec<Place>,
    pub(super) lookup: Option<Lookup>,
    pub(super) factor: Option<Ratio>,
}

impl Field {
    pub(super) fn from(places: Vec<Place>) -> Self {
        Self { places, lookup: None, factor: None }
    }

    pub(super) fn column(name: &str) -> Self {
        Self::from(vec![Place::Column(Column::new(name), Vec::new())])
    }

    pub(super) fn columns(names: &[&str]) -> Self {
        let place = |name: &&str| Place::Column(Column::new(name), Vec::new());
        Self::from(names.iter().map(place).collect())
    }

    pub(super) fn keys(column: &str, keys: &[&str]) -> Self {
        let place = |key: &&str| Place::Column(Column::new(column), vec![(*key).to_owned()]);
        Self::from(keys.iter().map(place).collect())
    }

    pub(super) fn constant(text: &str) -> Self {
        Self::from(vec![Place::Constant(text.to_owned())])
    }

    /// Finds the columns in a header.
    pub(super) fn bind(&mut self, header: &Header) {
        for place in &mut self.places {
            if let Place::Column(column, _) = place {
                column.bind(header);
            }
        }
    }

    /// What it is, if it is a CSV column, a constant, or a column that is looked up.
    pub(super) fn straight(&self) -> Option<Straight> {
        let [place] = self.places.as_slice() else { return None };
        match (place, &self.lookup, &self.factor) {
            (Place::Column(column, keys), None, None) if keys.is_empty() => {
                Some(Straight::Column(column.at))
            }
            (Place::Column(column, keys), Some(lookup), None) if keys.is_empty() => {
                let made = |at| Straight::Made(Made::Lookup(at, lookup.clone()));
                Some(column.at.map_or(Straight::Column(None), made))
            }
            (Place::Constant(text), None, None) => {
                Some(Straight::Made(Made::Constant(text.clone())))
            }
            (Place::Column(..) | Place::Constant(_) | Place::Row, _, _) => None,
        }
    }

    /// The names of the columns that it reads.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| match place {
            Place::Column(column, _) => Some(column.name.as_str()),
            Place::Constant(_) | Place::Row => None,
        })
    }

    /// Its text in a row, and the CSV field that it was read from.
    pub(super) fn read<'a>(&'a self, row: &Row<'a>) -> Result<Option<Found<'a>>, Refusal> {
        for place in &self.places {
            let found = match place {
                Place::Constant(text) => Some((Cow::Borrowed(text.as_str()), None)),
                Place::Row => Some((Cow::Owned(format!("{}:{}", row.file, row.line)), None)),
                Place::Column(column, keys) => {
                    row.keyed(column, keys)?.map(|text| (text, column.at))
                }
            };
            if let Some((text, at)) = found {
                let found = self.look_up(text, at)?;
                // A constant or a lookup may leave a field open on purpose.
                return Ok(Some(found).filter(|(text, _)| !text.is_empty()));
            }
        }
        Ok(None)
    }

    fn look_up<'a>(&'a self, text: Cow<'a, str>, at: Option<usize>) -> Result<Found<'a>, Refusal> {
        let Some(lookup) = &self.lookup else { return Ok((text, at)) };
        let listed = lookup.table.get(text.as_ref()).or(lookup.otherwise.as_ref());
        listed.map(|listed| (Cow::Borrowed(listed.as_str()), at)).ok_or_else(|| {
            Refusal::new(&codes::LOOKUP, format!("{text:?} is not in the lookup table"))
                .field(at)
                .help("add it to the field's lookup in revshare.toml, or give an otherwise")
        })
    }
}

/// A text and the CSV field that it was read from.
pub(super) type Found<'a> = (Cow<'a, str>, Option<usize>);

/// One readable row of a file.
pub(super) struct Row<'a> {
    pub(super) file: &'a str,
    pub(super) line: u64,
    pub(super) body: Body<'a>,
    /// Do `NULL` and `(null)` mean nothing, too?
    pub(super) nulls: bool,
    /// Why values of a column are refused, by column; empty if none are.
    pub(super) unfit: &'a [Option<Refusal>],
}

impl<'a> Row<'a> {
    /// The text of a column; none if it is absent, empty or null.
    pub(super) fn text(&self, column: &Column) -> Result<Option<Cow<'a, str>>, Refusal> {
        let text = match &self.body {
            Body::Csv(text, spans) => match column.at {
                Some(at) => self.fit(at, cell(text, &spans[at]))?,
                None => None,
            },
            Body::Json(object) => match object.get(&column.name) {
                Some(value) => scalar(&column.name, value)?,
                None => None,
            },
        };
        Ok(text.filter(|text| !self.is_null(text)))
    }

    fn fit(&self, at: usize, text: Cow<'a, str>) -> Result<Option<Cow<'a, str>>, Refusal> {
        match self.unfit.get(at) {
            Some(Some(refusal)) if !text.is_empty() => Err(refusal.clone().field(Some(at))),
            Some(_) | None => Ok(Some(text)),
        }
    }

    fn is_null(&self, text: &str) -> bool {
        text.is_empty() || (self.nulls && (text == "NULL" || text == "(null)"))
    }

    /// The text behind a path of keys in the JSON that a column holds.
    fn keyed(&self, column: &Column, keys: &[String]) -> Result<Option<Cow<'a, str>>, Refusal> {
        if keys.is_empty() {
            return self.text(column);
        }
        if let Body::Json(object) = &self.body {
            let object: &'a Object = object;
            if let Some(value @ Value::Object(_)) = object.get(&column.name) {
                let Some(value) = follow(value, keys) else { return Ok(None) };
                return Ok(scalar(&keys.join("."), value)?.filter(|text| !self.is_null(text)));
            }
        }
        let Some(text) = self.text(column)? else { return Ok(None) };
        let value: Value = serde_json::from_str(&text).map_err(|fault| {
            Refusal::new(&codes::CELL_JSON, format!("{} does not hold JSON: {fault}", column.name))
                .field(column.at)
                .help("map the field to another column, or mend the cell")
        })?;
        let Some(value) = follow(&value, keys) else { return Ok(None) };
        let text = scalar(&keys.join("."), value).map_err(|refusal| refusal.field(column.at))?;
        Ok(text.map(|text| Cow::Owned(text.into_owned())).filter(|text| !self.is_null(text)))
    }
}

fn follow<'a>(value: &'a Value, keys: &[String]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |value, key| value.get(key))
}

/// The text of a CSV field.
pub(super) fn cell<'a>(text: &'a str, span: &Span) -> Cow<'a, str> {
    let text = &text[span.from..span.to];
    if span.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

/// Bytes of a row as text, with a sign for each that is none, and where its fields stand then.
pub(super) fn legible(bytes: &[u8], spans: &[Span]) -> (String, Vec<Span>) {
    let (mut text, mut at) = (String::with_capacity(bytes.len()), 0);
    let mut up_to = |to: usize| {
        // A row that was not split may come with the fields of another.
        let to = to.clamp(at, bytes.len());
        text += &String::from_utf8_lossy(&bytes[at..to]);
        at = to;
        text.len()
    };
    let place = |span: &Span| Span { from: up_to(span.from), to: up_to(span.to), ..*span };
    let spans = spans.iter().map(place).collect();
    up_to(bytes.len());
    (text, spans)
}

/// The text of a JSON text or whole number.
fn scalar<'a>(name: &str, value: &'a Value) -> Result<Option<Cow<'a, str>>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(Cow::Borrowed(text))),
        Value::Number(number) if number.is_f64() => Err(Refusal::new(
            &codes::FLOAT,
            format!("{name} is the JSON number {number}, which went through a binary fraction"),
        )
        .help("write it in quotes, such as \"12.50\"")),
        Value::Number(number) => Ok(Some(Cow::Owned(number.to_string()))),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Refusal::new(&codes::TYPE, format!("{name} is neither a text nor a number"))
                .help("write a text in quotes"))
        }
    }
}
