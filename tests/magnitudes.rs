//! From a yen to 38 billion, from 10^-10 of a cent a token to 10^15 tokens on a line: through the
//! program, from the file to the statement, nothing rounds in silence.
//!
//! Each test writes a book, runs it, and reads amounts off the statement. What had to be rounded is
//! explained with its exact value, and the control totals of each file are exact.

mod common;

use std::fs;
use std::path::Path;

use common::revshare;
use serde_json::Value;

/// A share of half the sales.
fn shared(currency: &str) -> String {
    format!(
        "id = \"deal\"\ncurrency = \"{currency}\"\n[parties]\nvendor = \"Aria Model Works PBC\"\n\
         platform = \"Northgate Cloud Inc.\"\n[[schedule]]\nid = \"marketplace\"\n\
         seller = \"platform\"\n[[schedule.terms]]\neffective = 2026-01-01\n\
         basis = \"net-sales\"\n\
         split = {{ vendor = \"50%\", platform = \"rest\" }}\n"
    )
}

/// A fee for every token.
fn metered(currency: &str, price: &str, per: u64) -> String {
    format!(
        "id = \"deal\"\ncurrency = \"{currency}\"\n[parties]\nvendor = \"Aria Model Works PBC\"\n\
         platform = \"Northgate Cloud Inc.\"\n[[schedule]]\nid = \"use\"\n[[schedule.terms]]\n\
         effective = 2026-01-01\nbasis = \"usage-fee\"\npayer = \"platform\"\n\
         payee = \"vendor\"\nrates = [ {{ unit = \"token\", price = \"{price}\", per = {per} }} ]\n"
    )
}

/// A book that was run: its one statement, and the directory to ask further.
struct Ran {
    dir: tempfile::TempDir,
    statement: Value,
}

fn run(contract: &str, files: &[(&str, &str)]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "contract.toml", contract);
    files.iter().for_each(|(name, text)| write(dir.path(), name, text));
    let output = revshare(dir.path(), &["run", ".", "--format", "json", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["statements"].as_array().unwrap().len(), 1);
    Ran { dir, statement: read["statements"][0].clone() }
}

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).unwrap();
}

