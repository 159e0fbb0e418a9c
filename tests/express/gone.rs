//! A file that is gone when its turn comes ends the import with its own error: threads that still open or
//! read the files behind it end in peace.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use revshare::fact::bulk::MemoryShelf;
use revshare::intake::IntakeError;

use super::brought::{Before, Way};
use super::rows::{HEAD, many};

#[test]
fn a_file_that_is_gone_breaks_no_thread() {
    let dir = tempfile::tempdir().unwrap();
    let path = |file: u32| dir.path().join(format!("sales-{file}.csv"));
    // Tests have names, and threads that read do not.
    static BROKEN: AtomicUsize = AtomicUsize::new(0);
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |why| {
        BROKEN.fetch_add(usize::from(std::thread::current().name().is_none()), Ordering::Relaxed);
        told(why);
    }));
    let before = Before::default();
    let way = Way { contract: None, map: "", before: &before, express: Some((3, 300)) };
    for _ in 0..4 {
        for file in 0..4 {
            let rows = many(file * 20_000, if file == 0 { 20_000 } else { 10_000 });
            fs::write(path(file), format!("{HEAD}\n{rows}")).unwrap();
        }
        let (files, shelf) = (way.files(dir.path()), MemoryShelf::default());
        // It is opened once the first one was read.
        let outcome = way.import(&files, &shelf, None, &mut |_| {
            let _gone_already = fs::remove_file(path(1));
        });
        // Whoever opened it before it was gone reads it to its end.
        let read = outcome.is_ok() || matches!(outcome, Err(IntakeError::Read { .. }));
        assert!(read, "{:?}", outcome.err());
        assert_eq!(BROKEN.load(Ordering::Relaxed), 0);
    }
}
