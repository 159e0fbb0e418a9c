//! What a contract's text comes out as.

use crate::contract::*;
use crate::money::{Minor, Ratio, Rounding};

const SAMPLE: &str = include_str!("../../../fixtures/readings/model-marketplace/contract.toml");

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

fn sample() -> Contract {
    Contract::parse("contract.toml", SAMPLE).unwrap()
}

fn shared(terms: &Terms) -> &SharedTerms {
    match &terms.basis {
        Basis::Shared(shared) => shared,
        Basis::UsageFee(_) | Basis::Excluded => panic!("not shared"),
    }
}

#[test]
fn the_sample_says_what_it_says() {
    let contract = sample();
    assert_eq!((contract.id.as_str(), contract.currency.code()), ("model-marketplace", "USD"));
    let parties: Vec<&str> = contract.parties.iter().map(|party| party.id.as_str()).collect();
    assert_eq!(parties, ["vendor", "platform"]);
    let [marketplace, internal] = &contract.schedules[..] else { panic!("two schedules") };
    assert!(marketplace.scope.matches("opus-4", "marketplace", "", ""));
    assert!(!marketplace.scope.matches("sonnet-4", "marketplace", "", ""));
    let roles = (marketplace.seller, marketplace.bearer, marketplace.provider);
    assert_eq!(roles, (Some(PartyId(1)), Some(PartyId(0)), Some(PartyId(1))));
    let terms = shared(&marketplace.terms[0]);
    assert_eq!(terms.cost.ceiling, Some(Ceiling::RateOfNetSales(ratio("7/10"))));
    assert_eq!(terms.deductions[0].name, "fees");
    assert_eq!(
        terms.split.tiers[0].division.shares(),
        [(PartyId(0), ratio("1/2")), (PartyId(1), ratio("1/2"))]
    );
    assert_eq!(internal.terms.len(), 2);
    let Basis::UsageFee(fee) = &internal.terms[1].basis else { panic!("a fee") };
    assert_eq!((fee.payer, fee.payee), (PartyId(1), PartyId(0)));
    assert_eq!(fee.rates[1].each(), ratio("0.000025"));
}

#[test]
fn places_lead_back_to_the_text() {
    let contract = sample();
    let places = &contract.schedules[0].terms[0].places;
    let line = |path: &str| SAMPLE.lines().nth(places[path] as usize - 1).unwrap().trim();
    assert_eq!(line(""), "[[schedule.terms]]");
    for path in ["effective", "basis", "cost", "losses", "split"] {
        assert!(line(path).starts_with(path), "{path}");
    }
    assert!(line("cost.ceiling").starts_with("cost "));
    assert!(places.contains_key("cost.deduct") && places.contains_key("split.vendor"));
}

#[test]
fn line_ends_and_the_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    let contract = Contract::parse("contract.toml", &windows).unwrap();
    assert_eq!(contract.schedules, sample().schedules);
    assert_eq!(&*contract.source, windows, "kept byte for byte");
    let broken = windows.replace("\"50%\", platform", "\"51%\", platform");
    let [finding] = &Contract::parse("contract.toml", &broken).unwrap_err()[..] else { panic!() };
    let origin = finding.origin.as_ref().unwrap();
    assert_eq!((origin.line, origin.column), (21, 12));
    assert!(origin.excerpt.ends_with("platform = \"50%\" }"));
}

/// A contract with one line at its top and one gross-profit block of these clauses.
fn with(top: &str, clauses: &str) -> Result<Contract, Vec<crate::finding::Finding>> {
    let text = format!(
        "id = \"deal\"\ncurrency = \"USD\"\n{top}\n[parties]\na = \"A\"\nb = \"B\"\nc = \"C\"\n\
         [[schedule]]\nid = \"s\"\nseller = \"a\"\nbearer = \"b\"\nprovider = \"a\"\n\
         [[schedule.terms]]\neffective = 2026-01-01\nbasis = \"gross-profit\"\n{clauses}\n"
    );
    Contract::parse("contract.toml", &text)
}

const SPLIT: &str = "split = { b = \"1/3\", a = \"rest\" }";

fn clauses(written: &str) -> SharedTerms {
    let contract = with("", &format!("{SPLIT}\n{written}")).unwrap();
    shared(&contract.schedules[0].terms[0]).clone()
}

