//! Makes the exports of the bundled deal, `fixtures/cases/model-marketplace/`, again.
//!
//! ```console
//! $ cargo run --example make_model_marketplace
//! ```
//!
//! writes exactly the committed files, on any machine: integers only, a small linear congruential
//! generator instead of chance, no clock. Another folder may be named as the only argument. What
//! the numbers tell is written in the deal's `story.md`; every party and price is made up.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Money in hundred-millionths of a dollar: whole tokens at whole cents per million fit exactly.
const DOLLAR: i64 = 100_000_000;

/// A month of the deal: its name in files, its days, and how business went, in percent.
struct Month {
    name: &'static str,
    days: u32,
    demand: i64,
    capacity: i64,
    listing_basis_points: i64,
}

#[rustfmt::skip]
const MONTHS: [Month; 5] = [
    Month { name: "2026-10", days: 31, demand: 40, capacity: 118, listing_basis_points: 250 },
    Month { name: "2026-11", days: 30, demand: 75, capacity: 82, listing_basis_points: 250 },
    Month { name: "2026-12", days: 31, demand: 70, capacity: 140, listing_basis_points: 340 },
    Month { name: "2027-01", days: 31, demand: 110, capacity: 150, listing_basis_points: 250 },
    Month { name: "2027-02", days: 28, demand: 125, capacity: 155, listing_basis_points: 250 },
];

/// A model: cents per million tokens in and out, and the hundredths of an accelerator hour that it
/// needs a day at full capacity.
struct Model {
    id: &'static str,
    cents: [i64; 2],
    hours: i64,
}

const LARGE_1: usize = 0;
const LARGE_2: usize = 1;
const SMALL_1: usize = 2;
const VISION_1: usize = 3;

#[rustfmt::skip]
const MODELS: [Model; 4] = [
    Model { id: "aria-large-1", cents: [1500, 7500], hours: 3_000 },
    Model { id: "aria-large-2", cents: [500, 2500], hours: 1_850 },
    Model { id: "aria-small-1", cents: [80, 400], hours: 620 },
    Model { id: "aria-vision-1", cents: [300, 1500], hours: 950 },
];

const UNITS: [&str; 2] = ["input-token", "output-token"];

/// A customer: where, on which channel, thousands of input tokens a day, and the models it uses.
struct Customer {
    id: &'static str,
    region: &'static str,
    channel: &'static str,
    thousands: i64,
    models: &'static [usize],
}

const MARKET: &str = "marketplace";
const NORDICS: &str = "reseller:nordics";

#[rustfmt::skip]
const CUSTOMERS: [Customer; 7] = [
    Customer { id: "customer-01", region: "us-east", channel: MARKET, thousands: 30_000, models: &[LARGE_1, LARGE_2, SMALL_1] },
    Customer { id: "customer-02", region: "us-west", channel: MARKET, thousands: 24_000, models: &[LARGE_1, LARGE_2, VISION_1] },
    Customer { id: "customer-03", region: "us-east", channel: MARKET, thousands: 41_000, models: &[SMALL_1, VISION_1] },
    Customer { id: "customer-04", region: "eu-west", channel: MARKET, thousands: 17_000, models: &[LARGE_1, LARGE_2] },
    Customer { id: "customer-05", region: "ap-south", channel: MARKET, thousands: 66_000, models: &[SMALL_1] },
    Customer { id: "nordic-01", region: "eu-north", channel: NORDICS, thousands: 9_000, models: &[LARGE_1, LARGE_2] },
    Customer { id: "nordic-02", region: "eu-north", channel: NORDICS, thousands: 28_000, models: &[SMALL_1] },
];

/// The platform's own products: channel, model before and from January, compute hours a day in
/// quarters, and thousands of input tokens a day.
#[rustfmt::skip]
const OWN_USE: [(&str, usize, usize, i64, i64); 4] = [
    ("internal:shopping-assistant", SMALL_1, SMALL_1, 80, 420_000),
    ("internal:coding-tool", LARGE_1, LARGE_2, 118, 104_000),
    ("internal:workplace-assistant", VISION_1, VISION_1, 48, 62_000),
    ("internal:distillation", LARGE_1, LARGE_1, 155, 24_000),
];

