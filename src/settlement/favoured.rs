//! Most-favoured rates: a party's share of the base is at least what comparable deals give, from
//! the day on which they were granted.
//!
//! A rate that is granted inside a segment counts for its days of the segment. Grants stand in the
//! contract or in files, and mean the same: the best rate of a day counts, wherever it stands.
//!
//! The law: a base and its opposite move opposite amounts, so that what takes sales back in a later
//! segment gives back what was added for them.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::adjustment::ClauseKind;
use super::dues::{Dues, Reason};
use super::earnings::{Standing, counts};
use super::settled::{SegmentResult, StepName};
use super::trace::Rule;
use crate::calendar::Day;
use crate::contract::{Grant, MostFavoured, PartyId};
use crate::fact::{GrantedRate, Table};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, clause: &MostFavoured) -> Result<(), Finding> {
    let grants = granted(dues, clause);
    let mut extras = Vec::new();
    for result in dues.schedules.iter().filter(|result| counts(&clause.schedules, &result.id)) {
        for segment in &result.segments {
            let share = share_of(dues, segment, clause.party);
            let Some(share) = share else { continue };
            let Some(extra) = extra(dues, &grants, segment, share)? else { continue };
            extras.push((result.id.clone(), extra));
        }
    }
    for (id, Extra { amount, rule, note, facts }) in extras {
        let id = [id];
        let standing = Standing {
            kind: ClauseKind::MostFavoured,
            key: "most-favoured",
            name: &clause.name,
            line: clause.line,
            schedules: &id,
        };
        let reason = Reason { facts, ..dues.reason(standing, rule, note) };
        dues.adjust(clause.from, clause.party, amount, reason);
    }
    Ok(())
}

/// A granted rate, and the fact and the deal if a file says so.
struct Granted {
    grant: Grant,
    known: Option<(String, String)>,
}

/// What segments lack by a clause.
struct Extra {
    amount: Minor,
    rule: Rule,
    note: String,
    facts: Vec<(Table, String)>,
}

/// All grants that a clause looks at: those of the contract first.
fn granted(dues: &Dues<'_>, clause: &MostFavoured) -> Vec<Granted> {
    let own = clause.grants.iter().map(|grant| Granted { grant: grant.clone(), known: None });
    let contract = dues.contract;
    let about = |fact: &&GrantedRate| {
        fact.contract == contract.id && (fact.clause.is_empty() || fact.clause == clause.name)
    };
    let files = dues.evidence.grants.iter().filter(about).map(|fact| Granted {
        grant: Grant {
            from: fact.time.day_in(&contract.zone),
            until: fact.until,
            rate: fact.rate.clone(),
        },
        known: Some((fact.id.clone(), fact.deal.clone())),
    });
    own.chain(files).collect()
}

/// The best grant of a day; of equal ones the first.
fn best(grants: &[Granted], day: Day) -> Option<&Granted> {
    let holding = grants.iter().filter(|granted| granted.grant.holds_on(day));
    holding.reduce(|best, next| if next.grant.rate > best.grant.rate { next } else { best })
}

/// A party's share of a segment, with its priority and catch-up, if it has one.
fn share_of(dues: &Dues<'_>, segment: &SegmentResult, party: PartyId) -> Option<Minor> {
    let name = dues.contract.party_name(party);
    let has_one = segment.shares.iter().any(|(id, _)| id == name);
    has_one.then(|| segment.share_of(name))
}

/// What a segment's share lacks, rounded once; none if it lacks nothing.
fn extra(
    dues: &Dues<'_>,
    grants: &[Granted],
    segment: &SegmentResult,
    share: Minor,
) -> Result<Option<Extra>, Finding> {
    let currency = dues.contract.currency;
    let base = segment.amount(StepName::ShareBase);
    let days = segment.to.days_since(segment.from) + 1;
    let mut exact = Ratio::zero();
    let (mut words, mut facts) = (Vec::new(), Vec::new());
    let mut last = None;
    for (granted, held) in runs(grants, segment.from, segment.to) {
        let rate = &granted.grant.rate;
        let target = rate * &base.to_ratio(currency);
        let missing = target - share.to_ratio(currency);
        // The better rate of a negative base is the one that takes more.
        let better = match base.cmp(&Minor::ZERO) {
            Ordering::Greater => missing.is_positive(),
            Ordering::Less => missing.is_negative(),
            Ordering::Equal => false,
        };
        if !better {
            continue;
        }
        exact += &(missing * Ratio::new(held, days));
        let part = if held == days { String::new() } else { format!(" for {held}/{days} days") };
        let by = granted.known.as_ref().map_or(String::new(), |(_, deal)| format!(" ({deal})"));
        words.push(format!("{rate}{by}{part}"));
        facts.extend(granted.known.as_ref().map(|(id, _)| (Table::Grants, id.clone())));
        last = Some(rate.clone());
    }
    let amount = dues.round(&exact)?;
    let Some(rate) = last.filter(|_| !amount.is_zero()) else { return Ok(None) };
    let (from, to) = (segment.from, segment.to);
    let note = format!(
        "{from} to {to}: {} of share-base {}, share {}",
        words.join(", then "),
        dues.show(base),
        dues.show(share)
    );
    Ok(Some(Extra { amount, rule: Rule::RateOf { rate, base }, note, facts }))
}

/// The best grants of a stretch of days, each with its days.
fn runs(grants: &[Granted], from: Day, to: Day) -> Vec<(&Granted, i64)> {
    let begin = grants.iter().map(|granted| granted.grant.from);
    let after = grants.iter().filter_map(|granted| granted.grant.until).map(Day::next);
    let inside = begin.chain(after).filter(|day| *day > from && *day <= to);
    let starts: BTreeSet<Day> = std::iter::once(from).chain(inside).collect();
    let ends = starts.iter().skip(1).map(|day| day.previous()).chain([to]);
    let mut runs: Vec<(&Granted, i64)> = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        let Some(best) = best(grants, *start) else { continue };
        let days = end.days_since(*start) + 1;
        match runs.last_mut().filter(|(before, _)| before.grant.rate == best.grant.rate) {
            Some((_, held)) => *held += days,
            None => runs.push((best, days)),
        }
    }
    runs
}
