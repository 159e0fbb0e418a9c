//! Random facts, rates and payments for random deals.

use std::fmt;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use revshare::fact::{Entry, Fact, FxRate, Kind, Payment};

use super::deal::{Deal, deal, pair};

/// A deal and what happened under it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) deal: Deal,
    pub(crate) facts: Vec<Fact>,
    /// Rates and payments.
    pub(crate) others: Vec<Entry>,
}

/// As people write it: a failing case is read by somebody.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.deal.text())?;
        for fact in &self.facts {
            let Fact { kind, id, time, product, channel, deal, category, reference, .. } = fact;
            let id = id.as_deref().unwrap_or_default();
            write!(f, "{kind} {id} {time:?} {product} {channel} {deal} {category}")?;
            let (amount, quantity) = (fact.amount, fact.quantity);
            writeln!(f, " {amount:?} {:?} x {quantity:?} -> {reference:?}", fact.currency)?;
        }
        let mut payments = self.others.iter().filter(|entry| matches!(entry, Entry::Payment(_)));
        payments.try_for_each(|entry| writeln!(f, "{entry:?}"))
    }
}

impl World {
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.facts.iter().cloned().map(Entry::Fact).chain(self.others.iter().cloned()).collect()
    }

    /// Nothing but charges, each refunded in full, under what speaks of what stays sold. Quantities go,
    /// because a usage fee is owed for what was used, and nobody refunds it; so do payments.
    pub(crate) fn all_refunded(&self) -> Self {
        let charges = self.facts.iter().filter(|fact| fact.kind == Kind::Charge);
        let charges = charges.filter(|fact| fact.amount.is_some());
        let pairs = charges.flat_map(|charge| {
            let charge = Fact { quantity: None, unit: String::new(), ..charge.clone() };
            let refund = Fact {
                kind: Kind::Refund,
                id: charge.id.as_ref().map(|id| format!("back-{id}")),
                amount: charge.amount.map(|amount| -amount),
                reference: charge.id.clone(),
                ..charge.clone()
            };
            [charge, refund]
        });
        let rates = self.others.iter().filter(|entry| matches!(entry, Entry::Fx(_)));
        Self {
            deal: self.deal.of_what_stays_sold(),
            facts: pairs.collect(),
            others: rates.cloned().collect(),
        }
    }
}

/// Any text of the program's own types; the generators write only what can be read.
fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a generator writes what can be read")
}

/// From the end of 2025 into May, by days or half hours.
fn moment() -> impl Strategy<Value = String> {
    let day = prop_oneof![
        1 => Just("2025-12-31".to_owned()),
        9 => (1..=5_u8, 1..=28_u8).prop_map(|(month, day)| format!("2026-{month:02}-{day:02}")),
        1 => select(vec!["2026-01-31", "2026-02-28", "2026-03-31"]).prop_map(str::to_owned),
    ];
    (day, option::weighted(0.3, 0..48_u8)).prop_map(|(day, half)| match half {
        Some(half) => format!("{day}T{:02}:{:02}:00Z", half / 2, half % 2 * 30),
        None => day,
    })
}

/// Hundredths or, now and then, finer.
fn money() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..60_000_u32).prop_map(|cents| format!("{}.{:02}", cents / 100, cents % 100)),
        1 => (0..60_000_u32).prop_map(|fine| format!("{}.{:03}", fine / 1000, fine % 1000)),
    ]
}

const KINDS: [Kind; 16] = [
    Kind::Charge,
    Kind::Charge,
    Kind::Charge,
    Kind::Charge,
    Kind::Charge,
    Kind::Refund,
    Kind::Credit,
    Kind::Chargeback,
    Kind::Tax,
    Kind::Fee,
    Kind::Collected,
    Kind::Collected,
    Kind::Cost,
    Kind::Cost,
    Kind::Usage,
    Kind::Usage,
];

