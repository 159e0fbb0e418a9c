//! Texts and patterns as they stand in SQL: quoted so that nothing in them can end the quotes.

use super::Dialect;
use crate::contract::Pattern;

impl Dialect {
    /// A text.
    pub(super) fn text(self, text: &str) -> String {
        let quoted = match self {
            Self::DuckDb | Self::DataFusion => text.replace('\'', "''"),
            Self::Spark => text.replace('\\', "\\\\").replace('\'', "\\'"),
        };
        format!("'{quoted}'")
    }

    /// Does all of an expression match a regular expression without quotes in it?
    pub(super) fn is_like(self, expression: &str, regex: &str) -> String {
        match self {
            Self::DuckDb => format!("regexp_matches({expression}, '^{regex}$')"),
            Self::DataFusion => format!("regexp_like({expression}, '^{regex}$')"),
            // There $ would also match before a last line end.
            Self::Spark => format!("({expression} RLIKE r'^{regex}\\z')"),
        }
    }

    /// Does an expression match one of a contract's patterns?
    pub(super) fn is_one_of(self, expression: &str, patterns: &[Pattern]) -> String {
        if patterns.iter().any(Pattern::is_any) {
            return "TRUE".to_owned();
        }
        let tests = patterns.iter().map(|pattern| self.matches(expression, pattern.as_str()));
        let tests: Vec<String> = tests.collect();
        if tests.is_empty() { "FALSE".to_owned() } else { format!("({})", tests.join(" OR ")) }
    }

    fn matches(self, expression: &str, pattern: &str) -> String {
        if !pattern.contains('*') {
            return format!("{expression} = {}", self.text(pattern));
        }
        let letter = |letter: char| match letter {
            '*' => "(?s:.*)".to_owned(),
            plain if plain.is_ascii_alphanumeric() => plain.to_string(),
            other => format!("\\x{{{:x}}}", u32::from(other)),
        };
        self.is_like(expression, &pattern.chars().map(letter).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_quotes() {
        assert_eq!(Dialect::DuckDb.text("it's"), "'it''s'");
        assert_eq!(Dialect::Spark.text(r"it's \"), r"'it\'s \\'");
        let test = Dialect::Spark.matches("product", "o'pus-*");
        assert_eq!(test, r"(product RLIKE r'^o\x{27}pus\x{2d}(?s:.*)\z')");
        assert_eq!(Dialect::DuckDb.is_one_of("x", &[]), "FALSE");
    }
}
