//! Where each key of a terms block stands, for traces: `cost.ceiling` is on line 27.

use super::reader::Reader;
use super::tree::{Node, Value};
use crate::contract::Places;

/// Key paths and their lines; the header of the block under the empty path. Entries of a list with
/// a `name` stand under that name.
pub(super) fn places(reader: &Reader<'_>, block: &Node) -> Places {
    let mut places = Places::from([(String::new(), reader.line(&block.at))]);
    note(reader, &mut places, "", block);
    places
}

fn note(reader: &Reader<'_>, places: &mut Places, path: &str, node: &Node) {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match &node.value {
        Value::Table(fields) => {
            for field in fields {
                let path = below(&field.name);
                places.insert(path.clone(), reader.line(&field.key_at));
                note(reader, places, &path, field);
            }
        }
        Value::List(elements) => {
            for (name, element) in elements.iter().filter_map(named) {
                places.insert(below(name), reader.line(&element.at));
            }
        }
        Value::Text(_)
        | Value::Whole(_)
        | Value::Float
        | Value::Truth(_)
        | Value::Day(_)
        | Value::Time => {}
    }
}

fn named(element: &Node) -> Option<(&str, &Node)> {
    Some((element.field("name")?.as_text()?, element))
}
