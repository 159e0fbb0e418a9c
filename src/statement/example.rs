//! A small month, made by hand, for the tests of everything that shows a settlement.
//!
//! Two models on a marketplace, a ceiling that bites and carries, an old loss that is eaten, and a
//! usage fee. Every number can be checked with a calculator.

use std::collections::BTreeMap;

use super::{FileControl, FileDigest, Provenance, Statement};
use crate::calendar::{Day, PeriodLength, Zone};
use crate::contract::{
    Basis, Ceiling, Contract, CostTerms, Deduction, Excess, Late, Losses, Party, PartyId, Pattern,
    Rate, RemainderRule, Schedule, Scope, Selector, Settled, ShareKind, SharedTerms, Split, Terms,
    UsageFeeTerms,
};
use crate::fact::{Cell, Control, Count, FileTally, Key, Kind, Table};
use crate::money::{Currency, Exact, Minor, Ratio, Rounding};
use crate::settlement::{
    Balance, BalanceKind, BalanceName, Clause, Exception, ExceptionKind, Input, Line, Payable,
    Rule, ScheduleResult, SegmentResult, Settlement, Step, StepName, Trace,
};

pub(crate) const VENDOR: PartyId = PartyId(0);
pub(crate) const PLATFORM: PartyId = PartyId(1);

