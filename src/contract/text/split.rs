//! `split = { vendor = "50%", platform = "rest" }`, with groups that are split again.
//!
//! Refuses shares that are not exactly a whole, a party in two places, and a remainder for
//! somebody without a share. A split with `tiers` is read by [`tiers`](super::tiers).

use super::keys;
use super::reader::Reader;
use super::tiers;
use super::tree::{Node, Value};
use crate::contract::{Division, Part, PartyId, Split, codes};
use crate::money::Ratio;

pub(super) const EXAMPLE: &str = "split = { vendor = \"50%\", platform = \"rest\" }";
const REST: &str = "rest";

/// Reads a split, plain or by tiers.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) -> Option<Split> {
    let fields = filled(reader, node, EXAMPLE)?;
    if fields.iter().any(|field| field.name == "tiers" && matches!(field.value, Value::List(_))) {
        return tiers::read(reader, node);
    }
    let fields: Vec<&Node> = fields.iter().collect();
    division(reader, node, &fields).map(Split::plain)
}

/// Reads a table of parties and shares where one stands under a key of its own.
pub(super) fn table(reader: &mut Reader<'_>, node: &Node) -> Option<Division> {
    let fields: Vec<&Node> = filled(reader, node, EXAMPLE)?.iter().collect();
    division(reader, node, &fields)
}

fn filled<'n>(reader: &mut Reader<'_>, node: &'n Node, example: &str) -> Option<&'n [Node]> {
    let Value::Table(fields) = &node.value else {
        reader.mistyped(node, "a table of parties and shares", example);
        return None;
    };
    if fields.is_empty() {
        reader.nothing_in(node, example);
        return None;
    }
    Some(fields)
}

/// Reads the shares, and puts them into the contract's order of parties.
pub(super) fn division(reader: &mut Reader<'_>, node: &Node, fields: &[&Node]) -> Option<Division> {
    let read: Vec<_> = fields.iter().map(|field| part(reader, field)).collect();
    let read = read.into_iter().collect::<Option<Vec<_>>>()?;
    let (owners, shares): (Vec<Owner>, Vec<Option<Ratio>>) = read.into_iter().unzip();
    let shares = whole(reader, node, shares)?;
    let part = |((group, members), share)| Part { group, share, members };
    let mut parts: Vec<Part> = owners.into_iter().zip(shares).map(part).collect();
    parts.sort_by_key(|part| part.members.first().map(|(party, _)| *party));
    let division = Division { parts };
    each_once(reader, node, &division)?;
    remainder_is_served(reader, node, &division);
    Some(division)
}

/// The name of a group, and who is in it by which weight.
type Owner = (Option<String>, Vec<(PartyId, Ratio)>);

/// A party or group with its share; none stands for the rest.
fn part(reader: &mut Reader<'_>, field: &Node) -> Option<(Owner, Option<Ratio>)> {
    if let Value::Table(_) = field.value {
        return group(reader, field);
    }
    let party = reader.party(&field.name, &field.key_at);
    let share = share(reader, field);
    Some(((None, vec![(party?, Ratio::one())]), share?))
}

/// `"50%"`, `"3% + 0.5%"`, or `"rest"` as none.
fn share(reader: &mut Reader<'_>, field: &Node) -> Option<Option<Ratio>> {
    match field.as_text() {
        Some(REST) => Some(None),
        Some(text) if text.contains('+') => {
            let terms = text.split('+').map(|term| reader.fraction_in(term.trim(), field));
            let terms: Vec<Option<Ratio>> = terms.collect();
            terms.into_iter().sum::<Option<Ratio>>().map(Some)
        }
        Some(_) | None => reader.fraction(field).map(Some),
    }
}

