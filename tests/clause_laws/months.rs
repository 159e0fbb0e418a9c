//! A deal of two schedules with any clauses, and random months under it.

use proptest::prelude::*;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::posting::postings;
use revshare::settlement::{Balances, ClauseKind, Settlement, settle};

/// Two schedules whose sales the platform makes, one with a loss that is shared.
pub(crate) const HEAD: &str = r#"
id = "deal"
currency = "USD"
period = "PERIOD"
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
[[schedule]]
id = "a"
scope = { channel = "a" }
seller = "platform"
bearer = "platform"
provider = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "gross-profit"
  losses = "share"
  split = { vendor = "30%", platform = "rest" }
[[schedule]]
id = "b"
scope = { channel = "b" }
seller = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "net-sales"
  split = { vendor = "1/3", platform = "rest" }
"#;

/// A month of sales and cost in whole cents.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    pub(crate) sold: [i64; 2],
    pub(crate) refunded: i64,
    pub(crate) charged_back: i64,
    pub(crate) cost: i64,
}

pub(crate) fn month() -> impl Strategy<Value = Month> {
    let size = || prop_oneof![1 => Just(0_i64), 4 => 0..100_000_i64];
    (size(), size(), 0..30_000_i64, 0..30_000_i64, size()).prop_map(
        |(a, b, refunded, charged_back, cost)| Month { sold: [a, b], refunded, charged_back, cost },
    )
}

pub(crate) fn facts(months: &[Month]) -> Vec<Entry> {
    let cents = |cents: i64| {
        format!(
            "{}{}.{:02}",
            if cents < 0 { "-" } else { "" },
            cents.abs() / 100,
            cents.abs() % 100
        )
    };
    let mut all = Vec::new();
    for (at, month) in months.iter().enumerate() {
        let day = format!("{}-{:02}-07", 2026 + at / 12, at % 12 + 1);
        let mut add = |kind: Kind, channel: &str, amount: i64| {
            let fact = Fact {
                product: "opus-4".into(),
                channel: channel.into(),
                category: if kind == Kind::Cost { "compute" } else { "" }.into(),
                amount: Some(cents(amount).parse().unwrap()),
                currency: Some("USD".parse().unwrap()),
                ..Fact::new(kind, format!("f-{}", all.len()), day.parse().unwrap())
            };
            all.push(Entry::Fact(fact));
        };
        add(Kind::Charge, "a", month.sold[0]);
        add(Kind::Charge, "b", month.sold[1]);
        add(Kind::Refund, "b", -month.refunded);
        add(Kind::Chargeback, "b", -month.charged_back);
        add(Kind::Cost, "a", month.cost);
    }
    all
}

/// Settles the months in order, and so many periods after them.
pub(crate) fn settled(
    clauses: &str,
    length: PeriodLength,
    months: &[Month],
    after: usize,
) -> Vec<Settlement> {
    let word = if length == PeriodLength::Month { "month" } else { "quarter" };
    let text = HEAD.replace("PERIOD", word) + clauses;
    let contract = Contract::parse("deal.toml", &text).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(|f| f.to_string()).collect::<Vec<_>>().join("\n"))
    });
    let (evidence, left_out) = evidence_of(&contract, facts(months));
    assert!(left_out.is_empty());
    let mut period = Period::of("2026-01-01".parse().unwrap(), length);
    let per = if length == PeriodLength::Month { 1 } else { 3 };
    let (mut all, mut balances) = (Vec::new(), Balances::default());
    for _ in 0..months.len().div_ceil(per) + after {
        let settlement = settle(&contract, period, &evidence, &balances).unwrap();
        booked(&settlement, &contract);
        balances = settlement.closing();
        all.push(settlement);
        period = period.next();
    }
    all
}