#[test]
fn the_rules_at_the_top() {
    let default = with("", SPLIT).unwrap();
    assert_eq!(default.zone.name(), "UTC");
    assert_eq!(default.rounding, Rounding::HalfEven);
    assert_eq!(default.remainder, RemainderRule::LargestRemainder);
    assert_eq!((default.late, default.finality, default.netting), (Late::Restate, None, true));
    let top = |line: &str| with(line, SPLIT).unwrap();
    assert_eq!(top("timezone = \"Asia/Kolkata\"").zone.name(), "Asia/Kolkata");
    assert_eq!(top("rounding = \"up\"").rounding, Rounding::Up);
    assert_eq!(top("remainder = \"in-order\"").remainder, RemainderRule::InOrder);
    assert_eq!(top("remainder = \"b\"").remainder, RemainderRule::Party(PartyId(1)));
    assert_eq!(top("late = \"next-period\"").late, Late::NextPeriod);
    assert_eq!(top("finality = 18").finality, Some(18));
    assert!(!top("netting = false").netting);
    assert_eq!(top("period = \"quarter\"").period, crate::calendar::PeriodLength::Quarter);
}

#[test]
fn what_is_left_out_of_gross_profit() {
    let terms = clauses("");
    assert_eq!(terms.cost.deduct, [Pattern::any()]);
    assert_eq!(terms.losses, Losses::carried());
    let facts = Selector::Facts { kinds: vec![crate::fact::Kind::Fee], categories: Vec::new() };
    assert_eq!(terms.deductions[0].parts, [facts]);
    assert_eq!(
        terms.split.tiers[0].division.shares(),
        [(PartyId(0), ratio("2/3")), (PartyId(1), ratio("1/3"))]
    );
}

#[test]
fn what_cost_can_say() {
    let cost = |written: &str| clauses(&format!("cost = {{ {written} }}")).cost;
    let amount = |minor, tolerance| {
        Some(Ceiling::Amount(Amount { amount: Minor(minor), tolerance: ratio(tolerance) }))
    };
    assert_eq!(cost("ceiling = \"500.5\"").ceiling, amount(50_050, "0"));
    let budget = cost("ceiling = { budget = \"500\", tolerance = \"10%\" }");
    assert_eq!(budget.ceiling, amount(50_000, "0.1"));
    assert_eq!(cost("uplift = \"120%\"").uplift, Some(ratio("1.2")));
    assert_eq!(cost("ceiling = \"0\", excess = \"carry\"").excess, Excess::Carry(Carry::default()));
    assert_eq!(cost("settled = \"invoiced\"").settled, Settled::Invoiced);
    assert_eq!(cost("deduct = \"gpu-*\"").deduct, [Pattern::new("gpu-*")]);
    assert_eq!(cost("settled = \"net\"").deduct, [Pattern::any()]);
    let metered = cost("rates = [ { unit = \"hour\", price = \"3\" } ]");
    assert!(metered.deduct.is_empty() && metered.rates.len() == 1);
}

#[test]
fn what_deductions_can_say() {
    let parts = |written: &str| clauses(&format!("deductions = [ {written} ]")).deductions;
    assert!(parts("").is_empty());
    let capped = parts("{ name = \"n\", rate = \"3%\", cap = \"12.50\" }");
    assert_eq!(capped[0].parts, [Selector::Rate(ratio("3%"))]);
    assert_eq!(capped[0].cap, Some(Cap::Amount(Minor(1250))));
    assert_eq!(parts("{ name = \"n\", cap = \"2.5%\" }")[0].cap, Some(Cap::Rate(ratio("1/40"))));
    assert_eq!(parts("{ name = \"n\", cap = \"1/40\" }")[0].cap, Some(Cap::Rate(ratio("2.5%"))));
    let several = parts("{ name = \"n\", any = [ { kind = \"credit\" }, { rate = \"1%\" } ] }");
    assert_eq!(several[0].parts.len(), 2);
    let ordered = parts("{ name = \"n\", kind = [\"fee\", \"credit\"] }");
    assert_eq!(ordered, parts("{ name = \"n\", kind = [\"credit\", \"fee\"] }"));
}

#[test]
fn equal_numbers_make_equal_terms() {
    let cost = |ceiling: &str| clauses(&format!("cost = {{ ceiling = \"{ceiling}\" }}"));
    assert_eq!(cost("75% of net-sales"), cost("75.0% of net-sales"));
    assert_eq!(cost("3/4 of net-sales"), cost("0.75 of net-sales"));
}

