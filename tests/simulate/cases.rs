//! The oracle against numbers worked out by hand: the published clauses, and small deals of our
//! own. An oracle that nobody checked would only prove that two programs agree.

use super::numbers::Lines;
use super::oracle::settle_all;
use super::outcome::{Outcome, Step};
use super::world::{
    Cost, Deal, Limit, Mode, Money, PlainContract, PlainDeduction, PlainFact, PlainLosses,
    PlainRate, PlainSchedule, PlainScope, PlainSharedCost, PlainTerms, PlainZone, Remainder,
    Shared, Take, What, Window, World, day, num,
};

fn cost() -> Cost {
    Cost {
        deduct: vec!["compute".to_owned(), "network".to_owned()],
        rates: Vec::new(),
        uplift: None,
        ceiling: None,
        carry: false,
        invoiced: false,
    }
}

/// Half each, cost deducted, platform sells and provides, vendor bears.
pub(crate) fn half() -> Shared {
    Shared {
        cost: Some(cost()),
        rates: Vec::new(),
        deductions: None,
        losses: None,
        priority: Vec::new(),
        split: vec![(0, num("1/2")), (1, num("1/2"))],
        tiers: None,
    }
}

fn schedule(id: &str, deal: Deal) -> PlainSchedule {
    PlainSchedule {
        id: id.to_owned(),
        scope: PlainScope::default(),
        seller: 1,
        bearer: 0,
        provider: 1,
        by_days: false,
        terms: vec![PlainTerms { effective: day("2026-01-01"), deal }],
    }
}

pub(crate) fn contract(deal: Deal) -> PlainContract {
    PlainContract {
        currency: Money::Usd,
        zone: PlainZone::Utc,
        quarters: false,
        rounding: Mode::HalfEven,
        remainder: Remainder::Largest,
        netting: true,
        parties: vec!["vendor", "platform", "reseller"],
        schedules: vec![schedule("s", deal)],
        shared_costs: Vec::new(),
        availability: Vec::new(),
        clauses: Vec::new(),
        exchange: None,
        rates: Vec::new(),
    }
}

pub(crate) fn run(contract: PlainContract, facts: Vec<PlainFact>) -> Vec<Outcome> {
    settle_all(&World { contract, facts })
}

fn one(deal: Shared, facts: Vec<PlainFact>) -> Outcome {
    run(contract(Deal::Shared(deal)), facts).remove(0)
}

fn sale(amount: &str) -> PlainFact {
    PlainFact::new(What::Charge, amount, "2026-10-05").amount(amount)
}

pub(crate) fn on(date: &str, amount: &str) -> PlainFact {
    PlainFact::new(What::Charge, &format!("{date} {amount}"), date).amount(amount)
}

fn spent(date: &str, amount: &str) -> PlainFact {
    PlainFact::new(What::Cost, &format!("cost {date}"), date).amount(amount).category("compute")
}

pub(crate) fn takes(name: &str, kinds: &[What], cap: Option<Limit>) -> PlainDeduction {
    let parts = vec![Take::Facts { kinds: kinds.to_vec(), category: Vec::new() }];
    PlainDeduction { name: name.to_owned(), parts, cap }
}

fn deems(name: &str, rate: &str) -> PlainDeduction {
    PlainDeduction { name: name.to_owned(), parts: vec![Take::Rate(num(rate))], cap: None }
}

fn minus(what: What, amount: &str) -> PlainFact {
    PlainFact::new(what, what.name(), "2026-10-06").amount(amount)
}

fn parts<'a>(outcome: &'a Outcome, step: &str) -> &'a Lines {
    let steps: &'a [Step] = &outcome.schedules[0].1[0].steps;
    &steps.iter().find(|one| one.step == step).expect("every step is there").lines
}

fn lines(list: &[(&str, i128)]) -> Lines {
    list.iter().map(|(product, amount)| ((*product).to_owned(), *amount)).collect()
}

#[test]
fn base_1_and_2_gross_to_net() {
    let outcome = one(
        half(),
        vec![
            sale("600000.00"),
            sale("400000.00"),
            minus(What::Tax, "60000"),
            minus(What::Refund, "-75000"),
            minus(What::Chargeback, "-5000"),
            minus(What::Fee, "-20000"),
        ],
    );
    assert_eq!(outcome.sum("gross-sales"), 100_000_000);
    assert_eq!(outcome.sum("refunds"), -8_000_000);
    assert_eq!(outcome.sum("deductions"), -2_000_000);
    assert_eq!(outcome.sum("net-sales"), 90_000_000);
    assert_eq!(outcome.sum("tax"), 6_000_000);
}

