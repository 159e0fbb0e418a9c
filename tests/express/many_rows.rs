//! Rows that are read many at once, with all that a field may hold, whatever customers and deals a contract
//! keeps apart. The law is that of the tests beside it: both ways bring the same.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::intake::Bulk;

/// A contract that keeps no customers or deals apart.
pub(crate) fn contract(zone: &str) -> Contract {
    keeping(zone, APART[0])
}

/// The customers that a contract names, and how it splits: none, some, most; every deal.
const APART: [(&[&str], &str); 4] =
    [(&[], HALVES), (&["acme-*"], HALVES), (&["b", "z*", "a*"], HALVES), (&["acme-*"], BY_DEAL)];
const HALVES: &str = r#"{ vendor = "50%", platform = "50%" }"#;
const BY_DEAL: &str = r#"{ window = "deal", tiers = [
    { from = "0", vendor = "50%", platform = "rest" },
    { above = "300", vendor = "34%", platform = "rest" },
] }"#;

fn keeping(zone: &str, (customers, split): (&[&str], &str)) -> Contract {
    let schedule = |id: &str, scope: &str| {
        format!(
            r#"
            [[schedule]]
            id = "{id}"
            scope = {{ {scope} }}
            seller = "platform"
            [[schedule.terms]]
            effective = 2020-01-01
            basis = "net-sales"
            split = {split}
            "#
        )
    };
    let named = match customers {
        [] => String::new(),
        names => schedule("named", &format!("customer = {names:?}")),
    };
    let rest = schedule("rest", "");
    let text = format!(
        r#"
        id = "deal"
        currency = "USD"
        timezone = "{zone}"
        [parties]
        vendor = "V"
        platform = "P"
        {named}
        {rest}
        "#
    );
    Contract::parse("contract.toml", &text).unwrap()
}

/// A table, its columns, and what stands between them.
#[derive(Clone, Debug)]
struct Layout {
    table: &'static str,
    columns: Vec<&'static str>,
    delimiter: char,
    /// Are all its numbers short? Others go another way together with one that is long.
    short: bool,
    /// Every so many fields stand in quotes; none if it is 0.
    quotes: usize,
}

const SALES: [&str; 14] = [
    "id", "time", "kind", "product", "channel", "region", "customer", "category", "quantity",
    "unit", "amount", "currency", "ref", "deal",
];
const COSTS: [&str; 12] = [
    "id", "time", "category", "amount", "currency", "product", "channel", "region", "customer",
    "resource", "quantity", "unit",
];
const USAGE: [&str; 8] =
    ["id", "time", "unit", "quantity", "product", "channel", "region", "customer"];

