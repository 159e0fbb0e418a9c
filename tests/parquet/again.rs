//! Rows that are asked for again, wherever in their row groups and pages they stand; and files that are damaged, or
//! not the same any more.

use std::fs;
use std::path::Path;

use parquet::basic::Compression;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use revshare::fact::bulk::MemoryShelf;
use revshare::intake::{Bulk, Import, IntakeError, Progress, Step};

use super::brought::{Before, Way};
use super::columns::{Columns, packing, write, write_as};
use super::forms::{MAPS, brought, brought_by};
use super::sales::{Sale, as_columns, as_csv, plain};

/// So many sales, each of which may have the id of another, and other content then.
fn sales(rows: usize, same: &[(usize, usize, bool)]) -> Vec<Sale> {
    let mut sales: Vec<Sale> = (0..rows)
        .map(|row| Sale {
            id: Some(format!("s-{row}")),
            quantity: Some(row as i64),
            customer: (row % 7 > 0).then(|| format!("c-{}", row % 5)),
            ..plain()
        })
        .collect();
    for &(of, at, other) in same {
        let (of, at) = (of % rows, at % rows);
        sales[at] =
            Sale { amount: sales[of].amount.map(|it| it + i128::from(other)), ..sales[of].clone() };
    }
    sales
}

fn digest(map: &str, dir: &Path, express: (usize, usize)) -> String {
    let way = Way { contract: None, map, before: &Before::default(), express: Some(express) };
    let shelf = MemoryShelf::default();
    let import = way.import(&way.files(dir), &shelf, None, &mut |_| {}).unwrap();
    import.gathered.delivery.files[0].digest.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn rows_are_found_again_at_any_place_of_their_group(
        groups in 1_usize..6,
        rows in prop_oneof![Just(7_usize), Just(130), Just(300)],
        // Groups and places in them: the first rows, the last, and any.
        same in proptest::collection::vec((0_usize..6, 0_usize..4, 0_usize..6, 0_usize..4, any::<bool>()), 0..12),
        wide in prop_oneof![4 => Just(0_usize), 1 => Just(3_000)],
        form in 0_usize..36,
        packed in 0_usize..16,
        threads in 1_usize..5,
        map in prop_oneof![2 => Just(MAPS[0]), 1 => Just(MAPS[1])],
        chunk in prop_oneof![Just(40_usize), Just(9_000), Just(Bulk::CHUNK)],
    ) {
        let place = |group: usize, at: usize| group * rows + [0, rows - 1, 1, rows / 2][at];
        let same: Vec<_> = same.iter().map(|(a, b, c, d, other)| (place(*a, *b), place(*c, *d), *other)).collect();
        let mut sales = sales(groups * rows, &same);
        let texts = sales.iter_mut().step_by(3).filter_map(|sale| sale.customer.as_mut());
        texts.for_each(|text| text.push_str(&"x".repeat(wide)));
        let (lines, columns) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(lines.path().join("sales.csv"), as_csv(&sales)).unwrap();
        let path = columns.path().join("sales.parquet");
        let packing = packing(packed, Compression::SNAPPY);
        write_as(&path, &as_columns(&sales, form), sales.len(), rows, packing);
        let due = brought_by(map, lines.path(), None);
        prop_assert!(brought_by(map, columns.path(), Some((threads, chunk))) == due);
        let whole = blake3::hash(&fs::read(&path).unwrap()).to_string();
        prop_assert_eq!(digest(map, columns.path(), (threads, chunk)), whole);
    }
}

/// Imports a file that is another once all its rows were compared.
fn replaced(before: &[u8], after: &[u8]) -> Result<Import, IntakeError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sales.parquet");
    fs::write(&path, before).unwrap();
    let mut progress = |progress: Progress<'_>| {
        if progress.step == Step::Comparing {
            fs::write(dir.path().join("new"), after).unwrap();
            fs::rename(dir.path().join("new"), &path).unwrap();
        }
    };
    let before = Before::default();
    let way = Way { contract: None, map: "", before: &before, express: Some((2, 900)) };
    way.import(&way.files(dir.path()), &MemoryShelf::default(), None, &mut progress)
}

fn file(columns: &Columns, rows: usize, group: usize) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("any.parquet");
    write(&path, columns, rows, group, Compression::UNCOMPRESSED);
    fs::read(&path).unwrap()
}

