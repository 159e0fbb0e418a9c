//! Imports that are interrupted by real signals, at many moments: the store stays as it was, and what
//! comes of running again is, byte for byte, what comes of a run that nobody interrupted.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{copy, revshare};

/// A month in two files, one of which is imported already; and what importing the other brings.
struct Month {
    dir: tempfile::TempDir,
    /// The journal and the names of all files of the store before the second import, and after it.
    before: Left,
    after: Left,
    answer: String,
    took: Duration,
}

/// What is left in a store that matters: its journal, and the names of the other files.
#[derive(Debug, PartialEq)]
struct Left {
    journal: Vec<u8>,
    files: Vec<String>,
}

fn left(store: &Path) -> Left {
    let mut files = Vec::new();
    for folder in ["ids", "rejects"] {
        let entries = fs::read_dir(store.join(folder)).into_iter().flatten();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        files.extend(entries.map(|entry| format!("{folder}/{}", name(entry.unwrap()))));
    }
    files.sort();
    Left { journal: fs::read(store.join("journal")).unwrap(), files }
}

impl Month {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let made =
            revshare(dir.path(), &["generate", "--lines", "100000", "--files", "2", "--out", "m"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let first = fs::read_dir(dir.path().join("m")).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> =
            first.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
        files.sort();
        let first = files[0].to_str().unwrap();
        let begun = revshare(dir.path(), &["import", "m", "--store", "base", first]);
        assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
        copy(&dir.path().join("base"), &dir.path().join("whole"));
        let before = left(&dir.path().join("base"));
        let start = Instant::now();
        let output = Self::start_in(dir.path(), "whole").wait_with_output().unwrap();
        let took = start.elapsed();
        assert!(output.status.success());
        let answer = String::from_utf8(output.stdout).unwrap();
        let after = left(&dir.path().join("whole"));
        assert_ne!(before, after);
        Self { dir, before, after, answer, took }
    }

    /// One thread: with more, blocks of marks come to lie in another order each time.
    fn start_in(dir: &Path, store: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_revshare"))
            .args(["import", "m", "--store", store, "--threads", "1", "--format", "json"])
            .current_dir(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn store(&self, name: &str) -> PathBuf {
        let store = self.dir.path().join(name);
        copy(&self.dir.path().join("base"), &store);
        store
    }

    /// Runs in a store, and sends signals after so many thousandths of the time that a run takes.
    fn signalled(&self, store: &str, moment: u32, signals: &[&str]) -> Output {
        let child = Self::start_in(self.dir.path(), store);
        std::thread::sleep(self.took * moment / 1000);
        for signal in signals {
            let sent = Command::new("kill").args([*signal, &child.id().to_string()]).output();
            sent.unwrap();
        }
        child.wait_with_output().unwrap()
    }

    /// Runs to the end, and holds it against the run that nobody interrupted.
    fn finish(&self, store: &str) {
        let output = Self::start_in(self.dir.path(), store).wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), self.answer);
        assert_eq!(left(&self.dir.path().join(store)), self.after);
        let verified = revshare(self.dir.path(), &["verify", "m", "--store", store]);
        assert!(verified.status.success() && verified.stderr.is_empty(), "{verified:?}");
    }
}

/// Moments spread over a run, other ones each time that the tests are run.
fn moments(count: u32) -> impl Iterator<Item = u32> {
    let seed = std::process::id();
    (0..count).map(move |at| (at * 1000 + seed.wrapping_mul(at + 7) % 1000) / count)
}

#[test]
fn a_run_that_is_interrupted_leaves_everything_as_it_was() {
    let month = Month::new();
    let store = month.store("trial");
    let mut ends: BTreeMap<Option<i32>, u32> = BTreeMap::new();
    // A machine that is busy elsewhere hits other moments: three hits of a hundred are enough.
    let rounds = (9..).flat_map(moments).take(99).enumerate();
    for ((tried, moment), signal) in rounds.zip(["-INT", "-TERM"].into_iter().cycle()) {
        if tried >= 9 && ends.get(&Some(130)).is_some_and(|times| *times >= 3) {
            break;
        }
        let output = month.signalled("trial", moment, &[signal]);
        let told = String::from_utf8(output.stderr).unwrap();
        // An error names the stage it came in; progress would be a line of its own, drawn anew.
        let drawn = told.contains(['\r', '\u{1b}']);
        let lines = told.lines().any(|line| line.starts_with("reading"));
        assert!(!drawn && !lines, "no progress in a pipe: {told}");
        *ends.entry(output.status.code()).or_default() += 1;
        match output.status.code() {
            Some(130) => {
                let due = "nothing of this delivery was kept; run the same command again";
                assert!(told.contains("interrupted") && told.contains(due), "{moment}: {told}");
                assert_eq!(left(&store), month.before, "{moment}: {told}");
            }
            // It had not begun to listen: then it had not begun to do anything.
            None => assert_eq!(left(&store), month.before, "{moment}: {told}"),
            Some(0) => {
                assert_eq!(left(&store), month.after, "{moment}");
                fs::remove_dir_all(&store).unwrap();
                month.store("trial");
            }
            Some(other) => panic!("{moment}: {other}: {told}"),
        }
    }
    assert!(ends.get(&Some(130)).is_some_and(|times| *times >= 3), "{ends:?}");
    month.finish("trial");
}

#[test]
fn a_second_signal_ends_at_once_and_a_kill_does_no_harm() {
    let month = Month::new();
    month.store("trial");
    let mut killed = 0;
    let signals = [&["-INT", "-INT"][..], &["-KILL"]];
    let rounds = (6..).flat_map(moments).take(60).enumerate();
    for ((tried, moment), signals) in rounds.zip(signals.into_iter().cycle()) {
        if tried >= 6 && killed >= 3 {
            break;
        }
        let output = month.signalled("trial", moment, signals);
        if output.status.success() {
            fs::remove_dir_all(month.dir.path().join("trial")).unwrap();
            month.store("trial");
            continue;
        }
        assert!([None, Some(130)].contains(&output.status.code()), "{output:?}");
        killed += 1;
    }
    assert!(killed >= 3, "{killed}");
    // The next command removes what was left; and that it was is all that is told of it.
    month.finish("trial");
}