#[test]
fn base_3_a_cap_on_what_is_deducted() {
    let cap = Some(Limit::Rate(num("2.5%")));
    let deductions = Some(vec![takes("credits and card costs", &[What::Credit, What::Fee], cap)]);
    let facts = vec![sale("1000000"), minus(What::Credit, "-11000"), minus(What::Fee, "-20000")];
    let outcome = one(Shared { deductions, ..half() }, facts);
    // A claimed credit leaves the refunds, so the base of the cap is gross sales alone.
    assert_eq!((outcome.sum("refunds"), outcome.sum("deductions")), (0, -2_500_000));
}

#[test]
fn base_4_deemed_deductions() {
    let deductions = Some(vec![deems("refunds", "1%"), deems("referrals", "5%")]);
    let outcome = one(Shared { deductions, cost: None, ..half() }, vec![sale("19.00")]);
    assert_eq!(outcome.sum("net-sales"), 1786);
    assert_eq!(outcome.position("vendor"), 893);
}

#[test]
fn cost_1_metered_cost() {
    let rate = PlainRate {
        unit: "gpu-second".to_owned(),
        product: "*".to_owned(),
        price: num("0.25"),
        per: 1,
    };
    let terms = Cost { rates: vec![rate], uplift: Some(num("10%")), ..cost() };
    let meter = PlainFact::new(What::Usage, "u", "2026-10-09").quantity("1200000", "gpu-second");
    let facts = vec![sale("900000"), meter];
    let outcome = one(Shared { cost: Some(terms), ..half() }, facts);
    assert_eq!(outcome.sum("cost"), 30_000_000);
    assert_eq!(outcome.sum("uplift"), 3_000_000);
    assert_eq!(outcome.sum("gross-profit"), 57_000_000);
}

#[test]
fn cost_2_a_ceiling_with_carry_forward() {
    let ceiling = Some(Limit::Rate(num("75%")));
    let terms = Cost { ceiling, carry: true, ..cost() };
    let deal = Shared { cost: Some(terms), ..half() };
    let facts = vec![
        sale("1000"),
        spent("2026-10-07", "900"),
        on("2026-11-03", "1000"),
        spent("2026-11-07", "100"),
    ];
    let months = run(contract(Deal::Shared(deal)), facts);
    let [october, november] = months.as_slice() else { panic!("two months") };
    assert_eq!(october.sum("excess"), 15_000);
    assert_eq!(october.sum("share-base"), 25_000);
    assert_eq!(october.closing("excess-cost/s"), 15_000);
    // The vendor has its half, and still owes the provider what is not deducted yet.
    assert_eq!(october.position("vendor"), 12_500 - 15_000);
    assert_eq!(october.pays("vendor", "platform"), 2_500);
    assert_eq!(november.sum("carried-in"), 15_000);
    assert_eq!(november.sum("gross-profit"), 75_000);
    assert_eq!(november.position("vendor"), 37_500 + 15_000);
    assert_eq!(november.balances["excess-cost/s"], [15_000, -15_000, 0]);
}

#[test]
fn cost_3_a_budget_with_tolerance() {
    let ceiling = Some(Limit::Budget { budget: num("500"), tolerance: num("10%") });
    let deal = Shared { cost: Some(Cost { ceiling, ..cost() }), ..half() };
    let outcome = one(deal, vec![sale("1000"), spent("2026-10-07", "560")]);
    assert_eq!(outcome.sum("excess"), 1_000);
    assert_eq!(outcome.sum("gross-profit"), 45_000);
    assert_eq!(outcome.closing("excess-cost/s"), 0);
}