#[test]
fn a_table_under_a_header_is_as_good_as_an_inline_one() {
    let header = with("", "[schedule.terms.split]\nb = \"1/3\"\na = \"rest\"").unwrap();
    assert_eq!(header.schedules, {
        let mut inline = with("", SPLIT).unwrap().schedules;
        inline[0].line = header.schedules[0].line;
        inline
    });
}

#[test]
fn the_clauses_beside_the_schedules() {
    let beside = "[[shared-cost]]\ncategory = [\"pool\"]\ndriver = \"output-token\"\n\
                  over = { product = [\"opus-*\"] }\n\
                  [[shared-cost]]\ncategory = \"other\"\ndriver = \"sales\"\n\
                  [[availability]]\nproduct = \"opus-4\"\n\
                  suspended = { from = 2026-11-10, to = 2026-11-23 }";
    let contract = with("", &format!("{SPLIT}\n{beside}")).unwrap();
    assert_eq!(contract.shared_costs[0].driver, Driver::Unit("output-token".to_owned()));
    assert_eq!(contract.shared_costs[1].driver, Driver::Sales);
    assert_eq!(contract.shared_costs[0].over.product, [Pattern::new("opus-*")]);
    let day = |text: &str| text.parse().unwrap();
    let suspended = |text| contract.availability[0].suspends("opus-4", day(text));
    assert!(suspended("2026-11-10") && suspended("2026-11-23") && !suspended("2026-11-24"));
}

#[test]
fn net_sales_needs_a_seller_and_no_more() {
    let text = "id = \"d\"\ncurrency = \"JPY\"\n[parties]\na = \"A\"\nb = \"B\"\n[[schedule]]\n\
                id = \"s\"\nseller = \"b\"\n[[schedule.terms]]\neffective = 2026-01-01\n\
                basis = \"net-sales\"\nsplit = { a = \"30%\", b = \"70%\" }\n";
    let contract = Contract::parse("contract.toml", text).unwrap();
    let schedule = &contract.schedules[0];
    assert_eq!((schedule.bearer, schedule.provider), (Some(PartyId(1)), Some(PartyId(1))));
    let terms = shared(&schedule.terms[0]);
    assert_eq!(terms.losses, Losses::Share);
    assert!(terms.cost.deduct.is_empty());
}

#[test]
fn one_pass_finds_every_fault() {
    let faults = with("rounding = \"u\"", "split = { d = \"1\" }\ncost = { uplift = 1.0 }\nx = 1");
    let codes: Vec<&str> = faults.unwrap_err().iter().map(|finding| finding.code.id).collect();
    assert_eq!(codes, ["C008", "C011", "C005", "C002"]);
}

#[test]
fn a_finding_covers_exactly_the_value() {
    let findings =
        with("", "split = { b = \"1/3\", a = \"49%\" }\nlosses = \"shared\"").unwrap_err();
    let covered = findings.iter().map(|finding| {
        let origin = finding.origin.as_ref().unwrap();
        let line = origin.excerpt.chars().skip(origin.column as usize - 1);
        line.take(origin.width as usize).collect::<String>()
    });
    let covered: Vec<String> = covered.collect();
    assert_eq!(covered, ["{ b = \"1/3\", a = \"49%\" }", "\"shared\""]);
}

#[test]
fn amounts_have_the_digits_of_the_currency() {
    for (currency, amount, due) in [
        ("USD", "500.25", Some(50_025)),
        ("USD", "500.250", None),
        ("JPY", "500", Some(500)),
        ("JPY", "500.0", None),
        ("KWD", "0.125", Some(125)),
        ("KWD", "9999999999999999999999999999", None),
    ] {
        let text = SAMPLE
            .replace("\"USD\"", &format!("{currency:?}"))
            .replace("\"70% of net-sales\"", &format!("{amount:?}"));
        let read = Contract::parse("contract.toml", &text).ok();
        let ceiling =
            read.map(|contract| shared(&contract.schedules[0].terms[0]).cost.ceiling.clone());
        let due = due.map(|minor| {
            Some(Ceiling::Amount(Amount { amount: Minor(minor), tolerance: Ratio::zero() }))
        });
        assert_eq!(ceiling, due, "{amount} {currency}");
    }
}

#[test]
fn a_rest_may_be_nothing_but_then_takes_no_remainder() {
    let split = "split = { b = \"100%\", a = \"rest\" }";
    assert!(with("", split).is_ok());
    let code = |faults: Vec<crate::finding::Finding>| faults[0].code.id;
    assert_eq!(with("remainder = \"a\"", split).map_err(code).err(), Some("C025"));
}
