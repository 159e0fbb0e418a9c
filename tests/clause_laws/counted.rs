//! What counts toward what: raises of a share, windows of a single period.

use revshare::contract::Contract;
use revshare::fact::{Entry, Fact, Kind, evidence_of};
use revshare::settlement::{Balances, ClauseKind, Settlement, settle};

/// Two schedules of which the vendor has a tenth.
const DEAL: &str = r#"
id = "deal"
currency = "USD"
[parties]
vendor = "Model Vendor"
platform = "Cloud Platform"
CLAUSES
[[schedule]]
id = "a"
scope = { product = "a" }
seller = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "net-sales"
  split = { vendor = "10%", platform = "rest" }
[[schedule]]
id = "b"
seller = "platform"
  [[schedule.terms]]
  effective = 2026-01-01
  basis = "net-sales"
  split = { vendor = "10%", platform = "rest" }
"#;

/// 100.00 of each product on the fifth of each month.
fn months(clauses: &str, count: usize) -> Vec<Settlement> {
    let text = DEAL.replace("CLAUSES", clauses);
    let contract = Contract::parse("deal.toml", &text).expect("it reads");
    let sale = |month: usize, product: &str| {
        let day = format!("2026-{month:02}-05");
        Entry::Fact(Fact {
            product: product.into(),
            amount: Some("100".parse().expect("an amount")),
            currency: Some("USD".parse().expect("a currency")),
            ..Fact::new(Kind::Charge, format!("{day} {product}"), day.parse().expect("a day"))
        })
    };
    let facts = (1..=count).flat_map(|month| [sale(month, "a"), sale(month, "b")]);
    let (evidence, _) = evidence_of(&contract, facts);
    let mut opening = Balances::default();
    let mut all = Vec::new();
    for month in 1..=count {
        let period = format!("2026-{month:02}").parse().expect("a month");
        let settlement = settle(&contract, period, &evidence, &opening).expect("it settles");
        opening = settlement.closing();
        all.push(settlement);
    }
    all
}

#[test]
fn a_raise_counts_toward_a_guarantee_of_the_same_schedules() {
    // 20.00 earned, 30.00 added by the floor, so that nothing is missing of 50.00.
    for (floor, guarantee) in [
        ("", ""),
        ("schedules = [\"a\", \"b\"]\n", "schedules = [\"a\", \"b\"]\n"),
        ("", "schedules = [\"a\", \"b\"]\n"),
        ("schedules = [\"a\", \"b\"]\n", ""),
    ] {
        let clauses = format!(
            "[[floor]]\nname = \"f\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"50\"\n{floor}\
             [[guarantee]]\nname = \"g\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"50\"\n\
             window = \"period\"\n{guarantee}"
        );
        let all = months(&clauses, 1);
        let moved: Vec<(ClauseKind, i128)> =
            all[0].adjustments.iter().map(|each| (each.clause, each.amount.0)).collect();
        assert_eq!(moved, [(ClauseKind::ShareFloor, 30_00)], "{floor} {guarantee}");
    }
}

#[test]
fn a_window_of_a_single_period_shows_nothing_of_the_one_before() {
    // The second window begins with March, in which the clauses end.
    let days = "window = \"contract-year\"\nstarts = 2025-03-01\nends = 2026-03-20\n";
    let clauses = format!(
        "[[floor]]\nname = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\nat-least = \"5%\"\n\
         of = \"net-sales\"\n{days}\
         [[guarantee]]\nname = \"x\"\nparty = \"vendor\"\nfrom = \"platform\"\namount = \"1\"\n{days}\
         [[cap]]\nname = \"x\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"1000\"\n{days}"
    );
    let all = months(&clauses, 3);
    let closing = |month: usize| -> Vec<(String, i128)> {
        let each = all[month].balances.iter();
        each.map(|balance| (balance.name.to_string(), balance.closing.0)).collect()
    };
    assert!(closing(1).iter().all(|(_, amount)| *amount > 0) && closing(1).len() == 4);
    assert!(closing(2).iter().all(|(_, amount)| *amount == 0), "{:?}", closing(2));
}
