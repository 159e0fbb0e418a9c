//! A row that never was a line, as a finding shows it: `id=s-1, time=2026-10-05, amount=1e5`.

use super::Columnar;
use crate::intake::field::cell;
use crate::intake::rows::Span;

impl Columnar {
    /// The row as names and values, and where the value of each column stands. Nulls are left out.
    pub(in crate::intake) fn shown(&self, text: &str, spans: &[Span]) -> (String, Vec<Span>) {
        let (mut shown, mut places) = (String::new(), Vec::with_capacity(spans.len()));
        if spans.len() != self.names.len() {
            // It is longer than a row may be, and was not split.
            return (text.replace(char::from(super::DELIMITER), ", "), places);
        }
        for (at, (name, span)) in self.names.iter().zip(spans).enumerate() {
            let value = cell(text, span);
            if !value.is_empty() {
                let comma = if shown.is_empty() { "" } else { ", " };
                shown += &format!("{comma}{name}=");
            }
            let from = shown.len();
            match &self.unfit[at] {
                Some(_) if !value.is_empty() => shown.push('…'),
                Some(_) | None if is_plain(&value) => shown += &value,
                Some(_) | None => shown += &format!("{value:?}"),
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
