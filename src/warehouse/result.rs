//! The tally as rows of one kind of table: what it is about, its control totals, its cells, and what
//! waits for its original. The same columns for every row, each a text.

use super::Query;
use super::price::in_scope;
use super::refs::amount;
use super::standing::inside;
use crate::calendar::Zone;
use crate::fact::{Lens, LensNames};

/// The columns of a tally, in order.
pub(crate) const COLUMNS: [&str; 30] = [
    "record",
    "name",
    "value",
    "zone",
    "day",
    "kind",
    "product",
    "channel",
    "region",
    "customer",
    "deal",
    "category",
    "unit",
    "currency",
    "unpriced",
    "charged_day",
    "charged_product",
    "own_day",
    "sale_time",
    "sale_id",
    "sale_of",
    "id",
    "ref",
    "time",
    "chain",
    "rows",
    "quantity",
    "quantity_e28",
    "amount",
    "amount_e28",
];

/// The query of the result, without an order.
pub(super) fn query(query: &Query, lens: &Lens, digest: &str) -> String {
    let mut rows = about(query, lens, digest);
    rows.extend(controls(query));
    rows.extend(beyond(query));
    for zone in &lens.zones {
        rows.push(cells(query, lens, zone));
        rows.push(waiting(query, lens, zone));
    }
    rows.join("\nUNION ALL\n")
}

/// One SELECT: the columns that are named, an empty text for all others.
fn select(query: &Query, columns: &[(&str, String)], from: &str) -> String {
    let column = |name: &str| {
        let given = columns.iter().find(|(given, _)| *given == name);
        let text = given.map_or_else(|| "''".to_owned(), |(_, expression)| expression.clone());
        format!("{text} AS {}", query.dialect.name_of(name))
    };
    let shown: Vec<String> = COLUMNS.iter().map(|name| column(name)).collect();
    format!("SELECT {}{from}", shown.join(", "))
}

fn about(query: &Query, lens: &Lens, digest: &str) -> Vec<String> {
    let names = LensNames::from(lens);
    let period = query.period.map(|period| period.to_string()).unwrap_or_default();
    let mut said = vec![
        ("version", "1".to_owned()),
        ("table", query.table.as_str().to_owned()),
        ("source", query.source.clone()),
        ("period", period),
        ("engine", query.dialect.name().to_owned()),
        ("from", query.from.clone()),
        ("snapshot", query.snapshot.clone()),
        ("query", digest.to_owned()),
    ];
    said.extend(names.zones.into_iter().map(|zone| ("zone", zone)));
    said.extend(names.customers.into_iter().map(|customer| ("customer", customer)));
    said.extend(names.deals.into_iter().map(|deal| ("deal", deal)));
    said.extend(names.singly.into_iter().map(|scope| ("singly", scope)));
    let text = |text: &str| query.dialect.text(text);
    let row = |(name, value): (&str, String)| {
        select(
            query,
            &[("record", text("about")), ("name", text(name)), ("value", text(&value))],
            "",
        )
    };
    said.into_iter().map(row).collect()
}

/// What became of the rows, per currency, and why rows were rejected.
fn controls(query: &Query) -> Vec<String> {
    let dialect = query.dialect;
    let total = |group: &str, rows: &str, sums: [String; 2], from: &str| {
        let columns = [
            ("record", "'control'".to_owned()),
            ("name", format!("'{group}'")),
            ("currency", "COALESCE(currency, '')".to_owned()),
            ("rows", dialect.as_text(rows)),
            ("amount", dialect.as_text(&sums[0])),
            ("amount_e28", dialect.as_text(&sums[1])),
        ];
        select(query, &columns, &format!("\nFROM {from} GROUP BY COALESCE(currency, '')"))
    };
    let (whole, e28) = amount(query, "amount");
    let once = || [format!("SUM({whole})"), format!("SUM({e28})")];
    let often = |rows: &str| {
        let times = |number: &str| format!("SUM({})", dialect.times(number, rows));
        [times(&whole), times(&e28)]
    };
    let inside = inside(query);
    let (lines, facts) = ("revshare_lines", "revshare_facts");
    let fault = |name: &str, rows: &str, from: &str| {
        let columns = [
            ("record", "'fault'".to_owned()),
            ("name", name.to_owned()),
            ("rows", dialect.as_text(rows)),
        ];
        select(query, &columns, &format!("\nFROM {from}"))
    };
    let lost = format!("{facts} WHERE NOT stands AND {inside}");
    vec![
        total("read", "COUNT(*)", once(), &format!("{lines} WHERE {inside}")),
        total("accepted", "COUNT(*)", once(), &format!("{facts} WHERE stands AND {inside}")),
        total(
            "duplicate",
            "SUM(copies - 1)",
            often("(copies - 1)"),
            &format!("{facts} WHERE stands AND copies > 1 AND {inside}"),
        ),
        total(
            "rejected",
            "COUNT(*)",
            once(),
            &format!("{lines} WHERE fault IS NOT NULL AND {inside}"),
        ),
        total("rejected", "SUM(copies)", often("copies"), &lost),
        fault(
            "fault",
            "COUNT(*)",
            &format!("{lines} WHERE fault IS NOT NULL AND {inside} GROUP BY fault"),
        ),
        fault("'I027'", "SUM(copies)", &format!("{lost} HAVING COUNT(*) > 0")),
    ]
}

