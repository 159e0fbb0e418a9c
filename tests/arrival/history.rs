//! What happened, and when each part of it came: facts, rates of exchange that were corrected,
//! cost that was delivered again, payments.

use std::collections::BTreeMap;

use proptest::prelude::*;
use revshare::calendar::Period;
use revshare::contract::Contract;
use revshare::fact::{
    Archive, Entry, Fact, FileHeader, FxRate, Gather, IdEntry, Kind, Lens, Payment, Slice, Table,
};

use super::outside::{Outside, outside};

/// How many months are closed; with the last everything has come.
pub(crate) const MONTHS: usize = 6;
/// Months before the first that facts may lie in.
const BEFORE: i64 = 2;

/// A month, counted from January 2026.
pub(crate) fn month(at: i64) -> Period {
    let first: Period = "2025-11".parse().expect("a period");
    (0..at + BEFORE).fold(first, |period, _| period.next())
}

pub(crate) fn day(month_at: i64, of_month: i64) -> String {
    format!("{}-{of_month:02}", month(month_at))
}

/// A fact in the rough.
#[derive(Clone, Debug)]
pub(crate) struct Rough {
    /// Which of [`KINDS`].
    pub(crate) what: usize,
    pub(crate) month: i64,
    /// Of the month, 1 to 28.
    pub(crate) day: i64,
    /// Below nothing for a fact that takes back what was counted before.
    pub(crate) cents: i64,
    pub(crate) euros: bool,
    /// The number of the fact that it refers to.
    pub(crate) to: Option<usize>,
    /// The delivery that brings it.
    pub(crate) comes: usize,
    /// Its id and what it names, if its place among the facts and `to` do not say so.
    pub(crate) called: Option<(String, Option<String>)>,
}

const KINDS: [(Kind, &str, &str); 9] = [
    (Kind::Charge, "market", ""),
    (Kind::Charge, "resale", ""),
    (Kind::Refund, "market", ""),
    (Kind::Chargeback, "market", ""),
    (Kind::Cost, "market", "compute"),
    (Kind::Cost, "", "pool"),
    (Kind::Usage, "own", ""),
    (Kind::Collected, "resale", ""),
    (Kind::Charge, "market", ""),
];

/// The place among kinds of cost that names neither product nor channel.
pub(crate) const SHARED_COST: usize = 5;

impl Rough {
    pub(crate) fn is_charge(&self) -> bool {
        KINDS[self.what].0 == Kind::Charge
    }

    /// May it refer to this one?
    pub(crate) fn follows(&self, other: &Self) -> bool {
        let (kind, channel, _) = KINDS[self.what];
        let refers = matches!(kind, Kind::Refund | Kind::Chargeback | Kind::Collected);
        refers && KINDS[other.what].1 == channel
    }

    /// The charge that it takes back, if it does.
    pub(crate) fn taken_back(&self) -> Option<usize> {
        let takes_back = matches!(KINDS[self.what].0, Kind::Refund | Kind::Chargeback);
        self.to.filter(|_| takes_back)
    }

    fn fact(&self, id: String, reference: Option<String>) -> Fact {
        let (kind, channel, category) = KINDS[self.what];
        let taken = matches!(kind, Kind::Refund | Kind::Chargeback);
        let minus = if taken != (self.cents < 0) { "-" } else { "" };
        let cents = self.cents.abs();
        let amount = format!("{minus}{}.{:02}", cents / 100, cents % 100);
        let number = Some(amount.parse().expect("a number"));
        let usage = kind == Kind::Usage;
        let currency = if self.euros { "EUR" } else { "USD" };
        let product = if self.cents % 3 == 0 { "opus" } else { "haiku" };
        Fact {
            product: if channel.is_empty() { "" } else { product }.into(),
            channel: channel.into(),
            category: category.into(),
            unit: if usage { "token" } else { "" }.into(),
            quantity: number.filter(|_| usage),
            amount: number.filter(|_| !usage),
            currency: (!usage).then(|| currency.parse().expect("a currency")),
            reference,
            ..Fact::new(kind, id, day(self.month, self.day).parse().expect("a day"))
        }
    }
}

/// A rate of euros in dollars, in thousandths above one; a later one for the day replaces it.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) thousandths: i64,
    pub(crate) comes: usize,
}

