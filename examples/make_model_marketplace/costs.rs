//! What a month cost: accelerators, network, storage, and the pool that all models share.

use std::fmt::Write as _;

use super::business::{LARGE_1, LARGE_2, Lcg, MARKET, MODELS, Month, money};

/// A row of a cost file: hours or gigabytes in hundredths.
fn cost(text: &mut String, id: &str, time: &str, what: [&str; 5], hundredths: i64, amount: i64) {
    let [product, channel, category, resource, unit] = what;
    let quantity = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let amount = money(amount);
    writeln!(
        text,
        "{id},{time},{product},{channel},,,{category},{resource},{quantity},{unit},{amount},USD"
    )
    .expect("writing to a string");
}

/// Accelerators by the hour and a day for each model, network by the week, and the pool that no
/// single model owns.
pub(crate) fn costs(month: &Month, chance: &mut Lcg) -> String {
    let mut text =
        "id,time,product,channel,region,customer,category,resource,quantity,unit,amount,currency\n"
            .to_owned();
    let name = month.name;
    for day in 1..=month.days {
        let time = format!("{name}-{day:02}");
        for (at, model) in MODELS.iter().enumerate() {
            if at == LARGE_2 && (name < "2026-11" || name == "2026-11" && day < 5) {
                continue;
            }
            let late = at == LARGE_1 && name > "2026-11";
            let hours = model.hours * month.capacity / if late { 300 } else { 100 };
            let hours = hours * chance.between(95, 105) / 100;
            let what = [model.id, MARKET, "compute", "acc-8x", "hour"];
            cost(&mut text, &format!("c-{time}-{at}"), &time, what, hours, hours * 1_840 * 10_000);
            if day % 7 == 0 {
                let gigabytes = chance.between(200_000, 400_000);
                let what = [model.id, MARKET, "network", "egress", "gigabyte"];
                cost(
                    &mut text,
                    &format!("n-{time}-{at}"),
                    &time,
                    what,
                    gigabytes,
                    gigabytes * 45_000,
                );
            }
        }
        if day % 7 == 3 {
            let hours = chance.between(9_000, 12_000);
            let what = ["", "", "accelerator-pool", "acc-shared", "hour"];
            cost(&mut text, &format!("p-{time}"), &time, what, hours, hours * 1_615 * 10_000);
        }
    }
    let time = format!("{name}-{:02}", month.days);
    let what = ["aria-large-1", MARKET, "storage", "archive", "gigabyte"];
    cost(&mut text, &format!("a-{time}"), &time, what, 41_250, 41_250 * 21_000);
    if name == "2026-12" {
        let what = ["borealis-chat-2", MARKET, "compute", "acc-8x", "hour"];
        cost(&mut text, "o-2026-12", "2026-12-11", what, 650, 650 * 1_840 * 10_000);
        let again = text.lines().nth(1).expect("a first row").to_owned();
        text += &again;
        text.push('\n');
    }
    text
}
