//! Lists, prices and lines of a reading.

use crate::contract::{Contract, Pattern};
use crate::money::{Currency, Exact, Minor};

/// What marks a default.
pub(super) const BY_DEFAULT: &str = " (by default)";
/// How long a line may become before it is folded.
const WIDTH: usize = 96;

/// Lines of text, folded and indented.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// A sentence, two blanks in per level.
    pub(super) fn line(&mut self, level: usize, text: &str) {
        self.fold(&"  ".repeat(level), &"  ".repeat(level + 1), text);
    }

    /// An entry of a list.
    pub(super) fn item(&mut self, level: usize, text: &str) {
        let indent = "  ".repeat(level);
        self.fold(&format!("{indent}- "), &format!("{indent}  "), text);
    }

    fn fold(&mut self, first: &str, next: &str, text: &str) {
        let mut line = first.to_owned();
        let mut begun = false;
        for word in text.split_whitespace() {
            if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.0.push_str(&line);
                self.blank();
                line = next.to_owned();
                begun = false;
            }
            line.push_str(if begun { " " } else { "" });
            line.push_str(word);
            begun = true;
        }
        self.0.push_str(&line);
        self.blank();
    }

    /// Was a default mentioned?
    pub(super) fn has_defaults(&self) -> bool {
        // Folding may have put a line end into the mark.
        self.0.split_whitespace().collect::<Vec<_>>().join(" ").contains(BY_DEFAULT)
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn and(list: &[impl AsRef<str>]) -> String {
    join(list, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn one_of(list: &[Pattern]) -> String {
    let texts: Vec<&str> = list.iter().map(Pattern::as_str).collect();
    join(&texts, "or")
}

/// The same for plain texts.
pub(super) fn any_of(list: &[impl AsRef<str>]) -> String {
    join(list, "or")
}

fn join(list: &[impl AsRef<str>], last: &str) -> String {
    let texts: Vec<&str> = list.iter().map(AsRef::as_ref).collect();
    match texts.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((end, before)) => format!("{} {last} {end}", before.join(", ")),
    }
}

/// An amount with its currency.
pub(super) fn amount(contract: &Contract, minor: Minor) -> String {
    amount_in(contract.currency, minor)
}

/// The same in another currency than the contract's.
pub(super) fn amount_in(currency: Currency, minor: Minor) -> String {
    let text = minor.display(currency);
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(w, r)| (w, Some(r)));
    let point = rest.map_or(String::new(), |rest| format!(".{rest}"));
    format!("{}{point} {currency}", grouped(whole))
}

/// A price with at least the digits of the currency.
pub(super) fn price(contract: &Contract, exact: Exact) -> String {
    let text = exact.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let digits = contract.currency.digits() as usize;
    let point = if digits == 0 && rest.is_empty() { "" } else { "." };
    format!("{}{point}{rest:0<digits$}", grouped(whole))
}

/// Digits in groups of three.
pub(super) fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_groups() {
        assert_eq!(and(&["a"]), "a");
        assert_eq!(and(&["a", "b"]), "a and b");
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
        for (digits, due) in [("1", "1"), ("1000", "1,000"), ("123456", "123,456")] {
            assert_eq!(grouped(digits), due);
        }
    }

    #[test]
    fn long_lines_are_folded_between_words() {
        let mut page = Page::default();
        page.item(1, &"word ".repeat(40));
        let text = page.into_text();
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= WIDTH));
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("    word")));
    }
}