/// Knuth's MMIX generator; only its upper bits are used.
struct Lcg(u64);

impl Lcg {
    /// A number from `low` to `high`, both included.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let width = u64::try_from(high - low + 1).expect("low is not above high");
        low + i64::try_from((self.0 >> 33) % width).expect("smaller than the width")
    }
}

/// One row of a sales file.
#[derive(Clone, Default)]
struct Sale {
    id: String,
    day: u32,
    time: String,
    product: &'static str,
    channel: &'static str,
    region: &'static str,
    customer: &'static str,
    kind: &'static str,
    category: &'static str,
    quantity: Option<i64>,
    unit: &'static str,
    amount: i64,
    reference: String,
}

impl Sale {
    fn row(&self) -> String {
        self.row_with(&money(self.amount))
    }

    fn row_with(&self, amount: &str) -> String {
        let Self { id, time, product, channel, region, customer, kind, category, unit, .. } = self;
        let quantity = self.quantity.map(|count| count.to_string()).unwrap_or_default();
        let reference = &self.reference;
        format!(
            "{id},{time},{product},{channel},{region},{customer},{kind},{category},{quantity},{unit},{amount},USD,{reference},\n"
        )
    }

    /// A row that speaks of the same business as this one.
    fn about(&self, id: String, day: u32, kind: &'static str, amount: i64) -> Self {
        let time = format!("{}-{day:02}T16:20:00Z", &self.time[..7]);
        Self { id, day, time, kind, amount, quantity: None, unit: "", ..self.clone() }
    }

    /// The same, naming this one as what it takes back.
    fn taken_back(&self, id: String, day: u32, kind: &'static str, amount: i64) -> Self {
        Self { reference: self.id.clone(), ..self.about(id, day, kind, amount) }
    }
}

/// Dollars as text: all digits that are not zero, two at least.
fn money(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, part) = (amount.abs() / DOLLAR, amount.abs() % DOLLAR);
    let digits = format!("{part:08}");
    let kept = digits.trim_end_matches('0').len().max(2);
    format!("{sign}{whole}.{}", &digits[..kept])
}

/// How much of a customer's demand goes to a model on a day, in percent. Large-2 appears on
/// 5 November; vision-1 is suspended from the 9th to the 22nd, yet a few requests get through.
fn appetite(model: usize, month: &str, day: u32) -> i64 {
    let late = month > "2026-11";
    match model {
        LARGE_1 if late => 25,
        LARGE_1 if month == "2026-11" && day >= 5 => 60,
        LARGE_2 if late => 190,
        LARGE_2 if month == "2026-11" && day >= 5 => 90,
        LARGE_2 => 0,
        VISION_1 if month == "2026-11" && (9..=22).contains(&day) => i64::from(day % 4 == 1) * 4,
        _ => 100,
    }
}

/// What customers were billed in a month: a line a day for each product, customer and unit.
fn charges(month: &Month, chance: &mut Lcg) -> Vec<Sale> {
    let mut sales: Vec<Sale> = Vec::new();
    for day in 1..=month.days {
        for customer in &CUSTOMERS {
            for &model in customer.models {
                let share = appetite(model, month.name, day) * month.demand;
                let tokens = customer.thousands * share / 10 * chance.between(80, 120) / 100;
                for (at, unit) in UNITS.into_iter().enumerate() {
                    let spread = if at == 0 { 1_000 } else { chance.between(150, 240) };
                    let quantity = tokens * spread / 1_000 + chance.between(0, 999);
                    if share == 0 {
                        continue;
                    }
                    let time =
                        format!("{}-{day:02}T{:02}:05:00Z", month.name, chance.between(0, 23));
                    sales.push(Sale {
                        id: format!("s-{}-{:04}", month.name, sales.len() + 1),
                        day,
                        time,
                        product: MODELS[model].id,
                        channel: customer.channel,
                        region: customer.region,
                        customer: customer.id,
                        kind: "charge",
                        quantity: Some(quantity),
                        unit,
                        amount: quantity * MODELS[model].cents[at],
                        ..Sale::default()
                    });
                }
            }
        }
    }
    sales
}

