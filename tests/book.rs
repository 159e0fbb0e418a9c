//! Every console block of the README and of docs is run, and must print what it shows.
//!
//! In a block marked `console`, a line that begins with `$ ` is a command; what follows is what it
//! prints on standard output. A line of `...` stands for any lines. The blocks of one page run in
//! order in one directory that holds a copy of `fixtures/cases`.
//! `UPDATE_EXPECTED=1 cargo test --test book` prints what a failing block printed.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{copy, root};

struct Example {
    line: usize,
    command: String,
    expected: Vec<String>,
}

#[test]
fn the_console_blocks_print_what_they_show() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let examples = examples(&fs::read_to_string(&page).unwrap());
        if examples.is_empty() {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        copy(&root().join("fixtures/cases"), &dir.path().join("fixtures/cases"));
        for example in examples {
            count += 1;
            let actual = run(dir.path(), &example.command);
            if !matches(&example.expected, &actual) {
                wrong.push(format!(
                    "{}:{}: $ {}\n{}",
                    page.display(),
                    example.line,
                    example.command,
                    actual.join("\n")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count > 0, "no page has a console block");
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && line.starts_with("$ ") {
            let command = line[2..].to_owned();
            examples.push(Example { line: at + 1, command, expected: Vec::new() });
        } else if inside {
            let example = examples.last_mut().expect("a console block begins with a command");
            example.expected.push(line.trim_end().to_owned());
        }
    }
    examples
}

fn run(dir: &Path, command: &str) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_revshare"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", program.parent().unwrap().display()))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Lines are equal, and `...` stands for any of them.
fn matches(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=actual.len()).any(|skip| matches(rest, &actual[skip..]))
        }
        Some((first, rest)) => {
            actual.first().is_some_and(|line| line == first) && matches(rest, &actual[1..])
        }
    }
}
