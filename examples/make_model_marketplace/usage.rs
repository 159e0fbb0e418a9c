//! What the platform's own products used, as CSV and as JSON lines.

use std::fmt::Write as _;

use super::business::{LARGE_1, Lcg, MODELS, Month, OWN_USE, UNITS};

/// A reading of the platform's own use.
pub(crate) struct Reading {
    id: String,
    time: String,
    product: &'static str,
    channel: &'static str,
    quantity: String,
    unit: &'static str,
}

pub(crate) fn readings(month: &Month, chance: &mut Lcg) -> Vec<Reading> {
    let mut rows: Vec<Reading> = Vec::new();
    let by_token = month.name >= "2027-01";
    for day in 1..=month.days {
        for (channel, before, after, quarters, thousands) in OWN_USE {
            let model = MODELS[if by_token { after } else { before }].id;
            let mut add = |quantity: String, unit| {
                let id = format!("u-{}-{:04}", month.name, rows.len() + 1);
                let time = format!("{}-{day:02}T23:59:59Z", month.name);
                rows.push(Reading { id, time, product: model, channel, quantity, unit });
            };
            // One team forgot to switch its meter over for the first three days.
            let forgot = by_token && day <= 3 && month.name == "2027-01" && channel == OWN_USE[2].0;
            let quarters = quarters * chance.between(85, 115) / 100;
            if !by_token || forgot {
                let hours = format!("{}.{:02}", quarters / 4, quarters % 4 * 25);
                add(hours, "compute-hour");
            }
            if by_token {
                let tokens = thousands * chance.between(900, 1_100) + chance.between(0, 999);
                add(tokens.to_string(), UNITS[0]);
                add((tokens * chance.between(150, 240) / 1_000).to_string(), UNITS[1]);
            }
        }
    }
    if month.name == "2026-11" {
        rows.push(Reading {
            id: "u-2026-11-correction".into(),
            time: "2026-11-20T12:00:00Z".into(),
            product: MODELS[LARGE_1].id,
            channel: OWN_USE[1].0,
            quantity: "-6.50".into(),
            unit: "compute-hour",
        });
    }
    rows
}

pub(crate) fn csv(rows: &[Reading]) -> String {
    let mut text = "id,time,product,channel,region,customer,quantity,unit\n".to_owned();
    for Reading { id, time, product, channel, quantity, unit } in rows {
        writeln!(text, "{id},{time},{product},{channel},,,{quantity},{unit}")
            .expect("writing to a string");
    }
    text
}

pub(crate) fn jsonl(rows: &[Reading]) -> String {
    let mut text = String::new();
    for Reading { id, time, product, channel, quantity, unit } in rows {
        writeln!(
            text,
            r#"{{"id":"{id}","time":"{time}","product":"{product}","channel":"{channel}","quantity":"{quantity}","unit":"{unit}"}}"#
        )
        .expect("writing to a string");
    }
    text
}