fn layout() -> impl Strategy<Value = Layout> {
    let tables = prop_oneof![
        3 => Just(("sales", &SALES[..], 3)),
        1 => Just(("costs", &COSTS[..], 5)),
        1 => Just(("usage", &USAGE[..], 4)),
    ];
    let of = |(table, all, needed): (&'static str, &'static [&'static str], usize)| {
        let further = proptest::sample::subsequence(all[needed..].to_vec(), 0..=all.len() - needed);
        let columns = further.prop_map(move |further| [&all[..needed], &further[..]].concat());
        let delimiter =
            prop_oneof![4 => Just(','), 1 => Just('\t'), 1 => Just(' '), 1 => Just(';')];
        let quotes = prop_oneof![4 => Just(0_usize), 2 => Just(1), 1 => Just(3)];
        (columns.prop_shuffle(), delimiter, any::<bool>(), quotes).prop_map(
            move |(columns, delimiter, short, quotes)| Layout {
                table,
                columns,
                delimiter,
                short,
                quotes,
            },
        )
    };
    tables.prop_flat_map(of)
}

fn number() -> BoxedStrategy<String> {
    prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        2 => "-[0-9]{1,3}(\\.[0-9]{1,2})?",
        2 => "-?[0-9]{1,9}\\.[0-9]{5,9}",
        1 => "-?[0-9]{12,19}",
        1 => "-?0{1,6}[0-9]{1,10}(\\.[0-9]{1,8})?",
        1 => "[-+]?[0-9]{0,2}[.]?[0-9]{0,2}[-.e]?",
        1 => "-?9{7,19}(\\.9{1,12})?",
        1 => proptest::sample::select(vec![
            "", "-", "-0", "0", "-0.00", "-.5", "1.", ".", "1,5", " 1", "1 ", "1099511627776",
            "1099511627777", "-1099511627776.000001", "0.0000001", "0.00000001", "NULL", "١",
            "9223372036854775807", "0.000000000000000000000001",
        ]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn short_number() -> BoxedStrategy<String> {
    prop_oneof![
        8 => "[0-9]{1,3}(\\.[0-9]{1,4})?",
        3 => "-[0-9]{1,3}(\\.[0-9]{1,3})?",
        2 => "-?[0-9]{7}|-?0?\\.?[0-9]{5}|[0-9]{0,3}\\.[0-9]{0,4}",
        1 => "[-+.0-9e/:]{0,8}",
    ]
    .boxed()
}

fn time() -> BoxedStrategy<String> {
    prop_oneof![
        9 => "2026-10-(0[1-9]|2[0-9])(T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z)?",
        3 => "2026-(0[0-9]|1[0-3])-(00|0[1-9]|2[89]|3[012])(T(00|2[0-4]):(00|59|60):(00|59|60)Z)?",
        1 => "(0000|1969|1970|2100|2199|2200|9999)-(02|12)-(28|29|31)(T00:00:00Z)?",
        1 => proptest::sample::select(vec![
            "", "2026-10-05 08:00:00Z", "2026-10-05t08:00:00z", "2026-10-05T08:00:00+00:00",
            "2026-10-05T08:00:00.000Z", "20261005", "2026-10-5", "2026-10-05\0", "2026-1\u{e9}05",
        ]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn text(usual: &'static [&'static str]) -> BoxedStrategy<String> {
    prop_oneof![
        24 => proptest::sample::select(usual).prop_map(str::to_owned),
        1 => "[a-b]{0,9}|a{7,9}|a{15,17}|b{30,34}|a{47,49}|b{60,70}|a{248}|b{400}",
        1 => proptest::sample::select(vec![
            " ", "a\0", "\0", "\0\0\0\0\0\0\0\0", "zürich", "a\r", "\r", "NULL", "a b", "\u{feff}",
        ]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn field(column: &str, short: bool) -> BoxedStrategy<String> {
    match column {
        "id" => prop_oneof![
            30 => "s-[0-9]{5}", 6 => "s-[0-9]{1,2}", 2 => "[a-c]{0,3}", 2 => "x{1,70}",
            1 => "x{255,257}", 1 => "\0{1,9}", 1 => "ü{3,20}", 1 => " {0,2}",
        ]
        .boxed(),
        "time" => time(),
        "quantity" | "amount" if short => short_number(),
        "quantity" | "amount" => number(),
        "kind" => text(&[
            "charge",
            "charge",
            "charge",
            "refund",
            "fee",
            "tax",
            "collected",
            "credit",
            "chargeback",
        ]),
        "currency" => text(&["USD", "USD", "EUR", "JPY"]),
        "unit" => text(&["request", "token", "token", ""]),
        "category" => text(&["compute", "compute", "hosting", ""]),
        "customer" => text(&["b", "acme-1", "zürich", "a-customer-of-many-letters", ""]),
        "ref" => prop_oneof![20 => Just(String::new()), 1 => "s-[0-9]{2}"].boxed(),
        "deal" | "resource" => text(&["", "", "d-1"]),
        _ => text(&["", "aria-1", "aria-2", "marketplace"]),
    }
}

fn line(layout: &Layout) -> BoxedStrategy<Vec<u8>> {
    let fields: Vec<_> = layout.columns.iter().map(|column| field(column, layout.short)).collect();
    let (between, quotes) = (layout.delimiter.to_string(), layout.quotes);
    let row = fields.prop_map(move |fields| {
        let clean = |(at, field): (usize, &String)| match at.checked_rem(quotes) {
            Some(0) => format!("\"{field}\""),
            _ => field.replace(&between[..], "_"),
        };
        let fields: Vec<String> = fields.iter().enumerate().map(clean).collect();
        fields.join(&between).into_bytes()
    });
    let between = layout.delimiter as u8;
    let broken = (row.clone(), any::<proptest::sample::Index>(), 0..9_usize);
    let broken = broken.prop_map(move |(mut row, at, how)| {
        let at = at.index(row.len().max(1)).min(row.len());
        match how {
            0 => row.insert(at, 0xFF),
            1 => row.insert(at, 0xC3),
            2 => row.insert(at, between),
            3 => row.insert(at, b'\r'),
            4 => row.truncate(at),
            5 => row.insert(at, b'\n'),
            6 => row.splice(at..at, [&b"\""[..], b"\"\""][at % 2].iter().copied()).for_each(drop),
            7 => row.push(b'\r'),
            _ => row = [b' ', b'\t', between, b'\r'][..at % 5].to_vec(),
        }
        row
    });
    prop_oneof![120 => row, 1 => broken].boxed()
}

/// Lines, some of which come again.
fn file(layout: Layout) -> impl Strategy<Value = (String, Vec<u8>)> {
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    let lines = proptest::collection::vec(line(&layout), 0..60);
    let again = proptest::collection::vec(any::<proptest::sample::Index>(), 0..260);
    (lines, again, end, any::<bool>(), any::<bool>()).prop_map(
        move |(lines, again, end, ended, mixed)| {
            let mut text = layout.columns.join(&layout.delimiter.to_string()).into_bytes();
            text.extend_from_slice(end.as_bytes());
            let more = again.iter().filter(|_| !lines.is_empty()).enumerate().map(|(at, index)| {
                let mut line = lines[index.index(lines.len())].clone();
                // Another id, mostly.
                if let Some(place) =
                    line.windows(2).position(|two| two == b"s-").filter(|_| at % 9 > 0)
                {
                    line.splice(place..place + 2, format!("t{at}-").into_bytes());
                }
                line
            });
            let all: Vec<Vec<u8>> = lines.iter().cloned().chain(more).collect();
            for (at, line) in all.iter().enumerate() {
                text.extend_from_slice(line);
                let other = mixed && at % 7 == 3;
                text.extend_from_slice(if other { b"\r\n" } else { end.as_bytes() });
            }
            if !ended {
                text.pop();
            }
            (layout.table.to_owned(), text)
        },
    )
}

fn map(delimiter: char) -> String {
    let of = |table: &str| {
        format!(
            "[[map]]\nfiles = \"{table}*\"\nformat = \"own\"\ndelimiter = {:?}\n",
            delimiter.to_string()
        )
    };
    ["sales", "costs", "usage"].map(of).concat()
}

/// Files with one delimiter.
fn delivery(delimiter: char) -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let of = move |layout: Layout| file(Layout { delimiter, ..layout });
    proptest::collection::vec(layout().prop_flat_map(of), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn many_rows_at_once_bring_the_same(
        (delimiter, deliveries) in prop_oneof![4 => Just(','), 1 => Just('\t'), 1 => Just(' '), 1 => Just(';')]
            .prop_flat_map(|it| (Just(it), proptest::collection::vec(delivery(it), 1..3))),
        threads in 1_usize..4,
        chunk in prop_oneof![1 => Just(300_usize), 1 => Just(4000), 3 => Just(Bulk::CHUNK)],
        zone in proptest::sample::select(vec!["America/Los_Angeles", "Pacific/Apia", "UTC"]),
        apart in proptest::sample::select(&APART[..]),
        forgotten in prop_oneof![3 => Just(None), 1 => Just(Some("2026-10-29"))],
    ) {
        let folders: Vec<_> = deliveries.iter().map(|_| tempfile::tempdir().unwrap()).collect();
        for (folder, files) in folders.iter().zip(&deliveries) {
            for (number, (table, text)) in files.iter().enumerate() {
                fs::write(folder.path().join(format!("{table}-{number}.csv")), text).unwrap();
            }
        }
        let paths: Vec<&Path> = folders.iter().map(|folder| folder.path()).collect();
        let forgotten = forgotten.filter(|_| zone == "America/Los_Angeles");
        super::ways::compare_for(Some(&keeping(zone, apart)), &map(delimiter), &paths, (threads, chunk), forgotten)?;
    }
}
