//! From what was seen to what is said: each sign once, with the smallest example.

use std::collections::BTreeMap;

use super::example::{Example, example};
use super::lints::Sign;
use super::month::World;
use super::report::{Concern, ConcernKind};
use super::shrink::smallest;
use super::{Seen, Stress, start};
use crate::settlement::Settlement;

/// So many stretches that show something are made smaller; the smallest result is shown.
const STARTS: usize = 3;

/// What stretches show, in their order.
pub(super) fn concerns(stress: &Stress<'_>, seen: &[&Seen]) -> Vec<Concern> {
    let mut shown: BTreeMap<&Sign, Vec<u32>> = BTreeMap::new();
    for one in seen {
        for sign in &one.signs {
            shown.entry(sign).or_default().push(one.world);
        }
    }
    let all = shown.iter();
    let worth = all.filter(|(sign, worlds)| is_worth_saying(sign, worlds.len(), &shown));
    worth.map(|(sign, worlds)| concern(stress, sign, &worlds[..worlds.len().min(STARTS)])).collect()
}

/// A payable is worth a word if it also goes the other way, and that more often.
fn is_worth_saying(sign: &Sign, often: usize, shown: &BTreeMap<&Sign, Vec<u32>>) -> bool {
    let Sign::Pays(from, to) = sign else { return true };
    let back = Sign::Pays(to.clone(), from.clone());
    let often_back = shown.get(&back).map_or(0, Vec::len);
    often_back > often || (often_back == often && from > to)
}

fn concern(stress: &Stress<'_>, sign: &Sign, worlds: &[u32]) -> Concern {
    let (judge, contract) = (&stress.judge, stress.judge.contract);
    let shrunk = worlds.iter().map(|number| {
        let mut world = stress.world(judge.plan, *number);
        if !matches!(sign, Sign::EarnsLess(_)) {
            world.more.clear();
        }
        smallest(world, &|world| judge.shows(sign, world))
    });
    let world = shrunk.min_by_key(size).expect("some stretch shows it");
    let run = judge.run(&world.entries).settled().unwrap_or_default();
    let shown = |name: &str, entries: &[_], run: &[Settlement]| {
        example(contract, name, entries, run, start(contract))
    };
    let facts = shown("facts", &world.entries, &run);
    let party = |at: &usize| contract.parties[*at].id.as_str();
    let (kind, message, examples) = match sign {
        Sign::Broken(law) => {
            let why = law.as_str();
            let what =
                format!("{why}: a mistake of this program; please report it with these facts");
            (ConcernKind::LawBroken, what, vec![facts])
        }
        Sign::Refused => {
            let why = match judge.run(&world.entries) {
                super::Chain::Refused(why) => why,
                super::Chain::Settled(_) => String::new(),
            };
            (ConcernKind::Unsettled, format!("a month cannot be settled: {why}"), vec![facts])
        }
        Sign::EarnsLess(at) => {
            let with = judge.run(&world.with()).settled().unwrap_or_default();
            let examples =
                vec![shown("without", &world.entries, &run), shown("with", &world.with(), &with)];
            let (before, after) = (has(&examples[0], party(at)), has(&examples[1], party(at)));
            let what = format!(
                "{} can earn less by one more sale: {after} instead of {before} in all",
                party(at)
            );
            (ConcernKind::EarnsLess, what, examples)
        }
        Sign::Beyond(at) => {
            let what = format!("{}'s share can exceed the net sales it comes from", party(at));
            (ConcernKind::ShareBeyondSales, what, vec![facts])
        }
        Sign::Order(at) => {
            let order = &judge.orders[*at];
            let other = super::chain::chain(&order.contract, &world.entries, judge.plan);
            let other = other.settled().unwrap_or_default();
            let other = shown("facts", &world.entries, &other);
            let what = format!(
                "{} give another result in the other order: {}",
                order.what,
                said(&other, &facts)
            );
            (ConcernKind::OrderMatters, what, vec![facts])
        }
        Sign::Pays(from, to) => {
            let what = format!("{to} pays {from} as a rule, but {from} can come to pay {to}");
            (ConcernKind::TurnsRound, what, vec![facts])
        }
    };
    Concern { kind, message, examples }
}

/// The order of examples: fewer facts, then shorter numbers, then the first found.
fn size(world: &World) -> (usize, usize) {
    let rows = world.entries.iter().chain(&world.more);
    let digits = rows.map(|entry| match entry {
        crate::fact::Entry::Fact(fact) => {
            let length =
                |value: Option<crate::money::Exact>| value.map_or(0, |it| it.to_string().len());
            length(fact.amount) + length(fact.quantity)
        }
        crate::fact::Entry::Fx(_) | crate::fact::Entry::Grant(_) | crate::fact::Entry::Audit(_) => {
            0
        }
        crate::fact::Entry::Payment(payment) => payment.amount.to_string().len(),
    });
    (world.entries.len() + world.more.len(), digits.sum())
}

fn has<'a>(example: &'a Example, party: &str) -> &'a str {
    let own = example.earned.iter().find(|earned| earned.party == party);
    own.map_or("", |earned| earned.amount.as_str())
}

/// The first payment that is another the other way round.
fn said(other: &Example, as_written: &Example) -> String {
    let differs = |paid: &&super::Paid| !as_written.payables.contains(paid);
    other.payables.iter().find(differs).map_or_else(
        || "nothing is paid then".to_owned(),
        |paid| {
            let (from, to, amount, period) = (&paid.from, &paid.to, &paid.amount, &paid.period);
            format!("for {period} {from} then pays {to} {amount}")
        },
    )
}
