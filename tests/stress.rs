//! What random months show of contracts that were written to have one fault each, or none.

use revshare::contract::Contract;
use revshare::stress::{Concern, ConcernKind, Plan, Report, stress};

fn contract(terms: &str, after: &str) -> Contract {
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n[parties]\nvendor = \"Vendor\"\nplatform = \"Platform\"\n\
         [[schedule]]\nid = \"m\"\nseller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n{terms}\n{after}"
    );
    Contract::parse("deal.toml", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

fn plan() -> Plan {
    Plan { seed: 7, worlds: 40, months: 2, volume: 10_000 }
}

fn tried(terms: &str, after: &str) -> Report {
    stress(&contract(terms, after), &plan())
}

fn of(report: &Report, kind: ConcernKind) -> Vec<&Concern> {
    report.concerns.iter().filter(|concern| concern.kind == kind).collect()
}

const HALVES: &str = "split = { vendor = \"50%\", platform = \"50%\" }";

/// The vendor's rate falls from half to a tenth at a thousand.
fn falling(mode: &str) -> String {
    format!(
        "split = {{ measure = \"net-sales\", window = \"calendar-year\", mode = \"{mode}\", tiers = [ \
         {{ from = \"0\", vendor = \"50%\", platform = \"rest\" }}, \
         {{ from = \"1000\", vendor = \"10%\", platform = \"rest\" }} ] }}"
    )
}

#[test]
fn a_cliff_is_shown_by_a_small_example() {
    let report = tried(&falling("retroactive"), "");
    let cliffs = of(&report, ConcernKind::EarnsLess);
    let [cliff] = cliffs.as_slice() else { panic!("{report}") };
    assert_eq!(cliff.message, "vendor can earn less by one more sale");
    assert!((2..=3).contains(&cliff.example.len()), "{report}");
}

#[test]
fn a_marginal_table_has_no_cliff() {
    let report = tried(&falling("marginal"), "");
    assert_eq!(of(&report, ConcernKind::EarnsLess), Vec::<&Concern>::new(), "{report}");
}

#[test]
fn a_tier_beyond_the_volume_is_never_reached() {
    let reached = tried(&falling("marginal"), "");
    assert_eq!(of(&reached, ConcernKind::NeverApplies), Vec::<&Concern>::new(), "{reached}");
    let far = tried(&falling("marginal").replace("\"1000\"", "\"1000000000\""), "");
    let [tier] = of(&far, ConcernKind::NeverApplies)[..] else { panic!("{far}") };
    let said = "tier from 1000000000 of m was never reached within the stated volume";
    assert_eq!(tier.message, said);
}

#[test]
fn the_order_of_a_fee_and_a_capped_one_matters() {
    let terms = |first: &str, second: &str| {
        let list =
            "{ name = \"card\", category = [FIRST] }, { name = \"all\", category = [SECOND] }";
        let list = list.replace("[FIRST] }", first).replace("[SECOND]", second);
        format!("deductions = [ {list} ]\n{HALVES}")
    };
    let both = tried(&terms("[\"card\"], cap = \"1\" }", "[\"c*\"]"), "");
    let [order] = of(&both, ConcernKind::OrderMatters)[..] else { panic!("{both}") };
    assert!((1..=3).contains(&order.example.len()), "{both}");
    let apart = tried(&terms("[\"card\"], cap = \"1\" }", "[\"listing\"]"), "");
    assert_eq!(of(&apart, ConcernKind::OrderMatters), Vec::<&Concern>::new(), "{apart}");
}

#[test]
fn a_fixed_fee_can_be_more_than_the_sales() {
    let fee = "priority = [ { name = \"fixed\", to = \"vendor\", fee = \"1000\" } ]";
    let report = tried(&format!("{fee}\n{HALVES}"), "");
    let [beyond] = of(&report, ConcernKind::ShareBeyondSales)[..] else { panic!("{report}") };
    assert_eq!(beyond.message, "vendor's share can exceed the net sales it comes from");
    assert_eq!(beyond.example.len(), 1, "{report}");
    let plain = tried(HALVES, "");
    assert_eq!(of(&plain, ConcernKind::ShareBeyondSales), Vec::<&Concern>::new(), "{plain}");
}

fn guarantee(amount: &str, window: &str) -> String {
    format!(
        "[[guarantee]]\nname = \"minimum\"\nparty = \"vendor\"\nfrom = \"platform\"\n\
         amount = \"{amount}\"\nwindow = \"{window}\""
    )
}

#[test]
fn guarantees_out_of_reach_and_guarantees_never_tested() {
    let report = tried(HALVES, &guarantee("1000000000", "period"));
    let [never] = of(&report, ConcernKind::NeverMet)[..] else { panic!("{report}") };
    assert_eq!(never.message, "guarantee minimum fell short every time it was tested");
    let sometimes = tried(HALVES, &guarantee("100", "period"));
    assert_eq!(of(&sometimes, ConcernKind::NeverMet), Vec::<&Concern>::new(), "{sometimes}");
    assert_eq!(of(&sometimes, ConcernKind::NeverApplies), Vec::<&Concern>::new(), "{sometimes}");
    let yearly = tried(HALVES, &guarantee("100", "calendar-year"));
    let [untested] = of(&yearly, ConcernKind::NeverApplies)[..] else { panic!("{yearly}") };
    assert!(untested.message.ends_with("not tested in the 2 periods from 2026-01 on"), "{yearly}");
}

#[test]
fn a_cap_beyond_the_volume_never_applies() {
    let cap = |amount: &str| {
        format!(
            "[[cap]]\nname = \"most\"\nfrom = \"platform\"\nto = \"vendor\"\namount = \"{amount}\"\n\
             window = \"period\""
        )
    };
    let report = tried(HALVES, &cap("1000000000"));
    let [idle] = of(&report, ConcernKind::NeverApplies)[..] else { panic!("{report}") };
    assert_eq!(idle.message, "cap most never did anything within the stated volume");
    let bound = tried(HALVES, &cap("100"));
    assert_eq!(of(&bound, ConcernKind::NeverApplies), Vec::<&Concern>::new(), "{bound}");
}

#[test]
fn the_seed_decides_everything_and_the_report_is_json() {
    let terms = falling("forward");
    let report = tried(&terms, "");
    assert_eq!(report, tried(&terms, ""));
    let other = stress(&contract(&terms, ""), &Plan { seed: 8, ..plan() });
    assert_ne!(report.seed, other.seed);
    let text = serde_json::to_string(&report).expect("a report is plain data");
    let json: serde_json::Value = serde_json::from_str(&text).expect("what was written is JSON");
    assert_eq!(json["version"], "1");
    assert_eq!(json["contract"], "deal");
    assert_eq!(json["concerns"].as_array().map(Vec::len), Some(report.concerns.len()));
}
