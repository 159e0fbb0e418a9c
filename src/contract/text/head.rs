//! What stands at the top of a contract: its name, currency, calendar, rules and parties.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::keys;
use super::reader::{Block, Reader};
use super::spelling::hint;
use super::tree::{Node, Value};
use super::value::{optional, or_default};
use super::{
    advance, aggregate_cap, clauses, floor, guarantee, most_favoured, reserve, schedules, wide,
};
use super::{bundles, cash, deals, exchange};
use crate::calendar::{PeriodLength, Zone};
use crate::contract::{Contract, Late, Party, RemainderRule, Schedule, codes};
use crate::money::{Currency, Rounding};

const PERIODS: &[(&str, PeriodLength)] =
    &[("month", PeriodLength::Month), ("quarter", PeriodLength::Quarter)];
const LATE: &[(&str, Late)] = &[("restate", Late::Restate), ("next-period", Late::NextPeriod)];
const LARGEST: &str = "largest-remainder";
const IN_ORDER: &str = "in-order";
const PARTIES: &str = "[parties] with a line such as vendor = \"Model Vendor PBC\" for each party";

/// Reads the whole contract.
pub(super) fn read(
    reader: &mut Reader<'_>,
    root: &Node,
    file: &Arc<str>,
    source: &str,
) -> Option<Contract> {
    let block = reader.block(root, "the contract", keys::TOP)?;
    let id = block.need(reader, "id", "id = \"model-marketplace\"");
    let id = id.and_then(|node| reader.name(node));
    let currency = block.need(reader, "currency", "currency = \"USD\"");
    reader.currency = currency.and_then(|node| currency_of(reader, node));
    let zone = or_default(block.get("timezone"), Zone::utc(), |node| zone(reader, node));
    let parties = block.need(reader, "parties", PARTIES);
    reader.parties = parties.and_then(|node| parties_of(reader, node));
    let rules = rules(reader, &block);
    let finality = optional(block.get("finality"), |node| reader.months(node));
    let schedule = "a [[schedule]] block with an id, a scope and [[schedule.terms]]";
    let schedules = block.need(reader, "schedule", schedule);
    let schedules = schedules.and_then(|node| schedules::read(reader, node));
    let shared_costs = or_default(block.get("shared-cost"), Vec::new(), |node| {
        clauses::shared_costs(reader, node)
    });
    let availability = or_default(block.get("availability"), Vec::new(), |node| {
        clauses::availability(reader, node)
    });
    let bundles = or_default(block.get("bundle"), Vec::new(), |node| bundles::read(reader, node));
    let exchange = optional(block.get("fx"), |node| exchange::read(reader, node));
    let deals = or_default(block.get("deal"), Vec::new(), |node| deals::read(reader, node));
    let cash = cash::read(reader, &block, rules.as_ref().map(|rules| rules.0));
    let ids = |all: &Vec<Schedule>| all.iter().map(|schedule| schedule.id.clone()).collect();
    reader.schedules = schedules.as_ref().map(ids);
    let floors = wide::all(reader, &block, "floor", floor::read);
    let most_favoured = wide::all(reader, &block, "most-favoured", most_favoured::read);
    let guarantees = wide::all(reader, &block, "guarantee", guarantee::read);
    let advances = wide::all(reader, &block, "advance", advance::read);
    let reserves = wide::all(reader, &block, "reserve", reserve::read);
    let caps = wide::all(reader, &block, "cap", |reader, node| {
        aggregate_cap::read(reader, node, block.get("fx").is_some())
    });
    let (period, rounding, remainder, late, netting) = rules?;
    Some(Contract {
        id: id?,
        currency: reader.currency?,
        zone: zone?,
        period,
        rounding,
        remainder,
        late,
        finality: finality?,
        netting,
        parties: reader.parties.clone()?,
        schedules: schedules?,
        shared_costs: shared_costs?,
        availability: availability?,
        bundles: bundles?,
        exchange: exchange?,
        deals: deals?,
        cash: cash?,
        floors: floors?,
        most_favoured: most_favoured?,
        guarantees: guarantees?,
        advances: advances?,
        reserves: reserves?,
        caps: caps?,
        file: Arc::clone(file),
        source: Arc::from(source),
    })
}

type Rules = (PeriodLength, Rounding, RemainderRule, Late, bool);

