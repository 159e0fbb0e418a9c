//! Programs stop an import by a token: at every step of it, and nothing of it is kept.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use revshare::book::{Book, BookError};
use revshare::generate::{Plan, Shares, generate};
use revshare::intake::{Interrupt, Step};

fn month(dir: &Path) {
    let plan = Plan {
        lines: 60_000,
        seed: 7,
        month: "2026-10".parse().unwrap(),
        files: 2,
        refs: true,
        shares: Shares::usual(),
    };
    generate(&plan, dir, &mut |_| ()).unwrap();
}

/// Imports, and asks to stop at the n-th thing that is told of a step.
fn stopped(book: &mut Book, step: Step, times: u32) -> Result<usize, BookError> {
    let interrupt = Interrupt::default();
    book.set_interrupt(interrupt.clone());
    let mut left = times;
    let report = book.import(&mut |progress| {
        if progress.step == step {
            left = left.saturating_sub(1);
            if left == 0 {
                interrupt.ask();
            }
        }
    })?;
    Ok(report.files.len())
}

#[test]
fn every_step_can_be_stopped() {
    let dir = tempfile::tempdir().unwrap();
    month(dir.path());
    let store = dir.path().join(".revshare");
    let mut book = Book::open(dir.path(), None).unwrap();
    let journal = fs::read(store.join("journal")).unwrap();
    for (step, times) in [
        (Step::Reading, 1),
        (Step::Reading, 9),
        (Step::Comparing, 1),
        (Step::Comparing, 12),
        (Step::ReadingAgain, 1),
        (Step::ReadingAgain, 3),
    ] {
        let ended = stopped(&mut book, step, times);
        assert!(matches!(ended, Err(BookError::Interrupted)), "{step:?} {times}: {ended:?}");
        assert_eq!(fs::read(store.join("journal")).unwrap(), journal);
        let left = |folder: &str| fs::read_dir(store.join(folder)).map_or(0, Iterator::count);
        assert_eq!((left("ids"), left("rejects")), (0, 0), "{step:?} {times}");
    }
    // What is being kept is seen through.
    assert!(stopped(&mut book, Step::Keeping, 1).unwrap() >= 2);
    let closing = book.close_through(None);
    assert!(matches!(closing, Err(BookError::InterruptedBetween)));
    book.set_interrupt(Interrupt::default());
    assert!(!book.close_through(None).unwrap().is_empty());
}

#[test]
fn progress_is_of_the_whole_delivery() {
    let dir = tempfile::tempdir().unwrap();
    month(dir.path());
    let files = |ending: &str| {
        let entries = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.to_str().unwrap().ends_with(ending)).collect::<Vec<_>>()
    };
    // One of them packed: what is told is in bytes as they lie on the disk.
    let plain = files(".csv").remove(0);
    let packed = zstd::encode_all(&fs::read(&plain).unwrap()[..], 1).unwrap();
    fs::write(format!("{}.zst", plain.display()), packed).unwrap();
    fs::remove_file(plain).unwrap();
    let mut book = Book::open(dir.path(), None).unwrap();
    let (mut steps, mut names, mut last) = (Vec::new(), BTreeSet::new(), (0, 0, 0));
    let report = book.import(&mut |progress| {
        if steps.last() != Some(&progress.step) {
            steps.push(progress.step);
        }
        if progress.step == Step::Reading {
            assert!(progress.rows >= last.0 && progress.done >= last.1, "{progress:?} {last:?}");
            last = (progress.rows, progress.done, progress.total);
            names.insert(progress.file.to_owned());
        }
    });
    let report = report.unwrap();
    let controls = report.files.iter().flat_map(|file| &file.controls);
    let rows: u64 = controls.map(|control| control.read.rows).sum();
    let bytes: u64 = report.files.iter().map(|file| file.bytes).sum();
    assert_eq!(last, (rows, bytes, bytes));
    assert_eq!(names.len(), report.files.len());
    assert_eq!(steps, [Step::Reading, Step::Comparing, Step::ReadingAgain, Step::Keeping]);
    let mut steps = BTreeSet::new();
    book.import(&mut |progress| {
        steps.insert(format!("{:?}", progress.step));
    })
    .unwrap();
    assert_eq!(steps, ["Recognising".to_owned()].into());
}

/// Two deliveries are kept when the third is stopped: only that one is read by the next run.
#[test]
fn a_run_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    assert!(common::revshare(dir.path(), &["init", "."]).status.success());
    for (folder, month) in [("01", 12), ("02", 1), ("03", 2)] {
        let year = if month == 12 { 2026 } else { 2027 };
        let place = dir.path().join("deliveries").join(folder);
        fs::create_dir_all(&place).unwrap();
        let rows = format!(
            "id,time,product,channel,kind,amount,currency\n\
             d-{month},{year}-{month:02}-05,aria-1,marketplace,charge,{month}.00,USD\n"
        );
        fs::write(place.join("sales.csv"), rows).unwrap();
    }
    let last = "deliveries/03/sales.csv";
    let run = |stop: bool| {
        let mut book = Book::open(dir.path(), None).unwrap();
        let interrupt = Interrupt::default();
        book.set_interrupt(interrupt.clone());
        let mut files = Vec::new();
        let mut step = |progress: revshare::intake::Progress<'_>| {
            if progress.step == Step::Reading && !files.contains(&progress.file.to_owned()) {
                files.push(progress.file.to_owned());
            }
            if stop && files.iter().any(|file| file == last) {
                interrupt.ask();
            }
        };
        let mut whole = || {
            book.import(&mut step)?;
            while book.next_delivery(None, &mut step)?.is_some() {}
            book.close_through(None)
        };
        let ended = whole().map(|all| all.last().unwrap().statement.canonical());
        (ended, files)
    };
    let (ended, read) = run(true);
    assert!(matches!(ended, Err(BookError::Interrupted)), "{ended:?}");
    assert_eq!(read.last().unwrap(), last);
    assert!(read.len() > 3, "{read:?}");
    let (resumed, read) = run(false);
    assert_eq!(read, [last]);
    fs::remove_dir_all(dir.path().join(".revshare")).unwrap();
    let (whole, read) = run(false);
    assert_eq!((resumed.unwrap(), read.len() > 3), (whole.unwrap(), true));
}
