//! `split = { vendor = "50%", platform = "rest" }`.
//!
//! Refuses shares that are not exactly a whole, and a remainder for somebody without a share.

use super::reader::Reader;
use super::tree::{Node, Value};
use crate::contract::{PartyId, Split, codes};
use crate::money::Ratio;

const EXAMPLE: &str = "split = { vendor = \"50%\", platform = \"rest\" }";
const REST: &str = "rest";

/// Reads the shares, and puts them into the contract's order of parties.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Split> {
    let Value::Table(fields) = &node.value else {
        reader.mistyped(node, "a table of parties and shares", EXAMPLE);
        return None;
    };
    if fields.is_empty() {
        reader.nothing_in(node, EXAMPLE);
        return None;
    }
    let read: Vec<_> = fields.iter().map(|field| share(reader, field)).collect();
    let read = read.into_iter().collect::<Option<Vec<_>>>()?;
    let mut shares = whole(reader, node, read)?;
    shares.sort_by_key(|(party, _)| *party);
    remainder_is_served(reader, node, &shares);
    Some(Split { shares })
}

/// A party with its share; none stands for the rest.
fn share(reader: &mut Reader<'_>, field: &Node) -> Option<(PartyId, Option<Ratio>)> {
    let party = reader.party(&field.name, &field.key_at);
    let ratio = match &field.value {
        Value::Text(text) if text == REST => Some(None),
        Value::Text(_)
        | Value::Whole(_)
        | Value::Float
        | Value::Truth(_)
        | Value::Day(_)
        | Value::Time
        | Value::List(_)
        | Value::Table(_) => reader.fraction(field).map(Some),
    };
    Some((party?, ratio?))
}

/// Fills in the rest, or complains about shares that are not a whole.
fn whole(
    reader: &mut Reader<'_>,
    node: &Node,
    read: Vec<(PartyId, Option<Ratio>)>,
) -> Option<Vec<(PartyId, Ratio)>> {
    let sum: Ratio = read.iter().filter_map(|(_, share)| share.as_ref()).sum();
    let rests = read.iter().filter(|(_, share)| share.is_none()).count();
    let rest = Ratio::one() - sum.clone();
    let trouble = match rests {
        0 if rest.is_zero() => None,
        0 => Some((
            format!("the shares of this split add up to {sum}"),
            "make them add up to 100%, or give one party \"rest\"",
        )),
        1 if !rest.is_negative() => None,
        1 => Some((
            format!("the shares beside the rest add up to {sum}"),
            "make them at most 100%, so that there is a rest",
        )),
        _ => Some((
            format!("{rests} parties of this split take the rest"),
            "give all but one of them a share such as \"50%\"",
        )),
    };
    if let Some((message, help)) = trouble {
        reader.complain(&codes::SHARES, &node.at, message, help);
        return None;
    }
    let filled = |share: Option<Ratio>| share.unwrap_or_else(|| rest.clone());
    Some(read.into_iter().map(|(party, share)| (party, filled(share))).collect())
}

/// The party that `remainder` names can take a cent only where it has a share.
fn remainder_is_served(reader: &mut Reader<'_>, node: &Node, shares: &[(PartyId, Ratio)]) {
    let Some(party) = reader.remainder else { return };
    let has = |(owner, share): &(PartyId, Ratio)| *owner == party && share.is_positive();
    if shares.iter().any(has) {
        return;
    }
    let name = reader.party_name(party).to_owned();
    let message = format!("remainder = {name:?}, but {name} has no share of this split");
    let help = format!(
        "give {name} a share, or choose remainder = \"largest-remainder\" for the contract"
    );
    reader.complain(&codes::REMAINDER_PARTY, &node.at, message, help);
}