#[test]
fn cost_4_two_ring_fences() {
    let scope =
        |product: &str| PlainScope { product: vec![product.to_owned()], ..PlainScope::default() };
    let fence =
        |id, product| PlainSchedule { scope: scope(product), ..schedule(id, Deal::Shared(half())) };
    let schedules = vec![fence("x", "opus-4"), fence("y", "haiku-3")];
    let facts = vec![sale("300"), spent("2026-10-07", "200").product("haiku-3")];
    let outcome =
        run(PlainContract { schedules, ..contract(Deal::Shared(half())) }, facts).remove(0);
    assert_eq!(outcome.total("x", "share-base"), 30_000);
    assert_eq!(outcome.total("y", "share-base"), 0);
    assert_eq!(outcome.closing("loss/y"), 20_000);
    // 150 for the share, less the 200 of cost that the vendor bears alone.
    assert_eq!(outcome.position("vendor"), 15_000 - 20_000);
}

#[test]
fn share_1_and_5_gross_profit_and_the_balancing_payment() {
    let outcome = one(half(), vec![sale("900000"), spent("2026-10-07", "300000")]);
    assert_eq!(outcome.sum("gross-profit"), 60_000_000);
    assert_eq!(outcome.pays("platform", "vendor"), 30_000_000);
    assert_eq!(outcome.position("platform"), 30_000_000 + 30_000_000);
}

#[test]
fn share_2_top_line_royalty() {
    let split = vec![(0, num("20%")), (1, num("80%"))];
    let outcome = one(Shared { cost: None, split, ..half() }, vec![sale("1000000")]);
    assert_eq!(outcome.position("vendor"), 20_000_000);
}

#[test]
fn loss_1_and_2_absorbed_or_shared() {
    let facts = || vec![sale("1"), spent("2026-10-07", "100001")];
    let absorbed = one(Shared { losses: Some(PlainLosses::Absorb), ..half() }, facts());
    assert_eq!((absorbed.sum("gross-profit"), absorbed.sum("share-base")), (-10_000_000, 0));
    assert_eq!(absorbed.sum("loss-carry"), 10_000_000);
    assert_eq!(absorbed.position("vendor"), -10_000_000);
    assert!(absorbed.balances.is_empty());
    let shared = one(Shared { losses: Some(PlainLosses::Share), ..half() }, facts());
    assert_eq!(shared.position("vendor"), -5_000_000);
    assert_eq!(shared.pays("vendor", "platform"), 5_000_000);
}

#[test]
fn loss_3_carried_forward() {
    let facts = vec![spent("2026-10-07", "100"), on("2026-11-07", "40"), on("2026-12-07", "200")];
    let months = run(contract(Deal::Shared(half())), facts);
    let bases: Vec<i128> = months.iter().map(|month| month.sum("share-base")).collect();
    assert_eq!(bases, [0, 0, 14_000]);
    let losses: Vec<i128> = months.iter().map(|month| month.closing("loss/s")).collect();
    assert_eq!(losses, [10_000, 6_000, 0]);
    let carried: Vec<i128> = months.iter().map(|month| month.sum("loss-carry")).collect();
    assert_eq!(carried, [10_000, -4_000, -6_000]);
    assert_eq!(months[2].position("vendor"), 7_000 + 6_000);
}

#[test]
fn loss_4_a_loss_here_is_netted_against_a_share_there() {
    let scope =
        |channel: &str| PlainScope { channel: vec![channel.to_owned()], ..PlainScope::default() };
    let deal = Deal::Shared(Shared { losses: Some(PlainLosses::Share), ..half() });
    let schedules = vec![
        PlainSchedule { scope: scope("marketplace"), ..schedule("a", deal.clone()) },
        PlainSchedule { scope: scope("internal:*"), ..schedule("b", deal.clone()) },
    ];
    let facts = || {
        vec![
            sale("160"),
            PlainFact::new(What::Cost, "c", "2026-10-07")
                .amount("100")
                .category("compute")
                .channel("internal:tool"),
        ]
    };
    let netted = PlainContract { schedules, ..contract(deal) };
    let apart = PlainContract { netting: false, ..netted.clone() };
    let outcome = run(netted, facts()).remove(0);
    assert_eq!(outcome.payables.len(), 1);
    assert_eq!(outcome.pays("platform", "vendor"), 3_000);
    let outcome = run(apart, facts()).remove(0);
    assert_eq!(outcome.pays("platform", "vendor"), 8_000);
    assert_eq!(outcome.pays("vendor", "platform"), 5_000);
}