/// The cost of a month as one account's export has it; a later one replaces it whole.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(crate) month: i64,
    pub(crate) account: u8,
    /// Of the month, cents, in euros.
    pub(crate) lines: Vec<(i64, i64, bool)>,
    pub(crate) comes: usize,
}

/// A payment on a statement, by the platform or by the vendor.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) statement: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) cents: i64,
    pub(crate) back: bool,
    pub(crate) comes: usize,
}

/// All of it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) facts: Vec<Rough>,
    pub(crate) rates: Vec<Rate>,
    pub(crate) exports: Vec<Export>,
    pub(crate) payments: Vec<Paid>,
    pub(crate) outside: Vec<Outside>,
}

/// A row of a delivery, with what it replaces.
pub(crate) type Row = (Entry, Option<Slice>);

impl History {
    /// What one delivery brings.
    pub(crate) fn delivery(&self, at: usize) -> Vec<Row> {
        self.rows(|comes| comes == at, at == 0)
    }

    /// All that has come by a delivery, as one delivery: of what was replaced, the last form.
    pub(crate) fn by(&self, at: usize) -> Vec<Row> {
        self.rows(|comes| comes <= at, true)
    }

    fn rows(&self, of: impl Fn(usize) -> bool, with_first_rates: bool) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (at, rough) in self.facts.iter().enumerate().filter(|(_, rough)| of(rough.comes)) {
            let by_place = || (format!("f-{at}"), rough.to.map(|to| format!("f-{to}")));
            let (id, to) = rough.called.clone().unwrap_or_else(by_place);
            rows.push((Entry::Fact(rough.fact(id, to)), None));
        }
        let mut rates: BTreeMap<String, (usize, i64)> = BTreeMap::new();
        if with_first_rates {
            let months = -BEFORE..MONTHS as i64;
            let days =
                months.flat_map(|at| [1, 5, 10, 15, 20, 25, 28].map(|of| (day(at, of), at + of)));
            rates.extend(days.map(|(on, n)| (on, (0, 100 + n * 7))));
        }
        for rate in self.rates.iter().filter(|rate| of(rate.comes)) {
            let known = rates.entry(day(rate.month, rate.day)).or_default();
            if known.0 <= rate.comes {
                *known = (rate.comes, rate.thousandths);
            }
        }
        rows.extend(rates.into_iter().map(|(on, (_, rate))| (fx(&on, rate), None)));
        let mut exports: BTreeMap<(i64, u8), &Export> = BTreeMap::new();
        for export in self.exports.iter().filter(|export| of(export.comes)) {
            let known = exports.entry((export.month, export.account)).or_insert(export);
            if known.comes <= export.comes {
                *known = export;
            }
        }
        rows.extend(exports.values().flat_map(|export| export.rows()));
        let paid = self.payments.iter().enumerate().filter(|(_, paid)| of(paid.comes));
        rows.extend(paid.map(|(at, paid)| (Entry::Payment(paid.payment(at)), None)));
        let outside = self.outside.iter().enumerate().filter(|(_, known)| of(known.comes));
        rows.extend(outside.map(|(at, known)| (known.entry(at), None)));
        rows
    }
}

fn fx(on: &str, thousandths: i64) -> Entry {
    Entry::Fx(FxRate {
        date: on.parse().expect("a day"),
        base: "EUR".parse().expect("a currency"),
        quote: "USD".parse().expect("a currency"),
        rate: format!("1.{thousandths:03}").parse().expect("a rate"),
    })
}

impl Export {
    /// Its lines as facts.
    pub(crate) fn facts(&self) -> Vec<Rough> {
        let line = |&(day, cents, euros): &(i64, i64, bool)| {
            let (what, to, comes) = (4, None, self.comes);
            Rough { what, month: self.month, day, cents, euros, to, comes, called: None }
        };
        self.lines.iter().map(line).collect()
    }

    fn rows(&self) -> Vec<Row> {
        let slice = Slice {
            table: Table::Costs,
            source: "export".to_owned(),
            account: self.account.to_string(),
            period: month(self.month).to_string(),
        };
        let row = |rough: Rough| {
            let fact = Fact { id: None, ..rough.fact(String::new(), None) };
            (Entry::Fact(fact), Some(slice.clone()))
        };
        self.facts().into_iter().map(row).collect()
    }
}

