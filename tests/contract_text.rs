//! No text makes the reader of contracts panic, lose a fault, or contradict itself.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use revshare::contract::{Contract, reading};

const SEEDS: [&str; 3] = [
    include_str!("../fixtures/readings/model-marketplace/contract.toml"),
    include_str!("../fixtures/readings/every-clause/contract.toml"),
    include_str!("../fixtures/readings/tiers-and-priority/contract.toml"),
];

/// What a person, or a broken editor, puts where it does not belong.
const SCRAPS: &[&str] = &[
    "",
    "\"",
    "'",
    "\"\"",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    "=",
    "\n",
    "\r",
    "\r\n",
    "#",
    "*",
    "%",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "é",
    "💶",
    "-",
    "+",
    ".",
    "/",
    "0",
    "1",
    "-1",
    "1/0",
    "0/0",
    "1e999",
    "nan",
    "inf",
    "99999999999999999999999999999999",
    "\"79228162514264337593543950335\"",
    "9223372036854775807",
    "0.1",
    "\"0%\"",
    "\"100%\"",
    "\"rest\"",
    "true",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
    "2026-01-01T00:00:00Z",
    "12:00:00",
    "id",
    "split",
    "vendor",
    "platform",
    "terms",
    "rates",
    "cost",
    "any",
    "\"gross-profit\"",
    "\"net-sales\"",
    "\"usage-fee\"",
    "[[schedule]]\n",
    "[[schedule.terms]]\n",
    "[parties]\n",
    "a.b.c = 1\n",
    "\"\\u0000\"",
    "\"70% of net-sales\"",
    "\"\" of net-sales",
    "%%",
    "[[[[[[[[",
    "\"a\\nb\" = 1",
    "\"\"\"\n0\"\"\"",
];

#[derive(Clone, Debug)]
enum Edit {
    Cut(usize, usize),
    Insert(usize, usize),
    Replace(usize, usize, usize),
    RepeatLine(usize, usize),
    SwapLines(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = 0_usize..5000;
    prop_oneof![
        (at.clone(), 0_usize..40).prop_map(|(at, size)| Edit::Cut(at, size)),
        (at.clone(), 0..SCRAPS.len()).prop_map(|(at, scrap)| Edit::Insert(at, scrap)),
        (at.clone(), 0_usize..12, 0..SCRAPS.len()).prop_map(|(a, b, c)| Edit::Replace(a, b, c)),
        (at.clone(), at.clone()).prop_map(|(from, to)| Edit::RepeatLine(from, to)),
        (at.clone(), at).prop_map(|(one, other)| Edit::SwapLines(one, other)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let place = |at: usize, len: usize| at % (len + 1);
    let splice = |chars: &mut Vec<char>, at: usize, size: usize, scrap: &str| {
        let at = place(at, chars.len());
        let end = (at + size).min(chars.len());
        chars.splice(at..end, scrap.chars());
    };
    match *edit {
        Edit::Cut(at, size) => splice(&mut chars, at, size, ""),
        Edit::Insert(at, scrap) => splice(&mut chars, at, 0, SCRAPS[scrap]),
        Edit::Replace(at, size, scrap) => splice(&mut chars, at, size, SCRAPS[scrap]),
        Edit::RepeatLine(from, to) => {
            if let Some(line) = lines.get(from % lines.len().max(1)).copied() {
                lines.insert(place(to, lines.len()), line);
            }
            return lines.concat();
        }
        Edit::SwapLines(one, other) => {
            if !lines.is_empty() {
                let len = lines.len();
                lines.swap(one % len, other % len);
            }
            return lines.concat();
        }
    }
    chars.into_iter().collect()
}

/// Whatever comes out must be whole: a contract that reads the same twice, or findings that each
/// have a place within the text and a remedy.
fn check(text: &str) {
    match Contract::parse("contract.toml", text) {
        Ok(contract) => {
            let again = Contract::parse("contract.toml", &contract.source).unwrap();
            assert_eq!(again.schedules, contract.schedules);
            assert!(reading(&contract).contains("It covers"));
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            for finding in findings {
                let origin = finding.origin.as_ref().expect("a place");
                assert!(origin.line as usize <= text.matches('\n').count() + 1);
                assert!(finding.help.is_some(), "{finding}");
                assert!(!finding.to_string().contains('\n'), "{finding}");
            }
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1500,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_damaged_contract_is_read_or_refused(
        seed in 0..SEEDS.len(),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        check(&edits.iter().fold(SEEDS[seed].to_owned(), |text, edit| apply(&text, edit)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        check(&text);
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for text in [
        format!("id = {}", "[".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("id = {}{}", "{ a = ".repeat(100_000), "}".repeat(100_000)),
    ] {
        check(&text);
    }
}
