//! Apportioning against tables: our own, and the published cases of other libraries whose rule is
//! one of ours. Every row is checked in both directions, because a reversal must give back to
//! everybody exactly what they had.

use std::fs;
use std::path::Path;

use revshare::money::{Minor, Ratio, Remainder, Rounding, apportion};
use serde_json::Value;

fn check(name: &str, rule: Remainder, total: i128, weights: &[Ratio], due: &[i128]) {
    let parts: Vec<i128> = apportion(Minor(total), weights, rule).iter().map(|p| p.0).collect();
    assert_eq!(parts, due, "{name}");
    assert_eq!(parts.iter().sum::<i128>(), total, "{name} adds up");
    let back: Vec<i128> = apportion(Minor(-total), weights, rule).iter().map(|p| -p.0).collect();
    assert_eq!(back, due, "{name}, reversed");
    let nothing = weights.iter().zip(&parts).filter(|(weight, _)| weight.is_zero());
    nothing.for_each(|(_, part)| assert_eq!(*part, 0, "{name}: a weight of zero"));
}

fn rule_of(text: &str) -> Remainder {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["largest-remainder"] => Remainder::LargestRemainder,
        ["in-order"] => Remainder::InOrder,
        ["part", nth, mode] => {
            let mode = Rounding::ALL.into_iter().find(|one| one.as_str() == *mode);
            let nth: usize = nth.parse().expect("a number");
            Remainder::Part(nth - 1, mode.expect("a mode of rounding"))
        }
        _ => panic!("no rule {text:?}"),
    }
}

fn ratios<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Ratio> {
    texts.into_iter().map(|text| text.parse().expect("a weight")).collect()
}

#[test]
fn our_own_table() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tables/apportion.csv");
    let mut rows = csv::Reader::from_path(table).expect("the table is part of the project");
    let mut count = 0;
    for row in rows.records() {
        let row = row.expect("a row of five columns");
        let [rule, total, weights, parts, why] = [0, 1, 2, 3, 4].map(|at| &row[at]);
        let due: Vec<i128> =
            parts.split_whitespace().map(|part| part.parse().expect("a part")).collect();
        let name = format!("{rule}: {total} by {weights} ({why})");
        let weights = ratios(weights.split_whitespace());
        check(&name, rule_of(rule), total.parse().expect("a total"), &weights, &due);
        count += 1;
    }
    assert!(count > 60, "only {count} rows");
}

/// Runs where the cases lie beside the project, and is silent where they do not.
#[test]
fn published_cases_whose_rule_is_ours() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/allocation_cases.json");
    let Ok(text) = fs::read_to_string(path) else { return };
    let cases: Value = serde_json::from_str(&text).expect("the cases are JSON");
    let list = cases["cases"].as_array().expect("a list of cases");
    let checked = list.iter().filter(|case| published(case)).count();
    assert!(checked >= 45, "only {checked} of {} cases are of our rules", list.len());
}

/// Checks one case; no if its rule is none of ours.
fn published(case: &Value) -> bool {
    let (input, due) = (&case["input"], &case["expected"]["parts_minor"]);
    let (Some(total), Some(weights), Some(due)) =
        (input["amount_minor"].as_i64(), input["weights"].as_array(), due.as_array())
    else {
        return false;
    };
    let Some(texts) = weights.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() else {
        return false;
    };
    let Ok(weights) = texts.iter().map(|text| text.parse()).collect::<Result<Vec<Ratio>, _>>()
    else {
        return false;
    };
    let rule = match case["rule"].as_str() {
        // One library floors below zero, so that its reversal leaves a unit behind.
        Some("largest_remainder") if total >= 0 => Remainder::LargestRemainder,
        Some("trunc_then_first") => Remainder::InOrder,
        // Above zero, and with no weight of zero, to floor is to truncate.
        Some("floor_then_first") if total >= 0 && !weights.iter().any(Ratio::is_zero) => {
            Remainder::InOrder
        }
        _ => return false,
    };
    let steps_of_one = input["step_minor"].as_i64().unwrap_or(1) == 1;
    if !steps_of_one || weights.iter().all(Ratio::is_zero) || due.len() != weights.len() {
        return false;
    }
    let due: Vec<i128> = due.iter().map(|part| part.as_i64().expect("units").into()).collect();
    check(case["id"].as_str().expect("an id"), rule, total.into(), &weights, &due);
    true
}
