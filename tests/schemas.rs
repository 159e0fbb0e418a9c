//! What `--format json` prints is what the published schemas say: for every command, with no field
//! that its schema does not know.

mod common;

use std::fs;
use std::path::Path;

use common::{copy_book, revshare, root};
use serde_json::Value;

/// Everything in a document that its schema does not allow.
fn violations(schema: &Value, document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    check(schema, schema, document, "", &mut wrong);
    wrong
}

/// The keywords that our schemas use; another one is a reason to look here.
const KNOWN: [&str; 19] = [
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "anyOf",
    "oneOf",
    "enum",
    "const",
    "pattern",
    "format",
    "default",
    "minimum",
    "maximum",
];

fn check(root: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else { return };
    for key in rules.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
        wrong.push(format!("{at}: the keyword {key} is not checked"));
    }
    if let Some(name) = rules.get("$ref").and_then(Value::as_str) {
        check(root, root.pointer(&name[1..]).unwrap(), value, at, wrong);
    }
    for choice in ["anyOf", "oneOf"].into_iter().filter_map(|key| rules.get(key)) {
        let fits = |one: &Value| {
            let mut inside = Vec::new();
            check(root, one, value, at, &mut inside);
            inside.is_empty()
        };
        if !choice.as_array().unwrap().iter().any(fits) {
            wrong.push(format!("{at}: {value} fits none of {choice}"));
        }
    }
    if let Some(allowed) = rules.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        wrong.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    if rules.get("const").is_some_and(|only| only != value) {
        wrong.push(format!("{at}: {value} is not {}", rules["const"]));
    }
    if let Some(kinds) = rules.get("type") {
        let is = |kind: &Value| match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("{other}"),
        };
        if !kinds.as_array().map_or_else(|| is(kinds), |kinds| kinds.iter().any(is)) {
            wrong.push(format!("{at}: {value} is no {kinds}"));
        }
    }
    if let (Some(items), Some(list)) = (rules.get("items"), value.as_array()) {
        for (index, item) in list.iter().enumerate() {
            check(root, items, item, &format!("{at}/{index}"), wrong);
        }
    }
    fields(root, schema, value, at, wrong);
}

fn fields(root: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !object.contains_key(name.as_str().unwrap()) {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    if schema["type"] != "object" {
        return;
    }
    for (key, field) in object {
        let place = format!("{at}/{key}");
        let known = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
        match known {
            Some(rule) => check(root, rule, field, &place, wrong),
            None => wrong.push(format!("{place}: the schema has no such field")),
        }
    }
}

fn schema(name: &str) -> Value {
    let output = revshare(root(), &["schema", name]);
    assert!(output.status.success(), "{name}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command for programs: its exit code, and what it printed is held against a schema.
fn holds(dir: &Path, args: &[&str], name: &str, exit: i32) -> Value {
    let mut all = args.to_vec();
    all.extend(["--format", "json", "--quiet"]);
    let output = revshare(dir, &all);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(exit), "{args:?}: {errors}");
    let said = if ["findings", "error"].contains(&name) { &output.stderr } else { &output.stdout };
    let document: Value = serde_json::from_slice(said)
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", String::from_utf8_lossy(said)));
    let wrong = violations(&schema(name), &document);
    assert!(wrong.is_empty(), "{args:?} against {name}:\n{}", wrong.join("\n"));
    document
}

fn book(case: &str) -> tempfile::TempDir {
    let case = root().join("fixtures/cases").join(case);
    copy_book(&case)
}

#[test]
fn every_command_prints_what_its_schema_says() {
    let late = book("late-refund");
    let dir = late.path();
    let imported = holds(dir, &["import", "."], "import", 0);
    assert_eq!(imported["controls"].as_array().unwrap().len(), 1);
    holds(dir, &["settle", ".", "2026-10"], "run", 0);
    holds(dir, &["close", ".", "2026-10"], "run", 0);
    holds(dir, &["run", "."], "run", 0);
    let closed = holds(dir, &["statement", ".", "2026-12"], "run", 0);
    assert!(closed["statements"][0]["true_ups"].is_array());
    holds(dir, &["statement", ".", "2026-10"], "run", 0);
    assert!(
        holds(dir, &["explain", ".", "2026-12"], "explain", 0)["explained"][0]["lines"].is_array()
    );
    for path in ["payable/platform/vendor", "true-up/2026-10", "marketplace"] {
        let told = holds(dir, &["explain", ".", "2026-12", path, "--rows"], "explain", 0);
        assert!(told["explained"][0]["rows"].is_array());
    }
    holds(dir, &["diff", ".", "2026-10", "--rows"], "diff", 0);
    holds(dir, &["diff", ".", "2026-11", "2026-12"], "diff", 0);
    holds(dir, &["check", "contract.toml"], "check", 0);
    holds(dir, &["stress", "contract.toml", "--worlds", "20"], "stress", 0);
    holds(dir, &["verify", "."], "verify", 0);
    holds(dir, &["rebuild", "."], "verify", 0);
}

#[test]
fn trees_of_payments_and_rates_are_what_the_schema_says() {
    for (case, period) in [("clause-set-7", "2026-Q4"), ("fx-daily", "2026-10"), ("yen", "2026-10")]
    {
        let dir = book(case);
        holds(dir.path(), &["run", "."], "run", 0);
        let lines = holds(dir.path(), &["explain", ".", period], "explain", 0);
        for line in lines["explained"][0]["lines"].as_array().unwrap() {
            holds(dir.path(), &["explain", ".", period, line.as_str().unwrap()], "explain", 0);
        }
    }
}

#[test]
fn the_world_and_the_machine_are_told_apart() {
    let late = book("late-refund");
    let dir = late.path();
    let found = holds(dir, &["explain", ".", "2026-10", "market"], "findings", 1);
    assert_eq!(found[0]["code"], "S090");
    fs::write(dir.join("contract.toml"), "id = 1\n").unwrap();
    holds(dir, &["check", "contract.toml"], "findings", 1);
    let failed = holds(dir, &["check", "nowhere.toml"], "error", 3);
    assert_eq!(failed["exit"], 3);
    assert!(failed["error"].as_str().unwrap().contains("nowhere.toml"), "{failed}");
    let absent = holds(dir, &["verify", "elsewhere"], "error", 1);
    assert_eq!(absent["exit"], 1);
}

#[test]
fn what_a_schema_does_not_allow_is_noticed() {
    let schema = schema("verify");
    let right = serde_json::json!({
        "version": "1", "sound": true, "records": 1, "imports": 1, "closings": 0, "ids": 2, "bytes": 3
    });
    assert!(violations(&schema, &right).is_empty());
    for (key, value) in [("sound", Value::from("yes")), ("extra", Value::from(1))] {
        let mut document = right.clone();
        document[key] = value;
        assert_eq!(violations(&schema, &document).len(), 1, "{key}");
    }
    let mut document = right;
    document.as_object_mut().unwrap().remove("ids");
    assert_eq!(violations(&schema, &document).len(), 1);
}
