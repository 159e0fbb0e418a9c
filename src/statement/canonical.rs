//! The one form of a statement that two parties can compare byte for byte.
//!
//! JSON without blanks, keys in byte order, decimals as texts, without control totals, provenance
//! and the digest itself. The keys are sorted here and not left to the JSON library, whose order
//! another crate of the same program could change.

use serde::Serialize;
use serde_json::Value;

use super::Statement;

/// What is about files and not about the deal.
const OUTSIDE: [&str; 3] = ["controls", "digest", "provenance"];

impl Statement {
    /// The canonical form.
    pub fn canonical(&self) -> String {
        let Value::Object(mut document) = value(self) else {
            unreachable!("a struct is an object")
        };
        OUTSIDE.iter().for_each(|key| drop(document.remove(*key)));
        let mut text = String::new();
        write(&Value::Object(document), &mut text, None);
        text
    }

    /// BLAKE3 of the canonical form, in hex: what [`Statement::digest`] must be.
    pub fn computed_digest(&self) -> String {
        blake3::hash(self.canonical().as_bytes()).to_hex().to_string()
    }

    /// The whole document, indented, keys in byte order, with a newline at its end.
    pub fn to_json_pretty(&self) -> String {
        pretty(self)
    }
}

fn value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).expect("texts, lists and maps by text are JSON")
}

/// A document of ours, indented, keys in byte order, with a newline at its end.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let mut text = String::new();
    write(&value(document), &mut text, Some(0));
    text.push('\n');
    text
}

/// Writes a value with sorted keys: compact, or indented from a depth on.
fn write(value: &Value, text: &mut String, depth: Option<usize>) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let colon = if depth.is_some() { ": " } else { ":" };
            list(text, depth, ['{', '}'], keys, |text, key, deeper| {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push_str(colon);
                write(&map[key], text, deeper);
            });
        }
        Value::Array(items) => {
            list(text, depth, ['[', ']'], items, |text, item, deeper| write(item, text, deeper));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

fn list<T>(
    text: &mut String,
    depth: Option<usize>,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut String, T, Option<usize>),
) {
    let deeper = depth.map(|depth| depth + 1);
    let newline = |text: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        }
    };
    text.push(open);
    let mut empty = true;
    for each in items {
        if !empty {
            text.push(',');
        }
        empty = false;
        newline(text, deeper);
        item(text, each, deeper);
    }
    if !empty {
        newline(text, depth);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let mut text = String::new();
        write(&json!({"b": [], "a": {"z": 1, "y": "é\n"}, "c": null}), &mut text, None);
        assert_eq!(text, r#"{"a":{"y":"é\n","z":1},"b":[],"c":null}"#);
        assert_eq!(
            pretty(&json!({"b": [1, 2], "a": {}})),
            "{\n  \"a\": {},\n  \"b\": [\n    1,\n    2\n  ]\n}\n"
        );
    }
}
