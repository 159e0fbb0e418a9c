//! Random files: plain rows and odd ones, with quotes and without, each line ended in its way.

use proptest::prelude::*;

use super::rows::HEAD;

fn row() -> impl Strategy<Value = String> {
    let id = prop_oneof![12 => "s-[0-9]{2}", 4 => "s-[0-9]", 1 => Just(String::new())];
    let time = prop_oneof![
        12 => "2026-(10|11)-(0[1-9]|2[0-9]|3[01])(T0[0-9]:[0-5][0-9]:00Z)?",
        1 => "2026-10-05T0[0-9]:00:00(\\.5Z|-05:00)",
        1 => Just("5/1/25".to_owned()),
    ];
    let amount = prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        2 => "-[0-9]{1,2}\\.[05]0",
        1 => prop_oneof![Just(""), Just("1e5"), Just("0"), Just("0.12345678901234567")]
            .prop_map(str::to_owned),
    ];
    let kind =
        prop_oneof![6 => Just("charge"), 3 => Just("refund"), 1 => Just("fee"), 1 => Just("gift")];
    let customer = prop_oneof![
        9 => Just("acme-1"),
        9 => Just("b"),
        9 => Just("zürich"),
        2 => Just("NULL"),
        6 => Just("\"q, r\""),
        2 => Just("\"a \"\"b\"\"\""),
        2 => Just("5\" wide"),
        1 => Just("\"a\nb\""),
        1 => Just("\"a\" b"),
    ];
    let reference = prop_oneof![9 => Just(String::new()), 2 => "s-[0-9]{1,2}"];
    let product = prop_oneof![Just("aria-1"), Just("aria-2"), Just("")];
    let currency = prop_oneof![9 => Just("USD"), 2 => Just("EUR"), 1 => Just("usd"), 1 => Just("")];
    (id, time, product, customer, kind, amount, currency, reference).prop_map(
        |(id, time, product, customer, kind, amount, currency, reference)| {
            format!("{id},{time},{product},marketplace,{customer},{kind},7,request,{amount},{currency},{reference}")
        },
    )
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => row(),
        1 => Just("s-1,2026-10-05".to_owned()),
        1 => Just(" ".to_owned()),
        1 => Just("s-9,\"2026-10-05,open".to_owned()),
        1 => row().prop_map(|row| format!("{row}\r")),
    ]
}

/// Some rows; the lines of one file end in one way, or in many.
fn file() -> impl Strategy<Value = String> {
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let quotes = prop_oneof![2 => Just(0_usize), 1 => Just(1), 1 => Just(3)];
    (proptest::collection::vec(line(), 0..40), end, any::<bool>(), quotes).prop_map(
        |(lines, end, ended, quotes)| {
            let last = if ended { end } else { "" };
            let lines: Vec<String> = lines.into_iter().map(|line| quoted(line, quotes)).collect();
            format!("{HEAD}{end}{}{last}", lines.join(end))
        },
    )
}

/// A line with quotes around every so many fields, as warehouses write it, if it has none itself.
fn quoted(line: String, every: usize) -> String {
    if every == 0 || line.contains('"') {
        return line;
    }
    let quote = |(at, field): (usize, &str)| match at % every {
        0 => format!("\"{field}\""),
        _ => field.to_owned(),
    };
    line.split(',').enumerate().map(quote).collect::<Vec<_>>().join(",")
}

/// The files of a delivery, and which of them are packed.
pub(crate) fn delivery() -> impl Strategy<Value = Vec<(String, bool)>> {
    proptest::collection::vec((file(), proptest::bool::weighted(0.5)), 1..5)
}