/// Refunds of a month's own charges, some in full, and credits that refer to nothing.
fn given_back(month: &Month, charges: &[Sale], chance: &mut Lcg) -> Vec<Sale> {
    let early: Vec<&Sale> =
        charges.iter().filter(|sale| sale.day <= 20 && sale.product != "aria-vision-1").collect();
    let mut rows = Vec::new();
    for number in 1..=6 {
        let last = i64::try_from(early.len()).expect("a month has some hundred charges") - 1;
        let place = usize::try_from(chance.between(0, last)).expect("not negative");
        let original = early[place];
        let part = chance.between(1, 2);
        let id = format!("r-{}-{number:02}", month.name);
        rows.push(original.taken_back(id, original.day + 6, "refund", -original.amount / part));
    }
    for (number, day) in [(1, 8), (2, 24)] {
        let id = format!("k-{}-{number:02}", month.name);
        let mut credit = charges[0].about(id, day, "credit", -25 * DOLLAR * chance.between(2, 9));
        credit.category = "goodwill";
        rows.push(credit);
    }
    rows
}

/// Listing fees on the 15th and the last day, a payment fee of the reseller, and tax.
fn fees_and_tax(month: &Month, charges: &[Sale]) -> Vec<Sale> {
    let cent = DOLLAR / 100;
    let mut rows = Vec::new();
    let mut add = |like: &Sale, day, kind, category, amount: i64| {
        let id = format!("f-{}-{:02}", month.name, rows.len() + 1);
        rows.push(Sale { category, ..like.about(id, day, kind, amount / cent * cent) });
    };
    for (from, to) in [(1, 15), (16, month.days)] {
        for model in &MODELS {
            let sold = |sale: &&Sale| {
                (from..=to).contains(&sale.day)
                    && sale.product == model.id
                    && sale.channel == MARKET
            };
            let total: i64 = charges.iter().filter(sold).map(|sale| sale.amount).sum();
            let Some(like) = charges.iter().find(sold) else { continue };
            let like = Sale { customer: "", region: "", ..like.clone() };
            add(&like, to, "fee", "listing", -total / 10_000 * month.listing_basis_points);
        }
    }
    for customer in &CUSTOMERS {
        let of = |sale: &&Sale| sale.customer == customer.id;
        let total: i64 = charges.iter().filter(of).map(|sale| sale.amount).sum();
        let Some(like) = charges.iter().find(of) else { continue };
        if customer.channel == MARKET {
            add(like, month.days, "tax", "sales-tax", total / 10_000 * 825);
        } else {
            add(like, month.days, "fee", "payment", -total / 1_000 * 18);
        }
    }
    rows
}