fn fact(own: &'static str) -> impl Strategy<Value = Fact> {
    let place = (
        select(vec!["opus", "haiku", "guard", "suite"]),
        select(vec!["market", "market", "market", "resale", "resale", "own", "elsewhere"]),
        select(vec!["", "D", "E", "F"]),
    );
    let currency = select(vec![own, own, own, "EUR", "GBP"]);
    let size = (money(), currency, 1..600_u32, 0..10_u8);
    (select(KINDS.to_vec()), moment(), place, size).prop_map(
        |(kind, moment, (product, channel, deal), (money, currency, quantity, luck))| {
            let mut fact = Fact {
                product: product.into(),
                channel: channel.into(),
                deal: deal.into(),
                currency: Some(read(currency)),
                amount: Some(read(&money)),
                ..Fact::new(kind, "", read(&moment))
            };
            let back = matches!(kind, Kind::Refund | Kind::Credit | Kind::Chargeback | Kind::Fee);
            if back {
                fact.amount = Some(read(&format!("-{money}")));
            }
            if kind == Kind::Fee {
                fact.category = if luck < 6 { "listing" } else { "payment" }.into();
            }
            if kind == Kind::Cost {
                fact.category = if luck < 6 { "compute" } else { "pool" }.into();
                if luck > 6 {
                    fact.product = if luck == 7 { product } else { "" }.into();
                    fact.channel.clear();
                }
            }
            if kind == Kind::Usage || kind == Kind::Charge && luck < 5 {
                fact.unit = "token".into();
                fact.quantity = Some(read(&quantity.to_string()));
            }
            // Only market and resale have a price for what comes without an amount.
            let priced =
                kind == Kind::Charge && luck < 2 && ["market", "resale"].contains(&channel);
            if kind == Kind::Usage || priced {
                (fact.amount, fact.currency) = (None, None);
            }
            fact
        },
    )
}

/// Facts in some order; some of them refer to an earlier one.
fn facts(own: &'static str) -> impl Strategy<Value = Vec<Fact>> {
    vec((fact(own), option::weighted(0.5, any::<Index>())), 0..30).prop_map(|list| {
        let mut facts: Vec<Fact> = Vec::new();
        for (at, (mut fact, to)) in list.into_iter().enumerate() {
            fact.id = Some(format!("f-{at}"));
            let charges: Vec<&Fact> =
                facts.iter().filter(|fact| fact.kind == Kind::Charge).collect();
            let refers = fact.kind.takes_back() || fact.kind == Kind::Collected;
            if let Some(to) = to.filter(|_| refers && !charges.is_empty()) {
                let original = to.get(&charges);
                fact.reference = original.id.clone();
                fact.product.clone_from(&original.product);
                fact.channel.clone_from(&original.channel);
                fact.deal.clone_from(&original.deal);
                fact.currency = original.currency.or(fact.currency);
            }
            facts.push(fact);
        }
        facts
    })
}

/// A rate every third day: euros into the contract's currency, and that into pounds, which is the
/// wrong way round.
fn rates(own: &'static str) -> Vec<Entry> {
    let first: revshare::calendar::Day = read("2025-11-20");
    let days = std::iter::successors(Some(first), |day| Some(day.plus(3)));
    let listed = |(at, date): (usize, revshare::calendar::Day)| {
        let rate = |base: &str, quote: &str, rate: String| {
            let (base, quote) = (read(base), read(quote));
            Entry::Fx(FxRate { date, base, quote, rate: read(&rate) })
        };
        [
            rate("EUR", own, format!("1.{:03}", 80 + at * 7 % 50)),
            rate(own, "GBP", format!("0.{}", 700 + at * 11 % 90)),
        ]
    };
    days.take(75).enumerate().flat_map(listed).collect()
}

/// Who pays whom, on the statement of which month, how many days after its third, how much.
type Paid = ((&'static str, &'static str), u8, i64, String);

fn payments(own: &'static str, quarters: bool) -> impl Strategy<Value = Vec<Entry>> {
    let one = (pair(), 1..=6_u8, 0..90_i64, money());
    vec(one, 0..6).prop_map(move |list| {
        let payment = |(at, ((from, to), month, days, amount)): (usize, Paid)| {
            let first: revshare::calendar::Day = read(&format!("2026-{month:02}-03"));
            let period = match quarters {
                true => format!("2026-Q{}", month.div_ceil(3)),
                false => format!("2026-{month:02}"),
            };
            Entry::Payment(Payment {
                id: format!("paid-{at}"),
                time: revshare::calendar::Moment::On(first.plus(days)),
                period: read(&period),
                from: from.to_owned(),
                to: to.to_owned(),
                amount: read(&amount),
                currency: read(own),
            })
        };
        list.into_iter().enumerate().map(payment).collect()
    })
}

/// A deal, and months of facts under it.
pub(crate) fn world() -> impl Strategy<Value = World> {
    deal().prop_flat_map(|deal| {
        let own = deal.currency;
        (facts(own), payments(own, deal.quarters)).prop_map(move |(facts, payments)| {
            let others = rates(own).into_iter().chain(payments).collect();
            World { deal: deal.clone(), facts, others }
        })
    })
}
