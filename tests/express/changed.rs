//! Files that change while they are imported: what is read again is what was read, or the import fails.

use std::fs;
use std::io::Write;

use revshare::contract::Contract;
use revshare::fact::bulk::MemoryShelf;
use revshare::intake::{IntakeError, Progress, Step};

use super::brought::{Before, Way};
use super::many_rows::contract;
use super::rows::{HEAD, many, packed_of, row_of};
use super::ways::{MAPS, all_of};

/// When a file is changed during an import.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// All rows were read once.
    Read,
    /// A row was refused for the first time.
    Refused,
}

/// Imports a file on the express way that is replaced by another on the way; `earlier` was delivered
/// before, and the rows of `beside` come with it in a file of their own.
fn replaced(
    others: (&str, &str),
    texts: (&str, &str),
    when: When,
    packed: bool,
) -> Result<(), IntakeError> {
    replaced_for(None, others, texts, when, packed)
}

/// The same with another contract than the one that keeps customers apart.
fn replaced_for(
    contract: Option<&Contract>,
    (earlier, beside): (&str, &str),
    (before, after): (&str, &str),
    when: When,
    packed: bool,
) -> Result<(), IntakeError> {
    let bytes = |text: &str| {
        let head = if text.starts_with("id,") { String::new() } else { format!("{HEAD}\n") };
        let text = format!("{head}{text}").into_bytes();
        if packed { packed_of(&text) } else { text }
    };
    let (first, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(first.path().join("sales.csv"), format!("{HEAD}\n{earlier}")).unwrap();
    let mut known = Before::default();
    let ordinary = Way { contract, map: MAPS[0], before: &known, express: None };
    let brought = all_of(&ordinary, first.path());
    known.archive.apply(&brought.delivery);
    known.ids.extend(brought.ids);
    let path = dir.path().join(if packed { "sales.csv.zst" } else { "sales.csv" });
    fs::write(&path, bytes(before)).unwrap();
    fs::write(dir.path().join("sales-0.csv"), format!("{HEAD}\n{beside}")).unwrap();
    let way = Way { contract, map: MAPS[0], before: &known, express: Some((2, 300)) };
    let files = way.files(dir.path());
    // Whoever still reads the old one reads it to its end.
    let put = || {
        fs::write(dir.path().join("new"), bytes(after)).unwrap();
        fs::rename(dir.path().join("new"), &path).unwrap();
    };
    let mut rejects = Alters(|| {
        if when == When::Refused {
            put();
        }
    });
    let mut progress = |progress: Progress<'_>| {
        if when == When::Read && progress.file != "sales-0.csv" {
            put();
        }
    };
    way.import(&files, &MemoryShelf::default(), Some(&mut rejects), &mut progress).map(drop)
}

/// Does something whenever it is written to.
struct Alters<F>(F);

impl<F: FnMut()> Write for Alters<F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_changed_is_noticed_wherever_it_is_read_again() {
    let repeat = [many(0, 40), many(11, 1), many(40, 10)].concat();
    let contest = [many(0, 20), row_of("n-000011", "9.00"), many(20, 10)].concat();
    let earlier = row_of("n-000002", "9.00");
    let swapped = HEAD.replace("product,channel", "channel,product");
    let changes = [
        // Another amount, another id, another customer; one line more, fewer bytes, none at all.
        ("", &repeat, repeat.replacen("n-000040,", "n-000011,", 1), When::Read, false),
        ("", &repeat, repeat.replace("1.25", "1.26"), When::Read, true),
        ("", &repeat, repeat.replace("n-000011", "n-000911"), When::Read, true),
        ("", &repeat, repeat.replace(",b,", ",c,"), When::Read, true),
        ("", &repeat, format!("\n{repeat}"), When::Read, true),
        ("", &repeat, repeat[..700].to_owned(), When::Read, true),
        ("", &repeat, String::new(), When::Read, true),
        ("", &contest, format!("{swapped}\n{contest}"), When::Read, true),
        ("", &contest, contest.replace("9.00", "9.01"), When::Read, true),
        ("", &contest, contest.replace("1.25", "1.24"), When::Read, true),
        // More lines than there were before the row.
        ("", &contest, "\n".repeat(contest.len()), When::Read, true),
        // After its rows were taken out: their texts are kept, and it is not read any more.
        (&earlier, &contest, contest.replace("9.00", "9.01"), When::Refused, false),
        (&earlier, &contest, contest.replace("n-000011", "n-000012"), When::Refused, false),
        (&earlier, &contest, contest.replace("charge,7", "charge,8"), When::Refused, false),
    ];
    for (earlier, before, after, when, noticed) in changes {
        for packed in [false, true] {
            let outcome = replaced((earlier, ""), (before, &after), when, packed);
            match outcome {
                Err(IntakeError::Changed { .. }) => assert!(noticed, "{after} {packed}"),
                other => assert!(!noticed && other.is_ok(), "{other:?} {after} {packed}"),
            }
        }
    }
}