impl Paid {
    fn payment(&self, at: usize) -> Payment {
        let [one, other] = ["vendor", "platform"].map(str::to_owned);
        let (from, to) = if self.back { (one, other) } else { (other, one) };
        Payment {
            id: format!("p-{at}"),
            time: day(self.month, self.day).parse().expect("a day"),
            period: month(self.statement),
            from,
            to,
            amount: format!("{}.{:02}", self.cents / 100, self.cents % 100)
                .parse()
                .expect("an amount"),
            currency: "USD".parse().expect("a currency"),
        }
    }
}

/// One import after another.
pub(crate) struct Imports {
    lens: Lens,
    pub(crate) archive: Archive,
    known: BTreeMap<revshare::fact::Hash, IdEntry>,
}

impl Imports {
    pub(crate) fn of(contracts: &[&Contract]) -> Self {
        let lens = Lens::of(contracts.iter().copied());
        Self { lens, archive: Archive::default(), known: BTreeMap::new() }
    }

    pub(crate) fn import(&mut self, rows: Vec<Row>) {
        let mut gather = Gather::new(&self.lens, &self.archive, &self.known);
        let file = gather.open(FileHeader {
            path: "rows.csv".to_owned(),
            table: Table::Sales,
            format: "own".to_owned(),
            source: "own".to_owned(),
        });
        for (row, slice) in rows {
            gather.push(file, 0, slice.as_ref(), &row).expect("nothing is read");
        }
        let gathered = gather.finish();
        self.known.extend(gathered.ids.iter().map(|entry| (entry.id, *entry)));
        self.archive.apply(&gathered.delivery);
    }
}

pub(crate) fn when() -> impl Strategy<Value = (i64, i64)> {
    (-BEFORE..MONTHS as i64, 1..=28_i64)
}

/// Facts alone.
pub(crate) fn facts() -> impl Strategy<Value = Vec<Rough>> {
    let to = prop::option::of(any::<prop::sample::Index>());
    let size = (0..40_000_i64, any::<bool>());
    let one = (0..KINDS.len(), when(), size, to, 0..MONTHS);
    prop::collection::vec(one, 1..20).prop_map(|list| {
        let rough = |&(what, (month, day), (cents, euros), _, comes): &(_, _, _, _, _)| Rough {
            what,
            month,
            day,
            cents,
            euros,
            to: None,
            comes,
            called: None,
        };
        let mut facts: Vec<Rough> = list.iter().map(rough).collect();
        for (at, (_, _, _, to, _)) in list.iter().enumerate() {
            let to = to.map(|to| to.index(facts.len()));
            facts[at].to = to.filter(|to| facts[at].follows(&facts[*to]));
        }
        facts
    })
}

/// Corrected rates.
pub(crate) fn rates() -> impl Strategy<Value = Vec<Rate>> {
    let one = (when(), 0..1000_i64, 1..MONTHS);
    let rate = |((month, day), thousandths, comes)| Rate { month, day, thousandths, comes };
    prop::collection::vec(one.prop_map(rate), 0..5)
}

/// Everything.
pub(crate) fn history() -> impl Strategy<Value = History> {
    let line = (1..=28_i64, 0..20_000_i64, any::<bool>());
    let export = (-BEFORE..MONTHS as i64, 0..2_u8, prop::collection::vec(line, 1..3), 0..MONTHS)
        .prop_map(|(month, account, lines, comes)| Export { month, account, lines, comes });
    let paid = (when(), -1..=0_i64, 0..20_000_i64, any::<bool>(), 0..MONTHS);
    let paid = paid.prop_map(|((month, day), before, cents, back, comes)| {
        let statement = (month + before).max(-BEFORE);
        Paid { statement, month, day, cents, back, comes }
    });
    let exports = prop::collection::vec(export, 0..6);
    let payments = prop::collection::vec(paid, 0..4);
    (facts(), rates(), exports, payments, outside()).prop_map(
        |(facts, rates, exports, payments, outside)| History {
            facts,
            rates,
            exports,
            payments,
            outside,
        },
    )
}
