//! Texts, names, words, days and lists as a contract writes them.

use std::ops::Range;

use super::reader::Reader;
use super::spelling::hint;
use super::tree::{Node, Value};
use crate::calendar::Day;
use crate::contract::{PartyId, Pattern, codes};

impl Reader<'_> {
    /// A text.
    pub(super) fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        if let Value::Text(text) = &node.value {
            return Some(text);
        }
        self.mistyped(node, "a text", &format!("it in quotes: {} = \"...\"", node.name));
        None
    }

    /// A text that can stand in a statement: something, on one line, with no blanks around it.
    pub(super) fn name(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        self.usable(text, &node.at).then(|| text.to_owned())
    }

    /// Complains about a name that could not be told from another, or not be seen.
    pub(super) fn usable(&mut self, name: &str, at: &Range<usize>) -> bool {
        let trouble = if name.trim().is_empty() {
            "is empty"
        } else if name.chars().any(char::is_control) {
            "has a control character in it"
        } else if name.trim() != name {
            "has blanks around it"
        } else {
            return true;
        };
        let message = format!("the name {name:?} {trouble}");
        let help = "write letters, digits and signs on one line, without blanks around them";
        self.complain(&codes::BAD_NAME, at, message, help);
        false
    }

    /// One of a list of words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, allowed: &[(&str, T)]) -> Option<T> {
        let listed = |word: &(&str, T)| format!("{:?}", word.0);
        let list = allowed.iter().map(listed).collect::<Vec<_>>().join(", ");
        let Value::Text(text) = &node.value else {
            self.mistyped(node, "one of the words allowed here", &format!("one of {list}"));
            return None;
        };
        let found = allowed.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let message = format!("{text:?} is not a value of `{}`", node.name);
            let near = hint(text, allowed.iter().map(|(word, _)| *word));
            let help = format!("{near}the values are {list}");
            self.complain(&codes::UNKNOWN_WORD, &node.at, message, help);
        }
        found
    }

    /// True or false.
    pub(super) fn truth(&mut self, node: &Node) -> Option<bool> {
        if let Value::Truth(truth) = node.value {
            return Some(truth);
        }
        self.mistyped(node, "true or false", "true or false without quotes");
        None
    }

    /// A day, written as TOML writes a local date.
    pub(super) fn day(&mut self, node: &Node) -> Option<Day> {
        let help = match &node.value {
            Value::Day(day) => return Some(*day),
            Value::Text(text) if text.parse::<Day>().is_ok() => {
                format!("write it without quotes: {} = {text}", node.name)
            }
            Value::Time
            | Value::Text(_)
            | Value::Whole(_)
            | Value::Float
            | Value::Truth(_)
            | Value::List(_)
            | Value::Table(_) => {
                format!("write year, month and day without quotes: {} = 2026-10-31", node.name)
            }
        };
        let message = format!("`{}` is {}, not a day", node.name, node.value.kind());
        self.complain(&codes::NOT_A_DAY, &node.at, message, help);
        None
    }

    /// A party's id.
    pub(super) fn party_of(&mut self, node: &Node) -> Option<PartyId> {
        let id = self.text(node)?;
        self.party(id, &node.at)
    }

    /// The elements of a list that has some.
    pub(super) fn list<'n>(&mut self, node: &'n Node, example: &str) -> Option<&'n [Node]> {
        let Value::List(elements) = &node.value else {
            self.mistyped(node, "a list", example);
            return None;
        };
        if elements.is_empty() {
            self.nothing_in(node, example);
            return None;
        }
        Some(elements)
    }

    /// A list or table with nothing in it.
    pub(super) fn nothing_in(&mut self, node: &Node, example: &str) {
        let message = format!("`{}` has nothing in it", node.name);
        self.complain(&codes::EMPTY, &node.at, message, format!("write {example}"));
    }

    /// A name or glob, or a list of them that has some.
    pub(super) fn patterns(&mut self, node: &Node) -> Option<Vec<Pattern>> {
        let example =
            "a name, or a list such as [\"opus-*\", \"haiku-*\"]; leave the key out for all";
        match &node.value {
            Value::List(elements) if elements.is_empty() => {
                self.nothing_in(node, example);
                None
            }
            Value::List(elements) => {
                let read: Vec<_> = elements.iter().map(|element| self.pattern(element)).collect();
                read.into_iter().collect()
            }
            Value::Text(_) => self.pattern(node).map(|pattern| vec![pattern]),
            Value::Whole(_)
            | Value::Float
            | Value::Truth(_)
            | Value::Day(_)
            | Value::Time
            | Value::Table(_) => {
                self.mistyped(node, "a name or a list of names", example);
                None
            }
        }
    }

    fn pattern(&mut self, node: &Node) -> Option<Pattern> {
        let text = self.text(node)?;
        self.usable(text, &node.at).then(|| Pattern::new(text))
    }
}

/// Reads an optional key: missing is the default, unreadable is `None`.
pub(super) fn or_default<'n, T>(
    node: Option<&'n Node>,
    missing: T,
    read: impl FnOnce(&'n Node) -> Option<T>,
) -> Option<T> {
    node.map_or(Some(missing), read)
}

/// Reads an optional key: missing is `Some(None)`, unreadable is `None`.
pub(super) fn optional<'n, T>(
    node: Option<&'n Node>,
    read: impl FnOnce(&'n Node) -> Option<T>,
) -> Option<Option<T>> {
    node.map_or(Some(None), |node| read(node).map(Some))
}
