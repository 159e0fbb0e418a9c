//! The smallest example: facts are left out and made smaller as long as they still show it.

use crate::fact::Fact;
use crate::money::Exact;

/// Facts from which nothing more can be taken without losing what `shows` looks for.
pub(super) fn smallest(facts: &[Fact], shows: &dyn Fn(&[Fact]) -> bool) -> Vec<Fact> {
    let mut facts = facts.to_vec();
    let mut at = 0;
    while at < facts.len() {
        let mut fewer = facts.clone();
        fewer.remove(at);
        if shows(&fewer) {
            facts = fewer;
        } else {
            at += 1;
        }
    }
    for at in 0..facts.len() {
        while let Some(smaller) = tenth(&facts[at]) {
            let mut tried = facts.clone();
            tried[at] = smaller;
            if !shows(&tried) {
                break;
            }
            facts = tried;
        }
    }
    facts
}

/// The fact with a tenth of its numbers, whole; none if nothing would be left.
fn tenth(fact: &Fact) -> Option<Fact> {
    let cut = |value: Exact| -> Option<Exact> {
        let units = (value.to_ratio() / crate::money::Ratio::whole(10)).trunc();
        units.to_string().parse().ok().filter(|units: &Exact| !units.is_zero())
    };
    let mut smaller = fact.clone();
    if let Some(amount) = fact.amount {
        smaller.amount = Some(cut(amount)?);
    }
    if let Some(quantity) = fact.quantity {
        smaller.quantity = Some(cut(quantity)?);
    }
    Some(smaller)
}

/// A fact on one line: `2026-10-05 charge aria-1 marketplace 120.00`.
pub(super) fn line(fact: &Fact) -> String {
    let mut words = vec![fact.time.to_string(), fact.kind.to_string()];
    for word in [&fact.product, &fact.channel, &fact.category] {
        if !word.is_empty() {
            words.push(word.clone());
        }
    }
    match (fact.amount, fact.quantity) {
        (Some(amount), _) => words.push(amount.to_string()),
        (None, Some(quantity)) => words.push(format!("{quantity} {}", fact.unit)),
        (None, None) => {}
    }
    words.join(" ")
}
