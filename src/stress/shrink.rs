//! The smallest example: facts are left out, simplified and made smaller as long as they still
//! show it.

use super::month::World;
use crate::calendar::Moment;
use crate::fact::{Entry, Fact};
use crate::money::{Exact, Ratio};

/// How many smaller worlds are tried for one example.
const TRIES: u32 = 1_500;

/// A world from which nothing more can be taken without losing what `shows` looks for.
pub(super) fn smallest(world: World, shows: &dyn Fn(&World) -> bool) -> World {
    let mut shrinking = Shrinking { world, shows, left: TRIES };
    loop {
        let parts = shrinking.drop_parts();
        let facts = shrinking.shrink_facts();
        if !(parts || facts) || shrinking.left == 0 {
            return shrinking.world;
        }
    }
}

struct Shrinking<'a> {
    world: World,
    shows: &'a dyn Fn(&World) -> bool,
    left: u32,
}

impl Shrinking<'_> {
    /// Keeps a world if it still shows it.
    fn keeps(&mut self, world: World) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let kept = (self.shows)(&world);
        if kept {
            self.world = world;
        }
        kept
    }

    /// Leaves out entries, many at once at first.
    fn drop_parts(&mut self) -> bool {
        let mut any = false;
        let mut size = self.world.entries.len().div_ceil(2).max(1);
        loop {
            let mut at = 0;
            while at < self.world.entries.len() {
                let end = (at + size).min(self.world.entries.len());
                let mut fewer = self.world.clone();
                fewer.entries.drain(at..end);
                if self.keeps(fewer) {
                    any = true;
                } else {
                    at += size;
                }
            }
            if size == 1 {
                return any;
            }
            size = size.div_ceil(2);
        }
    }

    fn shrink_facts(&mut self) -> bool {
        let mut any = false;
        let (own, more) = (self.world.entries.len(), self.world.more.len());
        for at in 0..own + more {
            let entry = |world: &World| -> Entry {
                if at < own { world.entries[at].clone() } else { world.more[at - own].clone() }
            };
            // What was kept may be made smaller once more.
            'again: loop {
                for smaller in smaller(&entry(&self.world)) {
                    let mut tried = self.world.clone();
                    if at < own {
                        tried.entries[at] = smaller
                    } else {
                        tried.more[at - own] = smaller
                    }
                    if self.keeps(tried) {
                        any = true;
                        continue 'again;
                    }
                }
                break;
            }
        }
        any
    }
}

/// Entries that say less, the smallest first.
fn smaller(entry: &Entry) -> Vec<Entry> {
    match entry {
        Entry::Fact(fact) => simpler(fact).into_iter().map(Entry::Fact).collect(),
        Entry::Payment(payment) => {
            let amounts = lesser(payment.amount).into_iter();
            amounts
                .map(|amount| Entry::Payment(crate::fact::Payment { amount, ..payment.clone() }))
                .collect()
        }
        Entry::Fx(_) | Entry::Grant(_) | Entry::Audit(_) => Vec::new(),
    }
}

fn simpler(fact: &Fact) -> Vec<Fact> {
    let mut list = Vec::new();
    let mut tried = |change: &dyn Fn(&mut Fact)| {
        let mut other = fact.clone();
        change(&mut other);
        if other != *fact {
            list.push(other);
        }
    };
    tried(&|fact| {
        if fact.amount.is_some() {
            fact.quantity = None;
            fact.unit.clear();
        }
    });
    tried(&|fact| fact.reference = None);
    tried(&|fact| fact.deal.clear());
    tried(&|fact| fact.customer.clear());
    tried(&|fact| fact.region.clear());
    tried(&|fact| {
        if let Moment::On(day) = fact.time {
            fact.time = Moment::On(day.plus(1 - i64::from(day.day_of_month())));
        }
    });
    if let Some(amount) = fact.amount {
        for amount in lesser(amount) {
            tried(&|fact| fact.amount = Some(amount));
        }
    }
    if let Some(quantity) = fact.quantity {
        for quantity in lesser(quantity) {
            tried(&|fact| fact.quantity = Some(quantity));
        }
    }
    list
}

/// Numbers of the same sign nearer to nothing: round ones first, then fewer digits.
fn lesser(value: Exact) -> Vec<Exact> {
    let whole = value.to_ratio().abs().trunc();
    let sign = if value.is_negative() { "-" } else { "" };
    let digits = whole.to_string();
    let mut numbers: Vec<String> = (0..digits.len()).map(|zeros| "0".repeat(zeros)).collect();
    numbers = numbers.into_iter().map(|zeros| format!("1{zeros}")).collect();
    let rest = "0".repeat(digits.len() - 1);
    numbers.push(format!("{}{rest}", &digits[..1]));
    numbers.push((Ratio::whole(whole.clone()) / Ratio::whole(2)).trunc().to_string());
    numbers.push(digits);
    let parsed =
        numbers.iter().filter_map(|number| format!("{sign}{number}").parse::<Exact>().ok());
    let size = |value: Exact| value.to_ratio().abs();
    parsed.filter(|number| !number.is_zero() && size(*number) < size(value)).collect()
}
