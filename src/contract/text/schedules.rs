//! `[[schedule]]`: scopes of business, who sells, bears and provides.
//!
//! Refuses a schedule without the roles that its terms need, an id used twice, and a schedule that
//! an earlier one leaves nothing to.

use super::keys;
use super::reach::scope_covers;
use super::reader::{Block, Reader};
use super::scopes;
use super::spelling::hint;
use super::terms::{self, Ground};
use super::tree::Node;
use super::value::{optional, or_default};
use crate::calendar::Day;
use crate::contract::{PartyId, Proration, Schedule, Scope, Terms, codes};

const PRORATION: &[(&str, Proration)] =
    &[("event-date", Proration::EventDate), ("days", Proration::Days)];
const TERMS: &str = "[[schedule.terms]] blocks, each with its effective day";

/// What stood before: as far as it could be read.
struct Before {
    id: Option<String>,
    scope: Option<Scope>,
    line: u64,
}

/// Reads the schedules in the order in which facts try them.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Schedule>> {
    let elements = reader.list(node, "[[schedule]] blocks, each in double brackets")?;
    let mut before: Vec<Before> = Vec::new();
    let mut schedules = Vec::new();
    for element in elements {
        let Some(block) = reader.block(element, "this schedule", keys::SCHEDULE) else { continue };
        let id = block.need(reader, "id", "id = \"marketplace\"");
        let id = id.and_then(|node| reader.name(node));
        let scope = or_default(block.get("scope"), Scope::default(), |node| {
            scopes::read(reader, node, "this scope", keys::SCOPE)
        });
        unique(reader, &block, id.as_deref(), &before);
        reachable(reader, &block, scope.as_ref(), &before);
        before.push(Before {
            id: id.clone(),
            scope: scope.clone(),
            line: reader.line(&element.at),
        });
        schedules.extend(schedule(reader, &block, id, scope));
    }
    added_up_exist(reader, &before);
    (schedules.len() == elements.len()).then_some(schedules)
}

/// The schedules that tiers add up over must be there.
fn added_up_exist(reader: &mut Reader<'_>, all: &[Before]) {
    let ids: Vec<&str> = all.iter().filter_map(|schedule| schedule.id.as_deref()).collect();
    for (id, at) in std::mem::take(&mut reader.added_up) {
        if ids.contains(&id.as_str()) {
            continue;
        }
        let message = format!("{id:?} is not a schedule of this contract");
        let near = hint(&id, ids.iter().copied());
        let help = format!("{near}the schedules are {}", ids.join(", "));
        reader.complain(&codes::UNKNOWN_SCHEDULE, &at, message, help);
    }
}

fn schedule(
    reader: &mut Reader<'_>,
    block: &Block<'_>,
    id: Option<String>,
    scope: Option<Scope>,
) -> Option<Schedule> {
    let role =
        |reader: &mut Reader<'_>, key| optional(block.get(key), |node| reader.party_of(node));
    let seller = role(reader, "seller");
    let bearer = role(reader, "bearer");
    let provider = role(reader, "provider");
    let elements = block.need(reader, "terms", TERMS);
    let elements = elements.and_then(|node| reader.list(node, TERMS));
    let terms = elements.and_then(|elements| {
        let grounds: Vec<Ground> = elements.iter().filter_map(Ground::peek).collect();
        missing_roles(reader, block, &grounds);
        terms::read(reader, elements)
    });
    let ends = optional(block.get("ends"), |node| reader.day(node));
    let proration = or_default(block.get("proration"), Proration::default(), |node| {
        reader.word(node, PRORATION)
    });
    if let (Some(Some(end)), Some(terms), Some(node)) = (ends, &terms, elements) {
        in_time(reader, node, terms, end);
    }
    let (seller, bearer, provider) = (seller?, bearer?, provider?);
    let bearer: Option<PartyId> = bearer.or(seller);
    Some(Schedule {
        id: id?,
        scope: scope?,
        seller,
        bearer,
        provider: provider.or(bearer),
        ends: ends?,
        proration: proration?,
        terms: terms?,
        line: reader.line(&block.at),
    })
}

/// Versions that begin after the end of their schedule are never in force.
fn in_time(reader: &mut Reader<'_>, elements: &[Node], terms: &[Terms], end: Day) {
    for (element, version) in elements.iter().zip(terms) {
        if version.effective <= end {
            continue;
        }
        let at = element.field("effective").map_or(&element.at, |day| &day.at);
        let message = format!("these terms begin on {}, after the end {end}", version.effective);
        let help = "let the schedule end later, with its tail, or delete these terms";
        reader.complain(&codes::AFTER_END, at, message, help);
    }
}

/// Every shared basis needs a seller; gross profit also somebody who bears and provides the cost.
fn missing_roles(reader: &mut Reader<'_>, block: &Block<'_>, grounds: &[Ground]) {
    let gross_profit = grounds.contains(&Ground::GrossProfit);
    let shared = gross_profit || grounds.contains(&Ground::NetSales);
    for (key, needed, does) in [
        ("seller", shared, "bills the customers and holds the cash"),
        ("bearer", gross_profit, "bears the infrastructure cost"),
        ("provider", gross_profit, "is owed the infrastructure cost"),
    ] {
        if !needed || block.get(key).is_some() {
            continue;
        }
        let message = format!("this schedule does not say who {does}");
        let help = format!("add {key} = \"...\" with the id of a party");
        reader.complain(&codes::MISSING_ROLE, &block.at, message, help);
    }
}

fn unique(reader: &mut Reader<'_>, block: &Block<'_>, id: Option<&str>, before: &[Before]) {
    let (Some(id), Some(node)) = (id, block.get("id")) else { return };
    if before.iter().any(|earlier| earlier.id.as_deref() == Some(id)) {
        let message = format!("two schedules have the id {id:?}");
        let help = "give each its own id: statements show them by id";
        reader.complain(&codes::DUPLICATE, &node.at, message, help);
    }
}

fn reachable(reader: &mut Reader<'_>, block: &Block<'_>, scope: Option<&Scope>, before: &[Before]) {
    let Some(scope) = scope else { return };
    let covers = |earlier: &&Before| earlier.scope.as_ref().is_some_and(|e| scope_covers(e, scope));
    let Some(earlier) = before.iter().find(covers) else { return };
    let at = block.get("scope").map_or(&block.at, |node| &node.at);
    let message = format!(
        "every fact of this schedule belongs to the schedule of line {} already",
        earlier.line
    );
    let help = "a fact belongs to the first schedule that matches: put the narrower one first";
    reader.complain(&codes::UNREACHABLE_SCHEDULE, at, message, help);
}