#[test]
fn set_10_a_named_party_takes_the_rest() {
    let split = vec![(0, num("30%")), (1, num("70%"))];
    let deal = Shared { cost: None, split, ..half() };
    let named = PlainContract {
        remainder: Remainder::Party(1),
        rounding: Mode::HalfUp,
        ..contract(Deal::Shared(deal))
    };
    let outcome = run(named, vec![sale("6.45")]).remove(0);
    assert_eq!((outcome.position("vendor"), outcome.position("platform")), (194, 451));
}

#[test]
fn a_usage_fee_by_tokens_and_its_lines() {
    let rate = |product: &str, price: &str| PlainRate {
        unit: "output-token".to_owned(),
        product: product.to_owned(),
        price: num(price),
        per: 1_000_000,
    };
    let rates = vec![rate("opus-*", "25.00"), rate("*", "5")];
    let meter = |id: &str, product: &'static str, quantity: &str| {
        PlainFact::new(What::Usage, id, "2026-10-09")
            .quantity(quantity, "output-token")
            .product(product)
    };
    let facts = vec![
        meter("1", "opus-4", "1000200"),
        meter("2", "haiku-3", "1001"),
        meter("3", "opus-4", "-200"),
    ];
    let outcome = run(contract(Deal::UsageFee { payer: 1, payee: 0, rates }), facts).remove(0);
    assert_eq!(outcome.sum("usage-fee"), 2_501);
    assert_eq!(*parts(&outcome, "usage-fee"), lines(&[("opus-4", 2_500), ("haiku-3", 1)]));
    assert_eq!(outcome.pays("platform", "vendor"), 2_501);
    assert_eq!(outcome.position("platform"), -2_501);
}

#[test]
fn shared_cost_follows_its_driver_over_the_whole_month() {
    let rule = PlainSharedCost {
        category: vec!["compute".to_owned()],
        unit: Some("output-token".to_owned()),
        over: PlainScope { product: vec!["opus-*".to_owned()], ..PlainScope::default() },
    };
    let shared = PlainContract { shared_costs: vec![rule], ..contract(Deal::Shared(half())) };
    let tokens = |product: &'static str, date: &str, quantity: &str| {
        on(date, "300").product(product).quantity(quantity, "output-token")
    };
    let facts = vec![
        tokens("opus-4", "2026-10-01", "200"),
        tokens("opus-mini", "2026-10-31", "100"),
        tokens("haiku-3", "2026-10-02", "900"),
        spent("2026-10-15", "100").product(""),
    ];
    let outcome = run(shared.clone(), facts).remove(0);
    assert_eq!(*parts(&outcome, "cost"), lines(&[("opus-4", 6_667), ("opus-mini", 3_333)]));
    // Nothing to spread over: it belongs nowhere.
    let alone = run(shared, vec![spent("2026-10-15", "100").product("")]).remove(0);
    assert_eq!(alone.sum("cost"), 0);
}

#[test]
fn a_suspended_model_earns_nothing_but_costs() {
    let window = Window {
        product: vec!["opus-*".to_owned()],
        from: day("2026-10-10"),
        to: day("2026-10-12"),
    };
    let suspended = PlainContract { availability: vec![window], ..contract(Deal::Shared(half())) };
    let refund =
        |id: &str, of: &str| PlainFact::new(What::Refund, id, "2026-10-20").amount("-7").refers(of);
    let facts = vec![
        on("2026-10-09", "10"),
        on("2026-10-10", "100"),
        on("2026-10-12", "1000"),
        on("2026-10-13", "10000"),
        refund("r1", "2026-10-12 1000"),
        refund("r2", "2026-10-13 10000"),
        spent("2026-10-11", "3"),
    ];
    let outcome = run(suspended, facts).remove(0);
    assert_eq!(outcome.sum("gross-sales"), 1_001_000);
    assert_eq!(outcome.sum("refunds"), -700);
    assert_eq!(outcome.sum("cost"), 300);
}

#[test]
fn three_thirds_of_a_cent_amount() {
    let third = || num("1/3");
    let split = vec![(0, third()), (1, third()), (2, third())];
    let outcome = one(Shared { cost: None, split, ..half() }, vec![sale("1.00")]);
    assert_eq!(outcome.position("vendor"), 34);
    assert_eq!(outcome.position("platform"), 33);
    assert_eq!(outcome.pays("platform", "reseller"), 33);
}
