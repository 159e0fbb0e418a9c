//! Parquet says nothing else than CSV does: the same facts in either bring the same tally, the same
//! ids, the same control totals and the same complaints. What has no exact text is refused, and a
//! damaged file brings nothing.
#![cfg(feature = "parquet")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use revshare::contract::Contract;
use revshare::fact::bulk::{MemoryShelf, Shelf};
use revshare::fact::{Archive, Delivery, Gathered, Hash, IdEntry, Lens};
use revshare::finding::Finding;
use revshare::intake::{
    Bulk, Import, IntakeError, Mapping, Request, discover_with, import, silent,
};

/// The values of a column, null or not.
enum Values {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    Old(Vec<Option<Int96>>),
    Double(Vec<Option<f64>>),
    /// Decimals, the highest byte first, so many bytes each.
    Fixed(Vec<Option<i128>>, usize),
    /// The same in as many bytes as each needs.
    Bytes(Vec<Option<i128>>),
}

type Columns = Vec<(String, Values)>;

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: impl Iterator<Item = Option<T::T>>,
) {
    let (mut some, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        some.extend(value);
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(&some, Some(&levels), None).unwrap();
    column.close().unwrap();
}

fn bytes_of(value: i128, width: usize) -> ByteArray {
    let sign = if value < 0 { 0xFF } else { 0 };
    let mut bytes = vec![sign; width.saturating_sub(16)];
    let all = value.to_be_bytes();
    bytes.extend(&all[16 - width.min(16)..]);
    ByteArray::from(bytes)
}

/// Writes columns, each declared as in `optional int64 quantity`, in row groups of so many rows.
fn write(path: &Path, columns: &Columns, rows: usize, group: usize, compression: Compression) {
    let end = |field: &str| if field.ends_with('}') { "" } else { ";" };
    let fields: Vec<String> =
        columns.iter().map(|(field, _)| format!("{field}{} ", end(field))).collect();
    let schema = parse_message_type(&format!("message rows {{ {} }}", fields.concat())).unwrap();
    let properties = WriterProperties::builder().set_compression(compression).build();
    let file = File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).unwrap();
    for from in (0..rows).step_by(group) {
        let part = from..(from + group).min(rows);
        let mut group = writer.next_row_group().unwrap();
        for (_, values) in columns {
            match values {
                Values::Text(all) => {
                    let text = |it: &Option<String>| it.as_deref().map(ByteArray::from);
                    put::<ByteArrayType>(&mut group, all[part.clone()].iter().map(text));
                }
                Values::Int(all) => {
                    put::<Int32Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Long(all) => {
                    put::<Int64Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Old(all) => {
                    put::<Int96Type>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Double(all) => {
                    put::<DoubleType>(&mut group, all[part.clone()].iter().copied());
                }
                Values::Fixed(all, width) => {
                    let fixed = |it: &Option<i128>| {
                        it.map(|it| FixedLenByteArray::from(bytes_of(it, *width)))
                    };
                    put::<FixedLenByteArrayType>(&mut group, all[part.clone()].iter().map(fixed));
                }
                Values::Bytes(all) => {
                    let least = |it: i128| {
                        let kept = 128 - it.unsigned_abs().leading_zeros() + 1;
                        bytes_of(it, (kept as usize).div_ceil(8))
                    };
                    let bytes = |it: &Option<i128>| it.map(least);
                    put::<ByteArrayType>(&mut group, all[part.clone()].iter().map(bytes));
                }
            }
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn contract() -> Contract {
    let text = r#"
        id = "deal"
        currency = "USD"
        timezone = "America/Los_Angeles"
        [parties]
        vendor = "V"
        platform = "P"
        [[schedule]]
        id = "all"
        scope = { customer = "acme-*" }
        seller = "platform"
        [[schedule.terms]]
        effective = 2020-01-01
        basis = "net-sales"
        split = { vendor = "50%", platform = "50%" }
    "#;
    Contract::parse("contract.toml", text).unwrap()
}

/// What an import brought, without what tells one form of a file from another.
#[derive(Debug, PartialEq)]
struct Brought {
    delivery: Delivery,
    ids: BTreeMap<Hash, IdEntry>,
    findings: Vec<String>,
    rejects: Vec<String>,
}

fn marked(shelf: &MemoryShelf, gathered: &Gathered, void: &[Hash]) -> BTreeMap<Hash, IdEntry> {
    let mut placed = Vec::new();
    for first in 0..=u8::MAX {
        let (bucket, mut keys) = (shelf.bucket(first).unwrap(), Vec::new());
        bucket.keys(&mut keys);
        placed.extend((0..keys.len()).map(|number| bucket.mark(number)));
    }
    let standing = placed.iter().filter(|placed| void.binary_search(&placed.mark.id).is_err());
    standing
        .map(|placed| {
            let (kind, product) = gathered.places[placed.mark.place as usize];
            let (id, content, time) = (placed.mark.id, placed.mark.content, placed.mark.time);
            (id, IdEntry { id, content, time, kind, charged: None, product })
        })
        .collect()
}

fn read(
    dir: &Path,
    mapping: &str,
    rejects: &mut Vec<u8>,
    shelf: &MemoryShelf,
    express: Option<(usize, usize)>,
) -> Result<Import, IntakeError> {
    let (contracts, mapping) = ([contract()], Mapping::parse("revshare.toml", mapping).unwrap());
    let lens = Lens::of(&contracts);
    import(Request {
        files: &discover_with(dir, &mapping).unwrap(),
        mapping: &mapping,
        contracts: &contracts,
        lens: &lens,
        archive: &Archive::default(),
        known: &(),
        rejects: Some(rejects),
        progress: &mut silent,
        interrupt: None,
        bulk: express.map(|(threads, chunk)| Bulk { shelf, threads, chunk }),
    })
}

fn brought(dir: &Path, express: Option<(usize, usize)>) -> Brought {
    let (shelf, mut rejects) = (MemoryShelf::default(), Vec::new());
    let import = read(dir, "", &mut rejects, &shelf, express).unwrap();
    let mut ids: BTreeMap<Hash, IdEntry> =
        import.gathered.ids.iter().map(|entry| (entry.id, *entry)).collect();
    ids.extend(marked(&shelf, &import.gathered, &import.marked.void));
    let mut delivery = import.gathered.delivery;
    for file in &mut delivery.files {
        (file.path, file.digest, file.bytes) = (String::new(), String::new(), 0);
    }
    let said = |it: &Finding| {
        let message = it.message.replace(".parquet", ".csv");
        format!("{} {message} {:?}", it.code.id, it.help)
    };
    let mut findings: Vec<String> = import.findings.iter().map(said).collect();
    findings.sort();
    let reason = |line: &str| {
        let reject: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", reject["code"], reject["reason"])
    };
    let mut rejects: Vec<String> =
        String::from_utf8(rejects).unwrap().lines().map(reason).collect();
    rejects.sort();
    Brought { delivery, ids, findings, rejects }
}

/// A sale as either form writes it.
#[derive(Clone, Debug)]
struct Sale {
    id: Option<String>,
    /// Microseconds since 1970.
    time: Option<i64>,
    product: Option<String>,
    customer: Option<String>,
    kind: String,
    quantity: Option<i64>,
    /// In ten-thousandths.
    amount: Option<i128>,
    currency: Option<String>,
}

fn sale() -> impl Strategy<Value = Sale> {
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

fn as_csv(sales: &[Sale]) -> Vec<u8> {
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
fn as_columns(sales: &[Sale], form: usize) -> Columns {
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

fn codec(number: usize) -> Compression {
    match number % 4 {
        0 => Compression::UNCOMPRESSED,
        1 => Compression::SNAPPY,
        2 => Compression::GZIP(GzipLevel::default()),
        _ => Compression::ZSTD(ZstdLevel::default()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn the_same_facts_in_either_form(
        sales in proptest::collection::vec(sale(), 0..60),
        form in 0_usize..36,
        codecs in 0_usize..4,
        group in prop_oneof![Just(7_usize), Just(1000)],
        threads in 1_usize..4,
        chunk in prop_oneof![Just(40_usize), Just(Bulk::CHUNK)],
    ) {
        let (lines, columns) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(lines.path().join("sales.csv"), as_csv(&sales)).unwrap();
        let path = columns.path().join("sales.parquet");
        write(&path, &as_columns(&sales, form), sales.len(), group, codec(codecs));
        let due = brought(lines.path(), None);
        let ordinary = brought(columns.path(), None);
        prop_assert_eq!(&ordinary, &due);
        prop_assert_eq!(&brought(columns.path(), Some((threads, chunk))), &due);
    }
}

/// One sale of columns, all others being as they should.
fn one(changed: &[(&str, Values)]) -> Columns {
    let sale = Sale {
        id: Some("s-1".to_owned()),
        time: Some(1_790_000_000_000_000),
        product: Some("aria-1".to_owned()),
        customer: Some("b".to_owned()),
        kind: "charge".to_owned(),
        quantity: Some(7),
        amount: Some(125_000),
        currency: Some("USD".to_owned()),
    };
    let mut columns = as_columns(&[sale], 0);
    for (field, values) in changed {
        let name = |field: &str| field.split(' ').nth(2).unwrap_or_default().to_owned();
        columns.retain(|(other, _)| name(other) != name(field));
        let values = match values {
            Values::Text(all) => Values::Text(all.clone()),
            Values::Int(all) => Values::Int(all.clone()),
            Values::Long(all) => Values::Long(all.clone()),
            Values::Old(all) => Values::Old(all.clone()),
            Values::Double(all) => Values::Double(all.clone()),
            Values::Fixed(all, width) => Values::Fixed(all.clone(), *width),
            Values::Bytes(all) => Values::Bytes(all.clone()),
        };
        columns.push(((*field).to_owned(), values));
    }
    columns
}

/// What comes of one such sale.
fn read_one(changed: &[(&str, Values)], mapping: &str) -> Import {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sales.parquet");
    write(&path, &one(changed), 1, 10, Compression::UNCOMPRESSED);
    read(dir.path(), mapping, &mut Vec::new(), &MemoryShelf::default(), None).unwrap()
}

const ZONED: &str = r#"
    [[map]]
    files = "sales*.parquet"
    format = "own"
    zone = "Asia/Kolkata"
"#;

#[test]
fn binary_fractions_are_refused_with_a_remedy_where_they_are_read() {
    let half = || Values::Double(vec![Some(12.5)]);
    let import = read_one(&[("optional double amount", half())], "");
    let [finding] = &import.findings[..] else { panic!("{:?}", import.findings) };
    assert_eq!((finding.code.id, import.gathered.ids.len()), ("I014", 0));
    assert_eq!(finding.message, "the column amount holds binary fractions");
    let help = "write it as a decimal: CAST(amount AS DECIMAL(38, 10))";
    assert_eq!(finding.help.as_deref(), Some(help));
    let origin = finding.origin.as_ref().unwrap();
    assert_eq!(
        origin.excerpt,
        "id=s-1, time=2026-09-21T14:13:20Z, product=aria-1, customer=b, kind=charge, quantity=7, \
         currency=USD, amount=…"
    );
    let amount = origin.excerpt.chars().count() as u64;
    assert_eq!((origin.line, origin.column, origin.width), (1, amount, 1));
    // A null holds nothing, and what nobody reads does not matter.
    let import = read_one(&[("optional double quantity", Values::Double(vec![None]))], "");
    assert_eq!(import.gathered.ids.len(), 1, "{:?}", import.findings);
    let import = read_one(&[("optional double score", half())], ZONED);
    assert_eq!(import.gathered.ids.len(), 1, "{:?}", import.findings);
}

#[test]
fn nested_values_are_refused_where_they_are_read() {
    let nested = "optional group customer { required binary name (UTF8); }";
    let name = || Values::Text(vec![Some("b".to_owned())]);
    let import = read_one(&[(nested, name())], "");
    let [finding] = &import.findings[..] else { panic!("{:?}", import.findings) };
    assert_eq!((finding.code.id, import.gathered.ids.len()), ("I021", 0));
    assert_eq!(finding.message, "the column customer holds lists or records");
    let other = "optional group tags { required binary name (UTF8); }";
    let import = read_one(&[(other, name())], ZONED);
    assert_eq!(import.gathered.ids.len(), 1, "{:?}", import.findings);
}

#[test]
fn times_are_read_as_they_were_meant() {
    let time = |import: &Import| import.gathered.ids.first().map(|entry| entry.time.to_string());
    let long = |count: i64| Values::Long(vec![Some(count)]);
    let local = "optional int64 time (TIMESTAMP(MILLIS,false))";
    // What a clock showed needs the zone of the mapping.
    let import = read_one(&[(local, long(1_790_000_000_500))], "");
    assert_eq!(import.findings[0].code.id, "I015");
    assert!(import.findings[0].help.as_ref().unwrap().contains("name the zone in revshare.toml"));
    let import = read_one(&[(local, long(1_790_000_000_500))], ZONED);
    assert_eq!(time(&import).as_deref(), Some("2026-09-21T08:43:20.5Z"));
    let mut old = Int96::new();
    old.set_data(0, 0, 2_440_588 + 20_717);
    let old = || Values::Old(vec![Some(old)]);
    assert_eq!(read_one(&[("optional int96 time", old())], "").findings[0].code.id, "I015");
    let import = read_one(&[("optional int96 time", old())], ZONED);
    assert_eq!(time(&import).as_deref(), Some("2026-09-20T18:30:00Z"));
    let utc = "optional int64 time (TIMESTAMP(NANOS,true))";
    let import = read_one(&[(utc, long(1_790_000_000_000_000_001))], ZONED);
    assert_eq!(time(&import).as_deref(), Some("2026-09-21T14:13:20.000000001Z"));
    let import = read_one(&[("optional int32 time (DATE)", Values::Int(vec![Some(20_717)]))], "");
    assert_eq!(time(&import).as_deref(), Some("2026-09-21"));
}

#[test]
fn a_row_is_known_by_its_number_whatever_its_texts_hold() {
    let dir = tempfile::tempdir().unwrap();
    let sale = |id: &str, customer: &str, kind: &str| Sale {
        id: Some(id.to_owned()),
        time: Some(0),
        product: None,
        customer: Some(customer.to_owned()),
        kind: kind.to_owned(),
        quantity: None,
        amount: Some(0),
        currency: Some("USD".to_owned()),
    };
    let long = "x\n".repeat(1 << 19);
    let sales = [
        sale("s-1", "a\nb\n\nc", "charge"),
        sale("s-2", &long, "charge"),
        sale("s-3", "a, b", "gift"),
        sale("s-4", "b", "charge"),
    ];
    write(&dir.path().join("sales.parquet"), &as_columns(&sales, 0), 4, 10, Compression::SNAPPY);
    for express in [None, Some((2, 40)), Some((2, Bulk::CHUNK))] {
        let mut rejects = Vec::new();
        let import = read(dir.path(), "", &mut rejects, &MemoryShelf::default(), express).unwrap();
        let said: Vec<_> =
            import.findings.iter().map(|it| (it.code.id, it.origin.as_ref().unwrap())).collect();
        let [("I011", second), ("I017", third)] = said[..] else { panic!("{said:?}") };
        assert_eq!((second.line, third.line), (2, 3));
        let row = "id=s-3, time=1970-01-01T00:00:00Z, customer=\"a, b\", kind=gift, amount=0, currency=USD";
        assert_eq!(third.excerpt, row);
        assert_eq!((third.column, third.width), (58, 4));
        let control = &import.gathered.delivery.files[0].controls;
        let count = |of: fn(&revshare::fact::Control) -> u64| control.iter().map(of).sum::<u64>();
        assert_eq!((count(|it| it.accepted.rows), count(|it| it.rejected.rows)), (2, 2));
    }
}

#[test]
fn a_damaged_file_is_an_error_and_never_fewer_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sales.parquet");
    let whole = one(&[]);
    write(&path, &whole, 1, 1, Compression::ZSTD(ZstdLevel::default()));
    let bytes = fs::read(&path).unwrap();
    let outcome = || read(dir.path(), "", &mut Vec::new(), &MemoryShelf::default(), None);
    assert_eq!(outcome().unwrap().gathered.ids.len(), 1);
    for length in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..length]).unwrap();
        let error = outcome().unwrap_err().to_string();
        assert!(error.contains("sales.parquet: damaged, or not Parquet"), "{length}: {error}");
    }
    // Whatever byte is wrong: an error, a finding, another fact, but no breakdown.
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        fs::write(&path, &damaged).unwrap();
        if let Ok(import) = outcome() {
            let controls = &import.gathered.delivery.files[0].controls;
            let rows: u64 = controls.iter().map(|control| control.read.rows).sum();
            assert_eq!(rows, 1, "byte {at}: a row was lost in silence");
        }
    }
}
