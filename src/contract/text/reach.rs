//! What an earlier entry leaves to a later one: nothing, if it covers it.
//!
//! Covering is decided pattern by pattern and never claimed wrongly: a pattern that matches the
//! text of another, stars and all, matches whatever that other one matches.

use crate::contract::{Pattern, Scope, Selector};

/// Does every name that `later` matches match `earlier` too?
fn covers_one(earlier: &Pattern, later: &Pattern) -> bool {
    earlier.matches(later.as_str())
}

/// The same for lists of which one pattern must match.
pub(super) fn covers(earlier: &[Pattern], later: &[Pattern]) -> bool {
    later.iter().all(|pattern| earlier.iter().any(|wider| covers_one(wider, pattern)))
}

/// The same where an empty list means any.
fn covers_or_any(earlier: &[Pattern], later: &[Pattern]) -> bool {
    let any = [Pattern::any()];
    let later = if later.is_empty() { &any } else { later };
    earlier.is_empty() || covers(earlier, later)
}

/// Does every fact of `later` belong to `earlier` too?
pub(super) fn scope_covers(earlier: &Scope, later: &Scope) -> bool {
    covers_or_any(&earlier.product, &later.product)
        && covers_or_any(&earlier.channel, &later.channel)
        && covers_or_any(&earlier.region, &later.region)
        && covers_or_any(&earlier.customer, &later.customer)
}

/// Does `earlier` take every fact that `later` could? A rate takes no facts.
pub(super) fn selector_covers(earlier: &Selector, later: &Selector) -> bool {
    match (earlier, later) {
        (
            Selector::Facts { kinds, categories },
            Selector::Facts { kinds: later_kinds, categories: later_categories },
        ) => {
            later_kinds.iter().all(|kind| kinds.contains(kind))
                && covers_or_any(categories, later_categories)
        }
        (Selector::Rate(_), Selector::Facts { .. } | Selector::Rate(_))
        | (Selector::Facts { .. }, Selector::Rate(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().copied().map(Pattern::new).collect()
    }

    #[test]
    fn a_table_of_coverings() {
        for (earlier, later, due) in [
            (&["opus-*"][..], &["opus-4"][..], true),
            (&["opus-*"], &["opus-4-*"], true),
            (&["opus-4"], &["opus-*"], false),
            (&["a*", "b*"], &["b1", "a*"], true),
            (&["a*"], &["a1", "b"], false),
            (&["*"], &["*"], true),
            (&["*-mini"], &["opus-*"], false),
            (&["*"], &[], true),
            (&["a"], &[], false),
            (&[], &["a"], true),
        ] {
            assert_eq!(covers_or_any(&list(earlier), &list(later)), due, "{earlier:?} {later:?}");
        }
    }
}
