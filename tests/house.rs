//! The architecture page, executable: who may look at whom, and what the pure floors never touch.

use std::fs;
use std::path::{Path, PathBuf};

/// Each part of `src/` with the parts that it may name. Down the floors, never up; doors do not
/// know each other.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("money", &[]),
    ("calendar", &[]),
    ("origin", &[]),
    ("finding", &["origin"]),
    ("contract", &["money", "calendar", "origin", "finding", "fact"]),
    ("fact", &["money", "calendar", "origin", "finding", "contract"]),
    ("settlement", &["money", "calendar", "origin", "finding", "contract", "fact"]),
    ("posting", &["money", "calendar", "contract", "fact", "settlement", "finding"]),
    ("statement", &["money", "calendar", "contract", "fact", "settlement", "posting", "finding"]),
    ("stress", &["money", "calendar", "contract", "fact", "settlement", "finding"]),
    ("intake", &["money", "calendar", "origin", "finding", "contract", "fact"]),
    ("store", &["money", "calendar", "origin", "finding", "contract", "fact", "settlement"]),
    ("generate", &["money", "calendar"]),
    ("warehouse", &["money", "calendar", "contract", "fact"]),
    (
        "export",
        &[
            "money",
            "calendar",
            "origin",
            "finding",
            "contract",
            "fact",
            "settlement",
            "posting",
            "statement",
            "stress",
        ],
    ),
];

/// The floors that touch nothing but memory.
const PURE: &[&str] = &[
    "money",
    "calendar",
    "origin",
    "finding",
    "contract",
    "fact",
    "settlement",
    "posting",
    "statement",
    "stress",
];

/// What must not stand in the pure floors: float, hash order, clock, I/O, randomness.
const IMPURE: &[&str] = &[
    "f32",
    "f64",
    "HashMap",
    "HashSet",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "println!",
    "eprintln!",
    "rand::",
    "thread",
];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 70;

struct Source {
    part: String,
    path: PathBuf,
    /// Without the tests at the foot, and without comments.
    code: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let for_tests = files.iter().flat_map(|path| test_modules(path)).collect::<Vec<_>>();
    files.retain(|path| !for_tests.contains(path));
    files.into_iter().map(|path| source(&root, path)).collect()
}

/// The files of modules that a file declares for tests only.
fn test_modules(path: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(path).unwrap();
    let folder = match path.file_stem().unwrap().to_str().unwrap() {
        "mod" | "lib" | "main" => path.parent().unwrap().to_owned(),
        stem => path.with_file_name(stem),
    };
    let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
        let line = rest.lines().next()?.strip_suffix(';')?;
        Some(line.rsplit_once("mod ")?.1.to_owned())
    });
    declared.map(|name| folder.join(name + ".rs")).collect()
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

fn source(root: &Path, path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).unwrap();
    let first = path.strip_prefix(root).unwrap().components().next().unwrap();
    let part = first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
    let tests = path.file_stem().is_some_and(|stem| stem == "tests");
    let code = if tests { "" } else { text.split("#[cfg(test)]").next().unwrap() };
    let lines = code.lines().map(|line| line.split("//").next().unwrap());
    let code = lines.collect::<Vec<_>>().join("\n");
    Source { part, path, code, text }
}

/// The parts that a file names through `crate::`.
fn named(code: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    code.split("crate::").skip(1).map(word).filter(|name| !name.is_empty()).collect()
}

fn is_word_in(word: &str, code: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word).any(|(at, _)| {
        boundary(code[..at].chars().next_back())
            && boundary(code[at + word.len()..].chars().next().filter(|_| !word.ends_with(':')))
    })
}

#[test]
fn parts_look_down_and_never_up() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_NAME.iter().find(|(part, _)| *part == source.part) else {
            continue;
        };
        for name in named(&source.code) {
            let is_part = MAY_NAME.iter().any(|(part, _)| *part == name)
                || ["cli", "book"].contains(&name.as_str());
            if is_part && name != source.part && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} names crate::{name}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_part_has_its_floor() {
    let known = ["lib", "main", "cli", "book"];
    for source in sources() {
        let listed = MAY_NAME.iter().any(|(part, _)| *part == source.part);
        assert!(
            listed || known.contains(&source.part.as_str()),
            "{}: say in tests/house.rs what this part may name",
            source.path.display()
        );
    }
}

#[test]
fn the_pure_floors_touch_nothing_but_memory() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&source.part.as_str())) {
        for word in IMPURE.iter().filter(|word| is_word_in(word, &source.code)) {
            wrong.push(format!("{} has {word}", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for source in sources() {
        let path = source.path.display();
        if !source.text.starts_with("//!") {
            wrong.push(format!("{path} does not open with what it is for"));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{path} has {lines} lines"));
        }
        for (name, length) in functions(&source.code) {
            if length > LONGEST_FUNCTION {
                wrong.push(format!("{path}: fn {name} has {length} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Name and length of each function, by the indentation of its closing brace.
fn functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once("fn ") else { continue };
        let modifiers = ["pub", "pub(crate)", "pub(super)", "const", "async"];
        if !before.split_whitespace().all(|word| modifiers.contains(&word)) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(line.len() - line.trim_start().len()));
        let length = lines[at..].iter().position(|line| *line == close).unwrap_or(0);
        found.push((after.split(['(', '<']).next().unwrap().to_owned(), length));
    }
    found
}

#[test]
fn nothing_is_left_over() {
    let leftovers = ["todo!", "unimplemented!", "dbg!(", "FIXME", "XXX"];
    for source in sources() {
        for word in leftovers {
            assert!(!source.text.contains(word), "{} has {word}", source.path.display());
        }
        assert!(!source.code.contains(".unwrap()"), "{} unwraps", source.path.display());
    }
}

#[test]
fn the_index_library_is_named_in_one_file() {
    let naming: Vec<String> = sources()
        .iter()
        .filter(|source| is_word_in("sled", &source.code))
        .map(|source| source.path.display().to_string())
        .collect();
    assert!(naming.len() <= 1, "{naming:?}");
}
