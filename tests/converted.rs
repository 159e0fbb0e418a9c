//! Whatever the facts: to convert and to settle is to settle what was converted by hand, and a month
//! that is settled by days is the whole month, cut by days.

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, FxRate, Kind, evidence_of};
use revshare::money::{Minor, Ratio, Rounding};
use revshare::settlement::{Balances, SegmentResult, StepName, settle};

fn contract(head: &str) -> Contract {
    let text = format!(
        r#"
        id = "deal"
        currency = "USD"
        parties = {{ vendor = "Lantern Models", platform = "Harbour Cloud" }}
        [[schedule]]
        id = "all"
        seller = "platform"
        {head}
        [[schedule.terms]]
        effective = 2026-01-01
        basis = "net-sales"
        split = {{ vendor = "1/3", platform = "rest" }}
        [[schedule.terms]]
        effective = 2026-10-11
        basis = "net-sales"
        split = {{ vendor = "2/5", platform = "rest" }}
        [fx]
        policy = "daily"
        within = 0
        "#
    );
    Contract::parse("deal.toml", &text).unwrap()
}

/// A sale of so many hundredths on a day of October.
fn sale(at: usize, day: u8, amount: i64, scale: &str, currency: &str) -> Entry {
    let exact = Ratio::new(amount, 100) * scale.parse().unwrap();
    Entry::Fact(Fact {
        product: format!("model-{}", at % 2),
        amount: Some(exact.to_plain().parse().unwrap()),
        currency: Some(currency.parse().unwrap()),
        ..Fact::new(Kind::Charge, format!("s-{at}"), format!("2026-10-{day:02}").parse().unwrap())
    })
}

fn rate(day: u8, hundredths: i64) -> Entry {
    Entry::Fx(FxRate {
        date: format!("2026-10-{day:02}").parse().unwrap(),
        base: "EUR".parse().unwrap(),
        quote: "USD".parse().unwrap(),
        rate: Ratio::new(hundredths, 100).to_plain().parse().unwrap(),
    })
}

fn october(contract: &Contract, entries: Vec<Entry>) -> Vec<SegmentResult> {
    let (evidence, _) = evidence_of(contract, entries);
    let period = "2026-10".parse().unwrap();
    let mut settled = settle(contract, period, &evidence, &Balances::default()).unwrap();
    settled.schedules.remove(0).segments
}

proptest! {
    #[test]
    fn converting_first_or_settling_first_is_one(
        facts in prop::collection::vec((1_u8..=31, 0_i64..1_000_000), 1..12),
        rates in prop::collection::vec(1_i64..500, 31),
    ) {
        let contract = contract("");
        let scale = |day: u8| Ratio::new(rates[usize::from(day) - 1], 100).to_plain();
        let each = || facts.iter().enumerate();
        let foreign = each().map(|(at, &(day, amount))| sale(at, day, amount, "1", "EUR"));
        let listed = (1..=31).map(|day| rate(day, rates[usize::from(day) - 1]));
        let by_hand = each().map(|(at, &(day, amount))| sale(at, day, amount, &scale(day), "USD"));
        let converted = october(&contract, foreign.chain(listed).collect());
        let plain = october(&contract, by_hand.collect());
        for (one, other) in converted.iter().zip(&plain) {
            prop_assert_eq!(one.amount(StepName::GrossSales), other.amount(StepName::GrossSales));
            prop_assert_eq!(&one.positions, &other.positions);
            prop_assert!(other.rates.is_empty());
        }
    }

    #[test]
    fn a_month_by_days_is_cut_by_days(
        facts in prop::collection::vec((1_u8..=31, 0_i64..1_000_000), 1..12),
    ) {
        let contract = contract("proration = \"days\"");
        let each = facts.iter().enumerate();
        let sales = each.map(|(at, &(day, amount))| sale(at, day, amount, "1", "USD"));
        let total: i64 = facts.iter().map(|(_, amount)| amount).sum();
        let usd = contract.currency;
        for (segment, days) in october(&contract, sales.collect()).iter().zip([10, 21]) {
            let exact = Ratio::new(total * days, 31 * 100);
            let due: Minor = Minor::round(&exact, usd, Rounding::HalfEven).unwrap();
            prop_assert_eq!(segment.amount(StepName::GrossSales), due);
        }
    }
}
