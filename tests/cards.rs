//! Rate cards whose tiers and included quantities count longer than a period, through the library
//! alone. The worked example is the case `card-year`.

use proptest::prelude::*;
use revshare::calendar::{Period, PeriodLength};
use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::settlement::{Balances, Settlement, settle};

/// A reading: day and quantity.
type Usage = (&'static str, i64);

fn rate(mode: &str, window: &str) -> String {
    format!(
        "{{ unit = \"request\", product = \"aria-*\", included = \"100\", mode = \"{mode}\", {window}, tiers = [ \
         {{ from = \"0\", price = \"0.05\" }}, {{ from = \"200\", price = \"0.03\" }} ] }}"
    )
}

fn terms(effective: &str, rate: &str) -> String {
    format!(
        "[[schedule.terms]]\neffective = {effective}\nbasis = \"usage-fee\"\n\
         payer = \"platform\"\npayee = \"vendor\"\nrates = [ {rate} ]\n"
    )
}

fn contract(terms: &str) -> Contract {
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n[parties]\nvendor = \"Vendor\"\nplatform = \"Platform\"\n\
         [[schedule]]\nid = \"m\"\n{terms}"
    );
    Contract::parse("deal.toml", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

fn entry((at, (day, quantity)): (usize, &Usage)) -> Entry {
    Entry::Fact(Fact {
        product: "aria-1".into(),
        channel: "internal:search".into(),
        unit: "request".into(),
        quantity: Some((*quantity).into()),
        ..Fact::new(Kind::Usage, format!("u-{at}"), day.parse().expect("a day"))
    })
}

/// Every month of 2026 and the first of 2027.
fn months(contract: &Contract, usage: &[Usage]) -> Vec<Settlement> {
    let (evidence, left_out) = evidence_of(contract, usage.iter().enumerate().map(entry));
    assert!(left_out.is_empty(), "{left_out:?}");
    let first = Period::of("2026-01-01".parse().expect("a day"), PeriodLength::Month);
    let mut balances = Balances::default();
    let month = |period| {
        let settlement = settle(contract, period, &evidence, &balances).expect("nothing missing");
        balances = settlement.closing();
        settlement
    };
    std::iter::successors(Some(first), |period| Some(period.next())).take(13).map(month).collect()
}

/// What is owed each month, in cents.
fn fees(terms: &str, usage: &[Usage]) -> Vec<i128> {
    let fee = |month: &Settlement| {
        let vendor = month.positions.iter().filter(|(name, _)| name == "vendor");
        vendor.map(|(_, amount)| amount.0).sum()
    };
    months(&contract(terms), usage).iter().map(fee).collect()
}

/// What a quantity costs in one window, in cents.
fn cost(mode: &str, quantity: i64) -> i64 {
    let charged = (quantity - 100).max(quantity.min(0));
    match mode {
        "volume" if charged >= 200 => charged * 3,
        "graduated" if charged >= 200 => 1000 + (charged - 200) * 3,
        _ => charged * 5,
    }
}

const YEAR: &str = "window = \"calendar-year\"";

#[test]
fn each_window_begins_where_it_says() {
    let usage =
        [("2026-02-05", 150), ("2026-03-05", 150), ("2026-12-05", 150), ("2027-01-05", 150)];
    for (window, due) in [
        ("window = \"period\"", [250, 250, 250, 250]),
        (YEAR, [250, 750, 450, 250]),
        ("window = \"contract-year\", anniversary = 2025-03-20", [250, 250, 750, 450]),
        ("window = \"contract-year\"", [250, 750, 450, 250]),
        ("window = \"lifetime\"", [250, 750, 450, 450]),
    ] {
        let fees = fees(&terms("2026-01-01", &rate("graduated", window)), &usage);
        assert_eq!([fees[1], fees[2], fees[11], fees[12]], due, "{window}");
    }
}

#[test]
fn a_volume_price_that_is_reached_later_lowers_what_was_charged() {
    let usage = [("2026-02-05", 290), ("2026-03-05", 30)];
    let fees = fees(&terms("2026-01-01", &rate("volume", YEAR)), &usage);
    assert_eq!((fees[1], fees[2]), (950, 660 - 950));
}

#[test]
fn versions_count_on_inside_a_month_and_after_it() {
    let usage = [("2026-02-05", 90), ("2026-02-20", 20), ("2026-02-20", 190), ("2026-03-05", 10)];
    let dearer = rate("graduated", YEAR).replace("0.03", "0.04");
    let both = terms("2026-01-01", &rate("graduated", YEAR)) + &terms("2026-02-10", &dearer);
    let fees = fees(&both, &usage);
    assert_eq!((fees[1], fees[2]), (200 * 5, 10 * 4));
}

#[test]
fn flat_fee_and_cap_stay_those_of_a_period() {
    let capped = rate("graduated", &format!("{YEAR}, flat = \"1.00\", cap = \"5.00\""));
    let fees = fees(&terms("2026-01-01", &capped), &[("2026-02-05", 250), ("2026-03-05", 60)]);
    assert_eq!(fees[..4], [100, 500, 100 + 250 + 30, 100]);
}

#[test]
fn the_balance_is_shown_and_begins_anew() {
    let terms = terms("2026-01-01", &rate("graduated", YEAR));
    let usage = [("2026-02-05", 150), ("2026-12-05", 30), ("2027-01-05", 7)];
    let months = months(&contract(&terms), &usage);
    let shown = |at: usize| {
        let balance = &months[at].balances[0];
        assert_eq!(balance.name.to_string(), "rate-quantity/m/request/aria-*");
        (balance.opening.0 / 100, balance.movement.0 / 100, balance.closing.0 / 100)
    };
    assert_eq!(shown(0), (0, 0, 0));
    assert_eq!(shown(1), (0, 150, 150));
    assert_eq!(shown(11), (150, 30, 180));
    assert_eq!(shown(12), (180, -173, 7));
}

#[test]
fn metered_cost_has_windows_too() {
    let card =
        "{ unit = \"request\", included = \"100\", window = \"calendar-year\", price = \"0.05\" }";
    let terms = format!(
        "seller = \"platform\"\nbearer = \"vendor\"\nprovider = \"platform\"\n[[schedule.terms]]\n\
         effective = 2026-01-01\nbasis = \"gross-profit\"\nlosses = \"share\"\n\
         cost = {{ rates = [ {card} ] }}\nsplit = {{ vendor = \"100%\" }}\n"
    );
    let months = months(&contract(&terms), &[("2026-02-05", 80), ("2026-03-05", 80)]);
    let cost = |at: usize| {
        months[at].schedules[0].segments[0].amount(revshare::settlement::StepName::Cost).0
    };
    assert_eq!((cost(1), cost(2)), (0, 300));
    let name = months[1].balances.iter().map(|balance| balance.name.to_string());
    assert!(name.collect::<Vec<_>>().contains(&"rate-quantity/m/cost.rates/request".to_owned()));
}

const DAYS: [&str; 5] = ["2026-01-31", "2026-02-01", "2026-02-20", "2026-05-05", "2026-12-31"];

proptest! {
    /// A year costs what all of its quantity costs, in however many pieces it came; and what is
    /// taken back later in the year gives back all that it cost.
    #[test]
    fn a_year_costs_what_its_quantity_costs(
        usage in prop::collection::vec((prop::sample::select(DAYS.to_vec()), -50..300_i64), 0..6),
        mode in prop::sample::select(vec!["graduated", "volume"]),
        back in any::<bool>(),
    ) {
        let terms = terms("2026-01-01", &rate(mode, YEAR));
        let sum: i64 = usage.iter().map(|(_, quantity)| quantity).sum();
        let taken = [("2026-12-31", -sum)];
        let all: Vec<Usage> =
            usage.iter().copied().chain(back.then_some(taken).into_iter().flatten()).collect();
        let due = if back { 0 } else { cost(mode, sum) };
        prop_assert_eq!(fees(&terms, &all)[..12].iter().sum::<i128>(), i128::from(due));
    }
}