/// The books of both parties say what the payables say.
pub(crate) fn booked(settlement: &Settlement, contract: &Contract) {
    let due = paid(settlement);
    let all = postings(settlement, contract);
    for (book, other, due) in [("platform", "vendor", -due), ("vendor", "platform", due)] {
        let ends = [format!("payable:{other}"), format!("receivable:{other}")];
        let own = all.iter().filter(|each| each.book == book && ends.contains(&each.account));
        assert_eq!(own.map(|each| each.debit.0 - each.credit.0).sum::<i128>(), due, "{book}");
    }
}

/// What the vendor's shares of some schedules come to.
pub(crate) fn shares(settlement: &Settlement, ids: &[&str]) -> i128 {
    let results = settlement.schedules.iter().filter(|result| ids.contains(&result.id.as_str()));
    let shares = results.flat_map(|result| &result.segments).flat_map(|segment| &segment.shares);
    shares.filter(|(party, _)| party == "vendor").map(|(_, amount)| amount.0).sum()
}

/// What a clause moved to the vendor; negative if the other way.
pub(crate) fn moved(settlement: &Settlement, clause: ClauseKind, name: &str) -> i128 {
    let own = settlement.adjustments.iter().filter(|a| a.clause == clause && a.name == name);
    own.map(|a| if a.to == "vendor" { a.amount.0 } else { -a.amount.0 }).sum()
}

/// What the platform pays the vendor in the end; negative if the other way.
pub(crate) fn paid(settlement: &Settlement) -> i128 {
    let each = settlement.payables.iter();
    each.map(|p| if p.to == "vendor" { p.amount.0 } else { -p.amount.0 }).sum()
}

pub(crate) fn closing(settlement: &Settlement, name: &str) -> i128 {
    let mut found = settlement.balances.iter().filter(|each| each.name.to_string() == name);
    found.next().map_or(0, |each| each.closing.0)
}

/// What holds for every clause.
pub(crate) fn hold(all: &[Settlement]) -> Result<(), TestCaseError> {
    let mut before = Balances::default();
    for settlement in all {
        let position = settlement.positions.iter().find(|(party, _)| party == "vendor");
        let position = position.map_or(0, |(_, amount)| amount.0);
        let adjusted = settlement.adjustments.iter();
        let adjusted = adjusted.map(|a| if a.to == "vendor" { a.amount.0 } else { -a.amount.0 });
        prop_assert_eq!(paid(settlement), position + adjusted.sum::<i128>(), "nothing is made");
        for adjustment in &settlement.adjustments {
            prop_assert!(adjustment.amount.0 > 0 && adjustment.from != adjustment.to);
            prop_assert!(!adjustment.note.is_empty());
        }
        for balance in &settlement.balances {
            prop_assert_eq!(balance.opening + balance.movement, balance.closing);
            prop_assert_eq!(balance.opening, before.get(&balance.name), "{} opens", balance.name);
        }
        for (name, _) in before.iter() {
            let shown = settlement.balances.iter().any(|balance| balance.name == *name);
            prop_assert!(shown, "{} is still on the statement", name);
        }
        before = settlement.closing();
    }
    Ok(())
}

pub(crate) fn length() -> impl Strategy<Value = PeriodLength> {
    prop_oneof![Just(PeriodLength::Month), Just(PeriodLength::Quarter)]
}

pub(crate) fn schedules(only_b: bool) -> (&'static str, &'static [&'static str]) {
    if only_b { ("schedules = [\"b\"]\n", &["b"]) } else { ("", &["a", "b"]) }
}

pub(crate) fn in_window(start: u8, at: Period, ends: Option<u8>) -> (bool, bool) {
    let begin = Period::of(day(2026, start), at.length());
    let end = ends.map(|month| Period::of(day(2027, month), at.length()));
    (at.since(begin) >= 0, end.is_none_or(|end| at.since(end) <= 0))
}

pub(crate) fn day(year: i32, month: u8) -> revshare::calendar::Day {
    revshare::calendar::Day::new(year, month, 15).unwrap()
}
