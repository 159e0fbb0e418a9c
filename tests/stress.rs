//! What random months show of contracts that were written to have one fault each, or none.

mod common;

use std::fs;
use std::path::Path;

use revshare::contract::Contract;
use revshare::stress::{Concern, ConcernKind, Example, Plan, Report, stress};
use serde_json::Value;

fn contract(terms: &str, after: &str) -> Contract {
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n[parties]\nvendor = \"Vendor\"\nplatform = \"Platform\"\n\
         [[schedule]]\nid = \"m\"\nseller = \"platform\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"net-sales\"\n{terms}\n{after}"
    );
    Contract::parse("deal.toml", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"))
}

fn plan() -> Plan {
    Plan { seed: 7, worlds: 40, months: 2, volume: 10_000, quantity: 10_000 }
}

fn tried(terms: &str, after: &str) -> Report {
    stress(&contract(terms, after), &plan())
}

fn of(report: &Report, kind: ConcernKind) -> Vec<&Concern> {
    report.concerns.iter().filter(|concern| concern.kind == kind).collect()
}

/// The facts of an example, in all files.
fn rows(example: &Example) -> usize {
    example.files.iter().map(|file| file.text.lines().count() - 1).sum()
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
    assert!(cliff.message.starts_with("vendor can earn less by one more sale: "), "{report}");
    let [without, with] = &cliff.examples[..] else { panic!("{report}") };
    assert_eq!((rows(without), rows(with)), (1, 2), "{report}");
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
    let said = "the tier from 1000000000 of m was never reached within the stated volume; it does \
                with --volume 10000000000";
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
    assert_eq!(rows(&order.examples[0]), 1, "{both}");
    let apart = tried(&terms("[\"card\"], cap = \"1\" }", "[\"listing\"]"), "");
    assert_eq!(of(&apart, ConcernKind::OrderMatters), Vec::<&Concern>::new(), "{apart}");
}

