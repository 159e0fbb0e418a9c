//! Trees of the example month.

use super::*;
use crate::statement::example;

fn asked(path: &str) -> Result<Node, Vec<Finding>> {
    let (settlement, contract) = (example::settlement(), example::contract());
    explain(&Subject::new(&settlement, &contract), path)
}

fn tree(selector: &str) -> String {
    let node = asked(selector);
    render_tree(&node.unwrap_or_else(|findings| panic!("{selector}: {findings:?}")))
}

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/export/explain/payable.txt");

#[test]
fn a_payable_down_to_the_facts() {
    let text = tree("payable/platform/vendor");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
        return;
    }
    assert_eq!(text, include_str!("payable.txt"), "\n{text}");
}

#[test]
fn every_path_that_is_offered_leads_somewhere() {
    for path in selectors(&example::settlement()) {
        let node = asked(&path);
        assert!(node.is_ok(), "{path}");
    }
}

#[test]
fn one_product_of_one_segment() {
    let node = asked("marketplace/2026-10-01/gross-sales/lumen-2");
    let node = node.unwrap();
    assert_eq!(node.amount.as_deref(), Some("1000.00"));
    assert_eq!(node.all_keys().len(), 2);
    assert!(node.all_keys().iter().all(|key| key.product == "lumen-2"));
}

#[test]
fn a_line_that_is_not_there() {
    for path in [
        "",
        "market",
        "marketplace/cost/ember",
        "marketplace/2026-10-02",
        "share/x/y",
        "balance/loss/internal",
        "marketplace/a/b/c",
    ] {
        let findings = asked(path).unwrap_err();
        assert!(findings[0].help.as_ref().unwrap().contains("marketplace/gross-profit"), "{path}");
    }
}
