//! Damaged files, and rows that are refused: nothing is lost in silence.

use std::fs;

use parquet::basic::{Compression, ZstdLevel};
use revshare::intake::Bulk;

use super::columns::write;
use super::read::read;
use super::sales::{Sale, as_columns, one};

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
        sale("s-5", "d\n\"q\"", "charge"),
        sale("s-5", "c\n\"q\"", "charge"),
    ];
    write(&dir.path().join("sales.parquet"), &as_columns(&sales, 0), 6, 10, Compression::SNAPPY);
    for express in [None, Some((2, 40)), Some((2, Bulk::CHUNK))] {
        let mut rejects = Vec::new();
        let import = read(dir.path(), "", &mut rejects, express).unwrap();
        let said: Vec<_> =
            import.findings.iter().map(|it| (it.code.id, it.origin.as_ref().unwrap())).collect();
        let [("I011", second), ("I017", third), ("I027", loser)] = said[..] else {
            panic!("{said:?}")
        };
        assert_eq!((second.line, third.line), (2, 3));
        assert!(loser.excerpt.starts_with("id=s-5, time="), "{}", loser.excerpt);
        assert!(loser.excerpt.contains(r#"\n\"q\"", kind=charge"#), "{}", loser.excerpt);
        let row = "id=s-3, time=1970-01-01T00:00:00Z, customer=\"a, b\", kind=gift, amount=0, currency=USD";
        assert_eq!(third.excerpt, row);
        assert_eq!((third.column, third.width), (58, 4));
        let control = &import.gathered.delivery.files[0].controls;
        let count = |of: fn(&revshare::fact::Control) -> u64| control.iter().map(of).sum::<u64>();
        assert_eq!((count(|it| it.accepted.rows), count(|it| it.rejected.rows)), (3, 3));
    }
}

#[test]
fn a_damaged_file_is_an_error_and_never_fewer_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sales.parquet");
    let whole = one(&[]);
    write(&path, &whole, 1, 1, Compression::ZSTD(ZstdLevel::default()));
    let bytes = fs::read(&path).unwrap();
    let outcome = || read(dir.path(), "", &mut Vec::new(), None);
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
