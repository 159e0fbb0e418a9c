//! What a month sold: charges, what was given back, fees, tax, and what made the month its own.

use super::business::{
    CUSTOMERS, DOLLAR, LARGE_1, LARGE_2, Lcg, MARKET, MODELS, MONTHS, Month, UNITS, VISION_1, money,
};
use super::sale::Sale;

/// Where the chance of the sales begins.
pub(crate) const SEED: u64 = 20_261_001;

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
    let pairs =
        || CUSTOMERS.iter().flat_map(|one| one.models.iter().map(move |model| (one, *model)));
    for (day, (customer, model)) in
        (1..=month.days).flat_map(|day| pairs().map(move |pair| (day, pair)))
    {
        let share = appetite(model, month.name, day) * month.demand;
        let tokens = customer.thousands * share / 10 * chance.between(80, 120) / 100;
        for (at, unit) in UNITS.into_iter().enumerate() {
            let spread = if at == 0 { 1_000 } else { chance.between(150, 240) };
            let quantity = tokens * spread / 1_000 + chance.between(0, 999);
            if share == 0 {
                continue;
            }
            let hour = chance.between(0, 23);
            sales.push(Sale {
                id: format!("s-{}-{:04}", month.name, sales.len() + 1),
                day,
                time: format!("{}-{day:02}T{hour:02}:05:00Z", month.name),
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
            text += &october_refunded().row();
        }
        _ => {
            let billed = of("customer-03", "aria-small-1", 3);
            text += &billed.about("r-2027-02-90".into(), 9, "refund", 40 * DOLLAR).row();
        }
    }
    text
}

/// October's largest sale on the marketplace, taken back in January, when October is closed.
fn october_refunded() -> Sale {
    let october = charges(&MONTHS[0], &mut Lcg(SEED));
    let sold = october.into_iter().filter(|sale| sale.channel == MARKET);
    let sale = sold.max_by_key(|sale| sale.amount).expect("October sold something");
    let back = sale.taken_back("r-2027-01-90".into(), 14, "refund", -sale.amount);
    Sale { time: "2027-01-14T16:20:00Z".into(), ..back }
}

pub(crate) fn sales(month: &Month, chance: &mut Lcg) -> String {
    let mut text =
        "id,time,product,channel,region,customer,kind,category,quantity,unit,amount,currency,ref,deal\n"
            .to_owned();
    let charges = charges(month, chance);
    let given_back = given_back(month, &charges, chance);
    let fees = fees_and_tax(month, &charges);
    charges.iter().chain(&given_back).chain(&fees).for_each(|sale| text += &sale.row());
    text + &particular(month, &charges)
}
