//! Published feeds, read as they come: every row accounted for, every total exact. Runs on the
//! shared data where that folder exists; the shapes are covered by the project's own fixtures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use revshare::calendar::Zone;
use revshare::contract::Contract;
use revshare::fact::{Archive, Control, Lens, Table};
use revshare::intake::{Import, Mapping, Request, SourceFile, import, silent};
use revshare::money::Exact;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/data").join(path);
    path.exists().then_some(path)
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

/// A contract that settles in dollars.
fn dollars() -> Contract {
    let text = "id = 'deal'\ncurrency = 'USD'\n[parties]\nvendor = 'V'\nplatform = 'P'\n\
                [[schedule]]\nid = 'all'\nseller = 'platform'\n[[schedule.terms]]\n\
                effective = 2015-01-01\nbasis = 'net-sales'\nsplit = { vendor = '50%', platform = 'rest' }\n";
    Contract::parse("contract.toml", text).unwrap()
}

/// Imports files under names of a book.
fn read(files: &[(&str, &Path)], mapping: &str) -> (Import, String) {
    let mapping = Mapping::parse("revshare.toml", mapping).unwrap();
    let files: Vec<SourceFile> = files
        .iter()
        .map(|(name, path)| SourceFile {
            name: (*name).to_owned(),
            path: path.to_path_buf(),
            table: SourceFile::named(Path::new(name), &Mapping::default())
                .map_or(Table::Usage, |file| file.table),
        })
        .collect();
    let (archive, mut rejects) = (Archive::default(), Vec::new());
    let import = import(Request {
        files: &files,
        mapping: &mapping,
        contracts: &[dollars()],
        lens: &Lens::of(&[dollars()]),
        archive: &archive,
        known: &(),
        rejects: Some(&mut rejects),
        progress: &mut silent,
        bulk: None,
        interrupt: None,
    })
    .unwrap();
    (import, String::from_utf8(rejects).unwrap())
}

fn controls(import: &Import) -> Control {
    let mut sum = Control::default();
    for control in import.gathered.delivery.files.iter().flat_map(|file| &file.controls) {
        for (sum, count) in [
            (&mut sum.read, control.read),
            (&mut sum.accepted, control.accepted),
            (&mut sum.duplicate, control.duplicate),
            (&mut sum.superseded, control.superseded),
            (&mut sum.rejected, control.rejected),
        ] {
            sum.rows += count.rows;
            sum.amount += count.amount;
        }
    }
    let groups = [sum.accepted, sum.duplicate, sum.superseded, sum.rejected];
    assert_eq!(sum.read.rows, groups.iter().map(|group| group.rows).sum::<u64>());
    assert_eq!(sum.read.amount, groups.iter().map(|group| group.amount).sum());
    sum
}

/// Σ amount and Σ quantity by a dimension.
fn sums(
    import: Import,
    dimension: fn(&revshare::fact::Key) -> String,
) -> BTreeMap<String, (Exact, Exact)> {
    let mut archive = Archive::default();
    archive.apply(&import.gathered.delivery);
    sums_of(&archive, dimension)
}

fn sums_of(
    archive: &Archive,
    dimension: fn(&revshare::fact::Key) -> String,
) -> BTreeMap<String, (Exact, Exact)> {
    let mut sums: BTreeMap<String, (Exact, Exact)> = BTreeMap::new();
    for (key, cell) in archive.evidence(&Zone::utc()).unwrap().tally.iter() {
        let sum = sums.entry(dimension(key)).or_default();
        sum.0 += cell.amount;
        sum.1 += cell.quantity;
    }
    sums
}

#[test]
fn a_thousand_rows_of_three_clouds() {
    let Some(path) = shared("focus/focus_sample_1.0.csv") else { return };
    let (import, rejects) = read(&[("costs.csv", &path)], "");
    let codes: Vec<&str> = import.findings.iter().map(|finding| finding.code.id).collect();
    assert_eq!((rejects.as_str(), codes), ("", vec!["I029"]), "nothing says the channel");
    let control = controls(&import);
    assert_eq!((control.read.rows, control.accepted.rows), (1000, 1000));
    assert_eq!(control.accepted.amount, exact("20.52022672899"));
    let list = "[[map]]\nfiles = \"costs.csv\"\nformat = \"focus\"\nfields.amount = { column = \"ListCost\" }";
    assert_eq!(controls(&read(&[("costs.csv", &path)], list).0).accepted.rows, 1000);
}

#[test]
fn bills_of_models() {
    for (file, total) in [
        ("cached_tokens_via_csp_marketplace", "47.50"),
        ("csp_served_third_party_model", "4.50"),
        ("multi_model_usage", "104.50"),
        ("per_token_ai_model_api", "94.50"),
        ("drawdown_via_prepayment_ai_model_api", "500000"),
    ] {
        let Some(path) = shared(&format!("focus/ai-model-billing/{file}.csv")) else { return };
        for name in ["costs.csv", "sales.csv"] {
            let (import, rejects) = read(&[(name, &path)], "");
            let control = controls(&import);
            assert_eq!((control.accepted.amount, rejects.as_str()), (exact(total), ""), "{file}");
        }
        if file == "per_token_ai_model_api" {
            let (import, _) = read(&[("usage.csv", &path)], "");
            let by_product = sums(import, |key| format!("{} {}", key.product, key.unit));
            assert_eq!(by_product["solora-saturn-4.8 Tokens"].1, exact("10500000"));
        }
    }
}