/// What makes each month its own: chargebacks, what refers to a suspended day, and rows that the
/// books of any real month hold: repeated, contradictory, unreadable, somebody else's.
fn particular(month: &Month, charges: &[Sale]) -> String {
    let name = month.name;
    let of = |customer: &str, product: &str, day: u32| {
        let found =
            |sale: &&Sale| sale.customer == customer && sale.product == product && sale.day == day;
        charges.iter().find(found).expect("that customer used that model on that day").clone()
    };
    let other = |number: u32, amount: i64| Sale {
        id: format!("o-{name}-{number:02}"),
        product: "borealis-chat-2",
        ..of("customer-01", "aria-small-1", 11).about(String::new(), 11, "charge", amount * DOLLAR)
    };
    let mut text = String::new();
    match name {
        "2026-10" => {
            text += &other(1, 310).row();
            text += &charges[9].row_with(&format!("{}00", money(charges[9].amount)));
        }
        "2026-11" => {
            let late = of("customer-02", "aria-vision-1", 13);
            text += &late.taken_back("r-2026-11-90".into(), 25, "refund", -late.amount).row();
            let disputed = of("customer-04", "aria-large-1", 10);
            text += &disputed
                .taken_back("b-2026-11-01".into(), 27, "chargeback", -disputed.amount)
                .row();
            let twice =
                of("customer-05", "aria-small-1", 18).about("x-2026-11-01".into(), 18, "charge", 0);
            text += &twice.row_with("120.50");
            text += &twice.row_with("125.50");
            let mut edge = of("customer-04", "aria-large-1", 1);
            edge.id = "e-2026-11-01".into();
            edge.time = "2026-11-01T00:30:00+01:00".into();
            text += &edge.row();
            text += &other(1, 295).row();
        }
        "2026-12" => {
            let disputed = of("customer-02", "aria-large-2", 9);
            let back =
                disputed.taken_back("b-2026-12-01".into(), 15, "chargeback", -disputed.amount);
            text += &back.row();
            text +=
                &back.taken_back("b-2026-12-02".into(), 29, "chargeback", disputed.amount).row();
            text += &other(1, 1).row_with("\"$1,250.00\"");
        }
        "2027-01" => {
            text += &charges[40].row();
            text += &other(1, 330).row();
        }
        _ => {
            let billed = of("customer-03", "aria-small-1", 3);
            text += &billed.about("r-2027-02-90".into(), 9, "refund", 40 * DOLLAR).row();
        }
    }
    text
}

fn sales(month: &Month, chance: &mut Lcg) -> String {
    let mut text =
        "id,time,product,channel,region,customer,kind,category,quantity,unit,amount,currency,ref,deal\n"
            .to_owned();
    let charges = charges(month, chance);
    let given_back = given_back(month, &charges, chance);
    let fees = fees_and_tax(month, &charges);
    charges.iter().chain(&given_back).chain(&fees).for_each(|sale| text += &sale.row());
    text + &particular(month, &charges)
}

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
fn costs(month: &Month, chance: &mut Lcg) -> String {
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

/// A reading of the platform's own use.
struct Reading {
    id: String,
    time: String,
    product: &'static str,
    channel: &'static str,
    quantity: String,
    unit: &'static str,
}

fn readings(month: &Month, chance: &mut Lcg) -> Vec<Reading> {
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

fn usage_csv(rows: &[Reading]) -> String {
    let mut text = "id,time,product,channel,region,customer,quantity,unit\n".to_owned();
    for Reading { id, time, product, channel, quantity, unit } in rows {
        writeln!(text, "{id},{time},{product},{channel},,,{quantity},{unit}")
            .expect("writing to a string");
    }
    text
}

fn usage_jsonl(rows: &[Reading]) -> String {
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

/// Compresses without a time or a machine in the header.
fn gzip(text: &str) -> io::Result<Vec<u8>> {
    let mut file = flate2::GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::best());
    file.write_all(text.as_bytes())?;
    file.finish()
}

fn write(folder: &Path) -> io::Result<()> {
    let (mut sold, mut spent, mut used) = (Lcg(20_261_001), Lcg(20_261_002), Lcg(20_261_003));
    for month in &MONTHS {
        let name = month.name;
        let readings = readings(month, &mut used);
        std::fs::write(folder.join(format!("sales-{name}.csv")), sales(month, &mut sold))?;
        let costs = costs(month, &mut spent);
        if name == "2026-12" {
            std::fs::write(folder.join(format!("costs-{name}.csv.gz")), gzip(&costs)?)?;
        } else {
            std::fs::write(folder.join(format!("costs-{name}.csv")), costs)?;
        }
        if name == "2027-01" {
            std::fs::write(folder.join(format!("usage-{name}.jsonl")), usage_jsonl(&readings))?;
        } else {
            std::fs::write(folder.join(format!("usage-{name}.csv")), usage_csv(&readings))?;
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases/model-marketplace");
    let folder = std::env::args_os().nth(1).map_or(bundled, PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    write(&folder)
}
