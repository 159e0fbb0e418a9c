//! Commands that are refused, or say something on the way: lines of `command.txt`, done in order
//! in a copy of the small book with the fixture's files over it. Only the last line is looked at.
//!
//! ```text
//! revshare run .              the program
//! copy A B                    a file or a folder
//! remove A                    a file or a folder
//! append FILE TEXT            a line at the end
//! damage FILE OFFSET          one byte changed
//! forge RECORD OLD NEW        a record of the journal rewritten, and all that follows chained anew
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{copy, revshare, root};
use crate::forge::forge;
use crate::said::{Example, Input, Said};

/// The folder of the book that each fixture begins with.
pub(crate) const SMALL_BOOK: &str = "small-book";

pub(crate) fn said(folder: &Path) -> Said {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/errors").join(SMALL_BOOK), dir.path());
    copy(folder, dir.path());
    for file in ["command.txt", "expected.txt"] {
        let _absent_before_the_first_update = fs::remove_file(dir.path().join(file));
    }
    let script = fs::read_to_string(folder.join("command.txt")).expect("a command.txt");
    let lines: Vec<&str> = script.lines().collect();
    let mut last = None;
    for line in &lines {
        last = perform(dir.path(), line);
    }
    let last = last.expect("the last line of command.txt runs the program");
    let stderr = without_digests(&String::from_utf8(last.stderr).unwrap());
    let text = format!("{stderr}exit code {}\n", last.status.code().unwrap());
    let input = rows(folder);
    let examples = codes_in(&stderr).map(|code| Example {
        code,
        input: input.clone(),
        output: commands(&lines) + &text,
    });
    Said { examples: examples.collect(), text }
}

/// Does one line; gives back what the program said if it was run.
fn perform(dir: &Path, line: &str) -> Option<Output> {
    let (verb, rest) = line.split_once(' ').unwrap();
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (verb, words.as_slice()) {
        ("revshare", words) => return Some(revshare(dir, words)),
        ("copy", [from, to]) if dir.join(from).is_dir() => copy(&dir.join(from), &dir.join(to)),
        ("copy", [from, to]) => drop(fs::copy(dir.join(from), dir.join(to)).unwrap()),
        ("remove", [path]) if dir.join(path).is_dir() => {
            fs::remove_dir_all(dir.join(path)).unwrap();
        }
        ("remove", [path]) => fs::remove_file(dir.join(path)).unwrap(),
        ("append", [file, ..]) => {
            let mut text = fs::read(dir.join(file)).unwrap_or_default();
            text.extend(rest[file.len() + 1..].bytes().chain([b'\n']));
            fs::write(dir.join(file), text).unwrap();
        }
        ("damage", [file, offset]) => {
            let mut bytes = fs::read(dir.join(file)).unwrap();
            bytes[offset.parse::<usize>().unwrap()] ^= 1;
            fs::write(dir.join(file), bytes).unwrap();
        }
        ("forge", [record, old, new]) => {
            forge(&dir.join(".revshare/journal"), record.parse().unwrap(), old, new);
        }
        _ => panic!("command.txt: {line:?}"),
    }
    None
}

/// The codes of what the program said, such as `T001` of `note[T001]: ...`.
fn codes_in(text: &str) -> impl Iterator<Item = String> {
    let code = |line: &str| {
        let (level, rest) = line.split_once('[')?;
        let known = ["note", "warning", "error"].contains(&level);
        rest.split_once("]: ").filter(|_| known).map(|(code, _)| code.to_owned())
    };
    text.lines().filter_map(code)
}

fn commands(lines: &[&str]) -> String {
    let mut shown = String::new();
    for line in lines {
        let mark = if line.starts_with("revshare ") { "$" } else { "#" };
        writeln!(shown, "{mark} {line}").unwrap();
    }
    shown
}

/// The rows that a fixture adds to the small book.
fn rows(folder: &Path) -> Option<Input> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let name = names.filter_map(|name| name.into_string().ok()).find(|n| n.ends_with(".csv"))?;
    let text = fs::read_to_string(folder.join(&name)).unwrap().trim_end().to_owned();
    Some(Input { file: name, language: "text", text })
}

/// Digests change whenever a statement gets a new line; what is said of them does not.
fn without_digests(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        let digest = digits.len() == 64;
        out.push_str(if digest { "<digest>" } else { digits });
        out.push_str(&word[digits.len()..]);
    }
    out
}
