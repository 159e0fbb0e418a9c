//! Rows as they are, read and judged: what `intake` does with a file of our own columns.
//!
//! A row's first fault stands in `fault` as the code that `intake` rejects it with; its amount and
//! currency stay readable for the control totals.

use super::{Query, Step, price};
use crate::contract::Contract;
use crate::fact::{Kind, Table};
use crate::money::Currency;

/// What no mantissa of 96 bits can exceed.
const LARGEST: &str = "79228162514264337593543950335";
const NUMBER: &str = "[+-]?[0-9]+([.][0-9]+)?";
const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
/// Any one byte but a blank may stand between date and clock.
const BETWEEN: &str = "[\\x01-\\x1f!-\\x7f]";
const OFFSET: &str = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";

pub(super) fn steps(query: &Query, contracts: &[Contract]) -> Vec<Step> {
    let step = |name, about, query, kept| Step { name, about, query, kept };
    vec![
        step("revshare_read", "every row as texts; an empty text says nothing", read(query), false),
        step("revshare_parts", "numbers and times taken apart", parts(query), false),
        step("revshare_values", "times in UTC, numbers by value", values(query), false),
        step("revshare_meant", "what each field says", meant(query), false),
        step("revshare_lines", "the first fault of each row", lines(query, contracts), true),
    ]
}

/// Every field of any table, so that later steps are the same for all.
pub(super) const FIELDS: [&str; 15] = [
    "kind", "id", "time", "product", "channel", "region", "customer", "deal", "category",
    "resource", "unit", "quantity", "amount", "currency", "ref",
];

fn read(query: &Query) -> String {
    let dialect = query.dialect;
    let field = |name: &&str| {
        if !query.has(name) {
            return format!("{} AS {name}", dialect.as_text("NULL"));
        }
        format!("NULLIF({}, '') AS {name}", dialect.as_text(&expression(query, name)))
    };
    let fields: Vec<String> = FIELDS.iter().map(field).collect();
    let numbers = ["quantity", "amount"].into_iter().filter(|name| query.has(name));
    let floats: Vec<String> =
        numbers.map(|name| dialect.is_float(&expression(query, name))).collect();
    let floats = if floats.is_empty() { "FALSE".to_owned() } else { floats.join(" OR ") };
    format!("SELECT {},\n  ({floats}) AS is_float\nFROM {}", fields.join(",\n  "), query.from)
}

/// Where a field comes from.
fn expression(query: &Query, name: &str) -> String {
    let set = query.set.iter().find(|(field, _)| field == name);
    set.map_or_else(|| query.dialect.name_of(name), |(_, expression)| format!("({expression})"))
}

fn parts(query: &Query) -> String {
    let dialect = query.dialect;
    let digits = |name: &str| {
        let plain = dialect.is_like(name, NUMBER);
        format!(
            "CASE WHEN {plain} THEN replace(replace({name}, '-', ''), '+', '') END AS {name}_digits"
        )
    };
    let is = |seconds: &str| {
        let clock = format!("([01][0-9]|2[0-3]):[0-5][0-9]:{seconds}([.][0-9]+)?");
        dialect.is_like("time", &format!("{DATE}{BETWEEN}{clock}{OFFSET}"))
    };
    format!(
        "SELECT *,\n  {},\n  {},\n  CASE WHEN {} THEN CASE WHEN substr(time, 1, 4) <> '0000' THEN 'date' END\n    \
         WHEN substr(time, 1, 4) NOT BETWEEN '0002' AND '9998' THEN NULL\n    \
         WHEN {} THEN 'instant'\n    WHEN {} THEN 'leap' END AS form\nFROM revshare_read",
        digits("quantity"),
        digits("amount"),
        dialect.is_like("time", DATE),
        is("[0-5][0-9]"),
        is("60"),
    )
}

fn values(query: &Query) -> String {
    let dialect = query.dialect;
    let number = |name: &str| {
        format!(
            "TRIM(LEADING '0' FROM split_part({name}_digits, '.', 1)) AS {name}_int,\n  \
             split_part({name}_digits, '.', 2) AS {name}_frac,\n  \
             TRIM(LEADING '0' FROM replace({name}_digits, '.', '')) AS {name}_mantissa"
        )
    };
    let clock = dialect.clock(
        "CASE form WHEN 'date' THEN time || ' 00:00:00' \
         WHEN 'instant' THEN substr(time, 1, 10) || ' ' || substr(time, 12, 8) END",
    );
    // 20 is where the fraction or the offset begins.
    let tail = "split_part(substr(time, 20), '.', 2)";
    format!(
        "SELECT *,\n  {},\n  {},\n  {clock} AS clock,\n  \
         CASE WHEN form = 'instant' AND upper(right(time, 1)) <> 'Z' THEN\n    \
         (CASE substr(right(time, 6), 1, 1) WHEN '-' THEN -1 ELSE 1 END)\n    \
         * (CAST(substr(right(time, 6), 2, 2) AS INT) * 60 + CAST(substr(right(time, 6), 5, 2) AS INT))\n    \
         ELSE 0 END AS ahead,\n  \
         CASE WHEN form = 'instant' THEN TRIM(TRAILING '0' FROM substr(substr({tail}, 1,\n    \
         CAST(greatest(length({tail}) - CASE WHEN upper(right(time, 1)) = 'Z' THEN 1 ELSE 6 END, 0) AS INT)), 1, 9))\n    \
         ELSE '' END AS fraction\nFROM revshare_parts",
        number("quantity"),
        number("amount"),
    )
}

