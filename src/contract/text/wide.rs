//! What contract-wide clauses have in common: a name of their own, two parties, the schedules that
//! count, and when they hold.
//!
//! Refuses two clauses of a kind with one name, a clause between a party and itself, a schedule
//! that is not there, days in the wrong order.

use super::reader::{Block, Reader};
use super::tree::Node;
use super::value::{optional, or_default};
use crate::calendar::Day;
use crate::contract::{PartyId, Span, Window, codes};

/// Reads every block of a kind; none if there is no such key.
pub(super) fn all<T>(
    reader: &mut Reader<'_>,
    top: &Block<'_>,
    key: &'static str,
    read: impl Fn(&mut Reader<'_>, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(node) = top.get(key) else { return Some(Vec::new()) };
    let elements = reader.list(node, &format!("[[{key}]] blocks, each in double brackets"))?;
    let read: Vec<_> = elements.iter().map(|element| read(reader, element)).collect();
    let names = elements.iter().filter_map(|element| element.field("name"));
    let mut seen: Vec<&str> = Vec::new();
    for (name, node) in names.filter_map(|node| Some((node.as_text()?, node))) {
        if seen.contains(&name) {
            let message = format!("two [[{key}]] blocks have the name {name:?}");
            let help = "give each its own name: statements show them by name";
            reader.complain(&codes::DUPLICATE, &node.at, message, help);
        }
        seen.push(name);
    }
    read.into_iter().collect()
}

/// The clause's own name.
pub(super) fn name(reader: &mut Reader<'_>, block: &Block<'_>, example: &str) -> Option<String> {
    let node = block.need(reader, "name", &format!("name = {example:?}"))?;
    reader.name(node)
}

/// Two different parties under two keys.
pub(super) fn two(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    [one, other]: [&str; 2],
) -> Option<[PartyId; 2]> {
    let party = |reader: &mut Reader<'_>, key: &str| {
        let node = block.need(reader, key, &format!("{key} = \"...\" with the id of a party"));
        node.and_then(|node| reader.party_of(node))
    };
    let first = party(reader, one);
    let second = party(reader, other);
    let (first, second) = (first?, second?);
    if first == second {
        let at = block.get(other).map_or(&block.at, |node| &node.at);
        let message = format!("`{one}` and `{other}` are both {}", reader.party_name(first));
        let help = "name two different parties: a clause moves money between them";
        reader.complain(&codes::SAME_PARTY, at, message, help);
    }
    Some([first, second])
}

/// The schedules that count; left out, all.
pub(super) fn schedules(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Vec<String>> {
    let Some(node) = block.get("schedules") else { return Some(Vec::new()) };
    let elements = reader.list(node, "schedules = [\"marketplace\"], or leave it out for all")?;
    let read: Vec<_> = elements.iter().map(|element| schedule(reader, element)).collect();
    read.into_iter().collect()
}

fn schedule(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let id = reader.text(node)?;
    let known = reader.schedules.clone()?;
    if !known.iter().any(|schedule| schedule == id) {
        let message = format!("{id:?} is not a schedule of this contract");
        let help = format!("the schedules are {}", known.join(", "));
        reader.complain(&codes::UNKNOWN_SCHEDULE, &node.at, message, help);
        return None;
    }
    Some(id.to_owned())
}

/// The first and last day, of which either may be left open.
pub(super) fn days(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
) -> Option<(Option<Day>, Option<Day>)> {
    let starts = optional(block.get("starts"), |node| reader.day(node));
    let ends = optional(block.get("ends"), |node| reader.day(node));
    let (starts, ends) = (starts?, ends?);
    if let (Some(first), Some(last), Some(node)) = (starts, ends, block.get("ends"))
        && first > last
    {
        let message = format!("this clause ends on {last}, before it starts on {first}");
        let help = "write the first and the last day, both included";
        reader.complain(&codes::EMPTY_WINDOW, &node.at, message, help);
    }
    Some((starts, ends))
}

/// The windows by name, before a contract year knows its day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Period,
    CalendarYear,
    ContractYear,
    Lifetime,
}

const WINDOWS: &[(&str, Word)] = &[
    ("period", Word::Period),
    ("calendar-year", Word::CalendarYear),
    ("contract-year", Word::ContractYear),
    ("lifetime", Word::Lifetime),
];

/// `window`, `starts` and `ends`; `missing` is the window of a clause that names none.
pub(super) fn span(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    missing: Option<Window>,
) -> Option<Span> {
    let days = days(reader, block);
    let node = match missing {
        Some(_) => block.get("window"),
        None => block.need(reader, "window", "window = \"calendar-year\""),
    };
    let word = optional(node, |node| reader.word(node, WINDOWS));
    let (starts, ends) = days?;
    let window = match word? {
        None => missing?,
        Some(Word::Period) => Window::Period,
        Some(Word::CalendarYear) => Window::CalendarYear,
        Some(Word::Lifetime) => Window::Lifetime,
        Some(Word::ContractYear) => {
            block.need(reader, "starts", "starts = 2026-01-01: contract years begin with it")?;
            Window::ContractYear(starts?)
        }
    };
    Some(Span { window, starts, ends })
}

/// Complains about a lifetime that is tested at its end and has none.
pub(super) fn needs_an_end(reader: &mut Reader<'_>, block: &Block<'_>, span: &Span, what: &str) {
    if span.ends.is_none() {
        let at = block.get("window").map_or(&block.at, |node| &node.at);
        let message = format!("{what} is tested at its end, and has none");
        let help = "add its last day, such as ends = 2030-12-31, or choose a window that ends";
        reader.complain(&codes::NEVER_TESTED, at, message, help);
    }
}

/// Complains about a key that says nothing here.
pub(super) fn no_effect(reader: &mut Reader<'_>, node: &Node, without: &str) {
    let message = format!("`{}` has no effect {without}", node.name);
    let help = format!("delete `{}`, or write what it needs", node.name);
    reader.complain(&codes::NO_EFFECT, &node.key_at, message, help);
}

/// An amount that must be there.
pub(super) fn amount(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    key: &str,
) -> Option<crate::money::Minor> {
    let node = block.need(reader, key, &format!("{key} = \"100000\""))?;
    reader.amount(node)
}

/// True or false, by default false.
pub(super) fn flag(reader: &mut Reader<'_>, block: &Block<'_>, key: &str) -> Option<bool> {
    or_default(block.get(key), false, |node| reader.truth(node))
}
