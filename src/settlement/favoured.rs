//! Most-favoured rates: a party's share of the base is at least what comparable deals give, from
//! the day on which they were granted.
//!
//! A rate that is granted inside a segment counts for its days of the segment.
//!
//! The law: a base and its opposite move opposite amounts, so that what takes sales back in a later
//! segment gives back what was added for them.

use std::cmp::Ordering;

use super::adjustment::ClauseKind;
use super::dues::Dues;
use super::earnings::{Standing, counts};
use super::settled::{SegmentResult, StepName};
use super::trace::Rule;
use crate::calendar::Day;
use crate::contract::{MostFavoured, PartyId};
use crate::finding::Finding;
use crate::money::{Minor, Ratio};

pub(super) fn apply(dues: &mut Dues<'_>, clause: &MostFavoured) -> Result<(), Finding> {
    let mut extras = Vec::new();
    for result in dues.schedules.iter().filter(|result| counts(&clause.schedules, &result.id)) {
        for segment in &result.segments {
            let share = share_of(dues, segment, clause.party);
            let Some(share) = share else { continue };
            let Some(extra) = extra(dues, clause, segment, share)? else { continue };
            extras.push((result.id.clone(), extra));
        }
    }
    for (id, (amount, rule, note)) in extras {
        let id = [id];
        let standing = Standing {
            kind: ClauseKind::MostFavoured,
            key: "most-favoured",
            name: &clause.name,
            line: clause.line,
            schedules: &id,
        };
        let reason = dues.reason(standing, rule, note);
        dues.adjust(clause.from, clause.party, amount, reason);
    }
    Ok(())
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
    clause: &MostFavoured,
    segment: &SegmentResult,
    share: Minor,
) -> Result<Option<(Minor, Rule, String)>, Finding> {
    let currency = dues.contract.currency;
    let base = segment.amount(StepName::ShareBase);
    let days = segment.to.days_since(segment.from) + 1;
    let mut exact = Ratio::zero();
    let mut words = Vec::new();
    let mut last = None;
    for (rate, held) in runs(clause, segment.from, segment.to) {
        let target = &rate * &base.to_ratio(currency);
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
        words.push(format!("{rate}{part}"));
        last = Some(rate);
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
    Ok(Some((amount, Rule::RateOf { rate, base }, note)))
}

/// The granted rates of a stretch of days, each with its days.
fn runs(clause: &MostFavoured, from: Day, to: Day) -> Vec<(Ratio, i64)> {
    let inside = |day: &Day| *day > from && *day <= to;
    let mut starts = vec![from];
    starts.extend(clause.grants.iter().map(|grant| grant.from).filter(inside));
    let mut ends: Vec<Day> = starts[1..].iter().map(|day| day.previous()).collect();
    ends.push(to);
    let run = |(start, end): (Day, Day)| {
        let rate = clause.rate_on(start)?.clone();
        Some((rate, end.days_since(start) + 1))
    };
    let mut runs: Vec<(Ratio, i64)> = Vec::new();
    for (rate, days) in starts.into_iter().zip(ends).filter_map(run) {
        match runs.last_mut().filter(|(before, _)| *before == rate) {
            Some((_, held)) => *held += days,
            None => runs.push((rate, days)),
        }
    }
    runs
}