fn meant(query: &Query) -> String {
    let dialect = query.dialect;
    let number = |name: &str| {
        let whole = format!("CASE WHEN {name}_int = '' THEN '0' ELSE {name}_int END");
        let frac = format!("TRIM(TRAILING '0' FROM {name}_frac)");
        format!(
            "CASE WHEN length({name}_frac) <= 28 AND (length({name}_mantissa) < 29\n    \
             OR (length({name}_mantissa) = 29 AND {name}_mantissa <= '{LARGEST}')) THEN\n    \
             CASE WHEN {name} LIKE '-%' AND {name}_mantissa <> '' THEN '-' ELSE '' END || {whole}\n    \
             || CASE WHEN {frac} = '' THEN '' ELSE '.' || {frac} END END AS {name}_value"
        )
    };
    let utc = dialect.as_text(&dialect.earlier("clock", "ahead"));
    let kind = match query.table {
        Table::Sales => format!("CASE WHEN kind IN ({}) THEN kind END", quoted(kinds())),
        Table::Costs
        | Table::Usage
        | Table::Fx
        | Table::Payments
        | Table::Grants
        | Table::Audits => dialect.text(if query.table == Table::Costs { "cost" } else { "usage" }),
    };
    format!(
        "SELECT *,\n  {kind} AS kind_value,\n  {},\n  {},\n  \
         CASE WHEN currency IN ({}) THEN currency END AS currency_value,\n  \
         CASE WHEN clock IS NULL THEN NULL WHEN form = 'date' THEN time\n    \
         ELSE replace({utc}, ' ', 'T') || CASE WHEN fraction = '' THEN '' ELSE '.' || fraction END || 'Z' END AS time_value\n\
         FROM revshare_values",
        number("quantity"),
        number("amount"),
        quoted(currencies()),
    )
}

fn kinds() -> impl Iterator<Item = String> {
    let sales = Kind::ALL.into_iter().filter(|kind| kind.table() == Table::Sales);
    sales.map(|kind| kind.as_str().to_owned())
}

fn quoted(words: impl Iterator<Item = String>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Every code of ISO 4217 that an amount may be in.
fn currencies() -> impl Iterator<Item = String> {
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(move |a| letters().map(move |b| (a, b)));
    let codes = codes.flat_map(move |(a, b)| letters().map(move |c| [a, b, c]));
    let codes = codes.map(|code| code.map(char::from).iter().collect::<String>());
    codes.filter(|code| code.parse::<Currency>().is_ok())
}

fn lines(query: &Query, contracts: &[Contract]) -> String {
    let open = |name: &str| format!("COALESCE({name}, '') AS {name}");
    let texts =
        ["product", "channel", "region", "customer", "deal", "category", "resource", "unit"];
    let texts: Vec<String> = texts.into_iter().map(open).collect();
    let fault = match query.table {
        Table::Sales => sale_faults(query, contracts),
        Table::Costs => faults(&["id", "time", "category", "amount", "currency"], ""),
        Table::Usage | Table::Fx | Table::Payments | Table::Grants | Table::Audits => {
            faults(&["id", "time", "unit", "quantity"], "")
        }
    };
    format!(
        "SELECT kind_value AS kind, id, time_value AS time, {},\n  quantity_value AS quantity, \
         amount_value AS amount, currency_value AS currency, ref,\n  {fault} AS fault,\n  \
         (form = 'leap') AS beyond\nFROM revshare_meant",
        texts.join(", "),
    )
}

/// The faults of any row, then those given.
fn faults(needed: &[&str], more: &str) -> String {
    let missing: Vec<String> = needed.iter().map(|name| format!("{name} IS NULL")).collect();
    format!(
        "CASE WHEN is_float THEN 'I014'\n    WHEN {} THEN 'I012'\n    \
         WHEN time_value IS NULL THEN 'I015'\n    \
         WHEN quantity IS NOT NULL AND quantity_value IS NULL THEN 'I013'\n    \
         WHEN amount IS NOT NULL AND amount_value IS NULL THEN 'I013'\n    \
         WHEN currency IS NOT NULL AND currency_value IS NULL THEN 'I016'{more} END",
        missing.join(" OR "),
    )
}

fn sale_faults(query: &Query, contracts: &[Contract]) -> String {
    let below = |name: &str| format!("{name}_value LIKE '-%'");
    let above = "(amount_value NOT LIKE '-%' AND amount_value <> '0')";
    let more = format!(
        "\n    WHEN kind_value IS NULL THEN 'I017'\n    \
         WHEN amount IS NULL AND kind_value <> 'charge' THEN 'I012'\n    \
         WHEN amount IS NOT NULL AND currency IS NULL THEN 'I012'\n    \
         WHEN ref IS NULL AND kind_value IN ('charge', 'collected') AND {} THEN 'I018'\n    \
         WHEN ref IS NULL AND kind_value IN ('refund', 'credit', 'chargeback', 'fee') AND {above} THEN 'I018'\n    \
         WHEN ref IS NULL AND kind_value = 'charge' AND {} THEN 'I018'\n    \
         WHEN amount IS NULL AND NOT {} THEN 'I019'",
        below("amount"),
        below("quantity"),
        price::is_priced(query.dialect, contracts),
    );
    faults(&["id", "time", "kind"], &more)
}
