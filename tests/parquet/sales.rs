//! Sales, as CSV and as columns of the types that a number chooses.

use proptest::prelude::*;

use super::columns::{Columns, Values};

/// A sale as either form writes it.
#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) id: Option<String>,
    /// Microseconds since 1970.
    pub(crate) time: Option<i64>,
    pub(crate) product: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) kind: String,
    pub(crate) quantity: Option<i64>,
    /// In ten-thousandths.
    pub(crate) amount: Option<i128>,
    pub(crate) currency: Option<String>,
}

pub(crate) fn sale() -> impl Strategy<Value = Sale> {
    let text = |pattern: &'static str| proptest::option::weighted(0.9, pattern);
    let time = 1_790_000_000_i64..1_795_000_000;
    let micros = prop_oneof![8 => Just(0_i64), 1 => 0_i64..1_000_000];
    let times = (time, micros).prop_map(|(seconds, micros)| seconds * 1_000_000 + micros);
    let amount = prop_oneof![
        12 => -100_000_i128..1_000_000,
        1 => -(10_i128.pow(37))..10_i128.pow(37),
    ];
    (
        text("s-[0-9]{1,2}"),
        proptest::option::weighted(0.97, times),
        text("aria-[12]"),
        text("(acme-1|b|zürich|q, r|a \"b\"|a\nb|\u{feff}c|x\u{1f}y|)"),
        "(charge|charge|refund|fee|gift)",
        proptest::option::weighted(0.9, -3_i64..1000),
        proptest::option::weighted(0.95, amount),
        text("(USD|EUR|usd)"),
    )
        .prop_map(|(id, time, product, customer, kind, quantity, amount, currency)| Sale {
            id,
            time,
            product,
            customer,
            kind,
            quantity,
            amount,
            currency,
        })
}

/// A sale as it should be.
pub(crate) fn plain() -> Sale {
    Sale {
        id: Some("s-1".to_owned()),
        time: Some(1_790_000_000_000_000),
        product: Some("aria-1".to_owned()),
        customer: Some("b".to_owned()),
        kind: "charge".to_owned(),
        quantity: Some(7),
        amount: Some(125_000),
        currency: Some("USD".to_owned()),
    }
}

fn decimal(units: i128) -> String {
    let (sign, size) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
    let text = format!("{sign}{}.{:04}", size / 10_000, size % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn instant(micros: i64) -> String {
    let (seconds, part) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let nanos = u32::try_from(part * 1000).unwrap();
    revshare::calendar::Moment::At { seconds, nanos }.to_string()
}

pub(crate) fn as_csv(sales: &[Sale]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = ["id", "time", "product", "customer", "kind", "quantity", "amount", "currency"];
    out.write_record(header).unwrap();
    for sale in sales {
        let texts = [
            sale.id.clone(),
            sale.time.map(instant),
            sale.product.clone(),
            sale.customer.clone(),
            Some(sale.kind.clone()),
            sale.quantity.map(|it| it.to_string()),
            sale.amount.map(decimal),
            sale.currency.clone(),
        ];
        out.write_record(texts.map(Option::unwrap_or_default)).unwrap();
    }
    out.into_inner().unwrap()
}

/// The columns; numbers and times are of the types that the numbers choose.
pub(crate) fn as_columns(sales: &[Sale], form: usize) -> Columns {
    let texts = |of: &dyn Fn(&Sale) -> Option<String>| Values::Text(sales.iter().map(of).collect());
    let longs = |of: &dyn Fn(&Sale) -> Option<i64>| Values::Long(sales.iter().map(of).collect());
    let amounts = || sales.iter().map(|sale| sale.amount).collect();
    let (amount, amounts) = match form % 4 {
        0 => ("fixed_len_byte_array(16) amount (DECIMAL(38,4))", Values::Fixed(amounts(), 16)),
        1 => ("fixed_len_byte_array(32) amount (DECIMAL(76,4))", Values::Fixed(amounts(), 32)),
        2 => ("binary amount (DECIMAL(38,4))", Values::Bytes(amounts())),
        _ => ("binary amount (UTF8)", texts(&|it| it.amount.map(decimal))),
    };
    let (time, times) = match form / 4 % 3 {
        0 => ("int64 time (TIMESTAMP(MICROS,true))", longs(&|it| it.time)),
        1 => ("int64 time (TIMESTAMP(NANOS,true))", longs(&|it| it.time.map(|it| it * 1000))),
        _ => ("binary time (UTF8)", texts(&|it| it.time.map(instant))),
    };
    let (quantity, quantities) = match form / 12 % 3 {
        0 => ("int64 quantity", longs(&|it| it.quantity)),
        1 => ("int64 quantity (DECIMAL(18,0))", longs(&|it| it.quantity)),
        _ => {
            let all = sales.iter().map(|it| it.quantity.map(|it| it as i32)).collect();
            ("int32 quantity", Values::Int(all))
        }
    };
    let columns = [
        ("binary id (UTF8)", texts(&|it| it.id.clone())),
        (time, times),
        ("binary product (UTF8)", texts(&|it| it.product.clone())),
        ("binary customer", texts(&|it| it.customer.clone())),
        ("binary kind (ENUM)", texts(&|it| Some(it.kind.clone()))),
        (quantity, quantities),
        (amount, amounts),
        ("binary currency (UTF8)", texts(&|it| it.currency.clone())),
    ];
    columns.map(|(field, values)| (format!("optional {field}"), values)).into()
}

/// One sale of columns, all others being as they should.
pub(crate) fn one(changed: &[(&str, Values)]) -> Columns {
    let mut columns = as_columns(&[plain()], 0);
    for (field, values) in changed {
        let name = |field: &str| field.split(' ').nth(2).unwrap_or_default().to_owned();
        columns.retain(|(other, _)| name(other) != name(field));
        columns.push(((*field).to_owned(), values.clone()));
    }
    columns
}