/// Rows of which SQL cannot be sure; none is well.
fn beyond(query: &Query) -> Vec<String> {
    let row = |name: &str, from: &str| {
        let columns = [
            ("record", "'beyond'".to_owned()),
            ("name", query.dialect.text(name)),
            ("rows", query.dialect.as_text("COUNT(*)")),
        ];
        select(query, &columns, &format!("\nFROM {from} WHERE beyond HAVING COUNT(*) > 0"))
    };
    vec![
        row("leap-second", "revshare_lines"),
        row("control-character", "revshare_contenders"),
        row("long-chain", "revshare_referring"),
    ]
}

/// The dimensions of a cell in a zone.
fn key(query: &Query, lens: &Lens, zone: &Zone) -> String {
    let dialect = query.dialect;
    let day = |time: &str| dialect.day_of(time, zone);
    let kept = |name: &str, test: String| format!("CASE WHEN {test} THEN {name} ELSE '' END");
    format!(
        "{} AS day, kind, product, channel, region,\n  {} AS customer,\n  {} AS deal,\n  category, unit, \
         COALESCE(currency, '') AS currency,\n  \
         CASE WHEN kind = 'charge' AND amount IS NULL THEN 'true' ELSE '' END AS unpriced,\n  \
         CASE WHEN charged IS NULL THEN '' ELSE {} END AS charged_day,\n  \
         COALESCE(charged_product, '') AS charged_product,\n  {},\n  {} AS own",
        day("stood"),
        kept("customer", dialect.is_one_of("customer", &lens.customers)),
        kept("deal", dialect.is_one_of("deal", &lens.deals)),
        day("charged"),
        sale(query, lens),
        day("time"),
    )
}

/// Which sale, where a contract asks for them one by one.
fn sale(query: &Query, lens: &Lens) -> String {
    let scopes = lens.singly.iter().map(|scope| format!("({})", in_scope(query.dialect, scope)));
    let scopes: Vec<String> = scopes.collect();
    let scopes = if scopes.is_empty() { "FALSE".to_owned() } else { scopes.join(" OR ") };
    let takes_back = "kind IN ('refund', 'credit', 'chargeback')";
    let single = format!("({takes_back} OR kind IN ('charge', 'collected')) AND ({scopes})");
    let kept = |test: &str, value: &str, name: &str| {
        format!("CASE WHEN {test} THEN {value} ELSE '' END AS {name}")
    };
    let of = format!("{takes_back} AND ({scopes})");
    [
        kept(&single, "stood", "sale_time"),
        kept(&single, "id", "sale_id"),
        kept(&of, "COALESCE(ref, '')", "sale_of"),
    ]
    .join(",\n  ")
}

const KEY: [&str; 15] = [
    "day",
    "kind",
    "product",
    "channel",
    "region",
    "customer",
    "deal",
    "category",
    "unit",
    "currency",
    "unpriced",
    "charged_day",
    "sale_time",
    "sale_id",
    "sale_of",
];

fn keyed(dialect: super::Dialect, zone: &Zone, record: &str) -> Vec<(&'static str, String)> {
    let mut columns = vec![("record", format!("'{record}'")), ("zone", dialect.text(zone.name()))];
    columns.extend(KEY.map(|name| (name, name.to_owned())));
    columns.push(("charged_product", "charged_product".to_owned()));
    columns.push(("own_day", "own_day".to_owned()));
    columns
}

fn cells(query: &Query, lens: &Lens, zone: &Zone) -> String {
    let dialect = query.dialect;
    let mut columns = keyed(dialect, zone, "cell");
    let sums = [
        ("rows", "COUNT(*)"),
        ("quantity", "SUM(quantity_whole)"),
        ("quantity_e28", "SUM(quantity_e28)"),
        ("amount", "SUM(amount_whole)"),
        ("amount_e28", "SUM(amount_e28)"),
    ];
    columns.extend(sums.map(|(name, sum)| (name, dialect.as_text(sum))));
    let by = format!("{}, charged_product, own_day", KEY.join(", "));
    let from = format!(
        "\nFROM (SELECT *, CASE WHEN own = day THEN '' ELSE own END AS own_day FROM (\nSELECT {},\n  \
         quantity_whole, quantity_e28, amount_whole, amount_e28\nFROM revshare_placed) x) y\nGROUP BY {by}",
        key(query, lens, zone),
    );
    select(query, &columns, &from)
}

/// Facts whose original is not in the table, one by one.
fn waiting(query: &Query, lens: &Lens, zone: &Zone) -> String {
    let dialect = query.dialect;
    let mut columns = keyed(dialect, zone, "waiting");
    for name in ["id", "ref", "time", "chain"] {
        columns.push((name, name.to_owned()));
    }
    columns.push(("rows", "'1'".to_owned()));
    for name in ["quantity", "amount"] {
        columns.push((name, format!("COALESCE({name}, '0')")));
    }
    let from = format!(
        "\nFROM (SELECT *, CASE WHEN own = day THEN '' ELSE own END AS own_day FROM (\nSELECT {},\n  \
         id, ref, time, chain, quantity, amount\nFROM revshare_referring WHERE chain <> 'found') x) y",
        key(query, lens, zone),
    );
    select(query, &columns, &from)
}
