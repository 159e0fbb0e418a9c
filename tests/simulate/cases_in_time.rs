//! The oracle against numbers worked out by hand: amendments, renewals, and what refers to an
//! earlier day.

use super::cases::{contract, half, on, run, takes};
use super::world::{Deal, Limit, PlainFact, PlainTerms, Shared, What, day, num};

#[test]
fn time_1_and_2_each_fact_at_the_rate_of_its_day() {
    let version = |effective: &str, share: &str, rest: &str| PlainTerms {
        effective: day(effective),
        deal: Deal::Shared(Shared {
            cost: None,
            split: vec![(0, num(share)), (1, num(rest))],
            ..half()
        }),
    };
    let mut stepped = contract(Deal::Shared(half()));
    stepped.schedules[0].terms =
        vec![version("2026-01-01", "20%", "80%"), version("2026-10-16", "25%", "75%")];
    let facts = vec![on("2026-10-15", "1500"), on("2026-10-16", "1600")];
    let outcome = run(stepped, facts).remove(0);
    let days: Vec<String> = outcome.schedules[0].1.iter().map(|s| s.from.to_string()).collect();
    assert_eq!(days, ["2026-10-01", "2026-10-16"]);
    assert_eq!(outcome.position("vendor"), 30_000 + 40_000);
}

#[test]
fn a_renewal_is_no_segment() {
    let mut renewed = contract(Deal::Shared(half()));
    let again = PlainTerms { effective: day("2026-10-16"), deal: Deal::Shared(half()) };
    renewed.schedules[0].terms.push(again);
    let outcome = run(renewed, vec![on("2026-10-15", "0.05"), on("2026-10-16", "0.05")]).remove(0);
    assert_eq!(outcome.schedules[0].1.len(), 1);
    assert_eq!(outcome.position("vendor"), 5);
}

#[test]
fn a_refund_takes_its_originals_day() {
    let refund =
        PlainFact::new(What::Refund, "r", "2026-11-20").amount("-10").refers("2026-10-31 10");
    let months = run(contract(Deal::Shared(half())), vec![on("2026-10-31", "10"), refund]);
    assert_eq!(months.len(), 1);
    assert_eq!(months[0].sum("net-sales"), 0);
    let lost = PlainFact::new(What::Refund, "r", "2026-11-20").amount("-10").refers("nobody");
    let months = run(contract(Deal::Shared(half())), vec![on("2026-10-31", "10"), lost]);
    assert_eq!(months[1].sum("refunds"), -1_000);
}

#[test]
fn an_absolute_cap_passes_to_the_next_segment() {
    let deductions = Some(vec![takes("fees", &[What::Fee], Some(Limit::Amount(num("10"))))]);
    let first = Shared { deductions, ..half() };
    let later = Shared { split: vec![(0, num("40%")), (1, num("60%"))], ..first.clone() };
    let mut amended = contract(Deal::Shared(first));
    let terms = PlainTerms { effective: day("2026-10-16"), deal: Deal::Shared(later) };
    amended.schedules[0].terms.push(terms);
    let fee = |date: &str, amount: &str| PlainFact::new(What::Fee, date, date).amount(amount);
    let facts = vec![on("2026-10-02", "100"), fee("2026-10-03", "-8"), fee("2026-10-20", "-5")];
    let outcome = run(amended, facts).remove(0);
    let taken: Vec<i128> = outcome.schedules[0].1.iter().map(|s| s.total("deductions")).collect();
    assert_eq!(taken, [-800, -200]);
}