#[test]
fn corrections_add_and_redelivered_slices_replace() {
    let Some(original) = shared("focus/corrections/closed_1_partial_reallocation_original.csv")
    else {
        return;
    };
    let map = "[[map]]\nfiles = \"costs*\"\nformat = \"focus\"\nfields.product = { column = \"ResourceId\" }";
    for form in ["delta", "ledger"] {
        let later =
            shared(&format!("focus/corrections/closed_1_partial_reallocation_{form}.csv")).unwrap();
        let mut archive = Archive::default();
        for path in [&original, &later, &later] {
            let (import, rejects) = read(&[("costs.csv", path)], map);
            assert_eq!(rejects, "");
            assert_eq!(import.findings[0].code.id, "I026", "the currency was assumed");
            archive.apply(&import.gathered.delivery);
        }
        let by_resource = sums_of(&archive, |key| key.product.clone());
        assert_eq!(by_resource["R-111"].0, exact("1200"), "{form}");
        assert_eq!(by_resource["R-222"].0, exact("300"), "{form}");
    }
}

#[test]
fn examples_that_break_their_own_rules() {
    for (file, accepted, rejected) in [
        ("commitment_discount_usage_scenario_1", 1, 0),
        ("saas_spend_agreements_a1", 0, 4),
        ("simple_saas_agreements_a1", 0, 1),
        ("virtual_currency_pricing_model_a2", 0, 3),
        ("virtual_currency_pricing_model_b1", 0, 1),
    ] {
        let Some(path) = shared(&format!("focus/spec-1.2-examples/{file}.csv")) else { return };
        let (import, rejects) = read(&[("costs.csv", &path)], "");
        let control = controls(&import);
        assert_eq!((control.accepted.rows, control.rejected.rows), (accepted, rejected), "{file}");
        assert_eq!(rejects.is_empty(), rejected == 0);
        if rejected > 0 {
            assert!(rejects.contains("which number is the day, which the month?"), "{rejects}");
        }
    }
}

#[test]
fn billing_events_as_invoiced_and_disbursed() {
    let part = |part| shared(&format!("aws-marketplace/billing_event_seller_of_record_{part}.csv"));
    let Some(invoiced) = part("invoiced") else { return };
    let of = |import: &Import| import.feeds.0.values().next().unwrap().clone();
    let (import, rejects) = read(&[("sales.csv", &invoiced)], "");
    let totals = of(&import);
    assert_eq!(
        (rejects.as_str(), totals.gross, totals.cost_of_goods),
        ("", exact("100"), exact("-80"))
    );
    assert_eq!((totals.listing_fee, totals.buyer_tax), (exact("-0.2"), exact("20.6")));
    assert_eq!((totals.owed(), totals.pending()), (exact("19.8"), exact("19.8")));
    let all = part("all").unwrap();
    let (import, rejects) = read(&[("sales.csv", &all)], "");
    assert_eq!((rejects.as_str(), controls(&import).accepted.rows), ("", 8));
    let totals = of(&import);
    assert_eq!(
        (totals.owed(), totals.pending(), totals.paid),
        (exact("19.8"), exact("0"), exact("19.8"))
    );
    let disbursed = part("disbursed").unwrap();
    let (import, rejects) = read(&[("sales-a.csv", &all), ("sales-b.csv", &disbursed)], "");
    let control = controls(&import);
    assert_eq!((rejects.as_str(), control.accepted.rows, control.duplicate.rows), ("", 8, 4));
    let by_kind = sums(import, |key| format!("{} {}", key.kind, key.category));
    assert_eq!(by_kind["charge "].0, exact("100"));
    assert_eq!(by_kind["cost cost-of-goods"].0, exact("80"));
    assert_eq!(by_kind["fee listing-fee"].0, exact("-0.2"));
    assert_eq!(by_kind["collected "].0, exact("100"));
}

#[test]
fn a_trace_of_requests_by_a_map() {
    let Some(path) = shared("traces/AzureLLMInferenceTrace_code.csv") else { return };
    let map = r#"
        [[map]]
        files  = "AzureLLM*.csv"
        table  = "usage"
        source = "trace"
        zone   = "UTC"
        [map.fields]
        id      = { row = true }
        time    = { column = "TIMESTAMP" }
        product = { constant = "coder" }
        [[map.emit]]
        name     = "in"
        unit     = { constant = "input-token" }
        quantity = { column = "ContextTokens" }
        [[map.emit]]
        name     = "out"
        unit     = { constant = "output-token" }
        quantity = { column = "GeneratedTokens" }
    "#;
    let (import, rejects) = read(&[("AzureLLMInferenceTrace_code.csv", &path)], map);
    assert_eq!(rejects, "");
    assert_eq!(controls(&import).accepted.rows, 2 * 8819);
    let by_unit = sums(import, |key| key.unit.clone());
    assert_eq!(by_unit["input-token"].1, exact("18059974"));
    assert_eq!(by_unit["output-token"].1, exact("245896"));
}
