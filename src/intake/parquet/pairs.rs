//! A row that never was a line, as a finding shows it: `id=s-1, time=2026-10-05, amount=1e5`.

use std::borrow::Cow;
use std::sync::Arc;

use super::DELIMITER;
use crate::intake::field::cell;
use crate::intake::rows::Span;
use crate::intake::scan::split;

/// The columns of a file, as rows show them.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::intake) struct Names(pub(super) Vec<Name>);

/// A column: its name, and whether its values are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) name: String,
    pub(super) fit: bool,
}

impl Names {
    /// The row as names and values, and where the value of each column stands. Nulls are left out.
    pub(in crate::intake) fn shown(&self, text: &str, spans: &[Span]) -> (String, Vec<Span>) {
        let (mut shown, mut places) = (String::new(), Vec::with_capacity(spans.len()));
        if spans.len() != self.0.len() {
            // It is longer than a row may be, and was not split.
            return (text.replace(char::from(DELIMITER), ", "), places);
        }
        for (Name { name, fit }, span) in self.0.iter().zip(spans) {
            let value = cell(text, span);
            if !value.is_empty() {
                let comma = if shown.is_empty() { "" } else { ", " };
                shown += &format!("{comma}{name}=");
            }
            let from = shown.len();
            match fit {
                false if !value.is_empty() => shown.push('…'),
                _ if is_plain(&value) => shown += &value,
                _ => shown += &format!("{value:?}"),
            }
            places.push(Span { from, to: shown.len(), doubled: false });
        }
        (shown, places)
    }
}

/// Can nobody mistake where it ends?
fn is_plain(value: &str) -> bool {
    !value.contains(|sign: char| sign.is_control() || ",=\"\\".contains(sign))
}

/// The text of a row. How one is shown that was no line is worked out when it is asked for: nearly none is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct Told {
    text: String,
    names: Option<Arc<Names>>,
}

impl Told {
    /// Of a text that is shown as it stands.
    pub(in crate::intake) fn plain(text: String) -> Self {
        Self { text, names: None }
    }

    /// Of the fields of a row that was no line.
    pub(in crate::intake) fn fields(text: String, names: &Arc<Names>) -> Self {
        Self { text, names: Some(Arc::clone(names)) }
    }

    /// Bytes of memory that it takes.
    pub(in crate::intake) fn weight(&self) -> usize {
        self.text.len()
    }

    pub(in crate::intake) fn shown(&self) -> Cow<'_, str> {
        let Some(names) = &self.names else { return Cow::Borrowed(&self.text) };
        let mut spans = Vec::new();
        match split(self.text.as_bytes(), DELIMITER, &mut spans) {
            None => Cow::Owned(names.shown(&self.text, &spans).0),
            Some(_not_read_then) => Cow::Borrowed(&self.text),
        }
    }
}
