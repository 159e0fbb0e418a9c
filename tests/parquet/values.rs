//! What values of each type say, and which are refused.

use parquet::data_type::Int96;
use revshare::intake::Import;

use super::columns::Values;
use super::read::read_one;

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
fn bytes_that_are_no_text_are_refused_wherever_they_stand() {
    let raw = |bytes: &[u8]| Values::Raw(vec![Some(bytes.to_vec())]);
    // A sign that stands for a byte is longer than the byte: fields behind it, or the last one, end elsewhere.
    for column in ["id", "customer", "currency"] {
        for bytes in [&b"\xFF"[..], b"\xFFa", b"a\xC3", b"a \"\xFF\xFE\", b", b"\xE2\x82"] {
            let import = read_one(&[(&format!("optional binary {column}"), raw(bytes))], "");
            let [finding] = &import.findings[..] else { panic!("{:?}", import.findings) };
            assert_eq!((finding.code.id, import.gathered.ids.len()), ("I008", 0));
            let text = String::from_utf8_lossy(bytes);
            let shown = if text.contains('"') { format!("{text:?}") } else { text.into_owned() };
            let excerpt = &finding.origin.as_ref().unwrap().excerpt;
            assert!(excerpt.contains(&format!("{column}={shown}")), "{excerpt}");
        }
    }
}

#[test]
fn decimals_without_end_are_refused_unwritten() {
    let one = || Values::Bytes(vec![Some(1)]);
    let column = |scale: u32| format!("optional binary amount (DECIMAL({scale},{scale}))");
    for (scale, why) in [(76, "I013"), (1 << 10, "I013"), (1025, "I021"), (2_000_000_000, "I021")] {
        let import = read_one(&[(&column(scale), one())], "");
        let [finding] = &import.findings[..] else { panic!("{:?}", import.findings) };
        assert_eq!((finding.code.id, import.gathered.ids.len()), (why, 0), "{scale}: {finding:?}");
    }
}