/// The file with a column of a row group overwritten behind the head of its first page.
fn damaged(bytes: &[u8], places: &[(usize, usize)]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("any.parquet");
    fs::write(&path, bytes).unwrap();
    let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
    let mut damaged = bytes.to_vec();
    for (group, column) in places {
        let (from, length) = reader.metadata().row_group(*group).column(*column).byte_range();
        let (from, length) = (from as usize, length as usize);
        damaged[from + length / 3..from + length].fill(0xEE);
    }
    damaged
}

/// Row 250 of 300 repeats row 110; row groups have 100 rows.
#[test]
fn a_change_is_noticed_where_a_row_is_asked_for_and_nowhere_else() {
    let at = |rows: usize, change: &dyn Fn(&mut Vec<Sale>)| {
        let mut sales = sales(300, &[(110, 250, false)]);
        change(&mut sales);
        file(&as_columns(&sales, 0), rows, 100)
    };
    let before = at(300, &|_| {});
    assert!(replaced(&before, &before).is_ok());
    let others: [(&str, Vec<u8>); 3] = [
        ("a row of a group that is passed by", at(300, &|all| all[20].amount = Some(1))),
        ("a row before", at(300, &|all| all[249].customer = Some("another \"b\"".to_owned()))),
        ("a row behind", at(300, &|all| all[251].id = None)),
    ];
    for (what, after) in others {
        let outcome = replaced(&before, &after);
        assert!(outcome.is_ok(), "{what}: {:?}", outcome.err());
    }
    assert!(replaced(&before, &damaged(&before, &[(0, 0), (0, 5)])).is_ok());
    let changes: [(&str, Vec<u8>); 5] = [
        ("the amount", at(300, &|all| all[250].amount = Some(1))),
        ("the id", at(300, &|all| all[250].id = Some("s-9\n".to_owned()))),
        ("one row more before", at(300, &|all| all.insert(3, plain()))),
        ("fewer rows", at(200, &|_| {})),
        ("no rows", at(0, &|_| {})),
    ];
    for (what, after) in changes {
        let outcome = replaced(&before, &after);
        assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{what}: {:?}", outcome.err());
    }
    for column in [0, 5, 6] {
        let outcome = replaced(&before, &damaged(&before, &[(2, column)]));
        assert!(outcome.is_err(), "damage of column {column} where a row is asked for");
    }
    let cut = replaced(&before, &before[..before.len() / 2]);
    assert!(matches!(cut, Err(IntakeError::Read { .. })), "{:?}", cut.err());
}

/// However many threads come upon it.
#[test]
fn of_several_damages_the_first_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let sales = sales(2_000, &[]);
    let whole = file(&as_columns(&sales, 0), 2_000, 100);
    let told = |map, express: Option<(usize, usize)>| {
        let way = Way { contract: None, map, before: &Before::default(), express };
        let files = way.files(dir.path());
        let outcome = way.import(&files, &MemoryShelf::default(), None, &mut |_| {});
        outcome.unwrap_err().to_string()
    };
    for places in [&[(7, 0), (3, 6)][..], &[(3, 0), (4, 5)], &[(19, 3)], &[(0, 0), (0, 1)]] {
        fs::write(dir.path().join("sales.parquet"), damaged(&whole, places)).unwrap();
        for map in MAPS {
            let due = told(map, None);
            for round in 0..10 {
                let express = (1 + round % 4, 700 * (1 + round % 3));
                assert_eq!(told(map, Some(express)), due, "{places:?}");
            }
        }
    }
}

/// A column whose values are long is written out in few rows at once.
#[test]
fn long_texts_are_written_out_a_few_at_a_time() {
    let (lines, columns) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let long = |row: usize| Some("z".repeat(row % 9 * 9_000));
    let mut sales = sales(60, &[(3, 58, false)]);
    (0..60).for_each(|row| sales[row].customer = long(row));
    fs::write(lines.path().join("sales.csv"), as_csv(&sales)).unwrap();
    let path = columns.path().join("sales.parquet");
    let due = brought(lines.path(), None);
    for number in (0..12).step_by(3) {
        write_as(&path, &as_columns(&sales, number), 60, 25, packing(number, Compression::SNAPPY));
        for express in [None, Some((2, 40)), Some((2, Bulk::CHUNK))] {
            assert!(brought(columns.path(), express) == due, "{number} {express:?}");
        }
    }
}
