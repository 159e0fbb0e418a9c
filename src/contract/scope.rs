//! Which facts a schedule, a rate or a rule speaks of: names and globs.

use std::fmt;

/// A name, or a glob in which `*` stands for any characters, none included.
///
/// ```
/// use revshare::contract::Pattern;
/// assert!(Pattern::new("opus-*").matches("opus-4"));
/// assert!(Pattern::new("*").matches(""));
/// assert!(!Pattern::new("opus").matches("opus-4"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern from its text; every text is one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern that matches everything.
    pub fn any() -> Self {
        Self("*".to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it match every name?
    pub fn is_any(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte == b'*')
    }

    /// Does it match this name?
    pub fn matches(&self, name: &str) -> bool {
        let Some((head, rest)) = self.0.split_once('*') else { return self.0 == name };
        let Some(mut left) = name.strip_prefix(head) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let tail = parts.pop().unwrap_or("");
        for part in parts {
            let Some(at) = left.find(part) else { return false };
            left = &left[at + part.len()..];
        }
        left.ends_with(tail)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A scope: for each dimension the patterns of which one must match; an empty list means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Model ids.
    pub product: Vec<Pattern>,
    /// `marketplace`, `internal:coding-tool`, …
    pub channel: Vec<Pattern>,
    /// Regions.
    pub region: Vec<Pattern>,
    /// Customers.
    pub customer: Vec<Pattern>,
}

impl Scope {
    /// Does a fact of these dimensions belong to it?
    pub fn matches(&self, product: &str, channel: &str, region: &str, customer: &str) -> bool {
        let one = |list: &[Pattern], name: &str| {
            list.is_empty() || list.iter().any(|pattern| pattern.matches(name))
        };
        one(&self.product, product)
            && one(&self.channel, channel)
            && one(&self.region, region)
            && one(&self.customer, customer)
    }
}

impl fmt::Display for Scope {
    /// `channel "marketplace", product "aria-1" or "aria-2"`; `everything` without any pattern.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = [
            ("product", &self.product),
            ("channel", &self.channel),
            ("region", &self.region),
            ("customer", &self.customer),
        ];
        let part = |(name, list): &(&str, &Vec<Pattern>)| {
            let texts: Vec<String> = list.iter().map(|it| format!("{:?}", it.as_str())).collect();
            (!texts.is_empty()).then(|| format!("{name} {}", texts.join(" or ")))
        };
        let parts: Vec<String> = named.iter().filter_map(part).collect();
        if parts.is_empty() { f.write_str("everything") } else { f.write_str(&parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, name, due) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abcd", false),
            ("*-mini-*", "opus-mini-2", true),
            ("a*a", "a", false),
            ("internal:*", "internal:", true),
            ("", "", true),
            ("", "x", false),
            ("a**b", "ab", true),
            ("*a*b*", "xaxxbx", true),
            ("*ab", "abab", true),
        ] {
            assert_eq!(Pattern::new(glob).matches(name), due, "{glob} {name}");
        }
    }
}
