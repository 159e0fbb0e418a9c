//! A JSON object as it stands in a line: its members in order, a name twice refused, and no number
//! that went through a binary fraction.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::codes;
use super::reject::Refusal;
use super::rows::Raw;

/// The members of one object, in order.
#[derive(Debug)]
pub(super) struct Object(pub(super) Vec<(String, Value)>);

impl Object {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object(Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if object.get(&name).is_some() {
                        return Err(A::Error::custom(format!("{name:?} stands there twice")));
                    }
                    object.0.push((name, value));
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The object that a line is.
pub(super) fn object_of(raw: &Raw) -> Result<Object, Refusal> {
    if let Some(refusal) = &raw.refused {
        return Err(refusal.clone());
    }
    serde_json::from_slice(&raw.bytes).map_err(|fault| {
        // The place within the line is said by serde_json as line 1.
        let message = fault.to_string().replace(" at line 1 column", " at column");
        Refusal::new(&codes::JSON, format!("this line is not one JSON object: {message}"))
            .help("write one object a line, each key once")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_only_and_each_name_once() {
        let read = |text| serde_json::from_str::<Object>(text).map(|object| object.0.len());
        assert_eq!(read(r#" {"id":"a","amount":"1.50"} "#).unwrap(), 2);
        for text in ["", "[]", "{", r#"{"a":1,"a":2}"#, r#"{"a":1} {"a":2}"#, "1", "null"] {
            assert!(read(text).is_err(), "{text}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert!(read(&deep).is_err(), "too deep is refused, not a full stack");
    }
}