/// Rows that come behind the end while the file is read are read with their digest, or the file has changed.
#[test]
fn a_file_that_grows_is_read_whole_or_noticed() {
    let before = Before::default();
    let way = Way { contract: None, map: MAPS[0], before: &before, express: Some((2, 10_000)) };
    for round in 0..40 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sales.csv");
        fs::write(&path, format!("{HEAD}\n{}", many(0, 2000 + 150 * round))).unwrap();
        let mut grown = 0;
        let mut progress = |progress: Progress<'_>| {
            if progress.step == Step::Reading && grown < 3 {
                let mut file = fs::File::options().append(true).open(&path).unwrap();
                file.write_all(row_of(&format!("more-{grown}"), "1.25").as_bytes()).unwrap();
                grown += 1;
            }
        };
        let files = way.files(dir.path());
        let outcome = way.import(&files, &MemoryShelf::default(), None, &mut progress);
        match outcome {
            Ok(import) => {
                let file = &import.gathered.delivery.files[0];
                let bytes = fs::read(&path).unwrap();
                let read = &bytes[..usize::try_from(file.bytes).unwrap()];
                assert_eq!(file.digest, blake3::hash(read).to_string());
                let lines = read.iter().filter(|byte| **byte == b'\n').count() - 1;
                let rows: u64 = file.controls.iter().map(|control| control.accepted.rows).sum();
                assert_eq!(rows, lines as u64);
            }
            Err(IntakeError::Changed { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// Also of chunks that only the ordinary reader knows.
#[test]
fn a_change_of_quoted_rows_is_noticed() {
    let quoted = |amount: &str| row_of("q-1", amount).replace(",b,", ",\"b, c\",");
    let rows = [quoted("1"), many(0, 30), quoted("2"), many(30, 30)].concat();
    for packed in [false, true] {
        let changed = rows.replace("b, c", "b, d");
        let outcome = replaced(("", ""), (&rows, &changed), When::Read, packed);
        assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{outcome:?}");
        assert!(replaced(("", ""), (&rows, &rows), When::Read, packed).is_ok());
    }
}

/// Of a file of which more goes the ordinary way than is kept: when rows are compared, and when those are told of
/// that lost.
#[test]
fn a_change_is_noticed_of_rows_that_are_not_kept() {
    let wide = "c".repeat(900_000);
    let left = |row: u32| {
        let row = row_of(&format!("l-{row}"), "1.25").replace(",b,", &format!(",{wide},"));
        row.replace("USD,\n", "USD,n-000007\n")
    };
    let left: String = (0..20).map(left).collect();
    let contest = [many(0, 20), row_of("n-000011", "9.00"), many(20, 10)].concat();
    let earlier = row_of("n-000002", "9.00");
    // One row of each file loses; the first is told of, and then the second is not what it was.
    let lost = |id: &str| [row_of(id, "1"), row_of(id, "2")].concat();
    let (lost, other, first) = (many(0, 9) + &lost("b"), many(0, 9) + &lost("c"), lost("a"));
    let changed = contest.replace("9.00", "9.01");
    for (beside, before, after) in
        [((&*earlier, ""), &contest, &changed), (("", &*first), &lost, &other)]
    {
        let (before, after) = (left.clone() + before, left.clone() + after);
        for packed in [false, true] {
            let outcome = replaced(beside, (&before, &after), When::Refused, packed);
            assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{outcome:?}");
            assert!(replaced(beside, (&before, &before), When::Refused, packed).is_ok());
        }
    }
}

/// Also where rows that repeat others are read again many at once: a lane has to know their shape, and there has to
/// be room behind them.
#[test]
fn a_change_is_noticed_among_many_repeats() {
    let rows = many(0, 500);
    let (before, contract) = (rows.repeat(2), contract("UTC"));
    let contract = Some(&contract);
    for number in [140, 200, 300, 499] {
        let changed = rows.replace(
            &row_of(&format!("n-{number:06}"), "1.25"),
            &row_of(&format!("n-{number:06}"), "1.26"),
        );
        let after = rows.clone() + &changed;
        let outcome = replaced_for(contract, ("", ""), (&before, &after), When::Read, false);
        assert!(matches!(outcome, Err(IntakeError::Changed { .. })), "{number}: {outcome:?}");
    }
    assert!(replaced_for(contract, ("", ""), (&before, &before), When::Read, false).is_ok());
}
