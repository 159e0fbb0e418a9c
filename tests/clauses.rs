//! Every clause of `docs/clauses.md` has a case, and the case comes out at the published result.

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::root;

/// The published result of each clause's worked example, as it stands in the statements of the
/// cases that the page links: where a case spreads the example over periods, or sells a little more
/// beside it, the parts of the result, which its story adds up.
const RESULTS: &[(&str, &[&str])] = &[
    ("BASE-1", &["1,000,000.00"]),
    ("BASE-2", &["900,000.00"]),
    ("BASE-3", &["-25,000.00"]),
    ("BASE-4", &["17.86", "8.93"]),
    ("BASE-5", &["200.00"]),
    ("BASE-6", &["850,000.00"]),
    ("BASE-7", &["72.00"]),
    ("COST-1", &["-300,000.00"]),
    ("COST-2", &["250.00", "125.00", "150.00"]),
    ("COST-3", &["10.00"]),
    ("COST-4", &["150.00"]),
    ("SHARE-1", &["600,000.00", "300,000.00"]),
    ("SHARE-2", &["200,000.00"]),
    ("SHARE-3", &["300,000.00", "350,000.00", "150,000.00"]),
    ("SHARE-4", &["250,000.00"]),
    ("SHARE-5", &["alder pays birch 300,000.00"]),
    ("SHARE-6", &["7,500.00", "2,500.00"]),
    ("SHARE-7", &["28,000.00"]),
    ("SHARE-8", &["2,000.00"]),
    (
        "LOSS-1",
        &["-100,000.00", "= share-base                    0.00", "vendor pays platform 100,000.00"],
    ),
    ("LOSS-2", &["-50,000.00", "vendor pays platform 50,000.00"]),
    ("LOSS-3", &["70.00", "60.00"]),
    ("LOSS-4", &["30.00"]),
    ("TIER-1", &["18,000,000.00"]),
    ("TIER-2", &["25,000,000.00"]),
    ("TIER-3", &["2.40", "5.60"]),
    ("TIER-4", &["22,800.00", "15,300.00"]),
    ("TIER-5", &["10,000.00", "30,000.00", "30,030.00"]),
    ("TIER-6", &["130.00", "-850.00", "5.00"]),
    ("TIME-1", &["25%"]),
    ("TIME-2", &["700.00"]),
    ("TIME-3", &["300.00", "150.00"]),
    ("MG-1", &["30,000.00"]),
    ("MG-2", &["200,000.00"]),
    ("MG-3", &["561,643.84"]),
    ("MG-4", &["20,250.00"]),
    ("REC-1", &["3,000.00", "6,000.00"]),
    ("REC-2", &["600,000.00"]),
    ("REC-3", &["platform pays vendor 3,000.00", "reseller pays vendor 8,000.00"]),
    ("HOLD-1", &["900.00", "1,900.00", "200.00"]),
    ("HOLD-2", &["600.00", "1,200.00"]),
    ("HOLD-3", &["9,000.00", "1,000.00"]),
    ("HOLD-4", &["10.00"]),
    ("HOLD-5", &["60.00"]),
    ("LIM-1", &["1,500,000,000.00"]),
    ("LIM-2", &["50.00", "20.00"]),
    ("LIM-3", &["20.00"]),
    ("SET-1", &["493.80"]),
    ("SET-2", &["6,500.00"]),
    ("SET-3", &["125,000.00"]),
    ("SET-4", &["85,000.00", "117,647.06"]),
    ("SET-5", &["390.41", "780.82"]),
    ("SET-6", &["12,000.00", "15,000.00", "600.00"]),
    ("SET-7", &["refused-as-final"]),
    ("SET-8", &["08-14"]),
    ("SET-9", &["2,000.00"]),
    ("SET-10", &["1.94", "4.51"]),
];

/// The cases that the row of each clause links.
fn linked() -> BTreeMap<String, Vec<String>> {
    let page = fs::read_to_string(root().join("docs/clauses.md")).unwrap();
    let mut linked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let id = row.split(' ').next().unwrap();
        if !RESULTS.iter().any(|(known, _)| *known == id) {
            continue;
        }
        let links = row.split("../fixtures/cases/").skip(1);
        let cases = links.map(|rest| rest.split('/').next().unwrap().to_owned()).collect();
        assert!(linked.insert(id.to_owned(), cases).is_none(), "{id} has two rows");
    }
    linked
}

#[test]
fn every_clause_comes_out_at_its_published_result() {
    let linked = linked();
    let mut wrong = Vec::new();
    for (id, results) in RESULTS {
        let cases = linked.get(*id).unwrap_or_else(|| panic!("{id} has no row"));
        assert!(!cases.is_empty(), "{id} links no case");
        let statements = |case: &String| {
            let path = root().join("fixtures/cases").join(case).join("expected/statements.txt");
            fs::read_to_string(&path).unwrap_or_else(|_| panic!("{id}: no {}", path.display()))
        };
        let text: String = cases.iter().map(statements).collect();
        for result in results.iter().filter(|result| !text.contains(**result)) {
            wrong.push(format!("{id}: {cases:?} do not show {result}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_clause_is_forgotten() {
    assert_eq!(RESULTS.len(), 57);
    assert_eq!(linked().len(), 57);
}