#[test]
fn a_fixed_fee_can_be_more_than_the_sales() {
    let fee = "priority = [ { name = \"fixed\", to = \"vendor\", fee = \"1000\" } ]";
    let report = tried(&format!("{fee}\n{HALVES}"), "");
    let [beyond] = of(&report, ConcernKind::ShareBeyondSales)[..] else { panic!("{report}") };
    assert_eq!(beyond.message, "vendor's share can exceed the net sales it comes from");
    assert_eq!(rows(&beyond.examples[0]), 1, "{report}");
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
    assert!(never.message.contains("fell short every time it was tested, at best by"), "{report}");
    assert!(never.message.ends_with("it is met with --volume 10000000000"), "{report}");
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
    assert!(idle.message.starts_with("the cap most was never reached (line 13)"), "{report}");
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

/// A contract in which a clause can never apply, and the same with one that can.
#[test]
fn clauses_that_can_never_apply() {
    let cost = "bearer = \"vendor\"\nprovider = \"platform\"\n";
    let gross = |rest: &str| {
        let text = contract(HALVES, "").source.replace("net-sales", "gross-profit");
        let text =
            text.replace("seller = \"platform\"\n", &format!("seller = \"platform\"\n{cost}"));
        text + rest
    };
    let thrice = |last: &str| {
        let text = contract(HALVES, "").source;
        let (head, one) = text.split_once("[[schedule]]").unwrap();
        let scoped = |id: &str, products: &str| {
            let scope = format!("id = \"{id}\"\nscope = {{ product = {products} }}");
            format!("[[schedule]]{}", one.replace("id = \"m\"", &scope))
        };
        let both = [scoped("k", "[\"p-1\"]"), scoped("m", "[\"p-2\"]")].concat();
        format!("{head}{both}{}", scoped("n", last))
    };
    let deals = |from: &str| {
        let split = format!(
            "split = {{ window = \"deal\", tiers = [ {{ from = \"0\", vendor = \"50%\", \
             platform = \"rest\" }}, {{ from = \"{from}\", vendor = \"40%\", platform = \"rest\" }} ] }}"
        );
        let deal = "[[deal]]\nid = \"d-1\"\nvalue = \"5000\"\n";
        contract(&split, deal).source.to_string()
    };
    let deducted = |cap: &str| {
        let list =
            format!("deductions = [ {{ name = \"card\", rate = \"2%\", cap = \"{cap}\" }} ]");
        contract(&format!("{list}\n{HALVES}"), "").source.to_string()
    };
    let ceiling = |text: &str| gross(&format!("cost = {{ ceiling = \"{text}\" }}\n"));
    for (said, never, sometimes) in [
        ("the cap on the deduction card of m was never reached", deducted("3%"), deducted("1%")),
        ("the ceiling on the cost of m was never reached", ceiling("99999999999"), ceiling("100")),
        (
            "the tier from 9000 of m never had a sale: no deal that is listed is worth that",
            deals("9000"),
            deals("4000"),
        ),
        (
            "no fact ever reached the schedule n",
            thrice("[\"p-1\", \"p-2\"]"),
            thrice("[\"p-1\", \"p-3\"]"),
        ),
    ] {
        let report = |text: &str| {
            let contract = Contract::parse("deal.toml", text);
            contract.map(|contract| stress(&contract, &plan())).unwrap_or_else(|all| {
                // What a contract's reader already refuses needs no stress.
                panic!("{all:#?}\n{text}")
            })
        };
        let found = |text: &str| {
            let report = report(text);
            let never = of(&report, ConcernKind::NeverApplies).into_iter();
            never.map(|concern| concern.message.clone()).collect::<Vec<_>>()
        };
        let (shown, silent) = (found(&never), found(&sometimes));
        assert!(shown.iter().any(|message| message.starts_with(said)), "{said}: {shown:#?}");
        assert!(!silent.iter().any(|message| message.starts_with(said)), "{said}: {silent:#?}");
    }
}

/// The example's numbers are what `run` prints for its files.
fn reproduce(dir: &Path, concern: &Value, number: usize) {
    for example in concern["examples"].as_array().unwrap() {
        let (kind, name) = (concern["kind"].as_str().unwrap(), example["name"].as_str().unwrap());
        let book = format!("books/{number}-{kind}-{name}");
        let through = example["through"].as_str().unwrap();
        let run = common::revshare(
            dir,
            &["run", &book, "--through", through, "--format", "json", "--strict"],
        );
        assert!(run.status.success(), "{book}: {}", String::from_utf8_lossy(&run.stderr));
        let printed: Value = serde_json::from_slice(&run.stdout).unwrap();
        let mut paid = Vec::new();
        for statement in printed["statements"].as_array().unwrap() {
            for payable in statement["payables"].as_array().unwrap() {
                let text = |key: &str| payable[key].as_str().unwrap().to_owned();
                let period = statement["period"].as_str().unwrap().to_owned();
                paid.push([period, text("from"), text("to"), text("amount")]);
            }
        }
        let claimed = example["payables"].as_array().unwrap().iter();
        let claimed: Vec<[String; 4]> = claimed
            .map(|one| {
                ["period", "from", "to", "amount"].map(|key| one[key].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(paid, claimed, "{book}");
        for earned in example["earned"].as_array().unwrap() {
            let (party, amount) = (&earned["party"], earned["amount"].as_str().unwrap());
            assert_eq!(has(&printed, party), cents(amount), "{book}: {party}");
        }
    }
}

/// What a party has by all statements: positions, and what clauses moved and not only put off.
fn has(printed: &Value, party: &Value) -> i128 {
    let waits =
        ["reserve", "reserve-release", "on-account", "minimum-payment", "overpayment-credit"];
    let mut sum = 0;
    for statement in printed["statements"].as_array().unwrap() {
        sum += statement["positions"]
            .get(party.as_str().unwrap())
            .map_or(0, |own| cents(own.as_str().unwrap()));
        for moved in statement["adjustments"].as_array().into_iter().flatten() {
            if waits.contains(&moved["clause"].as_str().unwrap_or_default()) {
                continue;
            }
            let amount = cents(moved["amount"].as_str().unwrap());
            sum += if moved["to"] == *party { amount } else { 0 };
            sum -= if moved["from"] == *party { amount } else { 0 };
        }
    }
    sum
}

fn cents(amount: &str) -> i128 {
    amount.replace('.', "").parse().unwrap()
}

/// Runs `stress` on a contract and settles every example that it wrote. Says which kinds had one.
fn settle_examples(text: &str, more: &[&str]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("deal.toml"), text).unwrap();
    let args = ["stress", "deal.toml", "--format", "json", "--out", "books", "--quiet"];
    let told = common::revshare(dir.path(), &[&args[..], more].concat());
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let report: Value = serde_json::from_slice(&told.stdout).unwrap();
    let concerns = report["concerns"].as_array().unwrap();
    let mut kinds = Vec::new();
    for (at, concern) in concerns.iter().enumerate() {
        assert_ne!(concern["kind"], "law-broken", "{text}\n{concern:#}");
        reproduce(dir.path(), concern, at + 1);
        if !concern["examples"].as_array().unwrap().is_empty() {
            kinds.push(concern["kind"].as_str().unwrap().to_owned());
        }
    }
    kinds
}

#[test]
fn every_example_settles_to_the_claimed_numbers() {
    let small = ["--worlds", "40", "--months", "2", "--volume", "10000"];
    let fee = "priority = [ { name = \"fixed\", to = \"vendor\", fee = \"1000\" } ]";
    let fees = "deductions = [ { name = \"card\", category = [\"card\"], cap = \"1\" }, \
                { name = \"all\", category = [\"c*\"] } ]";
    let foreign = "[fx]\npolicy = \"daily\"\nwithin = 7\n";
    for (kind, text) in [
        ("earns-less", contract(&falling("retroactive"), foreign)),
        ("share-beyond-sales", contract(&format!("{fee}\n{HALVES}"), "")),
        ("order-matters", contract(&format!("{fees}\n{HALVES}"), "")),
        ("turns-round", contract(HALVES, "")),
    ] {
        let kinds = settle_examples(&text.source, &small);
        assert!(kinds.iter().any(|one| one == kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn every_contract_of_the_cases_goes_through() {
    for case in common::cases() {
        let text = fs::read_to_string(case.join("contract.toml")).unwrap();
        settle_examples(&text, &["--worlds", "5"]);
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let case = common::root().join("fixtures/cases/model-marketplace");
    let with = |threads: &str, format: &str| {
        let args = ["stress", "contract.toml", "--worlds", "12", "--threads", threads];
        common::revshare(&case, &[&args[..], &["--format", format]].concat()).stdout
    };
    for format in ["text", "json"] {
        let one = with("1", format);
        assert!(!one.is_empty());
        assert_eq!(one, with("2", format));
        assert_eq!(one, with("5", format));
    }
}

#[test]
fn exit_codes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("deal.toml"), &*contract(HALVES, "").source).unwrap();
    fs::write(dir.path().join("bad.toml"), "id = 1").unwrap();
    let code = |args: &[&str]| common::revshare(dir.path(), args).status.code();
    assert_eq!(code(&["stress", "deal.toml", "--worlds", "5"]), Some(0));
    assert_eq!(code(&["stress", "deal.toml", "--worlds", "5", "--strict"]), Some(1));
    assert_eq!(code(&["stress", "bad.toml"]), Some(1));
    assert_eq!(code(&["stress", "missing.toml"]), Some(3));
    assert_eq!(code(&["stress", "deal.toml", "--worlds", "0"]), Some(2));
}

#[test]
fn the_schema_names_what_a_report_has() {
    let schema: Value = serde_json::from_str(&revshare::export::schema::stress()).unwrap();
    let report = serde_json::to_value(tried(&falling("retroactive"), "")).unwrap();
    let known = |value: &Value, schema: &Value| {
        for key in value.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
    };
    known(&report, &schema);
    known(&report["concerns"][0], &schema["$defs"]["Concern"]);
    known(&report["concerns"][0]["examples"][0], &schema["$defs"]["Example"]);
}
