//! Facts that refer to others: which day they take, for chains of up to four references.
//!
//! The law is that of `fact::Standing`: what takes back stands where its original does, all others
//! keep their own day; what refers to a charge in the end knows its day and product. A longer chain,
//! or a circle, is `beyond`.

use super::lines::FIELDS;
use super::standing::inside;
use super::{Query, Step};

/// The longest chain that is followed.
const LONGEST: usize = 4;

pub(super) fn steps(query: &Query) -> Vec<Step> {
    let origins = "SELECT id, kind, time, product, ref FROM revshare_facts\nWHERE stands AND id IN \
                   (SELECT ref FROM revshare_facts WHERE stands AND ref IS NOT NULL)";
    let step = |name, about, query, kept| Step { name, about, query, kept };
    vec![
        step("revshare_origins", "facts that others refer to", origins.to_owned(), true),
        step(
            "revshare_referring",
            "where facts stand that refer to others",
            referring(query),
            true,
        ),
        step("revshare_placed", "every fact on the day that decides", placed(query), true),
    ]
}

/// The chain of each referring fact, as columns: `id1` is what it names, `id2` what that names.
fn chains(query: &Query) -> String {
    let (mut columns, mut joins) = (String::new(), String::new());
    for hop in 1..=LONGEST + 1 {
        columns += &format!(
            ",\n  o{hop}.id AS id{hop}, o{hop}.kind AS kind{hop}, o{hop}.time AS time{hop}, \
             o{hop}.product AS product{hop}, o{hop}.ref AS ref{hop}"
        );
        let named = if hop == 1 { "f.ref".to_owned() } else { format!("o{}.ref", hop - 1) };
        joins += &format!("\nLEFT JOIN revshare_origins o{hop} ON o{hop}.id = {named}");
    }
    let fields = FIELDS.map(|field| format!("f.{field}")).join(", ");
    let inside = inside(query).replace("time", "f.time");
    format!(
        "SELECT {fields}, f.kind AS kind0, f.time AS time0, f.product AS product0{columns}\n\
         FROM revshare_facts f{joins}\nWHERE f.stands AND f.ref IS NOT NULL AND {inside}"
    )
}

fn referring(query: &Query) -> String {
    let last = LONGEST;
    let mut from = format!(
        "SELECT *, time{last} AS at{last}, {} AS charged{last},\n  \
         CASE WHEN kind{last} = 'charge' THEN product{last} END AS item{last} FROM (\n{}\n) x{last}",
        query.dialect.as_text("NULL"),
        chains(query),
    );
    for hop in (0..LONGEST).rev() {
        let next = hop + 1;
        let refers = format!(
            "id{next} IS NOT NULL AND (charged{next} IS NOT NULL OR kind{next} = 'charge')"
        );
        from = format!(
            "SELECT *,\n  CASE WHEN id{next} IS NOT NULL AND kind{hop} IN ('refund', 'credit', 'chargeback') \
             THEN at{next} ELSE time{hop} END AS at{hop},\n  \
             CASE WHEN {refers} THEN COALESCE(charged{next}, at{next}) END AS charged{hop},\n  \
             CASE WHEN {refers} THEN item{next} WHEN kind{hop} = 'charge' THEN product{hop} END AS item{hop}\n\
             FROM (\n{from}\n) x{hop}"
        );
    }
    let mut end = "CASE".to_owned();
    for hop in (1..=LONGEST).rev() {
        end += &format!(" WHEN id{hop} IS NOT NULL THEN ref{hop}");
    }
    let fields = FIELDS.join(", ");
    format!(
        "SELECT {fields}, at0 AS stood, charged0 AS charged,\n  \
         CASE WHEN charged0 IS NOT NULL THEN item0 END AS charged_product,\n  \
         CASE WHEN id1 IS NULL THEN 'adrift' WHEN {end} END IS NULL THEN 'found' ELSE 'follows' END AS chain,\n  \
         (id{} IS NOT NULL) AS beyond\nFROM (\n{from}\n) y",
        LONGEST + 1,
    )
}

fn placed(query: &Query) -> String {
    let dialect = query.dialect;
    let nothing = dialect.as_text("NULL");
    let fields = FIELDS.join(", ");
    let number = |name: &str| {
        let (whole, e28) = amount(query, name);
        format!("{whole} AS {name}_whole, {e28} AS {name}_e28")
    };
    format!(
        "SELECT *,\n  {},\n  {}\nFROM (\nSELECT {fields}, time AS stood, {nothing} AS charged, \
         {nothing} AS charged_product\nFROM revshare_facts WHERE stands AND ref IS NULL AND {}\n\
         UNION ALL\nSELECT {fields}, stood, charged, charged_product FROM revshare_referring\n) x",
        number("quantity"),
        number("amount"),
        inside(query),
    )
}

/// A number as whole units and units of 10⁻²⁸; zero for none.
pub(super) fn amount(query: &Query, name: &str) -> (String, String) {
    let dialect = query.dialect;
    let value = format!("COALESCE({name}, '0')");
    let sign = format!("CASE WHEN {value} LIKE '-%' THEN '-' ELSE '' END");
    let e28 = format!("{sign} || rpad(split_part({value}, '.', 2), 28, '0')");
    (dialect.whole(&format!("split_part({value}, '.', 1)")), dialect.whole(&e28))
}