pub(crate) fn usd() -> Currency {
    "USD".parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

fn places(keys: &[(&str, u64)]) -> BTreeMap<String, u64> {
    keys.iter().map(|(key, line)| ((*key).to_owned(), *line)).collect()
}

pub(crate) fn contract() -> Contract {
    let party = |id: &str, name: &str| Party { id: id.into(), name: name.into() };
    Contract {
        id: "harbour-models".into(),
        currency: usd(),
        zone: Zone::utc(),
        period: PeriodLength::Month,
        rounding: Rounding::HalfEven,
        remainder: RemainderRule::LargestRemainder,
        late: Late::Restate,
        finality: None,
        netting: true,
        parties: vec![
            party("vendor", "Lantern Models PBC"),
            party("platform", "Harbour Cloud Inc."),
        ],
        schedules: vec![marketplace(), internal()],
        shared_costs: Vec::new(),
        availability: Vec::new(),
        file: "deal.toml".into(),
        source: "id = \"harbour-models\"\n".into(),
    }
}

fn marketplace() -> Schedule {
    let cost = CostTerms {
        deduct: vec![Pattern::new("compute")],
        rates: Vec::new(),
        uplift: Some(ratio("10%")),
        ceiling: Some(Ceiling::RateOfNetSales(ratio("70%"))),
        excess: Excess::Carry,
        settled: Settled::Net,
    };
    let shared = SharedTerms {
        kind: ShareKind::GrossProfit,
        rates: Vec::new(),
        deductions: vec![Deduction {
            name: "listing".into(),
            parts: vec![Selector::Rate(ratio("3%"))],
            cap: None,
        }],
        cost,
        losses: Losses::CarryForward,
        split: Split { shares: vec![(VENDOR, ratio("50%")), (PLATFORM, ratio("50%"))] },
    };
    Schedule {
        id: "marketplace".into(),
        scope: Scope { channel: vec![Pattern::new("marketplace")], ..Scope::default() },
        seller: Some(PLATFORM),
        bearer: Some(VENDOR),
        provider: Some(PLATFORM),
        terms: vec![Terms {
            effective: day("2025-01-01"),
            basis: Basis::Shared(shared),
            places: places(&[
                ("", 15),
                ("basis", 17),
                ("cost.ceiling", 19),
                ("losses", 20),
                ("split", 21),
            ]),
        }],
        line: 9,
    }
}

fn internal() -> Schedule {
    let rate = Rate {
        unit: "compute-hour".into(),
        product: vec![Pattern::any()],
        price: "21.50".parse().unwrap(),
        per: "1".parse().unwrap(),
    };
    let fee = UsageFeeTerms { payer: PLATFORM, payee: VENDOR, rates: vec![rate] };
    Schedule {
        id: "internal".into(),
        scope: Scope { channel: vec![Pattern::new("internal:*")], ..Scope::default() },
        seller: None,
        bearer: None,
        provider: None,
        terms: vec![Terms {
            effective: day("2025-01-01"),
            basis: Basis::UsageFee(fee),
            places: places(&[("", 28), ("basis", 30), ("rates", 33)]),
        }],
        line: 24,
    }
}

fn cell(rows: i64, quantity: &str, amount: &str) -> Cell {
    let exact = |text: &str| text.parse::<Exact>().unwrap();
    Cell { rows, quantity: exact(quantity), amount: exact(amount) }
}

fn key(date: &str, kind: Kind, product: &str, channel: &str) -> Key {
    Key {
        day: day(date),
        kind,
        product: product.into(),
        channel: channel.into(),
        region: String::new(),
        customer: String::new(),
        deal: String::new(),
        category: if kind == Kind::Cost { "compute".into() } else { String::new() },
        unit: if kind == Kind::Usage { "compute-hour".into() } else { String::new() },
        currency: (kind != Kind::Usage).then(usd),
        unpriced: false,
        charged: None,
    }
}

fn facts(date: &str, kind: Kind, product: &str, rows: i64, amount: &str) -> Input {
    Input::Facts {
        product: product.into(),
        key: key(date, kind, product, "marketplace"),
        cell: cell(rows, "0", amount),
        price: None,
        part: Ratio::one(),
        exact: ratio(amount),
    }
}

fn usage(date: &str, hours: &str) -> Input {
    Input::Facts {
        product: "lumen-2".into(),
        key: key(date, Kind::Usage, "lumen-2", "internal:search"),
        cell: cell(24, hours, "0"),
        price: Some(ratio("21.5")),
        part: Ratio::one(),
        exact: ratio(hours) * ratio("21.5"),
    }
}

fn input(name: StepName, amount: i128) -> Input {
    let label = (name == StepName::Deductions).then(|| "listing".to_owned());
    Input::Step { name, label, amount: Minor(amount) }
}

fn step(name: StepName, lines: &[(&str, i128)], clause: Option<(&str, u64)>, rule: Rule) -> Step {
    let line = |(product, amount): &(&str, i128)| Line {
        product: (*product).to_owned(),
        amount: Minor(*amount),
    };
    let clause =
        clause.map(|(key, line)| Clause { file: "deal.toml".into(), line, key: key.into() });
    Step {
        name,
        label: (name == StepName::Deductions).then(|| "listing".to_owned()),
        total: lines.iter().map(|(_, amount)| Minor(*amount)).sum(),
        lines: lines.iter().map(line).collect(),
        trace: Trace { clause, rule, exact: None, inputs: Vec::new() },
    }
}

fn from(mut step: Step, exact: Option<&str>, inputs: Vec<Input>) -> Step {
    step.trace.exact = exact.map(ratio);
    step.trace.inputs = inputs;
    step
}

const LUMEN: &str = "lumen-2";
const SPARK: &str = "spark-1";

fn sales() -> Vec<Step> {
    use StepName::{Deductions, GrossSales, NetSales, Refunds, Tax};
    let charges = vec![
        facts("2026-10-02", Kind::Charge, LUMEN, 3, "600.004"),
        facts("2026-10-05", Kind::Charge, LUMEN, 2, "400"),
        facts("2026-10-05", Kind::Charge, SPARK, 9, "250"),
    ];
    let refund = vec![facts("2026-10-05", Kind::Refund, LUMEN, 1, "-50")];
    let three = Rule::RateOf { rate: ratio("3%"), base: Minor(120_000) };
    let parts = vec![input(GrossSales, 125_000), input(Refunds, -5_000)];
    let net = vec![input(GrossSales, 125_000), input(Refunds, -5_000), input(Deductions, -3_600)];
    let basis = Some(("basis", 17));
    vec![
        from(
            step(GrossSales, &[(LUMEN, 100_000), (SPARK, 25_000)], basis, Rule::SumOfFacts),
            Some("1250.004"),
            charges,
        ),
        from(step(Refunds, &[(LUMEN, -5_000)], basis, Rule::SumOfFacts), Some("-50"), refund),
        from(
            step(Deductions, &[(LUMEN, -2_850), (SPARK, -750)], Some(("deductions", 18)), three),
            Some("-36"),
            parts,
        ),
        from(
            step(NetSales, &[(LUMEN, 92_150), (SPARK, 24_250)], basis, Rule::SumOfSteps),
            None,
            net,
        ),
        from(
            step(Tax, &[(LUMEN, 9_600)], None, Rule::SumOfFacts),
            Some("96"),
            vec![facts("2026-10-05", Kind::Tax, LUMEN, 1, "96")],
        ),
    ]
}

fn profit() -> Vec<Step> {
    use StepName::{CarriedIn, Cost, Excess, GrossProfit, LossCarry, NetSales, ShareBase, Uplift};
    let costs = vec![
        facts("2026-10-05", Kind::Cost, LUMEN, 1, "700"),
        facts("2026-10-05", Kind::Cost, SPARK, 1, "200"),
    ];
    let ceiling = Rule::Limit { amount: Minor(100_500), limit: Minor(81_480) };
    let ten = Rule::RateOf { rate: ratio("10%"), base: Minor(90_000) };
    let all = vec![
        input(NetSales, 116_400),
        input(Cost, -90_000),
        input(Uplift, -9_000),
        input(CarriedIn, -1_500),
        input(Excess, 19_020),
    ];
    let limited = vec![
        input(Cost, 90_000),
        input(Uplift, 9_000),
        input(CarriedIn, 1_500),
        input(NetSales, 116_400),
    ];
    let base = vec![input(GrossProfit, 34_920), input(LossCarry, -4_000)];
    let at = |key, line| Some((key, line));
    vec![
        from(
            step(
                Cost,
                &[(LUMEN, 70_000), (SPARK, 20_000)],
                at("cost.deduct", 19),
                Rule::SumOfFacts,
            ),
            Some("900"),
            costs,
        ),
        from(
            step(Uplift, &[(LUMEN, 7_000), (SPARK, 2_000)], at("cost.uplift", 19), ten),
            Some("90"),
            vec![input(Cost, 90_000)],
        ),
        step(
            CarriedIn,
            &[("", 1_500)],
            at("cost.excess", 19),
            Rule::Carried { before: Minor(1_500) },
        ),
        from(step(Excess, &[("", 19_020)], at("cost.ceiling", 19), ceiling), None, limited),
        from(
            step(
                GrossProfit,
                &[("", 17_520), (LUMEN, 15_150), (SPARK, 2_250)],
                at("basis", 17),
                Rule::SumOfSteps,
            ),
            None,
            all,
        ),
        from(
            step(
                LossCarry,
                &[("", -4_000)],
                at("losses", 20),
                Rule::Carried { before: Minor(4_000) },
            ),
            None,
            vec![input(GrossProfit, 34_920)],
        ),
        from(
            step(
                ShareBase,
                &[("", 13_520), (LUMEN, 15_150), (SPARK, 2_250)],
                at("split", 21),
                Rule::SumOfSteps,
            ),
            None,
            base,
        ),
    ]
}

fn parties(vendor: i128, platform: i128) -> Vec<(String, Minor)> {
    vec![("vendor".into(), Minor(vendor)), ("platform".into(), Minor(platform))]
}

fn segment(basis: &'static str, steps: Vec<Step>) -> SegmentResult {
    SegmentResult {
        from: day("2026-10-01"),
        to: day("2026-10-31"),
        effective: day("2025-01-01"),
        basis,
        steps,
        shares: Vec::new(),
        positions: Vec::new(),
    }
}

fn balance(kind: BalanceKind, opening: i128, closing: i128) -> Balance {
    Balance {
        name: BalanceName { kind, schedule: "marketplace".into() },
        opening: Minor(opening),
        movement: Minor(closing - opening),
        closing: Minor(closing),
    }
}

pub(crate) fn settlement() -> Settlement {
    let steps = sales().into_iter().chain(profit()).collect();
    let mut market = segment("gross-profit", steps);
    market.shares = parties(15_460, 15_460);
    market.positions = parties(1_940, 114_460);
    let fee = from(
        step(StepName::UsageFee, &[(LUMEN, 215_264)], Some(("rates", 33)), Rule::Priced),
        Some("2152.6445"),
        vec![usage("2026-10-07", "60.123"), usage("2026-10-08", "40")],
    );
    let mut used = segment("usage-fee", vec![fee]);
    used.positions = parties(215_264, -215_264);
    Settlement {
        contract: "harbour-models".into(),
        period: "2026-10".parse().unwrap(),
        currency: usd(),
        schedules: vec![
            ScheduleResult {
                id: "marketplace".into(),
                positions: market.positions.clone(),
                segments: vec![market],
            },
            ScheduleResult {
                id: "internal".into(),
                positions: used.positions.clone(),
                segments: vec![used],
            },
        ],
        positions: parties(217_204, -100_804),
        payables: vec![Payable {
            from: "platform".into(),
            to: "vendor".into(),
            amount: Minor(217_204),
            schedule: None,
        }],
        balances: vec![
            balance(BalanceKind::Loss, 4_000, 0),
            balance(BalanceKind::ExcessCost, 1_500, 19_020),
        ],
        exceptions: exceptions(),
    }
}

fn exceptions() -> Vec<Exception> {
    let unmatched = |date: &str, rows: i64, amount: &str| Exception {
        kind: ExceptionKind::Unmatched,
        schedule: None,
        key: key(date, Kind::Charge, "ember-1", "partner"),
        cell: cell(rows, "0", amount),
        part: Ratio::one(),
        note: "no schedule takes channel partner".into(),
    };
    vec![unmatched("2026-10-03", 2, "1200.5"), unmatched("2026-10-09", 1, "34.25")]
}

fn count(rows: u64, amount: &str) -> Count {
    Count { rows, amount: amount.parse().unwrap() }
}

pub(crate) fn statement() -> Statement {
    let file = FileTally {
        path: "sales-2026-10.csv".into(),
        digest: "00".repeat(32),
        bytes: 1,
        table: Table::Sales,
        format: "own".into(),
        source: "own".into(),
        controls: Vec::new(),
        parts: Vec::new(),
        rates: Vec::new(),
        payments: Vec::new(),
    };
    let control = Control {
        currency: Some(usd()),
        read: count(21, "2580.754"),
        accepted: count(19, "2530.754"),
        duplicate: count(1, "50"),
        rejected: count(1, "0"),
        ..Control::default()
    };
    let controls = vec![FileControl::of(&file, &control, count(3, "1234.75"))];
    let files = vec![FileDigest { file: file.path.clone(), digest: file.digest.clone() }];
    let provenance =
        Provenance { contract_file: "deal.toml".into(), contract_digest: "11".repeat(32), files };
    Statement::of(&settlement(), &contract(), controls, provenance)
}