fn rules(reader: &mut Reader<'_>, block: &Block<'_>) -> Option<Rules> {
    let modes = Rounding::ALL.map(|mode| (mode.as_str(), mode));
    let period =
        or_default(block.get("period"), PeriodLength::default(), |node| reader.word(node, PERIODS));
    let rounding =
        or_default(block.get("rounding"), Rounding::default(), |node| reader.word(node, &modes));
    let remainder = or_default(block.get("remainder"), RemainderRule::default(), |node| {
        remainder(reader, node)
    });
    let late = or_default(block.get("late"), Late::default(), |node| reader.word(node, LATE));
    let netting = or_default(block.get("netting"), true, |node| reader.truth(node));
    Some((period?, rounding?, remainder?, late?, netting?))
}

pub(super) fn currency_of(reader: &mut Reader<'_>, node: &Node) -> Option<Currency> {
    let text = reader.text(node)?;
    let read = text.parse::<Currency>().ok();
    if read.is_none() {
        let message = format!("{text:?} is not a currency of ISO 4217");
        let capitals = text.trim().to_uppercase();
        let help = match capitals.parse::<Currency>() {
            Ok(currency) => format!("did you mean \"{currency}\"? codes are three capitals"),
            Err(_) => "write its three capitals, such as \"USD\", \"JPY\" or \"KWD\"".to_owned(),
        };
        reader.complain(&codes::UNKNOWN_CURRENCY, &node.at, message, help);
    }
    read
}

fn zone(reader: &mut Reader<'_>, node: &Node) -> Option<Zone> {
    let text = reader.text(node)?;
    let read = text.parse::<Zone>().ok();
    if read.is_none() {
        let message = format!("{text:?} is not an IANA time zone");
        let help = "write its name as IANA does, such as \"UTC\" or \"America/Los_Angeles\"";
        reader.complain(&codes::UNKNOWN_ZONE, &node.at, message, help);
    }
    read
}

/// Two parties or more, in the order of the file.
fn parties_of(reader: &mut Reader<'_>, node: &Node) -> Option<Vec<Party>> {
    let Value::Table(fields) = &node.value else {
        reader.mistyped(node, "a table", PARTIES);
        return None;
    };
    let read: Vec<_> = fields.iter().map(|field| party(reader, field)).collect();
    if fields.len() < 2 {
        let message =
            format!("a contract needs at least two parties, this one has {}", fields.len());
        reader.complain(&codes::FEW_PARTIES, &node.at, message, format!("write {PARTIES}"));
    }
    read.into_iter().collect()
}

fn party(reader: &mut Reader<'_>, field: &Node) -> Option<Party> {
    let name = reader.name(field);
    let id = field.name.as_str();
    if id == LARGEST || id == IN_ORDER {
        let message = format!("a party cannot be called {id:?}, which is a rule of `remainder`");
        reader.complain(&codes::BAD_NAME, &field.key_at, message, "choose another id for it");
        return None;
    }
    let usable = reader.usable(id, &field.key_at);
    Some(Party { id: usable.then(|| id.to_owned())?, name: name? })
}

fn remainder(reader: &mut Reader<'_>, node: &Node) -> Option<RemainderRule> {
    match reader.text(node)? {
        LARGEST => Some(RemainderRule::LargestRemainder),
        IN_ORDER => Some(RemainderRule::InOrder),
        id => {
            let ids = reader.parties.iter().flatten().map(|party| party.id.clone());
            let allowed: Vec<String> =
                [LARGEST, IN_ORDER].map(str::to_owned).into_iter().chain(ids).collect();
            if let Some(party) = reader.parties.as_ref()?.iter().position(|party| party.id == id) {
                let party = crate::contract::PartyId(party);
                reader.remainder = Some(party);
                return Some(RemainderRule::Party(party));
            }
            let message = format!("{id:?} is neither a rule of `remainder` nor a party");
            let near = hint(id, allowed.iter().map(String::as_str));
            let list: Vec<String> = allowed.iter().map(|word| format!("{word:?}")).collect();
            let help = format!("{near}the values are {}", list.join(", "));
            reader.complain(&codes::UNKNOWN_WORD, &node.at, message, help);
            None
        }
    }
}

/// The keys that are written: `late`, and `marketplace.bearer` for the schedule of that id.
pub(super) fn written(root: &Node, contract: &Contract) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for field in root.fields() {
        keys.insert(field.name.clone());
        if field.name == "fx" {
            keys.extend(field.fields().iter().map(|inner| format!("fx.{}", inner.name)));
        }
        let Value::List(elements) = &field.value else { continue };
        if field.name != "schedule" {
            continue;
        }
        for (schedule, element) in contract.schedules.iter().zip(elements) {
            let inner = element.fields().iter();
            keys.extend(inner.map(|field| format!("{}.{}", schedule.id, field.name)));
        }
    }
    keys
}
