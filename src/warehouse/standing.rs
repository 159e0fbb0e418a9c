//! Which rows count: equal content once, and of contents that contradict each other the first in
//! canonical byte order.
//!
//! Contents are compared field by field, numbers and times by value. Only for contested ids is the
//! canonical text written out; a control character in one would need an escape, so it is `beyond`.

use super::lines::FIELDS;
use super::{Query, Step};

pub(super) fn steps(query: &Query) -> Vec<Step> {
    let step = |name, about, query, kept| Step { name, about, query, kept };
    let fields = FIELDS.join(", ");
    let contents = format!(
        "SELECT {fields}, COUNT(*) AS copies\nFROM revshare_lines WHERE fault IS NULL\n\
         GROUP BY {fields}"
    );
    let contested = "SELECT id FROM revshare_contents GROUP BY id HAVING COUNT(*) > 1";
    let contenders = format!(
        "SELECT id, {} AS canonical,\n  ({}) AS beyond\nFROM revshare_contents\n\
         WHERE id IN (SELECT id FROM revshare_contested)",
        canonical(query, ""),
        beyond(query),
    );
    let winners = "SELECT id, MIN(canonical) AS canonical FROM revshare_contenders GROUP BY id";
    let facts = format!(
        "SELECT {}, copies,\n  CASE WHEN w.id IS NULL THEN TRUE ELSE w.canonical = {} END AS stands\n\
         FROM revshare_contents c LEFT JOIN revshare_winners w ON w.id = c.id",
        FIELDS.map(|field| format!("c.{field}")).join(", "),
        canonical(query, "c."),
    );
    vec![
        step(
            "revshare_contents",
            "each content once, and how often it stands there",
            contents,
            true,
        ),
        step("revshare_contested", "ids with more than one content", contested.to_owned(), true),
        step("revshare_contenders", "what contested ids say, in canonical form", contenders, true),
        step("revshare_winners", "the first in canonical byte order", winners.to_owned(), true),
        step("revshare_facts", "what stands, and what lost", facts, true),
    ]
}

/// Did a fact happen in the period that is asked for, by its day in UTC? A row whose time cannot be
/// read is in every period.
pub(super) fn inside(query: &Query) -> String {
    let Some(period) = query.period else { return "TRUE".to_owned() };
    let (first, last) = (period.first_day(), period.last_day());
    format!("(time IS NULL OR substr(time, 1, 10) BETWEEN '{first}' AND '{last}')")
}

/// The array of texts that `fact::canonical` writes; its fields are in the order of the fields here.
fn canonical(query: &Query, table: &str) -> String {
    let (one, two) = (query.dialect.text("\\"), query.dialect.text("\\\\"));
    let quote = query.dialect.text("\\\"");
    let member = |field: &str| {
        let escaped = format!("replace(replace({table}{field}, {one}, {two}), '\"', {quote})");
        format!("COALESCE('\"' || {escaped} || '\"', 'null')")
    };
    format!("'[' || {} || ']'", FIELDS.map(member).join("\n    || ',' || "))
}

fn beyond(query: &Query) -> String {
    let control = "(?s:.*)[\\x00-\\x1f](?s:.*)";
    let texts = FIELDS.map(|field| format!("COALESCE({field}, '')")).join(" || ");
    query.dialect.is_like(&format!("({texts})"), control)
}