impl Ran {
    /// The amount of a step of the first segment.
    fn total(&self, name: &str) -> &str {
        let steps = self.statement["schedules"][0]["segments"][0]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["step"] == name);
        step.unwrap_or_else(|| panic!("no {name}"))["total"].as_str().unwrap()
    }

    /// What the program says of a step, where it tells a rounded number from the exact one.
    fn explained(&self, line: &str) -> String {
        let output = revshare(self.dir.path(), &["explain", ".", "2026-10", line]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn shares(&self) -> (&str, &str) {
        let shares = &self.statement["schedules"][0]["segments"][0]["shares"];
        (shares["vendor"].as_str().unwrap(), shares["platform"].as_str().unwrap())
    }

    /// How much of the first file was accepted, exactly, and how many rows were rejected.
    fn control(&self) -> (&str, u64) {
        let control = &self.statement["controls"][0];
        let amount = control["amounts"]["accepted"].as_str().unwrap();
        (amount, control["rows"]["rejected"].as_u64().unwrap())
    }
}

const SALES: &str = "id,time,product,channel,kind,amount,currency\n";
const USAGE: &str = "id,time,product,channel,quantity,unit\n";

#[test]
fn a_yen_is_not_divided() {
    let sales = format!("{SALES}s-1,2026-10-05,aria-1,marketplace,charge,1,JPY\n");
    let ran = run(&shared("JPY"), &[("sales.csv", &sales)]);
    assert_eq!(ran.total("gross-sales"), "1");
    assert_eq!(ran.shares(), ("1", "0"), "a tie goes to the party declared first");
    assert_eq!(ran.statement["payables"][0]["amount"], "1");
}

#[test]
fn a_cent_and_its_refund() {
    let sales = format!("{SALES}s-1,2026-10-05,aria-1,marketplace,charge,0.01,USD\n");
    let ran = run(&shared("USD"), &[("sales.csv", &sales)]);
    assert_eq!(ran.shares(), ("0.01", "0.00"));
    let back = format!("{sales}r-1,2026-10-06,aria-1,marketplace,refund,-0.01,USD\n");
    let ran = run(&shared("USD"), &[("sales.csv", &back)]);
    assert_eq!(ran.total("net-sales"), "0.00");
    assert_eq!(ran.statement["payables"].as_array().unwrap().len(), 0);
}

#[test]
fn the_ten_billionth_part_of_a_cent_for_a_token() {
    // 10^-10 of a cent is 10^-12 dollars: 5 * 10^9 tokens are half a cent, to the even neighbour;
    // a token more is beyond the half.
    let contract = metered("USD", "0.000000000001", 1);
    for (tokens, fee, exact) in [
        ("1", "0.00", Some("0.000000000001")),
        ("5000000000", "0.00", Some("0.005")),
        ("5000000001", "0.01", Some("0.005000000001")),
        ("10000000000", "0.01", None),
        ("15000000000", "0.02", Some("0.015")),
    ] {
        let usage = format!("{USAGE}u-1,2026-10-05,aria-1,internal,{tokens},token\n");
        let ran = run(&contract, &[("usage.csv", &usage)]);
        assert_eq!(ran.total("usage-fee"), fee, "{tokens}");
        let explained = ran.explained("use/usage-fee");
        match exact {
            Some(exact) => assert!(explained.contains(&format!("exactly {exact},")), "{explained}"),
            None => assert!(!explained.contains("exactly"), "{explained}"),
        }
    }
}

#[test]
fn many_small_lines_are_rounded_once() {
    // Each line is a tenth of a cent, and would be nothing by itself.
    let line = |n: u32| format!("s-{n},2026-10-05,aria-1,marketplace,charge,0.001,USD\n");
    let sales = format!("{SALES}{}", (0..999).map(line).collect::<String>());
    let ran = run(&shared("USD"), &[("sales.csv", &sales)]);
    assert_eq!(ran.total("gross-sales"), "1.00");
    assert_eq!(ran.control(), ("0.999", 0));
}

#[test]
fn thirty_eight_billion_with_twelve_digits() {
    let sales = format!(
        "{SALES}s-1,2026-10-05,aria-1,marketplace,charge,38000000000.000000000001,USD\n\
         s-2,2026-10-06,aria-1,marketplace,charge,0.004999999999,USD\n"
    );
    let ran = run(&shared("USD"), &[("sales.csv", &sales)]);
    // 38,000,000,000.005 exactly: a tie, to the even cent.
    assert_eq!(ran.control(), ("38000000000.005", 0));
    assert_eq!(ran.total("gross-sales"), "38000000000.00");
    assert_eq!(ran.shares(), ("19000000000.00", "19000000000.00"));
}

#[test]
fn a_million_billion_tokens_on_a_line() {
    let line = |tokens: &str| format!("{USAGE}u-1,2026-10-05,aria-1,internal,{tokens},token\n");
    let contract = metered("USD", "0.0000000375", 1);
    let ran = run(&contract, &[("usage.csv", &line("1000000000000000"))]);
    assert_eq!(ran.total("usage-fee"), "37500000.00");
    let ran = run(&contract, &[("usage.csv", &line("1000000000000001"))]);
    let explained = ran.explained("use/usage-fee");
    assert!(explained.contains("exactly 37,500,000.0000000375,"), "{explained}");
    // The same price for a million of them.
    let per_million = metered("USD", "0.0375", 1_000_000);
    let ran = run(&per_million, &[("usage.csv", &line("1000000000000000"))]);
    assert_eq!(ran.total("usage-fee"), "37500000.00");
}

#[test]
fn largest_and_smallest_on_one_statement() {
    // A price of 10^-12 beside 10^15 tokens, 28 digits after the point beside 38 billion.
    let sales = format!(
        "{SALES}s-1,2026-10-05,aria-1,marketplace,charge,38000000000,USD\n\
         s-2,2026-10-06,aria-2,marketplace,charge,0.0000000000000000000000000001,USD\n"
    );
    let ran = run(&shared("USD"), &[("sales.csv", &sales)]);
    assert_eq!(ran.control(), ("38000000000.0000000000000000000000000001", 0));
    assert_eq!(ran.total("gross-sales"), "38000000000.00");
}

#[test]
fn what_cannot_be_held_is_refused_and_not_cut() {
    let sales = format!(
        "{SALES}s-1,2026-10-05,aria-1,marketplace,charge,0.00000000000000000000000000001,USD\n\
         s-2,2026-10-06,aria-1,marketplace,charge,10.00,USD\n"
    );
    let ran = run(&shared("USD"), &[("sales.csv", &sales)]);
    assert_eq!(ran.total("gross-sales"), "10.00");
    assert_eq!(ran.control(), ("10", 1));
}

#[test]
fn a_dinar_has_three_digits() {
    let sales = format!("{SALES}s-1,2026-10-05,aria-1,marketplace,charge,0.001,KWD\n");
    let ran = run(&shared("KWD"), &[("sales.csv", &sales)]);
    assert_eq!(ran.shares(), ("0.001", "0.000"));
}
