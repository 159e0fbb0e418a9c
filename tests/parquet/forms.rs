//! The same facts as CSV and as Parquet bring the same.

use std::fs;
use std::path::Path;

use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use proptest::prelude::*;
use revshare::finding::Finding;
use revshare::intake::Bulk;

use super::brought::{Before, Brought, Way};
use super::columns::{packing, write_as};
use super::sales::{as_columns, as_csv, sale};

/// How rows are read: on the express way; or as only the ordinary reader does.
pub(crate) const MAPS: [&str; 2] = [
    "",
    r#"
    [[map]]
    files = "sales*"
    format = "own"
    fields.quantity = { column = "quantity", scale = 1000 }
    "#,
];

/// What an import brought, without what tells one form of a file from another.
pub(crate) fn brought(dir: &Path, express: Option<(usize, usize)>) -> Brought {
    brought_by(MAPS[0], dir, express)
}

pub(crate) fn brought_by(map: &str, dir: &Path, express: Option<(usize, usize)>) -> Brought {
    let said = |it: &Finding| {
        let message = it.message.replace(".parquet", ".csv");
        format!("{} {message} {:?}", it.code.id, it.help)
    };
    let reason = |line: &str| {
        let reject: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", reject["code"], reject["reason"])
    };
    let way = Way { contract: None, map, before: &Before::default(), express };
    let mut brought = way.brought(dir, said, reason);
    for file in &mut brought.delivery.files {
        (file.path, file.digest, file.bytes) = (String::new(), String::new(), 0);
    }
    brought
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
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn the_same_facts_in_either_form(
        sales in proptest::collection::vec(sale(), 0..60),
        form in 0_usize..36,
        codecs in 0_usize..4,
        packed in 0_usize..16,
        group in prop_oneof![Just(7_usize), Just(1000)],
        threads in 1_usize..4,
        map in prop_oneof![Just(MAPS[0]), Just(MAPS[1])],
        chunk in prop_oneof![Just(40_usize), Just(Bulk::CHUNK)],
    ) {
        let (lines, columns) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(lines.path().join("sales.csv"), as_csv(&sales)).unwrap();
        let path = columns.path().join("sales.parquet");
        let packing = packing(packed, codec(codecs));
        write_as(&path, &as_columns(&sales, form), sales.len(), group, packing);
        let due = brought_by(map, lines.path(), None);
        let ordinary = brought_by(map, columns.path(), None);
        prop_assert_eq!(&ordinary, &due);
        prop_assert_eq!(&brought_by(map, columns.path(), Some((threads, chunk))), &due);
    }
}