/// `investors = { share = "20%", split = { fund-a = "3/4", fund-b = "1/4" } }`.
fn group(reader: &mut Reader<'_>, field: &Node) -> Option<(Owner, Option<Ratio>)> {
    let name = reader.usable(&field.name, &field.key_at).then(|| field.name.clone());
    let taken = reader.parties.iter().flatten().any(|party| party.id == field.name);
    if taken {
        let message = format!("{:?} is a party, so a group cannot go by that name", field.name);
        let help = "give the group a name of its own";
        reader.complain(&codes::GROUP, &field.key_at, message, help);
    }
    let block = reader.block(field, "this group", keys::GROUP)?;
    let own = block.need(reader, "share", "share = \"20%\"");
    let own = own.and_then(|node| share(reader, node));
    let example = "split = { fund-a = \"3/4\", fund-b = \"1/4\" }";
    let members = block.need(reader, "split", example);
    let members = members.and_then(|node| members_of(reader, node, example));
    Some(((Some(name?), members?), own?))
}

/// Fractions that make a whole, or amounts such as investments, by which a group divides.
fn members_of(
    reader: &mut Reader<'_>,
    node: &Node,
    example: &str,
) -> Option<Vec<(PartyId, Ratio)>> {
    let fields = filled(reader, node, example)?;
    let parties: Vec<_> =
        fields.iter().map(|field| reader.party(&field.name, &field.key_at)).collect();
    let weights = match amounts(fields) {
        Some(weights) => {
            let sum: Ratio = weights.iter().sum();
            Some(weights.into_iter().map(|weight| weight / sum.clone()).collect())
        }
        None => {
            let read: Vec<_> = fields.iter().map(|field| share(reader, field)).collect();
            let read = read.into_iter().collect::<Option<Vec<_>>>();
            read.and_then(|shares| whole(reader, node, shares))
        }
    };
    let parties = parties.into_iter().collect::<Option<Vec<_>>>()?;
    let mut members: Vec<(PartyId, Ratio)> = parties.into_iter().zip(weights?).collect();
    members.sort_by_key(|(party, _)| *party);
    Some(members)
}

/// The members' weights, if all are plain numbers of one and more.
fn amounts(fields: &[Node]) -> Option<Vec<Ratio>> {
    let amount = |field: &Node| {
        let text = field.as_text().filter(|text| !text.contains(['%', '/']))?;
        text.parse::<Ratio>().ok().filter(|weight| fields.len() > 1 && *weight >= Ratio::one())
    };
    fields.iter().map(amount).collect()
}

/// Fills in the rest, or complains about shares that are not a whole.
fn whole(reader: &mut Reader<'_>, node: &Node, read: Vec<Option<Ratio>>) -> Option<Vec<Ratio>> {
    let sum: Ratio = read.iter().flatten().sum();
    let rests = read.iter().filter(|share| share.is_none()).count();
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
    Some(read.into_iter().map(|share| share.unwrap_or_else(|| rest.clone())).collect())
}

/// A party has one place: alone or in one group.
fn each_once(reader: &mut Reader<'_>, node: &Node, division: &Division) -> Option<()> {
    let shares = division.shares();
    let twice = shares.windows(2).find(|pair| pair[0].0 == pair[1].0);
    let Some(pair) = twice else { return Some(()) };
    let name = reader.party_name(pair[0].0).to_owned();
    let message = format!("{name} stands in this split twice");
    let help = "give each party one place, alone or in one group, with all that it receives";
    reader.complain(&codes::GROUP, &node.at, message, help);
    None
}

/// The party that `remainder` names can take a cent only where it has a share.
fn remainder_is_served(reader: &mut Reader<'_>, node: &Node, division: &Division) {
    let Some(party) = reader.remainder else { return };
    let has = |(owner, share): &(PartyId, Ratio)| *owner == party && share.is_positive();
    if division.shares().iter().any(has) {
        return;
    }
    let name = reader.party_name(party).to_owned();
    let message = format!("remainder = {name:?}, but {name} has no share of this split");
    let help = format!(
        "give {name} a share, or choose remainder = \"largest-remainder\" for the contract"
    );
    reader.complain(&codes::REMAINDER_PARTY, &node.at, message, help);
}
